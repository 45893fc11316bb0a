//! The solution of http5 against httparse's reader of size lines: what we take, it takes the same
//! way; what it takes and we do not is one of the differences named here. And against curl, which
//! sends a body in chunks.

#[path = "../../exercises/02_http/solutions/http5.rs"]
mod solution;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::Duration;

use httparse::{Status, parse_chunk_size};
use solution::{ChunkError, Decoder, MAX_EXTENSIONS, MAX_TRAILERS};

/// The size that a line says, if it is one: the smallest limit with which it is not too large.
fn ours(line: &[u8]) -> Option<u64> {
    let fits = |limit: u64| match Decoder::new(limit).feed(line, &mut Vec::new()) {
        Ok(used) => {
            assert_eq!(used, line.len());
            Some(true)
        }
        Err(ChunkError::TooLarge) => Some(false),
        Err(ChunkError::BadRequest) => None,
    };
    let (mut low, mut high) = (0, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if fits(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    fits(low)?.then_some(low)
}

fn theirs(line: &[u8]) -> Option<u64> {
    match parse_chunk_size(line) {
        Ok(Status::Complete((used, size))) if used == line.len() => Some(size),
        _ => None,
    }
}

/// What httparse takes although it breaks the grammar of RFC 9112 §7.1.
fn is_known_difference(line: &[u8]) -> bool {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit());
    let rest = &line[digits.count()..];
    // No digit at all counts as 0 there.
    let no_digit = rest.len() == line.len();
    // White space that no extension follows; the grammar has it only before a `;`.
    let mut visible = rest.iter().filter(|byte| !matches!(byte, b' ' | b'\t'));
    let no_extension = matches!(rest, [b' ' | b'\t', ..]) && visible.next() != Some(&b';');
    // Any byte in an extension, also a LF, which some take for the end of the line.
    let inner = &line[..line.len().saturating_sub(2)];
    let control = inner
        .iter()
        .any(|byte| byte.is_ascii_control() && *byte != b'\t');
    no_digit || no_extension || control
}

#[track_caller]
fn compare(line: &[u8]) {
    let (ours, theirs) = (ours(line), theirs(line));
    let is_same = ours == theirs || ours.is_none() && is_known_difference(line);
    let line = line.escape_ascii();
    assert!(is_same, "\"{line}\": ours {ours:?}, httparse {theirs:?}");
}

#[test]
fn sizes_are_read_the_same_way() {
    for size in [
        "0",
        "1",
        "9",
        "a",
        "F",
        "10",
        "fF",
        "0000000000000010",
        "FFFFFFFFFFFFFFFF",
        "8000000000000000",
        "10000000000000000",
        "00000000000000000",
        "5;a=b",
        "5 ;a",
        "5\t ; a = \"b;c\"",
        "5;a=\"\u{e9}\"",
        "g",
        "0x5",
        "+5",
        "-5",
        " 5",
        "5 5",
        "5.",
        "5,5",
    ] {
        compare(format!("{size}\r\n").as_bytes());
    }
    assert_eq!(ours(b"FFFFFFFFFFFFFFFF;a\r\n"), Some(u64::MAX));
    assert_eq!(theirs(b"FFFFFFFFFFFFFFFF;a\r\n"), Some(u64::MAX));
}

#[test]
fn every_byte_in_every_place_is_judged_the_same() {
    for good in [&b"1f\r\n"[..], b"1f;a=b\r\n", b"1f ;a\r\n"] {
        for place in 0..=good.len() {
            for byte in 0..=255 {
                let mut line = good.to_vec();
                line.insert(place, byte);
                compare_one_line(&line);
                if place < good.len() {
                    let mut line = good.to_vec();
                    line[place] = byte;
                    compare_one_line(&line);
                }
            }
        }
    }
}

/// Only what could be one line: what ends earlier is followed by data.
fn compare_one_line(line: &[u8]) {
    let first = line.windows(2).position(|two| two == b"\r\n");
    if first.is_some_and(|first| first + 2 == line.len()) {
        compare(line);
    }
}

#[test]
fn httparse_is_more_lenient_where_this_is_told() {
    for line in [
        "\r\n",
        " \r\n",
        ";a\r\n",
        "5 \r\n",
        "5;a\nb\r\n",
        "5;\0\r\n",
    ] {
        assert!(theirs(line.as_bytes()).is_some(), "{line:?}");
        assert!(ours(line.as_bytes()).is_none(), "{line:?}");
    }
}

#[test]
fn the_limits_are_those_of_the_exercise() {
    assert_eq!((MAX_EXTENSIONS, MAX_TRAILERS), (4096, 8192));
}

#[test]
fn curl_sends_a_body_in_chunks() {
    let version = Command::new("curl").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no chunk came from an independent client, for curl is not installed");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut curl = Command::new("curl")
        .args([
            "--silent",
            "--show-error",
            "--max-time",
            "10",
            "--noproxy",
            "*",
        ])
        .args([
            "--header",
            "Transfer-Encoding: chunked",
            "--header",
            "Expect:",
        ])
        .args(["--data-binary", "@-", &url])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let sent: Vec<u8> = (0..=255).cycle().take(50_000).collect();
    let mut input = curl.stdin.take().unwrap();
    let copy = sent.clone();
    let writer = std::thread::spawn(move || input.write_all(&copy));
    let (mut stream, _) = listener.accept().unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    // Pieces that cut nearly everything in two.
    let mut piece = [0; 7];
    let mut head = Vec::new();
    let mut body = Vec::new();
    let mut decoder = Decoder::new(sent.len() as u64);
    while !decoder.is_done() {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "curl has closed the connection");
        let mut rest = &piece[..count];
        while !head.ends_with(b"\r\n\r\n")
            && let Some((byte, after)) = rest.split_first()
        {
            head.push(*byte);
            rest = after;
        }
        assert_eq!(decoder.feed(rest, &mut body), Ok(rest.len()));
    }
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    writer.join().unwrap().unwrap();
    assert!(curl.wait().unwrap().success());
    assert!(body == sent, "{} bytes came of {}", body.len(), sent.len());
    assert!(decoder.trailers().is_empty());
}
