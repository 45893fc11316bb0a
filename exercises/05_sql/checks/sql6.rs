//! What sql6 is checked for. Read it as the specification; edits here are undone.

use std::collections::BTreeMap;

use rusqlite::ErrorCode;
use rusqlite::limits::Limit;
use testkit::groups::{Symptom, symptom};
use testkit::marginalia::{Dataset, EMPTY, VISIBLE};
use testkit::sql::{Database, Query, QueryFile};
use testkit::table::{Kind, Order, Table};
use testkit::{checks, fail};

fn main() {
    testkit::run(checks![
        walks_the_trees_down_from_those_who_came_by_themselves,
        counts_recruits_at_every_depth,
        comes_to_an_end_in_a_circle_and_counts_nobody_twice,
        finds_who_is_in_a_circle_and_not_who_hangs_below,
    ]);
}

/// No circle.
const FOREST: Dataset = Dataset {
    name: "forest",
    about: "hidden data: trees and no circle; recruits with smaller ids than those who brought them, ids of one and of two digits",
    fill: |shop| {
        for name in ["Zoë", "李", "D'Arcy", "Maria", "Maria"]
            .iter()
            .cycle()
            .take(25)
        {
            shop.customer(name, None, None);
        }
        for (referrer, customer) in [
            (20, 12),
            (12, 2),
            (2, 1),
            (1, 21),
            (21, 11),
            (20, 13),
            (12, 3),
            (20, 5),
            (5, 15),
            (5, 25),
            (15, 6),
            (9, 8),
            (9, 7),
            (9, 10),
            (10, 4),
        ] {
            shop.refer(referrer, customer);
        }
    },
};

/// Circles of several sizes, and customers who came because of them.
const CIRCLES: Dataset = Dataset {
    name: "circles",
    about: "hidden data: circles of one, two, three and five accounts, customers who came because of one in a circle, and a tree",
    fill: |shop| {
        for name in ["Ai", "Bo", "Çelik", "O'Hara"].iter().cycle().take(24) {
            shop.customer(name, None, None);
        }
        for (referrer, customer) in [
            // Itself, and who came because of it.
            (3, 3),
            (3, 9),
            (9, 10),
            // Each other, and who came because of both.
            (12, 2),
            (2, 12),
            (2, 22),
            (12, 1),
            (1, 21),
            (21, 11),
            // Three in turn, against the order of ids.
            (8, 7),
            (7, 6),
            (6, 8),
            (7, 4),
            // Five in turn; what hangs below is deeper than the circle is long.
            (13, 15),
            (15, 17),
            (17, 14),
            (14, 16),
            (16, 13),
            (17, 18),
            (18, 19),
            (19, 20),
            // A tree.
            (24, 23),
            (23, 5),
        ] {
            shop.refer(referrer, customer);
        }
    },
};

/// One long way down.
const DEEP: Dataset = Dataset {
    name: "deep",
    about: "hidden data: 110 customers, each brought by the one before, and a circle of 60",
    fill: |shop| {
        for _ in 0..170 {
            shop.customer("Li", None, None);
        }
        for at in 1..110 {
            shop.refer(at, at + 1);
        }
        for at in 111..170 {
            shop.refer(at, at + 1);
        }
        shop.refer(170, 111);
    },
};

/// Nobody was brought.
const STRANGERS: Dataset = Dataset {
    name: "strangers",
    about: "hidden data: three customers who came by themselves",
    fill: |shop| {
        for name in ["Bo", "Ai", "Bo"] {
            shop.customer(name, None, None);
        }
    },
};

/// Nobody is outside of a circle.
const NO_ROOT: Dataset = Dataset {
    name: "no_root",
    about: "hidden data: two accounts, and each brought the other",
    fill: |shop| {
        let [bo, ai] = ["Bo", "Ai"].map(|name| shop.customer(name, None, None));
        shop.refer(bo, ai);
        shop.refer(ai, bo);
    },
};

fn databases(data: &[Dataset]) -> Vec<Database> {
    data.iter().map(Database::create).collect()
}

