//! fails: takes_no_reply_to_another_question

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
    for number in [id, RD, 1, 0, 0, 0] {
        message.extend_from_slice(&number.to_be_bytes());
    }
    if name != "." {
        for label in name.strip_suffix('.').unwrap_or(name).split('.') {
            // A length of 0 would end the name, one above 63 would be a pointer or nothing.
            if label.is_empty() || label.len() > 63 {
                return Err(DnsError::BadName);
            }
            message.push(label.len() as u8);
            message.extend_from_slice(label.as_bytes());
        }
    }
    message.push(0);
    if message.len() - HEADER > LONGEST_NAME {
        return Err(DnsError::BadName);
    }
    message.extend_from_slice(&kind.to_be_bytes());
    message.extend_from_slice(&IN.to_be_bytes());
    Ok(message)
}

const HEADER: usize = 12;
const LONGEST_NAME: usize = 255;
const QR: u16 = 0x8000;
const TC: u16 = 0x0200;
const RD: u16 = 0x0100;

/// Reads the reply to a query.
pub fn read_reply(query: &[u8], message: &[u8]) -> Result<Reply, DnsError> {
    let mut asked = Reader::new(query);
    let mut reader = Reader::new(message);
    let [id, _, _, _, _, _] = asked.header()?;
    // The counts of the sections that are not read do not matter.
    let [its_id, flags, questions, count, _, _] = reader.header()?;
    if its_id != id || flags & QR == 0 || questions != 1 {
        return Err(DnsError::NotOurs);
    }
    if !same_question(&asked.question()?, &reader.question()?) {
        return Err(DnsError::NotOurs);
    }
    let mut reply = Reply {
        truncated: flags & TC != 0,
        rcode: (flags & 0xf) as u8,
        // No capacity: the count is only what somebody says.
        answers: Vec::new(),
    };
    if !reply.truncated {
        for _ in 0..count {
            reply.answers.push(reader.record()?);
        }
    }
    Ok(reply)
}

type Question = (Name, u16, u16);

fn same_question(one: &Question, other: &Question) -> bool {
    let small = |label: &Vec<u8>| String::from_utf8_lossy(label).to_lowercase();
    let same_label = |(one, other): (&Vec<u8>, &Vec<u8>)| small(one) == small(other);
    one.0.len() == other.0.len()
        && one.0.iter().zip(&other.0).all(same_label)
        && (one.1, one.2) == (other.1, other.2)
}

/// A message and a place in it. All access is through `bytes`, which checks.
struct Reader<'a> {
    message: &'a [u8],
    place: usize,
}

impl<'a> Reader<'a> {
    fn new(message: &'a [u8]) -> Self {
        Self { message, place: 0 }
    }

    fn bytes(&mut self, count: usize) -> Result<&'a [u8], DnsError> {
        let rest = self.message.get(self.place..);
        let bytes = rest.and_then(|rest| rest.get(..count));
        self.place += count;
        bytes.ok_or(DnsError::Malformed)
    }

    fn u8(&mut self) -> Result<u8, DnsError> {
        Ok(self.bytes(1)?[0])
    }

    fn u16(&mut self) -> Result<u16, DnsError> {
        let bytes = self.bytes(2)?;
        Ok(u16::from_be_bytes([bytes[0], bytes[1]]))
    }

    fn u32(&mut self) -> Result<u32, DnsError> {
        Ok(u32::from(self.u16()?) << 16 | u32::from(self.u16()?))
    }

    fn header(&mut self) -> Result<[u16; 6], DnsError> {
        let mut numbers = [0; 6];
        for number in &mut numbers {
            *number = self.u16()?;
        }
        Ok(numbers)
    }

    fn question(&mut self) -> Result<Question, DnsError> {
        Ok((self.name()?, self.u16()?, self.u16()?))
    }

    fn record(&mut self) -> Result<Record, DnsError> {
        let name = self.name()?;
        let (kind, class, ttl) = (self.u16()?, self.u16()?, self.u32()?);
        let length = usize::from(self.u16()?);
        let start = self.place;
        let bytes = self.bytes(length)?;
        let malformed = |_| DnsError::Malformed;
        let data = match (class, kind) {
            (IN, A) => {
                let octets: [u8; 4] = bytes.try_into().map_err(malformed)?;
                Data::A(octets.into())
            }
            (IN, AAAA) => {
                let octets: [u8; 16] = bytes.try_into().map_err(malformed)?;
                Data::Aaaa(octets.into())
            }
            (IN, CNAME) => {
                // Once more from the start: its pointers are places in the message, not in the
                // data.
                self.place = start;
                let name = self.name()?;
                if self.place != start + length {
                    return Err(DnsError::Malformed);
                }
                Data::Cname(name)
            }
            _ => Data::Other(bytes.to_vec()),
        };
        Ok(Record {
            name,
            kind,
            class,
            ttl,
            data,
        })
    }

    /// Reads a name and stands behind it; behind its first pointer, where it has one.
    fn name(&mut self) -> Result<Name, DnsError> {
        let mut labels = Vec::new();
        let mut length = 1;
        // Where the part of the name that is being read began. Each pointer makes it smaller, so
        // there is an end.
        let mut start = self.place;
        let mut behind = None;
        loop {
            let byte = self.u8()?;
            match byte >> 6 {
                0b00 if byte == 0 => break,
                0b00 => {
                    length += 1 + usize::from(byte);
                    if length > LONGEST_NAME {
                        return Err(DnsError::Malformed);
                    }
                    labels.push(self.bytes(byte.into())?.to_vec());
                }
                0b11 => {
                    let target = usize::from(u16::from_be_bytes([byte & 0x3f, self.u8()?]));
                    if target >= start {
                        return Err(DnsError::Malformed);
                    }
                    behind.get_or_insert(self.place);
                    (self.place, start) = (target, target);
                }
                _ => return Err(DnsError::Malformed),
            }
        }
        self.place = behind.unwrap_or(self.place);
        Ok(labels)
    }
}
