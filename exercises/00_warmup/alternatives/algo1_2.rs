//! # algo1: who looked at what, with the customers in the map

use std::collections::BTreeMap;
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
/// The map says where each id is in the list of customers, so every page goes straight to its place
/// in the result. One id may be in several places.
pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut places: BTreeMap<Id, Vec<usize>> = BTreeMap::new();
    let mut result = Vec::with_capacity(customers.len());
    for (place, customer) in customers.iter().enumerate() {
        places.entry(customer.id).or_default().push(place);
        result.push((customer.name.as_str(), Vec::new()));
    }
    for view in views {
        for &place in places.get(&view.customer).into_iter().flatten() {
            result[place].1.push(view.page.as_str());
        }
    }
    result
}