/// Who brought whom.
struct Referrals {
    customers: Vec<i64>,
    /// By customer, the referrer.
    referrer: BTreeMap<i64, i64>,
}

impl Referrals {
    fn of(db: &Database) -> Self {
        let number = |value: &testkit::table::Value| value.integer().expect("an id");
        let customers = db.table("customers");
        let referrals = db.table("referrals");
        Self {
            customers: customers.rows().map(|row| number(&row["id"])).collect(),
            referrer: referrals
                .rows()
                .map(|row| (number(&row["customer_id"]), number(&row["referrer_id"])))
                .collect(),
        }
    }

    /// The way up from a customer, nearest first: everybody once, and the customer only where
    /// the way leads back.
    fn above(&self, customer: i64) -> Vec<i64> {
        let mut way = Vec::new();
        let mut at = customer;
        while let Some(referrer) = self.referrer.get(&at)
            && !way.contains(referrer)
        {
            way.push(*referrer);
            at = *referrer;
        }
        way
    }

    fn trees(&self) -> Table {
        let mut rows = Vec::new();
        for customer in &self.customers {
            let above = self.above(*customer);
            let root = *above.last().unwrap_or(customer);
            if !self.referrer.contains_key(&root) {
                rows.push([root, steps(&above), *customer]);
            }
        }
        rows.sort_unstable();
        table(
            ["root", "id", "depth"],
            rows.into_iter().map(|[root, depth, id]| [root, id, depth]),
        )
    }

    fn recruits(&self) -> Table {
        let way = |customer: &i64| (*customer, self.above(*customer));
        let ways: Vec<(i64, Vec<i64>)> = self.customers.iter().map(way).collect();
        let row = |customer: &i64| {
            let others = ways.iter().filter(|(other, _)| other != customer);
            let depths: Vec<i64> = others
                .filter_map(|(_, above)| {
                    let at = above.iter().position(|it| it == customer)?;
                    Some(steps(&above[..=at]))
                })
                .collect();
            let deepest = depths.iter().copied().max().unwrap_or(0);
            [*customer, steps(&depths), deepest]
        };
        by_number(
            &table(
                ["id", "recruits", "deepest"],
                self.customers.iter().map(row),
            ),
            "recruits",
        )
    }

    fn circles(&self) -> Table {
        let row = |customer: &i64| {
            let above = self.above(*customer);
            let back = above.iter().position(|it| it == customer)?;
            Some([*customer, steps(&above[..=back])])
        };
        by_number(
            &table(["id", "size"], self.customers.iter().filter_map(row)),
            "size",
        )
    }
}

fn steps(way: &[i64]) -> i64 {
    i64::try_from(way.len()).expect("a short way")
}

fn table<const N: usize>(columns: [&str; N], rows: impl Iterator<Item = [i64; N]>) -> Table {
    let mut table = Table::new(columns);
    for row in rows {
        table.push(row.map(Into::into).to_vec());
    }
    table
}

/// The highest number first, then by id.
fn by_number(table: &Table, column: &str) -> Table {
    table.sorted(|one, two| {
        let highest_first = two[column].order(&one[column]);
        highest_first.then(one["id"].order(&two["id"]))
    })
}

/// How long a row may get, in bytes. A way that names every customer takes a few hundred.
const MAX_ROW: i32 = 4_000;

/// Runs the query with rows of limited length: whether one of them was longer. A recursion
/// that does not end and remembers its way would fill the disk before it is stopped.
fn outgrows(query: &Query, db: &Database) -> bool {
    let conn = db.connection();
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_ROW)
        .expect("a limit of the connection");
    // Enough for rows to grow; what only goes round is stopped when the query is run.
    let mut left = 400;
    let stop = move || {
        left -= 1;
        left == 0
    };
    conn.progress_handler(1_000, Some(stop));
    let ran = conn.prepare(query.text()).and_then(|mut statement| {
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(())
    });
    conn.progress_handler(0, None::<fn() -> bool>);
    ran.is_err_and(|error| error.sqlite_error_code() == Some(ErrorCode::TooBig))
}

