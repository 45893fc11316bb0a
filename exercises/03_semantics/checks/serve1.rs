//! What serve1 is checked for. Read it as the specification; edits here are undone.
//!
//! Each check makes a directory of its own and starts the server for it. The time limit of a request
//! is a minute, so that no slow machine runs into it, except in the last checks, which wait for it.
//! These try again with a longer limit where their own clients may have been too slow.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use testkit::http::{self, Connection, Expected, Response};
use testkit::program::{Program, Start};
use testkit::{bytes, checks, fail};

fn main() {
    testkit::run(checks![
        serves_a_file_with_its_type_tag_and_date,
        answers_head_like_get_without_the_body,
        a_slow_client_holds_nobody,
        finds_files_by_their_decoded_names,
        answers_404_where_there_is_no_file,
        never_leaves_the_root_by_a_name,
        never_leaves_the_root_by_a_link,
        answers_405_with_what_is_allowed,
        keeps_the_connection_and_the_order,
        answers_304_and_412_by_the_tag,
        looks_at_no_condition_without_a_file,
        looks_at_no_date_in_a_condition,
        notices_that_a_file_has_changed,
        sends_the_part_that_is_asked_for,
        serves_a_large_file_in_whole,
        refuses_what_http7_refuses,
        refuses_a_target_that_is_too_long,
        refuses_fields_that_are_too_long,
        takes_a_body_away_and_refuses_a_long_one,
        sends_the_last_response_in_whole,
        says_408_when_the_time_is_over,
        counts_the_time_for_the_whole_request,
        counts_the_time_from_the_opening,
        gives_each_request_its_own_time,
        limits_the_time_after_a_response_too,
    ]);
}

// ---------------------------------------------------------------- the shop

const EMMA: &str = "Emma Woodhouse, handsome, clever, and rich\n";
const SECRET: &str = "the password is Pemberley\n";

/// A directory with a `public` one in it, which is the root, and things that are not to be seen.
struct Shop {
    directory: PathBuf,
}

