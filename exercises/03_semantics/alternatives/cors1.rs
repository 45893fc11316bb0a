//! # cors1: other origins, with only what was asked for in the lists

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
    let asked = match (request.method, request.origin, request.request_method) {
        ("OPTIONS", Some(_), Some(method)) => Some((method, request.request_headers)),
        _ => None,
    };
    let mut fields = of_origin(policy, request.origin);
    let is_allowed = fields.iter().any(|(name, _)| *name == ALLOW_ORIGIN);
    if let Some((method, headers)) = asked.filter(|_| is_allowed) {
        fields.extend(of_preflight(policy, method, headers.unwrap_or_default()));
    }
    let owned = |(name, value): (&str, String)| (name.to_owned(), value);
    Answer {
        is_preflight: asked.is_some(),
        fields: fields.into_iter().map(owned).collect(),
    }
}

type Field = (&'static str, String);

const ALLOW_ORIGIN: &str = "access-control-allow-origin";

fn of_origin(policy: &Policy, origin: Option<&str>) -> Vec<Field> {
    let Origins::These(list) = &policy.origins else {
        return vec![(ALLOW_ORIGIN, "*".to_owned())];
    };
    let vary = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
    let mut fields = vec![("vary", vary.to_owned())];
    let listed = list.iter().find(|listed| origin == Some(listed));
    if let Some(listed) = listed.filter(|listed| *listed != "null") {
        fields.push((ALLOW_ORIGIN, listed.clone()));
        if policy.credentials {
            fields.push(("access-control-allow-credentials", "true".to_owned()));
        }
    }
    fields
}

fn of_preflight(policy: &Policy, method: &str, headers: &str) -> Vec<Field> {
    let mut fields = Vec::new();
    if policy.methods.iter().any(|allowed| allowed == method) {
        fields.push(("access-control-allow-methods", method.to_owned()));
    }
    let asked: Vec<&str> = headers.split(',').map(str::trim).collect();
    let is_asked = |name: &&String| asked.iter().any(|asked| asked.eq_ignore_ascii_case(name));
    let headers: Vec<String> = policy.headers.iter().filter(is_asked).cloned().collect();
    if !headers.is_empty() {
        fields.push(("access-control-allow-headers", headers.join(",")));
    }
    let seconds = policy.max_age.map(|seconds| seconds.to_string());
    fields.extend(seconds.map(|seconds| ("access-control-max-age", seconds)));
    fields
}
