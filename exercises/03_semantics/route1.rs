//! # route1: the router
//!
//! Marginalia's server finds the code for a request with a chain of `if path.starts_with(...)`.
//! Since `/books/{isbn}` was put above `/books/new`, the page for new books says that no book has
//! the ISBN "new". A `DELETE` of a book gets 404, so the app takes the book for deleted. And each
//! new page makes all the others a little slower.
//!
//! Rules for paths (RFC 3986 §3.3). `segments` gets the path of a target, without the query.
//! - A path is one or more segments, each after a slash: `/books/new` is `books`, `new`. One slash
//!   at the end adds nothing: `/books/` is the same as `/books`. `/` alone is a path of no
//!   segments.
//! - What does not begin with a slash is no path, and no segment is empty: `/books//new`, `//` and
//!   `/books//` are no paths either.
//! - Nothing is decoded here (`%2F` is no slash, it is part of a segment), upper and lower case
//!   differ, and `.`, `..` and `*` are segments like any other.
//!
//! Rules for routes. A pattern is written like a path; a segment `{name}` in it is a parameter.
//! - A parameter matches any one segment, a literal segment only itself. A pattern matches a path
//!   with as many segments, each of which it matches.
//! - Where several patterns match, look at the first segment in which they differ: the one with a
//!   literal there goes before the one with a parameter, in whatever order they were added.
//! - Patterns that differ only in the names of their parameters are one pattern; each of its
//!   methods keeps the names with which it was added. To add a method to a pattern that has it
//!   already is an error, and so is a pattern that is no path; then the router stays as it was.
//!   (Names are not empty and differ within a pattern; no other segment has braces. You need not
//!   check that.)
//!
//! Rules for methods (RFC 9110 §9 and §15.5.6). The path alone decides which pattern it is; what
//! its methods are is asked then, and of no other pattern.
//! - No pattern: `NotFound` (404). A pattern, but not this method: `MethodNotAllowed` (405).
//! - Upper and lower case differ: `get` is not `GET`.
//! - `HEAD` has the handler that was added for it, else that of `GET`.
//! - `OPTIONS` has the handler that was added for it, else the answer is `Options` (204).
//! - `allow` is the value of the field `Allow`: the methods of the pattern, `HEAD` where it has
//!   `GET`, and always `OPTIONS`; each once, sorted by their bytes, joined by a comma and a space.
//!
//! Rule for the work: with four times as many pages of the same kinds, one call of `find` may make
//! at most twice the comparisons. Pages of one kind have patterns that are the same but for the
//! text of one literal, such as `/shelf1/{book}` and `/shelf2/{book}`. Every call of `==`, `<`,
//! `cmp` or `hash` on a segment is counted. A path may have a hundred thousand segments: a stranger
//! sends it.
//!
//! What to do: write `segments` and the three functions of `Router`. The tree that `Node` makes is
//! drawn in the README of this chapter; keep the routes in another way if you like. In the shop a
//! segment `S` is a `String`, or decoded bytes. The check uses one that counts, too.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Which handler is for a request. `S` is a segment of a path, `H` a handler.
pub struct Router<S, H> {
    /// Where all patterns begin. A pattern of no segments ends here, too.
    root: Node<S, H>,
}

/// A place in the tree of patterns. Those that begin alike share their first nodes.
struct Node<S, H> {
    /// Where a literal segment leads.
    literals: HashMap<S, Node<S, H>>,
    /// Where a parameter leads, whatever its name.
    parameter: Option<Box<Node<S, H>>>,
    /// The routes of the pattern that ends here, by method. Empty: none ends here.
    routes: BTreeMap<String, Route<H>>,
}

/// The names stand here and not in the nodes, since each route has its own.
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
    todo!("the segments of {path}")
}

impl<S: From<String> + Clone + Ord + Hash, H> Router<S, H> {
    /// A router without routes.
    pub fn new() -> Self {
        todo!("a router without routes")
    }

    /// Adds a route, such as `add("GET", "/books/{isbn}", show_book)`. A segment is made of a
    /// text by `S::from`.
    pub fn add(&mut self, method: &str, pattern: &str, handler: H) -> Result<(), BadRoute> {
        let _ = handler;
        todo!("add {method} {pattern}")
    }

    /// What to do with a request for the path of these segments.
    pub fn find<'a>(&'a self, method: &str, path: &'a [S]) -> Answer<'a, S, H> {
        todo!("find {method} among {} segments", path.len())
    }
}
