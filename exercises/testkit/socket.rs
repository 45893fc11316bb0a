//! A TCP client that does what clients do: send byte by byte, stop in the
//! middle, say that it is done, break the connection, or never read.
//!
//! Sending never fails a check: a server may close a connection while a client
//! still sends, and what that means shows in what it answers. Reading does: when
//! nothing comes for too long, when the server closes or breaks the connection
//! first, and when other bytes come. The failure shows the whole conversation.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use harness::{Failure, fail};

use crate::bytes;
use crate::patience;

/// How much of a conversation is shown.
const KEPT_TURNS: usize = 12;
/// How much of one turn is kept to be shown, in bytes.
const KEPT_BYTES: usize = 64;
/// How long nothing must move before a connection counts as full.
const FULL: Duration = Duration::from_millis(60);
/// How long a server whose connection broke may take to end.
const LAST_BREATH: Duration = Duration::from_millis(100);

/// Adds to a failure what is known of the server, which may take so long to end.
pub(crate) type Witness = Arc<dyn Fn(Failure, Duration) -> Failure + Send + Sync>;

/// A client on a socket of its own.
pub struct Client {
    name: String,
    stream: TcpStream,
    /// What has come and was not yet asked for.
    unread: Vec<u8>,
    turns: Vec<Turn>,
    /// Whether it was said that no more can be sent: once is enough.
    said_broken: bool,
    scene: String,
    /// What else is told in failures, with its label.
    notes: Vec<(String, String)>,
    witness: Option<Witness>,
}

impl Client {
    /// Connects; the name stands for the client in failures (`client A`).
    #[track_caller]
    pub fn connect(address: SocketAddr, name: &str) -> Self {
        Self::connect_with(address, name, None)
    }

    #[track_caller]
    pub(crate) fn connect_watched(address: SocketAddr, name: &str, witness: Witness) -> Self {
        Self::connect_with(address, name, Some(witness))
    }

