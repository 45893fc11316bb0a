//! # algo1: who looked at what, with a sort and a search

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
/// Sorting brings the views of each customer together, and a binary search finds where they begin:
/// about (n + m) log m comparisons, no map, and little memory besides the result.
pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut sorted: Vec<&View<Id>> = views.iter().collect();
    // A stable sort: views of the same customer keep their order. `sort_unstable_by_key` may
    // change it.
    sorted.sort_by_key(|view| view.customer);
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