impl Shop {
    fn new(name: &str) -> Self {
        let here = std::env::current_dir().expect("the check has a directory");
        let shop = Self {
            directory: here.join(name),
        };
        for directory in ["public/books", "public-old", "private"] {
            fs::create_dir_all(shop.directory.join(directory)).expect("it can be written");
        }
        shop.write("public/index.html", "<p>Marginalia\n");
        shop.write("public/books/emma.txt", EMMA);
        shop.write("public/books/empty.txt", "");
        shop.write("public/cover.png", png());
        shop.write("public-old/secret.txt", SECRET);
        shop.write("private/secret.txt", SECRET);
        shop.write("secret.txt", SECRET);
        shop
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.directory.join(path), bytes).expect("it can be written");
    }

    /// Sets when a file was changed last, in whole seconds since 1970 and nanoseconds, and says
    /// what the file system kept of it.
    fn changed(&self, path: &str, seconds: u64, nanos: u32) -> SystemTime {
        let path = self.directory.join(path);
        let file = fs::File::options().write(true).open(&path);
        let time = UNIX_EPOCH + Duration::new(seconds, nanos);
        let done = file.and_then(|file| file.set_modified(time));
        done.expect("the time of a file can be set");
        let kept = fs::metadata(path).and_then(|metadata| metadata.modified());
        kept.expect("the time of a file can be read")
    }

    /// Writes a file with that time. On Unix there is a time of the last change besides, which
    /// nobody sets and some tags are made of: it moves on, too, before this returns.
    fn rewrite(&self, path: &str, text: &str, seconds: u64, nanos: u32) {
        let of_system = || of_system(&self.directory.join(path));
        let before = of_system();
        let begun = Instant::now();
        loop {
            self.write(path, text);
            self.changed(path, seconds, nanos);
            if of_system() != before || begun.elapsed() > Duration::from_secs(1) {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[track_caller]
    fn server(&self) -> Program {
        self.server_with_timeout(60_000)
    }

    #[track_caller]
    fn server_with_timeout(&self, milliseconds: u64) -> Program {
        Start::subject()
            .env("PORT", 0)
            .env("ROOT", self.directory.join("public").display())
            .env("TIMEOUT_MS", milliseconds)
            .listening()
    }
}

#[cfg(unix)]
fn of_system(path: &Path) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;

    let metadata = fs::metadata(path).ok()?;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

/// Not known: each time counts as another one.
#[cfg(not(unix))]
fn of_system(_: &Path) -> Instant {
    Instant::now()
}

/// 1000 bytes, each of which says where it is.
fn png() -> Vec<u8> {
    (0..1000_u32).map(|index| (index % 251) as u8).collect()
}

/// A strong entity tag.
fn is_strong(value: &str) -> bool {
    value.len() >= 2 && value.starts_with('"') && value.ends_with('"')
}

/// An answer after which the connection stays open: another request is answered on it.
#[track_caller]
fn answers(client: &mut Connection, expected: Expected, why: &str) -> Response {
    let response = client.response().expect(expected, why);
    if response.fields.says_close() {
        client
            .given(fail(
                "a response says `Connection: close`, but the connection should stay open",
            ))
            .expected("no `close`: the next request comes on the same connection")
            .got(&response)
            .because(why)
            .raise();
    }
    response
}

/// The last answer, and then the end of the connection.
#[track_caller]
fn ends_with(client: &mut Connection, expected: Expected, why: &str) {
    let expected = expected.closing();
    client.response().expect(expected, why);
    client.closes("after the last response the server hangs up, and answers nothing more");
}

fn emma() -> Expected {
    http::status(200).body(EMMA)
}

// ---------------------------------------------------------------- files

fn serves_a_file_with_its_type_tag_and_date() {
    let shop = Shop::new("serves");
    shop.write("public/page.css", "p {}\n");
    shop.write("public/page.js", "'use strict'\n");
    shop.write("public/cover.jpg", b"\xff\xd8");
    shop.write("public/cover.webp", b"RIFF\0");
    shop.write("public/voice.mp3", b"ID3\xff\0");
    shop.write("public/unknown.xyz", "?");
    shop.write("public/none", "");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    for (target, kind, body) in [
        (
            "/books/emma.txt",
            "text/plain; charset=utf-8",
            EMMA.as_bytes(),
        ),
        (
            "/index.html",
            "text/html; charset=utf-8",
            b"<p>Marginalia\n",
        ),
        ("/cover.png", "image/png", &png()),
        ("/page.css", "text/css; charset=utf-8", b"p {}\n"),
        (
            "/page.js",
            "text/javascript; charset=utf-8",
            b"'use strict'\n",
        ),
        ("/cover.jpg", "image/jpeg", b"\xff\xd8"),
        ("/cover.webp", "image/webp", b"RIFF\0"),
        ("/voice.mp3", "audio/mpeg", b"ID3\xff\0"),
        ("/unknown.xyz", "application/octet-stream", b"?"),
        ("/none", "application/octet-stream", b""),
        ("/books/empty.txt", "text/plain; charset=utf-8", b""),
    ] {
        let expected = http::status(200)
            .header("Content-Type", kind)
            .header_like("ETag", "a strong entity tag, such as \"v7\"", is_strong)
            .body(body);
        client.get(target).send();
        let why = "a browser needs the bytes as they are, their type, and a tag to ask again by";
        answers(&mut client, expected, why);
    }
    for (seconds, nanos, date) in [
        (784_111_777, 0, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (951_782_400, 999_000_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
    ] {
        shop.changed("public/cover.png", seconds, nanos);
        let expected = http::status(200).header("Last-Modified", date).body(png());
        client.get("/cover.png").send();
        let why = "Last-Modified is the file's own date, of its last change (RFC 9110 §8.8.2)";
        answers(&mut client, expected, why);
    }
}

fn answers_head_like_get_without_the_body() {
    let shop = Shop::new("head");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "HEAD asks what GET would say, without the body (RFC 9110 §9.3.2)";
    for target in ["/books/emma.txt", "/cover.png", "/books/empty.txt"] {
        client.get(target).send();
        let got = client.response().read(why);
        let mut expected = http::status(200);
        for name in ["Content-Type", "Content-Length", "ETag", "Last-Modified"] {
            if let Some(value) = got.fields.get(name) {
                expected = expected.header(name, value.as_bytes());
            }
        }
        client.head(target).send();
        answers(&mut client, expected, why);
    }
    for target in ["/missing.txt", "/books"] {
        client.head(target).send();
        let why =
            "where there is no file HEAD is answered with a 404, too, and the connection stays";
        answers(&mut client, http::status(404), why);
    }
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), "the connection is still in step");
}

fn finds_files_by_their_decoded_names() {
    let shop = Shop::new("names");
    shop.write("public/books/Jane Eyre.txt", "space\n");
    shop.write("public/books/a+b.txt", "plus\n");
    shop.write("public/books/50%.txt", "percent\n");
    shop.write("public/books/caf\u{e9}.txt", "acute\n");
    shop.write("public/books/..notes.txt", "dots\n");
    shop.write("public/books/a..b.txt", "more dots\n");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "a target is cut first and decoded then, once, as your http4 does (RFC 3986 §2.4)";
    for (target, body) in [
        ("/books/emma.txt?page=2&x=/../", EMMA),
        ("/books/emma.txt?", EMMA),
        ("/books/%65mma.t%78t", EMMA),
        ("/%62ooks/emma.txt", EMMA),
        ("/books/Jane%20Eyre.txt", "space\n"),
        ("/books/a+b.txt", "plus\n"),
        ("/books/a%2Bb.txt", "plus\n"),
        ("/books/50%25.txt", "percent\n"),
        ("/books/caf%C3%A9.txt", "acute\n"),
    ] {
        client.get(target).send();
        answers(&mut client, http::status(200).body(body), why);
    }
    let why = "two dots are only special when they are the whole name";
    for (target, body) in [
        ("/books/..notes.txt", "dots\n"),
        ("/books/%2e.notes.txt", "dots\n"),
        ("/books/a..b.txt", "more dots\n"),
    ] {
        client.get(target).send();
        answers(&mut client, http::status(200).body(body), why);
    }
    client.close();
    let why = "what your http4 refuses is a bad request";
    for target in ["/books/%zz.txt", "/100%", "/caf%E9.txt"] {
        let mut client = Connection::to(&server, "client B");
        // Whether the server hangs up after it is left open.
        client.get(target).send().expect(http::status(400), why);
    }
}

fn answers_404_where_there_is_no_file() {
    let shop = Shop::new("missing");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "only a file has bytes to send; a name is looked up as it is (RFC 9110 §15.5.5)";
    for target in [
        "/missing.txt",
        "/books/missing.txt",
        "/missing/emma.txt",
        "/",
        "/books",
        "/books/",
        "/books/emma.txt/",
        "/books/emma.txt/more",
        "//books/emma.txt",
        "/books//emma.txt",
        "/books/emma.txt%20",
        "/books/emma.txt.",
        "/books%252femma.txt",
    ] {
        client.get(target).send();
        answers(&mut client, http::status(404), why);
    }
    let long = format!("/{}", "x".repeat(5_000));
    client.get(&long).send();
    answers(
        &mut client,
        http::status(404),
        "no file has such a long name",
    );
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), "a 404 is no reason to hang up");
}

/// Expects a 404 without anything of the secret.
#[track_caller]
fn stays_inside(client: &mut Connection, target: &str, why: &str) {
    client.get(target).send();
    let response = answers(client, http::status(404), why);
    if response.text().contains("Pemberley") {
        fail("a file outside of the root was sent")
            .given(target)
            .expected("nothing of it")
            .got(response)
            .because(why)
            .raise();
    }
}

fn never_leaves_the_root_by_a_name() {
    let shop = Shop::new("names_out");
    shop.write("public/books/secret.txt", "a book\n");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "a name that is not plain leads out of the root sooner or later: it names nothing";
    for target in [
        "/../secret.txt",
        "/books/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2e/private/secret.txt",
        "/.%2e/public-old/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2fsecret.txt",
        "/..%2Fprivate%2fsecret.txt",
        "/books/..%2f..%2fsecret.txt",
        "/books/%2e%2e/%2e%2e/secret.txt",
        "/books/emma.txt/../../../secret.txt",
        "/%252e%252e/secret.txt",
    ] {
        stays_inside(&mut client, target, why);
    }
    let why = "an absolute path in a segment replaces all that stands before it (`PathBuf::push`)";
    let absolute = shop.directory.join("secret.txt").display().to_string();
    let encoded = absolute
        .replace('/', "%2f")
        .replace('\\', "%5c")
        .replace(':', "%3a");
    stays_inside(&mut client, &format!("/{encoded}"), why);
    stays_inside(&mut client, &format!("/books/{encoded}"), why);
    let why = "these lead back into the root, but they are no plain names either";
    for target in [
        "/books/../index.html",
        "/./index.html",
        "/books/./emma.txt",
        "/books/%2e/emma.txt",
        "/books%2femma.txt",
        "/books%2Femma.txt",
        "/..%2fpublic%2findex.html",
        "/../public/index.html",
        "/%2findex.html",
    ] {
        stays_inside(&mut client, target, why);
    }
    let why = "to the system a NUL ends a name, and what was looked at is not what is opened";
    for target in [
        "/index.html%00",
        "/index.html%00.png",
        "/%00",
        "/books%00/emma.txt",
    ] {
        stays_inside(&mut client, target, why);
    }
    client.get("/books/secret.txt").send();
    let why = "inside of the root any name will do";
    answers(&mut client, http::status(200).body("a book\n"), why);
}

