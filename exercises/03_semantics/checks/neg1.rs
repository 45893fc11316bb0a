//! What neg1 is checked for. Read it as the specification; edits here are undone.

#[path = "../neg1.rs"]
mod neg1;

use std::collections::HashMap;

use neg1::{Refusal, choose, quality};
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        a_range_names_a_type_a_kind_of_types_or_all,
        reads_the_weight_of_a_range,
        reads_a_list_with_space_and_empty_members,
        an_offer_must_have_all_parameters_of_a_range,
        the_most_exact_range_gives_the_weight,
        gives_the_weights_of_the_rfcs_examples,
        a_weight_of_zero_is_never,
        upper_and_lower_case_are_the_same,
        a_weight_may_stand_before_parameters,
        quoted_strings_may_hold_anything,
        one_wrong_range_spoils_the_list,
        refuses_a_weight_that_is_none,
        refuses_a_range_that_is_none,
        a_token_has_the_bytes_that_the_rule_names_and_no_other,
        chooses_the_offer_with_the_highest_weight,
        of_equal_offers_the_first_is_chosen,
        without_the_field_the_first_offer_is_chosen,
        a_client_that_takes_none_of_the_offers_gets_406,
        any_list_is_weighed_by_the_rules,
    ]);
}

fn shown<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> String {
    match outcome {
        Ok(value) => format!("Ok({value:?})"),
        Err(Refusal::BadRequest) => "Err(BadRequest)".to_owned(),
        Err(Refusal::NotAcceptable) => "Err(NotAcceptable)".to_owned(),
    }
}

fn header(accept: &str) -> String {
    let is_readable = accept.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let text = match is_readable && accept.trim() == accept {
        true => accept.to_owned(),
        false => format!("\"{}\"", accept.escape_default()),
    };
    format!("Accept: {text}")
}

/// Expects an outcome of `quality`; the weight is in thousandths.
#[track_caller]
fn weighs(accept: &str, offer: &str, right: Result<u16, Refusal>, what: &str, why: &str) {
    let given = format!("{}\nquality of the offer {offer}", header(accept));
    let expected = shown(&right);
    let got = no_panic(&given, &expected, why, || quality(accept, offer));
    if got != right {
        fail(what)
            .given(given)
            .expected(expected)
            .got(shown(&got))
            .because(why)
            .raise();
    }
}

/// Expects weights of several offers.
#[track_caller]
fn weigh(accept: &str, rights: &[(&str, u16)], what: &str, why: &str) {
    for (offer, right) in rights {
        weighs(accept, offer, Ok(*right), what, why);
    }
}

/// Expects that a value is refused, by `quality` and by `choose`, also beside a range that fits.
#[track_caller]
fn refuses(wrong: &str, what: &str, why: &str) {
    let right = Err(Refusal::BadRequest);
    weighs(wrong, "text/html", right, what, why);
    for list in [
        format!("text/html, {wrong}"),
        format!("{wrong} , image/png"),
    ] {
        weighs(&list, "text/html", right, what, why);
    }
    let offers = ["text/html", "text/plain"];
    chooses(Some(wrong), &offers, Err(Refusal::BadRequest), what, why);
}

/// Expects an outcome of `choose`.
#[track_caller]
fn chooses(
    accept: Option<&str>,
    offers: &[&str],
    right: Result<&str, Refusal>,
    what: &str,
    why: &str,
) {
    let accept_line = accept.map_or_else(|| "no Accept".to_owned(), header);
    let given = format!("{accept_line}\noffers: {}", offers.join(", "));
    let expected = shown(&right);
    let got = no_panic(&given, &expected, why, || choose(accept, offers));
    if got != right {
        fail(what)
            .given(given)
            .expected(expected)
            .got(shown(&got))
            .because(why)
            .raise();
    }
}