    #[track_caller]
    fn connect_with(address: SocketAddr, name: &str, witness: Option<Witness>) -> Self {
        let wait = patience::left();
        let connected = TcpStream::connect_timeout(&address, wait).and_then(|stream| {
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        let stream = match connected {
            Ok(stream) => stream,
            Err(error) => {
                if is_timeout(&error) {
                    patience::lose();
                }
                let failure = fail(format!("{name} could not connect"))
                    .given(address)
                    .expected("a connection")
                    .got(error)
                    .because("the server said that it listens there: it must stay there and accept clients");
                match witness {
                    Some(witness) => witness(failure, LAST_BREATH).raise(),
                    None => failure.raise(),
                }
            }
        };
        Self {
            name: name.to_owned(),
            stream,
            unread: Vec::new(),
            turns: Vec::new(),
            said_broken: false,
            scene: String::new(),
            notes: Vec::new(),
            witness,
        }
    }

    /// Says what else is going on: the `given` of this client's failures.
    pub fn scene(&mut self, text: impl Into<String>) {
        self.scene = text.into();
    }

    /// Adds a part to this client's failures, in place of one with the same label.
    pub fn note(&mut self, label: &str, text: impl Into<String>) {
        self.notes.retain(|(known, _)| known != label);
        self.notes.push((label.to_owned(), text.into()));
    }

    /// The name that stands for it in failures.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The server's address, as far as it is still known.
    pub fn server(&self) -> Option<SocketAddr> {
        self.stream.peer_addr().ok()
    }

    /// Sends the bytes in one write.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.send_pieces([bytes]);
    }

    /// Sends each byte in a write of its own.
    pub fn send_byte_by_byte(&mut self, bytes: impl AsRef<[u8]>) {
        self.send_pieces(bytes.as_ref().chunks(1));
    }

    /// Sends the pieces in a write each, with a moment between them, so that
    /// the server most likely reads them one by one.
    pub fn send_pieces<T: AsRef<[u8]>>(&mut self, pieces: impl IntoIterator<Item = T>) {
        let wait = patience::left();
        // Only a wait of zero would be refused.
        let _ = self.stream.set_write_timeout(Some(wait));
        let mut sent = Vec::new();
        let mut count = 0;
        let mut trouble = None;
        for piece in pieces {
            if count > 0 {
                thread::sleep(Duration::from_micros(300));
            }
            count += 1;
            let piece = piece.as_ref();
            let (done, error) = self.write(piece);
            sent.extend_from_slice(&piece[..done]);
            if error.is_some() {
                trouble = error;
                break;
            }
        }
        if !sent.is_empty() {
            self.turn(Way::Sent, &sent);
        }
        if count > 1 {
            self.remark(format!("(in {count} pieces)"));
        }
        if let Some(error) = trouble {
            if is_timeout(&error) {
                patience::lose();
                let waited = patience::in_words(wait);
                self.remark(format!("(the server read nothing more within {waited})"));
            } else {
                self.cannot_send(&error);
            }
        }
    }

    /// Writes as much as goes, and says how much that was.
    fn write(&mut self, bytes: &[u8]) -> (usize, Option<io::Error>) {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return (sent, Some(error)),
            }
        }
        (sent, None)
    }

    /// Sends without reading until nothing moves for a moment: the buffers on the
    /// way are full. Returns how many of the bytes were sent. A server that is
    /// slow, not stuck, takes more at the next call; one that returns 0 says that
    /// it is stuck, or waits for this client to read.
    pub fn flood(&mut self, bytes: &[u8]) -> usize {
        let mut sent = 0;
        let mut moved = Instant::now();
        // It cannot fail on an open socket.
        let _ = self.stream.set_nonblocking(true);
        let trouble = loop {
            if sent == bytes.len() || moved.elapsed() > FULL {
                break None;
            }
            match self.stream.write(&bytes[sent..]) {
                Ok(count) => {
                    sent += count;
                    moved = Instant::now();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    thread::sleep(Duration::from_millis(1));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => break Some(error),
            }
        };
        let _ = self.stream.set_nonblocking(false);
        if sent > 0 {
            self.turn(Way::Sent, &bytes[..sent]);
        }
        if let Some(error) = trouble {
            self.cannot_send(&error);
        } else if sent < bytes.len() {
            self.remark("(waits: the buffers are full)".to_owned());
        }
        sent
    }

    fn cannot_send(&mut self, error: &io::Error) {
        if !self.said_broken {
            self.said_broken = true;
            self.remark(format!("(could not send any more: {error})"));
        }
    }

    /// Expects that the connection stays open for so long, while this client
    /// sends nothing. What the server sends meanwhile is left unread.
    #[track_caller]
    pub fn stays_open(&mut self, wait: Duration, why: &str) {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            // A wait of zero would be refused.
            let _ = self
                .stream
                .set_read_timeout(Some(left.max(Duration::from_millis(1))));
            let error = match self.stream.peek(&mut [0]) {
                // A broken connection has an error, also behind unread bytes.
                Ok(1..) => self.stream.take_error().ok().flatten(),
                Ok(_) => Some(ErrorKind::UnexpectedEof.into()),
                Err(error) if is_timeout(&error) => None,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => Some(error),
            };
            if let Some(error) = error {
                let got = if error.kind() == ErrorKind::UnexpectedEof {
                    "the server closed it".to_owned()
                } else {
                    format!("it broke: {error}")
                };
                let what = format!("the connection of {} did not stay open", self.name);
                self.raise(what, "an open connection", got, why, LAST_BREATH);
            }
            if left.is_zero() {
                return;
            }
            // Unread bytes end `peek` at once.
            thread::sleep(left.min(Duration::from_millis(5)));
        }
    }

    /// Says that no more will be sent; reading goes on.
    pub fn half_close(&mut self) {
        self.remark(match self.stream.shutdown(Shutdown::Write) {
            Ok(()) => "(closes its sending side)".to_owned(),
            Err(error) => format!("(could not close its sending side: {error})"),
        });
    }

    /// Breaks the connection: the server gets a reset. For that the server must
    /// have sent something that was not read; this waits until it has come.
    #[track_caller]
    pub fn reset(self, why: &str) {
        let wait = patience::left();
        let _ = self.stream.set_read_timeout(Some(wait));
        // A socket that is closed with unread bytes in its buffer sends RST in place
        // of FIN (RFC 9293 §3.6.1).
        match self.stream.peek(&mut [0]) {
            Ok(1..) => {}
            Ok(_) => self.fail_closed("any bytes", b"", why),
            Err(error) => self.fail_reading(&error, wait, Wanted::Bytes("any bytes"), b"", why),
        }
    }

    /// Breaks the connection at once, whatever was read: on Unix the server gets a
    /// reset (RFC 9293 §3.5.2), elsewhere the connection is closed in good order.
    pub fn abort(self) {
        #[cfg(unix)]
        linger::not_at_all(&self.stream);
    }

    /// Reads exactly these bytes. Bytes that follow are left for the next read.
    #[track_caller]
    pub fn expect(&mut self, expected: impl AsRef<[u8]>, why: &str) {
        let expected = expected.as_ref();
        let wanted = bytes::quote(expected);
        let (mut right, mut wrong) = (0, None);
        let enough = |unread: &[u8]| {
            // Bytes that are wrong are told at once, whatever may follow.
            let both = unread.len().min(expected.len());
            wrong = bytes::difference(&unread[right..both], &expected[right..both]);
            wrong = wrong.map(|place| right + place);
            right = both;
            wrong.is_some() || both == expected.len()
        };
        self.receive(enough, Wanted::Bytes(&wanted), why);
        if let Some(place) = wrong {
            let wanted = if wanted.len() > 60 {
                bytes::mark(expected, place..place + 1)
            } else {
                wanted
            };
            let what = format!("{} got other bytes than it should", self.name);
            let got = bytes::mark(&self.unread, place..place + 1);
            self.raise(what, wanted, got, why, Duration::ZERO);
        }
        self.unread.drain(..expected.len());
    }

    /// Reads up to and with the next `\n`.
    #[track_caller]
    pub fn read_line(&mut self, why: &str) -> Vec<u8> {
        self.read_until(b"\n", why)
    }

    /// Reads up to and with the next `end`, which must not be empty.
    #[track_caller]
    pub fn read_until(&mut self, end: &[u8], why: &str) -> Vec<u8> {
        let find = |unread: &[u8]| unread.windows(end.len()).position(|window| window == end);
        let wanted = format!("bytes up to {}", bytes::quote(end));
        self.receive(|unread| find(unread).is_some(), Wanted::Bytes(&wanted), why);
        let count = find(&self.unread).map_or(0, |start| start + end.len());
        self.unread.drain(..count).collect()
    }

    /// Reads so many bytes.
    #[track_caller]
    pub fn read_exact(&mut self, count: usize, why: &str) -> Vec<u8> {
        let wanted = format!("{count} bytes");
        self.receive(|unread| unread.len() >= count, Wanted::Bytes(&wanted), why);
        self.unread.drain(..count).collect()
    }

    /// Reads until the server closes its side in good order.
    #[track_caller]
    pub fn read_to_end(&mut self, why: &str) -> Vec<u8> {
        self.receive(|_| false, Wanted::End, why);
        std::mem::take(&mut self.unread)
    }

    /// Expects these bytes, and after them that the server closes its side.
    #[track_caller]
    pub fn expect_last(&mut self, expected: impl AsRef<[u8]>, why: &str) {
        self.expect(expected, why);
        self.expect_end(why);
    }

    /// Expects that the server closes its side, and sends nothing before.
    #[track_caller]
    pub fn expect_end(&mut self, why: &str) {
        let rest = self.read_to_end(why);
        if !rest.is_empty() {
            let what = format!("{} got more bytes than it should", self.name);
            self.raise(
                what,
                Wanted::End.in_words(),
                bytes::quote(&rest),
                why,
                Duration::ZERO,
            );
        }
    }

    /// Receives until what is unread is `enough`, or to the end where that is wanted.
    #[track_caller]
    fn receive(&mut self, mut enough: impl FnMut(&[u8]) -> bool, wanted: Wanted<'_>, why: &str) {
        while !enough(&self.unread) {
            if !self.receive_some(wanted, why) {
                match wanted {
                    Wanted::End => return,
                    Wanted::Bytes(wanted) => self.fail_closed(wanted, &self.unread, why),
                }
            }
        }
    }

    /// Receives what comes next, and adds it to what is unread. Returns `false` when
    /// the server has closed its side instead. Fails when nothing comes for too long
    /// and when the connection breaks.
    #[track_caller]
    pub(crate) fn receive_some(&mut self, wanted: Wanted<'_>, why: &str) -> bool {
        let mut buffer = [0; 16 * 1024];
        loop {
            let wait = patience::left();
            let _ = self.stream.set_read_timeout(Some(wait));
            match self.stream.read(&mut buffer) {
                Ok(0) => {
                    self.remark("(the server closed the connection)".to_owned());
                    return false;
                }
                Ok(count) => {
                    self.turn(Way::Received, &buffer[..count]);
                    self.unread.extend_from_slice(&buffer[..count]);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => self.fail_reading(&error, wait, wanted, &self.unread, why),
            }
        }
    }

    /// What has come and was not yet asked for.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Takes so many of the unread bytes, which must be there.
    pub(crate) fn take(&mut self, count: usize) -> Vec<u8> {
        self.unread.drain(..count).collect()
    }

    #[track_caller]
    pub(crate) fn fail_closed(&self, wanted: &str, had: &[u8], why: &str) -> ! {
        let name = &self.name;
        let what =
            format!("the server closed the connection before {name} had what it was waiting for");
        self.raise(what, wanted, so_far(had, "then the end"), why, LAST_BREATH)
    }

    #[track_caller]
    fn fail_reading(
        &self,
        error: &io::Error,
        wait: Duration,
        wanted: Wanted<'_>,
        had: &[u8],
        why: &str,
    ) -> ! {
        let name = &self.name;
        if is_timeout(error) {
            patience::lose();
            let waited = patience::in_words(wait);
            let (what, got) = match wanted {
                Wanted::Bytes(_) => (
                    format!("{name} waited {waited} for bytes that did not come"),
                    so_far(had, "then silence"),
                ),
                Wanted::End if had.is_empty() => (
                    format!("{name} waited {waited} for the connection to be closed"),
                    "a connection that is still open".to_owned(),
                ),
                Wanted::End => (
                    format!("{name} waited {waited} for the connection to be closed"),
                    so_far(had, "then silence"),
                ),
            };
            self.raise(what, wanted.in_words(), got, why, Duration::ZERO)
        }
        let what = format!("the connection of {name} broke");
        let then = format!("then: {error}");
        let wanted = wanted.in_words();
        self.raise(what, wanted, so_far(had, &then), why, LAST_BREATH)
    }

    #[track_caller]
    fn raise(
        &self,
        what: String,
        wanted: impl ToString,
        got: String,
        why: &str,
        breath: Duration,
    ) -> ! {
        let label = format!("{}, > sent, < received", self.name);
        let failure = self
            .given(fail(what))
            .part(label, self.conversation())
            .expected(wanted)
            .got(got)
            .because(why);
        self.finish(failure, breath).raise()
    }

    /// Adds to a failure what was going on: the scene and the notes.
    pub(crate) fn given(&self, mut failure: Failure) -> Failure {
        if !self.scene.is_empty() {
            failure = failure.given(&self.scene);
        }
        for (label, text) in &self.notes {
            failure = failure.part(label, text);
        }
        failure
    }

    /// Adds to a failure what is known of the server, which may take so long to end.
    pub(crate) fn finish(&self, failure: Failure, breath: Duration) -> Failure {
        match &self.witness {
            Some(witness) => witness(failure, breath),
            None => failure,
        }
    }

    fn conversation(&self) -> String {
        // Always a block: a line end even where there is one line only.
        if self.turns.is_empty() {
            return "(connected)\n".to_owned();
        }
        let mut text = String::new();
        let skipped = self.turns.len().saturating_sub(KEPT_TURNS);
        if skipped > 0 {
            text.push_str(&format!("({skipped} more before)\n"));
        }
        for turn in &self.turns[skipped..] {
            text.push_str(&format!("{turn}\n"));
        }
        text
    }

    fn turn(&mut self, way: Way, bytes: &[u8]) {
        if let Some(Turn::Bytes {
            way: last,
            head,
            count,
        }) = self.turns.last_mut()
            && *last == way
            && way == Way::Received
        {
            // How the network cuts what comes says nothing.
            *count += bytes.len();
            let room = KEPT_BYTES.saturating_sub(head.len()).min(bytes.len());
            head.extend_from_slice(&bytes[..room]);
            return;
        }
        let head = bytes[..bytes.len().min(KEPT_BYTES)].to_vec();
        let count = bytes.len();
        self.turns.push(Turn::Bytes { way, head, count });
    }

    fn remark(&mut self, text: String) {
        self.turns.push(Turn::Remark(text));
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:\n{}", self.name, self.conversation())
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Wanted<'a> {
    Bytes(&'a str),
    End,
}

impl<'a> Wanted<'a> {
    fn in_words(self) -> &'a str {
        match self {
            Self::Bytes(text) => text,
            Self::End => "the end of the connection",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sent,
    Received,
}

/// One thing that happened in a conversation.
#[derive(Debug)]
enum Turn {
    Bytes {
        way: Way,
        head: Vec<u8>,
        count: usize,
    },
    Remark(String),
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Remark(text) => f.write_str(text),
            Self::Bytes { way, head, count } => {
                let arrow = if *way == Way::Sent { '>' } else { '<' };
                write!(f, "{arrow} {}", bytes::quote(head))?;
                match count - head.len() {
                    0 => Ok(()),
                    more => write!(f, " and {more} bytes more"),
                }
            }
        }
    }
}

fn so_far(had: &[u8], then: &str) -> String {
    if had.is_empty() {
        format!("nothing, {then}")
    } else {
        format!("{}, {then}", bytes::quote(had))
    }
}

/// What a read or write that took too long ends with: it differs between systems.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A close that lets nothing linger: whatever is on its way is given up, and the
/// other side gets a reset in place of an end. The standard library cannot ask for
/// it yet (rust-lang/rust#88494).
#[cfg(unix)]
mod linger {
    use std::ffi::{c_int, c_uint, c_void};
    use std::net::TcpStream;
    use std::os::fd::AsRawFd;

    /// `struct linger` of POSIX <sys/socket.h>.
    #[repr(C)]
    struct Linger {
        on: c_int,
        seconds: c_int,
    }

    /// SOL_SOCKET and SO_LINGER: Linux has numbers of its own.
    const LEVEL_AND_OPTION: (c_int, c_int) =
        if cfg!(any(target_os = "linux", target_os = "android")) {
            (1, 13)
        } else {
            (0xffff, 0x0080)
        };

    unsafe extern "C" {
        fn setsockopt(
            socket: c_int,
            level: c_int,
            option: c_int,
            value: *const c_void,
            length: c_uint,
        ) -> c_int;
    }

    pub fn not_at_all(stream: &TcpStream) {
        let linger = Linger { on: 1, seconds: 0 };
        let (level, option) = LEVEL_AND_OPTION;
        let length = size_of::<Linger>() as c_uint;
        // SAFETY: the descriptor is open as long as `stream` lives, and `setsockopt`
        // reads `length` bytes of `linger`. Where it refuses, the close is a usual one.
        let _ = unsafe {
            setsockopt(
                stream.as_raw_fd(),
                level,
                option,
                (&raw const linger).cast(),
                length,
            )
        };
    }
}

/// What the tests of clients and servers share.
#[cfg(test)]
pub(crate) mod trial {
    use std::io::Read;
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::panic::{self, AssertUnwindSafe};
    use std::process::Command;
    use std::{env, thread};

    use harness::Failure;

    /// A server for one connection, on a thread: what it does with it is `serve`.
    pub fn server(serve: impl FnOnce(TcpStream) + Send + 'static) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || serve(listener.accept().unwrap().0));
        address
    }

    /// Reads until `end` has come.
    pub fn read_until(stream: &mut TcpStream, end: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end.as_bytes()) {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            bytes.extend(byte);
        }
        bytes
    }

    /// The failure that a call ends with, all its parts in one text.
    pub fn told<T>(call: impl FnOnce() -> T) -> String {
        let payload = match panic::catch_unwind(AssertUnwindSafe(call)) {
            Ok(_) => panic!("nothing failed"),
            Err(payload) => payload,
        };
        match payload.downcast::<Failure>() {
            Ok(failure) => {
                // Its parts can be had by its Debug only, which escapes what is in them.
                let text = format!("{failure:?}");
                text.replace("\\n", "\n")
                    .replace("\\\"", "\"")
                    .replace("\\\\", "\\")
            }
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    /// Runs a test in a process of its own, so that a wait that runs out there does not
    /// shorten the waits of other tests. The name is that of the calling test.
    pub fn in_a_process_of_its_own(name: &str, test: impl FnOnce()) {
        const CHOSEN: &str = "TESTKIT_TEST";
        if env::var(CHOSEN).is_ok_and(|chosen| chosen == name) {
            return test();
        }
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHOSEN, name)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{output:?}"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::mpsc;

    use super::trial::{read_until, server, told};
    use super::*;

    #[cfg(unix)]
    #[test]
    fn an_aborted_connection_is_reset_though_nothing_was_sent_back() {
        let (tell, hear) = mpsc::channel();
        let address = server(move |mut stream| {
            read_until(&mut stream, "half");
            tell.send(None).unwrap();
            tell.send(stream.read(&mut [0]).err().map(|error| error.kind()))
                .unwrap();
        });
        let mut client = Client::connect(address, "client A");
        client.send("half");
        assert_eq!(hear.recv().unwrap(), None);
        client.abort();
        assert_eq!(hear.recv().unwrap(), Some(ErrorKind::ConnectionReset));
    }

    #[test]
    fn a_note_replaces_the_one_before_and_is_told() {
        let address = server(|mut stream| stream.write_all(b"no").unwrap());
        let mut client = Client::connect(address, "client A");
        client.note("as curl", "the first");
        client.note("as curl", "the second");
        let told = told(|| client.expect("ok", "it must"));
        assert!(
            told.contains("the second") && !told.contains("the first"),
            "{told}"
        );
    }
}
