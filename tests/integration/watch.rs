//! The watcher, through a real pseudo-terminal: what is on its screen, and what
//! saves and keys do to it. Nothing here sleeps to wait: it waits for text.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::num::NonZero;
use std::process::{Child, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};

use crate::support::{BACKLINGS, BROKEN, Place, RIGHT, WRONG, question};

/// What ends each frame.
const FRAME_END: &[u8] = b"\x1b[?2026l";
/// How a frame begins.
const FRAME_START: &[u8] = b"\x1b[?2026h";

/// Long enough for a machine that is busy with everything else.
const PATIENCE: Duration = Duration::from_secs(60);

fn size(lines: u16) -> NonZero<u16> {
    NonZero::new(lines).unwrap()
}

/// The program on a terminal of its own.
struct Session {
    child: Child,
    pty: Arc<Pty>,
    screen: Arc<(Mutex<vt100::Parser>, Condvar)>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Session {
    fn start(place: &Place, args: &str) -> Self {
        Self::sized(place, args, 30, 100)
    }

    fn sized(place: &Place, args: &str, rows: u16, columns: u16) -> Self {
        Self::inside(place, "work", args, rows, columns)
    }

    fn inside(place: &Place, directory: &str, args: &str, rows: u16, columns: u16) -> Self {
        Self::spawn(Self::command(place, directory, args), rows, columns)
    }

    /// What it starts is written down in `trace`.
    #[cfg(target_os = "linux")]
    fn traced(place: &Place, args: &str, trace: &std::path::Path) -> Self {
        let command = Self::command(place, "work", args);
        Self::spawn(command.env("BACKLINGS_TRACE_COMMANDS", trace), 30, 100)
    }

    fn command(place: &Place, directory: &str, args: &str) -> Command {
        Command::new(BACKLINGS)
            .args(args.split_whitespace())
            .current_dir(place.path(directory))
            .env("TERM", "xterm-256color")
            .env("BACKLINGS_HOME", place.path("home"))
            .env_remove("NO_COLOR")
    }

    fn spawn(command: Command, rows: u16, columns: u16) -> Self {
        let (pty, pts) = open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let child = command.spawn(pts).unwrap();
        let pty = Arc::new(pty);
        let screen = Arc::new((
            Mutex::new(vt100::Parser::new(size(rows), size(columns), 0)),
            Condvar::new(),
        ));
        let (source, shown) = (pty.clone(), screen.clone());
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut unseen = Vec::new();
            while let Ok(count @ 1..) = (&*source).read(&mut bytes) {
                unseen.extend_from_slice(&bytes[..count]);
                let begins = |part: &[u8]| part == FRAME_START;
                if !unseen.windows(FRAME_START.len()).any(begins) {
                    // What is asked before the first frame.
                    shown.0.lock().unwrap().process(&unseen);
                    shown.1.notify_all();
                    unseen.clear();
                    continue;
                }
                // Whole frames only, as a terminal with synchronized output shows them.
                let ends = |part: &[u8]| part == FRAME_END;
                if let Some(start) = unseen.windows(FRAME_END.len()).rposition(ends) {
                    let rest = unseen.split_off(start + FRAME_END.len());
                    shown.0.lock().unwrap().process(&unseen);
                    shown.1.notify_all();
                    unseen = rest;
                }
            }
            shown.0.lock().unwrap().process(&unseen);
            shown.1.notify_all();
        });
        Self {
            child,
            pty,
            screen,
            reader: Some(reader),
        }
    }

    fn text(&self) -> String {
        self.screen.0.lock().unwrap().screen().contents()
    }

    /// Waits until the screen is as `wanted` says, and returns it.
    #[track_caller]
    fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.wait_for(what, |screen| wanted(&screen.contents()))
    }

    #[track_caller]
    fn wait_for(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut parser = self.screen.0.lock().unwrap();
        loop {
            let text = parser.screen().contents();
            if wanted(parser.screen()) {
                return text;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited in vain for {what} on this screen:\n{text}"
            );
            parser = self.screen.1.wait_timeout(parser, left).unwrap().0;
        }
    }

    /// Waits until the screen shows `text`.
    #[track_caller]
    fn sees(&self, text: &str) -> String {
        self.wait(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen shows `text` no more.
    #[track_caller]
    fn loses(&self, text: &str) -> String {
        self.wait(&format!("{text:?} to go"), |screen| !screen.contains(text))
    }

    fn press(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).unwrap();
    }

    /// Leaves by a key and expects an orderly end.
    #[track_caller]
    fn quit(mut self, keys: &str) {
        self.press(keys);
        self.ended();
    }

    #[track_caller]
    fn ended(&mut self) {
        self.ended_with(0);
    }

    #[track_caller]
    fn ended_with(&mut self, code: i32) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "it does not end:\n{}",
                self.text()
            );
            thread::yield_now();
        };
        assert_eq!(status.code(), Some(code));
        // The other end of the terminal is closed: everything has been read.
        self.reader.take().unwrap().join().unwrap();
        let parser = self.screen.0.lock().unwrap();
        assert!(
            !parser.screen().alternate_screen(),
            "the alternate screen is left"
        );
        assert!(!parser.screen().hide_cursor(), "the cursor is shown again");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves nothing behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answering(answer: u32) -> String {
    WRONG.replace("41", &answer.to_string())
}

