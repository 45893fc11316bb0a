//! What conf5 is checked for. Read it as the specification; edits here are undone.

#[path = "../conf5.rs"]
mod conf5;

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use conf5::{Config, Live, Source, Validate};
use testkit::gate::Gate;
use testkit::panics::catch;
use testkit::{Failure, checks, fail, no_panic};

fn main() {
    testkit::run(checks![
        a_whole_and_good_file_is_put_into_service,
        a_file_that_is_not_good_leaves_the_old_settings,
        a_file_that_cannot_be_read_leaves_the_old_settings,
        what_validate_refuses_is_not_in_service,
        a_file_cut_off_anywhere_is_refused,
        a_mixture_of_two_files_is_refused,
        only_what_was_validated_is_put_into_service,
        a_lower_revision_is_refused,
        readers_do_not_wait_for_a_reload,
        a_reload_does_not_wait_for_readers,
        a_lower_revision_that_comes_late_is_refused,
        a_panic_in_a_reader_harms_nobody,
        a_panic_in_validate_harms_nobody,
        a_panic_in_the_source_harms_nobody,
    ]);
}

/// A whole file.
fn file(revision: u64) -> String {
    format!(
        "revision = {revision}\nbanner = \"Sale no. {revision}\"\nfree_shipping_cents = {}\nexpress_cents = {}\n# end {revision}\n",
        1000 * revision,
        490 + revision,
    )
}

/// The settings in [`file`].
fn config(revision: u64) -> Config {
    Config::parse(&file(revision)).expect("`config` is as it was")
}

/// Gives these texts one after the other; the last one again and again.
struct Texts(Mutex<VecDeque<String>>);

impl Texts {
    fn new<S: Into<String>>(texts: impl IntoIterator<Item = S>) -> Self {
        Self(Mutex::new(texts.into_iter().map(Into::into).collect()))
    }
}

impl Source for Texts {
    fn read(&self) -> io::Result<String> {
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.pop_front().expect("the check gives texts");
        if texts.is_empty() {
            texts.push_back(text.clone());
        }
        Ok(text)
    }
}

/// A source made of a function.
struct By<F>(F);

impl<F: Fn() -> io::Result<String>> Source for By<F> {
    fn read(&self) -> io::Result<String> {
        (self.0)()
    }
}

fn accepts_all() -> Box<Validate> {
    Box::new(|_| Ok(()))
}

/// Settings of this revision in service.
fn live(revision: u64, validate: Box<Validate>) -> Live {
    Live::new(config(revision), validate)
}

const WHY_NO_PANIC: &str =
    "a shop that is open goes on with its old settings, whatever a file says";

/// Reloads, with this text in the file.
#[track_caller]
fn reload(live: &Live, text: &str) -> Result<(), String> {
    let given = format!("a reload of this file:\n{text}");
    no_panic(given, "Ok or an error", WHY_NO_PANIC, || {
        live.reload(&Texts::new([text]))
    })
}

/// What is in service.
#[track_caller]
fn served(live: &Live) -> Config {
    let given = "a call of `with`, to see what is in service";
    no_panic(given, "the settings in service", WHY_NO_PANIC, || {
        live.with(Config::clone)
    })
}

/// Expects these settings in service.
#[track_caller]
fn serves(what: &str, live: &Live, given: &str, right: &Config, why: &str) {
    let got = served(live);
    if got != *right {
        fail(what)
            .given(given)
            .expected(format!("in service: {right:?}"))
            .got(format!("in service: {got:?}"))
            .because(why)
            .raise();
    }
}

/// Expects this text to be refused, and the old settings to stay.
#[track_caller]
fn refuses(what: &str, old: u64, text: &str, why: &str) {
    let live = live(old, accepts_all());
    let given = format!(
        "revision {old} is in service; a reload of this file, which ends at the bar:\n{text}|"
    );
    let got = reload(&live, text);
    let is = served(&live);
    if got.is_ok() || is != config(old) {
        let (what, why) = match got {
            Ok(()) => (what, why),
            Err(_) => (
                "a reload refused a file and changed the settings",
                "if a reload refuses, all of the old settings stay in service",
            ),
        };
        fail(what)
            .given(given)
            .expected(format!("an error, and in service: {:?}", config(old)))
            .got(format!("{got:?}, and in service: {is:?}"))
            .because(why)
            .raise();
    }
    says_why(&given, &got, "");
}

