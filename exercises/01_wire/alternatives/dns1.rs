//! # dns1: the question and the answer, cut off slices and with names as they are on the wire

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
    let mut name = name.as_bytes().to_vec();
    if name == b"." {
        name.clear();
    } else if name.last() != Some(&b'.') {
        name.push(b'.');
    }
    // Each dot ends a label: turn the text into the wire's form from its end.
    let mut wire = vec![0; name.len() + 1];
    let mut place = 0;
    for label in name.split_inclusive(|byte| *byte == b'.') {
        let label = &label[..label.len() - 1];
        wire[place] = match label.len() {
            length @ 1..=63 => length as u8,
            _ => return Err(DnsError::BadName),
        };
        wire[place + 1..][..label.len()].copy_from_slice(label);
        place += 1 + label.len();
    }
    if wire.len() > 255 {
        return Err(DnsError::BadName);
    }
    let [high, low] = id.to_be_bytes();
    let [kind_high, kind_low] = kind.to_be_bytes();
    let header = [high, low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    Ok([&header[..], &wire, &[kind_high, kind_low, 0, IN as u8]].concat())
}

/// Reads the reply to a query.
pub fn read_reply(query: &[u8], message: &[u8]) -> Result<Reply, DnsError> {
    let mut rest = message;
    let header = cut::<12>(&mut rest)?;
    let number = |index: usize| u16::from_be_bytes([header[index], header[index + 1]]);
    let flags = number(2);
    // A length byte is below 64, where there are no letters: so a name may be compared as it is.
    let [name @ .., a, b, c, d] = &query[12..] else {
        return Err(DnsError::NotOurs);
    };
    let (its_name, its_kind) = rest
        .split_at_checked(name.len())
        .ok_or(DnsError::Malformed)?;
    rest = its_kind;
    let same = its_name.eq_ignore_ascii_case(name) && cut::<4>(&mut rest)? == [*a, *b, *c, *d];
    if header[..2] != query[..2] || flags >> 15 == 0 || number(4) != 1 || !same {
        return Err(DnsError::NotOurs);
    }
    let truncated = flags >> 9 & 1 == 1;
    let count = if truncated { 0 } else { number(6) };
    let answers = (0..count).map(|_| record(message, &mut rest));
    Ok(Reply {
        truncated,
        rcode: (flags % 16) as u8,
        answers: answers.collect::<Result<_, _>>()?,
    })
}

/// Cuts so many bytes off the front.
fn cut<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], DnsError> {
    let (bytes, after) = rest.split_first_chunk().ok_or(DnsError::Malformed)?;
    *rest = after;
    Ok(*bytes)
}

/// `rest` is always an end of the message; so is where it begins known.
fn record(message: &[u8], rest: &mut &[u8]) -> Result<Record, DnsError> {
    let name = name(message, rest)?;
    let kind = u16::from_be_bytes(cut(rest)?);
    let class = u16::from_be_bytes(cut(rest)?);
    let ttl = u32::from_be_bytes(cut(rest)?);
    let length = u16::from_be_bytes(cut(rest)?);
    let mut data = *rest;
    let (bytes, after) = rest
        .split_at_checked(length.into())
        .ok_or(DnsError::Malformed)?;
    *rest = after;
    let data = if class == IN && kind == CNAME {
        let name = self::name(message, &mut data)?;
        if data.len() != after.len() {
            return Err(DnsError::Malformed);
        }
        Data::Cname(name)
    } else if class == IN && kind == A {
        let octets = <[u8; 4]>::try_from(bytes);
        Data::A(octets.map_err(|_| DnsError::Malformed)?.into())
    } else if class == IN && kind == AAAA {
        let octets = <[u8; 16]>::try_from(bytes);
        Data::Aaaa(octets.map_err(|_| DnsError::Malformed)?.into())
    } else {
        Data::Other(bytes.to_vec())
    };
    Ok(Record {
        name,
        kind,
        class,
        ttl,
        data,
    })
}

/// Cuts a name off the front.
fn name(message: &[u8], rest: &mut &[u8]) -> Result<Name, DnsError> {
    let mut start = message.len() - rest.len();
    let (mut name, mut pointer) = part(rest)?;
    // The parts that pointers lead to are no longer a part of `rest`. Each begins before the one
    // before it, so there is a last one.
    while let Some(target) = pointer {
        if target >= start || size(&name) > 255 {
            return Err(DnsError::Malformed);
        }
        let (more, next) = part(&mut &message[target..])?;
        name.extend(more);
        (start, pointer) = (target, next);
    }
    if size(&name) > 255 {
        return Err(DnsError::Malformed);
    }
    Ok(name)
}

/// Cuts off labels up to the end of a name, or to a pointer, which says where the name goes on.
fn part(rest: &mut &[u8]) -> Result<(Name, Option<usize>), DnsError> {
    let mut labels = Vec::new();
    loop {
        match cut::<1>(rest)? {
            [0] => return Ok((labels, None)),
            [length @ 1..=63] => {
                let label = rest.split_at_checked(length.into());
                let (label, after) = label.ok_or(DnsError::Malformed)?;
                labels.push(label.to_vec());
                *rest = after;
            }
            [high] if high >= 0xc0 => {
                let target = u16::from_be_bytes([high & 0x3f, cut::<1>(rest)?[0]]);
                return Ok((labels, Some(target.into())));
            }
            _ => return Err(DnsError::Malformed),
        }
    }
}

/// How many bytes a name has without pointers.
fn size(name: &Name) -> usize {
    name.iter().map(|label| label.len() + 1).sum::<usize>() + 1
}