#[test]
fn shows_the_exercise_judges_each_save_and_leads_on() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "watch");
    let screen = session.sees("✗ one: 2 of 3 checks pass");
    assert!(screen.starts_with("one · Title of one"), "{screen}");
    assert!(screen.contains("The ticket says 42."), "{screen}");
    assert!(
        screen.contains("Open exercises/01_first/one.rs"),
        "{screen}"
    );
    assert!(screen.contains("0/3 done"), "{screen}");

    place.save("one", BROKEN);
    let screen = session.sees("✗ one does not compile");
    assert!(
        screen.contains("error[E0308]: mismatched types"),
        "{screen}"
    );
    assert!(
        screen.contains("--> exercises/01_first/one.rs:7:5"),
        "{screen}"
    );

    place.save("one", RIGHT);
    let screen = session.sees("✓ one passes all 3 checks");
    assert!(
        screen.contains("Next: two · Title of two"),
        "the next brief: {screen}"
    );
    assert!(screen.contains("1/3 done"), "{screen}");
    assert!(screen.contains("solutions/one.rs"), "{screen}");
    assert_eq!(
        place.read("work/exercises/01_first/solutions/one.rs"),
        RIGHT
    );
    place.call("list").says("✓ one").says("▸ two").go();

    session.press("\r");
    session.wait("the second exercise", |text| {
        text.starts_with("two · Title of two")
    });
    session.sees("✗ two: 2 of 3 checks pass");
    session.quit("q");
}

#[test]
fn a_save_of_any_exercise_goes_there() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("✗ one: 2 of 3 checks pass");
    place.save("three", RIGHT);
    session.sees("✓ three passes all 3 checks");
    place.save("one", RIGHT);
    session.sees("✓ one passes all 3 checks");
    place.save("two", RIGHT);
    let screen = session.sees("✓ two passes all 3 checks");
    assert!(
        screen.contains("All exercises are done.\n  Well done."),
        "{screen}"
    );
    session.quit("q");
}

#[test]
fn whatever_way_an_editor_saves() {
    let place = Place::with_three().init();
    let file = place.path("work/exercises/01_first/one.rs");
    let beside = place.path("work/exercises/01_first/.one.rs.swp");
    let session = Session::start(&place, "");
    session.sees("got       41");

    // Written beside and renamed over.
    fs::write(&beside, answering(1)).unwrap();
    fs::rename(&beside, &file).unwrap();
    session.sees("got       1\n");

    // Moved away as a backup, then written anew.
    fs::rename(&file, file.with_extension("rs~")).unwrap();
    fs::write(&file, answering(2)).unwrap();
    session.sees("got       2\n");

    // Gone for a while: told, with the way back, and judged when it is there again.
    fs::remove_file(&file).unwrap();
    session.sees("`exercises/01_first/one.rs` is missing: `backlings reset one` brings");
    fs::write(&file, answering(3)).unwrap();
    session.sees("got       3\n");

    // With Windows' line ends and a byte order mark.
    fs::write(
        &file,
        format!("\u{feff}{}", answering(4)).replace('\n', "\r\n"),
    )
    .unwrap();
    session.sees("got       4\n");

    // In pieces, the file held open.
    let mut open = fs::File::create(&file).unwrap();
    let (first, second) = (answering(5)[..20].to_owned(), answering(5)[20..].to_owned());
    open.write_all(first.as_bytes()).unwrap();
    open.flush().unwrap();
    open.write_all(second.as_bytes()).unwrap();
    open.flush().unwrap();
    session.sees("got       5\n");
    drop(open);

    // By the editor's own rename into place of a file from elsewhere.
    place.write("elsewhere.rs", answering(42));
    fs::rename(place.path("elsewhere.rs"), &file).unwrap();
    session.sees("✓ one passes all 3 checks");
    session.quit("q");
}

