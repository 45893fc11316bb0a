//! What tcp3 is checked for. Read it as the specification; edits here are undone.
//!
//! The server is started anew for each check. No answer is too late: a check holds
//! connections open and asks whether others are served meanwhile.

use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::time::Duration;

use testkit::program::{Program, Start};
use testkit::socket::Client;
use testkit::{checks, eq};

fn main() {
    testkit::run(checks![
        says_where_it_listens_and_echoes_a_line,
        a_connection_stays_open_while_its_client_does_nothing,
        a_silent_client_keeps_nobody_waiting,
        clients_are_answered_in_any_order,
        half_a_line_keeps_nobody_waiting,
        sixty_clients_are_connected_at_once,
        a_client_that_never_reads_keeps_nobody_waiting,
        a_broken_connection_does_not_end_the_server,
        lines_come_back_however_they_are_cut,
        a_last_line_without_an_end_comes_back,
        hundreds_of_clients_come_and_go,
        bytes_that_are_not_text_come_back_unchanged,
        a_port_that_is_taken_is_an_error,
    ]);
}

const ECHO: &str = "the server sends back what it gets";

/// More than the buffers between a client and a server hold.
fn many_lines() -> Vec<u8> {
    LONG_LINE.repeat(1536)
}

/// 16 KiB with its end.
const LONG_LINE: [u8; 16 * 1024] = {
    let mut line = [b'x'; 16 * 1024];
    line[line.len() - 1] = b'\n';
    line
};

#[track_caller]
fn server() -> Program {
    Start::subject().env("PORT", 0).listening()
}

const CLOSED: &str =
    "a connection closes when its last handle is dropped; a clone is a handle, too";

/// Sends a line and expects it back.
#[track_caller]
fn round(client: &mut Client, line: &str, why: &str) {
    let line = format!("{line}\n");
    client.send(&line);
    client.expect(&line, why);
}

fn says_where_it_listens_and_echoes_a_line() {
    let server = server();
    eq(
        "the server does not listen on 127.0.0.1",
        "PORT=0",
        &server.address().ip(),
        &IpAddr::V4(Ipv4Addr::LOCALHOST),
        "on 0.0.0.0 the server would be open to everybody on the same network",
    );
    let mut client = server.connect("client A");
    client.scene("one client connects and sends a line");
    round(&mut client, "9780140435443", ECHO);
}

fn a_connection_stays_open_while_its_client_does_nothing() {
    // A server for each client: here nobody could wait for anybody else.
    let servers = [(); 4].map(|()| server());
    let names = ["client A", "client B", "client C", "client D"];
    let mut index = 0;
    let clients = names.map(|name| {
        index += 1;
        servers[index - 1].connect(name)
    });
    let [mut new, mut idle, mut halfway, mut greedy] = clients;
    // Filling the buffers takes 60 ms or more, and the others are silent in that time, too.
    let wait = Duration::from_millis(300);
    new.scene("client A connects and says nothing for 360 ms");
    idle.scene("client B sends a line, gets it back, and says nothing for 360 ms");
    halfway.scene("client C sends half a line and says nothing for 360 ms");
    greedy.scene("client D sends lines until the buffers are full, and reads nothing for 360 ms");
    round(&mut idle, "9780140435443", ECHO);
    halfway.send("97801");
    greedy.flood(&many_lines());
    let why = "a scanner may be idle for hours: a time limit on `read` ends its connection";
    new.stays_open(wait, why);
    // They were just as silent in that time.
    idle.stays_open(Duration::ZERO, why);
    halfway.stays_open(Duration::ZERO, why);
    greedy.stays_open(
        Duration::ZERO,
        "a client that reads late is still a client: a time limit on `write` ends its connection",
    );
    round(&mut new, "9780141439600", why);
    round(&mut idle, "9780199536009", why);
    halfway.send("40435443\n");
    halfway.expect("9780140435443\n", why);
}

fn a_silent_client_keeps_nobody_waiting() {
    let server = server();
    let mut silent = server.connect("client A");
    let mut other = server.connect("client B");
    other.scene("client A is connected and says nothing; then client B connects and sends a line");
    round(
        &mut other,
        "9780140435443",
        "a scanner that is switched on but idle must not stop the warehouse",
    );
    silent.scene("client A was silent while client B was served; now it sends a line, too");
    round(
        &mut silent,
        "9780141439600",
        "a scanner may be idle for hours, and is served as soon as it speaks",
    );
}

fn clients_are_answered_in_any_order() {
    let why = "`accept` and every `read` must be able to wait at the same time";
    let server = server();
    let names = ["client A", "client B", "client C", "client D"];
    let mut clients = names.map(|name| server.connect(name));
    for client in clients.iter_mut().rev() {
        client.scene("clients A, B, C and D connect; then D sends a line, C, B, and A last");
        round(client, "last in, first out", why);
    }
    for order in [[2, 0, 3, 1], [0, 1, 2, 3]] {
        for index in order {
            let client = &mut clients[index];
            client.scene("four clients are connected; each has had its first line back");
            round(
                client,
                "and again",
                "a connection stays open until its client closes it",
            );
        }
    }
}

fn half_a_line_keeps_nobody_waiting() {
    let server = server();
    let mut slow = server.connect("client A");
    let mut other = server.connect("client B");
    slow.scene("client A sends a line in three parts; between them client B sends lines");
    other.scene("client A has sent a part of a line; client B sends whole lines");
    let why = "only the unfinished line may wait, and each connection needs its own buffer";
    slow.send("97801");
    round(&mut other, "9780141439600", why);
    slow.send("40435");
    round(&mut other, "9780199536009", why);
    slow.send("443\n");
    slow.expect(
        "9780140435443\n",
        "each connection needs its own buffer: parts of a line belong to one client",
    );
}

