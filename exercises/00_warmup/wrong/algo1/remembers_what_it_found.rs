//! fails: four_times_the_input_costs_no_more_than_eight_times_the_comparisons
//! A map of what has been found already, and a loop through all customers for the rest.

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
    let mut result: Vec<(&str, Vec<&str>)> = customers
        .iter()
        .map(|customer| (customer.name.as_str(), Vec::new()))
        .collect();
    let mut known: HashMap<Id, Vec<usize>> = HashMap::new();
    for view in views {
        let places = known.entry(view.customer).or_insert_with(|| {
            let all = 0..customers.len();
            all.filter(|place| customers[*place].id == view.customer)
                .collect()
        });
        for place in places {
            result[*place].1.push(view.page.as_str());
        }
    }
    result
}
