//! # dns1: the question and the answer
//!
//! Before Marginalia's shop can ask the payment provider for money, it asks a name server for the
//! provider's address. The code below does that with bytes of its own. Since Tuesday it hangs or
//! panics, sometimes: somebody in the same network sends it answers that no name server has
//! written, and one of them is a name that points to itself.
//!
//! A message (RFC 1035 §4.1) has a header of 12 bytes, the question, and records. All numbers are
//! big-endian.
//! ```text
//! header    id (2) | flags (2) | counts: questions, answers, authority, additional (2 each)
//! flags     QR 0x8000: it is a reply | TC 0x0200: it is truncated | RD 0x0100: please look
//!           further | RCODE, the lowest 4 bits: 0 is success, 3 says that there is no such name
//! question  name | type (2) | class (2)
//! record    name | type (2) | class (2) | TTL (4) | length of the data (2) | data
//! ```
//! Names (§2.3.4, §3.1, §4.1.4):
//! - A name is labels, each a byte of length (1 to 63) and as many bytes, and then a zero byte. So
//!   the zero byte alone is the root. Written out like this, with the length bytes and the zero, a
//!   name has at most 255 bytes. A label may hold any bytes.
//! - Instead of the zero byte, or of a whole name, there may be a pointer: two bytes, whose upper
//!   two bits are 11. The other 14 are the place, counted from the first byte of the message, where
//!   the name goes on. A pointer only leads backward: the first of a name to a place before the
//!   start of this name, each further one to a place before the one that the pointer before it led
//!   to. One into the header (0 to 11) may be refused as well. The limit of 255 bytes is for the
//!   name as it is with all its parts.
//! - A length byte whose upper two bits are 01 or 10 means nothing.
//!
//! Rules for `query`: the id is as given, RD is the only flag set, there is one question, its class
//! is `IN`, and nothing follows. `name` is text with dots between its labels, and ASCII: the caller
//! promises that. One more dot at its end changes nothing, and `"."` alone is the root. A name that
//! breaks a limit, or has an empty label, is `Err(BadName)`.
//!
//! Rules for `read_reply`; `query` is what was sent, made by the function of that name:
//! - `Err(NotOurs)` where QR is not set, the id is another, or the question section is not exactly
//!   the one question that was asked: name, type, class (RFC 5452 §9.1). Names are equal if they
//!   differ in the case of A to Z alone (RFC 4343). In `Reply` they are as they were sent.
//! - Where TC is set, `truncated` is true, `answers` is empty, and nothing after the question is
//!   looked at: one asks again over TCP (RFC 2181 §9).
//! - Else `answers` are the records of the answer section, in order, whatever RCODE says. What
//!   follows them is not looked at, whatever the other counts say.
//! - Of class `IN`, the data of `A` is 4 bytes, of `AAAA` 16 (RFC 3596), and of `CNAME` a name that
//!   fills the data exactly. All other data, also these types of another class, is kept as it is.
//! - `Err(Malformed)` where a name breaks a rule, data does not fit its type, or the message ends
//!   before what it announces. A count is an announcement, too: no memory is reserved for it.
//! - Where both errors fit, either is right. Nothing panics, and everything ends, whatever comes.
//!
//! What to do: mend `query`, `read_reply` and `read_name`. Change the helpers as you like.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Types of records.
pub const A: u16 = 1;
pub const CNAME: u16 = 5;
pub const AAAA: u16 = 28;
/// The class of all that is on the Internet.
pub const IN: u16 = 1;

/// The labels of a name; of the root there are none.
pub type Name = Vec<Vec<u8>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DnsError {
    /// This name cannot be asked for.
    BadName,
    /// These bytes are no message.
    Malformed,
    /// This is no reply to what was asked.
    NotOurs,
}

/// What a name server says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Whether it did not fit.
    pub truncated: bool,
    pub rcode: u8,
    pub answers: Vec<Record>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub name: Name,
    pub kind: u16,
    pub class: u16,
    /// How many seconds it may be kept.
    pub ttl: u32,
    pub data: Data,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    A(Ipv4Addr),
    Aaaa(Ipv6Addr),
    Cname(Name),
    Other(Vec<u8>),
}

/// The bytes that ask for the records of a type that a name has.
pub fn query(id: u16, name: &str, kind: u16) -> Result<Vec<u8>, DnsError> {
    let mut message = Vec::new();
    for number in [id, 0x0100, 1, 0, 0, 0] {
        message.extend_from_slice(&number.to_be_bytes());
    }
    for label in name.split('.') {
        message.push(label.len() as u8);
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&IN.to_be_bytes());
    Ok(message)
}

/// Reads the reply to a query.
pub fn read_reply(query: &[u8], message: &[u8]) -> Result<Reply, DnsError> {
    let flags = u16_at(message, 2);
    let count = u16_at(message, 6);
    // A reply begins like its query: a header, and the same question.
    let mut place = query.len();
    let mut answers = Vec::with_capacity(count.into());
    for _ in 0..count {
        let name = read_name(message, &mut place);
        let kind = u16_at(message, place);
        let class = u16_at(message, place + 2);
        let ttl =
            u32::from(u16_at(message, place + 4)) << 16 | u32::from(u16_at(message, place + 6));
        let length = usize::from(u16_at(message, place + 8));
        let data = &message[place + 10..place + 10 + length];
        place += 10 + length;
        let data = match kind {
            A => Data::A(Ipv4Addr::new(data[0], data[1], data[2], data[3])),
            AAAA => Data::Aaaa(Ipv6Addr::from(<[u8; 16]>::try_from(data).unwrap())),
            CNAME => Data::Cname(read_name(data, &mut 0)),
            _ => Data::Other(data.to_vec()),
        };
        answers.push(Record {
            name,
            kind,
            class,
            ttl,
            data,
        });
    }
    Ok(Reply {
        truncated: flags & 0x0200 != 0,
        rcode: (flags & 0xf) as u8,
        answers,
    })
}

/// Reads the name at `place`, and moves `place` behind it.
fn read_name(message: &[u8], place: &mut usize) -> Name {
    let mut labels = Vec::new();
    // Where to go on when the name has been read, if there was a pointer.
    let mut behind = None;
    loop {
        let length = usize::from(message[*place]);
        *place += 1;
        if length >= 0xc0 {
            let low = usize::from(message[*place]);
            behind.get_or_insert(*place + 1);
            *place = (length & 0x3f) << 8 | low;
        } else if length == 0 {
            break;
        } else {
            labels.push(message[*place..*place + length].to_vec());
            *place += length;
        }
    }
    *place = behind.unwrap_or(*place);
    labels
}

fn u16_at(message: &[u8], place: usize) -> u16 {
    u16::from_be_bytes([message[place], message[place + 1]])
}