#[cfg(unix)]
fn never_leaves_the_root_by_a_link() {
    use std::os::unix::fs::symlink;

    let shop = Shop::new("links");
    let link = |from: &str, to: &Path| {
        symlink(to, shop.directory.join("public").join(from)).expect("a link can be made");
    };
    link("to-file", Path::new("../secret.txt"));
    link("to-directory", Path::new("../private"));
    link("to-sibling", Path::new("../public-old"));
    link("to-parent", Path::new(".."));
    link("to-absolute.txt", &shop.directory.join("secret.txt"));
    link("to-link", Path::new("to-file"));
    link("books/up.txt", Path::new("../../secret.txt"));
    link("to-nothing", Path::new("nowhere.txt"));
    link("to-itself", Path::new("to-itself"));
    link("inside.txt", Path::new("books/emma.txt"));
    link("shelf", Path::new("books"));
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "a link is followed by the system: only where it led shows whether that is inside";
    for target in [
        "/to-file",
        "/to-directory/secret.txt",
        "/to-parent/secret.txt",
        "/to-absolute.txt",
        "/to-link",
        "/books/up.txt",
        "/to-directory",
        "/to-nothing",
        "/to-itself",
    ] {
        stays_inside(&mut client, target, why);
    }
    let why = "`public-old` begins like `public`, but is another directory";
    stays_inside(&mut client, "/to-sibling/secret.txt", why);
    let why = "a link that stays inside of the root is followed";
    for target in ["/inside.txt", "/shelf/emma.txt"] {
        client.get(target).send();
        answers(&mut client, emma(), why);
    }
}

/// Links need rights there that few have.
#[cfg(not(unix))]
fn never_leaves_the_root_by_a_link() {}

fn answers_405_with_what_is_allowed() {
    let shop = Shop::new("methods");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "405 must say what is allowed (RFC 9110 §15.5.6), and is no reason to hang up";
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for target in ["/books/emma.txt", "/missing.txt"] {
            client.request(method, target).body("x").send();
            let response = answers(&mut client, http::status(405), why);
            // One line or two: both are one list.
            let lines = response.fields.all("Allow");
            let list = String::from_utf8_lossy(&lines.join(&b","[..])).into_owned();
            let methods: Vec<&str> = list.split(',').map(str::trim).collect();
            let allowed = ["GET", "HEAD"];
            let other = methods.iter().find(|method| !allowed.contains(method));
            let missing = allowed.iter().find(|method| !methods.contains(method));
            let what = match (missing, other) {
                _ if lines.is_empty() => "the 405 does not say what is allowed".to_owned(),
                (Some(missing), _) => format!("the 405 does not say that {missing} is allowed"),
                (None, Some(other)) => {
                    format!(
                        "the 405 says that {} is allowed",
                        bytes::quote(other.as_bytes())
                    )
                }
                (None, None) if methods.len() > 2 => "the 405 says it twice".to_owned(),
                (None, None) => continue,
            };
            let why = if missing.is_none() && other.is_some() {
                "`Allow` is what a client may try next: what it names must not be a 405 again"
            } else {
                why
            };
            fail(what)
                .given(format!("{method} {target}"))
                .expected("Allow: GET, HEAD")
                .got(&response)
                .because(why)
                .raise();
        }
    }
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), why);
    let kept = fs::read_to_string(shop.directory.join("public/books/emma.txt"));
    testkit::eq(
        "a file was changed",
        "PUT, DELETE",
        &kept.unwrap_or_default(),
        &EMMA.to_owned(),
        "this server only reads",
    );
}

// ---------------------------------------------------------------- connections

fn keeps_the_connection_and_the_order() {
    let shop = Shop::new("keeps");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why =
        "requests of one connection are answered in order, on that connection (RFC 9112 §9.3)";
    client.pipeline([
        http::get("/books/emma.txt"),
        http::request("HEAD", "/books/emma.txt"),
        http::get("/missing.txt"),
        http::request("DELETE", "/cover.png"),
        http::get("/cover.png"),
    ]);
    answers(&mut client, emma(), why);
    answers(
        &mut client,
        http::status(200).header("Content-Length", EMMA.len().to_string()),
        why,
    );
    answers(&mut client, http::status(404), why);
    answers(&mut client, http::status(405), why);
    answers(&mut client, http::status(200).body(png()), why);
    client.get("/books/emma.txt").send_byte_by_byte();
    answers(&mut client, emma(), why);
    client.pipeline([
        http::get("/books/emma.txt").header("Connection", "x, Close"),
        http::get("/books/emma.txt"),
    ]);
    ends_with(
        &mut client,
        emma(),
        "`close` in `Connection` ends it (RFC 9112 §9.6)",
    );
    for request in [
        http::get("/books/emma.txt").version("HTTP/1.0"),
        http::raw("GET /books/emma.txt HTTP/1.0\r\n\r\n"),
    ] {
        let mut client = Connection::to(&server, "client B");
        client.pipeline([request]);
        ends_with(
            &mut client,
            emma(),
            "HTTP/1.0 waits for the end (RFC 9112 §9.3)",
        );
    }
    let mut client = Connection::to(&server, "client C");
    client.pipeline([http::get("/books/emma.txt"), http::raw("GET /books/em")]);
    client.half_close();
    client.response().expect(emma(), why);
    let rest = client
        .client()
        .read_to_end("half a request is not answered as if it were whole");
    if !rest.is_empty() && !rest.starts_with(b"HTTP/1.1 400 ") {
        fail("half a request was answered as if it were whole")
            .given("GET /books/em, then the end")
            .expected("the end of the connection, or a 400 and then the end")
            .got(bytes::quote(&rest))
            .because("a connection that ends early says nothing about what was to come")
            .raise();
    }
}

/// The tag that the server gives a file.
#[track_caller]
fn tag(client: &mut Connection, target: &str) -> String {
    client.get(target).send();
    let why = "the tag of a file is what a client asks again by";
    let expected = http::status(200).header_like("ETag", "a strong entity tag", is_strong);
    let response = answers(client, expected, why);
    response.fields.get("ETag").unwrap_or_default().into_owned()
}

