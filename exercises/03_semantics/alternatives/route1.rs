//! # route1: the router, with a table for each shape of pattern instead of a tree

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Which handler is for a request. `S` is a segment of a path, `H` a handler.
pub struct Router<S, H> {
    /// The shape of a pattern says of each segment whether it is a parameter. `false` sorts before
    /// `true`: of two shapes of one length, the first is the one that goes before the other.
    shapes: BTreeMap<Vec<bool>, Patterns<S, H>>,
}

/// The patterns of one shape, by their literals.
type Patterns<S, H> = HashMap<Vec<S>, Vec<Route<H>>>;

struct Route<H> {
    method: String,
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
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["", ""] => Some(vec![]),
        ["", segments @ .., ""] | ["", segments @ ..] => {
            let is_path = !segments.is_empty() && !segments.contains(&"");
            is_path.then(|| segments.to_vec())
        }
        _ => None,
    }
}

impl<S: From<String> + Clone + Ord + Hash, H> Router<S, H> {
    /// A router without routes.
    pub fn new() -> Self {
        Router {
            shapes: BTreeMap::new(),
        }
    }

    /// Adds a route, such as `add("GET", "/books/{isbn}", show_book)`. A segment is made of a
    /// text by `S::from`.
    pub fn add(&mut self, method: &str, pattern: &str, handler: H) -> Result<(), BadRoute> {
        let (mut shape, mut literals, mut names) = (vec![], vec![], vec![]);
        for segment in segments(pattern).ok_or(BadRoute)? {
            let is_parameter = segment.starts_with('{');
            shape.push(is_parameter);
            if is_parameter {
                names.push(segment.trim_matches(['{', '}']).to_owned());
            } else {
                literals.push(S::from(segment.to_owned()));
            }
        }
        let patterns = self.shapes.entry(shape).or_default();
        let routes = patterns.entry(literals).or_default();
        if routes.iter().any(|route| route.method == method) {
            return Err(BadRoute);
        }
        routes.push(Route {
            method: method.to_owned(),
            names,
            handler,
        });
        Ok(())
    }

    /// What to do with a request for the path of these segments.
    pub fn find<'a>(&'a self, method: &str, path: &'a [S]) -> Answer<'a, S, H> {
        let mut shapes = self.shapes.iter();
        let fitting = shapes.find_map(|(shape, patterns)| {
            if shape.len() != path.len() {
                return None;
            }
            let literals: Vec<S> = of_kind(shape, path, false).cloned().collect();
            Some((shape, patterns.get(&literals)?))
        });
        let Some((shape, routes)) = fitting else {
            return Answer::NotFound;
        };
        let route_of = |method| routes.iter().find(|route| route.method == method);
        let route = match method {
            "HEAD" => route_of("HEAD").or_else(|| route_of("GET")),
            method => route_of(method),
        };
        if let Some(route) = route {
            let names = route.names.iter().map(String::as_str);
            return Answer::Found {
                handler: &route.handler,
                params: names.zip(of_kind(shape, path, true)).collect(),
            };
        }
        let mut methods: Vec<&str> = routes.iter().map(|route| route.method.as_str()).collect();
        methods.push("OPTIONS");
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.sort_unstable();
        methods.dedup();
        let allow = methods.join(", ");
        match method {
            "OPTIONS" => Answer::Options { allow },
            _ => Answer::MethodNotAllowed { allow },
        }
    }
}

/// The segments of a path that stand where a shape has parameters, or where it has literals.
fn of_kind<'a, S>(shape: &[bool], path: &'a [S], parameters: bool) -> impl Iterator<Item = &'a S> {
    let segments = shape.iter().zip(path);
    segments
        .filter(move |(is_parameter, _)| **is_parameter == parameters)
        .map(|(_, segment)| segment)
}
