//! The solution of http3 with a client that somebody else wrote: curl sends bodies on one
//! connection that it keeps open. And the examples of RFC 9110 §8.6.

#[path = "../../exercises/02_http/solutions/http3.rs"]
mod solution;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use solution::{BadRequest, BodyError, content_length, read_body};

#[test]
fn the_examples_of_the_rfc() {
    let length = |values: &[&str]| {
        let values: Vec<Vec<u8>> = values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect();
        content_length(&values)
    };
    assert_eq!(length(&["3495"]), Ok(Some(3495)));
    // "MAY either reject the message as invalid or replace that invalid field value": replaced.
    assert_eq!(length(&["42, 42"]), Ok(Some(42)));
    // RFC 9112 §6.3, 5: an invalid or a conflicting one is an error that cannot be mended.
    assert_eq!(length(&["42, 43"]), Err(BadRequest));
    assert_eq!(length(&["forty-two"]), Err(BadRequest));
    assert_eq!(length(&[]), Ok(None));
}

/// A file that is gone when the test has ended.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}

#[test]
fn curl_sends_bodies_on_one_connection() {
    let version = Command::new("curl").arg("--version").output();
    if !version.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no body came from an independent client, for curl is not installed");
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let bodies: [&[u8]; 4] = [
        b"isbn=978",
        b"",
        b"two\r\n\r\nlines \0\xff",
        &[b'x'; 100_000],
    ];
    let mut curl = Command::new("curl");
    curl.args([
        "--silent",
        "--show-error",
        "--max-time",
        "10",
        "--noproxy",
        "*",
    ]);
    let mut files = Vec::new();
    for (number, body) in bodies.iter().enumerate() {
        let name = format!("backlings-http3-{}-{number}", std::process::id());
        let file = Scratch(std::env::temp_dir().join(name));
        fs::write(&file.0, body).unwrap();
        if number > 0 {
            curl.args(["--next", "--silent", "--noproxy", "*"]);
        }
        let data = format!("@{}", file.0.display());
        // Without `Expect`, the body follows the header at once.
        curl.args(["--header", "Expect:", "--data-binary", &data, &url]);
        files.push(file);
    }
    let mut curl = curl
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (stream, _) = listener.accept().unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    for body in bodies {
        let mut values = Vec::new();
        loop {
            let mut line = String::new();
            assert!(
                reader.read_line(&mut line).unwrap() > 0,
                "one connection was to do"
            );
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("Content-Length") => {
                    values.push(value.as_bytes().to_vec());
                }
                None if line == "\r\n" => break,
                _ => {}
            }
        }
        let length = content_length(&values).unwrap();
        assert_eq!(length, Some(body.len() as u64));
        let got = match read_body(&mut reader, length.unwrap_or(0), 100_000) {
            Ok(got) => got,
            Err(BodyError::Io(error)) => panic!("{error}"),
            Err(error) => panic!("{error:?}"),
        };
        assert!(got == body, "the body of {} bytes", body.len());
        writer
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    }
    assert!(curl.wait().unwrap().success());
}
