//! What route1 is checked for. Read it as the specification; edits here are undone.

#[path = "../route1.rs"]
mod route1;

use route1::{Answer, Router, segments};
use testkit::counted::{Counted, work};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        cuts_a_path_into_its_segments,
        takes_nothing_with_an_empty_segment_for_a_path,
        leaves_segments_as_they_were_sent,
        finds_the_handler_of_a_pattern,
        hands_over_the_parameters_in_the_order_of_the_path,
        each_route_has_its_own_names_for_parameters,
        a_path_without_a_pattern_is_not_found,
        a_literal_goes_before_a_parameter_in_any_order_of_adding,
        a_literal_that_leads_nowhere_hides_no_parameter,
        the_first_difference_decides_not_the_number_of_literals,
        another_method_is_405_with_allow,
        the_path_alone_decides_which_pattern_it_is,
        head_is_answered_by_the_handler_of_get,
        options_says_which_methods_there_are,
        refuses_a_route_that_cannot_be_added,
        any_answer_is_the_one_that_the_rules_give,
        a_very_long_path_does_no_harm,
        four_times_the_routes_cost_at_most_twice_the_comparisons,
    ]);
}

// ---- What is asked, shown and compared ----

/// A router as a check fills it. The handler of a route is its text, `GET /books/{isbn}`.
struct Shop {
    router: Router<String, String>,
    added: Vec<String>,
}

impl Shop {
    /// A router with these routes, each written as method, space, pattern.
    #[track_caller]
    fn of<T: ToString>(routes: &[T]) -> Self {
        let why = "a router without routes is where every server begins";
        let router = no_panic("new()", "a router", why, Router::new);
        let mut shop = Shop {
            router,
            added: vec![],
        };
        for route in routes {
            let route = route.to_string();
            if !shop.add(&route) {
                fail("a good route was refused")
                    .given(format!("{}then {}", shop.routes(), call(&route)))
                    .expected("Ok(())")
                    .got("Err(BadRoute)")
                    .because("only a method that the pattern has already, and what is no path, is refused")
                    .raise();
            }
        }
        shop
    }

    /// Whether the route could be added.
    #[track_caller]
    fn add(&mut self, route: &str) -> bool {
        let (method, pattern) = route.split_once(' ').unwrap_or((route, ""));
        let given = format!("{}then {}", self.routes(), call(route));
        let why = "a server adds its routes while it starts; a panic there is an outage";
        let added = no_panic(given, "Ok(()) or Err(BadRoute)", why, || {
            self.router.add(method, pattern, route.to_owned()).is_ok()
        });
        if added {
            self.added.push(route.to_owned());
        }
        added
    }

    /// The routes in the order of adding, a line each.
    fn routes(&self) -> String {
        let lines = self.added.iter().map(|route| format!("{}\n", call(route)));
        lines.collect()
    }

    /// Expects an answer, as [`found`] and the like write it, to a request such as `GET /books`.
    #[track_caller]
    fn says(&self, request: &str, expected: &str, what: &str, why: &str) {
        self.says_or(request, expected, what, why, |_| None);
    }

    /// The same with a value of `Allow`, by the name of the answer that is expected.
    #[track_caller]
    fn allows(&self, request: &str, expected: &str, what: &str, why: &str) {
        let (name, _) = expected.split_once(' ').unwrap_or_default();
        self.says_or(request, expected, what, why, |got| {
            got.starts_with(name).then_some((ALLOW, ALLOW_WHY))
        });
    }

    /// The same with another headline and reason for some of the wrong answers.
    #[track_caller]
    fn says_or<'a>(
        &self,
        request: &str,
        expected: &str,
        what: &'a str,
        why: &'a str,
        other: impl FnOnce(&str) -> Option<(&'a str, &'a str)>,
    ) {
        let (method, path) = request.split_once(' ').unwrap_or((request, ""));
        let path = split(path);
        let given = format!("{}find({method:?}, {path:?})", self.routes());
        let got = no_panic(&given, expected, why, || {
            shown(&self.router.find(method, &path))
        });
        if got != expected {
            let (what, why) = other(&got).unwrap_or((what, why));
            fail(what)
                .given(given)
                .expected(expected)
                .got(got)
                .because(why)
                .raise();
        }
    }
}