fn a_range_names_a_type_a_kind_of_types_or_all() {
    let what = "a range was matched with the wrong offers";
    let why = "type/subtype is one type, type/* all of one kind, */* all (RFC 9110 §12.5.1)";
    let one = [("text/html", 1000), ("text/plain", 0), ("image/png", 0)];
    weigh("text/html", &one, what, why);
    let kind = [
        ("text/html", 1000),
        ("text/plain", 1000),
        ("image/png", 0),
        ("application/json", 0),
    ];
    weigh("text/*", &kind, what, why);
    weigh(
        "*/*",
        &[("text/html", 1000), ("image/png", 1000)],
        what,
        why,
    );
    let why = "a name is compared as a whole: one that only begins or ends alike is another type";
    let alike = [
        ("text/html5", 0),
        ("text/htm", 0),
        ("context/html", 0),
        ("html/text", 0),
        ("text/html+xml", 0),
    ];
    weigh("text/html", &alike, what, why);
    let alike = [("textual/html", 0), ("tex/html", 0), ("text/x-c++", 1000)];
    weigh("text/*", &alike, what, why);
    let why = "digits and signs such as . - _ ~ may stand in a name, too (RFC 9110 §5.6.2)";
    weigh(
        "application/x-7z_a.b~c",
        &[("application/x-7z_a.b~c", 1000)],
        what,
        why,
    );
}

fn reads_the_weight_of_a_range() {
    let what = "the weight of a range was not read";
    let why = "a weight is 0 to 1 with up to three digits after the point (RFC 9110 §12.4.2)";
    for (weight, right) in [
        ("0.5", 500),
        ("0.25", 250),
        ("0.125", 125),
        ("0.001", 1),
        ("0.999", 999),
        ("0.010", 10),
        ("0.7", 700),
        ("1", 1000),
        ("1.", 1000),
        ("1.0", 1000),
        ("1.000", 1000),
        ("0", 0),
        ("0.", 0),
        ("0.000", 0),
    ] {
        let accept = format!("text/html;q={weight}");
        weighs(&accept, "text/html", Ok(right), what, why);
    }
    for thousandths in 0..1000 {
        let accept = format!("text/html;q=0.{thousandths:03}");
        weighs(&accept, "text/html", Ok(thousandths), what, why);
    }
    let list = "text/html;q=0.3,image/png;q=0.8,application/json";
    let right = [
        ("text/html", 300),
        ("image/png", 800),
        ("application/json", 1000),
        ("text/plain", 0),
    ];
    weigh(
        list,
        &right,
        what,
        "each range has its own weight, 1 where it says none",
    );
}

fn reads_a_list_with_space_and_empty_members() {
    let what = "a list was not read as its grammar says";
    let why = "spaces and tabs may stand around commas and semicolons (RFC 9110 §5.6.1, §5.6.6)";
    let right = [("text/html", 1000), ("image/png", 500), ("text/plain", 0)];
    for accept in [
        "text/html, image/png;q=0.5",
        "text/html,image/png;q=0.5",
        "text/html , image/png;q=0.5",
        "text/html, image/png; q=0.5",
        "text/html, image/png ;q=0.5",
        "text/html,\timage/png;q=0.5",
        " text/html ,\timage/png \t;\t q=0.5 ",
    ] {
        weigh(accept, &right, what, why);
    }
    let why = "between two commas, and after a semicolon, there may be nothing (RFC 9110 §5.6.1.2, §5.6.6)";
    for accept in [
        "text/html,,image/png;q=0.5",
        ",text/html,image/png;q=0.5,",
        " , text/html,\t, image/png;q=0.5 , ,",
        "text/html;,image/png;q=0.5;",
        "text/html ; ; ,image/png;;q=0.5 ; ",
    ] {
        weigh(accept, &right, what, why);
    }
}

fn upper_and_lower_case_are_the_same() {
    let what = "upper and lower case were told apart";
    let why = "types and subtypes are case-insensitive (RFC 9110 §8.3.1)";
    weigh("TEXT/HTML", &[("text/html", 1000)], what, why);
    weigh("Image/*;q=0.7", &[("image/png", 700)], what, why);
    let why =
        "the name of the weight is case-insensitive, as those of parameters (RFC 9110 §12.4.2)";
    weigh("text/html;Q=0.5", &[("text/html", 500)], what, why);
    let why = "names of parameters are case-insensitive (RFC 9110 §5.6.6)";
    let right = [("text/html;level=1", 1000), ("text/html", 0)];
    weigh("text/html;Level=1", &right, what, why);
    let why = "types, subtypes and names are case-insensitive (RFC 9110 §8.3.1, §5.6.6)";
    let right = [
        ("text/html", 500),
        ("text/plain;level=1", 250),
        ("image/png", 700),
    ];
    let list = "text/html;Q=0.5, text/PLAIN;Q=0.25;LEVEL=1, IMAGE/PNG;Q=0.7";
    weigh(list, &right, what, why);
}

