//! What algo1 is checked for. Read it as the specification; edits here are undone.

#[path = "../algo1.rs"]
mod algo1;

use algo1::{Customer, View};
use testkit::counted::{Counted, Work, work};
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        customers_keep_their_order,
        a_customer_without_views_gets_an_empty_list,
        pages_keep_their_order_and_repeats,
        views_of_unknown_visitors_are_in_nobodys_list,
        customers_of_the_same_name_stay_apart,
        a_customer_listed_twice_gets_the_pages_twice,
        any_result_is_the_one_that_nested_loops_give,
        four_times_the_input_costs_no_more_than_eight_times_the_comparisons,
    ]);
}

type Id = Counted<u32>;

/// What the job is given: customers as id and name, views as id and page.
struct Day {
    customers: Vec<Customer<Id>>,
    views: Vec<View<Id>>,
}

impl Day {
    fn new(customers: &[(u32, &str)], views: &[(u32, &str)]) -> Self {
        let customer = |&(id, name): &(u32, &str)| Customer {
            id: Counted(id),
            name: name.to_owned(),
        };
        let view = |&(id, page): &(u32, &str)| View {
            customer: Counted(id),
            page: page.to_owned(),
        };
        Self {
            customers: customers.iter().map(customer).collect(),
            views: views.iter().map(view).collect(),
        }
    }

    fn shown(&self) -> String {
        let customers = self
            .customers
            .iter()
            .map(|customer| format!("{} {:?}", customer.id.0, customer.name));
        let views = self
            .views
            .iter()
            .map(|view| format!("{} {:?}", view.customer.0, view.page));
        format!(
            "customers: {}\nviews: {}",
            listed(&customers.collect::<Vec<_>>()),
            listed(&views.collect::<Vec<_>>())
        )
        .replace(": \n", ":\n")
    }

    /// The right result, by ids alone.
    fn expected(&self) -> Pages<'_> {
        let pages = |id: u32| {
            let views = self.views.iter().filter(move |view| view.customer.0 == id);
            views.map(|view| view.page.as_str()).collect()
        };
        let customers = self.customers.iter();
        customers
            .map(|customer| (customer.name.as_str(), pages(customer.id.0)))
            .collect()
    }

    /// Expects the right result.
    #[track_caller]
    fn try_out(&self, what: &str, why: &str) {
        let expected = self.expected();
        let got = no_panic(self.shown(), shown_pages(&expected), why, || {
            algo1::pages_by_customer(&self.customers, &self.views)
        });
        if got == expected {
            return;
        }
        if let Some(moved) = Moved::find(&expected, &got) {
            moved.fail(self);
        }
        fail(what)
            .given(self.shown())
            .expected(shown_pages(&expected))
            .got(shown_pages(&got))
            .because(why)
            .raise();
    }
}

/// What the job returns: names with pages.
type Pages<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// Items on one line if they fit there, else each on a line of its own.
fn listed(items: &[String]) -> String {
    let line = items.join(", ");
    if line.is_empty() {
        "none".to_owned()
    } else if line.chars().count() <= LINE {
        line
    } else {
        items.iter().map(|item| format!("\n  {item}")).collect()
    }
}

fn shown_pages(pages: &Pages) -> String {
    let line = format!("{pages:?}");
    if line.chars().count() <= LINE {
        return line;
    }
    let entries = pages.iter().map(|entry| format!("{entry:?}"));
    entries.collect::<Vec<_>>().join("\n")
}

/// How many characters a list may have on one line.
const LINE: usize = 84;

/// A customer who got the right pages in another order.
struct Moved<'a> {
    name: &'a str,
    expected: &'a [&'a str],
    got: &'a [&'a str],
    /// How many pages are right before the first one that is not.
    right: usize,
}

