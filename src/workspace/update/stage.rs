//! A plan on disk: written whole before anything is changed, and carried out in
//! steps that can be repeated, so that an update that was interrupted anywhere is
//! completed by the next one.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};

use super::plan::{Plan, Told};
use crate::workspace::laid::{Index, leads_inside};

/// A staged plan: the directory `.backlings/update`.
#[derive(Debug)]
pub struct Stage {
    /// The workspace's root.
    root: PathBuf,
    directory: PathBuf,
    list: List,
}

/// `plan.json`: the texts stand beside it, by number.
#[derive(Debug, Serialize, Deserialize)]
struct List {
    steps: Vec<Entry>,
    histories: Vec<(String, String)>,
    told: Told,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: String,
    before: bool,
    after: bool,
}

/// How many changes may still be made; for tests that stop everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Budget(Option<usize>);

impl Budget {
    /// All that are needed.
    pub const fn whole() -> Self {
        Self(None)
    }

    fn spend(&mut self) -> Result<()> {
        match &mut self.0 {
            None => Ok(()),
            Some(0) => bail!("interrupted"),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

/// What is done first: attempts out of the way, attempts to their new names, files,
/// and the copies of what came with the marker.
const PHASES: [&str; 4] = ["out", "in", "files", "laid"];

const STAGE: &str = "update";
const UNFINISHED: &str = "update.unfinished";

impl Stage {
    /// The plan that an interrupted update has left in a workspace.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn find(root: &Path, state: &Path) -> Result<Option<Self>> {
        let directory = state.join(STAGE);
        let path = directory.join("plan.json");
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("cannot read `{}`", path.display()))?,
        };
        let list: List = serde_json::from_slice(&text)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let steps = list.steps.iter().map(|step| &step.path);
        let names = steps.chain(list.histories.iter().flat_map(|(from, to)| [from, to]));
        let outside = names.into_iter().find(|name| !leads_inside(name));
        if let Some(outside) = outside {
            bail!(
                "`{}` would change `{outside}`, outside of the workspace: remove `{}` and update again",
                path.display(),
                directory.display()
            );
        }
        Ok(Some(Self {
            root: root.to_owned(),
            directory,
            list,
        }))
    }

    /// Clears what no plan is valid in any more: of an update that was interrupted
    /// before its plan was whole, or after it was carried out.
    pub fn clear(state: &Path) {
        for name in [UNFINISHED, STAGE] {
            let directory = state.join(name);
            if !directory.join("plan.json").exists() || name == UNFINISHED {
                // What cannot be cleared now is cleared the next time.
                let _ = fs::remove_dir_all(directory);
            }
        }
    }