fn an_offer_must_have_all_parameters_of_a_range() {
    let what = "the parameters of a range were not compared with those of the offer";
    let why = "a range matches what has all its parameters, and perhaps more (RFC 9110 §12.5.1)";
    let right = [
        ("text/html;level=1", 1000),
        ("text/html;level=1;charset=utf-8", 1000),
        ("text/html;charset=utf-8;level=1", 1000),
        ("text/html", 0),
        ("text/html;level=2", 0),
        ("text/html;level=10", 0),
        ("text/html;lev=1", 0),
        ("text/plain;level=1", 0),
        ("text/html;v=level", 0),
    ];
    weigh("text/html;level=1", &right, what, why);
    let right = [
        ("text/html;a=1;b=2", 500),
        ("text/html;b=2;a=1", 500),
        ("text/html;b=2;c=3;a=1", 500),
        ("text/html;a=1", 0),
        ("text/html;b=2", 0),
        ("text/html;a=2;b=1", 0),
    ];
    weigh("text/html;a=1;b=2;q=0.5", &right, what, why);
    let right = [("text/html;a=1", 1000), ("text/html", 1000)];
    weigh(
        "text/html",
        &right,
        what,
        "a range without parameters matches with and without",
    );
    let right = [
        ("text/html;a=1", 500),
        ("text/html", 0),
        ("image/png;a=1", 0),
    ];
    weigh("text/*;a=1;q=0.5", &right, what, why);
    weigh(
        "*/*;a=1;q=0.5",
        &[("image/png;a=1", 500), ("image/png", 0)],
        what,
        why,
    );
}

fn the_most_exact_range_gives_the_weight() {
    let what = "another range than the most exact one gave the weight";
    let why = "who names a type means it, whatever is said of all others (RFC 9110 §12.5.1)";
    let right = [("text/html", 200), ("text/plain", 1000)];
    in_any_order(&["*/*", "text/html;q=0.2"], &right, what, why);
    let why = "`text/*` says more than `*/*`: it speaks of fewer types (RFC 9110 §12.5.1)";
    let right = [("text/html", 200), ("image/png", 1000)];
    in_any_order(&["*/*", "text/*;q=0.2"], &right, what, why);
    let why =
        "first `type/subtype`, then `type/*`, then `*/*`; parameters say more (RFC 9110 §12.5.1)";
    let right = [
        ("text/html;level=1", 400),
        ("text/html", 300),
        ("text/plain", 200),
        ("image/png", 100),
    ];
    let ranges = [
        "*/*;q=0.1",
        "text/*;q=0.2",
        "text/html;q=0.3",
        "text/html;level=1;q=0.4",
    ];
    in_any_order(&ranges, &right, what, why);
    let right = [
        ("text/html;level=1", 100),
        ("text/html", 200),
        ("text/plain", 300),
        ("image/png", 400),
    ];
    let ranges = [
        "*/*;q=0.4",
        "text/*;q=0.3",
        "text/html;q=0.2",
        "text/html;level=1;q=0.1",
    ];
    in_any_order(&ranges, &right, what, why);
    let why = "of two of one kind, the one with more parameters is more exact";
    let ranges = [
        "text/html;a=1;q=0.2",
        "text/html;a=1;b=2;q=0.1",
        "text/html;q=0.3",
        "text/html;a=1;b=2;c=3;q=0.4",
    ];
    let right = [
        ("text/html;c=3;b=2;a=1", 400),
        ("text/html;b=2;a=1", 100),
        ("text/html;a=1;c=3", 200),
        ("text/html;c=3", 300),
    ];
    in_any_order(&ranges, &right, what, why);
    let why = "the kind goes first: a named type is more exact than any with parameters and a `*`";
    let ranges = [
        "text/*;a=1;b=2;q=0.1",
        "text/html;q=0.2",
        "*/*;a=1;b=2;c=3;q=0.3",
    ];
    let right = [
        ("text/html;a=1;b=2;c=3", 200),
        ("text/plain;a=1;b=2;c=3", 100),
        ("image/png;a=1;b=2;c=3", 300),
    ];
    in_any_order(&ranges, &right, what, why);
}

