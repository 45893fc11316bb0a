//! The watcher's side: takes requests to link, and keeps a linker loaded.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, PipeWriter, Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::super::process::{self, Cancel, Child, End, Ended, Running};
use super::super::{on_path, write_if_changed};
use super::shim;
use super::template::{Call, Template, response_file};

/// The most templates that are kept: there is one for each set of crates and exercise
/// whose program is linked.
const MOST: usize = 200;

/// Listens for requests to link until it is dropped.
#[derive(Debug)]
pub struct Service {
    program: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    socket: PathBuf,
    /// Holds the socket and what the linker reads.
    home: TempDir,
    /// Where templates are kept.
    file: PathBuf,
    toolchain: String,
    loaded: Mutex<Option<Loaded>>,
    templates: Mutex<Vec<Template>>,
    stopped: AtomicBool,
    /// Nothing could be learned: the C compiler may as well be called directly.
    useless: AtomicBool,
}

/// What is kept on the disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    toolchain: String,
    templates: Vec<Template>,
}

/// A linker that waits for its standard input to end, and then reads its arguments.
#[derive(Debug)]
struct Loaded {
    linker: String,
    running: Running,
    arguments: PathBuf,
    waits: PipeWriter,
}

impl Service {
    /// Starts to listen. What is learned is kept in `file`, for as long as the toolchain
    /// is the same. Nothing where this is not the program that rustc could call, or
    /// nobody can listen here.
    pub fn start(file: &Path, toolchain: &str) -> Option<Self> {
        let program = shim::program()?;
        let home = tempfile::Builder::new()
            .prefix("backlings-")
            .tempdir()
            .ok()?;
        let socket = home.path().join("linker");
        let listener = UnixListener::bind(&socket).ok()?;
        let kept = fs::read(file)
            .ok()
            .and_then(|text| serde_json::from_slice::<Kept>(&text).ok())
            .filter(|kept| kept.toolchain == toolchain);
        let shared = Arc::new(Shared {
            socket,
            home,
            file: file.to_owned(),
            toolchain: toolchain.to_owned(),
            loaded: Mutex::default(),
            templates: Mutex::new(kept.map(|kept| kept.templates).unwrap_or_default()),
            stopped: AtomicBool::new(false),
            useless: AtomicBool::new(false),
        });
        let served = shared.clone();
        thread::spawn(move || served.listen(&listener));
        Some(Self { program, shared })
    }

    /// What rustc is told, so that it calls this program to link.
    pub fn arguments(&self) -> Vec<OsString> {
        if self.shared.useless.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let mut linker = OsString::from("linker=");
        linker.push(&self.program);
        vec![
            "-C".into(),
            linker,
            "-C".into(),
            // By its name rustc could not tell.
            "linker-flavor=gcc".into(),
        ]
    }

    /// The variable by which this program, called to link, finds the service.
    pub fn variable(&self) -> (&'static str, OsString) {
        (shim::VARIABLE, self.shared.socket.clone().into())
    }

    /// Loads a linker, unless one waits already or it is not known which one links.
    pub fn load(&self) {
        let shared = &self.shared;
        let linker = shared.templates().last().map(|one| one.linker.clone());
        let mut loaded = shared.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = loaded.as_ref().is_some_and(|one| !one.running.has_ended());
        if let Some(linker) = linker.filter(|_| !waits) {
            *loaded = shared.start(&linker).ok();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        // It waits for a request.
        let _ = UnixStream::connect(&self.shared.socket);
        if let Some(loaded) = self.shared.take_loaded() {
            loaded.running.kill();
        }
        // The thread may still hold it when the program ends.
        let _ = fs::remove_dir_all(self.shared.home.path());
    }
}

impl Shared {
    fn templates(&self) -> MutexGuard<'_, Vec<Template>> {
        self.templates
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn take_loaded(&self) -> Option<Loaded> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.take()
    }

    /// One request after the other: no older one can overwrite what a newer one has made.
    fn listen(&self, listener: &UnixListener) {
        let mut unlearnable = BTreeSet::new();
        for stream in listener.incoming() {
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            // Who is not answered calls the C compiler.
            if let Ok(stream) = stream {
                let _ = self.serve(stream, &mut unlearnable);
            }
        }
    }

    fn serve(
        &self,
        mut stream: UnixStream,
        unlearnable: &mut BTreeSet<Vec<String>>,
    ) -> io::Result<()> {
        let mut request = Vec::new();
        stream.read_to_end(&mut request)?;
        let text = String::from_utf8(request).map_err(io::Error::other)?;
        let mut parts = text.split_terminator('\0').map(str::to_owned);
        let directory = PathBuf::from(parts.next().unwrap_or_default());
        let args: Vec<String> = parts.collect();
        let Some(call) = Call::new(&args) else {
            return Ok(());
        };
        if let Some(ended) = self.link_directly(&call) {
            return answer(&mut stream, &ended);
        }
        let ended = run_c_compiler(args.clone(), &directory)?;
        if is_success(&ended) && !unlearnable.contains(&call.common) {
            match self.learn(&call, args, &directory) {
                Some(template) => self.keep(template),
                None => {
                    let known = self.templates().len();
                    self.useless.store(known == 0, Ordering::Relaxed);
                    unlearnable.insert(call.common);
                }
            }
        }
        answer(&mut stream, &ended)
    }

