//! What dns1 is checked for. Read it as the specification; edits here are undone.

#[path = "../dns1.rs"]
mod dns1;

use std::collections::HashMap;
use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, Command, Stdio};
use std::sync::mpsc;
use std::thread;

use dns1::{A, AAAA, CNAME, Data, DnsError, IN, Name, Record, Reply, query, read_reply};
use testkit::{Rng, bytes, checks, fail, for_all, memory, no_panic, panics, patience};

fn main() {
    if env::var_os(APART).is_some() {
        return answer_apart();
    }
    testkit::run(checks![
        asks_as_others_ask,
        takes_one_dot_at_the_end_and_the_root,
        refuses_names_that_break_a_limit,
        refuses_empty_labels,
        reads_addresses,
        reads_aliases_whose_names_are_elsewhere,
        keeps_other_data_as_it_is,
        looks_at_nothing_behind_the_answers,
        tells_failure_and_truncation,
        takes_no_reply_to_another_question,
        follows_pointers_backward,
        refuses_pointers_that_do_not_lead_backward,
        refuses_names_that_break_a_limit_in_a_reply,
        refuses_data_that_does_not_fit_its_type,
        refuses_a_message_that_is_cut_off_anywhere,
        reserves_nothing_for_a_count,
        nothing_panics_and_everything_ends,
        reads_what_was_written_with_pointers_anywhere,
    ]);
}

/// A real reply: google.com, A. Captured with `nc` for the README of
/// github.com/EmilHernvall/dnsguide.
const GOOGLE: [u8; 44] = [
    0x86, 0x2a, 0x81, 0x80, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x06, 0x67, 0x6f, 0x6f,
    0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x01, 0x00, 0x01, 0xc0, 0x0c, 0x00, 0x01,
    0x00, 0x01, 0x00, 0x00, 0x01, 0x25, 0x00, 0x04, 0xd8, 0x3a, 0xd3, 0x8e,
];

/// A real reply: signaler-pa.clients6.google.com, AAAA. Captured with Wireshark.
const SIGNALER: [u8; 77] = [
    0x6d, 0x52, 0x81, 0x80, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x0b, 0x73, 0x69, 0x67,
    0x6e, 0x61, 0x6c, 0x65, 0x72, 0x2d, 0x70, 0x61, 0x08, 0x63, 0x6c, 0x69, 0x65, 0x6e, 0x74, 0x73,
    0x36, 0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x1c, 0x00,
    0x01, 0xc0, 0x0c, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x00, 0x2e, 0x00, 0x10, 0x2a, 0x00, 0x14,
    0x50, 0x40, 0x19, 0x08, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x20, 0x0a,
];

/// A real reply: www.google.com, A: an alias and five addresses. It is in the tests of Chromium
/// (net/dns/dns_test_util.h).
const WWW_GOOGLE: [u8; 132] = [
    0x00, 0x00, 0x81, 0x80, 0x00, 0x01, 0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x03, 0x77, 0x77, 0x77,
    0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x01, 0x00, 0x01,
    0xc0, 0x0c, 0x00, 0x05, 0x00, 0x01, 0x00, 0x01, 0x4d, 0x13, 0x00, 0x08, 0x03, 0x77, 0x77, 0x77,
    0x01, 0x6c, 0xc0, 0x10, 0xc0, 0x2c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe4, 0x00, 0x04,
    0x4a, 0x7d, 0xe2, 0xb3, 0xc0, 0x2c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe4, 0x00, 0x04,
    0x4a, 0x7d, 0xe2, 0xb4, 0xc0, 0x2c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe4, 0x00, 0x04,
    0x4a, 0x7d, 0xe2, 0xb0, 0xc0, 0x2c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe4, 0x00, 0x04,
    0x4a, 0x7d, 0xe2, 0xb1, 0xc0, 0x2c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00, 0xe4, 0x00, 0x04,
    0x4a, 0x7d, 0xe2, 0xb2,
];

/// A real reply: p.typekit.net, AAAA: two aliases, one after the other, and two addresses.
/// Captured with tcpdump.
const TYPEKIT: [u8; 162] = [
    0x01, 0xd1, 0x81, 0x80, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x01, 0x70, 0x07, 0x74,
    0x79, 0x70, 0x65, 0x6b, 0x69, 0x74, 0x03, 0x6e, 0x65, 0x74, 0x00, 0x00, 0x1c, 0x00, 0x01, 0xc0,
    0x0c, 0x00, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00, 0x5f, 0x00, 0x1b, 0x01, 0x70, 0x07, 0x74, 0x79,
    0x70, 0x65, 0x6b, 0x69, 0x74, 0x06, 0x6e, 0x65, 0x74, 0x2d, 0x76, 0x32, 0x07, 0x65, 0x64, 0x67,
    0x65, 0x6b, 0x65, 0x79, 0xc0, 0x16, 0xc0, 0x2b, 0x00, 0x05, 0x00, 0x01, 0x00, 0x00, 0x01, 0x80,
    0x00, 0x18, 0x05, 0x65, 0x38, 0x33, 0x38, 0x35, 0x04, 0x64, 0x73, 0x63, 0x67, 0x0a, 0x61, 0x6b,
    0x61, 0x6d, 0x61, 0x69, 0x65, 0x64, 0x67, 0x65, 0xc0, 0x16, 0xc0, 0x52, 0x00, 0x1c, 0x00, 0x01,
    0x00, 0x00, 0x00, 0x14, 0x00, 0x10, 0x26, 0x00, 0x14, 0x04, 0x00, 0x27, 0x02, 0xa2, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x00, 0x20, 0xc1, 0xc0, 0x52, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x00, 0x14,
    0x00, 0x10, 0x26, 0x00, 0x14, 0x04, 0x00, 0x27, 0x02, 0x99, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x20, 0xc1,
];

/// A real reply: _xmpp-server._tcp.google.com, SRV. It is in the tests of Go (package net).
const XMPP: [u8; 270] = [
    0x09, 0x01, 0x81, 0x80, 0x00, 0x01, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x0c, 0x5f, 0x78, 0x6d,
    0x70, 0x70, 0x2d, 0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x04, 0x5f, 0x74, 0x63, 0x70, 0x06, 0x67,
    0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x21, 0x00, 0x01, 0xc0, 0x0c,
    0x00, 0x21, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c, 0x00, 0x21, 0x00, 0x14, 0x00, 0x00, 0x14, 0x95,
    0x0c, 0x78, 0x6d, 0x70, 0x70, 0x2d, 0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x34, 0x01, 0x6c, 0x06,
    0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0xc0, 0x0c, 0x00, 0x21, 0x00,
    0x01, 0x00, 0x00, 0x01, 0x2c, 0x00, 0x21, 0x00, 0x14, 0x00, 0x00, 0x14, 0x95, 0x0c, 0x78, 0x6d,
    0x70, 0x70, 0x2d, 0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x32, 0x01, 0x6c, 0x06, 0x67, 0x6f, 0x6f,
    0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0xc0, 0x0c, 0x00, 0x21, 0x00, 0x01, 0x00, 0x00,
    0x01, 0x2c, 0x00, 0x21, 0x00, 0x14, 0x00, 0x00, 0x14, 0x95, 0x0c, 0x78, 0x6d, 0x70, 0x70, 0x2d,
    0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x33, 0x01, 0x6c, 0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65,
    0x03, 0x63, 0x6f, 0x6d, 0x00, 0xc0, 0x0c, 0x00, 0x21, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c, 0x00,
    0x20, 0x00, 0x05, 0x00, 0x00, 0x14, 0x95, 0x0b, 0x78, 0x6d, 0x70, 0x70, 0x2d, 0x73, 0x65, 0x72,
    0x76, 0x65, 0x72, 0x01, 0x6c, 0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d,
    0x00, 0xc0, 0x0c, 0x00, 0x21, 0x00, 0x01, 0x00, 0x00, 0x01, 0x2c, 0x00, 0x21, 0x00, 0x14, 0x00,
    0x00, 0x14, 0x95, 0x0c, 0x78, 0x6d, 0x70, 0x70, 0x2d, 0x73, 0x65, 0x72, 0x76, 0x65, 0x72, 0x31,
    0x01, 0x6c, 0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0x03, 0x63, 0x6f, 0x6d, 0x00,
];