/// Weighs offers with the ranges in every rotation, there and back.
#[track_caller]
fn in_any_order(ranges: &[&str], rights: &[(&str, u16)], what: &str, why: &str) {
    let mut ranges = ranges.to_vec();
    for _ in 0..2 {
        ranges.reverse();
        for _ in 0..ranges.len() {
            ranges.rotate_left(1);
            weigh(&ranges.join(", "), rights, what, why);
        }
    }
}

fn gives_the_weights_of_the_rfcs_examples() {
    let what = "an example of the RFC has another weight";
    let why = "the example in RFC 9110 §12.5.1";
    let accept = "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed,\
                  text/plain;format=fixed;q=0.4, */*;q=0.5";
    let right = [
        ("text/plain;format=flowed", 1000),
        ("text/plain", 700),
        ("text/html", 300),
        ("image/jpeg", 500),
        ("text/plain;format=fixed", 400),
    ];
    weigh(accept, &right, what, why);
    let why = "the example in RFC 7231 §5.3.2, from which RFC 9110 comes";
    let accept = "text/*;q=0.3, text/html;q=0.7, text/html;level=1, \
                  text/html;level=2;q=0.4, */*;q=0.5";
    let right = [
        ("text/html;level=1", 1000),
        ("text/html", 700),
        ("text/plain", 300),
        ("image/jpeg", 500),
        ("text/html;level=2", 400),
        ("text/html;level=3", 700),
    ];
    weigh(accept, &right, what, why);
    let why = "the other examples in RFC 9110 §12.5.1";
    let accept = "audio/*; q=0.2, audio/basic";
    weigh(
        accept,
        &[("audio/basic", 1000), ("audio/mp4", 200), ("text/html", 0)],
        what,
        why,
    );
    let accept = "text/plain; q=0.5, text/html, text/x-dvi; q=0.8, text/x-c";
    let right = [
        ("text/html", 1000),
        ("text/x-c", 1000),
        ("text/x-dvi", 800),
        ("text/plain", 500),
    ];
    weigh(accept, &right, what, why);
}

fn a_weight_of_zero_is_never() {
    let what = "what the client never takes was offered to it";
    let why = "q=0 says \"not acceptable\", also where */* takes all the rest (RFC 9110 §12.4.2)";
    weigh(
        "text/html;q=0, */*",
        &[("text/html", 0), ("text/plain", 1000)],
        what,
        why,
    );
    weigh("*/*, text/html;q=0.0", &[("text/html", 0)], what, why);
    weigh(
        "text/*;q=0, text/html;q=0.1",
        &[("text/html", 100), ("text/plain", 0)],
        what,
        why,
    );
    let offers = ["text/html", "text/plain"];
    chooses(
        Some("text/html;q=0, */*"),
        &offers,
        Ok("text/plain"),
        what,
        why,
    );
    chooses(
        Some("*/*;q=0.1, text/html;q=0"),
        &offers,
        Ok("text/plain"),
        what,
        why,
    );
}

fn quoted_strings_may_hold_anything() {
    let what = "a quoted string was not read as one value";
    let why = "a value in quotes is the same as without (RFC 9110 §5.6.6)";
    let right = [("text/plain;format=fixed", 500), ("text/plain", 0)];
    weigh("text/plain;format=\"fixed\";q=0.5", &right, what, why);
    let why = "a backslash stands for what follows it (RFC 9110 §5.6.4)";
    weigh("text/plain;format=\"f\\ixe\\d\";q=0.5", &right, what, why);
    let why = "commas, semicolons and weights between quotes are no signs (RFC 9110 §5.6.4)";
    let right = [("text/plain", 0), ("text/html", 800), ("image/png", 0)];
    for note in [
        "a, image/png",
        "a;q=0",
        "a; q=nan",
        " ",
        "",
        "\t",
        "=/,;",
        "\\\", image/png, \\\"",
        "\\\\",
        "a\\\\\\\"b",
        "caf\u{e9} \u{1f980}",
        "text/plain",
    ] {
        let accept = format!("text/plain;note=\"{note}\", text/html;q=0.8");
        weigh(&accept, &right, what, why);
        let accept = format!("text/html;q=0.8 ,text/plain;q=1;note=\"{note}\"");
        weigh(&accept, &right, what, why);
    }
}