/// Expects the text of an error to contain `reason`, and anything at all.
#[track_caller]
fn says_why(given: &str, got: &Result<(), String>, reason: &str) {
    let expected = match reason {
        "" => "an error with a text that says why".to_owned(),
        reason => format!("an error whose text contains {reason:?}"),
    };
    let (what, why) = match got {
        Err(text) if !text.trim().is_empty() && text.contains(reason) => return,
        Err(_) => (
            "the error does not say why",
            "whoever reloads wants to know why it did not work",
        ),
        Ok(()) => (
            "the old settings stay, and the reload is reported as done",
            "whoever reloads believes that the new settings are in service",
        ),
    };
    fail(what)
        .given(given)
        .expected(expected)
        .got(format!("{got:?}"))
        .because(why)
        .raise();
}

/// Expects that a reload of this revision works.
#[track_caller]
fn still_reloads(what: &str, live: &Live, given: &str, revision: u64, why: &str) {
    let got = catch(|| live.reload(&Texts::new([file(revision)])));
    let is = catch(|| live.with(Config::clone));
    let shown_got = match &got {
        Ok(got) => format!("{got:?}"),
        Err(panic) => format!("a panic: {} (at {})", panic.text, panic.place),
    };
    let shown_is = match &is {
        Ok(is) => format!("{is:?}"),
        Err(panic) => format!("a panic: {} (at {})", panic.text, panic.place),
    };
    if got != Ok(Ok(())) || is != Ok(config(revision)) {
        fail(what)
            .given(format!(
                "{given}; then a reload of a good file with revision {revision}"
            ))
            .expected(format!("Ok(()), and in service: {:?}", config(revision)))
            .got(format!("{shown_got}, and in service: {shown_is}"))
            .because(why)
            .raise();
    }
}

fn a_whole_and_good_file_is_put_into_service() {
    let what = "a whole and good file was not put into service";
    let why = "this is what a reload is for";
    let first = live(1, accepts_all());
    serves(what, &first, "the first settings", &config(1), why);
    for revision in [2, 3, 10, 1_000_000] {
        let why = match revision {
            10 => "revisions are numbers, 10 comes after 3: it may be any that is not lower",
            _ => why,
        };
        still_reloads(what, &first, "good settings in service", revision, why);
    }
    let optional = live(1, accepts_all());
    for (text, right, why) in [
        (
            "revision = 2\n# end 2",
            (2, "", 0, 0),
            "keys may be left out, and so may the \\n at the very end",
        ),
        (
            "# end 9\nbanner = '# end 8'\nexpress_cents = 5\nrevision = 3\n# end 3\n",
            (3, "# end 8", 0, 5),
            "only the last line says whether a file is whole",
        ),
        (
            "free_shipping_cents = 900\nrevision = 10\n# end 10\n",
            (10, "", 900, 0),
            "what a file leaves out has its default, not the value from the file before",
        ),
    ] {
        let got = reload(&optional, text);
        let is = served(&optional);
        let in_service = (
            is.revision(),
            is.banner(),
            is.free_shipping_cents(),
            is.express_cents(),
        );
        if got != Ok(()) || in_service != right {
            fail(what)
                .given(text)
                .expected(format!("Ok(()), and in service: {right:?}"))
                .got(format!("{got:?}, and in service: {in_service:?}"))
                .because(why)
                .raise();
        }
    }
}

fn a_file_that_is_not_good_leaves_the_old_settings() {
    for (text, why) in [
        (
            "revision = 8\nbanner = \"Sale\n# end 8\n",
            "text that is not TOML says nothing that could be used",
        ),
        (
            "revision = 8\nfree_shiping_cents = 900\n# end 8\n",
            "an unknown key is a typing error (`Config::parse` says so)",
        ),
        (
            "revision = 8\nbanner = \"Sale\"\nexpress_cents = -1\n# end 8\n",
            "one bad value, and nothing of the file is used",
        ),
        ("revision = \"8\"\n# end 8\n", "a revision is a number"),
    ] {
        refuses("a file that is not good was not refused", 7, text, why);
    }
}

fn a_file_that_cannot_be_read_leaves_the_old_settings() {
    let what = "a file that cannot be read was not refused";
    let why = "no file is no reason to sell with the defaults";
    let live = live(7, accepts_all());
    let given =
        "revision 7 is in service; reading the file gives the error \"no rights on volume 4711\"";
    let source = By(|| {
        let kind = io::ErrorKind::PermissionDenied;
        Err(io::Error::new(kind, "no rights on volume 4711"))
    });
    let got = no_panic(given, "an error", WHY_NO_PANIC, || live.reload(&source));
    serves(what, &live, given, &config(7), why);
    says_why(given, &got, "no rights on volume 4711");
}