const ALLOW: &str = "Allow is not the sorted list of the methods";
const ALLOW_WHY: &str =
    "the pattern's methods, HEAD where it has GET, always OPTIONS; each once, sorted by bytes";

fn call(route: &str) -> String {
    let (method, pattern) = route.split_once(' ').unwrap_or((route, ""));
    format!("add({method:?}, {pattern:?}, ...)")
}

/// The segments of a path that has no slash at its end; not by the subject, which may be wrong.
fn split(path: &str) -> Vec<String> {
    let segments = path.split('/').filter(|segment| !segment.is_empty());
    segments.map(str::to_owned).collect()
}

fn shown(answer: &Answer<String, String>) -> String {
    match answer {
        Answer::Found { handler, params } => {
            let params: Vec<(&str, &str)> = params
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            found(handler, &params)
        }
        Answer::Options { allow } => format!("Options {{ allow: {allow:?} }}"),
        Answer::NotFound => NOT_FOUND.to_owned(),
        Answer::MethodNotAllowed { allow } => not_allowed(allow),
    }
}

const NOT_FOUND: &str = "NotFound";

fn found(route: &str, params: &[(&str, &str)]) -> String {
    format!("Found {{ handler: the one of {route:?}, params: {params:?} }}")
}

fn not_allowed(allow: &str) -> String {
    format!("MethodNotAllowed {{ allow: {allow:?} }}")
}

