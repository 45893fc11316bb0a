//! The terminal while it is ours, and as it was when it is not.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Mutex;

use console::Term;

use crate::screen::{Frame, Paint};

/// A terminal in raw mode that shows the alternate screen; dropping it, and a
/// panic of the main thread, leave it as it was found.
#[derive(Debug)]
pub struct Terminal {
    color: bool,
}

const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

#[cfg(unix)]
static ORIGINAL: Mutex<Option<rustix::termios::Termios>> = Mutex::new(None);
#[cfg(not(unix))]
static ORIGINAL: Mutex<Option<()>> = Mutex::new(None);

impl Terminal {
    /// Takes the terminal over, where standard input and output are one.
    pub fn take(color: bool) -> Option<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return None;
        }
        #[cfg(unix)]
        {
            use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

            let original = tcgetattr(io::stdin()).ok()?;
            let mut raw = original.clone();
            raw.local_modes -= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
            tcsetattr(io::stdin(), OptionalActions::Now, &raw).ok()?;
            *lock() = Some(original);
        }
        #[cfg(not(unix))]
        {
            *lock() = Some(());
        }
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Other threads' panics are caught where the threads are started, and told.
            if std::thread::current().name() == Some("main") {
                restore();
                before(panic);
            }
        }));
        write(ENTER);
        Some(Self { color })
    }

    /// Rows and how to paint.
    pub fn size(&self) -> (usize, Paint) {
        let (rows, columns) = Term::stdout().size();
        (
            usize::from(rows).max(2),
            Paint {
                color: self.color,
                width: usize::from(columns).max(10),
            },
        )
    }

    /// Draws a frame.
    pub fn draw(&self, frame: &Frame) {
        write(&frame.draw());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

fn lock<'a>() -> std::sync::MutexGuard<'a, Option<Original>> {
    ORIGINAL
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(unix)]
type Original = rustix::termios::Termios;
#[cfg(not(unix))]
type Original = ();

/// Gives the terminal back, once.
fn restore() {
    let Some(original) = lock().take() else {
        return;
    };
    write(LEAVE);
    #[cfg(unix)]
    {
        use rustix::termios::{OptionalActions, tcsetattr};
        // There is nobody left to tell.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &original);
    }
    #[cfg(not(unix))]
    {
        let () = original;
    }
}

fn write(text: &str) {
    let mut out = io::stdout().lock();
    // A terminal that has gone is noticed by the thread that reads keys.
    let _ = out.write_all(text.as_bytes());
    let _ = out.flush();
}
