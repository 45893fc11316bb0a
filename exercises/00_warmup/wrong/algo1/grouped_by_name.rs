//! fails: customers_of_the_same_name_stay_apart
//! Pages are collected under the customer's name.

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
    let names: HashMap<Id, &str> = customers
        .iter()
        .map(|customer| (customer.id, customer.name.as_str()))
        .collect();
    let mut pages_of: HashMap<&str, Vec<&str>> = HashMap::new();
    for view in views {
        if let Some(name) = names.get(&view.customer) {
            pages_of.entry(name).or_default().push(&view.page);
        }
    }
    customers
        .iter()
        .map(|customer| {
            let name = customer.name.as_str();
            (name, pages_of.get(name).cloned().unwrap_or_default())
        })
        .collect()
}