fn answers_304_and_412_by_the_tag() {
    let shop = Shop::new("tags");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let emma_tag = tag(&mut client, "/books/emma.txt");
    let other = tag(&mut client, "/cover.png");
    let why = "who has the file as it is gets a 304 without a body (RFC 9110 §13.1.2, §15.4.5)";
    for value in [
        emma_tag.clone(),
        format!("W/{emma_tag}"),
        format!("\"a,b\" , {emma_tag}"),
        "*".to_owned(),
    ] {
        for method in ["GET", "HEAD"] {
            let request = client.request(method, "/books/emma.txt");
            request.header("If-None-Match", &value).send();
            let expected = http::status(304).header("ETag", &emma_tag);
            answers(
                &mut client,
                expected.without("Content-Length").body(""),
                why,
            );
        }
    }
    let why = "who has another version, or another file, gets this one";
    for value in ["\"none\"", other.as_str(), "", emma_tag.trim_matches('"')] {
        client
            .get("/books/emma.txt")
            .header("If-None-Match", value)
            .send();
        answers(&mut client, emma(), why);
    }
    let why = "If-Match wants this version and no other (RFC 9110 §13.1.1)";
    client
        .get("/books/emma.txt")
        .header("If-Match", &emma_tag)
        .send();
    answers(&mut client, emma(), why);
    client
        .get("/books/emma.txt")
        .header("If-Match", "\"none\"")
        .send();
    answers(
        &mut client,
        http::status(412).header("ETag", &emma_tag),
        why,
    );
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), "the connection is still in step");
}

fn looks_at_no_condition_without_a_file() {
    let shop = Shop::new("conditions");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why =
        "where there is no file there is nothing to compare: that is a 404 (RFC 9110 §13.2.1)";
    for target in ["/missing.txt", "/books"] {
        for (name, value) in [
            ("If-None-Match", "*"),
            ("If-None-Match", "\"v7\""),
            ("If-Match", "*"),
            ("If-Match", "\"v7\""),
        ] {
            for method in ["GET", "HEAD"] {
                client.request(method, target).header(name, value).send();
                answers(&mut client, http::status(404), why);
            }
        }
    }
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), "the connection is still in step");
}

fn looks_at_no_date_in_a_condition() {
    let shop = Shop::new("dates");
    shop.changed("public/books/emma.txt", 784_111_777, 0);
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    client.scene(format!("the file is from {date}"));
    let why = "a file may change twice in one second: here only the tag says whether it did";
    for (name, value) in [
        ("If-Modified-Since", date),
        ("If-Modified-Since", "Tue, 29 Feb 2000 00:00:00 GMT"),
        ("If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"),
        ("If-Unmodified-Since", "Fri, 31 Dec 1993 23:59:59 GMT"),
    ] {
        for method in ["GET", "HEAD"] {
            let request = client.request(method, "/books/emma.txt");
            request.header(name, value).send();
            let expected = http::status(200).header("Last-Modified", date);
            let body = if method == "GET" { EMMA } else { "" };
            answers(&mut client, expected.body(body), why);
        }
    }
}

fn notices_that_a_file_has_changed() {
    const BEGUN: u64 = 784_111_777;
    let shop = Shop::new("changes");
    // The smallest step that the file system keeps: some know no single nanoseconds.
    let first = shop.changed("public/books/emma.txt", BEGUN, 0);
    let mut steps = [1, 100, 1_000, 1_000_000].into_iter();
    let step = steps.find(|nanos| shop.changed("public/books/emma.txt", BEGUN, *nanos) != first);
    shop.changed("public/books/emma.txt", BEGUN, 0);
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let old = tag(&mut client, "/books/emma.txt");
    let again = tag(&mut client, "/books/emma.txt");
    let why = "as long as the file is the same its tag is, too: else no copy is ever used again";
    testkit::eq(
        "the tag of a file changed, but the file did not",
        "two requests",
        &again,
        &old,
        why,
    );
    let other = EMMA.replace("clever", "honest");
    let mut changes = vec![
        (
            "a second later it was written again, and as long as before",
            other.clone(),
            BEGUN + 1,
            0,
            "a client with an old copy must get the new file, whose tag is another one",
        ),
        (
            "it is longer, and its time is the same",
            format!("{EMMA}!"),
            BEGUN,
            0,
            "a client with an old copy must get the new file, whose tag is another one",
        ),
        (
            "its time is another one, but its bytes are the same",
            EMMA.to_owned(),
            BEGUN + 60,
            0,
            "here the tag follows length and time, not the bytes: who has to read all of a file to \
             say that it is the same has saved nothing",
        ),
    ];
    if let Some(nanos) = step {
        changes.push((
            "within the same second it was written again, and as long as before",
            other,
            BEGUN,
            nanos,
            "two changes can be very close: the tag needs all that the system says of the time",
        ));
    }
    for (what, text, seconds, nanos, why) in changes {
        shop.rewrite("public/books/emma.txt", &text, seconds, nanos);
        let passed = Duration::new(seconds - BEGUN, nanos);
        client.scene(format!(
            "the file was changed since: {what}\nits time before: {BEGUN} s; now: {passed:?} later"
        ));
        client
            .get("/books/emma.txt")
            .header("If-None-Match", &old)
            .send();
        let differs = old.clone();
        let expected = http::status(200)
            .header_like("ETag", "another tag than before", move |tag| tag != differs)
            .body(&text);
        answers(&mut client, expected, why);
    }
    fs::remove_file(shop.directory.join("public/books/emma.txt")).expect("it was there");
    client.scene("the file was removed since");
    client
        .get("/books/emma.txt")
        .header("If-None-Match", &old)
        .send();
    answers(&mut client, http::status(404), "what is gone is gone");
}

