//! What cors1 is checked for. Read it as the specification; edits here are undone.

#[path = "../cors1.rs"]
mod cors1;

use cors1::{Answer, Origins, Policy, Request};
use testkit::{Rng, bytes, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        lets_a_listed_origin_read,
        shows_nothing_to_any_other_origin,
        never_allows_null,
        names_origin_in_vary_whatever_the_answer,
        answers_everybody_with_a_star_and_no_credentials,
        tells_a_preflight_from_all_other_requests,
        names_the_methods_of_the_policy_and_no_others,
        names_the_headers_of_the_policy_and_no_others,
        says_how_long_a_preflight_may_be_remembered,
        follows_every_rule_for_any_policy_and_request,
    ]);
}

const SHOP: &str = "https://marginalia.example";
const PARTNER: &str = "https://partner.example:8443";
const EVIL: &str = "https://marginalia.example.evil.test";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Two origins, with their customers' cookies, may change books.
fn policy() -> Policy {
    Policy {
        origins: Origins::These(words(&[SHOP, PARTNER])),
        credentials: true,
        methods: words(&["GET", "PUT", "DELETE"]),
        headers: words(&["Content-Type", "X-Shelf"]),
        max_age: Some(600),
    }
}

fn get(origin: Option<&str>) -> Request<'_> {
    Request {
        method: "GET",
        origin,
        request_method: None,
        request_headers: None,
    }
}

fn preflight<'a>(origin: &'a str, method: &'a str, headers: Option<&'a str>) -> Request<'a> {
    Request {
        method: "OPTIONS",
        origin: Some(origin),
        request_method: Some(method),
        request_headers: headers,
    }
}

/// A rule of the exercise.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// What is said about being a preflight.
    Preflight,
    /// `Access-Control-Allow-Origin`
    Origin,
    /// `Access-Control-Allow-Credentials`
    Credentials,
    /// No `Access-Control-` field for those who are not allowed.
    Nothing,
    /// `Vary`
    Vary,
    /// `Access-Control-Allow-Methods`
    Methods,
    /// `Access-Control-Allow-Headers`
    Headers,
    /// `Access-Control-Max-Age`
    MaxAge,
    /// No field twice.
    Once,
}

const ALL: [Rule; 9] = [
    Rule::Preflight,
    Rule::Nothing,
    Rule::Origin,
    Rule::Credentials,
    Rule::Vary,
    Rule::Methods,
    Rule::Headers,
    Rule::MaxAge,
    Rule::Once,
];

/// What `Access-Control-Allow-Origin` must be, where it must be.
fn allowed<'a>(policy: &'a Policy, request: &Request<'a>) -> Option<&'a str> {
    match &policy.origins {
        Origins::Any => Some("*"),
        Origins::These(list) => {
            let origin = request.origin.filter(|origin| *origin != "null")?;
            list.iter().any(|listed| listed == origin).then_some(origin)
        }
    }
}

fn is_preflight(request: &Request<'_>) -> bool {
    request.method == "OPTIONS" && request.origin.is_some() && request.request_method.is_some()
}

/// The values of a field.
fn values<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let fields = answer.fields.iter();
    let fields = fields.filter(|(this, _)| this.eq_ignore_ascii_case(name));
    fields
        .map(|(_, value)| value.trim_matches([' ', '\t']))
        .collect()
}

/// The members of a field that is a list.
fn members<'a>(answer: &'a Answer, name: &str) -> Vec<&'a str> {
    let values = values(answer, name).into_iter();
    let members = values.flat_map(|value| value.split(','));
    let members = members.map(|member| member.trim_matches([' ', '\t']));
    members.filter(|member| !member.is_empty()).collect()
}

