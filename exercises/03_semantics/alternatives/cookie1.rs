//! # cookie1: cookies, read in one pass and written by a writer that refuses

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
    let mut cookies = Vec::new();
    let mut name: Option<Vec<u8>> = None;
    let mut word = Vec::new();
    for &byte in header.iter().chain(b";") {
        match byte {
            b'=' if name.is_none() => name = Some(finish(&mut word)),
            b';' => {
                let value = finish(&mut word);
                if let Some(name) = name.take().filter(|name| !name.is_empty()) {
                    cookies.push(Cookie { name, value });
                }
            }
            b' ' | b'\t' if word.is_empty() => {}
            _ => word.push(byte),
        }
    }
    cookies
}

/// The word without the white space at its end. None was kept at its beginning.
fn finish(word: &mut Vec<u8>) -> Vec<u8> {
    while word.pop_if(|byte| matches!(byte, b' ' | b'\t')).is_some() {}
    std::mem::take(word)
}

impl SetCookie<'_> {
    /// The value of `Set-Cookie`.
    pub fn value(&self) -> Result<String, Refused> {
        let mut attributes = Vec::new();
        if let Some(seconds) = self.max_age {
            attributes.push(format!("Max-Age={seconds}"));
        }
        if let Some(domain) = self.domain {
            attributes.push(format!("Domain={}", host(domain)?));
        }
        if let Some(path) = self.path {
            attributes.push(format!("Path={}", absolute(path)?));
        }
        match self.same_site {
            Some(SameSite::None) if !self.secure => return Err(Refused),
            Some(same_site) => attributes.push(format!("SameSite={same_site:?}")),
            None => {}
        }
        for (is_set, name) in [(self.http_only, "HttpOnly"), (self.secure, "Secure")] {
            attributes.extend(is_set.then(|| name.to_owned()));
        }
        self.look_at_prefixes()?;
        let mut text = format!("{}={}", token(self.name)?, octets(self.value)?);
        for attribute in attributes {
            text = text + "; " + &attribute;
        }
        Ok(text)
    }

    fn look_at_prefixes(&self) -> Result<(), Refused> {
        let begins = |prefix: &str| {
            let name = self.name.as_bytes().get(..prefix.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        let is_of_one_host = self.path == Some("/") && self.domain.is_none();
        match (begins("__Secure-"), begins("__Host-")) {
            (true, _) if !self.secure => Err(Refused),
            (_, true) if !(self.secure && is_of_one_host) => Err(Refused),
            _ => Ok(()),
        }
    }
}

fn only(text: &str, allowed: fn(char) -> bool) -> Result<&str, Refused> {
    match text.find(|letter| !allowed(letter)) {
        None => Ok(text),
        Some(_) => Err(Refused),
    }
}

fn token(text: &str) -> Result<&str, Refused> {
    const SEPARATORS: &str = "()<>@,;:\\\"/[]?={}";
    let text = only(text, |letter| {
        letter.is_ascii_graphic() && !SEPARATORS.contains(letter)
    })?;
    if text.is_empty() {
        Err(Refused)
    } else {
        Ok(text)
    }
}

fn octets(text: &str) -> Result<&str, Refused> {
    let inner = match text.as_bytes() {
        [b'"', .., b'"'] => &text[1..text.len() - 1],
        _ => text,
    };
    only(
        inner,
        |letter| matches!(letter, '!' | '#'..='+' | '-'..=':' | '<'..='[' | ']'..='~'),
    )?;
    Ok(text)
}

fn absolute(text: &str) -> Result<&str, Refused> {
    let text = only(text, |letter| matches!(letter, ' '..=':' | '<'..='~'))?;
    if text.starts_with('/') {
        Ok(text)
    } else {
        Err(Refused)
    }
}

fn host(text: &str) -> Result<&str, Refused> {
    let text = only(text, |letter| {
        letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.')
    })?;
    let has_an_empty_label = format!(".{text}.").contains("..");
    if has_an_empty_label {
        Err(Refused)
    } else {
        Ok(text)
    }
}