    /// Links as was learned; nothing where that is not known, or fails: who has made a
    /// mistake hears of it from the C compiler.
    fn link_directly(&self, call: &Call) -> Option<Ended> {
        let (linker, args) = self.templates().iter().find_map(|one| {
            let args = one.arguments(call, None)?;
            Some((one.linker.clone(), args))
        })?;
        let ended = self.run_linker(&linker, &args);
        if let Ok(ended) = ended
            && is_success(&ended)
        {
            return Some(ended);
        }
        // It may be the C compiler that has changed.
        self.templates().retain(|one| one.common != call.common);
        None
    }

    /// Learns how to link a call, which the C compiler has just linked: kept is only what
    /// makes the same program.
    fn learn(&self, call: &Call, args: Vec<String>, directory: &Path) -> Option<Template> {
        let mut asked = vec!["-###".to_owned()];
        asked.extend(args);
        let commands = run_c_compiler(asked, directory).ok()?;
        let template = Template::learn(call, &String::from_utf8_lossy(&commands.output))?;
        let proof = self.home.path().join("proof");
        let told = template.arguments(call, Some(proof.to_str()?))?;
        let ended = self.run_linker(&template.linker, &told).ok()?;
        let made = fs::read(&proof).ok()?;
        let _ = fs::remove_file(&proof);
        let expected = fs::read(call.product()).ok()?;
        (is_success(&ended) && made == expected).then_some(template)
    }

    fn keep(&self, template: Template) {
        let mut templates = self.templates();
        templates.retain(|one| one.common != template.common);
        templates.push(template);
        let surplus = templates.len().saturating_sub(MOST);
        templates.drain(..surplus);
        let kept = Kept {
            toolchain: self.toolchain.clone(),
            templates: templates.clone(),
        };
        // Without it the next watcher learns again.
        if let Ok(text) = serde_json::to_vec(&kept) {
            let _ = write_if_changed(&self.file, &text);
        }
    }

    fn start(&self, linker: &str) -> io::Result<Loaded> {
        let (reader, waits) = io::pipe()?;
        let arguments = self.home.path().join("arguments");
        let _ = fs::remove_file(&arguments);
        let child = self.linker_child(linker, &arguments);
        Ok(Loaded {
            linker: linker.to_owned(),
            running: Running::start(&child, Some(reader))?,
            arguments,
            waits,
        })
    }

    fn linker_child<'a>(&'a self, linker: &'a str, arguments: &Path) -> Child<'a> {
        let mut file = OsString::from("@");
        file.push(arguments);
        // It reads its arguments twice, first to tell its flavour: what it waits for
        // can only be an end.
        let args = vec!["-flavor".into(), "gnu".into(), "@/dev/stdin".into(), file];
        Child::compiler(Path::new(linker), args, self.home.path())
    }

    /// Runs the linker: the one that waits, else one started now.
    fn run_linker(&self, linker: &str, args: &[String]) -> io::Result<Ended> {
        let waiting = self
            .take_loaded()
            .filter(|one| one.linker == linker && !one.running.has_ended());
        let loaded = match waiting {
            Some(loaded) => loaded,
            None => self.start(linker)?,
        };
        fs::write(&loaded.arguments, response_file(args))?;
        drop(loaded.waits);
        let child = self.linker_child(linker, &loaded.arguments);
        let cancel = Cancel::default();
        loaded.running.finish(&child, &cancel, &mut |_| {})
    }
}

fn run_c_compiler(args: Vec<String>, directory: &Path) -> io::Result<Ended> {
    let compiler = on_path("cc").ok_or(io::ErrorKind::NotFound)?;
    let args = args.into_iter().map(OsString::from).collect();
    let mut child = Child::compiler(&compiler, args, directory);
    child.env.push(("LC_ALL", "C".into()));
    process::run(child, &Cancel::default(), &mut |_| {})
}

fn is_success(ended: &Ended) -> bool {
    matches!(ended.end, End::Exited(status) if status.success())
}

/// The exit code, and what was said.
fn answer(stream: &mut UnixStream, ended: &Ended) -> io::Result<()> {
    let code = match ended.end {
        End::Exited(status) => status.code().and_then(|code| u8::try_from(code).ok()),
        _ => None,
    };
    stream.write_all(&[code.unwrap_or(1)])?;
    stream.write_all(&ended.output)
}