/// What must be in the answer and is not, or must not and is: nothing where the rule is kept.
fn broken(rule: Rule, policy: &Policy, request: &Request<'_>, answer: &Answer) -> Option<String> {
    let allowed = allowed(policy, request);
    let is_preflight = is_preflight(request);
    let exactly = |name: &str, right: Option<&str>| {
        let right: Vec<&str> = right.into_iter().collect();
        (values(answer, name) != right).then(|| match right.first() {
            Some(value) => format!("{name}: {value}"),
            None => format!("no {name}"),
        })
    };
    match rule {
        Rule::Preflight => {
            (answer.is_preflight != is_preflight).then(|| format!("is_preflight: {is_preflight}"))
        }
        Rule::Origin => exactly("Access-Control-Allow-Origin", allowed),
        Rule::Credentials => {
            let is_one = allowed.is_some_and(|origin| origin != "*");
            let right = (is_one && policy.credentials).then_some("true");
            exactly("Access-Control-Allow-Credentials", right)
        }
        Rule::Nothing => {
            let is_ours = |name: &String| name.to_ascii_lowercase().starts_with("access-control-");
            let has_some = answer.fields.iter().any(|(name, _)| is_ours(name));
            (allowed.is_none() && has_some)
                .then(|| "no field whose name begins with Access-Control-".to_owned())
        }
        Rule::Vary => {
            let mut names = members(answer, "Vary").into_iter();
            let is_named = names.any(|name| name.eq_ignore_ascii_case("Origin"));
            let is_needed = policy.origins != Origins::Any;
            (is_needed && !is_named).then(|| "a Vary that names Origin".to_owned())
        }
        Rule::Methods => {
            let name = "Access-Control-Allow-Methods";
            let named = members(answer, name);
            if !is_preflight || allowed.is_none() {
                return named.contains(&"*").then(|| format!("no * in {name}"));
            }
            let has = |method: &str| policy.methods.iter().any(|own| own == method);
            let is_free = |method: &str| ["GET", "HEAD", "POST"].contains(&method);
            let asked = request.request_method;
            let wanted = asked.filter(|method| has(method) && !is_free(method));
            if let Some(method) = wanted.filter(|method| !named.contains(method)) {
                return Some(format!("{name} names {method}"));
            }
            let mut named = named.into_iter();
            let stranger = named.find(|method| !has(method) && !is_free(method));
            stranger.map(|method| format!("{name} does not name {method}"))
        }
        Rule::Headers => {
            let name = "Access-Control-Allow-Headers";
            let named = members(answer, name);
            if !is_preflight || allowed.is_none() {
                return named.contains(&"*").then(|| format!("no * in {name}"));
            }
            let is_in = |list: &[&str], header: &str| {
                list.iter().any(|this| this.eq_ignore_ascii_case(header))
            };
            let own: Vec<&str> = policy.headers.iter().map(String::as_str).collect();
            let asked = request.request_headers.unwrap_or_default().split(',');
            let mut asked = asked.map(|header| header.trim_matches([' ', '\t']));
            let missing = asked.find(|header| is_in(&own, header) && !is_in(&named, header));
            if let Some(header) = missing {
                return Some(format!("{name} names {header}"));
            }
            let mut named = named.into_iter();
            let stranger = named.find(|header| !is_in(&own, header));
            stranger.map(|header| format!("{name} does not name {header}"))
        }
        Rule::MaxAge => {
            if !is_preflight || allowed.is_none() {
                return None;
            }
            let right = policy.max_age.map(|seconds| seconds.to_string());
            exactly("Access-Control-Max-Age", right.as_deref())
        }
        Rule::Once => {
            let names = || {
                answer
                    .fields
                    .iter()
                    .map(|(name, _)| name.to_ascii_lowercase())
            };
            let twice = |name: &String| names().filter(|this| this == name).count() > 1;
            names().find(twice).map(|name| format!("{name} once"))
        }
    }
}