fn a_weight_may_stand_before_parameters() {
    let what = "a range with its weight before a parameter was misread";
    let why = "q is the weight wherever it stands; what follows it is a parameter like any other";
    let right = [("text/html;level=1", 300), ("text/html", 0)];
    weigh("text/html;q=0.3;level=1", &right, what, why);
    weigh("text/html;level=1 ; q=0.3", &right, what, why);
    let right = [("text/html;b=2;a=1", 300), ("text/html;a=1", 0)];
    weigh("text/html;a=1;q=0.3;b=2", &right, what, why);
    let why = "only q is the weight: other names are those of parameters";
    let right = [("text/html;qs=0.3", 1000), ("text/html", 0)];
    weigh("text/html;qs=0.3", &right, what, why);
    weigh(
        "text/html;x-q=2",
        &[("text/html;x-q=2", 1000), ("text/html", 0)],
        what,
        why,
    );
}

fn one_wrong_range_spoils_the_list() {
    let what = "a list with a range that is none was believed";
    let why = "400 whatever else is in it: who skips a mistake guesses what was meant";
    for list in [
        "text/html, text",
        "text, text/html",
        "text/html, text, */*",
        "text/html, image/png x",
        "text/html x, image/png",
    ] {
        let right = Err(Refusal::BadRequest);
        weighs(list, "text/html", right, what, why);
        chooses(
            Some(list),
            &["text/html"],
            Err(Refusal::BadRequest),
            what,
            why,
        );
    }
}

fn refuses_a_weight_that_is_none() {
    let what = "a weight that is none was not refused";
    for (why, weights) in [
        (
            "a weight is 0 or 1, perhaps a point and digits; nothing else is one",
            &[
                "nan", "NaN", "inf", "a", "*", "", "0x1", "1e-1", "0.1e1", "0.5x",
            ][..],
        ),
        (
            "1 is the greatest weight",
            &[
                "2",
                "9",
                "10",
                "100",
                "99999999999999999999",
                "1.1",
                "1.5",
                "1.001",
            ],
        ),
        (
            "up to three digits stand after the point, also where they are zeros",
            &["0.1234", "0.0000", "1.0000", "0.99999999999999999999999999"],
        ),
        (
            "after `1.` stand up to three zeros and nothing else; not all that is near 1 is a weight",
            &["1.0001"],
        ),
        (
            "a weight has no sign",
            &["-0", "-1", "+1", "+0.5", "0.+5", "0.-5"],
        ),
        (
            "before the point stands one digit, and there is one point at most",
            &[".5", ".", "00.5", "01", "0.5.", "0..5"],
        ),
        (
            "no space stands in a weight or after the equals sign",
            &[" 0.5", "0. 5"],
        ),
        ("a weight is not quoted", &["\"0.5\""]),
        (
            "its digits are 0 to 9, not those of other alphabets",
            &["0.٣", "٠"],
        ),
        ("a comma divides the list, and `5` is no range", &["0,5"]),
    ] {
        let why = format!("{why} (RFC 9110 §12.4.2)");
        for weight in weights {
            refuses(&format!("text/html;q={weight}"), what, &why);
        }
    }
    let why = "a weight is `q=` and its number (RFC 9110 §12.4.2)";
    for wrong in [
        "text/html;q",
        "text/html;q =0.5",
        "text/html;q:0.5",
        "text/html;q0.5",
    ] {
        refuses(wrong, what, why);
    }
    let why = "it does not matter at which range it stands, and where";
    refuses("image/png;q=2", what, why);
    refuses("text/html;a=1;q=2;b=2", what, why);
}

