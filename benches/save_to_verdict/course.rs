//! What is saved: the exercises and the texts of their subjects.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::files::read;
use super::options::Options;

/// A kind of save, by what its verdict says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Save {
    /// All checks pass.
    Passes,
    /// It compiles, and a check fails.
    CheckFails,
    /// The compiler finds an error.
    DoesNotCompile,
}

impl fmt::Display for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passes => "passes",
            Self::CheckFails => "a check fails",
            Self::DoesNotCompile => "does not compile",
        })
    }
}

/// An exercise, and what its subject may say.
#[derive(Debug)]
pub struct Exercise {
    /// Its name in its course.
    pub name: String,
    /// Its checks as `#[test]` functions, where there are any for rustlings.
    pub tests: Option<String>,
    good: String,
    failing: String,
    broken: Option<String>,
    /// How a comment begins.
    comment: &'static str,
}

/// An exercise of the benchmark's own course.
struct BuiltIn {
    name: &'static str,
    /// Its file's ending.
    ending: &'static str,
    /// What of the solution is replaced by what, so that it does not compile;
    /// nothing for what no compiler sees.
    mistake: Option<(&'static str, &'static str)>,
}

/// The mistakes are of types: a compiler has done most of its work when it finds them.
const BUILT_IN: [BuiltIn; 4] = [
    BuiltIn {
        name: "std",
        ending: "rs",
        mistake: Some(("None => Some(1),", "None => Some(\"1\"),")),
    },
    BuiltIn {
        name: "rusqlite",
        ending: "rs",
        mistake: Some(("Ok(book.cents * copies)", "Ok(book.title * copies)")),
    },
    BuiltIn {
        name: "axum",
        ending: "rs",
        mistake: Some(("format!(\"/books/{id}\")", "id")),
    },
    BuiltIn {
        name: "sql",
        ending: "sql",
        mistake: None,
    },
];

/// Where the chapter stands in the benchmark's course.
const CHAPTER: &str = "exercises/01_bench";

/// The directory of the benchmark's own course.
pub fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/save_to_verdict/course")
}

/// The benchmark's own exercises: those that are named, or all.
pub fn built_in(only: &[String]) -> Result<Vec<Exercise>> {
    for name in only {
        if !BUILT_IN.iter().any(|one| one.name == name) {
            let names = BUILT_IN.map(|one| one.name).join(", ");
            bail!("there is no exercise `{name}`: {names}");
        }
    }
    let wanted = |one: &&BuiltIn| only.is_empty() || only.iter().any(|name| name == one.name);
    BUILT_IN.iter().filter(wanted).map(BuiltIn::load).collect()
}

impl BuiltIn {
    fn load(&self) -> Result<Exercise> {
        let Self { name, ending, .. } = self;
        let chapter = directory().join(CHAPTER);
        let good = read(&chapter.join(format!("solutions/{name}.{ending}")))?;
        let broken = match self.mistake {
            Some((right, wrong)) if good.matches(right).count() == 1 => {
                Some(good.replace(right, wrong))
            }
            Some((right, _)) => bail!("`{right}` must stand once in the solution of `{name}`"),
            None => None,
        };
        // Without a compiler's work there is nothing to compare with rustlings.
        let tests = match broken {
            Some(_) => Some(tests_of(&read(
                &chapter.join(format!("checks/{name}.rs")),
            )?)?),
            None => None,
        };
        Ok(Exercise {
            name: (*name).to_owned(),
            tests,
            good,
            failing: read(&chapter.join(format!("{name}.{ending}")))?,
            broken,
            comment: comment(ending),
        })
    }
}

impl Exercise {
    /// The exercise that the command line names.
    pub fn given(name: &str, options: &Options) -> Result<Self> {
        let text = |file: &Option<PathBuf>| file.as_deref().map(read).transpose();
        let missing = "`--good` and `--failing` name the texts to save";
        let ending = options.good.as_deref().and_then(Path::extension);
        Ok(Self {
            name: name.to_owned(),
            tests: None,
            good: text(&options.good)?.context(missing)?,
            failing: text(&options.failing)?.context(missing)?,
            broken: text(&options.broken)?,
            comment: comment(&ending.unwrap_or_default().to_string_lossy()),
        })
    }

    /// The kinds of save that there are, in an order in which each has another
    /// verdict than the one before it, and the first another than the last.
    pub fn saves(&self) -> impl Iterator<Item = Save> + use<> {
        let broken = self.broken.as_ref().map(|_| Save::DoesNotCompile);
        [Save::Passes, Save::CheckFails].into_iter().chain(broken)
    }

    /// The subject's text for a save. The mark makes it differ from every other
    /// text: what has been judged already is not judged again.
    pub fn text(&self, save: Save, mark: &str) -> String {
        let text = match save {
            Save::Passes => &self.good,
            Save::CheckFails => &self.failing,
            // It is asked for only where there is one.
            Save::DoesNotCompile => self.broken.as_ref().unwrap_or(&self.failing),
        };
        format!("{}\n{} {mark}\n", text.trim_end(), self.comment)
    }
}

/// How a comment begins in a file of this ending.
fn comment(ending: &str) -> &'static str {
    match ending {
        "sql" => "--",
        "rs" => "//",
        _ => "#",
    }
}

/// A check's functions as a module of tests that stands below the subject: the
/// same assertions, so that the same work is compared.
///
/// # Errors
///
/// When the check has another shape.
pub fn tests_of(check: &str) -> Result<String> {
    let shape = "a check is `mod subject;`, `fn main` with `checks![...]`, and functions";
    let (_, list) = check.split_once("checks![").context(shape)?;
    let (list, rest) = list.split_once("]);\n}\n").context(shape)?;
    let mut body = rest.to_owned();
    for name in list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
    {
        let function = format!("\nfn {name}()");
        if body.matches(&function).count() != 1 {
            bail!("`{name}` is not one function: {shape}");
        }
        body = body.replace(&function, &format!("\n#[test]{function}"));
    }
    Ok(format!(
        "\nfn main() {{}}\n\n#[cfg(test)]\nmod tests {{\nuse crate as subject;\n{body}}}\n"
    ))
}