fn sends_the_part_that_is_asked_for() {
    let shop = Shop::new("parts");
    shop.changed("public/cover.png", 951_782_400, 0);
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let tag = tag(&mut client, "/cover.png");
    let why =
        "a player that goes on where it stopped needs exactly these bytes (RFC 9110 §14, §15.3.7)";
    for (range, first, last) in [
        ("bytes=0-0", 0, 0),
        ("bytes=2-5", 2, 5),
        ("bytes=990-", 990, 999),
        ("bytes=-3", 997, 999),
        ("bytes=998-2000", 998, 999),
        ("bytes=0-999", 0, 999),
        ("bytes=5-7,4000-", 5, 7),
    ] {
        client.get("/cover.png").header("Range", range).send();
        let expected = http::status(206)
            .header("Content-Range", format!("bytes {first}-{last}/1000"))
            .header("ETag", &tag)
            .body(&png()[first..=last]);
        answers(&mut client, expected, why);
    }
    let why = "a part that does not exist is a 416 with the length of the file (RFC 9110 §15.5.17)";
    for range in ["bytes=1000-", "bytes=5000-6000", "bytes=-0"] {
        client.get("/cover.png").header("Range", range).send();
        let expected = http::status(416).header("Content-Range", "bytes */1000");
        answers(&mut client, expected, why);
    }
    let why = "a Range that is not understood, or that this server does not answer, is not there";
    let whole = || http::status(200).without("Content-Range").body(png());
    for range in ["bytes=5-2", "bytes=x", "lines=1-2", "bytes=0-1,5-6"] {
        client.get("/cover.png").header("Range", range).send();
        answers(&mut client, whole(), why);
    }
    client
        .head("/cover.png")
        .header("Range", "bytes=2-5")
        .send();
    let expected = http::status(200)
        .header("Content-Length", "1000")
        .without("Content-Range");
    answers(
        &mut client,
        expected,
        "ranges are for GET only (RFC 9110 §14.2)",
    );
    let why = "If-Range: the part if the file is still the same, else all of it (RFC 9110 §13.1.5)";
    let ranged = |client: &mut Connection, validator: &str| {
        let request = client.get("/cover.png").header("Range", "bytes=2-5");
        request.header("If-Range", validator).send();
    };
    ranged(&mut client, &tag);
    let part = http::status(206).body(&png()[2..=5]);
    answers(&mut client, part, why);
    ranged(&mut client, "\"old\"");
    answers(&mut client, whole(), why);
    let why = "a date does not hold here: a file may change twice in one second, and then the part \
               is glued to another file (RFC 9110 §13.1.5)";
    ranged(&mut client, "Tue, 29 Feb 2000 00:00:00 GMT");
    answers(&mut client, whole(), why);
    let why = "conditions come before ranges (RFC 9110 §13.2.2)";
    let request = client.get("/cover.png").header("Range", "bytes=2-5");
    request.header("If-None-Match", &tag).send();
    answers(&mut client, http::status(304).body(""), why);
    client
        .get("/missing.png")
        .header("Range", "bytes=2-5")
        .send();
    answers(
        &mut client,
        http::status(404),
        "there is no part of nothing",
    );
}

fn serves_a_large_file_in_whole() {
    let shop = Shop::new("large");
    let large: Vec<u8> = png().repeat(3_000);
    shop.write("public/book.mp3", &large);
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "a file is as long as it is, and the next response comes after its last byte";
    client.pipeline([http::get("/book.mp3"), http::get("/books/emma.txt")]);
    answers(&mut client, http::status(200).body(&large), why);
    answers(&mut client, emma(), why);
    client
        .get("/book.mp3")
        .header("Range", "bytes=2999990-")
        .send();
    answers(
        &mut client,
        http::status(206).body(&large[2_999_990..]),
        why,
    );
}

fn a_slow_client_holds_nobody() {
    let shop = Shop::new("slow");
    shop.write("public/book.mp3", png().repeat(8_000));
    let server = shop.server();
    let mut others: Vec<Connection> = (1..=57)
        .map(|number| Connection::to(&server, &format!("client {number}")))
        .collect();
    for other in others.iter_mut().skip(30) {
        // Half of a request.
        other.raw("GET /books/emma.txt HTTP/1.1\r\nHo").send();
    }
    let mut greedy = Connection::to(&server, "client 58");
    greedy.scene("client 58 asks for 8 MB and reads nothing");
    greedy.get("/book.mp3").send();
    let mut new = Connection::to(&server, "client 60");
    new.scene("30 clients are silent, 27 have sent half a request, one reads nothing of 8 MB");
    let why = "one phone in a tunnel must not stop the shop: each connection waits for itself";
    for _ in 0..2 {
        new.get("/books/emma.txt").send();
        answers(&mut new, emma(), why);
    }
    for other in others.iter_mut().skip(30) {
        other.client().send("st: m\r\n\r\n");
        answers(
            other,
            emma(),
            "who was slow is served as soon as the request is whole",
        );
    }
    let silent = &mut others[0];
    silent.get("/books/emma.txt").send();
    answers(silent, emma(), "who was silent is served, too");
}

// ---------------------------------------------------------------- limits

/// Sends what is refused, after a good request, and expects the refusal and the end.
#[track_caller]
fn refuses(server: &Program, request: &str, status: u16, why: &str) {
    let mut client = Connection::to(server, "client A");
    let good = http::get("/books/emma.txt");
    client.pipeline([good.clone(), http::raw(request), good]);
    answers(&mut client, emma(), why);
    ends_with(&mut client, http::status(status), why);
}