fn refuses_a_range_that_is_none() {
    let what = "a range that is none was not refused";
    for (why, ranges) in [
        (
            "a range is a type, one slash and a subtype, and neither is empty",
            &[
                "text",
                "text/",
                "/html",
                "/",
                "*/",
                "/*",
                "text/html/5",
                "text//html",
                ";q=1",
            ][..],
        ),
        ("all is `*/*`; `*` alone is no range", &["*", "*;q=0.5"]),
        ("where the type is `*`, the subtype is, too", &["*/html"]),
        (
            "spaces and tabs stand around commas and semicolons, nowhere else",
            &[
                "text /html",
                "text/ html",
                "text/\thtml",
                "text / *",
                "text/html text/plain",
                "text/html level=1",
                "text/html;level =1",
                "text/html;level= 1",
                "text/html;level=1 2",
                "text/html;le vel=1",
            ],
        ),
        (
            "a parameter is a name, an equals sign and a value, and neither is empty",
            &[
                "text/html;level",
                "text/html;level=",
                "text/html;=1",
                "text/html;level=1=2",
                "text/html=1",
                "text/html:level=1",
            ],
        ),
        (
            "a quoted string is closed, by a quote without a backslash before it",
            &["text/html;note=\"a", "text/html;note=\"a\\\""],
        ),
        (
            "a value is one token or one quoted string, not both",
            &[
                "text/html;note=\"a\"b",
                "text/html;note=a\"b\"",
                "text/html;note=\"a\" \"b\"",
                "text/html;note='a b'",
            ],
        ),
        (
            "only the value of a parameter may stand in quotes",
            &["\"text/html\"", "text/\"html\"", "text/html;\"level\"=1"],
        ),
        (
            "a token has ASCII letters, digits and !#$%&'*+-.^_`|~ only",
            &[
                "text/(html)",
                "<text/html>",
                "text\\/html",
                "text/htm\u{e9}",
                "text/html;note=\u{e9}",
                "text/html;{a}=1",
                "text/html;a=[1]",
                "text/html;a=1@2",
            ],
        ),
        (
            "only spaces and tabs are space here, not what else looks empty",
            &[
                "text/html\u{a0}",
                "\u{a0}text/html",
                "text/html\n",
                "text/html\u{b}",
            ],
        ),
    ] {
        let why = format!("{why} (RFC 9110 §12.5.1, §5.6)");
        for wrong in ranges {
            // A quote that is not closed takes in what follows, whatever it is.
            refuses(wrong, what, &why);
        }
    }
}

fn a_token_has_the_bytes_that_the_rule_names_and_no_other() {
    let what = "a token was not read as the rule says";
    let why = "types and names are tokens: these bytes and no other (RFC 9110 §5.6.2)";
    let is_token = |byte: &char| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || "!#$%&'*+-.^_`|~".contains(*byte)
    };
    for byte in ('\0'..='\x7f').filter(|byte| !byte.is_ascii_uppercase()) {
        if !is_token(&byte) {
            for wrong in [
                format!("te{byte}xt/html"),
                format!("text/ht{byte}ml"),
                format!("text/html;na{byte}me=1"),
                format!("text/html;name=1{byte}2"),
            ] {
                weighs(&wrong, "text/html", Err(Refusal::BadRequest), what, why);
            }
            continue;
        }
        let other = format!("image/png;na{byte}me=1{byte}2, text/html;q=0.5");
        weighs(&other, "text/html", Ok(500), what, why);
        // A `*` is in no offer.
        if byte != '*' {
            let offer = format!("x{byte}y/a{byte}b;na{byte}me=1{byte}2");
            weighs(&format!("{offer};q=0.5"), &offer, Ok(500), what, why);
        }
    }
}

fn chooses_the_offer_with_the_highest_weight() {
    let what = "another offer than the one with the highest weight was chosen";
    let why = "the client says how much it likes each; the order of its list says nothing (RFC 9110 §12.5.1)";
    let offers = ["text/html", "application/json", "text/plain"];
    for (accept, right) in [
        ("application/json", "application/json"),
        ("text/plain", "text/plain"),
        ("text/html;q=0.5, application/json", "application/json"),
        (
            "text/html;q=0.5, application/json;q=0.9",
            "application/json",
        ),
        ("text/html;q=0.998, text/plain;q=0.999", "text/plain"),
        (
            "text/html;q=0.2, application/json;q=0.19, text/plain;q=0.3",
            "text/plain",
        ),
        ("*/*;q=0.1, text/plain", "text/plain"),
        ("text/*;q=0.1, application/*;q=0.2", "application/json"),
        ("*/*, text/html;q=0.9, application/json;q=0.9", "text/plain"),
        ("image/webp, image/*;q=0.9, text/plain;q=0.1", "text/plain"),
        ("text/plain;q=0.001", "text/plain"),
    ] {
        chooses(Some(accept), &offers, Ok(right), what, why);
    }
    let offers = ["text/html", "text/html;level=1", "text/plain;format=flowed"];
    let accept = "text/html;q=0.4, text/html;level=1;q=0.6";
    chooses(Some(accept), &offers, Ok("text/html;level=1"), what, why);
    let accept = "text/plain, text/html;q=0.9";
    chooses(
        Some(accept),
        &offers,
        Ok("text/plain;format=flowed"),
        what,
        why,
    );
}

