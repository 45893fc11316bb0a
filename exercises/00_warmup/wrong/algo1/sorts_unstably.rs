//! fails: pages_keep_their_order_and_repeats
//! An unstable sort may change the order of views with equal ids.

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
    let mut sorted: Vec<&View<Id>> = views.iter().collect();
    sorted.sort_unstable_by_key(|view| view.customer);
    customers
        .iter()
        .map(|customer| {
            let begin = sorted.partition_point(|view| view.customer < customer.id);
            let rest = &sorted[begin..];
            let length = rest.partition_point(|view| view.customer == customer.id);
            let pages = rest[..length].iter().map(|view| view.page.as_str());
            (customer.name.as_str(), pages.collect())
        })
        .collect()
}
