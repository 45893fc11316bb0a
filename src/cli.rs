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

    /// Judge all exercises and bring your progress up to date
    #[command(after_help = "Examples:\n  \
        backlings check-all\n  \
        backlings check-all --format json > verdicts.json\n\n\
        Exit codes: 0 all pass, 1 some do not, 2 wrong usage, 3 course or machine not in order.")]
    CheckAll {
        /// How to write the verdicts
        #[arg(long, value_enum, default_value = "human")]
        format: Format,
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
