//! The machine that is measured on.

use std::fmt;
use std::fs;
use std::thread::available_parallelism;
use std::time::SystemTime;

use anyhow::Result;
use serde::Serialize;

use super::process::{LIMIT, Run};

/// What figures depend on.
#[derive(Debug, Serialize)]
pub struct Machine {
    /// Cores that may be used.
    pub cores: usize,
    /// The processor's model.
    pub processor: String,
    /// The system and its version.
    pub system: String,
    /// The compiler that judges.
    pub rustc: String,
    /// The day, in UTC.
    pub date: String,
}

impl Machine {
    /// Asks the system; what it does not tell is `unknown`.
    pub fn ask(run: &Run) -> Result<Self> {
        let answer = |program: &str, args: &[&str]| {
            let mut command = run.command(program);
            command.args(args);
            let text = run.output(command, LIMIT).ok()?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        let unknown = || "unknown".to_owned();
        let kernel = answer("uname", &["-sr"]).unwrap_or_else(unknown);
        let name = fs::read_to_string("/etc/os-release").ok();
        let name = name.and_then(|text| value_of(&text, "PRETTY_NAME", '='));
        let processor = fs::read_to_string("/proc/cpuinfo").ok();
        let processor = processor.and_then(|text| value_of(&text, "model name", ':'));
        Ok(Self {
            cores: available_parallelism()?.get(),
            processor: processor
                .or_else(|| answer("sysctl", &["-n", "machdep.cpu.brand_string"]))
                .unwrap_or_else(unknown),
            system: match name {
                Some(name) => format!("{name}, {kernel}"),
                None => kernel,
            },
            rustc: answer("rustc", &["--version"]).unwrap_or_else(unknown),
            date: humantime::format_rfc3339_seconds(SystemTime::now()).to_string()[..10].to_owned(),
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = if self.cores == 1 { "core" } else { "cores" };
        write!(
            f,
            "{} {cores}, {}, {}, {}, {}",
            self.cores, self.processor, self.system, self.rustc, self.date
        )
    }
}

/// The value of a name in lines of `name=value`, without quotes around it.
pub fn value_of(text: &str, name: &str, between: char) -> Option<String> {
    let pairs = text.lines().filter_map(|line| line.split_once(between));
    let mut values = pairs.filter(|(key, _)| key.trim() == name);
    values
        .next()
        .map(|(_, value)| value.trim().trim_matches('"').to_owned())
}