#[test]
fn equal_contents_need_no_run() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    let attempts = || {
        let list = place.call("list --format json").go();
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        list["exercises"][0]["attempts"].as_u64().unwrap()
    };
    assert_eq!(attempts(), 1);
    place.save("one", WRONG);
    place.save("one", WRONG);
    place.save("one", &answering(40));
    session.sees("got       40");
    assert_eq!(attempts(), 2, "only the text that differs was judged");
    session.quit("q");
}

#[test]
fn a_save_during_a_run_wins() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    place.save("one", &WRONG.replace("41", "loop {}"));
    session.sees("running the checks");
    place.save("one", RIGHT);
    session.sees("✓ one passes all 3 checks");
    session.quit("q");
}

#[test]
fn no_save_is_lost() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    // Intervals from nothing to longer than a verdict takes, the same in each run (SplitMix64).
    let mut state = 7u64;
    for save in 0..200 {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let pause = match (mixed >> 32) % 10 {
            0..=5 => 0,
            6..=8 => (mixed >> 40) % 40,
            _ => (mixed >> 40) % 250,
        };
        let text = answering(1000 + save % 7 * 100);
        if save % 3 == 0 {
            place.write("work/exercises/01_first/one.rs.new", &text);
            fs::rename(
                place.path("work/exercises/01_first/one.rs.new"),
                place.path("work/exercises/01_first/one.rs"),
            )
            .unwrap();
        } else {
            place.save("one", &text);
        }
        thread::sleep(Duration::from_millis(pause));
        if save % 50 == 49 {
            let last = answering(5000 + save);
            place.save("one", &last);
            session.sees(&format!("got       {}", 5000 + save));
            // Nothing that was under way comes after it.
            session.press("l");
            session.sees("Enter go there");
            session.press("l");
            session.sees(&format!("got       {}", 5000 + save));
        }
    }
    session.quit("q");
}

#[test]
fn a_save_while_another_exercise_is_judged_is_not_lost() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    // Both at once, as an editor that saves all files does.
    place.save("one", RIGHT);
    place.save("two", RIGHT);
    session.sees("2/3 done");
    session.quit("q");
}

#[test]
fn hints_come_by_a_key_and_are_those_of_the_command() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.press("h");
    session.sees("Hint 1 of 3\n  A nudge.");
    place.call("hint").says("Hint 2 of 3").go();
    session.press("h");
    session.sees("Hint 3 of 3\n  Nearly the answer.");
    session.press("h");
    session.sees("there are no more hints than these 3");
    session.quit("q");
}

#[test]
fn two_terminals_lose_nothing_of_each_others() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    place.save("two", RIGHT);
    session.sees("✓ two passes");
    place.save("three", RIGHT);
    session.sees("✓ three passes");
    thread::scope(|scope| {
        scope.spawn(|| (0..3).for_each(|_| drop(place.call("hint one").go())));
        scope.spawn(|| drop(place.call("run two").go()));
        place.save("one", RIGHT);
    });
    session.sees("3/3 done");
    let list = place.call("list --format json").go();
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["done"], 3);
    assert_eq!(list["exercises"][0]["hints_shown"], 3);
    session.quit("q");
}

#[test]
fn the_list_leads_to_any_exercise() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.press("l");
    session.sees("> ▸ one");
    session.press("jj");
    session.sees(">   three");
    session.press("k");
    session.sees(">   two");
    session.press("\r");
    session.wait("the second exercise", |text| text.starts_with("two ·"));
    session.sees("got       41");
    place.call("hint").says("two · Title of two").go();
    session.quit("q");
}

#[test]
fn next_and_previous() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.press("\r");
    session.sees("`one` does not pass yet; `n` leaves it for later");
    session.press("n");
    session.sees("`one` is left for later; `p` goes back");
    session.press("n");
    session.wait("the third", |text| text.starts_with("three ·"));
    session.press("n");
    session.sees("this is the last exercise");
    session.press("pp");
    session.wait("the first", |text| text.starts_with("one ·"));
    session.press("p");
    session.sees("this is the first exercise");
    session.quit("q");
}

