//! # algo1: who looked at what

use std::collections::HashMap;
use std::hash::Hash;

/// Someone who has an account.
#[derive(Debug)]
pub struct Customer<Id> {
    pub id: Id,
    pub name: String,
}

/// A page that was looked at.
#[derive(Debug)]
pub struct View<Id> {
    pub customer: Id,
    pub page: String,
}

/// Each customer's name with the pages that customer looked at.
///
/// Two passes, one after the other instead of one inside the other: n + m steps, not n times m.
pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    // First the views, once. The map answers "which pages belong to this id?" before anybody asks.
    // Grouping keeps the order of the views within each id.
    let mut pages_of: HashMap<Id, Vec<&str>> = HashMap::new();
    for view in views {
        pages_of.entry(view.customer).or_default().push(&view.page);
    }
    // Then the customers, once. They decide what is in the result and in which order: a hash map
    // has no order, and nobody ever asks for the views of unknown visitors. The pages are cloned,
    // not taken out, because the same customer may come a second time.
    customers
        .iter()
        .map(|customer| {
            let pages = pages_of.get(&customer.id).cloned().unwrap_or_default();
            (customer.name.as_str(), pages)
        })
        .collect()
}
