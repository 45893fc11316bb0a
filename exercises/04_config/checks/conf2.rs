//! What conf2 is checked for. Read it as the specification; edits here are undone.

#[path = "../conf2.rs"]
mod conf2;

use std::fmt::Debug;

use conf2::{ConfigError, Layer, Layers, Setting, Values};
use testkit::panics::catch;
use testkit::{Rng, checks, fail, for_all, no_panic};

fn main() {
    testkit::run(checks![
        the_environment_wins_over_the_file,
        a_flag_wins_over_everything,
        the_file_wins_over_the_default,
        each_key_is_decided_on_its_own,
        an_empty_value_is_not_unset,
        text_comes_through_unchanged,
        a_bad_number_is_an_error_that_names_its_layer,
        an_empty_number_is_a_bad_one,
        the_smallest_and_the_largest_u32_are_numbers,
        a_bad_number_in_a_weaker_layer_does_no_harm,
        a_key_that_nobody_sets_is_missing,
        any_mix_of_layers_follows_the_same_rules,
    ]);
}

/// The layers, each as pairs of key and value.
fn layers(
    defaults: &[(&str, &str)],
    file: &[(&str, &str)],
    environment: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Layers {
    let values = |pairs: &[(&str, &str)]| -> Values {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    };
    Layers {
        defaults: values(defaults),
        file: values(file),
        environment: values(environment),
        flags: values(flags),
    }
}

fn shown(layers: &Layers, call: &str) -> String {
    let line = |name: &str, values: &Values| {
        let pairs = values
            .iter()
            .map(|(key, value)| format!("{key} = {value:?}"));
        let pairs = pairs.collect::<Vec<_>>().join(", ");
        let pairs = if pairs.is_empty() { "-" } else { &pairs };
        format!("{name:12} {pairs}")
    };
    [
        call.to_owned(),
        line("default", &layers.defaults),
        line("file", &layers.file),
        line("environment", &layers.environment),
        line("flag", &layers.flags),
    ]
    .join("\n")
}

type Outcome<T> = Result<Setting<T>, ConfigError>;

/// Expects `got`, a call of `text` or `number` that is shown as `call`, to give `right`.
#[track_caller]
fn expect<T: Debug + PartialEq>(
    what: &str,
    layers: &Layers,
    call: &str,
    got: impl FnOnce() -> Outcome<T>,
    right: &Outcome<T>,
    why: &str,
) {
    let got = no_panic(shown(layers, call), format!("{right:?}"), why, got);
    if got != *right {
        fail(what)
            .given(shown(layers, call))
            .expected(format!("{right:?}"))
            .got(format!("{got:?}"))
            .because(why)
            .raise();
    }
}

#[track_caller]
fn expect_text(what: &str, layers: &Layers, key: &str, right: &Outcome<String>, why: &str) {
    let call = format!("text({key:?})");
    expect(what, layers, &call, || conf2::text(layers, key), right, why);
}

#[track_caller]
fn expect_number(what: &str, layers: &Layers, key: &str, right: &Outcome<u32>, why: &str) {
    let call = format!("number({key:?})");
    expect(
        what,
        layers,
        &call,
        || conf2::number(layers, key),
        right,
        why,
    );
}

fn said<T>(layer: Layer, value: impl Into<T>) -> Outcome<T> {
    let value = value.into();
    Ok(Setting { value, layer })
}

fn not_a_number(key: &str, layer: Layer, value: &str) -> Outcome<u32> {
    let (key, value) = (key.to_owned(), value.to_owned());
    Err(ConfigError::NotANumber { key, value, layer })
}

/// Expects that `layer` wins, for text and for numbers, where each layer that
/// has a value here sets the key to it.
#[track_caller]
fn expect_winner(what: &str, values: [Option<&str>; 4], layer: Layer, why: &str) {
    let [default, file, environment, flag] =
        values.map(|value| value.map(|value| ("page_size", value)));
    let layers = layers(
        default.as_slice(),
        file.as_slice(),
        environment.as_slice(),
        flag.as_slice(),
    );
    let value = values[layer as usize].expect("the check gives the winner a value");
    let number: u32 = value.parse().expect("the check gives numbers");
    let text = said(layer, value);
    let number = said(layer, number);
    let as_text = catch(|| conf2::text(&layers, "page_size")).is_ok_and(|got| got == text);
    let as_number = catch(|| conf2::number(&layers, "page_size")).is_ok_and(|got| got == number);
    // The untouched file writes the order twice: whoever fixes one of them should look for the other.
    let why = match (as_text, as_number) {
        (true, false) => {
            format!("{why}; `text` is right already, so the order is written in two places")
        }
        (false, true) => {
            format!("{why}; `number` is right already, so the order is written in two places")
        }
        (false, false) => format!(
            "{why}; `text` and `number` are both wrong: if the order is written in two places, fix both"
        ),
        (true, true) => why.to_owned(),
    };
    expect_text(what, &layers, "page_size", &text, &why);
    expect_number(what, &layers, "page_size", &number, &why);
}

fn the_environment_wins_over_the_file() {
    expect_winner(
        "the environment did not win over the file",
        [Some("10"), Some("20"), Some("30"), None],
        Layer::Environment,
        "the deploy sets the environment, and what it sets must be what runs",
    );
}

fn a_flag_wins_over_everything() {
    expect_winner(
        "a flag did not win",
        [Some("10"), Some("20"), Some("30"), Some("40")],
        Layer::Flag,
        "a flag is what a person wants now; everything else was written down earlier",
    );
}

fn the_file_wins_over_the_default() {
    expect_winner(
        "the file did not win over the default",
        [Some("10"), Some("20"), None, None],
        Layer::File,
        "a default is only for keys that nobody sets",
    );
}

fn each_key_is_decided_on_its_own() {
    let layers = layers(
        &[("database", "shop.db"), ("port", "8080")],
        &[("page_size", "20"), ("port", "8081")],
        &[("database", "/data/shop.db")],
        &[("port", "9000")],
    );
    let what = "a key was not decided on its own";
    let why = "a layer may set only one key; each other key comes from the layer that sets it";
    let text = said(Layer::Environment, "/data/shop.db");
    expect_text(what, &layers, "database", &text, why);
    expect_number(what, &layers, "page_size", &said(Layer::File, 20_u32), why);
    expect_number(what, &layers, "port", &said(Layer::Flag, 9000_u32), why);
}

fn an_empty_value_is_not_unset() {
    let banner = &[("banner", "Sale!")];
    let empty = &[("banner", "")];
    let cases = [
        (layers(banner, banner, banner, empty), Layer::Flag),
        (layers(banner, banner, empty, &[]), Layer::Environment),
        (layers(banner, empty, &[], &[]), Layer::File),
        (layers(empty, &[], &[], &[]), Layer::Default),
    ];
    for (layers, layer) in cases {
        expect_text(
            "an empty value was treated as unset",
            &layers,
            "banner",
            &said(layer, ""),
            "whoever sets a key to nothing wants nothing there, not the value of a weaker layer",
        );
    }
}

fn text_comes_through_unchanged() {
    for value in [" ", "  Grüße, 本!\n", "0x10", "\"quoted\"", "a=b", "\0"] {
        let layers = layers(&[("banner", "Sale!")], &[], &[("banner", value)], &[]);
        expect_text(
            "a text was changed on the way",
            &layers,
            "banner",
            &said(Layer::Environment, value),
            "a password may begin with a space: only the code that uses a text knows what it means",
        );
    }
}

fn a_bad_number_is_an_error_that_names_its_layer() {
    const DIGITS: &str =
        "a number is written in decimal digits: what Rust or a calculator reads is not meant here";
    let good = &[("page_size", "20")];
    let too_large =
        "the largest u32 is 4294967295: a larger number is an error, not one to cut down";
    for (value, why) in [
        (
            "5O",
            "if a typing error is skipped, the shop runs with a value that nobody chose",
        ),
        (
            "-1",
            "a u32 cannot be negative: this is an error, not 0 and not another layer's value",
        ),
        ("4294967296", too_large),
        ("99999999999999999999", too_large),
        (
            "20.5",
            "a u32 is a whole number: this is an error, not 20 and not another layer's value",
        ),
        ("1e3", DIGITS),
        ("1_000", DIGITS),
        ("0x10", DIGITS),
    ] {
        let bad = &[("page_size", value)];
        let cases = [
            (layers(good, good, good, bad), Layer::Flag),
            (layers(good, good, bad, &[]), Layer::Environment),
            (layers(good, bad, &[], &[]), Layer::File),
            (layers(bad, &[], &[], &[]), Layer::Default),
        ];
        for (layers, layer) in cases {
            expect_number(
                "a bad number was not reported correctly",
                &layers,
                "page_size",
                &not_a_number("page_size", layer, value),
                why,
            );
        }
    }
}

fn an_empty_number_is_a_bad_one() {
    let layers = layers(
        &[("page_size", "20")],
        &[("page_size", "50")],
        &[("page_size", "")],
        &[],
    );
    expect_number(
        "an empty number was not reported correctly",
        &layers,
        "page_size",
        &not_a_number("page_size", Layer::Environment, ""),
        "`PAGE_SIZE=$SIZE` with no SIZE is a broken deploy: not 0, and not what the file says",
    );
}

fn the_smallest_and_the_largest_u32_are_numbers() {
    for number in [0, u32::MAX] {
        let value = number.to_string();
        let layers = layers(&[("page_size", "20")], &[("page_size", &value)], &[], &[]);
        expect_number(
            "a number that is a u32 was not accepted",
            &layers,
            "page_size",
            &said(Layer::File, number),
            "0 is set, and is not the same as unset; and 4294967295 still fits into a u32",
        );
    }
}

fn a_bad_number_in_a_weaker_layer_does_no_harm() {
    let layers = layers(
        &[("page_size", "")],
        &[("page_size", "5O")],
        &[("page_size", "50")],
        &[],
    );
    expect_number(
        "a value that did not win was looked at",
        &layers,
        "page_size",
        &said(Layer::Environment, 50_u32),
        "a stronger layer is the quick way around a broken file",
    );
}

fn a_key_that_nobody_sets_is_missing() {
    let layers = layers(
        &[("page_size", "20")],
        &[("page", "1")],
        &[("PAGES", "3")],
        &[("pages_", "2"), ("--pages", "4")],
    );
    let what = "a key that nobody sets was not reported as missing";
    // `PATH` is a variable of the process that runs this.
    for (key, why) in [
        (
            "pages",
            "a made-up value hides that somebody forgot to set the key",
        ),
        (
            "PATH",
            "the environment is one of the four maps: whoever asks the process again gets what the caller left out",
        ),
        (
            "path",
            "the environment is one of the four maps, and it has its keys as you get them",
        ),
    ] {
        let key_missing = || ConfigError::Missing {
            key: key.to_owned(),
        };
        expect_text(what, &layers, key, &Err(key_missing()), why);
        expect_number(what, &layers, key, &Err(key_missing()), why);
    }
}

fn any_mix_of_layers_follows_the_same_rules() {
    const KEYS: [&str; 3] = ["port", "page_size", "banner"];
    let value = |rng: &mut Rng| match rng.range(0..4) {
        0 => String::new(),
        1 => rng.range::<u32>(..).to_string(),
        2 => rng.range::<u64>(..).to_string(),
        // Not a number by any rule, and no white space at its ends.
        _ => format!("x{}x", rng.unicode(0..=2)),
    };
    let values = |rng: &mut Rng| -> Values {
        let pair = |rng: &mut Rng| ((*rng.choose(&KEYS)).to_owned(), value(rng));
        rng.many(0..=3, pair).into_iter().collect()
    };
    for_all("any mix of layers follows the same rules", 400, |rng| {
        let layers = Layers {
            defaults: values(rng),
            file: values(rng),
            environment: values(rng),
            flags: values(rng),
        };
        for key in KEYS {
            let what = "this mix of layers was not decided correctly";
            let why = "default < file < environment < flag, for each key, whatever the values are";
            let winner = winner(&layers, key);
            let missing = || ConfigError::Missing {
                key: key.to_owned(),
            };
            let text = match winner {
                Some((layer, value)) => said(layer, value),
                None => Err(missing()),
            };
            expect_text(what, &layers, key, &text, why);
            let number = match winner {
                Some((layer, value)) => match value.parse::<u32>() {
                    Ok(number) => said(layer, number),
                    Err(_) => not_a_number(key, layer, value),
                },
                None => Err(missing()),
            };
            expect_number(what, &layers, key, &number, why);
        }
    });
}

/// The strongest layer that sets `key`, and its value.
fn winner<'a>(layers: &'a Layers, key: &str) -> Option<(Layer, &'a str)> {
    let said = |layer, values: &'a Values| Some((layer, values.get(key)?.as_str()));
    said(Layer::Flag, &layers.flags)
        .or_else(|| said(Layer::Environment, &layers.environment))
        .or_else(|| said(Layer::File, &layers.file))
        .or_else(|| said(Layer::Default, &layers.defaults))
}