fn of_equal_offers_the_first_is_chosen() {
    let what = "of equal offers, another one than the first was chosen";
    let why = "what the client does not decide is the server's to decide";
    let offers = ["text/html", "application/json", "text/plain"];
    for (accept, right) in [
        ("*/*", "text/html"),
        ("text/plain, application/json, text/html", "text/html"),
        (
            "text/plain;q=0.5, application/json;q=0.5",
            "application/json",
        ),
        (
            "text/plain;q=1, application/json;q=1.000",
            "application/json",
        ),
        ("text/*;q=0.5, */*;q=0.5", "text/html"),
        ("text/plain, application/*", "application/json"),
        (
            "text/plain, */*;q=0.9, application/json;q=1.0",
            "application/json",
        ),
    ] {
        chooses(Some(accept), &offers, Ok(right), what, why);
    }
    let offers = ["text/plain", "text/html"];
    chooses(
        Some("text/html, text/plain"),
        &offers,
        Ok("text/plain"),
        what,
        why,
    );
    chooses(Some("text/html, */*"), &offers, Ok("text/plain"), what, why);
    let offers = ["image/png", "text/html", "text/plain"];
    chooses(Some("text/*;q=0.2"), &offers, Ok("text/html"), what, why);
}

fn without_the_field_the_first_offer_is_chosen() {
    let what = "without Accept, another offer than the first was chosen";
    let why = "a client that says nothing takes anything (RFC 9110 §12.5.1)";
    for offers in [
        &["text/html", "application/json"][..],
        &["application/json", "text/html"],
        &["text/plain;format=flowed", "text/plain"],
        &["text/plain"],
    ] {
        chooses(None, offers, Ok(offers[0]), what, why);
    }
}

fn a_client_that_takes_none_of_the_offers_gets_406() {
    let what = "a client that takes none of the offers was not answered with NotAcceptable";
    let why = "a form that it cannot read is no answer; 406 says so (RFC 9110 §15.5.7)";
    let right = Err(Refusal::NotAcceptable);
    let offers = ["text/html", "text/plain"];
    chooses(Some("image/png"), &offers, right, what, why);
    let why_zero = "q=0 says \"never\": not even as the last choice (RFC 9110 §12.4.2)";
    for accept in ["*/*;q=0", "text/html;q=0, text/plain;q=0.000"] {
        chooses(Some(accept), &offers, right, what, why_zero);
    }
    let offers = ["text/html", "text/plain;format=flowed"];
    for accept in [
        "application/json",
        "image/*",
        "image/png, application/*;q=0.5",
        "text/html;level=1",
        "text/plain;format=fixed",
        "text/xml",
        "*/*;charset=utf-8",
        "text/html;q=0",
        "text/*;q=0, image/png",
    ] {
        chooses(Some(accept), &offers, right, what, why);
    }
    let why = "whether the client takes anything is not known: 400 goes before 406";
    chooses(
        Some("image/png, *"),
        &offers,
        Err(Refusal::BadRequest),
        what,
        why,
    );
}

// ---- All of it ----

/// A range as it was meant; `*` is a wildcard.
struct Range {
    kind: &'static str,
    subtype: &'static str,
    parameters: Vec<(&'static str, &'static str)>,
    weight: u16,
}

