//! The two ways in which a command ends without a verdict.

use std::fmt;
use std::process::ExitCode;

/// Why a command could not do its work, and so how the process exits.
#[derive(Debug)]
pub enum Error {
    /// The command was called wrongly: exit code 2.
    Usage(String),
    /// The course, the workspace or the machine is not in order: exit code 3.
    Broken(anyhow::Error),
}

/// What every fallible function above the judge returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A usage error with its message: lowercase, names in backticks, and what to do instead.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    /// A broken course or environment, with its message.
    pub fn broken(message: impl Into<String>) -> Self {
        Self::Broken(anyhow::Error::msg(message.into()))
    }

    /// The exit code that the README documents.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Broken(_) => ExitCode::from(3),
        }
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) => f.write_str(message),
            Self::Broken(error) => {
                write!(f, "{error}")?;
                for cause in error.chain().skip(1) {
                    write!(f, "\n  because: {cause}")?;
                }
                Ok(())
            }
        }
    }
}
