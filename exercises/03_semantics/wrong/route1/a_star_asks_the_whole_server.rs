//! fails: options_says_which_methods_there_are

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// Which handler is for a request. `S` is a segment of a path, `H` a handler.
pub struct Router<S, H> {
    root: Node<S, H>,
}

/// A place in the tree of patterns: all patterns that begin alike share their first nodes. So a
/// lookup goes down one path, however many others there are.
struct Node<S, H> {
    /// Where a literal leads.
    literals: HashMap<S, Node<S, H>>,
    /// Where a parameter leads, whatever its name.
    parameter: Option<Box<Node<S, H>>>,
    /// The routes of the pattern that ends here, by method. None ends here where it is empty.
    routes: BTreeMap<String, Route<H>>,
}

/// The names stand here and not in the nodes: other routes may have other names.
struct Route<H> {
    names: Vec<String>,
    handler: H,
}

/// What to do with a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer<'a, S, H> {
    /// Call the handler. The parameters are names and values, in the order of the path.
    Found {
        handler: &'a H,
        params: Vec<(&'a str, &'a S)>,
    },
    /// 204 with this `Allow`: it was asked what there is.
    Options { allow: String },
    /// 404.
    NotFound,
    /// 405 with this `Allow`.
    MethodNotAllowed { allow: String },
}

/// The route cannot be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadRoute;

/// The segments of a path, as they were sent; `None` where it is no path.
pub fn segments(path: &str) -> Option<Vec<&str>> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(Vec::new());
    }
    // One slash only, and only now that something stands before it: `//` has an empty segment.
    let path = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = path.split('/').collect();
    let is_path = segments.iter().all(|segment| !segment.is_empty());
    is_path.then_some(segments)
}

impl<S: From<String> + Clone + Ord + Hash, H> Router<S, H> {
    /// A router without routes.
    pub fn new() -> Self {
        Router { root: Node::new() }
    }

    /// Adds a route, such as `add("GET", "/books/{isbn}", show_book)`. A segment is made of a
    /// text by `S::from`.
    pub fn add(&mut self, method: &str, pattern: &str, handler: H) -> Result<(), BadRoute> {
        let mut node = &mut self.root;
        let mut names = Vec::new();
        for segment in segments(pattern).ok_or(BadRoute)? {
            node = match parameter_name(segment) {
                Some(name) => {
                    names.push(name.to_owned());
                    node.parameter.get_or_insert_with(|| Box::new(Node::new()))
                }
                None => {
                    let literal = S::from(segment.to_owned());
                    node.literals.entry(literal).or_insert_with(Node::new)
                }
            };
        }
        // Only a pattern that is there already can have the method: no node is new then.
        if node.routes.contains_key(method) {
            return Err(BadRoute);
        }
        node.routes
            .insert(method.to_owned(), Route { names, handler });
        Ok(())
    }

    /// What to do with a request for the path of these segments.
    pub fn find<'a>(&'a self, method: &str, path: &'a [S]) -> Answer<'a, S, H> {
        if method == "OPTIONS" && *path == [S::from("*".to_owned())] {
            return Answer::Options {
                allow: "OPTIONS".to_owned(),
            };
        }
        let mut values = Vec::new();
        let Some(routes) = self.root.routes(path, &mut values) else {
            return Answer::NotFound;
        };
        let route = match routes.get(method) {
            None if method == "HEAD" => routes.get("GET"),
            route => route,
        };
        match route {
            Some(Route { names, handler }) => Answer::Found {
                handler,
                params: names.iter().map(String::as_str).zip(values).collect(),
            },
            None if method == "OPTIONS" => Answer::Options {
                allow: allow(routes),
            },
            None => Answer::MethodNotAllowed {
                allow: allow(routes),
            },
        }
    }
}

impl<S: Ord + Hash, H> Node<S, H> {
    fn new() -> Self {
        Node {
            literals: HashMap::new(),
            parameter: None,
            routes: BTreeMap::new(),
        }
    }

    /// The routes of the pattern that matches the rest of a path; what its parameters match is
    /// added to `values`. It calls itself once for each node on the way, so never deeper than the
    /// longest pattern, however long the path.
    fn routes<'a>(
        &'a self,
        path: &'a [S],
        values: &mut Vec<&'a S>,
    ) -> Option<&'a BTreeMap<String, Route<H>>> {
        let Some((segment, rest)) = path.split_first() else {
            // A node on the way to longer patterns is no pattern itself.
            return (!self.routes.is_empty()).then_some(&self.routes);
        };
        // The literal first. It may lead nowhere further down; then the parameter has its turn.
        let literal = self.literals.get(segment);
        if let Some(routes) = literal.and_then(|node| node.routes(rest, values)) {
            return Some(routes);
        }
        let parameter = self.parameter.as_ref()?;
        values.push(segment);
        let routes = parameter.routes(rest, values);
        if routes.is_none() {
            values.pop();
        }
        routes
    }
}

/// `isbn` of `{isbn}`.
fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// The value of `Allow`. The set sorts, and holds each method once.
fn allow<H>(routes: &BTreeMap<String, Route<H>>) -> String {
    let mut methods: BTreeSet<&str> = routes.keys().map(String::as_str).collect();
    if methods.contains("GET") {
        methods.insert("HEAD");
    }
    methods.insert("OPTIONS");
    Vec::from_iter(methods).join(", ")
}