fn what_validate_refuses_is_not_in_service() {
    let what = "settings that `validate` refuses were not kept out of service";
    let reason = "free shipping from 8.00 on costs more than it brings";
    let live = live(
        7,
        Box::new(move |config| {
            if config.revision() == 8 {
                return Err(reason.into());
            }
            Ok(())
        }),
    );
    let given =
        format!("revision 7 is in service; for revision 8, `validate` returns an error:\n{reason}");
    let got = reload(&live, &file(8));
    let why = match got {
        Ok(()) => {
            "a file can be good TOML and still give books away: `validate` is asked about the new settings, and its error ends the reload"
        }
        Err(_) => "first validate, then swap: until then nobody may see the new settings",
    };
    serves(what, &live, &given, &config(7), why);
    says_why(&given, &got, reason);
    still_reloads(what, &live, &given, 9, "the next file may be a good one");
}

fn a_file_cut_off_anywhere_is_refused() {
    let tricky = "revision = 12\n# one week more, they say # end 12 is on Sunday\nbanner = \"Bücher 本\"\nfree_shipping_cents = 5000\nexpress_cents = 490\n# end 12\n";
    let what = "a file that is only half there was not refused";
    let why = "half a file is often good TOML, with defaults for the rest, or 50 in place of 5000";
    for whole in [tricky, &file(120), &file(7)] {
        let last = whole.len() - 1;
        for cut in (0..last).filter(|cut| whole.is_char_boundary(*cut)) {
            refuses(what, 3, &whole[..cut], why);
        }
    }
    for text in [
        "revision = 8\n",
        "revision = 8\nbanner = 'x' # end 8\n",
        "revision = 8\n# the end 8\n",
        "revision = 8\n# end 8\nexpress_cents = 1\n",
        "revision = 8\n# end\n",
        "revision = 8\n# end 80\n",
        "revision = 8\n# end 8 of 9\n",
        "revision = 8\n# end 8 \n",
        "revision = 8\n# end  8\n",
        "revision = 8\n# end +8\n",
        "revision = 8\n# end 08\n",
        "revision = 8\n# end 8\n\n",
        "revision = 8\n# end 8\n\n\n",
    ] {
        let why = "the last line must be `# end N` with the file's revision, and nothing else";
        refuses(what, 3, text, why);
    }
}

fn a_mixture_of_two_files_is_refused() {
    let what = "a mixture of two files was not refused";
    let why =
        "a file that is written over in place begins like the new one and ends like the old one";
    let (old, new) = (file(7), file(8));
    assert_eq!(
        old.len(),
        new.len(),
        "the check makes files of the same length"
    );
    for (first, second) in [(&new, &old), (&old, &new)] {
        // Equal bytes are no mixture: from behind the first digit that differs to the last one.
        let start = first.find(char::is_numeric).expect("a revision") + 1;
        let end = first.rfind(char::is_numeric).expect("a revision");
        for cut in start..=end {
            refuses(
                what,
                3,
                &format!("{}{}", &first[..cut], &second[cut..]),
                why,
            );
        }
    }
    let long = format!(
        "{}# older:# a comment\n# and another one\n# end 7\n",
        file(7).replace("# end 7\n", "")
    );
    refuses(what, 3, &format!("{new}{}", &long[new.len()..]), why);
}

fn only_what_was_validated_is_put_into_service() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&seen);
    let live = live(
        7,
        Box::new(move |config: &Config| {
            let mut seen = noted.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(config.clone());
            Ok(())
        }),
    );
    // A new file at each read: whoever reads twice gets two.
    let source = Texts::new((8..=30).map(file));
    let given =
        "revision 7 is in service; the file has another revision at each read: 8, 9, 10, ...";
    let got = no_panic(given, "Ok or an error", WHY_NO_PANIC, || {
        live.reload(&source)
    });
    let is = served(&live);
    let seen: Vec<Config> = seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if got.is_ok() && !seen.contains(&is) {
        let seen: Vec<u64> = seen.iter().map(|config| config.revision()).collect();
        fail("settings were put into service that nobody has validated")
            .given(given)
            .expected("in service: settings that were given to `validate`")
            .got(format!(
                "in service: revision {}; given to `validate`: {seen:?}",
                is.revision()
            ))
            .because("read the file once: at the second read it may be another one")
            .raise();
    }
    if got.is_err() {
        let why = "if a reload refuses, the old settings stay";
        serves(
            "a reload refused and changed the settings",
            &live,
            given,
            &config(7),
            why,
        );
    }
    // A validator must see what is put into service, not something like it.
    still_reloads(
        "a file was not put into service",
        &live,
        given,
        40,
        "it is good",
    );
}

