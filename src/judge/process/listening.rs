//! Where a process listens: its sockets in `/proc` (proc(5)).

use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// `TCP_LISTEN` of the kernel, as `/proc/net/tcp` writes it.
const LISTEN: &str = "0A";

/// The addresses at which a process accepts TCP connections, sorted.
pub fn addresses(pid: i32) -> Vec<SocketAddr> {
    let links = fs::read_dir(format!("/proc/{pid}/fd"));
    let inodes: HashSet<String> = links
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|link| {
            let link = link.to_str()?;
            let inode = link.strip_prefix("socket:[")?.strip_suffix(']')?;
            Some(inode.to_owned())
        })
        .collect();
    let mut addresses = Vec::new();
    for table in ["tcp", "tcp6"] {
        let text = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        addresses.extend(read(&text, &inodes));
    }
    addresses.sort();
    addresses
}

/// The listening sockets of a table that are among `inodes`.
fn read(table: &str, inodes: &HashSet<String>) -> Vec<SocketAddr> {
    let socket = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = *fields.get(3)? == LISTEN && inodes.contains(*fields.get(9)?);
        listens.then(|| address(fields[1])).flatten()
    };
    table.lines().skip(1).filter_map(socket).collect()
}

/// `0100007F:1F90`: the address in words of four bytes, each in this machine's
/// order, and the port in hexadecimal.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let mut bytes = Vec::new();
    for start in (0..ip.len()).step_by(8) {
        let word = u32::from_str_radix(ip.get(start..start + 8)?, 16).ok()?;
        bytes.extend(word.to_ne_bytes());
    }
    let ip = match bytes.len() {
        4 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(bytes).ok()?)),
        16 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(bytes).ok()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use std::net::{SocketAddr, TcpListener};

    use super::addresses;

    #[test]
    fn finds_our_own_listeners_by_either_protocol() {
        let four = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = i32::try_from(std::process::id()).unwrap();
        let mut expected: Vec<SocketAddr> = vec![four.local_addr().unwrap()];
        // Not every machine has IPv6.
        let six = TcpListener::bind("[::1]:0");
        expected.extend(six.iter().map(|six| six.local_addr().unwrap()));
        let found = addresses(own);
        for address in expected {
            assert!(found.contains(&address), "{address} is not in {found:?}");
        }
    }
}
