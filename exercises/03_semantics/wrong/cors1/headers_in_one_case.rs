//! fails: names_the_headers_of_the_policy_and_no_others

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
    let is_preflight =
        request.method == "OPTIONS" && request.origin.is_some() && request.request_method.is_some();
    let mut fields = Vec::new();
    let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    let allowed = match &policy.origins {
        Origins::Any => Some("*"),
        Origins::These(list) => {
            add("Vary", "Origin");
            request.origin.filter(|origin| is_listed(list, origin))
        }
    };
    if let Some(origin) = allowed {
        add("Access-Control-Allow-Origin", origin);
        if policy.credentials && origin != "*" {
            add("Access-Control-Allow-Credentials", "true");
        }
        if is_preflight {
            add("Access-Control-Allow-Methods", &policy.methods.join(", "));
            let asked = request.request_headers.unwrap_or_default();
            let is_own = |name: &&str| policy.headers.iter().any(|own| own == name);
            let names: Vec<&str> = asked.split(',').map(str::trim).filter(is_own).collect();
            add("Access-Control-Allow-Headers", &names.join(", "));
            if let Some(seconds) = policy.max_age {
                add("Access-Control-Max-Age", &seconds.to_string());
            }
        }
    }
    Answer {
        is_preflight,
        fields,
    }
}

/// Whether it is the whole of an origin on the list, and one that somebody in particular has.
fn is_listed(list: &[String], origin: &str) -> bool {
    origin != "null" && list.iter().any(|listed| listed == origin)
}
