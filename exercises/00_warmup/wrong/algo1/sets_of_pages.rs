//! fails: pages_keep_their_order_and_repeats

use std::collections::{BTreeSet, HashMap};
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
    let mut pages_of: HashMap<Id, BTreeSet<&str>> = HashMap::new();
    for view in views {
        pages_of
            .entry(view.customer)
            .or_default()
            .insert(&view.page);
    }
    customers
        .iter()
        .map(|customer| {
            let pages = pages_of.get(&customer.id);
            let pages = pages.into_iter().flatten().copied().collect();
            (customer.name.as_str(), pages)
        })
        .collect()
}
