//! fails: four_times_the_routes_cost_at_most_twice_the_comparisons

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;

/// Which handler is for a request. `S` is a segment of a path, `H` a handler.
pub struct Router<S, H> {
    patterns: Vec<Pattern<S, H>>,
}

/// A pattern with its routes; a parameter is `None`. The list is sorted: literals go first.
struct Pattern<S, H> {
    segments: Vec<Option<S>>,
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
        Router {
            patterns: Vec::new(),
        }
    }

    /// Adds a route, such as `add("GET", "/books/{isbn}", show_book)`. A segment is made of a
    /// text by `S::from`.
    pub fn add(&mut self, method: &str, pattern: &str, handler: H) -> Result<(), BadRoute> {
        let mut segments_of_pattern = Vec::new();
        let mut names = Vec::new();
        for segment in segments(pattern).ok_or(BadRoute)? {
            segments_of_pattern.push(match parameter_name(segment) {
                Some(name) => {
                    names.push(name.to_owned());
                    None
                }
                None => Some(S::from(segment.to_owned())),
            });
        }
        let known = self.patterns.iter();
        let place = match known
            .map(|pattern| &pattern.segments)
            .position(|segments| *segments == segments_of_pattern)
        {
            Some(place) => place,
            None => {
                let shape = |segments: &[Option<S>]| -> Vec<bool> {
                    segments.iter().map(Option::is_none).collect()
                };
                let new = shape(&segments_of_pattern);
                let mut sorted = self.patterns.iter();
                let place = sorted.position(|pattern| shape(&pattern.segments) > new);
                let place = place.unwrap_or(self.patterns.len());
                let pattern = Pattern {
                    segments: segments_of_pattern,
                    routes: BTreeMap::new(),
                };
                self.patterns.insert(place, pattern);
                place
            }
        };
        let node = &mut self.patterns[place];
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
        let mut patterns = self.patterns.iter();
        let Some(pattern) = patterns.find(|pattern| pattern.matches(path)) else {
            return Answer::NotFound;
        };
        let routes = &pattern.routes;
        let pairs = pattern.segments.iter().zip(path);
        let values = pairs
            .filter(|(segment, _)| segment.is_none())
            .map(|(_, value)| value);
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

impl<S: Ord + Hash, H> Pattern<S, H> {
    fn matches(&self, path: &[S]) -> bool {
        let mut pairs = self.segments.iter().zip(path);
        self.segments.len() == path.len()
            && pairs.all(|(segment, value)| segment.as_ref().is_none_or(|literal| literal == value))
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