fn refuses_what_http7_refuses() {
    let shop = Shop::new("refuses");
    let server = shop.server();
    let why = "where nobody can say where a request ends, nothing after it can be answered";
    let post = "POST /books/emma.txt HTTP/1.1\r\nHost: m\r\n";
    for (request, status) in [
        (
            "GET  /books/emma.txt HTTP/1.1\r\nHost: m\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET /books/emma.txt HTTP/2.0\r\nHost: m\r\n\r\n".to_owned(),
            505,
        ),
        ("GET /books/emma.txt HTTP/1.1\r\n\r\n".to_owned(), 400),
        (
            "GET /books/emma.txt HTTP/1.1\r\nHost: m\r\nHost: evil\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET /books/emma.txt HTTP/1.1\r\nHost : m\r\n\r\n".to_owned(),
            400,
        ),
        (
            format!("{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
        ),
        (
            format!("{post}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            411,
        ),
        // Whatever it says: what is no length is not looked at.
        (format!("{post}Transfer-Encoding: gzip\r\n\r\n"), 411),
        (
            format!("{post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            411,
        ),
        (
            format!("{post}Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello"),
            400,
        ),
        (format!("{post}Content-Length: 5, 6\r\n\r\nhello"), 400),
        (format!("{post}Content-Length: +5\r\n\r\nhello"), 400),
    ] {
        refuses(&server, &request, status, why);
    }
}

fn refuses_a_target_that_is_too_long() {
    let shop = Shop::new("target");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    // With its line end, for a server that counts it.
    let query = "x".repeat(8_000 - "GET /books/emma.txt? HTTP/1.1\r\n".len());
    client.get(&format!("/books/emma.txt?{query}")).send();
    let why = "a request line of 8,000 bytes must be taken (RFC 9112 §3)";
    answers(&mut client, emma(), why);
    let why = "a line that goes on for ever must not fill the memory (RFC 9110 §15.5.15)";
    for length in [8_300, 20_000, 60_000] {
        let target = format!("/{}", "x".repeat(length));
        let request = format!("GET {target} HTTP/1.1\r\nHost: m\r\n\r\n");
        refuses(&server, &request, 414, why);
    }
    let mut client = Connection::to(&server, "client B");
    client.scene("a line that does not end; the client waits");
    client.raw(format!("GET /{}", "x".repeat(8_300))).send();
    let why = "who waits for the end of the line waits for ever: the limit is known before";
    ends_with(&mut client, http::status(414), why);
}

fn refuses_fields_that_are_too_long() {
    let shop = Shop::new("fields");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "16,000 bytes of fields must be taken";
    let request = client
        .get("/books/emma.txt")
        .without("Host")
        .header("Host", "m");
    request.header_line_of("Cookie", 15_900).send();
    answers(&mut client, emma(), why);
    let mut request = client
        .get("/books/emma.txt")
        .without("Host")
        .header("Host", "m");
    for index in 0..100 {
        request = request.header_line_of(&format!("X-{index}"), 159);
    }
    request.send();
    answers(&mut client, emma(), why);
    let start = "GET /books/emma.txt HTTP/1.1\r\nHost: m\r\n";
    let why = "fields without end must not fill the memory (RFC 6585 §5)";
    let one = format!("{start}Cookie: {}\r\n\r\n", "x".repeat(16_600));
    refuses(&server, &one, 431, why);
    let many = format!("{start}{}\r\n", "X-Name: 0123456789\r\n".repeat(950));
    refuses(&server, &many, 431, why);
    let why = "who waits for the empty line waits for ever: the limit is known before";
    for endless in [
        format!("{start}{}", "X-Name: 0123456789\r\n".repeat(950)),
        format!("{start}Cookie: {}", "x".repeat(16_600)),
    ] {
        let mut client = Connection::to(&server, "client B");
        client.scene("fields that do not end; the client waits");
        client.raw(endless).send();
        ends_with(&mut client, http::status(431), why);
    }
}

fn takes_a_body_away_and_refuses_a_long_one() {
    let shop = Shop::new("bodies");
    let server = shop.server();
    let mut client = Connection::to(&server, "client A");
    let why = "a body that nobody wants is still in the way of the next request";
    let hidden = "GET /cover.png HTTP/1.1\r\nHost: m\r\n\r\n";
    client.pipeline([
        http::get("/books/emma.txt").body(hidden),
        http::get("/missing.txt").body(hidden),
        http::request("POST", "/books/emma.txt").body(hidden),
        http::get("/books/emma.txt"),
    ]);
    answers(&mut client, emma(), why);
    answers(&mut client, http::status(404), why);
    answers(&mut client, http::status(405), why);
    answers(&mut client, emma(), why);
    client.get("/books/emma.txt").body_of(65_536).send();
    answers(&mut client, emma(), "65,536 bytes are allowed");
    client.get("/books/emma.txt").send();
    answers(&mut client, emma(), why);
    let why = "a stranger's length is compared with a limit before anybody waits for the body";
    for length in ["65537", "1000000", "4294967297", "18446744073709551615"] {
        let request = format!("POST / HTTP/1.1\r\nHost: m\r\nContent-Length: {length}\r\n\r\n");
        let mut client = Connection::to(&server, "client B");
        client.scene("only the header is sent: the body is still to come");
        client.raw(&request).send();
        ends_with(&mut client, http::status(413), why);
    }
    let why = "a number that no `u64` holds is not 0, and not what is left of it: its body would be \
               read as requests";
    for length in [
        "18446744073709551616",
        "18446744073709551621",
        "99999999999999999999",
        "1000000000000000000000000000000000000000",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: m\r\nContent-Length: {length}\r\n\r\n");
        let mut client = Connection::to(&server, "client C");
        client.scene("only the header is sent: the body is still to come");
        client.raw(&request).send();
        let response = client.response().read(why);
        if !matches!(response.status, 400 | 413) {
            fail("a length that is too large was not refused")
                .given(bytes::quote(request.as_bytes()))
                .expected("413, or 400")
                .got(&response)
                .because(why)
                .raise();
        }
        let closes = http::any_status().closing();
        closes.check(&response, bytes::quote(request.as_bytes()), why);
        client.closes("after the last response the server hangs up, and answers nothing more");
    }
}

fn sends_the_last_response_in_whole() {
    let shop = Shop::new("last");
    let large: Vec<u8> = png().repeat(1_000);
    shop.write("public/book.mp3", &large);
    let server = shop.server();
    let mut client = Patient::to(&server, 0);
    let mut other = Patient::to(&server, 0);
    let given = "a client asks for 1 MB with `Connection: close`, sends 200,000 bytes more at once, \
                 and reads then";
    let why = "a connection that is dropped while bytes are unread is broken (RST), and what was on \
               its way is lost: say that you are done, and read what still comes (RFC 9112 §9.6; \
               `hang_up` of `http7`)";
    let request = "GET /book.mp3 HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n";
    client.send(&format!("{request}{}", "x".repeat(200_000)));
    // While nothing of it is read, most of the response cannot arrive. So whether the server drops
    // the connection or reads on is decided before the end of the response has come.
    for _ in 0..6 {
        thread::sleep(Duration::from_millis(10));
        // It is answered: so the server has had time to work.
        other.asks_for_emma();
        if let Ok(Some(error)) = client.stream.take_error() {
            fail("the last response was lost on its way")
                .given(given)
                .expected("all of the response, and then the end of the connection")
                .got(format!("a part of it, and then: {error}"))
                .because(why)
                .raise();
        }
    }
    let got = client.read_to_end(given, why);
    let expected = http::status(200).closing();
    expected.body(&large).check_bytes(&got, given, why);
}

// ---------------------------------------------------------------- time

/// What came of waiting for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Came,
    /// The connection ended before.
    Ended,
    /// Nothing happened for two seconds more than the limit of the server.
    Silence,
}

/// A client of the checks that wait for the time limit. It tells how its connection ended in place
/// of failing, because it may have been too slow itself; and it waits as long as these checks need,
/// whatever the others have waited for in vain.
struct Patient {
    stream: TcpStream,
    /// What has come since it was looked at last.
    got: Vec<u8>,
}

impl Patient {
    #[track_caller]
    fn to(server: &Program, limit: u64) -> Self {
        let wait = Duration::from_millis(limit) + Duration::from_secs(2);
        let stream = TcpStream::connect(server.address()).and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(wait))?;
            stream.set_write_timeout(Some(wait))?;
            Ok(stream)
        });
        match stream {
            Ok(stream) => Self {
                stream,
                got: Vec::new(),
            },
            Err(error) => fail("a client could not connect")
                .given(server.address())
                .expected("a connection")
                .got(error)
                .because("the server said that it listens there: it must stay there")
                .raise(),
        }
    }

    /// What comes of it shows in what is read.
    fn send(&mut self, bytes: &str) {
        let _ = self.stream.write_all(bytes.as_bytes());
    }

    /// Reads until what has come is enough.
    fn read(&mut self, enough: impl Fn(&[u8]) -> bool) -> Outcome {
        let mut buffer = [0; 64 * 1024];
        while !enough(&self.got) {
            match self.stream.read(&mut buffer) {
                Ok(0) => return Outcome::Ended,
                Ok(count) => self.got.extend_from_slice(&buffer[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::Interrupted => {}
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return Outcome::Silence,
                    // Broken: an end, too.
                    _ => return Outcome::Ended,
                },
            }
        }
        Outcome::Came
    }

    /// Reads up to these bytes, and forgets what was read.
    fn read_to(&mut self, end: &[u8]) -> Outcome {
        let outcome = self.read(|got| got.ends_with(end));
        if outcome == Outcome::Came {
            self.got.clear();
        }
        outcome
    }

    /// Sends a request for a file that ends with these bytes, and reads the response.
    fn asks(&mut self, target: &str, end: &[u8]) -> Outcome {
        self.send(&format!("GET {target} HTTP/1.1\r\nHost: m\r\n\r\n"));
        self.read_to(end)
    }

    fn asks_for_emma(&mut self) -> Outcome {
        self.asks("/books/emma.txt", EMMA.as_bytes())
    }

    /// Reads to the end of the connection.
    #[track_caller]
    fn read_to_end(&mut self, given: &str, why: &str) -> Vec<u8> {
        if self.read(|_| false) == Outcome::Silence {
            fail("the server does not hang up")
                .given(given)
                .expected("the end of the connection, when the time is over")
                .got(match self.got.as_slice() {
                    [] => "an open connection, two seconds after that".to_owned(),
                    got => format!("{}, then silence", bytes::quote(got)),
                })
                .because(why)
                .raise();
        }
        std::mem::take(&mut self.got)
    }

    /// Whether anything can be read at once, be it the end.
    fn has_something(&self) -> bool {
        // It cannot fail on an open socket.
        let _ = self.stream.set_nonblocking(true);
        let seen = self.stream.peek(&mut [0]);
        let _ = self.stream.set_nonblocking(false);
        !matches!(seen, Err(error) if error.kind() == ErrorKind::WouldBlock)
    }
}