fn sixty_clients_are_connected_at_once() {
    let server = server();
    let names: Vec<String> = (1..=60).map(|number| format!("client {number}")).collect();
    let mut clients: Vec<Client> = names.iter().map(|name| server.connect(name)).collect();
    for (client, name) in clients.iter_mut().zip(&names).rev() {
        client.scene("60 clients connect and stay; client 60 sends a line, then 59, down to 1");
        round(
            client,
            name,
            "the warehouse has 60 scanners: with fewer workers than clients, some wait",
        );
    }
}

fn a_client_that_never_reads_keeps_nobody_waiting() {
    let server = server();
    let lines = many_lines();
    let mut greedy = server.connect("client A");
    let mut other = server.connect("client B");
    // Until nothing of client A moves any more, whatever the size of the buffers on the way.
    let mut sent = 0;
    loop {
        let more = greedy.flood(&lines[sent..]);
        sent += more;
        other.scene(format!(
            "client A has sent {sent} bytes and reads nothing; client B sends a line"
        ));
        round(
            &mut other,
            "9780140435443",
            "`write` blocks, too: when a client does not read, its buffers run full",
        );
        if more == 0 || sent == lines.len() {
            break;
        }
    }
    greedy.scene(format!(
        "client A has sent {sent} bytes without reading; now it reads"
    ));
    // Up to the end of the last line: a server may hold the rest back until it is whole.
    let whole = sent / LONG_LINE.len() * LONG_LINE.len();
    greedy.expect(
        &lines[..whole],
        "a client that reads late loses nothing: what does not fit must wait",
    );
}

fn a_broken_connection_does_not_end_the_server() {
    let why = "one scanner that loses its connection must not stop the others";
    let server = server();
    let mut old = server.connect("client A");
    old.scene("client A is connected; other clients connect and break their connections");
    round(&mut old, "before", ECHO);
    for _ in 0..8 {
        let mut breaking = server.connect("client B");
        breaking.scene("client B sends two lines and breaks the connection");
        breaking.send("9780140435443\n9780141439600\n");
        breaking.reset(why);
        round(&mut old, "still there?", why);
    }
    // One that breaks off in the middle of a line.
    let mut breaking = server.connect("client C");
    breaking.scene("client C sends a line and a half and breaks the connection");
    breaking.send("9780140435443\n97801");
    breaking.reset(why);
    round(&mut old, "still there?", why);

    let mut new = server.connect("client D");
    new.scene("clients before it broke their connections; client D connects and sends a line");
    round(&mut new, "after", why);
}

fn lines_come_back_however_they_are_cut() {
    let why = "TCP carries a stream of bytes: where a write ends says nothing about lines";
    let server = server();
    let mut client = server.connect("client A");
    client.scene("three lines in one write");
    client.send("one\n\nthree\n");
    client.expect("one\n\nthree\n", why);
    client.scene("two lines, each byte in a write of its own");
    client.send_byte_by_byte("four\r\nfive\n");
    client.expect(
        "four\r\nfive\n",
        "every byte comes back, also the `\\r` and `\\n` that end a line",
    );
    client.scene("lines cut in odd places");
    client.send_pieces(["si", "x\nsev", "en\neight", "\n"]);
    client.expect("six\nseven\neight\n", why);
    client.scene("a line of 300 000 bytes");
    let long = format!("{}\n", "9".repeat(300_000));
    client.send(&long);
    client.expect(
        &long,
        "a line may be of any length: a limit of your own cuts it off",
    );
}

fn a_last_line_without_an_end_comes_back() {
    let server = server();
    let mut client = server.connect("client A");
    client.scene("client A sends a line and a half and closes its sending side");
    client.send("first\nlast");
    client.half_close();
    client.expect(
        "first\nlast",
        "what was sent is sent back to the last byte, with or without a line end",
    );
    client.expect_end(CLOSED);
    let mut client = server.connect("client B");
    client.scene("client B closes its sending side at once");
    client.half_close();
    client.expect_end(CLOSED);
}

fn hundreds_of_clients_come_and_go() {
    let server = server();
    for number in 1..=200 {
        let mut client = server.connect(&format!("client {number}"));
        client.scene("200 clients, one at a time, connect, send a line, and leave");
        round(
            &mut client,
            "9780140435443",
            "a client that has left takes up no place: scanners reconnect all day",
        );
        client.half_close();
        client.expect_end(CLOSED);
    }
}

fn bytes_that_are_not_text_come_back_unchanged() {
    let server = server();
    let mut client = server.connect("client A");
    client.scene("a line with a byte that is not UTF-8");
    client.send(b"caf\xe9\n");
    let why = "the server passes bytes on; what they mean is not its concern";
    client.expect(b"caf\xe9\n", why);
    client
        .scene("every byte there is, in one line: from 11 to 255, then from 0 to 10, the line end");
    let every: Vec<u8> = (11..=255).chain(0..=b'\n').collect();
    client.send(&every);
    client.expect(&every, why);
}

fn a_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").and_then(|listener| {
        let port = listener.local_addr()?.port();
        Ok((listener, port))
    });
    let (_listener, port) = taken.expect("the system has a free port");
    Start::subject().env("PORT", port).fails(
        "the port was taken, but the server did not end with an error",
        "clients look for the server on that port, and on no other",
    );
}
