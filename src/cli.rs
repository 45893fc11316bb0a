//! The command line: what `--help` says.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What `backlings` was called with.
#[derive(Debug, Parser)]
#[command(
    name = "backlings",
    version,
    about = "Learn backend development by mending it",
    long_about = "Learn backend development by mending it.\n\n\
        `backlings` watches your exercises: open the one it shows in your editor, mend it, save it, \
        and read at once what is wrong and why it matters. When it passes, you are led to the next.",
    after_help = "Examples:\n  \
        backlings                 go on where you are (the same as `backlings watch`)\n  \
        backlings hint            a nudge for the current exercise\n  \
        backlings run http1       judge one exercise, once\n\n\
        Exit codes: 0 passed or done, 1 does not pass, 2 wrong usage, 3 course or machine not in order."
)]
pub struct Cli {
    /// What to do; nothing means `watch`.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The options of `watch`, where no command is given.
    #[command(flatten)]
    pub watch: WatchArgs,

    /// The workspace to use, instead of the one at or above this directory
    #[arg(long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,

    /// Trust the course, and remember it: its checks are programs that run with your rights
    #[arg(long, global = true)]
    pub trust: bool,

    /// When to use colour; NO_COLOR and CLICOLOR_FORCE count where this is `auto`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorChoice,
}

/// When to write escapes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// For whom a command writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Human,
    /// For programs: one JSON document, described in the README
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch your exercises: judge each save, lead on when one passes
    #[command(after_help = "Examples:\n  \
        backlings watch             in your workspace, or anywhere to get one\n  \
        backlings watch --manual    judge when you press r, not on every save\n  \
        backlings watch --poll      where the system does not tell of saves (network drives, some containers)")]
    Watch(WatchArgs),

    /// Judge one exercise, once
    #[command(after_help = "Examples:\n  \
        backlings run                 the current exercise\n  \
        backlings run http1           by name\n  \
        backlings run exercises/02_http/http1.rs\n  \
        backlings run http1 --format json\n\n\
        Exit codes: 0 it passes, 1 it does not, 2 wrong usage, 3 course or machine not in order.")]
    Run {
        /// Name or file of the exercise [default: the current one]
        name: Option<String>,
        /// How to write the verdict
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },

    /// Show the next hint, or those you name
    #[command(after_help = "Examples:\n  \
        backlings hint               the next hint for the current exercise\n  \
        backlings hint http1         ... for another one\n  \
        backlings hint --level 2     the second hint again\n  \
        backlings hint --all         all of them, and where to read on")]
    Hint {
        /// Name or file of the exercise [default: the current one]
        name: Option<String>,
        /// Show this hint: 1 is a nudge, the last nearly the answer
        #[arg(long, value_name = "N", conflicts_with = "all")]
        level: Option<usize>,
        /// Show all hints
        #[arg(long)]
        all: bool,
    },

    /// List all exercises and where you stand
    #[command(after_help = "Examples:\n  \
        backlings list                  ✓ done, ▸ current, · tried\n  \
        backlings list --format json")]
    List {
        /// How to write the list
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
    },

    /// Bring an exercise back as it came; your text is kept
    #[command(after_help = "Examples:\n  \
        backlings reset http1        your text goes to .backlings/history/http1/\n\n\
        The exercise counts as not done again.")]
    Reset {
        /// Name or file of the exercise
        name: String,
    },

    /// Show our solution of an exercise that you have solved
    #[command(after_help = "Examples:\n  \
        backlings solution http1             once it passes\n  \
        backlings solution http1 --anyway    give in")]
    Solution {
        /// Name or file of the exercise
        name: String,
        /// Show it although the exercise does not pass yet
        #[arg(long)]
        anyway: bool,
    },

    /// Build ahead all that exercises need, so that they work without a network
    #[command(after_help = "Examples:\n  \
        backlings prefetch           before you board a train\n\n\
        `watch` does the same by itself, bit by bit, while it waits for your saves.")]
    Prefetch,

    /// Judge all exercises and bring your progress up to date
    #[command(after_help = "Examples:\n  \
        backlings check-all\n  \
        backlings check-all --format json > verdicts.json\n\n\
        An exercise of which nothing has changed since its last verdict is not judged again.\n\n\
        Exit codes: 0 all pass, 1 some do not, 2 wrong usage, 3 course or machine not in order.")]
    CheckAll {
        /// How to write the verdicts
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
        /// Judge again what has not changed, too
        #[arg(long)]
        fresh: bool,
    },

    /// Make a workspace: a directory with the exercises, without answers
    #[command(after_help = "Examples:\n  \
        backlings init                              ./backlings, with the course this program carries\n  \
        backlings init http-class --course ~/http   somebody's course\n\n\
        Nothing that exists is overwritten. A git repository around it is left alone.")]
    Init {
        /// The directory to make
        #[arg(value_name = "DIR", default_value = "backlings")]
        directory: PathBuf,
        /// The course to take: a directory with `info.toml` and `exercises/`
        #[arg(long, value_name = "DIR")]
        course: Option<PathBuf>,
    },

    /// Bring your workspace to the course as it is now
    #[command(after_help = "Examples:\n  \
        backlings update             after a newer backlings was installed, or the course's directory was updated\n\n\
        Files that you have not touched are replaced, yours stay. Where both have changed, the course's new file\n\
        is put beside yours. Exercises that passed and whose checks are others now are judged again.\n\
        Interrupted, it is completed when it is called again.\n\n\
        Exit codes: 0 all is up to date, 1 exercises that passed do not any more, 2 wrong usage,\n\
        3 course or machine not in order.")]
    Update,

    /// For those who write courses: prove one, measure its checks, begin a new one
    #[command(
        subcommand,
        after_help = "Examples:\n  \
        backlings dev new http-class            a course to begin with\n  \
        backlings dev check                     prove the course you stand in\n  \
        backlings dev mutants http1             what no check of http1 notices"
    )]
    Dev(DevCommand),
}