fn a_lower_revision_is_refused() {
    let what = "a file with a lower revision was not refused";
    let why = "an old copy of the file must not undo what was changed since";
    for (old, new) in [(7, 6), (10, 9), (7, 0), (100, 99)] {
        refuses(what, old, &file(new), why);
    }
}

/// Whether a call came to its end while something else was held at the gate.
#[derive(Default)]
struct Ended(AtomicBool);

impl Ended {
    fn now(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    fn is(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Raises with what the threads did.
fn held(what: &str, given: &str, why: &str) -> Failure {
    fail(what).given(given).because(why)
}

fn readers_do_not_wait_for_a_reload() {
    for (at, in_source) in [("reading the file", true), ("`validate`", false)] {
        let gate = Gate::closed();
        let at_validate = gate.clone();
        let live = live(
            7,
            Box::new(move |_| {
                if !in_source {
                    at_validate.pass("validating");
                }
                Ok(())
            }),
        );
        let source = By(|| {
            if in_source {
                gate.pass("reading the file");
            }
            Ok(file(8))
        });
        let ended = Ended::default();
        let (reloaded, seen, waited) = thread::scope(|scope| {
            let open = gate.open_on_drop();
            let reloading = scope.spawn(|| catch(|| live.reload(&source)));
            gate.settle(1);
            let reading = scope.spawn(|| {
                let seen = catch(|| live.with(Config::clone));
                ended.now();
                seen
            });
            gate.settle(usize::MAX);
            let waited = !ended.is();
            drop(open);
            (reloading.join(), reading.join(), waited)
        });
        let (reloaded, seen) = (joined(reloaded), joined(seen));
        let given = format!(
            "revision 7 is in service; a reload of revision 8 is held in {at}; a request calls `with`"
        );
        let expected = "the request sees revision 7 at once";
        if waited {
            held(
                "a request waits for a reload",
                &given,
                "a slow disk must not stop the shop: hold no lock that readers need while you read or validate",
            )
            .expected(expected)
            .got("`with` does not return before the reload goes on")
            .raise();
        }
        if seen != Ok(config(7)) {
            held(
                "a request sees settings that are not validated yet",
                &given,
                "first validate, then swap",
            )
            .expected(expected)
            .got(format!("{seen:?}"))
            .raise();
        }
        let is = served(&live);
        if reloaded != Ok(Ok(())) || is != config(8) {
            held(
                "a reload that was held did not work",
                &given,
                "nothing was wrong with the file",
            )
            .expected("when the reload goes on: Ok(()), and revision 8 in service")
            .got(format!("{reloaded:?}, and in service: {is:?}"))
            .raise();
        }
    }
}

/// What a thread returned; what it was raised with goes on here.
fn joined<T>(outcome: thread::Result<T>) -> T {
    outcome.unwrap_or_else(|payload| std::panic::resume_unwind(payload))
}

fn a_reload_does_not_wait_for_readers() {
    let gate = Gate::closed();
    let live = live(7, accepts_all());
    let ended = Ended::default();
    let (seen, reloaded, after, waited) = thread::scope(|scope| {
        let open = gate.open_on_drop();
        let reading = scope.spawn(|| {
            catch(|| {
                live.with(|config| {
                    let before = config.clone();
                    gate.pass("reading the settings");
                    (before, config.clone())
                })
            })
        });
        gate.settle(1);
        let reloading = scope.spawn(|| {
            let reloaded = catch(|| live.reload(&Texts::new([file(8)])));
            let after = catch(|| live.with(Config::clone));
            ended.now();
            (reloaded, after)
        });
        gate.settle(usize::MAX);
        let waited = !ended.is();
        drop(open);
        let seen = joined(reading.join());
        let (reloaded, after) = joined(reloading.join());
        (seen, reloaded, after, waited)
    });
    let given = "revision 7 is in service; a request is held inside of `with`; revision 8 is reloaded, and another request calls `with`";
    if waited {
        held(
            "a reload waits for a request",
            given,
            "a request may take minutes: give it settings of its own (an `Arc` is cheap to clone), and let go of the lock before it reads them",
        )
        .expected("the reload is done and the other request sees revision 8, while the first is still held")
        .got("they do not get to their end before the first request goes on")
        .raise();
    }
    if (&reloaded, &after) != (&Ok(Ok(())), &Ok(config(8))) {
        held(
            "a reload did not work beside a request",
            given,
            "the file is good",
        )
        .expected("Ok(()), and the other request sees revision 8")
        .got(format!(
            "{reloaded:?}, and the other request sees {after:?}"
        ))
        .raise();
    }
    if seen != Ok((config(7), config(7))) {
        held(
            "a request did not see the same settings from beginning to end",
            given,
            "a price from the old settings and shipping from the new ones is an order that nobody can explain",
        )
        .expected("the first request sees revision 7, before and after it was held")
        .got(format!("{seen:?}"))
        .raise();
    }
}

fn a_lower_revision_that_comes_late_is_refused() {
    for (at, in_source) in [("reading the file", true), ("`validate`", false)] {
        let gate = Gate::closed();
        let at_validate = gate.clone();
        let live = live(
            7,
            Box::new(move |config| {
                if !in_source && config.revision() == 8 {
                    at_validate.pass("validating revision 8");
                }
                Ok(())
            }),
        );
        let slow = By(|| {
            if in_source {
                gate.pass("reading revision 8");
            }
            Ok(file(8))
        });
        let (first, second) = thread::scope(|scope| {
            let open = gate.open_on_drop();
            let first = scope.spawn(|| catch(|| live.reload(&slow)));
            gate.settle(1);
            let second = scope.spawn(|| catch(|| live.reload(&Texts::new([file(9)]))));
            gate.settle(usize::MAX);
            drop(open);
            (joined(first.join()), joined(second.join()))
        });
        let is = served(&live);
        if is != config(9) || second != Ok(Ok(())) {
            let (what, why) = if matches!(second, Ok(Err(_))) {
                (
                    "a reload was refused while another one was at work",
                    "whoever reloads a good file should not have to try again: wait for the other, or work beside it",
                )
            } else {
                (
                    "two reloads at once left the wrong settings in service",
                    "between a look at the revision in service and the swap, another reload may swap: do both under one lock, or let one reload wait for the other",
                )
            };
            fail(what)
                .given(format!("revision 7 is in service; a reload of revision 8 is held in {at}; meanwhile revision 9 is reloaded; then the first goes on"))
                .expected("in the end, revision 9 in service; its reload is Ok(())")
                .got(format!("revision {} in service; the reload of 8: {first:?}, of 9: {second:?}", is.revision()))
                .because(why)
                .raise();
        }
    }
}

const POISON: &str = "a lock that is held while somebody else's code runs is poisoned when that code panics; then `lock().unwrap()` panics for ever";

/// Expects that all goes on after this panic, with revision 7 in service.
#[track_caller]
fn goes_on(live: &Live, given: &str) {
    let what = "after a panic the shop does not go on";
    match catch(|| live.with(Config::clone)) {
        Ok(is) if is == config(7) => {}
        Ok(is) => fail(what)
            .given(given)
            .expected(format!("in service: {:?}", config(7)))
            .got(format!("in service: {is:?}"))
            .because("what could not be checked to its end is not checked: the old settings stay")
            .raise(),
        Err(panic) => fail(what)
            .given(format!("{given}; then a request calls `with`"))
            .expected("the request sees revision 7")
            .got(format!("a panic: {}", panic.text))
            .part("panicked at", panic.place)
            .because(POISON)
            .raise(),
    }
    still_reloads(what, live, given, 9, POISON);
}

fn a_panic_in_a_reader_harms_nobody() {
    let live = live(7, accepts_all());
    let given = "revision 7 is in service; a request panics inside of `with`";
    let outcome =
        catch(|| live.with(|config| assert_eq!(config.revision(), 0, "a bug in a request")));
    if outcome.is_ok() {
        fail("a panic in a request was swallowed")
            .given(given)
            .expected("the panic goes on to whoever called `with`")
            .got("`with` returned")
            .because("there is nothing that `with` could return")
            .raise();
    }
    goes_on(&live, given);
}

fn a_panic_in_validate_harms_nobody() {
    let live = live(
        7,
        Box::new(|config| {
            assert_ne!(config.revision(), 8, "a bug in validate");
            Ok(())
        }),
    );
    let given = "revision 7 is in service; `validate` panics at revision 8";
    let got = catch(|| live.reload(&Texts::new([file(8)])));
    if got == Ok(Ok(())) {
        fail("a reload whose `validate` panicked was Ok")
            .given(given)
            .expected("an error, or the panic")
            .got("Ok(())")
            .because("nobody has accepted these settings")
            .raise();
    }
    goes_on(&live, given);
}

fn a_panic_in_the_source_harms_nobody() {
    let live = live(7, accepts_all());
    let given = "revision 7 is in service; the source panics while it reads";
    let source = By(|| panic!("a bug in the source"));
    let got = catch(|| live.reload(&source));
    if got == Ok(Ok(())) {
        fail("a reload whose source panicked was Ok")
            .given(given)
            .expected("an error, or the panic")
            .got("Ok(())")
            .because("nothing was read")
            .raise();
    }
    goes_on(&live, given);
}
