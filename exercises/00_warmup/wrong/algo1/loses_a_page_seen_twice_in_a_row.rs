//! fails: pages_keep_their_order_and_repeats
//! A reload of the same page counts as a view, too.

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

pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut pages_of: HashMap<Id, Vec<&str>> = HashMap::new();
    for view in views {
        let pages = pages_of.entry(view.customer).or_default();
        if pages.last() != Some(&view.page.as_str()) {
            pages.push(&view.page);
        }
    }
    customers
        .iter()
        .map(|customer| {
            let pages = pages_of.get(&customer.id).cloned().unwrap_or_default();
            (customer.name.as_str(), pages)
        })
        .collect()
}