const HALF: &str = "GET /books/emma.txt HTTP/1.1\r\nHost: m\r\n";

const GIVES_UP: &str =
    "a request that does not come in time is given up: else it holds a thread for ever";

/// Expects that these are a 408 and nothing more.
#[track_caller]
fn is_408(got: &[u8], given: &str, why: &str) {
    let expected = http::status(408).closing();
    expected.check_bytes(got, given, why);
}

#[track_caller]
fn fail_silent_end(given: &str) -> ! {
    fail("the server hung up without a word on half a request")
        .given(given)
        .expected("a 408, and then the end of the connection")
        .got("the end of the connection")
        .because(
            "a 408 tells the client that it was late and may try again: silence looks like a \
             crash (RFC 9110 §15.5.9)",
        )
        .raise()
}

fn says_408_when_the_time_is_over() {
    let shop = Shop::new("time");
    let mut halves = vec![
        "G",
        "GET /books/emma.txt HTTP/1.1\r\n",
        HALF,
        "POST /books/emma.txt HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\n\r\nhell",
    ];
    for limit in [60, 400, 1_500] {
        let server = shop.server_with_timeout(limit);
        let given = |half: &str| {
            let half = bytes::quote(half.as_bytes());
            format!("TIMEOUT_MS is {limit}; a client sends {half}, and then nothing")
        };
        // All at once, so that the limit is waited for once.
        let begin = |half: &&'static str| {
            let mut client = Patient::to(&server, limit);
            client.send(half);
            (*half, client)
        };
        let clients: Vec<_> = halves.iter().map(begin).collect();
        let mut silent = Patient::to(&server, limit);
        halves.clear();
        for (half, mut client) in clients {
            let given = given(half);
            let got = client.read_to_end(&given, GIVES_UP);
            if !got.is_empty() {
                is_408(&got, &given, GIVES_UP);
            } else if limit == 1_500 {
                fail_silent_end(&given);
            } else {
                // Nothing had come in time, perhaps because this client was too slow.
                halves.push(half);
            }
        }
        let given = format!("TIMEOUT_MS is {limit}; a client connects and says nothing");
        let got = silent.read_to_end(&given, "who says nothing holds a thread, too");
        if !got.is_empty() {
            fail("the server answered a client that had asked nothing")
                .given(given)
                .expected("the end of the connection, without a word")
                .got(bytes::quote(&got))
                .because("a response without a request is taken for that to the next one")
                .raise();
        }
        if halves.is_empty() {
            return;
        }
    }
}

/// What a 408 begins with.
const STATUS: &[u8] = b"HTTP/1.1 408 ";

fn counts_the_time_for_the_whole_request() {
    let shop = Shop::new("drip");
    for limit in [300, 1_000, 2_500] {
        let server = shop.server_with_timeout(limit);
        let (outcome, got) = drip(&server, limit, "GET /books/emma.txt HTTP/1.1\r\nX-Drip: ");
        if outcome == Outcome::Ended && got.is_empty() && limit < 2_500 {
            // The time was over before this client had sent anything.
            continue;
        }
        let given = format!(
            "TIMEOUT_MS is {limit}; a client sends half a request, and then a byte each 10 ms"
        );
        if outcome == Outcome::Silence {
            fail("a client that sends a byte now and then keeps its connection")
                .given(given)
                .expected("a 408 while the client still sends")
                .got("nothing, two seconds after the time was over")
                .because(
                    "a byte now and then must not buy more time: else a few hundred clients that \
                     drip keep every thread for ever (Slowloris)",
                )
                .raise();
        }
        if got.is_empty() {
            fail_silent_end(&given);
        }
        if !got.starts_with(STATUS) {
            fail("half a request was answered, but not with 408")
                .given(given)
                .expected("a 408")
                .got(bytes::quote(&got))
                .because("the request was never whole: all that is known of it is that it is late")
                .raise();
        }
        return;
    }
}