impl<'a> Moved<'a> {
    fn find(expected: &'a Pages, got: &'a Pages) -> Option<Self> {
        let names = |pages: &Pages<'a>| pages.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let sorted = |pages: &[&'a str]| {
            let mut pages = pages.to_vec();
            pages.sort_unstable();
            pages
        };
        if names(expected) != names(got) {
            return None;
        }
        let mut pairs = expected.iter().zip(got);
        pairs.find_map(|((name, expected), (_, got))| {
            let right = expected.iter().zip(got).position(|(one, two)| one != two)?;
            (sorted(expected) == sorted(got)).then_some(Self {
                name,
                expected,
                got,
                right,
            })
        })
    }

    /// A short example, however long the day is: the pages up to the first one out of order.
    #[track_caller]
    fn fail(&self, day: &Day) -> ! {
        let until_wrong = |pages: &[&str]| {
            let from = self.right.saturating_sub(2);
            let until = pages.len().min(self.right + 2);
            let before = if from > 0 { "..., " } else { "" };
            let after = if until < pages.len() { ", ..." } else { "" };
            let shown = pages[from..until].iter().map(|page| format!("{page:?}"));
            format!("{before}{}{after}", shown.collect::<Vec<_>>().join(", "))
        };
        let given = if day.views.len() <= 8 {
            day.shown()
        } else {
            format!(
                "{} and {}, of which {} by {:?}",
                counted(day.customers.len(), "customer"),
                counted(day.views.len(), "view"),
                self.expected.len(),
                self.name
            )
        };
        fail("views with equal ids lost their order")
            .given(given)
            .expected(format!("{:?}: {}", self.name, until_wrong(self.expected)))
            .got(format!("{:?}: {}", self.name, until_wrong(self.got)))
            .because(
                "the order says how somebody found a book; a sort keeps it only if it is stable",
            )
            .raise()
    }
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

fn customers_keep_their_order() {
    let day = Day::new(
        &[(7, "Chinua"), (2, "Ama"), (9, "Buchi"), (1, "Wole")],
        &[(9, "/"), (7, "/cart"), (1, "/orders"), (2, "/books/3")],
    );
    day.try_out(
        "the result does not have one entry for each customer in their order",
        "people read the report next to the list of customers, line by line",
    );
}

fn a_customer_without_views_gets_an_empty_list() {
    let day = Day::new(
        &[(1, "Ama"), (2, "Buchi"), (3, "Chinua")],
        &[(3, "/"), (1, "/cart")],
    );
    day.try_out(
        "a customer without views does not have an empty list",
        "many customers look at nothing on a given day: that is an empty list, not a mistake",
    );
}

fn pages_keep_their_order_and_repeats() {
    let what = "the pages are not those of the views in their order";
    let why = "the report is read for what somebody looked at twice, and in which order";
    let day = Day::new(
        &[(1, "Ama")],
        &[
            (1, "/search"),
            (1, "/books/3"),
            (1, "/search"),
            (1, "/cart"),
            (1, "/cart"),
            (1, "/books/3"),
        ],
    );
    day.try_out(what, why);
    // Unstable sorts keep the order of short lists; in a list of this length they do not.
    let mut rng = Rng::new(1);
    let mut looked_at = [0; 3];
    let view = |_| {
        let visitor: usize = rng.range(0..3);
        looked_at[visitor] += 1;
        View {
            customer: Counted(visitor as u32),
            page: format!("/books/{}", looked_at[visitor]),
        }
    };
    let day = Day {
        views: (0..120).map(view).collect(),
        ..Day::new(&[(0, "Ama"), (1, "Buchi"), (2, "Chinua")], &[])
    };
    day.try_out(what, why);
}

fn views_of_unknown_visitors_are_in_nobodys_list() {
    let day = Day::new(
        &[(5, "Ama"), (6, "Buchi")],
        &[
            (0, "/robots.txt"),
            (5, "/"),
            (4_294_967_295, "/cart"),
            (7, "/books/3"),
        ],
    );
    day.try_out(
        "views of unknown visitors were not left out",
        "not every visitor has an account: such a view is not a mistake, and it is nobody's",
    );
}