/// What is wrong and why it matters, where the rule that is broken says it best.
fn told(
    rule: Rule,
    policy: &Policy,
    request: &Request<'_>,
    answer: &Answer,
) -> Option<(&'static str, &'static str)> {
    let allowed = allowed(policy, request);
    let told = match rule {
        Rule::Preflight => (
            "a preflight was not told from another request",
            match request {
                Request { origin: None, .. } => {
                    "only a browser asks first, for a page, and it names the page's origin"
                }
                Request {
                    request_method: None,
                    ..
                } => {
                    "a preflight names the method that it asks for; another OPTIONS must reach the shop"
                }
                Request {
                    method: "OPTIONS", ..
                } => {
                    "with all three marks it is one: what is allowed, and what else it asks for, has no say"
                }
                _ => {
                    "a preflight has the method OPTIONS, in capitals; all else must reach the shop"
                }
            },
        ),
        Rule::Once => (
            "a field stands in the answer twice",
            "a list is one field, divided by commas: of two fields some readers take only one",
        ),
        Rule::Vary => (
            "an answer that depends on Origin does not say so",
            match (allowed, request.origin) {
                (Some(_), _) => {
                    "a cache gives this answer to the page of another origin, whose browser refuses it (Fetch §3.3.5)"
                }
                (None, Some(_)) => {
                    "a cache gives this refusal to the page of an origin that may read it (Fetch §3.3.5)"
                }
                (None, None) => {
                    "a cache gives what was asked without Origin to a page, whose browser refuses it (Fetch §3.3.5)"
                }
            },
        ),
        Rule::Origin if allowed == Some("*") => (
            "a policy for everybody was not answered with a star alone",
            match request.origin {
                None => {
                    "everybody may read it, and a cache may keep it for them: each answer says so"
                }
                Some("null") => "everybody may read it, also a page whose origin is `null`",
                Some(_) if values(answer, "Access-Control-Allow-Origin").is_empty() => {
                    "everybody may read it: without the field a browser shows the answer to no page"
                }
                Some(_) => {
                    "everybody is `*`; to say each origin back ends in saying it with credentials"
                }
            },
        ),
        Rule::Credentials => match allowed? {
            "*" => (
                "credentials were allowed to everybody",
                "browsers refuse `*` with credentials: every page on the web would read as your customer",
            ),
            _ if policy.credentials => (
                "a listed origin was not allowed to read with credentials",
                "the browser shows the answer to a request with cookies only where this field says true, in small letters",
            ),
            _ if values(answer, "Access-Control-Allow-Credentials").contains(&"true") => (
                "credentials were allowed that the policy does not allow",
                "with this field a page reads what only the customer may see",
            ),
            _ => (
                "credentials were spoken of where the policy does not allow them",
                "the one value of this field is `true`; who does not allow credentials does not send it",
            ),
        },
        Rule::Nothing => {
            let says_another = values(answer, "Access-Control-Allow-Origin")
                .iter()
                .all(|value| Some(*value) != request.origin && *value != "*");
            if !says_another || request.origin.is_none() {
                return None;
            }
            (
                "an origin that is not listed was told what is allowed",
                "the refusal is that no such field is there: all others tell a stranger about the policy",
            )
        }
        Rule::Methods | Rule::Headers => {
            let is_method = rule == Rule::Methods;
            let named = match is_method {
                true => members(answer, "Access-Control-Allow-Methods"),
                false => members(answer, "Access-Control-Allow-Headers"),
            };
            let what = match is_method {
                true => "the methods of a preflight's answer are not those of the policy",
                false => "the headers of a preflight's answer are not those of the policy",
            };
            let is_short =
                broken(rule, policy, request, answer).is_some_and(|it| it.contains(" names "));
            let why = match (named.contains(&"*"), is_short, is_method) {
                (true, ..) => {
                    "without credentials `*` allows what the policy has not; with them it allows nothing (Fetch §4.8)"
                }
                (_, true, true) => {
                    "the browser sends no method that is not named here; a method's case counts (Fetch §4.8)"
                }
                (_, true, false) => {
                    "the browser sends no header that is not named here, in whatever case (Fetch §4.8)"
                }
                (_, false, true) => {
                    "the browser sends what is named here, also what the policy has not; a method's case counts (Fetch §4.8)"
                }
                (_, false, false) => {
                    "the browser sends what is named here: that a stranger asked for it is no permission"
                }
            };
            (what, why)
        }
        Rule::MaxAge => (
            "Access-Control-Max-Age is not what the policy says",
            match policy.max_age {
                None => {
                    "the policy says nothing: browsers have a time of their own, 5 seconds (Fetch §3.3.3)"
                }
                Some(0) => {
                    "0 says \"ask each time\"; without the field it is 5 seconds (Fetch §3.3.3)"
                }
                Some(_) => "it is a number of seconds, as the policy says it (Fetch §3.3.3)",
            },
        ),
        Rule::Origin => return None,
    };
    Some(told)
}