#[test]
fn the_solution_after_the_pass() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.press("s");
    session.sees("our solution is shown when `one` passes");
    place.save("one", RIGHT);
    session.sees("✓ one passes");
    session.press("s");
    session.sees("pub fn answer() -> u32 {");
    session.press("q");
    session.sees("✓ one passes");
    session.quit("q");
}

#[test]
fn reset_asks_first() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    place.save("one", &answering(40));
    session.sees("got       40");
    session.press("x");
    session.sees("Bring `exercises/01_first/one.rs` back as it came?");
    session.press("n");
    session.sees("got       40");
    assert_eq!(place.read("work/exercises/01_first/one.rs"), answering(40));
    session.press("x");
    session.sees("Bring `exercises/01_first/one.rs` back as it came?");
    session.press("y");
    session.sees("untouched again; your text is kept as `.backlings/history/one/");
    session.sees("got       41");
    assert_eq!(place.read("work/exercises/01_first/one.rs"), WRONG);
    session.quit("q");
}

#[test]
fn all_can_be_checked_and_judged_again_by_a_key() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.press("c");
    session.sees("0 of 3 pass");
    session.press("\r");
    session.sees("got       41");
    session.press("r");
    session.press("?");
    session.sees("reset the exercise to how it came (asks first)");
    session.press("\x1b");
    session.sees("got       41");
    session.quit("q");
}

#[test]
fn the_screen_fits_whatever_its_size_and_scrolls() {
    let place = Place::with_three().init();
    let session = Session::sized(&place, "", 12, 60);
    session.sees("more lines: ↓ or space");
    session.press(" ");
    session.sees("above");
    session.press("G\x1b[F");
    session.sees("the end; ↑");
    session.pty.resize(Size::new(40, 120)).unwrap();
    session
        .screen
        .0
        .lock()
        .unwrap()
        .screen_mut()
        .set_size(size(40), size(120));
    session.wait("the whole verdict", |text| {
        text.contains("The ticket says 42.") && text.contains("at exercises/01_first/checks/one.rs")
    });
    session.loses("the end");
    session.quit("q");
}

#[test]
fn the_smallest_screens_do_no_harm() {
    let place = Place::with_three().init();
    for (rows, columns) in [(1, 1), (2, 10), (3, 20), (5, 40)] {
        let mut session = Session::sized(&place, "", rows, columns);
        session.wait_for("the terminal to be taken", vt100::Screen::alternate_screen);
        session.press("lk?xnhsc");
        session.press("\x1b");
        session.press("\x03");
        session.ended();
    }
}

#[test]
fn control_c_and_a_signal_leave_the_terminal_as_it_was() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    session.quit("\x03");

    let mut session = Session::start(&place, "");
    session.sees("got       41");
    let pid = session.child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .arg(&pid)
            .status()
            .unwrap()
            .success()
    );
    session.ended();
}

#[test]
fn leaving_during_a_run_leaves_nothing_running() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "");
    session.sees("got       41");
    place.save("one", &WRONG.replace("41", "loop {}"));
    session.sees("running the checks");
    session.quit("q");
    #[cfg(target_os = "linux")]
    {
        let mark = place.root().display().to_string();
        assert_eq!(crate::support::processes(&mark), Vec::<String>::new());
    }
}

#[test]
fn by_hand_nothing_is_judged_before_the_key() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "watch --manual");
    session.sees("got       41");
    place.save("one", &answering(40));
    session.sees("saved; `r` judges it");
    session.press("r");
    session.sees("got       40");
    session.quit("q");
}

#[test]
fn polling_sees_saves_too() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "watch --poll=20");
    session.sees("got       41");
    place.save("one", &answering(40));
    session.sees("got       40");
    place.save("one", RIGHT);
    session.sees("✓ one passes");
    session.quit("q");
}

