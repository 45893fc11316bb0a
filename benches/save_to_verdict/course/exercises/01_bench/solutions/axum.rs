//! # axum: the shop
//!
//! The shop's books behind a router: a list that can be searched, one book,
//! and a way to add one. Errors are answers, too.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// A book of the shop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Its title.
    pub title: String,
    /// What it costs, in cents.
    pub cents: u32,
}

/// What a search may say.
#[derive(Debug, Deserialize)]
struct Search {
    /// A part of the title.
    #[serde(default)]
    title: String,
    /// The most that a book may cost, in cents.
    most: Option<u32>,
}

/// Why a request is refused.
#[derive(Debug)]
enum Refusal {
    /// There is no such book.
    NotFound(usize),
    /// The book has no title.
    NoTitle,
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::NotFound(id) => (StatusCode::NOT_FOUND, format!("there is no book {id}")),
            Self::NoTitle => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "a book needs a title".to_owned(),
            ),
        };
        (status, text).into_response()
    }
}

#[derive(Debug, Clone, Default)]
struct Shop(Arc<Mutex<Vec<Book>>>);

impl Shop {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Book>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The shop's router.
pub fn router(books: Vec<Book>) -> Router {
    Router::new()
        .route("/books", get(list).post(add))
        .route("/books/{id}", get(one))
        .with_state(Shop(Arc::new(Mutex::new(books))))
}

async fn list(State(shop): State<Shop>, Query(search): Query<Search>) -> Json<Vec<Book>> {
    let wanted = |book: &&Book| {
        book.title.contains(&search.title) && search.most.is_none_or(|most| book.cents <= most)
    };
    Json(shop.with(|books| books.iter().filter(wanted).cloned().collect()))
}

async fn one(State(shop): State<Shop>, Path(id): Path<usize>) -> Result<Json<Book>, Refusal> {
    let book = shop.with(|books| books.get(id).cloned());
    book.map(Json).ok_or(Refusal::NotFound(id))
}

async fn add(
    State(shop): State<Shop>,
    Json(book): Json<Book>,
) -> Result<(StatusCode, String), Refusal> {
    if book.title.trim().is_empty() {
        return Err(Refusal::NoTitle);
    }
    let id = shop.with(|books| {
        books.push(book);
        books.len() - 1
    });
    Ok((StatusCode::CREATED, format!("/books/{id}")))
}