/// The reason for what is wrong, where it is plainer than that of the check.
fn because_of(query: &str, symptom: Symptom) -> Option<&'static str> {
    match (query, symptom) {
        ("recruits", Symptom::Several) => {
            Some("each customer has one row: count in groups what the recursion has found")
        }
        ("recruits", Symptom::Missing) => Some(
            "every customer has a row: who brought nobody has 0 recruits, and 0 is the deepest",
        ),
        ("recruits", Symptom::Value(2)) => Some(
            "deepest is how many steps away the farthest recruit is, each reached by the shortest way: round a circle the same account is found again, with more steps, and that is no farther. Without recruits it is 0, and max() of nothing is NULL",
        ),
        ("circles", Symptom::Several) => {
            Some("each customer in a circle has one row, however often the way comes back")
        }
        ("circles", Symptom::Value(1)) => Some(
            "size is how many customers are in the circle, each counted once: as many as there are steps back to the first. Who hangs below is not in it",
        ),
        _ => None,
    }
}

/// Runs the learner's query on each data set and compares. `why` is given for wrong rows.
fn compare(name: &str, data: &[Dataset], expected: impl Fn(&Referrals) -> Table, why: &str) {
    let file = QueryFile::subject();
    let query = file.query(name);
    // The column that tells the rows apart: each customer has one row at most.
    let key = if name == "trees" { 1 } else { 0 };
    for db in databases(data) {
        let expected = expected(&Referrals::of(&db));
        if outgrows(query, &db) {
            fail(format!("`{name}`: a row has grown to more than {MAX_ROW} bytes"))
                .given(db.about())
                .expected("a recursion that comes to an end")
                .got("one that adds to what its rows carry, round after round")
                .part("the table referrals", db.table("referrals"))
                .because("a guard has to look at each new row before it is added: does the way that the row carries hold this customer already? Here the answer is never yes")
                .raise();
        }
        let answer = query.run(&db);
        let why = match answer.differs(&expected, Order::Exact) {
            Some(Kind::Order(_)) => {
                "a recursion hands out its rows in an order of its own, and so does GROUP BY: only an ORDER BY at the end decides, and its second term where the first finds two rows equal"
            }
            _ => symptom(&expected, &answer.table, key)
                .and_then(|symptom| because_of(name, symptom))
                .unwrap_or(why),
        };
        answer
            .showing("referrals", &["referrer_id", "customer_id"])
            .because(why)
            .is(&expected, Order::Exact);
    }
}

fn walks_the_trees_down_from_those_who_came_by_themselves() {
    compare(
        "trees",
        &[VISIBLE, FOREST, CIRCLES, DEEP, STRANGERS, NO_ROOT, EMPTY],
        Referrals::trees,
        "a root is a customer without a row as customer_id, even if nobody came because of them; from there each step leads from referrer_id to customer_id and is one deeper, however deep it goes. Whoever is in a circle, or below one, is reached from no root",
    );
}

fn counts_recruits_at_every_depth() {
    compare(
        "recruits",
        &[FOREST, STRANGERS, EMPTY],
        Referrals::recruits,
        "the recursion begins with every customer and carries along where it began; those whom recruits have brought are recruits, too, and a customer without recruits has a row",
    );
}

fn comes_to_an_end_in_a_circle_and_counts_nobody_twice() {
    compare(
        "recruits",
        &[VISIBLE, CIRCLES, DEEP, NO_ROOT],
        Referrals::recruits,
        "from an account in a circle the way leads round to itself: it is no recruit of its own, and the others count once, at the first time round. The guard must stop there, and not before: a limit on the depth cuts deep trees, and a 1 is in the text of 12, too",
    );
}

fn finds_who_is_in_a_circle_and_not_who_hangs_below() {
    compare(
        "circles",
        &[VISIBLE, CIRCLES, DEEP, FOREST, STRANGERS, EMPTY],
        Referrals::circles,
        "in a circle is who comes back to where the way began; who came because of one in it goes up into the circle and round, but never comes back. An account that brought itself is a circle of 1",
    );
}