    /// Writes a plan, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(
        root: &Path,
        state: &Path,
        plan: &Plan,
        index: &Index,
        marker: &str,
        budget: &mut Budget,
    ) -> Result<Self> {
        let unfinished = state.join(UNFINISHED);
        let write = |budget: &mut Budget| -> Result<()> {
            // What is left of an earlier one is valid no more, or was never.
            for directory in [&unfinished, &state.join(STAGE)] {
                if directory.exists() {
                    fs::remove_dir_all(directory)?;
                }
            }
            for name in ["before", "after", "histories", "laid"] {
                fs::create_dir_all(unfinished.join(name))?;
            }
            let mut steps = Vec::new();
            for (number, step) in plan.steps.iter().enumerate() {
                budget.spend()?;
                for (name, text) in [("before", &step.before), ("after", &step.after)] {
                    if let Some(text) = text {
                        fs::write(unfinished.join(name).join(number.to_string()), text)?;
                    }
                }
                steps.push(Entry {
                    path: step.path.clone(),
                    before: step.before.is_some(),
                    after: step.after.is_some(),
                });
            }
            for (path, text) in &plan.laid {
                let path = unfinished.join("laid").join(path);
                fs::create_dir_all(path.parent().unwrap_or(&unfinished))?;
                fs::write(path, text)?;
            }
            index.write(&unfinished.join("laid"))?;
            fs::write(unfinished.join("workspace.toml"), marker)?;
            let list = List {
                steps,
                histories: plan.histories.clone(),
                told: plan.told.clone(),
            };
            fs::write(unfinished.join("plan.json"), serde_json::to_vec(&list)?)?;
            budget.spend()?;
            // From here on it is valid.
            fs::rename(&unfinished, state.join(STAGE))?;
            Ok(())
        };
        write(budget).with_context(|| format!("cannot write `{}`", unfinished.display()))?;
        Self::find(root, state)?.context("the plan is gone")
    }

    /// Carries the plan out from where it stopped, and returns what to tell.
    ///
    /// # Errors
    ///
    /// When the file system refuses; it can be repeated then.
    pub fn carry_out(mut self, budget: &mut Budget) -> Result<Told> {
        for (number, phase) in PHASES.iter().enumerate() {
            if self.is_done(number) {
                continue;
            }
            match *phase {
                "out" => self.histories_out(budget)?,
                "in" => self.histories_in(budget)?,
                "files" => self.files(budget)?,
                _ => self.laid(budget)?,
            }
            budget.spend()?;
            fs::write(self.done_mark(phase), "")
                .with_context(|| format!("cannot write `{}`", self.directory.display()))?;
        }
        budget.spend()?;
        // Not valid any more, and then gone.
        fs::remove_file(self.directory.join("plan.json"))
            .with_context(|| format!("cannot clear `{}`", self.directory.display()))?;
        let _ = fs::remove_dir_all(&self.directory);
        Ok(self.list.told)
    }

    fn is_done(&self, phase: usize) -> bool {
        self.done_mark(PHASES[phase]).exists()
    }

    fn done_mark(&self, phase: &str) -> PathBuf {
        self.directory.join(format!("done-{phase}"))
    }

    fn state(&self) -> &Path {
        self.directory.parent().unwrap_or(&self.directory)
    }

    fn histories_out(&self, budget: &mut Budget) -> Result<()> {
        for (number, (from, _)) in self.list.histories.iter().enumerate() {
            let from = self.state().join("history").join(from);
            let via = self.directory.join("histories").join(number.to_string());
            if from.is_dir() && !via.exists() {
                budget.spend()?;
                rename(&from, &via)?;
            }
        }
        Ok(())
    }

    fn histories_in(&self, budget: &mut Budget) -> Result<()> {
        for (number, (_, to)) in self.list.histories.iter().enumerate() {
            let via = self.directory.join("histories").join(number.to_string());
            let history = self.state().join("history");
            let to = history.join(to);
            if !via.exists() {
                continue;
            }
            budget.spend()?;
            if to.exists() {
                // Of an exercise of that name which is gone.
                let name = to.file_name().unwrap_or_default().display().to_string();
                let old = crate::workspace::progress::free_name(&history, &format!("{name}.old"));
                rename(&to, &old)?;
            }
            rename(&via, &to)?;
        }
        Ok(())
    }

    fn files(&mut self, budget: &mut Budget) -> Result<()> {
        for number in 0..self.list.steps.len() {
            let step = &self.list.steps[number];
            let text = |name: &str, there: bool| -> Result<Option<Vec<u8>>> {
                let path = self.directory.join(name).join(number.to_string());
                let read =
                    || fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()));
                there.then(read).transpose()
            };
            let before = text("before", step.before)?;
            let after = text("after", step.after)?;
            let path = self.root.join(&step.path);
            let now = fs::read(&path).ok();
            if now == after {
                continue;
            }
            budget.spend()?;
            match (now == before, after) {
                (true, Some(after)) => write(&path, &after, &self.directory)?,
                (true, None) => remove(&path)?,
                // The learner has changed it since the plan was made: theirs stays.
                (false, Some(after)) => {
                    let beside = beside(&step.path, &self.root, &after);
                    write(&self.root.join(&beside), &after, &self.directory)?;
                    let told = (step.path.clone(), beside);
                    if !self.list.told.beside.contains(&told) {
                        self.list.told.beside.push(told);
                    }
                }
                (false, None) => {}
            }
        }
        Ok(())
    }

    fn laid(&self, budget: &mut Budget) -> Result<()> {
        let (staged, laid) = (self.directory.join("laid"), self.state().join("laid"));
        if staged.exists() {
            if laid.exists() {
                budget.spend()?;
                fs::remove_dir_all(&laid)
                    .with_context(|| format!("cannot clear `{}`", laid.display()))?;
            }
            budget.spend()?;
            rename(&staged, &laid)?;
        }
        let marker = fs::read(self.directory.join("workspace.toml"));
        let marker = marker.context("the plan has lost its marker")?;
        budget.spend()?;
        write(
            &self.state().join("workspace.toml"),
            &marker,
            &self.directory,
        )
    }
}

/// A free name beside a file, or the one that has this text already.
fn beside(path: &str, root: &Path, text: &[u8]) -> String {
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, format!(".{ending}")),
        _ => (path, String::new()),
    };
    let mut name = format!("{stem}.new{ending}");
    let mut number = 2;
    while fs::read(root.join(&name)).is_ok_and(|there| there != text) {
        name = format!("{stem}.new.{number}{ending}");
        number += 1;
    }
    name
}

fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to)
        .with_context(|| format!("cannot move `{}` to `{}`", from.display(), to.display()))
}

/// Writes a file in one step: the old text or the new, never half of one. What is
/// not finished stands in `scratch`.
fn write(path: &Path, text: &[u8], scratch: &Path) -> Result<()> {
    let write = || -> Result<()> {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        let mut file = tempfile::NamedTempFile::new_in(scratch)?;
        file.write_all(text)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As open as what stood there: a temporary file is the learner's alone.
            let mode = fs::metadata(path).map_or(0o644, |old| old.permissions().mode());
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode & 0o777))?;
        }
        file.persist(path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write `{}`", path.display()))
}

