//! `serve1`'s solution with a real client: `curl`, where it is installed.
//!
//! The solution includes the learner's other files, so it is laid out as in a workspace and compiled
//! with the `rustc` that is in the path.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A directory that is removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("backlings-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that is ended in the end.
struct Server {
    child: Child,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Compiles the solution and starts it.
fn server(scratch: &Path, timeout: &str) -> Server {
    let exercises = Path::new(env!("CARGO_MANIFEST_DIR")).join("exercises");
    for (chapter, names) in [
        ("02_http", &["http1", "http2", "http4", "http6"][..]),
        ("03_semantics", &["etag1", "range1", "serve1"]),
    ] {
        fs::create_dir_all(scratch.join(chapter)).unwrap();
        for name in names {
            let from = exercises.join(chapter).join(format!("solutions/{name}.rs"));
            let to = scratch.join(chapter).join(format!("{name}.rs"));
            fs::copy(from, to).unwrap();
        }
    }
    let program = scratch.join(format!("serve1{}", std::env::consts::EXE_SUFFIX));
    let compiled = Command::new("rustc")
        .args(["--edition", "2024", "--cap-lints", "allow", "-o"])
        .arg(&program)
        .arg(scratch.join("03_semantics/serve1.rs"))
        .status()
        .unwrap();
    assert!(compiled.success());
    let mut child = Command::new(&program)
        .env("PORT", "0")
        .env("ROOT", scratch.join("public"))
        .env("TIMEOUT_MS", timeout)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let url = format!("http://{address}");
    Server { child, url }
}

/// Whether there is a curl; it is said where there is none.
fn curl_is_there(test: &str) -> bool {
    let found = Command::new("curl").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        println!("SKIPPED {test}: `curl` is not installed");
    }
    found
}

/// What curl prints; `targets` are those on the server.
fn curl(server: &Server, arguments: &[&str], targets: &[&str]) -> Vec<u8> {
    let targets = targets
        .iter()
        .map(|target| format!("{}{target}", server.url));
    let output = Command::new("curl")
        // What a curlrc or the environment says is not this test's.
        .args(["--disable", "--silent", "--show-error", "--noproxy", "*"])
        .args(["--max-time", "20", "--path-as-is", "--http1.1"])
        .args(arguments)
        .args(targets)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn curl_gets_files_parts_and_refusals() {
    if !curl_is_there("curl_gets_files_parts_and_refusals") {
        return;
    }
    let scratch = Scratch::new("serve1");
    let root = scratch.0.join("public");
    fs::create_dir_all(root.join("books")).unwrap();
    fs::write(scratch.0.join("secret.txt"), "Pemberley\n").unwrap();
    fs::write(root.join("books/Jane Eyre.txt"), "Reader, I married him.\n").unwrap();
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    fs::write(root.join("book.mp3"), &large).unwrap();
    let server = server(&scratch.0, "10000");

    // Whole files, two on one connection: curl keeps it where the server does.
    assert_eq!(curl(&server, &[], &["/book.mp3"]), large);
    let told = "%{http_code} %{content_type} %{num_connects}\n";
    let twice = ["/books/Jane%20Eyre.txt", "/books/Jane%20Eyre.txt"];
    let text = String::from_utf8(curl(&server, &["--write-out", told], &twice)).unwrap();
    let one = "Reader, I married him.\n200 text/plain; charset=utf-8 ";
    assert_eq!(text, format!("{one}1\n{one}0\n"));

    // HEAD: curl reads the length and must not wait for a body.
    let head = String::from_utf8(curl(&server, &["--head"], &["/book.mp3"])).unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("Content-Length: 3000000\r\n"), "{head}");

    // Ranges, as curl writes them and as it goes on with a download.
    assert_eq!(
        curl(&server, &["--range", "2-5"], &["/book.mp3"]),
        &large[2..=5]
    );
    assert_eq!(
        curl(&server, &["--range", "-7"], &["/book.mp3"]),
        &large[2_999_993..]
    );
    let half = scratch.0.join("half.mp3");
    fs::write(&half, &large[..1_234_567]).unwrap();
    let output = half.to_str().unwrap();
    let arguments = ["--continue-at", "-", "--output", output];
    curl(&server, &arguments, &["/book.mp3"]);
    assert_eq!(fs::read(&half).unwrap(), large);

    // The tag that curl keeps, and the 304 that it gets for it.
    let tags = scratch.0.join("tag");
    let tags = tags.to_str().unwrap();
    assert_eq!(curl(&server, &["--etag-save", tags], &["/book.mp3"]), large);
    let again = ["--etag-compare", tags, "--write-out", "%{http_code}"];
    assert_eq!(curl(&server, &again, &["/book.mp3"]), b"304");

    // Refusals. `--path-as-is` keeps curl from tidying the dots away.
    let sink = scratch.0.join("sink");
    let sink = sink.to_str().unwrap();
    for (arguments, target, status) in [
        (&[][..], "/missing.txt", "404"),
        (&[], "/../secret.txt", "404"),
        (&[], "/%2e%2e%2fsecret.txt", "404"),
        (&["--request", "DELETE"], "/book.mp3", "405"),
        (&["--range", "3000000-"], "/book.mp3", "416"),
        (&["--data", "x=1"], "/book.mp3", "405"),
        (
            &["--header", "Transfer-Encoding: chunked", "--data", "x"],
            "/book.mp3",
            "411",
        ),
        (&["--http1.0"], "/missing.txt", "404"),
    ] {
        let output = ["--output", sink, "--write-out", "%{http_code}"];
        let got = curl(&server, &[&output, arguments].concat(), &[target]);
        assert_eq!(
            String::from_utf8_lossy(&got),
            status,
            "{arguments:?} {target}"
        );
        let body = fs::read(sink).unwrap_or_default();
        assert!(
            !String::from_utf8_lossy(&body).contains("Pemberley"),
            "{target}"
        );
    }
}
