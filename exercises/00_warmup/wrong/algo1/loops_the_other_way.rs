//! fails: four_times_the_input_costs_no_more_than_eight_times_the_comparisons
//! The loops have changed places, and the inner one is now called `filter`.

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
    for view in views {
        let same = |(_, customer): &(usize, &Customer<Id>)| customer.id == view.customer;
        for (place, _) in customers.iter().enumerate().filter(same) {
            result[place].1.push(view.page.as_str());
        }
    }
    result
}