fn any_list_is_weighed_by_the_rules() {
    let what = "an offer was not weighed as the rules say";
    let why = "the most exact range that matches gives the weight (RFC 9110 §12.5.1)";
    for_all("lists of ranges", 200, |rng| {
        let mut weights = HashMap::new();
        let ranges = rng.many(0..=6, |rng| {
            let kind = *rng.choose(&["text", "text", "image", "*"]);
            let subtype = match kind {
                "*" => "*",
                _ => *rng.choose(&["html", "png", "*"]),
            };
            let parameters = parameters(rng);
            let weight = *rng.choose(&[0, 1, 5, 50, 300, 333, 500, 999, 1000]);
            // Equally exact ones have equal weights.
            let key = (kind, subtype, parameters.len());
            let weight = *weights.entry(key).or_insert(weight);
            Range {
                kind,
                subtype,
                parameters,
                weight,
            }
        });
        if ranges.is_empty() {
            return;
        }
        let members: Vec<String> = ranges.iter().map(|range| written(rng, range)).collect();
        let accept = members.join(",");
        let offers = rng.many(1..=4, offer);
        let weights: Vec<u16> = offers
            .iter()
            .map(|offer| by_the_rules(&ranges, offer))
            .collect();
        let texts: Vec<String> = offers.iter().map(offer_text).collect();
        for (text, weight) in texts.iter().zip(&weights) {
            weighs(&accept, text, Ok(*weight), what, why);
        }
        if offers.is_empty() {
            return;
        }
        let highest = weights.iter().copied().max().unwrap_or(0);
        let first = weights.iter().position(|weight| *weight == highest);
        let right = match highest {
            0 => Err(Refusal::NotAcceptable),
            _ => Ok(texts[first.unwrap_or(0)].as_str()),
        };
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let why = "the first of the offers with the highest weight, if it is more than 0";
        chooses(
            Some(&accept),
            &texts,
            right,
            "the wrong offer was chosen",
            why,
        );
    });
}

/// Some of a few parameters, each name once.
fn parameters(rng: &mut Rng) -> Vec<(&'static str, &'static str)> {
    let mut parameters = vec![];
    for name in ["a", "b", "level"] {
        if rng.chance(1, 4) {
            parameters.push((name, *rng.choose(&["1", "2"])));
        }
    }
    parameters
}

/// Type, subtype and parameters of an offer.
type Offer = (
    &'static str,
    &'static str,
    Vec<(&'static str, &'static str)>,
);

fn offer(rng: &mut Rng) -> Offer {
    let kind = *rng.choose(&["text", "image"]);
    let subtype = *rng.choose(&["html", "png"]);
    (kind, subtype, parameters(rng))
}

fn offer_text((kind, subtype, parameters): &Offer) -> String {
    let parameters = parameters
        .iter()
        .map(|(name, value)| format!(";{name}={value}"));
    format!("{kind}/{subtype}{}", parameters.collect::<String>())
}

/// A range as a client may write it.
fn written(rng: &mut Rng, range: &Range) -> String {
    let mut parts = vec![];
    for (name, value) in &range.parameters {
        let quote = if rng.chance(1, 4) { "\"" } else { "" };
        let name = any_case(rng, name);
        parts.push(format!("{name}={quote}{value}{quote}"));
    }
    if range.weight < 1000 || rng.chance(1, 3) {
        let place = rng.range(0..=parts.len());
        let place = if rng.chance(1, 2) { parts.len() } else { place };
        let mut digits = format!("{:03}", range.weight % 1000);
        while digits.ends_with('0') && rng.chance(2, 3) {
            digits.pop();
        }
        let q = any_case(rng, "q");
        parts.insert(place, format!("{q}={}.{digits}", range.weight / 1000));
    }
    if rng.chance(1, 10) {
        parts.push(String::new());
    }
    let name = format!("{}/{}", range.kind, range.subtype);
    let mut text = rng.text_of(" \t", 0..=1) + &any_case(rng, &name);
    for part in parts {
        text += &rng.text_of(" \t", 0..=1);
        text += ";";
        text += &rng.text_of(" \t", 0..=1);
        text += &part;
    }
    text + &rng.text_of(" \t", 0..=1)
}

fn any_case(rng: &mut Rng, name: &str) -> String {
    if rng.chance(3, 4) {
        name.to_owned()
    } else {
        name.to_ascii_uppercase()
    }
}

/// The right weight in thousandths.
fn by_the_rules(ranges: &[Range], (kind, subtype, has): &Offer) -> u16 {
    let matching = ranges.iter().filter(|range| {
        (range.kind == "*" || range.kind == *kind)
            && (range.subtype == "*" || range.subtype == *subtype)
            && range
                .parameters
                .iter()
                .all(|parameter| has.contains(parameter))
    });
    let exactness = |range: &&Range| {
        let named = [range.kind, range.subtype]
            .iter()
            .filter(|name| **name != "*")
            .count();
        (named, range.parameters.len())
    };
    matching
        .max_by_key(exactness)
        .map_or(0, |range| range.weight)
}
