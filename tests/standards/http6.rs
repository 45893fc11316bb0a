//! `http6`'s solution against httparse, which reads what it wrote, and httpdate, which writes and
//! reads dates.

#[path = "../../exercises/02_http/solutions/http6.rs"]
#[allow(dead_code)]
mod solution;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use solution::{Response, Unsendable, http_date};

/// The last second that http_date writes: 31 December 9999.
const LAST: u64 = 253_402_300_799;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// Numbers that are spread over a range without a pattern (SplitMix64).
fn spread(count: u64, below: u64) -> impl Iterator<Item = u64> {
    (1..=count).map(move |index| {
        let mut z = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    })
}

#[test]
fn httpdate_writes_the_same_date_and_reads_it_back() {
    // Around each midnight of 60 years, the ends of some centuries, and anywhere at all.
    let midnights = (1..=60 * 366).map(|day| day * 86_400);
    let around = midnights.flat_map(|second| [second - 1, second, second + 43_261]);
    let ends = [0, 1, 4_107_542_399, 4_107_542_400, 13_574_563_200, LAST];
    for second in around.chain(ends).chain(spread(4_000, LAST + 1)) {
        let time = at(second);
        let ours = http_date(time);
        assert_eq!(ours, httpdate::fmt_http_date(time), "second {second}");
        assert_eq!(
            httpdate::parse_http_date(&ours).unwrap(),
            time,
            "second {second}"
        );
    }
}

#[test]
fn httparse_reads_back_every_status() {
    for status in 100..=599 {
        for method in ["GET", "HEAD"] {
            let response = Response::new(status, "Größe\r\n\r\n")
                .with("Content-Type", "text/plain; charset=utf-8")
                .with("Set-Cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT")
                .with("Set-Cookie", "b=\u{10d}\u{10a}")
                .with("!#$%&'*+-.^_`|~09azAZ", "a\tb");
            let bytes = response.to_bytes(method, at(784_111_777)).unwrap();

            let mut fields = [httparse::EMPTY_HEADER; 16];
            let mut read = httparse::Response::new(&mut fields);
            let parsed = read.parse(&bytes).unwrap();
            let httparse::Status::Complete(end) = parsed else {
                panic!("{status}: the header has no end");
            };
            assert_eq!(read.version, Some(1));
            assert_eq!(read.code, Some(status));
            assert_eq!(read.reason, Some(solution::reason(status)));

            let values = |name: &str| -> Vec<&[u8]> {
                let same = |field: &&httparse::Header| field.name.eq_ignore_ascii_case(name);
                read.headers
                    .iter()
                    .filter(same)
                    .map(|field| field.value)
                    .collect()
            };
            for (name, _) in &response.headers {
                let ours: Vec<&[u8]> = response
                    .headers
                    .iter()
                    .filter(|(known, _)| known == name)
                    .map(|(_, value)| value.as_bytes())
                    .collect();
                assert_eq!(values(name), ours, "{status}: {name}");
            }
            assert_eq!(values("Date"), [b"Sun, 06 Nov 1994 08:49:37 GMT"]);

            let bare = matches!(status, 100..=199 | 204 | 304);
            let length = response.body.len().to_string();
            let expected: &[&[u8]] = if bare { &[] } else { &[length.as_bytes()] };
            assert_eq!(values("Content-Length"), expected, "{status}");
            let body = if bare || method == "HEAD" {
                &b""[..]
            } else {
                &response.body
            };
            assert_eq!(&bytes[end..], body, "{status}");
        }
    }
}

/// What httparse takes for more or other fields than were put in, or for none, is never sent.
/// (Of values it is more lenient than RFC 9110 §5.5 in nothing that ends a line.)
#[test]
fn no_value_adds_a_field() {
    for byte in 0..=0x7f_u8 {
        let control = char::from(byte);
        for value in [
            format!("a{control}X-Evil: 1"),
            format!("a\r{control}X-Evil: 1"),
            format!("a{control}\nX-Evil: 1"),
        ] {
            let response = Response::new(200, "").with("X-Name", &value);
            let bytes = match response.to_bytes("GET", at(0)) {
                Ok(bytes) => bytes,
                Err(Unsendable) => continue,
            };
            let mut fields = [httparse::EMPTY_HEADER; 16];
            let mut read = httparse::Response::new(&mut fields);
            assert!(read.parse(&bytes).unwrap().is_complete(), "{value:?}");
            assert_eq!(read.headers.len(), 3, "{value:?}");
            let is_ours = |field: &&httparse::Header| field.name == "X-Name";
            let field = read.headers.iter().find(is_ours).unwrap();
            assert_eq!(field.value, value.as_bytes());
        }
    }
}
