//! fails: views_of_unknown_visitors_are_in_nobodys_list
//! Indexing a map panics for a key that it does not have.

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
    let mut places: HashMap<Id, Vec<usize>> = HashMap::new();
    let mut result: Vec<(&str, Vec<&str>)> = Vec::new();
    for (place, customer) in customers.iter().enumerate() {
        places.entry(customer.id).or_default().push(place);
        result.push((&customer.name, Vec::new()));
    }
    for view in views {
        for place in &places[&view.customer] {
            result[*place].1.push(&view.page);
        }
    }
    result
}