/// A real reply: gmail.com, TXT, with records in all three sections; the last is that of EDNS. It
/// is in the tests of Go (package net).
const GMAIL: [u8; 225] = [
    0xb3, 0x45, 0x81, 0x80, 0x00, 0x01, 0x00, 0x01, 0x00, 0x04, 0x00, 0x05, 0x05, 0x67, 0x6d, 0x61,
    0x69, 0x6c, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x10, 0x00, 0x01, 0xc0, 0x0c, 0x00, 0x10, 0x00,
    0x01, 0x00, 0x00, 0x01, 0x2c, 0x00, 0x20, 0x1f, 0x76, 0x3d, 0x73, 0x70, 0x66, 0x31, 0x20, 0x72,
    0x65, 0x64, 0x69, 0x72, 0x65, 0x63, 0x74, 0x3d, 0x5f, 0x73, 0x70, 0x66, 0x2e, 0x67, 0x6f, 0x6f,
    0x67, 0x6c, 0x65, 0x2e, 0x63, 0x6f, 0x6d, 0xc0, 0x0c, 0x00, 0x02, 0x00, 0x01, 0x00, 0x02, 0x5d,
    0x4c, 0x00, 0x0d, 0x03, 0x6e, 0x73, 0x34, 0x06, 0x67, 0x6f, 0x6f, 0x67, 0x6c, 0x65, 0xc0, 0x12,
    0xc0, 0x0c, 0x00, 0x02, 0x00, 0x01, 0x00, 0x02, 0x5d, 0x4c, 0x00, 0x06, 0x03, 0x6e, 0x73, 0x31,
    0xc0, 0x57, 0xc0, 0x0c, 0x00, 0x02, 0x00, 0x01, 0x00, 0x02, 0x5d, 0x4c, 0x00, 0x06, 0x03, 0x6e,
    0x73, 0x33, 0xc0, 0x57, 0xc0, 0x0c, 0x00, 0x02, 0x00, 0x01, 0x00, 0x02, 0x5d, 0x4c, 0x00, 0x06,
    0x03, 0x6e, 0x73, 0x32, 0xc0, 0x57, 0xc0, 0x6c, 0x00, 0x01, 0x00, 0x01, 0x00, 0x02, 0x48, 0xb5,
    0x00, 0x04, 0xd8, 0xef, 0x20, 0x0a, 0xc0, 0x90, 0x00, 0x01, 0x00, 0x01, 0x00, 0x02, 0x48, 0xb5,
    0x00, 0x04, 0xd8, 0xef, 0x22, 0x0a, 0xc0, 0x7e, 0x00, 0x01, 0x00, 0x01, 0x00, 0x02, 0x48, 0xb5,
    0x00, 0x04, 0xd8, 0xef, 0x24, 0x0a, 0xc0, 0x53, 0x00, 0x01, 0x00, 0x01, 0x00, 0x02, 0x48, 0xb5,
    0x00, 0x04, 0xd8, 0xef, 0x26, 0x0a, 0x00, 0x00, 0x29, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00,
];

/// A real reply: sdflkhfsdlkjdf.ee, A: there is no such name. It is in the tests of OkHttp.
const NO_SUCH_NAME: [u8; 103] = [
    0x00, 0x00, 0x81, 0x83, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x0e, 0x73, 0x64, 0x66,
    0x6c, 0x6b, 0x68, 0x66, 0x73, 0x64, 0x6c, 0x6b, 0x6a, 0x64, 0x66, 0x02, 0x65, 0x65, 0x00, 0x00,
    0x01, 0x00, 0x01, 0xc0, 0x1b, 0x00, 0x06, 0x00, 0x01, 0x00, 0x00, 0x07, 0x07, 0x00, 0x38, 0x02,
    0x6e, 0x73, 0x03, 0x74, 0x6c, 0x64, 0xc0, 0x1b, 0x0a, 0x68, 0x6f, 0x73, 0x74, 0x6d, 0x61, 0x73,
    0x74, 0x65, 0x72, 0x0d, 0x65, 0x65, 0x73, 0x74, 0x69, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x6e, 0x65,
    0x74, 0xc0, 0x1b, 0x5a, 0xdb, 0x12, 0xc1, 0x00, 0x00, 0x0e, 0x10, 0x00, 0x00, 0x03, 0x84, 0x00,
    0x12, 0x75, 0x00, 0x00, 0x00, 0x0e, 0x10,
];

/// A real reply: github.com, TXT: it did not fit.
const GITHUB: [u8; 28] = [
    0x77, 0xaa, 0x83, 0x80, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x06, 0x67, 0x69, 0x74,
    0x68, 0x75, 0x62, 0x03, 0x63, 0x6f, 0x6d, 0x00, 0x00, 0x10, 0x00, 0x01,
];

const ALIEN: &str =
    "anyone can send a packet to this port: what is in it must never stop the program";
const LIMITS: &str = "a label has 1 to 63 bytes, a name at most 255 (RFC 1035 §2.3.4)";

// Messages, made without the subject.

/// A name as it is on the wire, without pointers.
fn wire(labels: &[&[u8]]) -> Vec<u8> {
    let mut wire = Vec::new();
    for label in labels {
        wire.push(label.len() as u8);
        wire.extend_from_slice(label);
    }
    wire.push(0);
    wire
}

/// Labels of a text with dots.
fn labels(text: &str) -> Vec<&[u8]> {
    let labels = text.split('.').filter(|label| !label.is_empty());
    labels.map(str::as_bytes).collect()
}

fn name(text: &str) -> Name {
    labels(text).into_iter().map(<[u8]>::to_vec).collect()
}

/// A query as it has to be.
fn asks(id: u16, name: &[&[u8]], kind: u16) -> Vec<u8> {
    let mut message = Vec::new();
    for number in [id, 0x0100, 1, 0, 0, 0] {
        message.extend_from_slice(&number.to_be_bytes());
    }
    message.extend(wire(name));
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&IN.to_be_bytes());
    message
}

