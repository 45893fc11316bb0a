//! # algo1: who looked at what
//!
//! Once a day Marginalia lists the pages that each customer looked at. In spring the job took a
//! minute. Now the shop has four times the customers and four times the page views, and the job
//! takes sixteen minutes: it compares every customer with every view.
//!
//! Rules:
//! - The result stays the same. It has one entry for each entry of `customers`, in the same order:
//!   the name, and the pages of all views with that id, in the order of `views`, repeats included.
//! - A customer without views gets an empty list. Views with an id that no customer has (search
//!   engines, customers who left) are in nobody's list.
//! - Two customers may have the same name. One customer may be listed twice (an import can do
//!   that); then both entries get all the pages.
//! - With four times the input, the job may make at most eight times the comparisons. Every call of
//!   `==`, `<`, `cmp` or `hash` on an id is counted.
//!
//! What to do: rewrite the body of `pages_by_customer`. In the shop, `Id` is a number. The check
//! uses an id that counts how often it is compared and hashed; you can copy, compare, sort and hash
//! it like a number.

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
pub fn pages_by_customer<'a, Id: Copy + Ord + Hash>(
    customers: &'a [Customer<Id>],
    views: &'a [View<Id>],
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut result = Vec::new();
    for customer in customers {
        let mut pages = Vec::new();
        for view in views {
            if view.customer == customer.id {
                pages.push(view.page.as_str());
            }
        }
        result.push((customer.name.as_str(), pages));
    }
    result
}
