//! fails: a_customer_without_views_gets_an_empty_list
//! `unwrap` says that every customer has looked at something.

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
        pages_of.entry(view.customer).or_default().push(&view.page);
    }
    customers
        .iter()
        .map(|customer| {
            let pages = pages_of.get(&customer.id).unwrap().clone();
            (customer.name.as_str(), pages)
        })
        .collect()
}
