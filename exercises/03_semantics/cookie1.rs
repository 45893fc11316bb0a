//! # cookie1: cookies
//!
//! Customers were logged out at random: a session id may end in `=`, and the shop read it only up to
//! there. A stranger called his wish list `x; Domain=example; Max-Age=1` and so wrote attributes of
//! his own. And a page on another host of ours set a cookie with a blank of Unicode before its name,
//! and the shop, which trimmed it, took it for its own `__Host-session`.
//!
//! Rules for reading (RFC 6265bis §4.2). `parse` gets the value of `Cookie`, as bytes.
//! - `;` divides the cookies, also between quotes. The first `=` divides a name from its value; the
//!   value may hold more of them.
//! - Spaces and tabs around a name or a value are no part of it. No other byte is taken off.
//! - Nothing is decoded, unquoted or put into another case: quotes are part of the value (§4.1.1),
//!   `%41` stays `%41`, and bytes from 0x80 up stay what they are, in names and in values.
//! - What has no `=`, or nothing before it, is no cookie: it is skipped, and the others stay. An
//!   empty value is a value.
//! - All cookies are handed out, in the order sent, also several of one name. Browsers send both
//!   where two hosts or paths have set one, and only the caller can say what that means (§4.2.2).
//!
//! Rules for writing (§4.1). `value` makes the value of `Set-Cookie`.
//! - It is `NAME=VALUE` and then what is set of `Secure`, `HttpOnly`, `SameSite=Strict`
//!   (or `Lax`, or `None`), `Path=...`, `Domain=...` and `Max-Age=SECONDS`: each once, each after a
//!   semicolon and a space, in any order. What is not set is not written.
//! - A name is a token: one or more ASCII letters, digits or bytes of ``!#$%&'*+-.^_`|~``
//!   (`is_token`, below).
//! - A value is any number of bytes from 0x21 to 0x7E without `"`, `,`, `;` and `\`. All of it may
//!   stand between two `"`, which are then part of it.
//! - A path begins with `/` and has only bytes from 0x20 to 0x7E, and no `;`.
//! - A domain is one or more labels of ASCII letters, digits and hyphens, divided by single dots:
//!   no dot at either end. How long labels may be and where hyphens may stand is left open.
//! - `SameSite=None` needs `Secure`, or browsers drop the cookie (§5, "Storage Model").
//! - A name that begins with `__Secure-` needs `Secure`. One that begins with `__Host-` needs
//!   `Secure`, the path `/` and no domain (§4.1.3). Browsers ignore the case of both beginnings
//!   (§5, too), so `__host-` is bound by this, as well.
//! - What breaks a rule is refused. Nothing is repaired: not encoded, left out or cut off.
//!
//! Left open: whether a `Max-Age` of 0 is written, refused or left out.
//!
//! What to do: mend `parse` and `SetCookie::value`.

/// A cookie that a browser has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

/// A cookie for a browser to keep.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SetCookie<'a> {
    pub name: &'a str,
    pub value: &'a str,
    /// Only over HTTPS.
    pub secure: bool,
    /// Not for scripts.
    pub http_only: bool,
    pub same_site: Option<SameSite>,
    pub path: Option<&'a str>,
    pub domain: Option<&'a str>,
    /// For how many seconds.
    pub max_age: Option<u32>,
}

/// Whether the cookie goes along where another site has led to the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameSite {
    Strict,
    Lax,
    None,
}

/// The cookie is not written: it breaks a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// Whether a text is a token. It is right, and yours to use.
fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// The cookies of a request.
pub fn parse(header: &[u8]) -> Vec<Cookie> {
    let text = String::from_utf8_lossy(header);
    let mut cookies: Vec<Cookie> = Vec::new();
    for pair in text.split("; ") {
        let mut parts = pair.trim().split('=');
        let name = parts.next().unwrap_or("").trim();
        let value = parts.next().unwrap_or("").trim().trim_matches('"');
        let (name, value) = (name.as_bytes().to_vec(), value.as_bytes().to_vec());
        cookies.retain(|cookie| cookie.name != name);
        cookies.push(Cookie { name, value });
    }
    cookies
}

impl SetCookie<'_> {
    /// The value of `Set-Cookie`.
    pub fn value(&self) -> Result<String, Refused> {
        let mut text = format!("{}={}", self.name, self.value.replace(['\r', '\n'], ""));
        if self.secure {
            text += "; Secure";
        }
        if self.http_only {
            text += "; HttpOnly";
        }
        if let Some(same_site) = self.same_site {
            text += &format!("; SameSite={same_site:?}");
        }
        if let Some(path) = self.path {
            text += &format!("; Path={path}");
        }
        if let Some(domain) = self.domain {
            text += &format!("; Domain={domain}");
        }
        if let Some(seconds) = self.max_age {
            text += &format!("; Max-Age={seconds}");
        }
        Ok(text)
    }
}
