//! fails: writes_what_is_set_and_nothing_else

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

/// The cookies of a request, in the order sent.
pub fn parse(header: &[u8]) -> Vec<Cookie> {
    header
        .split(|byte| *byte == b';')
        .filter_map(|pair| {
            // The first one: a value may hold more of them, and Base64 often ends with one.
            let equals = pair.iter().position(|byte| *byte == b'=')?;
            let name = trimmed(&pair[..equals]).to_vec();
            let value = trimmed(&pair[equals + 1..]).to_vec();
            (!name.is_empty()).then_some(Cookie { name, value })
        })
        .collect()
}

/// Without the spaces and tabs at both ends. `str::trim` takes all of Unicode's white space, and
/// makes the name of another cookie of what a browser did not take for one.
fn trimmed(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

impl SetCookie<'_> {
    /// The value of `Set-Cookie`.
    pub fn value(&self) -> Result<String, Refused> {
        // First all the rules, then the text: what is written needs no second look.
        let may_be_written = is_token(self.name)
            && is_value(self.value)
            && self.path.is_none_or(is_path)
            && self.domain.is_none_or(is_domain)
            && (self.secure || self.same_site != Some(SameSite::None))
            && self.keeps_the_promise_of_its_name();
        if !may_be_written {
            return Err(Refused);
        }
        let mut text = format!("{}={}", self.name, self.value);
        if self.secure {
            text += "; Secure";
        }
        if self.http_only {
            text += "; HttpOnly";
        }
        if let Some(same_site) = self.same_site {
            text += match same_site {
                SameSite::Strict => "; SameSite=Strict",
                SameSite::Lax => "; SameSite=Lax",
                SameSite::None => "; SameSite=None",
            };
        }
        if let Some(path) = self.path {
            text += &format!("; Path={path}");
        }
        if let Some(domain) = self.domain {
            text += &format!("; Domain={domain}");
        }
        if let Some(seconds) = self.max_age.filter(|seconds| *seconds > 1) {
            text += &format!("; Max-Age={seconds}");
        }
        Ok(text)
    }

    fn keeps_the_promise_of_its_name(&self) -> bool {
        let name = self.name.to_ascii_lowercase();
        if name.starts_with("__host-") {
            self.secure && self.path == Some("/") && self.domain.is_none()
        } else if name.starts_with("__secure-") {
            self.secure
        } else {
            true
        }
    }
}

fn is_token(text: &str) -> bool {
    let is_token_byte =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_token_byte)
}

fn is_value(text: &str) -> bool {
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let is_value_byte = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    quoted.unwrap_or(text).bytes().all(is_value_byte)
}

fn is_path(text: &str) -> bool {
    let is_path_byte = |byte: u8| matches!(byte, b' '..=b'~') && byte != b';';
    text.starts_with('/') && text.bytes().all(is_path_byte)
}

fn is_domain(text: &str) -> bool {
    let is_label_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    text.split('.')
        .all(|label| !label.is_empty() && label.bytes().all(is_label_byte))
}
