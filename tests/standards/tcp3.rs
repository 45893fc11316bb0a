//! `tcp3`'s solution with a real client: `curl`, which passes bytes on as they are with `telnet://`,
//! where it is installed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A directory that is removed in the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A child that is ended in the end.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether there is a curl that speaks telnet; it is said where there is none.
fn curl_is_there(test: &str) -> bool {
    let version = Command::new("curl").arg("--version").output();
    let Ok(version) = version else {
        println!("SKIPPED {test}: `curl` is not installed");
        return false;
    };
    let found = String::from_utf8_lossy(&version.stdout).contains("telnet");
    if !found {
        println!("SKIPPED {test}: this `curl` was built without telnet");
    }
    found
}

/// A curl that sends what is written to it and prints what comes.
fn curl(address: &str) -> Ended {
    let child = Command::new("curl")
        .args(["--disable", "--silent", "--no-buffer", "--noproxy", "*"])
        .args(["--max-time", "20"])
        .arg(format!("telnet://{address}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    Ended(child.unwrap())
}

#[test]
fn curl_gets_its_lines_back_while_another_is_silent() {
    if !curl_is_there("curl_gets_its_lines_back_while_another_is_silent") {
        return;
    }
    let scratch = std::env::temp_dir().join(format!("backlings-tcp3-{}", std::process::id()));
    fs::create_dir_all(&scratch).unwrap();
    let scratch = Scratch(scratch);
    let program = scratch
        .0
        .join(format!("tcp3{}", std::env::consts::EXE_SUFFIX));
    let solution =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises/01_wire/solutions/tcp3.rs");
    let compiled = Command::new("rustc")
        .args(["--edition", "2024", "--cap-lints", "allow", "-o"])
        .args([&program, &solution])
        .status()
        .unwrap();
    assert!(compiled.success());
    let child = Command::new(&program)
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .spawn();
    let mut server = Ended(child.unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();

    // One that is connected first and sends half a line.
    let mut silent = curl(address);
    let mut to_silent = silent.0.stdin.take().unwrap();
    to_silent.write_all(b"97801").unwrap();
    to_silent.flush().unwrap();

    // Others send lines and get them back, one after another.
    for number in 0..3 {
        let mut client = curl(address);
        let mut input = client.0.stdin.take().unwrap();
        let mut output = BufReader::new(client.0.stdout.take().unwrap());
        for isbn in ["9780140435443", "9780141439600", "caf\u{e9}"] {
            let line = format!("{number} {isbn}\n");
            input.write_all(line.as_bytes()).unwrap();
            input.flush().unwrap();
            let mut got = String::new();
            output.read_line(&mut got).unwrap();
            assert_eq!(got, line);
        }
    }

    // The silent one is served as soon as it speaks.
    to_silent.write_all(b"40435443\n").unwrap();
    to_silent.flush().unwrap();
    let mut got = [0; 14];
    silent
        .0
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut got)
        .unwrap();
    assert_eq!(&got, b"9780140435443\n");
}