/// Policy and request, a line for each thing.
fn given(policy: &Policy, request: &Request<'_>) -> String {
    let max_age = policy.max_age.map_or("-".to_owned(), |age| age.to_string());
    let mut text = format!(
        "origins:     {:?}\ncredentials: {}\nmethods:     {}\nheaders:     {}\nmax_age:     {max_age}\n\n{}",
        policy.origins,
        policy.credentials,
        policy.methods.join(", "),
        policy.headers.join(", "),
        request.method,
    );
    for (name, value) in [
        ("Origin", request.origin),
        ("Access-Control-Request-Method", request.request_method),
        ("Access-Control-Request-Headers", request.request_headers),
    ] {
        if let Some(value) = value {
            text += &format!("\n{name}: {}", value.escape_debug());
        }
    }
    text
}

fn shown(answer: &Answer) -> String {
    let mut text = format!("is_preflight: {}", answer.is_preflight);
    for (name, value) in &answer.fields {
        let value = value.escape_debug().to_string();
        text += &format!("\n{name}: {}", bytes::shorten(&value));
    }
    if answer.fields.is_empty() {
        text += "\nno fields";
    }
    text
}

/// Expects an answer that keeps these rules.
#[track_caller]
fn keeps(what: &str, policy: &Policy, request: &Request<'_>, rules: &[Rule], why: &str) {
    let expected = "an answer";
    let answer = no_panic(given(policy, request), expected, why, || {
        cors1::answer(policy, request)
    });
    let mut broken = rules
        .iter()
        .filter_map(|rule| Some((*rule, broken(*rule, policy, request, &answer)?)));
    if let Some((rule, expected)) = broken.next() {
        let (what, why) = told(rule, policy, request, &answer).unwrap_or((what, why));
        fail(what)
            .given(given(policy, request))
            .expected(expected)
            .got(shown(&answer))
            .because(why)
            .raise();
    }
}

fn lets_a_listed_origin_read() {
    let rules = [Rule::Origin, Rule::Credentials, Rule::Once];
    let what = "a listed origin was not allowed to read";
    let why = "the browser shows the answer to the page only where it names this very origin, once";
    for origin in [SHOP, PARTNER] {
        keeps(what, &policy(), &get(Some(origin)), &rules, why);
        let post = Request {
            method: "POST",
            ..get(Some(origin))
        };
        keeps(what, &policy(), &post, &rules, why);
        keeps(
            what,
            &policy(),
            &preflight(origin, "PUT", None),
            &rules,
            why,
        );
    }
    let what = "credentials were allowed that the policy does not allow";
    let why = "with Access-Control-Allow-Credentials a page reads what only the customer may see";
    let mut without = policy();
    without.credentials = false;
    keeps(what, &without, &get(Some(SHOP)), &rules, why);
    keeps(what, &without, &preflight(SHOP, "PUT", None), &rules, why);
}

fn shows_nothing_to_any_other_origin() {
    let rules = [Rule::Nothing, Rule::Once];
    let what = "an origin that is not listed was allowed to read";
    let groups = [
        (
            "whoever registers a domain that begins or ends like yours reads your customers' orders",
            &[
                EVIL,
                "https://marginalia.example-evil.test",
                "https://marginalia.examples",
                "https://evilmarginalia.example",
                "https://marginalia-example",
                "https://marginaliaxexample",
                "https://evil.test/https://marginalia.example",
            ][..],
        ),
        (
            "it is not in the list, whatever it is",
            &[
                "https://evil.test",
                "https://",
                "https://marginalia.exampl",
                "marginalia.example",
                "*",
                "",
            ],
        ),
        (
            "a subdomain is another host, and perhaps somebody else's",
            &["https://shop.marginalia.example"],
        ),
        (
            "scheme, host and port make an origin: with another port or scheme it is another one",
            &[
                "https://marginalia.example:8443",
                "https://partner.example",
                "https://partner.example:844",
                "https://partner.example:84433",
                "https://marginalia.example:443",
                "http://marginalia.example",
            ],
        ),
        (
            "a browser writes an origin in one way only: what differs in a byte is not from one",
            &[
                "https://marginalia.example/",
                "HTTPS://MARGINALIA.EXAMPLE",
                "https://Marginalia.example",
            ],
        ),
        (
            "a page has one origin: several in one value are none that is listed",
            &[
                "https://marginalia.example, https://evil.test",
                "https://evil.test https://marginalia.example",
                "https://marginalia.example https://partner.example:8443",
            ],
        ),
    ];
    for (why, origins) in groups {
        for origin in origins {
            keeps(what, &policy(), &get(Some(origin)), &rules, why);
            let request = preflight(origin, "PUT", Some("x-shelf"));
            keeps(what, &policy(), &request, &rules, why);
        }
    }
    let what = "a request without an Origin was answered with Access-Control- fields";
    let why = "who does not ask as a page is told nothing; with `These` there is nothing to tell (Fetch §3.3)";
    keeps(what, &policy(), &get(None), &rules, why);
    let mut nobody = policy();
    nobody.origins = Origins::These(vec![]);
    let what = "an empty list allowed somebody";
    let why = "an empty list is nobody, not everybody";
    keeps(what, &nobody, &get(Some(SHOP)), &rules, why);
    keeps(what, &nobody, &get(None), &rules, why);
}