#[test]
fn without_a_terminal_it_writes_lines() {
    let place = Place::with_three().init();
    let mut child = place
        .command("work")
        .arg("watch")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut sees = |text: &str| {
        let mut seen = String::new();
        for line in lines.by_ref() {
            assert!(!line.contains('\x1b'), "an escape in {line:?}");
            seen.push_str(&line);
            seen.push('\n');
            if line.contains(text) {
                return seen;
            }
        }
        panic!("it ended without {text:?}:\n{seen}");
    };
    sees("0 of 3 done.");
    sees("Open exercises/01_first/one.rs");
    sees("✗ one: 2 of 3 checks pass");
    sees("at exercises/01_first/checks/one.rs");
    place.save("one", RIGHT);
    sees("✓ one passes all 3 checks");
    sees("Next: two · Title of two");
    place.save("two", BROKEN);
    sees("✗ two does not compile");
    let pid = child.id().to_string();
    assert!(
        std::process::Command::new("kill")
            .arg(&pid)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn watch_makes_a_workspace_where_there_is_none() {
    let place = Place::with_three();
    fs::create_dir(place.path("work")).unwrap();
    fs::rename(place.path("course"), place.path("work/course")).unwrap();
    // Called from the course: its own; the clone itself stays as it was.
    let mut child = place
        .command("work/course")
        .arg("--trust")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let first = lines.next().unwrap();
    assert_eq!(
        first,
        "made your workspace `backlings`: the files to edit are there"
    );
    assert!(lines.any(|line| line.contains("✗ one: 2 of 3 checks pass")));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        place
            .path("work/course/backlings/exercises/01_first/one.rs")
            .is_file()
    );
    assert!(
        !place
            .path("work/course/backlings/exercises/01_first/solutions")
            .exists()
    );
}

#[test]
fn an_edited_check_is_put_back_and_kept_aside() {
    let place = Place::with_three().init();
    let check = "work/exercises/01_first/checks/one.rs";
    place.write(check, "fn main() {}\n");
    let session = Session::start(&place, "");
    let screen = session.sees("✗ one: 2 of 3 checks pass");
    assert!(
        screen.contains("checks/one.rs` was edited: the course's own is back"),
        "{screen}"
    );
    assert_eq!(place.read(check), question("one"));
    assert_eq!(
        place.read("work/.backlings/history/one/check/0001.rs"),
        "fn main() {}\n"
    );
    fs::remove_file(place.path(check)).unwrap();
    place.save("one", &answering(7));
    session.sees("checks/one.rs` was missing: it is back");
    session.quit("q");
}

#[test]
fn a_course_by_somebody_else_is_asked_about_once() {
    let place = Place::with_three();
    let question = "Do you trust it?";
    let mut session = Session::inside(&place, "course", "", 30, 100);
    session.sees("has not been run before, and its checks are programs");
    session.sees(question);
    session.press("n");
    session.ended_with(2);
    assert!(!place.path("course/backlings").exists(), "nothing was made");

    let session = Session::inside(&place, "course", "", 30, 100);
    session.sees(question);
    session.press("y");
    session.sees("the answer is wrong");
    session.quit("q");

    let session = Session::inside(&place, "course", "", 30, 100);
    let screen = session.sees("the answer is wrong");
    assert!(!screen.contains(question), "{screen}");
    session.quit("q");
}

#[test]
fn a_save_of_any_of_an_exercises_files_judges_it() {
    let main =
        "//! # pair: two files\n\nmod half;\n\npub fn answer() -> u32 {\n    2 * half::half()\n}\n";
    let half = |number: u32| format!("//! Half.\n\npub fn half() -> u32 {{\n    {number}\n}}\n");
    let check = question("pair").replace("../pair.rs", "../pair/main.rs");
    let place = Place::new().exercise(
        "pair",
        "module",
        "pair/main.rs",
        main,
        &check,
        "companions = [\"pair/half.rs\"]",
    );
    let chapter = "course/exercises/01_first";
    place.write(&format!("{chapter}/pair/half.rs"), half(20));
    place.write(&format!("{chapter}/solutions/pair/main.rs"), main);
    place.write(&format!("{chapter}/solutions/pair/half.rs"), half(21));
    let place = place.init();
    let session = Session::start(&place, "watch");
    session.sees("2 of 3 checks pass");
    session.sees("pair/main.rs and exercises/01_first/pair/half.rs");
    place.save("pair/half", &half(21));
    session.sees("passes all 3 checks");
    session.quit("q");
}

/// A course whose second exercise uses a crate that is not built before the file
/// `go` is there; while it is being built the file `ticks` grows.
fn with_a_slow_crate() -> Place {
    let still = r#"
fn nothing_else_is_built_meanwhile() {
    let ticks = || std::fs::metadata(TICKS).map_or(0, |ticks| ticks.len());
    let before = ticks();
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(ticks(), before);
}
"#;
    let place = Place::new();
    let ticks = place.path("ticks");
    let check = question("one").replace(
        "answers_the_same_twice]",
        "answers_the_same_twice, nothing_else_is_built_meanwhile]",
    ) + &still.replace("TICKS", &format!("{ticks:?}"));
    let uses_it = question("two").replace("answer() != 42", "answer() != slow::answer()");
    let place = place.module("one", WRONG, &check).exercise(
        "two",
        "module",
        "two.rs",
        WRONG,
        &uses_it,
        "crates = [\"slow\"]\n",
    );
    place.write(
        "slow/Cargo.toml",
        "[package]\nname = \"slow\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    place.write("slow/src/lib.rs", "pub fn answer() -> u32 {\n    42\n}\n");
    place.write(
        "slow/build.rs",
        format!(
            "use std::io::Write as _;\n\nfn main() {{\n    while !std::path::Path::new({:?}).exists() {{\n        \
             let mut ticks = std::fs::File::options().create(true).append(true).open({ticks:?}).unwrap();\n        \
             ticks.write_all(b\".\").unwrap();\n        \
             std::thread::sleep(std::time::Duration::from_millis(10));\n    }}\n}}\n",
            place.path("go")
        ),
    );
    let crates = format!(
        "[crates]\nslow = {{ path = {:?}, version = \"1\" }}\n",
        place.path("slow")
    );
    place.info(&crates).init()
}

/// Waits until the slow crate is being built.
#[track_caller]
fn is_building(place: &Place) {
    let deadline = Instant::now() + PATIENCE;
    while !place.path("ticks").exists() {
        assert!(Instant::now() < deadline, "the crate is not being built");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn what_later_exercises_need_is_built_between_verdicts() {
    let place = with_a_slow_crate();
    let session = Session::start(&place, "watch");
    session.sees("built for later exercises: crates");
    is_building(&place);
    place.save("one", RIGHT);
    session.sees("passes all");
    place.write("go", "");
    session.loses("built for later exercises");
    place.save("two", RIGHT);
    session.sees("two passes all");
    session.quit("q");
}

#[test]
fn where_the_learner_gets_there_first_it_is_built_for_them() {
    let place = with_a_slow_crate();
    let session = Session::start(&place, "watch");
    is_building(&place);
    place.save("two", RIGHT);
    let screen = session.sees("building crates (first time only)");
    assert!(!screen.contains("for later"), "{screen}");
    place.write("go", "");
    session.sees("two passes all");
    session.quit("q");
}

#[test]
fn a_build_ahead_that_was_killed_goes_on_the_next_time() {
    let place = with_a_slow_crate();
    let mut session = Session::start(&place, "watch");
    is_building(&place);
    session.child.kill().unwrap();
    session.child.wait().unwrap();
    drop(session);
    place.write("go", "");
    let session = Session::start(&place, "watch");
    session.sees("3 of 4 checks pass");
    place.save("two", RIGHT);
    session.sees("two passes all");
    session.quit("q");
}

#[test]
fn what_was_fetched_ahead_needs_nobody_any_more() {
    let place = with_a_slow_crate();
    place.write("go", "");
    place
        .call("prefetch")
        .says("All is built: `slow`. Nothing needs the network from now on.\n")
        .complains("preparing crates")
        .go();
    fs::remove_dir_all(place.path("slow")).unwrap();
    place
        .call("prefetch")
        .says("All of it was there already")
        .go();
    place.save("two", RIGHT);
    place.call("run two").says("two passes all").stderr("").go();
}

#[test]
fn what_cannot_be_fetched_is_told() {
    let place = with_a_slow_crate();
    place.write("slow/build.rs", "fn main() { panic!(\"no luck\") }\n");
    place
        .call("prefetch")
        .status(3)
        .complains("Cargo cannot build the crates slow")
        .complains("no luck")
        .go();
    let session = Session::start(&place, "watch");
    session.sees("what later exercises need cannot be built now: `backlings prefetch` tells why");
    place.save("one", RIGHT);
    session.sees("one passes all");
    session.quit("q");
}

#[test]
fn a_waiting_compiler_that_is_killed_is_replaced() {
    let place = Place::with_three().init();
    let session = Session::start(&place, "watch");
    session.sees("2 of 3 checks pass");
    for (text, verdict) in [(RIGHT, "one passes all"), (WRONG, "checks pass")] {
        kill_waiting_compilers(&place);
        place.save("one", text);
        session.sees(verdict);
    }
    session.quit("q");
}

/// Saves until the watcher has learned how to link, and returns what: who saves before
/// a compiler waits is served as ever.
#[cfg(target_os = "linux")]
fn learn_to_link(place: &Place, session: &Session) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        for (text, verdict) in [(RIGHT, "one passes all"), (WRONG, "2 of 3 checks pass")] {
            place.save("one", text);
            session.sees(verdict);
        }
        let kept = fs::read_to_string(place.path("work/.backlings/build/links.json"));
        match kept {
            Ok(text) if text.contains("crt1.o") => return text,
            _ => assert!(Instant::now() < deadline, "nothing is learned"),
        }
    }
}

/// Whether rustc links with a linker of its own here, as it does by itself on this target
/// only ("Faster linking times with Rust 1.90.0", Rust blog).
#[cfg(target_os = "linux")]
const LINKS_BY_ITSELF: bool = cfg!(all(target_arch = "x86_64", target_env = "gnu"));

#[cfg(target_os = "linux")]
#[test]
fn a_linker_that_was_learned_links_and_one_that_fails_is_learned_anew() {
    if !LINKS_BY_ITSELF || !std::thread::available_parallelism().is_ok_and(|n| n.get() > 1) {
        eprintln!("not done here: no linker of rustc's own, or one core");
        return;
    }
    let place = Place::with_three().init();
    let trace = place.path("trace");
    let links = || {
        let text = fs::read_to_string(&trace).unwrap_or_default();
        let linker = |line: &&str| line.contains("/rust-lld\"");
        text.lines().filter(linker).count()
    };
    let session = Session::traced(&place, "watch", &trace);
    session.sees("2 of 3 checks pass");
    let learned = learn_to_link(&place, &session);
    let before = links();
    assert!(before > 0, "that it makes the same is proven");
    place.save("one", RIGHT);
    session.sees("one passes all");
    wait_for_compilers(&place);
    place.save("one", WRONG);
    session.sees("2 of 3 checks pass");
    assert!(links() > before, "it links by itself now");
    session.quit("q");

    let file = "work/.backlings/build/links.json";
    place.write(file, learned.replace("crt1.o", "gone.o"));
    let session = Session::traced(&place, "watch", &trace);
    session.sees("2 of 3 checks pass");
    let again = learn_to_link(&place, &session);
    assert_eq!(again, learned, "it has been learned anew");
    place.save("one", &WRONG.replace("41", "gone()"));
    session.sees("one does not compile");
    place.save("one", WRONG);
    session.sees("2 of 3 checks pass");
    session.quit("q");
}

/// Kills the compilers that wait in the workspace, once there is one.
#[cfg(target_os = "linux")]
fn kill_waiting_compilers(place: &Place) {
    let killed = std::process::Command::new("kill")
        .arg("-9")
        .args(wait_for_compilers(place))
        .status();
    assert!(killed.unwrap().success());
}

/// The processes of the compilers that wait in the workspace, once there is one.
#[cfg(target_os = "linux")]
fn wait_for_compilers(place: &Place) -> Vec<String> {
    let root = fs::canonicalize(place.path("work/.backlings/build")).unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let waiting: Vec<String> = fs::read_dir("/proc")
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .filter(|process| {
                fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&root))
                    && reads_a_pipe(process)
            })
            .map(|process| process.file_name().unwrap().to_str().unwrap().to_owned())
            .collect();
        if !waiting.is_empty() {
            return waiting;
        }
        assert!(Instant::now() < deadline, "no compiler waits");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Whether a thread of a process waits for a pipe (proc_pid_wchan(5)).
#[cfg(target_os = "linux")]
fn reads_a_pipe(process: &std::path::Path) -> bool {
    let threads = fs::read_dir(process.join("task"));
    threads.into_iter().flatten().flatten().any(|thread| {
        fs::read_to_string(thread.path().join("wchan")).is_ok_and(|at| at.contains("pipe_read"))
    })
}

#[cfg(not(target_os = "linux"))]
fn kill_waiting_compilers(_: &Place) {
    eprintln!("not done here: the waiting compilers are found on Linux only");
}
