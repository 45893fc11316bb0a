//! A workspace brought to the course as it is now.

mod plan;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::Path;

use anyhow::Context as _;

use super::laid::{self, Index};
use super::{Marker, STATE, Workspace, learners_files, readme, write_manifests};
use crate::course::{Course, Exercise};
use crate::error::{Error, Result};
use crate::judge;
pub use plan::Told;
use plan::{Facts, Tree};
use stage::{Budget, Stage};

/// Held by whoever works in a workspace: an update wants it alone.
#[derive(Debug)]
pub struct InUse(#[allow(dead_code)] File);

impl Workspace {
    /// Keeps updates away as long as the result is held.
    ///
    /// # Errors
    ///
    /// When the workspace cannot be written, or an update is under way.
    pub fn in_use(&self) -> Result<InUse> {
        let file = self.in_use_file()?;
        match file.try_lock_shared() {
            Err(TryLockError::WouldBlock) => Err(Error::usage(
                "this workspace is being updated: wait for `backlings update` to end",
            )),
            // Some network file systems have no locks: then people must take care.
            _ => Ok(InUse(file)),
        }
    }

    fn alone(&self) -> Result<InUse> {
        let file = self.in_use_file()?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(Error::usage(
                "somebody works in this workspace: leave its watcher with `q`, then `backlings update`",
            )),
            _ => Ok(InUse(file)),
        }
    }

    fn in_use_file(&self) -> Result<File> {
        let path = self.state().join("in-use");
        let file = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .with_context(|| format!("cannot write `{}`", path.display()))?;
        Ok(file)
    }

    /// What the learner should know before anything else: an update that was
    /// interrupted, or a course that has moved on.
    ///
    /// # Errors
    ///
    /// When the course or the workspace cannot be read.
    pub fn outdated(&self) -> Result<Option<String>> {
        if Stage::find(&self.root, &self.state())?.is_some() {
            return Ok(Some(
                "an update was interrupted here: `backlings update` completes it".to_owned(),
            ));
        }
        let index = Index::read(&self.laid());
        if index.fingerprint == laid::fingerprint(&self.course)? {
            return Ok(None);
        }
        let (has, is) = (&self.version, &self.course.version);
        Ok(Some(if has == is {
            "the course has changed: `backlings update` brings this workspace up to date".to_owned()
        } else {
            format!(
                "the course is now version {is}, this workspace has {has}: `backlings update` brings it here"
            )
        }))
    }

    /// Brings the files to the course as it is now: completes what was interrupted,
    /// then does what is left. Nothing of the learner's is lost.
    ///
    /// # Errors
    ///
    /// When somebody works in the workspace, the course is another or an older one,
    /// or the file system refuses; it can be repeated then.
    pub fn update_files(&self) -> Result<(InUse, Told)> {
        let lock = self.alone()?;
        self.fits()?;
        let mut told = Told::default();
        if let Some(stage) = Stage::find(&self.root, &self.state())? {
            told = stage.carry_out(&mut Budget::whole())?;
        }
        Stage::clear(&self.state());
        let facts = self.facts()?;
        let plan = plan::plan(&facts);
        let mut index = facts.new.clone();
        for id in &plan.recheck {
            // Until it has been judged again, it has what the old check said.
            let old = facts.old.exercises.get(id).map(|old| old.key.clone());
            if let Some(laid) = index.exercises.get_mut(id) {
                laid.key = old.unwrap_or_default();
            }
        }
        if !plan.steps.is_empty() || index != facts.old {
            let marker = self.marker()?;
            let stage = Stage::write(
                &self.root,
                &self.state(),
                &plan,
                &index,
                &marker,
                &mut Budget::whole(),
            )?;
            told.extend(stage.carry_out(&mut Budget::whole())?);
        }
        judge::lay_sources(&self.course, &self.state().join("lib"))?;
        let (progress, _) = self.progress()?;
        write_manifests(&self.course, &progress, &self.root)?;
        Ok((lock, told))
    }

    /// The exercises that pass, as far as anybody has looked, by checks that are
    /// others now.
    ///
    /// # Errors
    ///
    /// When the course or the workspace cannot be read.
    pub fn to_recheck(&self) -> Result<Vec<&Exercise>> {
        let (had, has) = (Index::read(&self.laid()), Index::of(&self.course)?);
        let (progress, _) = self.progress()?;
        let key = |index: &Index, id: &str| index.exercises.get(id).map(|laid| laid.key.clone());
        let exercises = self.course.exercises.iter();
        let changed = exercises.filter(|exercise| {
            progress.is_done(exercise) && key(&had, &exercise.id) != key(&has, &exercise.id)
        });
        Ok(changed.collect())
    }

    /// Notes that an exercise has been judged by the check as it is now.
    ///
    /// # Errors
    ///
    /// When the workspace cannot be written.
    pub fn rechecked(&self, exercise: &Exercise) -> Result<()> {
        let has = Index::of(&self.course)?;
        let mut index = Index::read(&self.laid());
        if let (Some(laid), Some(new)) = (
            index.exercises.get_mut(&exercise.id),
            has.exercises.get(&exercise.id),
        ) {
            laid.key.clone_from(&new.key);
        }
        Ok(index.write(&self.laid())?)
    }

    /// Refuses another course, and an older version of this one.
    fn fits(&self) -> Result<()> {
        let course = &self.course;
        if self.course_id != course.id {
            return Err(Error::broken(format!(
                "this workspace was made from the course `{}`, and what stands there now is `{}`\n  \
                 `backlings init DIR` makes a workspace for that one",
                self.course_id, course.id
            )));
        }
        let version = |text: &str| semver::Version::parse(text).ok();
        match (version(&self.version), version(&course.version)) {
            (Some(had), Some(has)) if has < had => Err(Error::usage(format!(
                "this workspace has version {had} of the course, and this is {has}: \
                 install a newer backlings, or bring the course's own directory up to date"
            ))),
            _ => Ok(()),
        }
    }

    fn marker(&self) -> Result<String> {
        let path = self.state().join("workspace.toml");
        let text = fs::read_to_string(&path)
            .with_context(|| format!("cannot read `{}`", path.display()))?;
        let mut marker: Marker = toml::from_str(&text).context("cannot read the marker")?;
        marker.course_version.clone_from(&self.course.version);
        Ok(toml::to_string(&marker).context("cannot write TOML")?)
    }

    fn facts(&self) -> Result<Facts> {
        let course = &self.course;
        let (progress, _) = self.progress()?;
        let done = course
            .exercises
            .iter()
            .filter(|exercise| progress.is_done(exercise))
            .map(|exercise| exercise.id.clone())
            .collect::<BTreeSet<_>>();
        let continues = course.exercises.iter().filter_map(|exercise| {
            let earlier = course.continued(exercise)?;
            Some((exercise.id.clone(), earlier.id.clone()))
        });
        let mut mine = Tree::new();
        read_below(&self.root, "exercises", &mut mine)?;
        read_below(&self.root, &format!("{STATE}/history"), &mut mine)?;
        if let Ok(text) = fs::read(self.root.join("README.md")) {
            mine.insert("README.md".to_owned(), text);
        }
        let mut base = Tree::new();
        read_below(&self.laid(), "exercises", &mut base)?;
        if let Ok(text) = fs::read(self.laid().join("README.md")) {
            base.insert("README.md".to_owned(), text);
        }
        Ok(Facts {
            old: Index::read(&self.laid()),
            new: Index::of(course)?,
            base,
            mine,
            course: course_files(course)?,
            done,
            continues: continues.collect::<BTreeMap<_, _>>(),
        })
    }
}