fn never_allows_null() {
    let rules = [Rule::Nothing, Rule::Once];
    let what = "the origin `null` was allowed";
    let why = "any page can send `null`, from a frame in a sandbox: it is nobody in particular";
    let mut with_null = policy();
    with_null.origins = Origins::These(words(&["null", SHOP]));
    for policy in [&policy(), &with_null] {
        keeps(what, policy, &get(Some("null")), &rules, why);
        keeps(what, policy, &preflight("null", "PUT", None), &rules, why);
    }
    let what = "an origin beside `null` was not allowed";
    let why = "the rest of the list stays what it is";
    keeps(what, &with_null, &get(Some(SHOP)), &[Rule::Origin], why);
}

fn names_origin_in_vary_whatever_the_answer() {
    let rules = [Rule::Vary, Rule::Once];
    let what = "an answer that depends on Origin does not say so";
    let why = "a cache would give this answer to another origin, which may not, or may, read it (Fetch §3.3.5)";
    for origin in [Some(SHOP), Some(EVIL), Some("null"), None] {
        keeps(what, &policy(), &get(origin), &rules, why);
        if let Some(origin) = origin {
            keeps(
                what,
                &policy(),
                &preflight(origin, "PUT", None),
                &rules,
                why,
            );
        }
    }
    for list in [&[SHOP][..], &[]] {
        let mut policy = policy();
        policy.origins = Origins::These(words(list));
        keeps(what, &policy, &get(Some(EVIL)), &rules, why);
        keeps(what, &policy, &get(None), &rules, why);
    }
}

fn answers_everybody_with_a_star_and_no_credentials() {
    let rules = [Rule::Origin, Rule::Credentials, Rule::Once];
    let what = "a policy for everybody was not answered with a star alone";
    let why = "to say each origin back, with credentials, lets every page on the web read as your customer";
    for credentials in [true, false] {
        let mut everybody = policy();
        everybody.origins = Origins::Any;
        everybody.credentials = credentials;
        for origin in [Some(SHOP), Some(EVIL), Some("null"), None] {
            keeps(what, &everybody, &get(origin), &rules, why);
            if let Some(origin) = origin {
                let request = preflight(origin, "PUT", Some("x-shelf"));
                keeps(what, &everybody, &request, &rules, why);
            }
        }
    }
}

fn tells_a_preflight_from_all_other_requests() {
    let rules = [Rule::Preflight];
    let what = "a preflight was not told from another request";
    let why = "a preflight is answered without touching anything; all else must reach the shop";
    let mut everybody = policy();
    everybody.origins = Origins::Any;
    for policy in [policy(), everybody] {
        for method in ["OPTIONS", "GET", "PUT", "options", "HEAD", "Options"] {
            for origin in [Some(SHOP), Some(EVIL), Some("null"), None] {
                for request_method in [Some("PUT"), Some("patch"), Some(""), None] {
                    for request_headers in [None, Some("x-shelf")] {
                        let request = Request {
                            method,
                            origin,
                            request_method,
                            request_headers,
                        };
                        keeps(what, &policy, &request, &rules, why);
                    }
                }
            }
        }
    }
}

fn names_the_methods_of_the_policy_and_no_others() {
    let rules = [Rule::Methods, Rule::Once];
    let what = "the methods of a preflight's answer are not those of the policy";
    let why = "the browser sends what is named here, and refuses all else; a method's case counts (Fetch §4.8)";
    let mut everybody = policy();
    everybody.origins = Origins::Any;
    everybody.credentials = false;
    let mut one = policy();
    one.methods = words(&["PATCH"]);
    let mut small = policy();
    small.methods = words(&["patch", "PUT"]);
    let mut none = policy();
    none.methods = vec![];
    for policy in [&policy(), &everybody, &one, &small, &none] {
        for method in [
            "PUT", "DELETE", "PATCH", "patch", "GET", "POST", "PURGE", "*", "put",
        ] {
            keeps(what, policy, &preflight(SHOP, method, None), &rules, why);
        }
    }
}