/// The query that a real reply answers: its header and question.
fn asked(reply: &[u8]) -> Vec<u8> {
    let end = 12 + reply[12..].iter().position(|byte| *byte == 0).unwrap_or(0) + 5;
    let mut query = reply[..end].to_vec();
    query[2..12].copy_from_slice(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    query
}

/// A reply to a query, with so many answers, which `rest` has.
fn reply(query: &[u8], flags: u16, answers: u16, rest: &[u8]) -> Vec<u8> {
    let mut message = query.to_vec();
    message[2..4].copy_from_slice(&(0x8180 | flags).to_be_bytes());
    message[6..8].copy_from_slice(&answers.to_be_bytes());
    message.extend_from_slice(rest);
    message
}

/// A record; its name is as it is on the wire.
fn record(name: &[u8], kind: u16, class: u16, ttl: u32, data: &[u8]) -> Vec<u8> {
    let mut record = name.to_vec();
    record.extend_from_slice(&kind.to_be_bytes());
    record.extend_from_slice(&class.to_be_bytes());
    record.extend_from_slice(&ttl.to_be_bytes());
    record.extend_from_slice(&(data.len() as u16).to_be_bytes());
    record.extend_from_slice(data);
    record
}

/// `pay.example`, A: the question of most messages here. The name is at 12, `example` at 16, and
/// what follows the question begins at 29.
fn pay() -> Vec<u8> {
    asks(0x1234, &[b"pay", b"example"], A)
}
const BEHIND: usize = 29;
const SELF: &[u8] = &[0xc0, 12];

/// A pointer to a place.
fn to(place: usize) -> [u8; 2] {
    (0xc000 | place as u16).to_be_bytes()
}

/// A record of a type that is kept as it is: for bytes to point to. They begin 12 bytes after it.
fn raw(data: &[u8]) -> Vec<u8> {
    record(SELF, 999, IN, 1, data)
}
const RAW: usize = 12;

fn address(name: Name, ttl: u32, octets: [u8; 4]) -> Record {
    Record {
        name,
        kind: A,
        class: IN,
        ttl,
        data: Data::A(octets.into()),
    }
}

// What a failure shows.

fn text(name: &Name) -> String {
    let mut text = String::new();
    for label in name {
        for byte in label {
            match byte {
                b'.' => text += "\\.",
                byte => text += &bytes::escape(*byte),
            }
        }
        text.push('.');
    }
    match text.is_empty() {
        true => "(the root)".to_owned(),
        false => bytes::shorten(&text),
    }
}

fn kind(kind: u16) -> String {
    match kind {
        A => "A".to_owned(),
        CNAME => "CNAME".to_owned(),
        AAAA => "AAAA".to_owned(),
        kind => format!("type {kind}"),
    }
}

fn shown(outcome: &Result<Reply, DnsError>) -> String {
    let reply = match outcome {
        Ok(reply) => reply,
        Err(error) => return format!("Err({error:?})"),
    };
    let mut lines = vec![format!(
        "Ok: rcode {}, truncated {}, {} answers",
        reply.rcode,
        reply.truncated,
        reply.answers.len()
    )];
    for record in reply.answers.iter().take(12) {
        let data = match &record.data {
            Data::A(address) => format!("A {address}"),
            Data::Aaaa(address) => format!("Aaaa {address}"),
            Data::Cname(name) => format!("Cname {}", text(name)),
            Data::Other(data) => format!("Other {}", bytes::quote(data)),
        };
        lines.push(format!(
            "{}, {}, class {}, ttl {}: {data}",
            text(&record.name),
            kind(record.kind),
            record.class,
            record.ttl
        ));
    }
    lines.join("\n")
}

/// The bytes with their places, as `hexdump -C` shows them.
fn dump(message: &[u8]) -> String {
    let mut lines = Vec::new();
    for (index, chunk) in message.chunks(16).enumerate().take(14) {
        let hex: Vec<String> = chunk.iter().map(|byte| format!("{byte:02x}")).collect();
        let seen = chunk.iter().map(|byte| match byte {
            0x20..=0x7e => char::from(*byte),
            _ => '.',
        });
        lines.push(format!(
            "{:4}  {:47}  {}",
            index * 16,
            hex.join(" "),
            seen.collect::<String>()
        ));
    }
    if message.len() > 14 * 16 {
        lines.push(format!("... {} bytes in all", message.len()));
    }
    lines.join("\n")
}

// Expectations.

/// What the subject makes of a message. What a failure shows is made only where there is one.
#[track_caller]
fn read(query: &[u8], message: &[u8], about: &str, expected: &str) -> Result<Reply, DnsError> {
    panics::catch(|| read_reply(query, message)).unwrap_or_else(|panic| {
        fail("the code panicked")
            .given(format!("{about}\n{}", dump(message)))
            .expected(expected)
            .got(format!("a panic: {}", panic.text))
            .part("panicked at", panic.place)
            .because(ALIEN)
            .raise()
    })
}

#[track_caller]
fn reads(query: &[u8], message: &[u8], right: Reply, about: &str, why: &str) {
    let right = Ok(right);
    let expected = shown(&right);
    let got = read(query, message, about, &expected);
    if got != right {
        fail("a reply was not read as it was written")
            .given(format!("{about}\n{}", dump(message)))
            .expected(expected)
            .got(shown(&got))
            .because(why)
            .raise();
    }
}

/// Expects one of these errors.
#[track_caller]
fn refuses(query: &[u8], message: &[u8], errors: &[DnsError], about: &str, why: &str) {
    let expected = told(errors);
    let got = read(query, message, about, &expected);
    if !matches!(&got, Err(error) if errors.contains(error)) {
        fail("a reply was not refused as it should be")
            .given(format!("{about}\n{}", dump(message)))
            .expected(expected)
            .got(shown(&got))
            .because(why)
            .raise();
    }
}

fn told(errors: &[DnsError]) -> String {
    let errors: Vec<String> = errors
        .iter()
        .map(|error| format!("Err({error:?})"))
        .collect();
    errors.join(" or ")
}

fn answers(answers: Vec<Record>) -> Reply {
    Reply {
        truncated: false,
        rcode: 0,
        answers,
    }
}

// Messages that may hold the reader for ever are read by a process of their own.

const APART: &str = "BACKLINGS_DNS1_APART";
/// How many messages are measured, at most: asking the system takes a while.
const MEASURED: usize = 20;

/// What a process of its own makes of a message: what `shown` says or a panic, and how much
/// address space it took, in KiB. `Err` where the process says nothing or dies.
struct Apart {
    outcome: Result<String, String>,
    kib: u64,
}

/// Reads queries and replies in a process of its own, which is ended when it hangs. The last
/// outcome is the one that was in its way, if one was.
fn read_apart(pairs: &[(Vec<u8>, Vec<u8>)]) -> Vec<Apart> {
    let program = env::current_exe().expect("this program has a path");
    let mut child = Command::new(program)
        .env(APART, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("this program starts again");
    let mut input = Vec::new();
    for bytes in pairs.iter().flat_map(|(query, message)| [query, message]) {
        input.extend_from_slice(&(bytes.len() as u32).to_be_bytes());
        input.extend_from_slice(bytes);
    }
    let mut stdin = child.stdin.take().expect("it is piped");
    // It takes all before it says anything. Where it dies first, that shows in what it says.
    let _ = stdin.write_all(&input);
    drop(stdin);
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let (send, lines) = mpsc::channel();
    let reader = thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    let mut outcomes = Vec::new();
    while outcomes.len() < pairs.len() {
        let wait = patience::left();
        let outcome = match lines.recv_timeout(wait) {
            Ok(line) => {
                let (kib, outcome) = line.split_once(' ').unwrap_or(("0", &line));
                outcomes.push(Apart {
                    outcome: Ok(outcome.replace('\x1f', "\n")),
                    kib: kib.parse().unwrap_or(0),
                });
                continue;
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {
                patience::lose();
                let wait = patience::in_words(wait);
                format!("nothing within {wait}: it goes round and round")
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                "the program died: endless recursion uses up its stack, and a list that grows \
                 for ever its memory"
                    .to_owned()
            }
        };
        outcomes.push(Apart {
            outcome: Err(outcome),
            kib: 0,
        });
        break;
    }
    let _ = child.kill();
    let _ = child.wait();
    let _ = reader.join();
    outcomes
}

/// The other side: reads all, and answers a line for each pair.
fn answer_apart() {
    let mut input = Vec::new();
    let _ = io::stdin().read_to_end(&mut input);
    let mut rest = &input[..];
    let mut next = || {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (bytes, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        Some(bytes)
    };
    let mut count = 0;
    while let (Some(query), Some(message)) = (next(), next()) {
        count += 1;
        let highest = || (count <= MEASURED).then(memory::highest).flatten();
        let before = highest();
        let outcome = panics::catch(|| read_reply(query, message));
        let kib = highest().unwrap_or(0).saturating_sub(before.unwrap_or(0)) >> 10;
        let outcome = match outcome {
            Ok(outcome) => shown(&outcome),
            Err(panic) => format!("a panic: {}, at {}", panic.text, panic.place),
        };
        println!("{kib} {}", outcome.replace('\n', "\x1f"));
    }
    process::exit(0);
}

// The checks.

/// Expects the bytes of a query.
#[track_caller]
fn asks_for(id: u16, name: &str, kind: u16, right: &[u8], why: &str) {
    let given = format!("query({id:#06x}, {name:?}, {kind})");
    let expected = dump(right);
    let got = no_panic(&given, &expected, "a name may come from anywhere", || {
        query(id, name, kind)
    });
    if got.as_deref() != Ok(right) {
        fail("a query is not what a name server understands")
            .given(given)
            .expected(expected)
            .got(match got {
                Ok(bytes) => dump(&bytes),
                Err(error) => format!("Err({error:?})"),
            })
            .because(why)
            .raise();
    }
}

#[track_caller]
fn cannot_ask(name: &str, why: &str) {
    let given = format!(
        "query(1, {}, 1): {} bytes of text",
        bytes::quote(name.as_bytes()),
        name.len()
    );
    let expected = "Err(BadName)";
    let got = no_panic(&given, expected, "a name may come from anywhere", || {
        query(1, name, A)
    });
    if got != Err(DnsError::BadName) {
        fail("a name that cannot be written was not refused")
            .given(given)
            .expected(expected)
            .got(match got {
                Ok(bytes) => dump(&bytes),
                Err(error) => format!("Err({error:?})"),
            })
            .because(why)
            .raise();
    }
}

fn asks_as_others_ask() {
    let why =
        "a header of 12 bytes, numbers big-endian, a length before each label (RFC 1035 §4.1)";
    // As a real resolver asks for www.yahoo.com.
    let yahoo = b"\x5b\x1f\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x05yahoo\x03com\x00\x00\x01\x00\x01";
    asks_for(0x5b1f, "www.yahoo.com", A, yahoo, why);
    for (id, name, kind) in [
        (0, "google.com", AAAA),
        (0xffff, "pay.example", 0x0102),
        (0x0100, "a.b.c.d.e", CNAME),
        (1, "localhost", A),
        (2, "_dmarc.Pay-1.EXAMPLE", 16),
    ] {
        asks_for(id, name, kind, &asks(id, &labels(name), kind), why);
    }
}

fn takes_one_dot_at_the_end_and_the_root() {
    let why =
        "a dot at the end says that the name is complete: it is not followed by an empty label";
    asks_for(
        7,
        "pay.example.",
        A,
        &asks(7, &[b"pay", b"example"], A),
        why,
    );
    asks_for(7, "example.", A, &asks(7, &[b"example"], A), why);
    let why = "the root has no label: its name is the zero byte alone";
    asks_for(7, ".", 2, &asks(7, &[], 2), why);
}

/// A name of so many bytes on the wire, with labels of at most 63 bytes.
fn name_of(size: usize) -> String {
    let mut left = size - 1;
    let mut labels = Vec::new();
    while left > 0 {
        // No label may be left without a byte.
        let label = match left {
            65 => 62,
            left => (left - 1).min(63),
        };
        labels.push("x".repeat(label));
        left -= label + 1;
    }
    labels.join(".")
}

fn refuses_names_that_break_a_limit() {
    let long = "x".repeat(63);
    for name in [
        long.clone(),
        format!("{long}.example"),
        format!("www.{long}."),
        name_of(254),
        name_of(255),
        format!("{}.", name_of(255)),
        ["a"; 127].join("."),
    ] {
        asks_for(7, &name, A, &asks(7, &labels(&name), A), LIMITS);
    }
    for length in [64, 65, 128, 191, 192, 255, 256, 257, 319, 600] {
        let long = "x".repeat(length);
        cannot_ask(&long, LIMITS);
        cannot_ask(&format!("www.{long}.example"), LIMITS);
    }
    for size in [256, 257, 258, 300, 600] {
        cannot_ask(&name_of(size), LIMITS);
        cannot_ask(&format!("{}.", name_of(size)), LIMITS);
    }
    cannot_ask(&["a"; 128].join("."), LIMITS);
}

fn refuses_empty_labels() {
    let why = "a length of 0 ends the name: what follows would be read as something else";
    for name in [
        "",
        "..",
        ".example",
        "pay..example",
        "pay.example..",
        ".pay.example.",
        "...",
    ] {
        cannot_ask(name, why);
    }
}

fn reads_addresses() {
    let why = "a record is a name, type, class, TTL, the length of its data, and the data";
    let google = name("google.com");
    let right = answers(vec![address(google, 293, [216, 58, 211, 142])]);
    reads(&asked(&GOOGLE), &GOOGLE, right, "a real reply", why);
    let right = answers(vec![Record {
        name: name("signaler-pa.clients6.google.com"),
        kind: AAAA,
        class: IN,
        ttl: 46,
        data: Data::Aaaa("2a00:1450:4019:802::200a".parse().expect("an address")),
    }]);
    reads(&asked(&SIGNALER), &SIGNALER, right, "a real reply", why);
    let rest = record(SELF, A, IN, 0x0102_0304, &[255, 0, 1, 2]);
    let right = answers(vec![address(
        name("pay.example"),
        0x0102_0304,
        [255, 0, 1, 2],
    )]);
    let message = reply(&pay(), 0, 1, &rest);
    reads(&pay(), &message, right, "a reply with a long TTL", why);
    let none = reply(&pay(), 0, 0, b"");
    let about = "a reply without a record: the name exists, but it has no address";
    reads(&pay(), &none, answers(vec![]), about, why);
}

fn alias(from: &str, ttl: u32, to: &str) -> Record {
    Record {
        name: name(from),
        kind: CNAME,
        class: IN,
        ttl,
        data: Data::Cname(name(to)),
    }
}

fn reads_aliases_whose_names_are_elsewhere() {
    let why = "a pointer is a place in the message, also inside of data, and behind it the record goes on";
    let mut right = vec![alias("www.google.com", 85267, "www.l.google.com")];
    for last in [179, 180, 176, 177, 178] {
        right.push(address(name("www.l.google.com"), 228, [74, 125, 226, last]));
    }
    let about = "a real reply: an alias and five addresses";
    reads(&asked(&WWW_GOOGLE), &WWW_GOOGLE, answers(right), about, why);
    let last = "e8385.dscg.akamaiedge.net";
    let mut right = vec![
        alias("p.typekit.net", 95, "p.typekit.net-v2.edgekey.net"),
        alias("p.typekit.net-v2.edgekey.net", 384, last),
    ];
    for address in ["2600:1404:27:2a2::20c1", "2600:1404:27:299::20c1"] {
        right.push(Record {
            name: name(last),
            kind: AAAA,
            class: IN,
            ttl: 20,
            data: Data::Aaaa(address.parse().expect("an address")),
        });
    }
    let about = "a real reply: an alias of an alias, and two addresses";
    reads(&asked(&TYPEKIT), &TYPEKIT, answers(right), about, why);
    for (target, right) in [(&[0][..], vec![]), (&to(16), labels("example"))] {
        let rest = record(SELF, CNAME, IN, 5, target);
        let mut record = alias("pay.example", 5, "");
        record.data = Data::Cname(right.into_iter().map(<[u8]>::to_vec).collect());
        let about = "a name that is the root, or a pointer and nothing else";
        let message = reply(&pay(), 0, 1, &rest);
        reads(&pay(), &message, answers(vec![record]), about, why);
    }
}

fn keeps_other_data_as_it_is() {
    let why = "what you do not know you can still step over, because its length comes first";
    let servers: [(&[u8], u8); 5] = [
        (b"\x0cxmpp-server4", 20),
        (b"\x0cxmpp-server2", 20),
        (b"\x0cxmpp-server3", 20),
        (b"\x0bxmpp-server", 5),
        (b"\x0cxmpp-server1", 20),
    ];
    let right = servers.map(|(server, priority)| {
        let head = [0, priority, 0, 0, 0x14, 0x95];
        Record {
            name: name("_xmpp-server._tcp.google.com"),
            kind: 33,
            class: IN,
            ttl: 300,
            data: Data::Other([&head[..], server, b"\x01l\x06google\x03com\0"].concat()),
        }
    });
    let about = "a real reply with five records of type 33, SRV";
    reads(&asked(&XMPP), &XMPP, answers(right.to_vec()), about, why);

    let other = |kind, class, data: &[u8]| Record {
        name: name("pay.example"),
        kind,
        class,
        ttl: 9,
        data: Data::Other(data.to_vec()),
    };
    let rest = [
        record(SELF, 16, IN, 9, b"\xc0\x0c\xff"),
        record(SELF, 999, IN, 9, b""),
        record(SELF, A, IN, 7, &[192, 0, 2, 1]),
    ];
    let right = vec![
        other(16, IN, b"\xc0\x0c\xff"),
        other(999, IN, b""),
        address(name("pay.example"), 7, [192, 0, 2, 1]),
    ];
    let message = reply(&pay(), 0, 3, &rest.concat());
    let about = "records of types that nobody decodes here, and then an address";
    reads(&pay(), &message, answers(right), about, why);

    let why =
        "the types A, AAAA and CNAME have this form in the class IN (RFC 1035 §3.4, RFC 3596)";
    for (kind, data) in [
        (A, &b"\x01x\0\0\x07"[..]),
        (A, &[192, 0, 2, 1]),
        (AAAA, &[1; 16]),
        (CNAME, b"\xff\xff"),
        (CNAME, b"\0"),
    ] {
        let message = reply(&pay(), 0, 1, &record(SELF, kind, 3, 9, data));
        let about = "a record of the class 3, CH";
        let right = answers(vec![other(kind, 3, data)]);
        reads(&pay(), &message, right, about, why);
    }
}

fn tells_failure_and_truncation() {
    let why = "`no such name` is an answer, not an error: RCODE 3 (RFC 1035 §4.1.1)";
    let right = Reply {
        truncated: false,
        rcode: 3,
        answers: vec![],
    };
    let about = "a real reply: there is no such name";
    reads(&asked(&NO_SUCH_NAME), &NO_SUCH_NAME, right, about, why);
    let why = "answers are kept whatever RCODE says: where an alias leads to a name that is not there, \
               the alias comes with RCODE 3 (RFC 6604 §3)";
    for rcode in [3, 1, 2, 5, 15] {
        let rest = record(SELF, CNAME, IN, 5, &wire(&labels("gone.example")));
        let right = Reply {
            truncated: false,
            rcode,
            answers: vec![alias("pay.example", 5, "gone.example")],
        };
        let message = reply(&pay(), rcode.into(), 1, &rest);
        let about = format!("a reply with RCODE {rcode} and an alias");
        reads(&pay(), &message, right, &about, why);
    }
    let why =
        "what was cut off cannot be used, not even what came: ask again over TCP (RFC 2181 §9)";
    let cut = |rcode| Reply {
        truncated: true,
        rcode,
        answers: vec![],
    };
    let about = "a real reply that did not fit";
    reads(&asked(&GITHUB), &GITHUB, cut(0), about, why);
    let whole = record(SELF, A, IN, 7, &[192, 0, 2, 1]);
    for (count, rest) in [
        (1, &whole[..]),
        (1, &whole[..5]),
        (200, &whole),
        (1, b"\x80"),
    ] {
        let message = reply(&pay(), 0x0200, count, rest);
        let about = format!("a reply with TC and an answer count of {count}");
        reads(&pay(), &message, cut(0), &about, why);
    }
    let message = reply(&pay(), 0x0202, 0, b"");
    reads(&pay(), &message, cut(2), "TC and RCODE 2", why);
    // All other flags: OPCODE is 0 in each reply here.
    let why =
        "TC is one bit, RCODE the lowest four: the others say something else (RFC 1035 §4.1.1)";
    let mut message = reply(&pay(), 0, 1, &whole);
    for flags in [0x8000_u16, 0x8400, 0x8100, 0x8080, 0x8020, 0x8010, 0x85b0] {
        message[2..4].copy_from_slice(&flags.to_be_bytes());
        let right = answers(vec![address(name("pay.example"), 7, [192, 0, 2, 1])]);
        let about = format!("the flags are {flags:#06x}");
        reads(&pay(), &message, right, &about, why);
    }
}

fn looks_at_nothing_behind_the_answers() {
    let why = "there are more sections, whose records are not the answer (RFC 1035 §4.1)";
    let right = answers(vec![Record {
        name: name("gmail.com"),
        kind: 16,
        class: IN,
        ttl: 300,
        data: Data::Other(b"\x1fv=spf1 redirect=_spf.google.com".to_vec()),
    }]);
    let about = "a real reply with records in all three sections";
    reads(&asked(&GMAIL), &GMAIL, right, about, why);
    let whole = record(SELF, A, IN, 7, &[192, 0, 2, 1]);
    let rest = [&whole[..], &whole, b"\xc0\xff\x80"].concat();
    let mut message = reply(&pay(), 0, 1, &rest);
    message[8..12].copy_from_slice(&[0, 1, 0xff, 0xff]);
    let right = answers(vec![address(name("pay.example"), 7, [192, 0, 2, 1])]);
    let about = "one answer, one record of the authority section, and then rubbish";
    reads(&pay(), &message, right.clone(), about, why);
    let why = "what follows the answers is not looked at, announced or not";
    for behind in [b"\0".as_slice(), b"rubbish", &whole] {
        let message = reply(&pay(), 0, 1, &[&whole, behind].concat());
        let about = "one answer, no record in another section, and then more bytes";
        reads(&pay(), &message, right.clone(), about, why);
    }
    let message = reply(&pay(), 0, 0, b"rubbish");
    let about = "no record in any section, and then more bytes";
    reads(&pay(), &message, answers(vec![]), about, why);
}

fn takes_no_reply_to_another_question() {
    use DnsError::NotOurs;
    let why = "whoever guesses where you wait for an answer sends one: it must fit the question in all (RFC 5452 §9.1)";
    let whole = record(SELF, A, IN, 7, &[192, 0, 2, 1]);
    let good = reply(&pay(), 0, 1, &whole);
    for (place, byte, about) in [
        (0, 0x13, "the id differs in its first byte"),
        (1, 0x35, "the id differs in its second byte"),
        (2, 0x01, "QR is not set: this is a query"),
        (15, b'x', "a letter of the name differs: `pax`"),
        (23, b'f', "the last letter of the name differs"),
        (26, 28, "the type is another"),
        (25, 1, "the type is another, in its first byte"),
        (28, 3, "the class is another"),
        (27, 1, "the class is another, in its first byte"),
    ] {
        let mut message = good.clone();
        message[place] = byte;
        refuses(&pay(), &message, &[NotOurs], about, why);
    }
    let mut message = good.clone();
    message[2..4].copy_from_slice(&[0x7d, 0xff]);
    let about = "all flags are set, except for QR and TC";
    refuses(&pay(), &message, &[NotOurs], about, why);
    let swapped = [good[1], good[0]];
    let message = [&swapped[..], &good[2..]].concat();
    let about = "the two bytes of the id are swapped";
    refuses(&pay(), &message, &[NotOurs], about, why);
    for other in [
        &[b"pay".as_slice()][..],
        &[b"pay", b"example", b"com"],
        &[b"www", b"pay", b"example"],
        &[b"example"],
        &[],
        &[b"pay.example"],
        &[b"payexample"],
    ] {
        let answer = record(&wire(other), A, IN, 7, &[192, 0, 2, 1]);
        let message = reply(&asks(0x1234, other, A), 0, 1, &answer);
        refuses(&pay(), &message, &[NotOurs], "the name is another", why);
    }
    let mut none = reply(&pay()[..12], 0, 0, b"");
    none[4..6].copy_from_slice(&[0, 0]);
    let about = "there is no question in it";
    refuses(&pay(), &none, &[NotOurs, DnsError::Malformed], about, why);
    let mut none = good.clone();
    none[4..6].copy_from_slice(&[0, 0]);
    let about = "it says that there is no question in it";
    refuses(&pay(), &none, &[NotOurs, DnsError::Malformed], about, why);
    let question = &pay()[12..];
    let mut two = reply(&pay(), 0, 1, &[question, &whole].concat());
    two[4..6].copy_from_slice(&[0, 2]);
    let about = "there are two questions in it, the second is the same again";
    refuses(&pay(), &two, &[NotOurs], about, why);
    let mut lots = good.clone();
    lots[4..6].copy_from_slice(&[1, 1]);
    let about = "it says that there are 257 questions in it";
    refuses(&pay(), &lots, &[NotOurs, DnsError::Malformed], about, why);
    // 65 (HTTPS) and 97 are `A` and `a` to who compares all bytes as letters.
    let https = asks(0x1234, &[b"pay", b"example"], 65);
    let message = reply(&asks(0x1234, &[b"pay", b"example"], 97), 0, 0, b"");
    let about = "asked for the type 65, answered for the type 97";
    refuses(&https, &message, &[NotOurs], about, why);
    let at = asks(0x1234, &[b"p\x40y", b"[example"], A);
    let message = reply(&asks(0x1234, &[b"p\x60y", b"{example"], A), 0, 0, b"");
    let about = "`@` and `[` in the question, a backquote and `{` in the reply";
    refuses(&at, &message, &[NotOurs], about, why);
    let why =
        "only A to Z have two cases here (RFC 4343 §3): all other bytes are the same or are not";
    for (one, other, about) in [
        (
            b"kiosk".as_slice(),
            "\u{212a}iosk".as_bytes(),
            "the k in the reply is U+212A, the sign for kelvin",
        ),
        (
            "caf\u{e9}".as_bytes(),
            "caf\u{c9}".as_bytes(),
            "`café` in the question, `cafÉ` in the reply, both in UTF-8",
        ),
    ] {
        let query = asks(0x1234, &[one, b"example"], A);
        let message = reply(&asks(0x1234, &[other, b"example"], A), 0, 0, b"");
        refuses(&query, &message, &[NotOurs], about, why);
    }
    let why = "a label is bytes (RFC 2181 §11): two that are no text are not the same for that";
    let query = asks(0x1234, &[b"\xff", b"example"], A);
    let message = reply(&asks(0x1234, &[b"\xfe", b"example"], A), 0, 0, b"");
    let about = "the byte 0xff in the question, 0xfe in the reply";
    refuses(&query, &message, &[NotOurs], about, why);

    let why = "names are the same in any case of A to Z (RFC 4343), and stay as they were sent";
    let shouted = asks(0x1234, &[b"PaY", b"EXAMPLE"], A);
    let message = reply(&shouted, 0, 1, &whole);
    let right = answers(vec![address(name("PaY.EXAMPLE"), 7, [192, 0, 2, 1])]);
    let about = "asked for `pay.example`, answered for `PaY.EXAMPLE`";
    reads(&pay(), &message, right.clone(), about, why);
    let about = "asked for `PaY.EXAMPLE`";
    reads(&shouted, &message, right, about, why);
}

fn follows_pointers_backward() {
    let why =
        "a name may end with a pointer, and so may the name that it points to (RFC 1035 §4.1.4)";
    // The names of the example in RFC 1035 §4.1.4, at other places.
    let first = BEHIND + RAW;
    let isi = b"\x01F\x03ISI\x04ARPA\0";
    let rest = [
        raw(isi),
        record(&[b"\x03FOO", &to(first)[..]].concat(), A, IN, 1, &[1; 4]),
        record(&to(first + 6), A, IN, 2, &[2; 4]),
        record(b"\0", A, IN, 3, &[3; 4]),
    ];
    let kept = |data: &[u8]| Record {
        name: name("pay.example"),
        kind: 999,
        class: IN,
        ttl: 1,
        data: Data::Other(data.to_vec()),
    };
    let right = vec![
        kept(isi),
        address(name("FOO.F.ISI.ARPA"), 1, [1; 4]),
        address(name("ARPA"), 2, [2; 4]),
        address(vec![], 3, [3; 4]),
    ];
    let message = reply(&pay(), 0, 4, &rest.concat());
    let about =
        "the names of the example in RFC 1035 §4.1.4: F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA, the root";
    reads(&pay(), &message, answers(right), about, why);

    // 100 parts, each a label and a pointer to the part before it.
    let mut parts = b"\x01z\0".to_vec();
    let mut place = first;
    for _ in 0..100 {
        let here = first + parts.len();
        parts.extend_from_slice(b"\x01y");
        parts.extend_from_slice(&to(place));
        place = here;
    }
    let rest = [raw(&parts), record(&to(place), A, IN, 1, &[1; 4])];
    let mut long = vec![b"y".to_vec(); 100];
    long.push(b"z".to_vec());
    let message = reply(&pay(), 0, 2, &rest.concat());
    let right = vec![kept(&parts), address(long, 1, [1; 4])];
    let about = "a name in 101 parts, each with a pointer to the one before it";
    reads(&pay(), &message, answers(right), about, why);

    // A pointer of which all 14 bits count.
    let far = [&[0; 0x1fff][..], b"\x03far\0"].concat();
    let rest = [raw(&far), record(&to(first + 0x1fff), A, IN, 1, &[1; 4])];
    let message = reply(&pay(), 0, 2, &rest.concat());
    let right = vec![kept(&far), address(name("far"), 1, [1; 4])];
    let about = "a pointer to a place far beyond the first 256 bytes";
    reads(&pay(), &message, answers(right), about, why);

    let odd: &[&[u8]] = &[b"a.b", b"\0", b"caf\xe9", b" "];
    let rest = record(&wire(odd), A, IN, 1, &[1; 4]);
    let right = address(odd.iter().map(|label| label.to_vec()).collect(), 1, [1; 4]);
    let message = reply(&pay(), 0, 1, &rest);
    let about = "labels with a dot, a zero byte, and bytes that are not text";
    let why = "a label may hold any bytes (RFC 2181 §11): the dot is only how people write names";
    reads(&pay(), &message, answers(vec![right]), about, why);
}

/// A message with a name that must not be followed, in so many records.
struct Trap {
    about: &'static str,
    count: u16,
    rest: Vec<u8>,
}

fn refuses_pointers_that_do_not_lead_backward() {
    let name = |bytes: &[u8]| record(bytes, A, IN, 1, &[1; 4]);
    let first = BEHIND + RAW;
    // The name of the record behind one with so many bytes of data.
    let next = |data: usize| first + data;
    let traps = [
        Trap {
            about: "a name that is a pointer to itself",
            count: 1,
            rest: name(&to(BEHIND)),
        },
        Trap {
            about: "a name that is a label and a pointer to this label",
            count: 1,
            rest: name(&[b"\x01x", &to(BEHIND)[..]].concat()),
        },
        Trap {
            about: "an alias whose name is a pointer to itself",
            count: 1,
            rest: record(SELF, CNAME, IN, 1, &to(first)),
        },
        Trap {
            about: "a pointer to a pointer further on, which points back to the first",
            count: 2,
            rest: [raw(&to(next(2))), name(&to(first))].concat(),
        },
        Trap {
            about: "two pointers to each other, the name in front of them",
            count: 1,
            rest: [
                name(&to(BEHIND + 16)),
                to(BEHIND + 18).to_vec(),
                to(BEHIND + 16).to_vec(),
            ]
            .concat(),
        },
        Trap {
            about: "a pointer forward, to a name that is in order",
            count: 1,
            rest: [name(&to(BEHIND + 16)), b"\x01x\0".to_vec()].concat(),
        },
        Trap {
            about: "a pointer back, and from there a pointer forward, to a name that is in order and before the first",
            count: 2,
            rest: [
                raw(&[&to(first + 2)[..], b"\x01x\0"].concat()),
                name(&to(first)),
            ]
            .concat(),
        },
        Trap {
            about: "a pointer into a label of the same name, where `x` and the end could be read",
            count: 1,
            rest: name(&[b"\x03\x01x\0", &to(BEHIND + 1)[..]].concat()),
        },
        Trap {
            about: "a pointer back to a label, and behind that one a pointer to the same label",
            count: 2,
            rest: [raw(&[b"\x01x", &to(first)[..]].concat()), name(&to(first))].concat(),
        },
        Trap {
            about: "a pointer to a place beyond the end",
            count: 1,
            rest: name(&to(0x3fff)),
        },
    ];
    let pairs = traps
        .iter()
        .map(|trap| (pay(), reply(&pay(), 0, trap.count, &trap.rest)));
    let pairs: Vec<_> = pairs.collect();
    for (outcome, (trap, (_, message))) in read_apart(&pairs).iter().zip(traps.iter().zip(&pairs)) {
        if outcome.outcome.as_deref() == Ok("Err(Malformed)") {
            continue;
        }
        let (Ok(got) | Err(got)) = &outcome.outcome;
        fail("a pointer that does not lead backward was not refused")
            .given(format!("{}; answers begin at {BEHIND}\n{}", trap.about, dump(message)))
            .expected("Err(Malformed)")
            .got(got)
            .because("where each pointer leads further back than the one before it, there is a last one: so nothing has to be counted or remembered")
            .raise();
    }
}

fn refuses_names_that_break_a_limit_in_a_reply() {
    use DnsError::Malformed;
    let first = BEHIND + RAW;
    let long = name_of(255);
    let label = "y".repeat(63);
    for (about, bytes) in [
        ("a name of 255 bytes", wire(&labels(&long))),
        ("a label of 63 bytes", wire(&labels(&label))),
    ] {
        let right: Name = if bytes.len() > 100 {
            name(&long)
        } else {
            name(&label)
        };
        let message = reply(&pay(), 0, 1, &record(&bytes, A, IN, 1, &[1; 4]));
        let right = answers(vec![address(right, 1, [1; 4])]);
        reads(&pay(), &message, right, about, LIMITS);
    }
    for size in [256, 257, 320, 1000] {
        let bytes = wire(&labels(&name_of(size)));
        let about = format!("a name of {size} bytes");
        let message = reply(&pay(), 0, 1, &record(&bytes, A, IN, 1, &[1; 4]));
        refuses(&pay(), &message, &[Malformed], &about, LIMITS);
        let message = reply(&pay(), 0, 1, &record(SELF, CNAME, IN, 1, &bytes));
        refuses(&pay(), &message, &[Malformed], &about, LIMITS);
    }
    // Two parts: 100 bytes and the zero byte behind the pointer, the others before it.
    let tail = wire(&labels(&name_of(101)));
    for (before, ok) in [(154, true), (155, false), (200, false)] {
        let head = wire(&labels(&name_of(before + 1)));
        let bytes = [&head[..before], &to(first)].concat();
        let rest = [raw(&tail), record(&bytes, A, IN, 1, &[1; 4])].concat();
        let message = reply(&pay(), 0, 2, &rest);
        let about = format!(
            "a name of {} bytes, of which 101 are elsewhere",
            before + 101
        );
        if ok {
            let whole = format!("{}.{}", name_of(before + 1), name_of(101));
            let right = vec![
                Record {
                    name: name("pay.example"),
                    kind: 999,
                    class: IN,
                    ttl: 1,
                    data: Data::Other(tail.clone()),
                },
                address(name(&whole), 1, [1; 4]),
            ];
            let why = "pointers do not count, the parts that they lead to do";
            reads(&pay(), &message, answers(right), &about, why);
        } else {
            refuses(&pay(), &message, &[Malformed], &about, LIMITS);
        }
    }
    let why = "the upper two bits of a length byte are 00, and those of a pointer are 11 (RFC 1035 §4.1.4)";
    for byte in [0x40, 0x41, 0x7f, 0x80, 0x81, 0xbf] {
        let about = format!("a length byte {byte:#04x}");
        // As a length: of all eight bits, or of the lower six.
        for length in [byte, byte & 0x3f] {
            let label = vec![b'x'; length.into()];
            let bytes = [&[byte][..], &label, &[0]].concat();
            let message = reply(&pay(), 0, 1, &record(&bytes, A, IN, 1, &[1; 4]));
            refuses(&pay(), &message, &[Malformed], &about, why);
        }
        // As a pointer it would lead to the question.
        let bytes = [byte & 0xc0, 12];
        let message = reply(&pay(), 0, 1, &record(&bytes, A, IN, 1, &[1; 4]));
        refuses(&pay(), &message, &[Malformed], &about, why);
    }
}

fn refuses_data_that_does_not_fit_its_type() {
    use DnsError::Malformed;
    let why =
        "two programs that take the same bytes for different addresses go to different places";
    for (kind, data) in [
        (A, &[][..]),
        (A, &[1, 2, 3]),
        (A, &[1, 2, 3, 4, 5]),
        (A, &[1; 16]),
        (AAAA, &[]),
        (AAAA, &[1; 4]),
        (AAAA, &[1; 15]),
        (AAAA, &[1; 17]),
        (CNAME, b""),
        (CNAME, b"\x01x\0x"),
        (CNAME, b"\xc0\x0c\0"),
        (CNAME, b"\x01x"),
        (CNAME, b"\x05x"),
        (CNAME, b"\xc0"),
    ] {
        // What follows would make the data whole.
        let next = record(b"\0", A, IN, 1, &[1; 4]);
        let rest = [&record(SELF, kind, IN, 1, data)[..], &next, &next].concat();
        for count in [1, 2] {
            let message = reply(&pay(), 0, count, &rest);
            let about = format!(
                "a record of type {} with {} bytes of data: {}",
                self::kind(kind),
                data.len(),
                bytes::quote(data)
            );
            refuses(&pay(), &message, &[Malformed], &about, why);
        }
    }
    let why = "a length is an announcement: whether so much is there is for you to see";
    let mut rest = record(SELF, 999, IN, 1, &[1; 4]);
    for length in [5_u16, 0x0100, 0xffff] {
        rest[10..12].copy_from_slice(&length.to_be_bytes());
        let message = reply(&pay(), 0, 1, &rest);
        let about = format!("a record with 4 bytes of data that says it has {length}");
        refuses(&pay(), &message, &[Malformed], &about, why);
    }
}

fn refuses_a_message_that_is_cut_off_anywhere() {
    use DnsError::{Malformed, NotOurs};
    let why =
        "packets are cut off, and headers lie: look whether a byte is there before you take it";
    for whole in [&GOOGLE[..], &WWW_GOOGLE, &TYPEKIT, &XMPP] {
        let query = asked(whole);
        for end in 0..whole.len() {
            let about = format!("the first {end} bytes of a real reply");
            // Where the question is cut off, it is not the one that was asked either.
            let errors = match end < query.len() {
                true => &[Malformed, NotOurs][..],
                false => &[Malformed],
            };
            refuses(&query, &whole[..end], errors, &about, why);
        }
        let mut more = whole.to_vec();
        more[7] += 1;
        let about = "a real reply whose count says one answer more than there is";
        refuses(&query, &more, &[Malformed], about, why);
    }
}

fn reserves_nothing_for_a_count() {
    let pairs: Vec<_> = [
        reply(&pay(), 0, 0xffff, b""),
        reply(&pay(), 0, 0xffff, &record(SELF, A, IN, 1, &[1; 4])),
    ]
    .into_iter()
    .map(|message| (pay(), message))
    .collect();
    for (outcome, (_, message)) in read_apart(&pairs).iter().zip(&pairs) {
        // A right answer needs next to nothing; 65,535 records need 4 MiB and more.
        if outcome.outcome.as_deref() == Ok("Err(Malformed)") && outcome.kib < 2048 {
            continue;
        }
        let (Ok(got) | Err(got)) = &outcome.outcome;
        fail("a count was believed")
            .given(format!("a reply that says it has 65535 answers\n{}", dump(message)))
            .expected("Err(Malformed), and no memory reserved for the count")
            .got(format!("{got}, and {} KiB reserved", outcome.kib))
            .because("a packet of 30 bytes must not cost megabytes: let the list grow with what is there")
            .raise();
    }
}

/// Fails on the first message in which the reader panicked or stayed.
#[track_caller]
fn survives(pairs: &[(Vec<u8>, Vec<u8>)], about: &str) {
    for (outcome, (_, message)) in read_apart(pairs).iter().zip(pairs) {
        let (Ok(got) | Err(got)) = &outcome.outcome;
        if outcome.outcome.is_ok() && !got.starts_with("a panic") {
            continue;
        }
        fail("a message stopped the program")
            .given(format!("{about}\n{}", dump(message)))
            .expected("Ok(...) or an error")
            .got(got)
            .because(ALIEN)
            .raise();
    }
}

fn nothing_panics_and_everything_ends() {
    let mut rng = Rng::from_env();
    let mut pairs = Vec::new();
    for whole in [&WWW_GOOGLE[..], &TYPEKIT, &XMPP, &GMAIL, &SIGNALER] {
        let query = asked(whole);
        for _ in 0..60 {
            let mut message = whole.to_vec();
            for _ in 0..rng.range(1..=4) {
                let place = rng.range(0..message.len());
                message[place] = match rng.range(0..4) {
                    0 => 0xc0,
                    1 => rng.range(0..=64),
                    2 => 0xff,
                    _ => rng.range(..),
                };
            }
            pairs.push((query.clone(), message));
        }
        for place in query.len()..whole.len() {
            let mut message = whole.to_vec();
            message[place] = [0xc0, 0xff, 0x3f][place % 3];
            pairs.push((query.clone(), message));
        }
    }
    survives(&pairs, "a real reply with a few bytes changed");
    let rubbish = |length: usize| {
        let rest = (0..length).map(|_| *rng.choose(&[0, 1, 12, 29, 0x40, 0xc0, 0xff, 0x0c]));
        (pay(), reply(&pay(), 0, 9, &rest.collect::<Vec<u8>>()))
    };
    let pairs: Vec<_> = (0..150).map(rubbish).collect();
    survives(&pairs, "nine records of rubbish");
}

/// Writes names with pointers to what was written before, or without.
struct Writer {
    message: Vec<u8>,
    /// Where the ends of names begin that were written so far.
    places: HashMap<Vec<Vec<u8>>, usize>,
}

impl Writer {
    fn name(&mut self, name: &[Vec<u8>], rng: &mut Rng) {
        let mut new = Vec::new();
        for index in 0..name.len() {
            let rest = name[index..].to_vec();
            if let Some(place) = self.places.get(&rest)
                && rng.chance(3, 4)
            {
                let place = *place;
                self.message.extend_from_slice(&to(place));
                self.places.extend(new);
                return;
            }
            new.push((rest, self.message.len()));
            self.message.push(name[index].len() as u8);
            self.message.extend_from_slice(&name[index]);
        }
        self.message.push(0);
        self.places.extend(new);
    }

    fn number(&mut self, number: u16) {
        self.message.extend_from_slice(&number.to_be_bytes());
    }
}

fn some_name(rng: &mut Rng) -> Name {
    rng.many(0..=4, |rng| rng.text_of("abAB-.", 1..=3).into_bytes())
}

fn reads_what_was_written_with_pointers_anywhere() {
    let why = "whether a name is written out, half written out or a pointer makes no difference";
    for_all("what was written is read", 300, |rng| {
        let id = rng.range(..);
        let name: Name = some_name(rng);
        let asked: Vec<&[u8]> = name.iter().map(Vec::as_slice).collect();
        let kind = *rng.choose(&[A, AAAA, CNAME, 15]);
        let query = asks(id, &asked, kind);
        let mut writer = Writer {
            message: reply(&query[..12], 0, 0, b""),
            places: HashMap::new(),
        };
        writer.name(&name, rng);
        writer.number(kind);
        writer.number(IN);
        let records = rng.many(0..=6, |rng| {
            let name = some_name(rng);
            let kind = *rng.choose(&[A, CNAME, AAAA, 15]);
            let ttl = rng.range(0..0x8000_0000_u32);
            writer.name(&name, rng);
            writer.number(kind);
            writer.number(IN);
            writer.message.extend_from_slice(&ttl.to_be_bytes());
            writer.number(0);
            let start = writer.message.len();
            let data = match kind {
                CNAME => {
                    let target = some_name(rng);
                    writer.name(&target, rng);
                    Data::Cname(target)
                }
                kind => {
                    let bytes: Vec<u8> = match kind {
                        A => (0..4).map(|_| rng.range(..)).collect(),
                        AAAA => (0..16).map(|_| rng.range(..)).collect(),
                        _ => rng.bytes(0..=5),
                    };
                    writer.message.extend_from_slice(&bytes);
                    match kind {
                        A => Data::A(<[u8; 4]>::try_from(&bytes[..]).unwrap_or_default().into()),
                        AAAA => {
                            Data::Aaaa(<[u8; 16]>::try_from(&bytes[..]).unwrap_or_default().into())
                        }
                        _ => Data::Other(bytes),
                    }
                }
            };
            let length = (writer.message.len() - start) as u16;
            writer.message[start - 2..start].copy_from_slice(&length.to_be_bytes());
            Record {
                name,
                kind,
                class: IN,
                ttl,
                data,
            }
        });
        let mut message = writer.message;
        message[6..8].copy_from_slice(&(records.len() as u16).to_be_bytes());
        let about = "a message whose names begin anywhere";
        reads(&query, &message, answers(records), about, why);
    });
}