impl Told {
    fn extend(&mut self, other: Self) {
        self.added.extend(other.added);
        self.replaced.extend(other.replaced);
        self.moved.extend(other.moved);
        self.beside.extend(other.beside);
        self.orphaned.extend(other.orphaned);
        self.aside.extend(other.aside);
        self.removed.extend(other.removed);
    }
}

/// All that a workspace can have from a course.
fn course_files(course: &Course) -> Result<Tree> {
    let mut paths = learners_files(course)?;
    for exercise in &course.exercises {
        paths.extend(exercise.paths());
        paths.extend(exercise.solution_paths());
    }
    let mut tree = Tree::new();
    for path in paths {
        let text = course.source.read(&path);
        let text = text.with_context(|| format!("cannot read `{path}`"))?;
        tree.insert(path, text);
    }
    tree.insert("README.md".to_owned(), readme(course).into_bytes());
    Ok(tree)
}

/// Reads all files below a directory of `root`, by their paths with `/`.
fn read_below(root: &Path, directory: &str, tree: &mut Tree) -> Result<()> {
    let source = crate::course::Source::Directory(root.to_owned());
    let paths = source.files_below(directory);
    let paths = paths.with_context(|| format!("cannot read `{directory}`"))?;
    for path in paths {
        let text = fs::read(root.join(&path)).with_context(|| format!("cannot read `{path}`"))?;
        tree.insert(path, text);
    }
    Ok(())
}