/// Removes a file, and the directories that are empty without it.
fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).with_context(|| format!("cannot remove `{}`", path.display()))?;
    let mut above = path.parent();
    while let Some(directory) = above {
        // It stays where there is anything else in it.
        if fs::remove_dir(directory).is_err() {
            break;
        }
        above = directory.parent();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::workspace::update::plan::{Step, Tree};

    fn text(text: &str) -> Option<Vec<u8>> {
        Some(text.as_bytes().to_vec())
    }

    fn step(path: &str, before: Option<Vec<u8>>, after: Option<Vec<u8>>) -> Step {
        Step {
            path: path.to_owned(),
            before,
            after,
        }
    }

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// All files below a directory.
    fn tree(root: &Path) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut directories = vec![root.to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    directories.push(path);
                } else {
                    let name = path.strip_prefix(root).unwrap().display().to_string();
                    files.insert(name, fs::read_to_string(&path).unwrap());
                }
            }
        }
        files
    }

    /// A workspace where two exercises change places, one is new and one goes.
    fn workspace(root: &Path) -> Plan {
        for (path, text) in [
            ("c/a.rs", "my a"),
            ("c/b.rs", "b1"),
            ("d/gone.rs", "g"),
            (".backlings/history/a/0001.rs", "ha"),
            (".backlings/history/b/0001.rs", "hb"),
            (".backlings/laid/c/a.rs", "a1"),
            (".backlings/workspace.toml", "old"),
        ] {
            put(&root.join(path), text);
        }
        Plan {
            steps: vec![
                step("c/a.rs", text("my a"), text("b1")),
                step("c/b.rs", text("b1"), text("my a")),
                step("c/e.rs", None, text("e1")),
                step("d/gone.rs", text("g"), None),
            ],
            histories: vec![("a".into(), "b".into()), ("b".into(), "a".into())],
            laid: Tree::from([("c/b.rs".to_owned(), b"a1".to_vec())]),
            ..Plan::default()
        }
    }

    fn update(root: &Path, plan: &Plan, budget: &mut Budget) -> Result<()> {
        let state = root.join(".backlings");
        let stage = match Stage::find(root, &state)? {
            Some(stage) => stage,
            // It has been carried out.
            None if fs::read(state.join("workspace.toml"))? == b"new" => return Ok(()),
            None => Stage::write(root, &state, plan, &Index::default(), "new", budget)?,
        };
        stage.carry_out(budget).map(drop)
    }

    #[test]
    fn interrupted_anywhere_it_is_completed_by_the_next() {
        let place = tempfile::tempdir().unwrap();
        let plan = workspace(place.path());
        update(place.path(), &plan, &mut Budget::whole()).unwrap();
        let expected = tree(place.path());
        assert_eq!(expected["c/a.rs"], "b1");
        assert_eq!(expected["c/b.rs"], "my a");
        assert_eq!(expected[".backlings/history/a/0001.rs"], "hb");
        assert_eq!(expected[".backlings/workspace.toml"], "new");
        assert!(!expected.contains_key("d/gone.rs") && !place.path().join("d").exists());
        let mut interruptions = 0;
        for steps in 0.. {
            let place = tempfile::tempdir().unwrap();
            let plan = workspace(place.path());
            let whole = update(place.path(), &plan, &mut Budget(Some(steps))).is_ok();
            update(place.path(), &plan, &mut Budget::whole()).unwrap();
            let mut found = tree(place.path());
            // A plan that never became valid may lie there until the next one.
            found.retain(|path, _| !path.contains(UNFINISHED));
            assert_eq!(found, expected, "interrupted after {steps} steps");
            if whole {
                break;
            }
            interruptions += 1;
        }
        assert!(interruptions > 12, "only {interruptions}");
    }

    #[test]
    fn what_was_changed_meanwhile_stays() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path();
        let plan = workspace(root);
        let state = root.join(".backlings");
        let stage = Stage::write(
            root,
            &state,
            &plan,
            &Index::default(),
            "new",
            &mut Budget::whole(),
        )
        .unwrap();
        put(&root.join("c/b.rs"), "newer");
        put(&root.join("d/gone.rs"), "newer");
        let told = stage.carry_out(&mut Budget::whole()).unwrap();
        let files = tree(root);
        assert_eq!(files["c/b.rs"], "newer");
        assert_eq!(files["c/b.new.rs"], "my a");
        assert_eq!(files["d/gone.rs"], "newer");
        assert_eq!(
            told.beside,
            [("c/b.rs".to_owned(), "c/b.new.rs".to_owned())]
        );
    }
}
