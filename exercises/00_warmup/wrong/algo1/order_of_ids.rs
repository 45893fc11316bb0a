//! fails: customers_keep_their_order
//! The map is the result, so the customers come in the order of their ids.

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

pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut by_id: BTreeMap<Id, (&str, Vec<&str>)> = BTreeMap::new();
    for customer in customers {
        by_id.insert(customer.id, (&customer.name, Vec::new()));
    }
    for view in views {
        if let Some((_, pages)) = by_id.get_mut(&view.customer) {
            pages.push(&view.page);
        }
    }
    by_id.into_values().collect()
}
