//! `range1`: every short `Range` there is, against every short file.

#[path = "../../exercises/03_semantics/solutions/range1.rs"]
mod solution;

use std::collections::HashMap;

use solution::{Answer, File};

/// What a short set of ranges is made of.
const ALPHABET: [char; 6] = ['0', '1', '3', '-', ',', ' '];

/// How long the sets are at most.
const LONGEST: usize = 6;

/// One range, as the standard has it: first and last byte, or the length of a suffix.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Spec {
    Int(usize, Option<usize>),
    Suffix(usize),
}

/// Texts made of digits, with the number they mean.
fn numbers() -> Vec<(String, usize)> {
    let mut numbers = vec![(String::new(), 0)];
    let mut from = 0;
    for _ in 0..LONGEST {
        let to = numbers.len();
        for index in from..to {
            for digit in [0, 1, 3] {
                let (text, number) = &numbers[index];
                numbers.push((format!("{text}{digit}"), number * 10 + digit));
            }
        }
        from = to;
    }
    numbers.remove(0);
    numbers
}

/// Everything that the grammar of RFC 9110 §14.1.2 can write, with what it means.
fn specs() -> Vec<(String, Spec)> {
    let numbers = numbers();
    let mut specs = Vec::new();
    for (text, number) in &numbers {
        specs.push((format!("-{text}"), Spec::Suffix(*number)));
        specs.push((format!("{text}-"), Spec::Int(*number, None)));
        for (other, last) in &numbers {
            let text = format!("{text}-{other}");
            if last >= number && text.len() <= LONGEST {
                specs.push((text, Spec::Int(*number, Some(*last))));
            }
        }
    }
    specs.retain(|(text, _)| text.len() <= LONGEST);
    specs
}

/// Every list that the grammar of RFC 9110 §5.6.1.2 can write: `[ element ] *( OWS "," OWS [ element ] )`.
fn lists() -> HashMap<String, Vec<Spec>> {
    let specs = specs();
    let mut lists = HashMap::new();
    let mut open = vec![(String::new(), Vec::new())];
    while let Some((text, meant)) = open.pop() {
        let mut with_or_without = vec![(text.clone(), meant.clone())];
        for (item, spec) in &specs {
            if text.len() + item.len() <= LONGEST {
                let meant = [&meant[..], &[*spec]].concat();
                with_or_without.push((format!("{text}{item}"), meant));
            }
        }
        for (text, meant) in with_or_without {
            for before in 0..LONGEST {
                for after in 0..LONGEST {
                    let text = format!("{text}{:before$},{:after$}", "", "");
                    if text.len() <= LONGEST {
                        open.push((text, meant.clone()));
                    }
                }
            }
            let known = lists.insert(text, meant.clone());
            assert!(known.is_none_or(|known| known == meant));
        }
    }
    lists.retain(|_, meant: &mut Vec<Spec>| !meant.is_empty());
    lists
}

/// What is to be sent, worked out byte by byte: nothing is a 200, an empty list a 416.
fn right(meant: &[Spec], length: usize) -> Option<Vec<Vec<usize>>> {
    let is_in = |spec: &Spec, place: usize| match *spec {
        Spec::Int(first, last) => first <= place && last.is_none_or(|last| place <= last),
        Spec::Suffix(count) => place + count >= length,
    };
    let of = |spec: &Spec| (0..length).filter(|place| is_in(spec, *place)).collect();
    let mut parts: Vec<Vec<usize>> = meant.iter().map(of).collect();
    parts.retain(|part| !part.is_empty());
    let bytes: usize = parts.iter().map(Vec::len).sum();
    (length > 0 && bytes <= length).then_some(parts)
}

/// The answer as [`right`] has it; what it says twice must agree.
fn got(range: &str, length: usize) -> Option<Vec<Vec<usize>>> {
    let file = File {
        length: length as u64,
        etag: None,
        last_modified: None,
    };
    match solution::answer(Some(range.as_bytes()), None, &file) {
        Answer::Whole => None,
        Answer::Unsatisfiable { content_range } => {
            assert_eq!(content_range, format!("bytes */{length}"), "{range}");
            Some(Vec::new())
        }
        Answer::Parts(parts) => {
            assert!(!parts.is_empty(), "{range}");
            let places = parts.iter().map(|part| {
                let field = format!("bytes {}-{}/{length}", part.first, part.last);
                assert_eq!(part.content_range, field, "{range}");
                (part.first as usize..=part.last as usize).collect()
            });
            Some(places.collect())
        }
    }
}

#[test]
fn every_short_range_of_every_short_file() {
    let lists = lists();
    let mut texts = vec![String::new()];
    let mut from = 0;
    let (mut good, mut malformed) = (0, 0);
    for length in 0..=LONGEST {
        let to = texts.len();
        for index in from..to {
            let text = texts[index].clone();
            assert_eq!(text.len(), length);
            if length < LONGEST {
                texts.extend(ALPHABET.iter().map(|letter| format!("{text}{letter}")));
            }
            // What white space at either end of the set means is left open.
            if text.starts_with(' ') || text.ends_with(' ') {
                continue;
            }
            let meant = lists.get(&text);
            match meant {
                Some(_) => good += 1,
                None => malformed += 1,
            }
            for file in [0, 1, 2, 4, 14] {
                let right = meant.and_then(|meant| right(meant, file));
                let range = format!("bytes={text}");
                assert_eq!(got(&range, file), right, "{range:?} of {file} bytes");
            }
        }
        from = to;
    }
    assert!(good > 2_000 && malformed > 20_000, "{good} {malformed}");
}

/// RFC 9110 §13.1.5, in its own words.
fn condition(if_range: &str, etag: Option<&str>, last_modified: Option<&str>) -> bool {
    // "A valid entity-tag can be distinguished from a valid HTTP-date by examining the first three
    // characters for a DQUOTE."
    if if_range.chars().take(3).any(|letter| letter == '"') {
        let is_weak = |tag: &str| tag.starts_with("W/");
        etag.is_some_and(|etag| !is_weak(if_range) && !is_weak(etag) && if_range == etag)
    } else {
        last_modified == Some(if_range)
    }
}

#[test]
fn every_pair_of_validators() {
    let dates = [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:38 GMT",
    ];
    // The examples of RFC 9110 §8.8.3 and §8.8.3.2.
    let tags = [
        "\"1\"",
        "W/\"1\"",
        "W/\"2\"",
        "\"xyzzy\"",
        "W/\"xyzzy\"",
        "\"\"",
    ];
    let some = |values: &[&'static str]| {
        let mut all: Vec<Option<&'static str>> = values.iter().copied().map(Some).collect();
        all.push(None);
        all
    };
    for etag in some(&tags) {
        for last_modified in some(&dates) {
            let file = File {
                length: 10,
                etag,
                last_modified,
            };
            for if_range in tags.into_iter().chain(dates) {
                let answer = solution::answer(Some(b"bytes=2-5"), Some(if_range.as_bytes()), &file);
                assert_eq!(
                    answer != Answer::Whole,
                    condition(if_range, etag, last_modified),
                    "{if_range} of {file:?}"
                );
            }
        }
    }
}