#[track_caller]
fn cuts(path: &str, right: Option<&[&str]>, what: &str, why: &str) {
    let expected = format!("{right:?}");
    let got = no_panic(format!("{path:?}"), &expected, why, || segments(path));
    if got.as_deref() != right {
        fail(what)
            .given(format!("segments({path:?})"))
            .expected(expected)
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

// ---- Paths ----

fn cuts_a_path_into_its_segments() {
    let what = "a path was not cut into its segments";
    let why = "a path is a slash and a segment, again and again (RFC 3986 §3.3)";
    cuts("/books", Some(&["books"]), what, why);
    cuts("/books/new", Some(&["books", "new"]), what, why);
    cuts("/a/b/c/d", Some(&["a", "b", "c", "d"]), what, why);
    let why = "one slash at the end adds nothing; the start page is a path of no segments";
    cuts("/books/new/", Some(&["books", "new"]), what, why);
    cuts("/b/", Some(&["b"]), what, why);
    cuts("/", Some(&[]), what, why);
}

fn takes_nothing_with_an_empty_segment_for_a_path() {
    let what = "what is no path was cut into segments";
    let why =
        "a proxy that guards /admin does not guard //admin: two readings of a path are a hole";
    for path in [
        "//",
        "///",
        "//admin",
        "/books//new",
        "/books//",
        "/books///",
        "//books/",
    ] {
        cuts(path, None, what, why);
    }
    let why =
        "a path begins with a slash; what does not is something else, such as `*` (RFC 9112 §3.2)";
    for path in ["books", "books/new", "books/", "*", " /books", ""] {
        cuts(path, None, what, why);
    }
}

fn leaves_segments_as_they_were_sent() {
    let what = "a segment was changed";
    let why = "decoded before it is cut, %2F becomes a slash that nobody has sent (RFC 3986 §2.2)";
    cuts("/books/a%2Fb", Some(&["books", "a%2Fb"]), what, why);
    cuts("/%62ooks/%", Some(&["%62ooks", "%"]), what, why);
    let why = "segments are handed on as they are; what they mean is for the next one to say";
    cuts("/Books/NEW", Some(&["Books", "NEW"]), what, why);
    cuts("/./../a", Some(&[".", "..", "a"]), what, why);
    cuts("/a b/ /c ", Some(&["a b", " ", "c "]), what, why);
    cuts(
        "/caf\u{e9}/\u{2f000}",
        Some(&["caf\u{e9}", "\u{2f000}"]),
        what,
        why,
    );
}

// ---- Routes ----

fn finds_the_handler_of_a_pattern() {
    let what = "the handler of a pattern was not found";
    let why = "a literal segment matches itself, and a pattern as many segments as it has";
    let shop = Shop::of(&[
        "GET /books",
        "GET /",
        "POST /books",
        "GET /books/new",
        "GET /authors/new",
    ]);
    for route in ["GET /books", "GET /", "POST /books", "GET /books/new"] {
        shop.says(route, &found(route, &[]), what, why);
    }
    let shop = Shop::of(&["PATCH /", "BREW /coffee"]);
    let why = "a method that nobody knows is still a method (RFC 9110 §9.1)";
    shop.says("BREW /coffee", &found("BREW /coffee", &[]), what, why);
    shop.says("PATCH /", &found("PATCH /", &[]), what, why);
    let what = "a pattern with a slash at its end is not the one without it";
    let why = "a pattern is written like a path: one slash at the end adds nothing";
    let shop = Shop::of(&["GET /books/", "GET /authors/{id}/"]);
    shop.says("GET /books", &found("GET /books/", &[]), what, why);
    let right = found("GET /authors/{id}/", &[("id", "7")]);
    shop.says("GET /authors/7", &right, what, why);
}

fn hands_over_the_parameters_in_the_order_of_the_path() {
    let what = "the parameters are not those of the path";
    let why = "a handler reads from them which book is meant";
    let route = "GET /books/{isbn}/reviews/{review}";
    let shop = Shop::of(&[route, "GET /{page}"]);
    let right = found(route, &[("isbn", "978"), ("review", "3")]);
    shop.says("GET /books/978/reviews/3", &right, what, why);
    let right = found("GET /{page}", &[("page", "a%2Fb")]);
    shop.says("GET /a%2Fb", &right, what, why);
    let all = "GET /{z}/{m}/{a}/{q}";
    let shop = Shop::of(&[all]);
    let why = "their order is that of the path, and equal values are values, too";
    let right = [("z", "2"), ("m", "1"), ("a", "2"), ("q", "1")];
    shop.says("GET /2/1/2/1", &found(all, &right), what, why);
    let why = "a parameter matches any segment, also one that looks like a pattern";
    let shop = Shop::of(&["GET /books/{isbn}", "GET /books/new"]);
    for value in ["{isbn}", "{}", "{", "*", ":isbn", ":", "?", "NEW"] {
        let right = found("GET /books/{isbn}", &[("isbn", value)]);
        shop.says(&format!("GET /books/{value}"), &right, what, why);
    }
}

fn each_route_has_its_own_names_for_parameters() {
    let what = "a route got its parameters under the names of another route";
    let why = "its handler asks for the name with which the route was added, and finds nothing";
    let shop = Shop::of(&[
        "GET /books/{isbn}",
        "DELETE /books/{id}",
        "GET /books/{book}/reviews",
        "GET /books/{number}/reviews/{review}",
    ]);
    let right = found("GET /books/{isbn}", &[("isbn", "7")]);
    shop.says("GET /books/7", &right, what, why);
    let right = found("DELETE /books/{id}", &[("id", "7")]);
    shop.says("DELETE /books/7", &right, what, why);
    let right = found("GET /books/{book}/reviews", &[("book", "7")]);
    shop.says("GET /books/7/reviews", &right, what, why);
    let route = "GET /books/{number}/reviews/{review}";
    let right = found(route, &[("number", "7"), ("review", "3")]);
    shop.says("GET /books/7/reviews/3", &right, what, why);
}

fn a_path_without_a_pattern_is_not_found() {
    let what = "a path that no pattern matches was not answered with NotFound";
    let why = "a pattern matches a path with as many segments as it has, and no other";
    let shop = Shop::of(&["GET /books/{isbn}/reviews", "GET /authors"]);
    for path in ["/authors/7", "/books/7/reviews/3"] {
        shop.says(&format!("GET {path}"), NOT_FOUND, what, why);
        shop.says(&format!("DELETE {path}"), NOT_FOUND, what, why);
    }
    let why = "a literal matches itself, byte by byte and as a whole";
    for path in ["/author", "/authorship", "/AUTHORS", "/books/7/review"] {
        shop.says(&format!("GET {path}"), NOT_FOUND, what, why);
        shop.says(&format!("DELETE {path}"), NOT_FOUND, what, why);
    }
    let why = "the beginning of a pattern is no pattern: there is nothing, with no method at all";
    for request in [
        "GET /books",
        "POST /books/7",
        "HEAD /books/7",
        "OPTIONS /books/7",
        "GET /",
        "DELETE /",
    ] {
        shop.says(request, NOT_FOUND, what, why);
    }
    let shop = Shop::of::<&str>(&[]);
    let why = "a router without routes knows no path";
    shop.says("GET /", NOT_FOUND, what, why);
    shop.says("OPTIONS /books", NOT_FOUND, what, why);
}

/// Tries requests with routes added in every order.
#[track_caller]
fn in_any_order(routes: &[&str], requests: &[(&str, String)], what: &str, why: &str) {
    for order in orders(routes.len()) {
        let routes: Vec<&str> = order.iter().map(|place| routes[*place]).collect();
        let shop = Shop::of(&routes);
        for (request, right) in requests {
            shop.says(request, right, what, why);
        }
    }
}

/// All orders of the numbers below `length`.
fn orders(length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![vec![]];
    }
    let mut all = vec![];
    for order in orders(length - 1) {
        for place in 0..length {
            let mut order = order.clone();
            order.insert(place, length - 1);
            all.push(order);
        }
    }
    all
}

fn a_literal_goes_before_a_parameter_in_any_order_of_adding() {
    let what = "a parameter took the segment that is a literal of another pattern";
    let why = "/books/new is the page for new books, whichever line of the program comes first";
    in_any_order(
        &["GET /books/new", "GET /books/{isbn}"],
        &[
            ("GET /books/new", found("GET /books/new", &[])),
            ("GET /books/7", found("GET /books/{isbn}", &[("isbn", "7")])),
        ],
        what,
        why,
    );
    in_any_order(
        &["GET /books/{isbn}", "GET /books/new", "GET /{page}/new"],
        &[
            ("GET /books/new", found("GET /books/new", &[])),
            ("GET /books/7", found("GET /books/{isbn}", &[("isbn", "7")])),
            (
                "GET /sales/new",
                found("GET /{page}/new", &[("page", "sales")]),
            ),
        ],
        what,
        why,
    );
    in_any_order(
        &["GET /books", "GET /{page}", "GET /"],
        &[
            ("GET /books", found("GET /books", &[])),
            ("GET /help", found("GET /{page}", &[("page", "help")])),
            ("GET /", found("GET /", &[])),
        ],
        what,
        why,
    );
}

fn a_literal_that_leads_nowhere_hides_no_parameter() {
    let what = "a pattern that matches the path was not found";
    let why = "a literal goes first where its pattern matches the whole path; else others have their turn";
    let cover = "GET /books/{isbn}/cover";
    in_any_order(
        &["GET /books/new/form", cover],
        &[
            ("GET /books/new/form", found("GET /books/new/form", &[])),
            ("GET /books/new/cover", found(cover, &[("isbn", "new")])),
            ("GET /books/new/map", NOT_FOUND.to_owned()),
        ],
        what,
        why,
    );
    let why = "/books/new only begins a pattern: here it is a book called new";
    in_any_order(
        &["GET /books/new/form", "GET /books/{isbn}"],
        &[(
            "GET /books/new",
            found("GET /books/{isbn}", &[("isbn", "new")]),
        )],
        what,
        why,
    );
    let shop = Shop::of(&[cover, "GET /{page}/{part}/print"]);
    let right = found(
        "GET /{page}/{part}/print",
        &[("page", "books"), ("part", "7")],
    );
    let why = "/books leads to {isbn}, and that to /cover only: then {page} has its turn";
    shop.says_or("GET /books/7/print", &right, what, why, |got| {
        let is_found = got.starts_with("Found");
        is_found.then_some((DEAD_END, DEAD_END_WHY))
    });
    let what = DEAD_END;
    let why = DEAD_END_WHY;
    in_any_order(
        &["GET /{a}/x/{b}/1", "GET /{c}/{d}/{e}/2"],
        &[(
            "GET /p/x/q/2",
            found("GET /{c}/{d}/{e}/2", &[("c", "p"), ("d", "x"), ("e", "q")]),
        )],
        what,
        why,
    );
}

const DEAD_END: &str = "a value from a way that led nowhere was handed over";
const DEAD_END_WHY: &str = "who turns back takes along no value of the way that led nowhere";

fn the_first_difference_decides_not_the_number_of_literals() {
    let what = "the wrong one of several patterns was chosen";
    let why =
        "the first segment in which they differ decides: a literal there goes before a parameter";
    let early = "GET /books/{isbn}/{part}";
    in_any_order(
        &[early, "GET /{shelf}/7/cover", "GET /{a}/{b}/{c}"],
        &[
            (
                "GET /books/7/cover",
                found(early, &[("isbn", "7"), ("part", "cover")]),
            ),
            (
                "GET /films/7/cover",
                found("GET /{shelf}/7/cover", &[("shelf", "films")]),
            ),
            (
                "GET /films/8/cover",
                found(
                    "GET /{a}/{b}/{c}",
                    &[("a", "films"), ("b", "8"), ("c", "cover")],
                ),
            ),
        ],
        what,
        why,
    );
}

// ---- Methods ----

fn another_method_is_405_with_allow() {
    let what = "a method that the pattern lacks was not answered as it must be";
    let why = "405 with Allow says: it is here, ask like that; after a 404 the app forgets it (RFC 9110 §15.5.6)";
    let shop = Shop::of(&[
        "PUT /books/{isbn}",
        "GET /books/{isbn}",
        "POST /books",
        "GET /authors",
    ]);
    shop.allows("GET /books", &not_allowed("OPTIONS, POST"), what, why);
    let allow = not_allowed("GET, HEAD, OPTIONS, PUT");
    shop.allows("DELETE /books/7", &allow, what, why);
    shop.allows("POST /books/7", &allow, what, why);
    let right = not_allowed("GET, HEAD, OPTIONS");
    shop.allows("PUT /authors", &right, what, why);
    let why = "methods are case-sensitive (RFC 9110 §9.1)";
    shop.says("get /books/7", &allow, what, why);
    shop.says("options /books/7", &allow, what, why);
    let shop = Shop::of(&[
        "get /",
        "Z /",
        "A-B /",
        "A /",
        "GET /",
        "HEAD /",
        "OPTIONS /",
    ]);
    let what = ALLOW;
    let why =
        "each method once, sorted by its bytes: `-` before letters, capitals before small ones";
    let right = not_allowed("A, A-B, GET, HEAD, OPTIONS, Z, get");
    shop.says("DELETE /", &right, what, why);
}

fn the_path_alone_decides_which_pattern_it_is() {
    let what = "the method had a say in which pattern it is";
    let why = "the path decides first: who deletes /books/new must not delete a book called new";
    in_any_order(
        &["GET /books/new", "DELETE /books/{isbn}", "PUT /{a}/{b}"],
        &[
            ("DELETE /books/new", not_allowed("GET, HEAD, OPTIONS")),
            ("PUT /books/new", not_allowed("GET, HEAD, OPTIONS")),
            ("PUT /books/7", not_allowed("DELETE, OPTIONS")),
            ("GET /books/7", not_allowed("DELETE, OPTIONS")),
            ("HEAD /books/7", not_allowed("DELETE, OPTIONS")),
            (
                "PUT /films/7",
                found("PUT /{a}/{b}", &[("a", "films"), ("b", "7")]),
            ),
        ],
        what,
        why,
    );
    in_any_order(
        &["POST /books/new", "GET /books/{isbn}", "OPTIONS /{a}/{b}"],
        &[("HEAD /books/new", not_allowed("OPTIONS, POST"))],
        what,
        why,
    );
}

fn head_is_answered_by_the_handler_of_get() {
    let what = "HEAD was not answered by the right handler";
    let why = "HEAD is GET without the body; a server has to know both (RFC 9110 §9.1, §9.3.2)";
    let shop = Shop::of(&["GET /books/{isbn}", "PUT /books", "HEAD /feed"]);
    let right = found("GET /books/{isbn}", &[("isbn", "7")]);
    shop.says("HEAD /books/7", &right, what, why);
    let why = "HEAD is a method like any other where a handler was added for it";
    shop.says("HEAD /feed", &found("HEAD /feed", &[]), what, why);
    let why = "without GET there is no HEAD, and one for HEAD is none for GET";
    shop.says("HEAD /books", &not_allowed("OPTIONS, PUT"), what, why);
    shop.says("GET /feed", &not_allowed("HEAD, OPTIONS"), what, why);
    let why = "somebody wrote a handler for HEAD because that of GET is too slow for it";
    in_any_order(
        &["GET /books/{isbn}", "HEAD /books/{id}"],
        &[
            ("HEAD /books/7", found("HEAD /books/{id}", &[("id", "7")])),
            ("GET /books/7", found("GET /books/{isbn}", &[("isbn", "7")])),
            ("PUT /books/7", not_allowed("GET, HEAD, OPTIONS")),
        ],
        what,
        why,
    );
}

fn options_says_which_methods_there_are() {
    let what = "OPTIONS was not answered as it must be";
    let why = "OPTIONS asks what there is; the answer stands in Allow (RFC 9110 §9.3.7)";
    let shop = Shop::of(&["GET /books/{isbn}", "DELETE /books/{isbn}", "POST /orders"]);
    let right = "Options { allow: \"DELETE, GET, HEAD, OPTIONS\" }";
    shop.allows("OPTIONS /books/7", right, what, why);
    let right = "Options { allow: \"OPTIONS, POST\" }";
    shop.allows("OPTIONS /orders", right, what, why);
    let shop = Shop::of(&["POST /books/new", "OPTIONS /{a}/{b}"]);
    shop.says("OPTIONS /books/new", right, what, why);
    shop.says(
        "OPTIONS /nothing",
        NOT_FOUND,
        what,
        "where nothing is, nothing is allowed",
    );
    let why = "`/*` is a path with one segment; to ask the whole server is another target, `*`";
    shop.says("OPTIONS /*", NOT_FOUND, what, why);
    let shop = Shop::of(&["POST /{page}"]);
    shop.says("OPTIONS /*", right, what, why);
    let shop = Shop::of(&["GET /books", "OPTIONS /books", "OPTIONS /{page}"]);
    let why = "a handler that was added for OPTIONS knows more than the router";
    shop.says("OPTIONS /books", &found("OPTIONS /books", &[]), what, why);
    let right = found("OPTIONS /{page}", &[("page", "help")]);
    shop.says("OPTIONS /help", &right, what, why);
    shop.says("GET /help", &not_allowed("OPTIONS"), what, why);
}

fn refuses_a_route_that_cannot_be_added() {
    let first = "GET /books/{isbn}";
    let all = [first, "POST /books/{isbn}", "GET /books/new"];
    let why = "two handlers for one request: whoever is silently left out is missed in production";
    for again in [
        "GET /books/{isbn}",
        "GET /books/{id}",
        "GET /books/{id}/",
        "GET /books/new",
    ] {
        refuses(&all, again, "a route was added twice", why);
    }
    let why = "a pattern is written like a path; what is none can never match";
    for bad in [
        "GET //",
        "GET books",
        "GET ",
        "GET /books//new",
        "GET /fresh/{a}//",
    ] {
        refuses(&all, bad, "a pattern that is no path was added", why);
    }
    let mut shop = Shop::of(&all);
    for bad in ["GET /books/{id}", "GET /fresh/{a}//"] {
        shop.add(bad);
    }
    let what = "a route that was refused has changed the router";
    let why = "after an error the router is as it was before";
    shop.says("GET /books/7", &found(first, &[("isbn", "7")]), what, why);
    shop.says("GET /fresh/7", NOT_FOUND, what, why);
    shop.says("GET /fresh", NOT_FOUND, what, why);
    let right = not_allowed("GET, HEAD, OPTIONS, POST");
    shop.says("PUT /books/7", &right, what, why);
    Shop::of(&[
        "GET /a/{x}",
        "GET /{x}/a",
        "GET /a",
        "GET /{x}",
        "HEAD /a",
        "get /a",
    ]);
}

#[track_caller]
fn refuses(routes: &[&str], bad: &str, what: &str, why: &str) {
    let mut shop = Shop::of(routes);
    if shop.add(bad) {
        shop.added.pop();
        fail(what)
            .given(format!("{}then {}", shop.routes(), call(bad)))
            .expected("Err(BadRoute)")
            .got("Ok(())")
            .because(why)
            .raise();
    }
}

// ---- All of it ----

fn any_answer_is_the_one_that_the_rules_give() {
    let what = "the answer is not the one that the rules give";
    let why = "of the patterns that match, the first literal decides; then the method is looked up";
    for_all("routes and requests of a few segments", 400, |rng| {
        let mut routes: Vec<String> = vec![];
        for route in rng.many(0..=8, route) {
            if !routes.iter().any(|other| plain(other) == plain(&route)) {
                routes.push(route);
            }
        }
        let shop = Shop::of(&routes);
        let requests = rng.many(1..=6, |rng| {
            let method = *rng.choose(&["GET", "HEAD", "OPTIONS", "PUT"]);
            let depth = rng.range(0..=3);
            let path: String = (0..depth)
                .map(|_| format!("/{}", rng.choose(&["a", "b", "c"])))
                .collect();
            format!("{method} {path}")
        });
        for request in requests {
            let right = by_the_rules(&routes, &request);
            shop.says(&request, &right, what, why);
        }
    });
}

/// A route of up to three segments.
fn route(rng: &mut Rng) -> String {
    let method = *rng.choose(&["GET", "GET", "PUT", "HEAD", "OPTIONS"]);
    let depth = rng.range(0..=3);
    let segments: Vec<String> = (0..depth)
        .map(|place| match rng.range(0..4) {
            0 => "a".to_owned(),
            1 => "b".to_owned(),
            2 => format!("{{p{place}}}"),
            _ => format!("{{q{place}}}"),
        })
        .collect();
    format!("{method} /{}", segments.join("/"))
}

/// A route without the names of its parameters.
fn plain(route: &str) -> String {
    let parts = route.split('/');
    let parts = parts.map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The right answer, found by looking at every route.
fn by_the_rules(routes: &[String], request: &str) -> String {
    let (method, path) = request.split_once(' ').unwrap_or((request, ""));
    let path = split(path);
    let matching = routes.iter().filter(|route| {
        let (_, pattern) = route.split_once(' ').unwrap_or_default();
        let pattern = split(pattern);
        let mut pairs = pattern.iter().zip(&path);
        pattern.len() == path.len()
            && pairs.all(|(part, segment)| part.starts_with('{') || part == segment)
    });
    let shape = |route: &str| -> Vec<bool> {
        let (_, pattern) = route.split_once(' ').unwrap_or_default();
        let parts = split(pattern);
        parts.iter().map(|part| part.starts_with('{')).collect()
    };
    let matching: Vec<&String> = matching.collect();
    let Some(best) = matching.iter().map(|route| shape(route)).min() else {
        return NOT_FOUND.to_owned();
    };
    let of_pattern: Vec<&str> = matching
        .iter()
        .filter(|route| shape(route) == best)
        .map(|route| route.as_str())
        .collect();
    let added_for = |method: &str| {
        let mut routes = of_pattern.iter();
        routes.find(|route| route.split(' ').next() == Some(method))
    };
    let route = match method {
        "HEAD" => added_for("HEAD").or_else(|| added_for("GET")),
        method => added_for(method),
    };
    if let Some(route) = route {
        let (_, pattern) = route.split_once(' ').unwrap_or_default();
        let names = split(pattern);
        let params: Vec<(&str, &str)> = names
            .iter()
            .zip(&path)
            .filter(|(name, _)| name.starts_with('{'))
            .map(|(name, value)| (name.trim_matches(['{', '}']), value.as_str()))
            .collect();
        return found(route, &params);
    }
    let mut methods = vec!["OPTIONS"];
    methods.extend(
        of_pattern
            .iter()
            .filter_map(|route| route.split(' ').next()),
    );
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.sort_unstable();
    methods.dedup();
    let allow = methods.join(", ");
    match method {
        "OPTIONS" => format!("Options {{ allow: {allow:?} }}"),
        _ => not_allowed(&allow),
    }
}

fn a_very_long_path_does_no_harm() {
    let long = 100_000;
    let shop = Shop::of(&["GET /{a}", "GET /{a}/b", "GET /{a}/{b}/{c}", "GET /x/x/x/x"]);
    let why =
        "the longest pattern has four segments: nothing of a longer path needs to be looked at";
    let text = "/x".repeat(long);
    let given = format!(
        "a path of {long} segments: {}",
        bytes::quote(text.as_bytes())
    );
    let count = no_panic(&given, format!("{long} segments"), why, || {
        segments(&text).map(|segments| segments.len())
    });
    if count != Some(long) {
        fail("a long path was not cut into its segments")
            .given(&given)
            .expected(format!("Some, of {long} segments"))
            .got(format!("{:?}", count))
            .because("a path has no greatest length here; limits come with the server")
            .raise();
    }
    let path = vec!["x".to_owned(); long];
    let got = no_panic(&given, NOT_FOUND, why, || {
        shown(&shop.router.find("GET", &path))
    });
    if got != NOT_FOUND {
        fail("a long path was taken for a short one")
            .given(format!("{}find(\"GET\", {given})", shop.routes()))
            .expected(NOT_FOUND)
            .got(bytes::shorten(&got))
            .because(why)
            .raise();
    }
}

/// A segment that counts how often it is compared and hashed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Segment(Counted<String>);

impl From<String> for Segment {
    fn from(text: String) -> Self {
        Segment(Counted(text))
    }
}

/// A shop of so many shelves, with four routes for each.
fn shelves(count: usize) -> Router<Segment, usize> {
    let mut router = Router::new();
    for shelf in 0..count {
        for pattern in [
            format!("/shelf{shelf}"),
            format!("/shelf{shelf}/{{book}}/reviews"),
            format!("/books/{{isbn}}/part{shelf}"),
            format!("/books/{{isbn}}/parts/{{part}}/page{shelf}/{{line}}"),
        ] {
            let _ = router.add("GET", &pattern, shelf);
        }
    }
    router
}

/// How many comparisons one call of `find` makes.
fn comparisons(router: &Router<Segment, usize>, method: &str, path: &str) -> u64 {
    let path: Vec<Segment> = split(path).into_iter().map(Segment::from).collect();
    let why = "a lookup must be safe with many routes, too";
    let (_, work) = no_panic(format!("{path:?}"), "an answer", why, || {
        work(|| {
            router.find(method, &path);
        })
    });
    work.total()
}

fn four_times_the_routes_cost_at_most_twice_the_comparisons() {
    const FEW: usize = 120;
    /// A map may meet a key by accident that only looks like the right one.
    const ACCIDENTS: u64 = 10;
    let why = "looking at all routes for each request makes every page slower with each new page";
    let (few, many) = no_panic("routes for 480 shelves", "a router", why, || {
        (shelves(FEW), shelves(4 * FEW))
    });
    for (method, path) in [
        ("GET", "/shelf0"),
        ("GET", "/shelf119"),
        ("GET", "/shelf60/7/reviews"),
        ("GET", "/books/978/part119"),
        ("GET", "/books/978/parts/3/page119/8"),
        ("HEAD", "/shelf119"),
        ("DELETE", "/shelf119/7/reviews"),
        ("GET", "/nothing"),
        ("GET", "/nothing/7/reviews"),
        ("GET", "/shelf119/7/nothing"),
        ("GET", "/books/978/nothing"),
        ("GET", "/books/978/parts/3/nothing/8"),
        ("GET", "/books/978"),
    ] {
        let at_few = comparisons(&few, method, path);
        let at_many = comparisons(&many, method, path);
        if at_many > 2 * at_few + ACCIDENTS {
            fail("the work of a lookup grows with the number of routes")
                .given(format!(
                    "GET /shelfN\nGET /shelfN/{{book}}/reviews\nGET /books/{{isbn}}/partN\n\
                     GET /books/{{isbn}}/parts/{{part}}/pageN/{{line}}\n\
                     for each N below {FEW}, then below {}\nfind({method:?}, {:?})",
                    4 * FEW,
                    split(path)
                ))
                .expected(format!(
                    "{at_few} comparisons with {} routes, so at most {} with {}",
                    4 * FEW,
                    2 * at_few,
                    16 * FEW
                ))
                .got(format!("{at_many} comparisons with {} routes", 16 * FEW))
                .because(why)
                .raise();
        }
    }
}