/// The commands for authors of courses.
#[derive(Debug, Subcommand)]
pub enum DevCommand {
    /// Prove that exercises tell right answers from wrong ones
    #[command(
        after_help = "For each exercise: the untouched file fails as `info.toml` says; the solution and every\n\
        alternative pass, formatted and without a warning; every wrong answer fails the check that its\n\
        first line names; every check is failed by some answer; verdicts are the same in every order of\n\
        the checks and on a busy machine; no process, port or file is left behind. Exercises that have\n\
        not changed since they were proven are not proven again.\n\n\
        Examples:\n  \
        backlings dev check                     the whole course\n  \
        backlings dev check http1 http2         two exercises\n  \
        backlings dev check http1 --watch       while you write it: on every save\n  \
        backlings dev check --fresh --runs 50   forget earlier proofs; each answer 50 times\n  \
        backlings dev check --slowest           and the ten checks that take longest\n\n\
        Exit codes: 0 all proven, 1 something is not, 2 wrong usage, 3 course or machine not in order."
    )]
    Check(DevCheckArgs),

    /// List the small changes of a solution that no check notices
    #[command(
        after_help = "The solution is changed in one place at a time (`<` to `<=`, a condition to `true`, a body to a\n\
        default value), and each change is judged. What no check notices is a hole in the checks, or makes\n\
        no difference: look at each.\n\n\
        Examples:\n  \
        backlings dev mutants http1\n  \
        backlings dev mutants http1 --format json\n\n\
        Exit codes: 0 every change is noticed, 1 some are not, 2 wrong usage, 3 course or machine not in order."
    )]
    Mutants {
        /// The exercise
        name: String,
        /// How to write the list
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
        /// How many changes are judged at once [default: twice as many as there are cores]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
        jobs: Option<u16>,
        /// The course [default: the one you stand in]
        #[arg(long, value_name = "DIR")]
        course: Option<PathBuf>,
    },

    /// Begin a course: one exercise of each kind, with comments for its author
    #[command(after_help = "Examples:\n  \
        backlings dev new http-class            a directory that is a course\n  \
        cd http-class && backlings dev check    it proves itself\n  \
        cd http-class && backlings              and this is what learners see\n\n\
        Nothing that exists is overwritten.")]
    New {
        /// The directory to make; its name is the course's id
        #[arg(value_name = "DIR")]
        directory: PathBuf,
    },
}

/// What to prove, and how.
#[derive(Debug, Clone, Args)]
pub struct DevCheckArgs {
    /// Names or files of exercises [default: all]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// How to write the result
    #[arg(long, value_enum, default_value = "human")]
    pub format: Format,
    /// How many answers are tried at once [default: twice as many as there are cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// How often each answer is judged
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub runs: u16,
    /// Forget what was proven before
    #[arg(long)]
    pub fresh: bool,
    /// List the ten checks that take longest, too
    #[arg(long)]
    pub slowest: bool,
    /// Prove again whenever a file of the course is saved
    #[arg(long, conflicts_with = "format")]
    pub watch: bool,
    /// The course [default: the one you stand in]
    #[arg(long, value_name = "DIR")]
    pub course: Option<PathBuf>,
}

/// How to watch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct WatchArgs {
    /// Judge when you press `r`, not on every save
    #[arg(long)]
    pub manual: bool,

    /// Look for changes every MS milliseconds instead of being told by the system
    #[arg(long, value_name = "MS", num_args = 0..=1, require_equals = true, default_missing_value = "200")]
    #[arg(value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub poll: Option<u64>,

    /// Write lines: no screen of its own, no keys
    #[arg(long)]
    pub plain: bool,
}
