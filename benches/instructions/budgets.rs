//! What each path may cost, and what is said of figures: pure but for one file.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// How much more than the measured figure a budget allows, in percent. Other versions
/// of rustc and libc, which are no fault of a change, stay well below it.
pub const ROOM: u64 = 30;

/// Instructions by the path's name.
pub type Figures = BTreeMap<String, u64>;

const HEAD: &str = "\
# The most instructions that each path of benches/instructions may take: what was
# counted on x86-64 Linux, and 30 % more, for versions of rustc and libc differ.
#
#     cargo bench --profile instructions --bench instructions -- --set-budgets [PATH]
#
# writes it. A commit that raises a budget says what is had for it.

";

/// The budgets, as `budgets.toml` has them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Budgets(BTreeMap<String, u64>);

impl Budgets {
    /// Reads the committed ones.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read() -> Result<Self> {
        let file = file();
        let read = || Self::parse(&fs::read_to_string(&file)?);
        read().with_context(|| format!("cannot read `{}`", file.display()))
    }

    /// Reads the file's text.
    ///
    /// # Errors
    ///
    /// When it is not a table of whole numbers.
    pub fn parse(text: &str) -> Result<Self> {
        Ok(Self(toml::from_str(text)?))
    }

    /// Writes them to be committed.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self) -> Result<()> {
        let file = file();
        fs::write(&file, self.text()).with_context(|| format!("cannot write `{}`", file.display()))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let lines = self.0.iter().map(|(name, budget)| {
            let budget = grouped(*budget).replace(',', "_");
            format!("{name} = {budget}\n")
        });
        HEAD.to_owned() + &lines.collect::<String>()
    }

    /// What a path may cost.
    pub fn of(&self, name: &str) -> Option<u64> {
        self.0.get(name).copied()
    }

    /// The paths that have one.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Gives paths what they cost now, with room.
    pub fn set(&mut self, figures: &Figures) {
        let budgets = figures
            .iter()
            .map(|(name, figure)| (name.clone(), with_room(*figure)));
        self.0.extend(budgets);
    }
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/budgets.toml")
}

/// A figure and [`ROOM`], rounded up to three digits: the others would change each time.
pub fn with_room(figure: u64) -> u64 {
    let budget = (figure * (100 + ROOM)).div_ceil(100);
    let mut unit = 1;
    while budget / unit >= 1000 {
        unit *= 10;
    }
    budget.div_ceil(unit) * unit
}

/// How many times the instructions of `small` are in `large`, where both were counted.
pub fn times(figures: &Figures, small: &str, large: &str) -> Option<f64> {
    let (small, large) = (*figures.get(small)?, *figures.get(large)?);
    Some(large as f64 / small as f64)
}

/// `1,234,567`.
pub fn grouped(figure: u64) -> String {
    let digits = figure.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
