//! What algo1 is checked for. Read it as the specification; edits here are undone.

#[path = "../algo1.rs"]
mod algo1;

use algo1::{Customer, View};
use testkit::counted::{Counted, Work, work};
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        customers_keep_their_order_and_empty_lists,
        pages_keep_their_order_and_repeats,
        views_of_unknown_visitors_are_in_nobodys_list,
        customers_of_the_same_name_stay_apart,
        a_customer_listed_twice_gets_the_pages_twice,
        any_list_is_the_one_that_nested_loops_make,
        four_times_the_input_costs_no_more_than_eight_times_the_comparisons,
    ]);
}

type Id = Counted<u32>;

/// What is handed to the job: customers as id and name, views as id and page.
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
            customers.collect::<Vec<_>>().join(", "),
            views.collect::<Vec<_>>().join(", ")
        )
    }

    /// The right result, by ids alone.
    fn expected(&self) -> Vec<(&str, Vec<&str>)> {
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
        let got = no_panic(self.shown(), format!("{expected:?}"), why, || {
            algo1::pages_by_customer(&self.customers, &self.views)
        });
        if got != expected {
            fail(what)
                .given(self.shown())
                .expected(format!("{expected:?}"))
                .got(format!("{got:?}"))
                .because(why)
                .raise();
        }
    }
}

fn customers_keep_their_order_and_empty_lists() {
    let day = Day::new(
        &[(7, "Chinua"), (2, "Ama"), (9, "Buchi"), (1, "Wole")],
        &[(9, "/"), (7, "/cart"), (9, "/books/3")],
    );
    day.try_out(
        "the list is not one entry for each customer in their order",
        "the report is read beside the list of customers, line by line",
    );
}

fn pages_keep_their_order_and_repeats() {
    let day = Day::new(
        &[(1, "Ama")],
        &[
            (1, "/search"),
            (1, "/books/3"),
            (1, "/search"),
            (1, "/cart"),
            (1, "/books/3"),
        ],
    );
    day.try_out(
        "the pages are not those of the views in their order",
        "what somebody looked at twice, and in which order, is what the report is read for",
    );
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
        "a view of an unknown visitor did harm",
        "not everybody who looks has an account: such a view is no mistake, and nobody's",
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
        "names are not unique; ids are what views are matched by",
    );
}

fn a_customer_listed_twice_gets_the_pages_twice() {
    let day = Day::new(
        &[(1, "Ama"), (2, "Buchi"), (1, "Ama Ata")],
        &[(1, "/"), (2, "/cart"), (1, "/books/3")],
    );
    day.try_out(
        "a customer who is listed twice did not get the pages twice",
        "nested loops do it, and a faster job is right only when nobody can tell the difference",
    );
}

fn any_list_is_the_one_that_nested_loops_make() {
    for_all("any list is the one that nested loops make", 300, |rng| {
        let customers = rng.many(0..=8, |rng| Customer {
            id: Counted(rng.range(0..8)),
            name: rng.text_of("abc", 1..=1),
        });
        let views = rng.many(0..=24, |rng| View {
            customer: Counted(rng.range(0..10) * 2),
            page: format!("/{}", rng.text_of("abc", 0..=1)),
        });
        Day { customers, views }.try_out(
            "the list is not the one that nested loops make",
            "a faster job is right only when nobody can tell the difference",
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

/// What the job does with the ids of a day.
fn cost(day: &Day) -> Work {
    let given = format!(
        "{} customers, {} views",
        day.customers.len(),
        day.views.len()
    );
    let why = "a job that panics makes no list";
    let job = || algo1::pages_by_customer(&day.customers, &day.views).len();
    let (_, work) = work(|| no_panic(given, "a list", why, job));
    work
}

fn four_times_the_input_costs_no_more_than_eight_times_the_comparisons() {
    const SMALL: u32 = 150;
    let days: [(&str, Visitor); 3] = [
        ("views of all customers alike", |rng, customers| {
            rng.range(0..customers) * 2
        }),
        ("views of the same ten customers", |rng, _| {
            rng.range(0..10) * 2
        }),
        ("views of unknown visitors only", |rng, customers| {
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
                    "all with all is n times m steps: four times the shop, sixteen times the wait",
                )
                .raise();
        }
    }
}