fn names_the_headers_of_the_policy_and_no_others() {
    let rules = [Rule::Headers, Rule::Once];
    let what = "the headers of a preflight's answer are not those of the policy";
    let why = "the browser sends what is named here, and refuses all else: what a stranger asked for is no answer";
    let mut everybody = policy();
    everybody.origins = Origins::Any;
    everybody.credentials = false;
    let mut none = policy();
    none.headers = vec![];
    let mut one = policy();
    one.headers = words(&["authorization"]);
    for policy in [&policy(), &everybody, &none, &one] {
        for headers in [
            Some("x-shelf"),
            Some("content-type,x-shelf"),
            Some("content-type, x-shelf"),
            Some("X-SHELF ,\tCONTENT-TYPE"),
            Some("x-admin"),
            Some("x-admin,x-shelf"),
            Some("x-shelf,x-admin"),
            Some("Authorization"),
            Some("x-shelf-2,x,shelf"),
            Some("*"),
            Some(""),
            Some(","),
            None,
        ] {
            keeps(what, policy, &preflight(SHOP, "PUT", headers), &rules, why);
        }
    }
}

fn says_how_long_a_preflight_may_be_remembered() {
    let rules = [Rule::MaxAge, Rule::Once];
    let what = "Access-Control-Max-Age is not what the policy says";
    let why = "without it a browser asks again after 5 seconds; 0 tells it to ask each time (Fetch §3.3.3)";
    for max_age in [Some(600), Some(1), Some(0), Some(u32::MAX), None] {
        for origins in [Origins::These(words(&[SHOP])), Origins::Any] {
            let mut policy = policy();
            policy.max_age = max_age;
            policy.origins = origins;
            keeps(what, &policy, &preflight(SHOP, "PUT", None), &rules, why);
        }
    }
}

fn follows_every_rule_for_any_policy_and_request() {
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "PATCH", "patch", "OPTIONS"];
    const HEADERS: [&str; 5] = ["X-Shelf", "x-shelf", "Content-Type", "Authorization", "X-A"];
    let some = |rng: &mut Rng, all: &[&str]| {
        let mut list: Vec<String> = Vec::new();
        for word in all {
            if rng.chance(1, 2) && !list.iter().any(|one| one.eq_ignore_ascii_case(word)) {
                list.push((*word).to_owned());
            }
        }
        list
    };
    let name = "every rule holds for any policy and request";
    let why = "these are the rules of the exercise, all at once";
    for_all(name, 1_500, |rng| {
        let origins = ["https://a.b", "https://a.b:1", "http://a.b", "null"];
        let policy = Policy {
            origins: match rng.range(0..4) {
                0 => Origins::Any,
                _ => Origins::These(some(rng, &origins)),
            },
            credentials: rng.chance(1, 2),
            methods: some(rng, &METHODS),
            headers: some(rng, &HEADERS),
            max_age: rng.chance(1, 2).then_some(rng.range(..)),
        };
        let mut origin = (*rng.choose(&origins)).to_owned();
        if rng.chance(1, 3) {
            // One letter more, less or different.
            let place = rng.range(0..origin.len());
            match rng.range(0..3) {
                0 => origin.insert_str(place, rng.choose::<&str>(&["a", ".", ":", "/", "@", "1"])),
                1 => drop(origin.remove(place)),
                _ => origin.replace_range(place..=place, rng.choose::<&str>(&["A", "b", "x", "."])),
            }
        }
        let asked = some(rng, &HEADERS).join(rng.choose::<&str>(&[",", ", "]));
        let request = Request {
            method: rng.choose::<&str>(&["OPTIONS", "GET", "PUT"]),
            origin: rng.chance(5, 6).then_some(&origin),
            request_method: rng.chance(3, 4).then_some(*rng.choose(&METHODS)),
            request_headers: rng.chance(1, 2).then_some(&asked),
        };
        keeps("a rule is not kept", &policy, &request, &ALL, why);
    });
}