/// What comes while a client sends the start of a request and then a byte each 10 ms.
#[track_caller]
fn drip(server: &Program, limit: u64, start: &str) -> (Outcome, Vec<u8>) {
    let mut client = Patient::to(server, limit);
    client.send(start);
    let Ok(mut writer) = client.stream.try_clone() else {
        return (Outcome::Ended, Vec::new());
    };
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) && writer.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(10));
            }
        });
        // The status is enough: as long as this client sends, the server may read on.
        let outcome = client.read(|got| got.len() >= STATUS.len());
        stop.store(true, Ordering::Relaxed);
        (outcome, client.got)
    })
}

fn counts_the_time_from_the_opening() {
    let shop = Shop::new("opening");
    for limit in [200, 700, 2_400] {
        let server = shop.server_with_timeout(limit);
        let pause = limit * 35 / 100;
        let wait = || thread::sleep(Duration::from_millis(pause));
        let mut late = Patient::to(&server, limit);
        wait();
        let mut early = Patient::to(&server, limit);
        early.send(HALF);
        wait();
        late.send(HALF);
        let given = format!(
            "TIMEOUT_MS is {limit}; client A connects; {pause} ms later client B connects and sends \
             half a request; again {pause} ms later client A sends half a request, too"
        );
        let got = late.read_to_end(&given, GIVES_UP);
        let other = early.has_something();
        if !got.is_empty() {
            is_408(&got, &given, GIVES_UP);
            if !other {
                return;
            }
        }
        if limit == 2_400 {
            if got.is_empty() {
                fail_silent_end(&given);
            }
            fail("a client that is silent first gets more time")
                .given(given)
                .expected(format!(
                    "a 408 for client A, and {pause} ms later one for client B"
                ))
                .got("client B was given up first")
                .because("the time counts from the opening of the connection, not from a byte")
                .raise();
        }
    }
}

fn gives_each_request_its_own_time() {
    const REQUESTS: u32 = 6;
    let shop = Shop::new("busy");
    shop.write(
        "public/book.mp3",
        [png().repeat(8_000).as_slice(), b"the end"].concat(),
    );
    let (mut is_kept, mut is_slow_kept) = (false, false);
    for limit in [200, 800, 3_000] {
        let server = shop.server_with_timeout(limit);
        let mut slow = Patient::to(&server, limit);
        slow.send("GET /book.mp3 HTTP/1.1\r\nHost: m\r\n\r\n");
        let mut busy = Patient::to(&server, limit);
        let pause = limit / 4;
        let begun = Instant::now();
        let mut answered = 0;
        let mut outcome = Outcome::Came;
        while !is_kept && answered < REQUESTS && outcome == Outcome::Came {
            if answered > 0 {
                thread::sleep(Duration::from_millis(pause));
            }
            outcome = busy.asks_for_emma();
            answered += u32::from(outcome == Outcome::Came);
        }
        is_kept |= answered == REQUESTS;
        let is_last = limit == 3_000 || outcome == Outcome::Silence;
        if !is_kept && is_last {
            fail("a connection that is in use was given up")
                .given(format!(
                    "TIMEOUT_MS is {limit}; a client sends {REQUESTS} requests, each {pause} ms \
                     after the response to the one before"
                ))
                .expected(format!("{REQUESTS} responses"))
                .got(match outcome {
                    Outcome::Silence => format!("{answered} responses, then silence"),
                    _ => format!("{answered} responses, then {}", end_of(&busy)),
                })
                .because(
                    "the time is that of one request: it begins anew when a response has been sent",
                )
                .raise();
        }
        if is_slow_kept && is_kept {
            return;
        }
        // More than the limit after it has asked, this client begins to read.
        thread::sleep(Duration::from_millis(limit * 5 / 4).saturating_sub(begun.elapsed()));
        let mut outcome = slow.read_to(b"the end");
        let is_whole = outcome == Outcome::Came;
        if is_whole {
            outcome = slow.asks_for_emma();
        }
        is_slow_kept |= outcome == Outcome::Came;
        if !is_slow_kept && (limit == 3_000 || outcome == Outcome::Silence) {
            fail("a client that reads slowly was given up")
                .given(format!(
                    "TIMEOUT_MS is {limit}; a client asks for 8 MB, begins to read {} ms later, \
                     and sends the next request as soon as it has read all",
                    limit * 5 / 4
                ))
                .expected("all of the file, and a response to the next request")
                .got(match (is_whole, outcome) {
                    (false, Outcome::Silence) => "a part of the file, then silence".to_owned(),
                    (false, _) => "a part of the file, then the end".to_owned(),
                    (true, Outcome::Silence) => "all of the file, then silence".to_owned(),
                    (true, _) => format!("all of the file, then {}", end_of(&slow)),
                })
                .because(
                    "the time for a request begins when the last response has been sent: how long \
                     that took must not be taken from it",
                )
                .raise();
        }
        if is_kept && is_slow_kept {
            return;
        }
    }
}

/// How a connection ended, in words.
fn end_of(client: &Patient) -> String {
    match client.got.as_slice() {
        [] => "the end of the connection".to_owned(),
        got => format!("{}, and the end", bytes::quote(got)),
    }
}

fn limits_the_time_after_a_response_too() {
    let shop = Shop::new("idle");
    let why = "a limit for the first request only is none: else each client that has asked once \
               holds a thread for ever";
    for limit in [60, 400, 1_500] {
        let server = shop.server_with_timeout(limit);
        let mut silent = Patient::to(&server, limit);
        let mut half = Patient::to(&server, limit);
        let answered = [silent.asks_for_emma(), half.asks_for_emma()];
        half.send(HALF);
        let given = format!("TIMEOUT_MS is {limit}; a client gets a response, and says no more");
        let rest = silent.read_to_end(&given, why);
        if answered[0] == Outcome::Came && !rest.is_empty() {
            fail("the server said something that nobody had asked for")
                .given(given)
                .expected("the end of the connection, without a word")
                .got(bytes::quote(&rest))
                .because("a response without a request is taken for that to the next one")
                .raise();
        }
        let given = format!(
            "TIMEOUT_MS is {limit}; a client gets a response, then sends {}, and then nothing",
            bytes::quote(HALF.as_bytes())
        );
        let rest = half.read_to_end(&given, why);
        let in_time = answered == [Outcome::Came; 2];
        if in_time && !rest.is_empty() {
            return is_408(&rest, &given, why);
        }
        if limit == 1_500 {
            if in_time {
                fail_silent_end(&given);
            }
            fail("a request was not answered")
                .given(format!(
                    "TIMEOUT_MS is {limit}; two clients send a request at once"
                ))
                .expected("a response to each")
                .got(end_of(&half))
                .because(why)
                .raise();
        }
    }
}
