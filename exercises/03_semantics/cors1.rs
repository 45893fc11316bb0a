//! # cors1: other origins
//!
//! The partners' page may read the shop's books from a browser. Since the shop allows what
//! *begins* with `https://marginalia.example`, a page at `https://marginalia.example.evil.test`
//! reads the orders of whoever visits it, with their cookies. And a cache gave the answer for one
//! partner to the next, whose browser then refused it.
//!
//! A page asks a server of another origin, and the browser lets it read the answer only where the
//! server says so. What a form or a link could send, too (`GET`, `HEAD` or `POST` with ordinary
//! headers), goes out at once. Before anything else, such as `PUT`, a `Content-Type` of JSON or a
//! header `X-Shelf`, the browser asks with a *preflight* whether it may send it: the server may be
//! older than all this, and what a `DELETE` has done is done, even if nobody may read the answer.
//!
//! Rules (the Fetch standard, §3.3). `answer` gets what is allowed and what is asked, and says
//! which fields go into the response.
//! - `Origins::These`: an origin is allowed where it is, byte for byte, one of the list: scheme,
//!   host and port. `null` never is, even where the list has it: any page can send it.
//! - For an allowed origin, `Access-Control-Allow-Origin` is this origin, and
//!   `Access-Control-Allow-Credentials: true` goes along where the policy has `credentials`. For
//!   all others, and without an `Origin`, the response has no `Access-Control-` field at all.
//! - With `These`, the answer depends on `Origin`: each one, also where nothing is allowed and where
//!   there is no `Origin`, has a `Vary` that names `Origin` (§3.3.5, RFC 9110 §12.5.5).
//! - `Origins::Any`: each answer has `Access-Control-Allow-Origin: *`, also for `null` and without
//!   an `Origin`, and no answer has `Access-Control-Allow-Credentials`, whatever the policy says:
//!   browsers refuse the two together, and so they should. `Vary` is not needed then.
//! - A preflight is a request with the method `OPTIONS`, an `Origin` and an
//!   `Access-Control-Request-Method`. Nothing else is one, and the case of `OPTIONS` counts.
//!   `is_preflight` says so, whatever is allowed: the caller then answers it alone, with 204.
//! - Where its origin is allowed, a preflight is answered such that the browser will send what the
//!   policy allows, and nothing else. `Access-Control-Allow-Methods` and
//!   `Access-Control-Allow-Headers` are lists divided by commas. They name all that is asked for
//!   and is in the policy. They may name more of what the policy has, and nothing that it has not:
//!   no `*`, and never what a stranger asked for, only because it was asked for.
//! - The case of a method counts; that of a header's name does not. `GET`, `HEAD` and `POST` need
//!   no permission: whether they are named is left open.
//! - `Access-Control-Max-Age` is the policy's `max_age`, in seconds, in each preflight whose origin
//!   is allowed; 0 is written, too. Without a `max_age` there is no such field.
//!
//! Left open: the order of the fields and the case of their names; what else `Vary` names; the
//! lists of a preflight that asks for nothing of its kind; the three fields that only a preflight
//! needs, in answers that are none (but no `*` there, either). No field comes twice.
//!
//! What to do: mend `answer`.

/// What the shop allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub origins: Origins,
    /// Whether the browser may send cookies along and still show the answer to the page.
    pub credentials: bool,
    /// `PUT`, `DELETE`
    pub methods: Vec<String>,
    /// `Content-Type`, `X-Shelf`
    pub headers: Vec<String>,
    /// For how many seconds a browser may remember the answer to a preflight.
    pub max_age: Option<u32>,
}

/// Whose pages may read the shop's answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Everybody's.
    Any,
    /// Those of these origins, such as `https://partner.example`.
    These(Vec<String>),
}

/// The parts of a request that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    pub method: &'a str,
    /// `Origin`
    pub origin: Option<&'a str>,
    /// `Access-Control-Request-Method`
    pub request_method: Option<&'a str>,
    /// `Access-Control-Request-Headers`: names, divided by commas.
    pub request_headers: Option<&'a str>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Whether the request only asks for permission.
    pub is_preflight: bool,
    /// Name and value of each field that goes into the response.
    pub fields: Vec<(String, String)>,
}

/// The fields for the response to this request.
pub fn answer(policy: &Policy, request: &Request<'_>) -> Answer {
    let is_preflight = request.method == "OPTIONS";
    let mut fields = Vec::new();
    let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    let origin = request.origin.unwrap_or("*");
    let is_allowed = match &policy.origins {
        Origins::Any => true,
        Origins::These(list) => list.iter().any(|allowed| origin.starts_with(allowed)),
    };
    if is_allowed {
        add("Access-Control-Allow-Origin", origin);
        add("Vary", "Origin");
        if policy.credentials {
            add("Access-Control-Allow-Credentials", "true");
        }
        if is_preflight {
            add("Access-Control-Allow-Methods", &policy.methods.join(", "));
            let headers = request.request_headers.unwrap_or("*");
            add("Access-Control-Allow-Headers", headers);
        }
        if let Some(seconds) = policy.max_age {
            add("Access-Control-Max-Age", &seconds.to_string());
        }
    }
    Answer {
        is_preflight,
        fields,
    }
}
