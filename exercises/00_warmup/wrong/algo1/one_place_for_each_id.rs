//! fails: a_customer_listed_twice_gets_the_pages_twice
//! The later entry of the same id takes the place of the earlier one.

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
    let place_of: HashMap<Id, usize> = customers
        .iter()
        .enumerate()
        .map(|(place, customer)| (customer.id, place))
        .collect();
    let mut result: Vec<(&str, Vec<&str>)> = customers
        .iter()
        .map(|customer| (customer.name.as_str(), Vec::new()))
        .collect();
    for view in views {
        if let Some(place) = place_of.get(&view.customer) {
            result[*place].1.push(&view.page);
        }
    }
    result
}