fn customers_of_the_same_name_stay_apart() {
    let day = Day::new(
        &[(3, "Anna Berg"), (1, "Anna Berg"), (2, "Ama")],
        &[
            (1, "/books/1"),
            (3, "/books/3"),
            (2, "/cart"),
            (1, "/orders"),
        ],
    );
    day.try_out(
        "two customers of the same name were mixed up",
        "names are not unique: views belong to ids",
    );
}

fn a_customer_listed_twice_gets_the_pages_twice() {
    let day = Day::new(
        &[(1, "Ama"), (2, "Buchi"), (1, "Ama Ata")],
        &[(1, "/"), (2, "/cart"), (1, "/books/3")],
    );
    day.try_out(
        "a customer who is listed twice did not get the pages twice",
        "nested loops do it, and a faster job must return what the slow one did",
    );
}

fn any_result_is_the_one_that_nested_loops_give() {
    for_all("any result is the one that nested loops give", 300, |rng| {
        let customers = rng.many(0..=8, |rng| Customer {
            id: Counted(rng.range(0..8)),
            name: rng.text_of("abc", 1..=1),
        });
        let views = rng.many(0..=24, |rng| View {
            customer: Counted(rng.range(0..10) * 2),
            page: format!("/{}", rng.text_of("abc", 0..=1)),
        });
        Day { customers, views }.try_out(
            "the result is not the one that nested loops give",
            "a faster job must return what the slow one did",
        );
    });
}

/// Who looked at a page, in a shop of this many customers.
type Visitor = fn(&mut Rng, u32) -> u32;

/// A large day: customers in no order, with even ids, five views for each, visitors as chosen.
fn large(customers: u32, visitor: Visitor) -> Day {
    let mut rng = Rng::new(u64::from(customers));
    let mut ids: Vec<u32> = (0..customers).map(|id| id * 2).collect();
    rng.shuffle(&mut ids);
    let customer = |id| Customer {
        id: Counted(id),
        name: format!("customer {id}"),
    };
    let view = |number| View {
        customer: Counted(visitor(&mut rng, customers)),
        page: format!("/books/{number}"),
    };
    Day {
        customers: ids.into_iter().map(customer).collect(),
        views: (0..customers * 5).map(view).collect(),
    }
}

/// How often the job compares and hashes ids on this day.
fn cost(day: &Day) -> Work {
    let given = format!(
        "{} customers, {} views",
        day.customers.len(),
        day.views.len()
    );
    let why = "a job that panics has no result";
    let job = || algo1::pages_by_customer(&day.customers, &day.views).len();
    let (_, work) = work(|| no_panic(given, "a result", why, job));
    work
}

fn four_times_the_input_costs_no_more_than_eight_times_the_comparisons() {
    const SMALL: u32 = 150;
    let days: [(&str, Visitor); 3] = [
        ("views by all customers alike", |rng, customers| {
            rng.range(0..customers) * 2
        }),
        ("views by the same ten customers", |rng, _| {
            rng.range(0..10) * 2
        }),
        ("views by unknown visitors only", |rng, customers| {
            rng.range(0..customers) * 2 + 1
        }),
    ];
    for (what, visitor) in days {
        let before = cost(&large(SMALL, visitor));
        let after = cost(&large(SMALL * 4, visitor));
        let allowed = before.total() * 8;
        if after.total() > allowed {
            let row = |customers: u32, work: Work| {
                let views = customers * 5;
                let Work { equal, order, hash } = work;
                format!("{customers:9} | {views:5} | {equal:8} | {order:8} | {hash:8}")
            };
            let table = [
                "customers | views |    == != |    < cmp |     hash".to_owned(),
                row(SMALL, before),
                row(SMALL * 4, after),
            ];
            let times = after.total() as f64 / before.total() as f64;
            fail("the work grows faster than the input")
                .given(format!(
                    "{what}: {SMALL} customers, then four times as many"
                ))
                .expected(format!("at most 8 times as many comparisons: {allowed}"))
                .got(format!("{times:.1} times as many: {}", after.total()))
                .part("counted", table.join("\n"))
                .because(
                    "comparing all with all takes n times m steps: four times the shop, sixteen times the wait",
                )
                .raise();
        }
    }
}
