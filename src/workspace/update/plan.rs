//! What an update changes: pure. The learner's files, the course's files as they
//! came (the base) and as they are now, compared by three ways.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::course::continued;
use crate::workspace::laid::{Index, Laid};

/// Texts by path.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// Everything that a plan is made from.
#[derive(Debug, Default)]
pub struct Facts {
    /// The course as the workspace has it.
    pub old: Index,
    /// The course as it is now.
    pub new: Index,
    /// The copies of the files as they came.
    pub base: Tree,
    /// The files as they are in the workspace.
    pub mine: Tree,
    /// The course's files as they are now: texts, subjects, checks, fixtures, solutions.
    pub course: Tree,
    /// Ids of the exercises that pass, as far as anybody has looked.
    pub done: BTreeSet<String>,
    /// Exercises that continue others: id to id.
    pub continues: BTreeMap<String, String>,
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The file, from the workspace's root.
    pub path: String,
    /// What it was when the plan was made.
    pub before: Option<Vec<u8>>,
    /// What it shall be; nothing removes it.
    pub after: Option<Vec<u8>>,
}

/// What is changed, and what the learner is told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files, each once.
    pub steps: Vec<Step>,
    /// Directories of attempts that move with their exercises, by names.
    pub histories: Vec<(String, String)>,
    /// The copies of the files as they will have come.
    pub laid: Tree,
    /// Ids of exercises that pass and whose checks are others now.
    pub recheck: Vec<String>,
    /// What to tell.
    pub told: Told,
}

/// What an update did, as paths from the workspace's root.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Files that were not there.
    pub added: Vec<String>,
    /// Untouched files that have the course's new text.
    pub replaced: Vec<String>,
    /// Files of exercises that have another place now.
    pub moved: Vec<(String, String)>,
    /// Edited files that the course has changed too, and where its new text is.
    pub beside: Vec<(String, String)>,
    /// Edited files whose exercise is gone; they stay.
    pub orphaned: Vec<String>,
    /// Edited files of the course, and where the edited text is kept.
    pub aside: Vec<(String, String)>,
    /// Untouched files whose exercise is gone.
    pub removed: Vec<String>,
}

/// Makes the plan.
pub fn plan(facts: &Facts) -> Plan {
    let mut planner = Planner {
        facts,
        desired: BTreeMap::new(),
        owned: BTreeSet::new(),
        plan: Plan::default(),
    };
    planner.texts();
    for (id, new) in &facts.new.exercises {
        planner.exercise(id, new);
    }
    for (id, old) in &facts.old.exercises {
        if !facts.new.exercises.contains_key(id) {
            planner.gone(old);
        }
    }
    planner.finish()
}

struct Planner<'a> {
    facts: &'a Facts,
    /// What every file that the update knows of shall be.
    desired: BTreeMap<String, Vec<u8>>,
    /// Files of the old course: where nothing is desired in their place, they go.
    owned: BTreeSet<String>,
    plan: Plan,
}

impl Planner<'_> {
    fn texts(&mut self) {
        for path in &self.facts.new.texts {
            let ours = self.facts.course.get(path).cloned().unwrap_or_default();
            self.file(Some(path), path, ours);
        }
        for path in &self.facts.old.texts {
            if !self.facts.new.texts.contains(path) {
                self.gone_file(path);
            }
        }
    }

    fn exercise(&mut self, id: &str, new: &Laid) {
        let old = self.facts.old.exercises.get(id);
        for (index, path) in new.files.iter().enumerate() {
            let before = old.and_then(|old| old_path(old, new, index));
            if let Some(ours) = self.subject(id, before, path) {
                self.file(before, path, ours);
            }
        }
        self.companions_gone(old, new);
        self.checks(old, new);
        self.solutions(id, old, new);
        if let Some(old) = old.filter(|old| old.name != new.name) {
            let renamed = (old.name.clone(), new.name.clone());
            self.plan.histories.push(renamed);
        }
        let is_same = old.is_some_and(|old| old.key == new.key);
        if self.facts.done.contains(id) && !is_same {
            self.plan.recheck.push(id.to_owned());
        }
    }

    /// The course's text of a subject: where it continues another exercise, what the
    /// learner began with, below the course's comment; nothing where it has not begun.
    fn subject(&self, id: &str, before: Option<&String>, path: &str) -> Option<Vec<u8>> {
        let ours = self.facts.course.get(path)?.clone();
        let Some(earlier) = self.facts.continues.get(id) else {
            return Some(ours);
        };
        let begun = before.and_then(|before| self.facts.base.get(before));
        let from = match begun {
            Some(begun) => begun,
            None if self.facts.done.contains(earlier) => {
                let place = self.facts.old.exercises.get(earlier);
                self.facts.mine.get(place?.files.first()?)?
            }
            None => return None,
        };
        let (head, body) = (
            String::from_utf8_lossy(&ours),
            String::from_utf8_lossy(from),
        );
        Some(continued(&head, &body).into_bytes())
    }

    /// Compares a file of the learner's, which was at `before`, and desires it at `path`.
    fn file(&mut self, before: Option<&String>, path: &str, ours: Vec<u8>) {
        let facts = self.facts;
        let mine = match before {
            Some(before) => facts.mine.get(before),
            // A file of that name may be the learner's own.
            None => facts.mine.get(path).filter(|_| !self.is_of_old(path)),
        };
        let base = before.and_then(|before| facts.base.get(before));
        self.owned.extend(before.cloned());
        self.plan.laid.insert(path.to_owned(), ours.clone());
        let told = &mut self.plan.told;
        let moved = before.filter(|before| *before != path && mine.is_some());
        if let Some(before) = moved {
            told.moved.push((before.clone(), path.to_owned()));
        }
        let desired = match mine {
            None => {
                told.added.push(path.to_owned());
                ours
            }
            Some(mine) if *mine == ours => ours,
            Some(mine) if Some(mine) == base => {
                told.replaced.push(path.to_owned());
                ours
            }
            Some(mine) => {
                if base != Some(&ours) {
                    let beside = self.free_name(path, ".new");
                    self.plan
                        .told
                        .beside
                        .push((path.to_owned(), beside.clone()));
                    self.desired.insert(beside, ours);
                }
                mine.clone()
            }
        };
        self.desired.insert(path.to_owned(), desired);
    }

    fn is_of_old(&self, path: &str) -> bool {
        let of = |laid: &Laid| laid.files.iter().chain(&laid.checks).any(|own| own == path);
        self.facts.old.exercises.values().any(of)
    }

    /// A name like `path` that is free: with the mark `.new`, `http1.new.rs`, then
    /// `http1.new.2.rs`.
    fn free_name(&self, path: &str, mark: &str) -> String {
        let ending = Path::new(path).extension();
        let ending = ending.map_or_else(String::new, |ending| format!(".{}", ending.display()));
        let stem = path.strip_suffix(&ending).unwrap_or(path);
        let mut name = format!("{stem}{mark}{ending}");
        let mut number = 2;
        while self.facts.mine.contains_key(&name) || self.desired.contains_key(&name) {
            name = format!("{stem}{mark}.{number}{ending}");
            number += 1;
        }
        name
    }

    /// Companions that an exercise no longer has.
    fn companions_gone(&mut self, old: Option<&Laid>, new: &Laid) {
        let Some(old) = old else { return };
        let kept: Vec<&String> = (0..new.files.len())
            .filter_map(|index| old_path(old, new, index))
            .collect();
        for path in &old.files {
            if !kept.contains(&path) {
                self.gone_file(path);
            }
        }
    }

    /// The check and the fixtures are the course's; edited ones are put aside.
    fn checks(&mut self, old: Option<&Laid>, new: &Laid) {
        let no_paths = Vec::new();
        let before = old.map_or(&no_paths, |old| &old.checks);
        for path in before {
            self.put_aside(path, &new.name);
            self.owned.insert(path.clone());
        }
        for path in &new.checks {
            let Some(ours) = self.facts.course.get(path) else {
                continue;
            };
            self.plan.laid.insert(path.clone(), ours.clone());
            if !self.facts.mine.contains_key(path) {
                self.plan.told.added.push(path.clone());
            } else if before.contains(path) && self.facts.base.get(path) != Some(ours) {
                self.plan.told.replaced.push(path.clone());
            }
            self.desired.insert(path.clone(), ours.clone());
        }
    }

    fn put_aside(&mut self, path: &str, name: &str) {
        let facts = self.facts;
        let Some(mine) = facts.mine.get(path) else {
            return;
        };
        let is_ours = facts.base.get(path) == Some(mine) || facts.course.get(path) == Some(mine);
        if is_ours {
            return;
        }
        let file = path.rsplit('/').next().unwrap_or(path);
        let kept = self.free_name(&format!(".backlings/history/{name}/check/{file}"), "");
        self.plan.told.aside.push((path.to_owned(), kept.clone()));
        self.desired.insert(kept, mine.clone());
    }

    /// Solutions stand where their exercise passes.
    fn solutions(&mut self, id: &str, old: Option<&Laid>, new: &Laid) {
        if let Some(old) = old {
            self.owned.extend(old.solutions.iter().cloned());
        }
        if !self.facts.done.contains(id) {
            return;
        }
        for path in &new.solutions {
            if let Some(ours) = self.facts.course.get(path) {
                self.desired.insert(path.clone(), ours.clone());
            }
        }
    }

    /// An exercise that the course no longer has.
    fn gone(&mut self, old: &Laid) {
        for path in &old.files {
            self.gone_file(path);
        }
        for path in &old.checks {
            self.put_aside(path, &old.name);
            self.owned.insert(path.clone());
        }
        self.owned.extend(old.solutions.iter().cloned());
    }

    fn gone_file(&mut self, path: &str) {
        let Some(mine) = self.facts.mine.get(path) else {
            return;
        };
        if self.facts.base.get(path) == Some(mine) {
            self.owned.insert(path.to_owned());
        } else {
            self.plan.told.orphaned.push(path.to_owned());
        }
    }

    /// Turns what is desired into steps.
    fn finish(mut self) -> Plan {
        let facts = self.facts;
        // An edited file whose exercise is gone gives way to one that has its place now.
        let orphaned = std::mem::take(&mut self.plan.told.orphaned);
        for path in orphaned {
            match facts.mine.get(&path) {
                Some(mine) if self.desired.get(&path).is_some_and(|text| text != mine) => {
                    let kept = self.free_name(&path, ".old");
                    self.plan.told.aside.push((path, kept.clone()));
                    self.desired.insert(kept, mine.clone());
                }
                _ => self.plan.told.orphaned.push(path),
            }
        }
        for path in &self.owned {
            if !self.desired.contains_key(path) && facts.mine.contains_key(path) {
                let was_moved = self.plan.told.moved.iter().any(|(from, _)| from == path);
                if !was_moved && !path.contains("/solutions/") {
                    self.plan.told.removed.push(path.clone());
                }
                self.plan.steps.push(Step {
                    path: path.clone(),
                    before: facts.mine.get(path).cloned(),
                    after: None,
                });
            }
        }
        for (path, after) in self.desired {
            let before = facts.mine.get(&path).cloned();
            if before.as_ref() != Some(&after) {
                self.plan.steps.push(Step {
                    path,
                    before,
                    after: Some(after),
                });
            }
        }
        let told = &mut self.plan.told;
        for paths in [
            &mut told.added,
            &mut told.replaced,
            &mut told.orphaned,
            &mut told.removed,
        ] {
            paths.sort();
        }
        for pairs in [&mut told.moved, &mut told.beside, &mut told.aside] {
            pairs.sort();
        }
        self.plan
    }
}

/// Where a file of an exercise was: the subject is the subject whatever it is
/// called, a companion is known by its name.
fn old_path<'a>(old: &'a Laid, new: &Laid, index: usize) -> Option<&'a String> {
    if index == 0 {
        return old.files.first();
    }
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let wanted = name(&new.files[index]);
    old.files.iter().skip(1).find(|path| name(path) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let file = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        files.iter().map(file).collect()
    }

    fn laid(name: &str) -> Laid {
        Laid {
            name: name.to_owned(),
            files: vec![format!("c/{name}.rs")],
            solutions: vec![format!("c/solutions/{name}.rs")],
            checks: vec![format!("c/checks/{name}.rs")],
            key: "k".to_owned(),
        }
    }

    fn index(exercises: &[(&str, &str)]) -> Index {
        Index {
            exercises: exercises
                .iter()
                .map(|(id, name)| ((*id).to_owned(), laid(name)))
                .collect(),
            ..Index::default()
        }
    }

    /// The workspace after the plan, as text by path.
    fn after(facts: &Facts) -> (BTreeMap<String, String>, Told) {
        let plan = plan(facts);
        let mut tree = facts.mine.clone();
        for step in plan.steps {
            assert_eq!(tree.get(&step.path).cloned(), step.before, "{}", step.path);
            match step.after {
                Some(text) => tree.insert(step.path, text),
                None => tree.remove(&step.path),
            };
        }
        let text = |(path, text): (String, Vec<u8>)| (path, String::from_utf8(text).unwrap());
        (tree.into_iter().map(text).collect(), plan.told)
    }

    fn files(tree: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
        tree.iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect()
    }

    #[test]
    fn untouched_files_are_replaced_and_edits_kept() {
        let facts = Facts {
            old: index(&[("1", "a"), ("2", "b"), ("3", "d")]),
            new: index(&[("1", "a"), ("2", "b"), ("3", "d"), ("4", "e")]),
            base: tree(&[("c/a.rs", "a1"), ("c/b.rs", "b1"), ("c/d.rs", "d1")]),
            mine: tree(&[("c/a.rs", "a1"), ("c/b.rs", "mine"), ("c/d.rs", "my own")]),
            course: tree(&[
                ("c/a.rs", "a2"),
                ("c/b.rs", "b1"),
                ("c/d.rs", "d2"),
                ("c/e.rs", "e1"),
            ]),
            ..Facts::default()
        };
        let (tree, told) = after(&facts);
        assert_eq!(
            files(&tree),
            [
                ("c/a.rs", "a2"),
                ("c/b.rs", "mine"),
                ("c/d.new.rs", "d2"),
                ("c/d.rs", "my own"),
                ("c/e.rs", "e1"),
            ]
        );
        assert_eq!(told.replaced, ["c/a.rs"]);
        assert_eq!(told.added, ["c/e.rs"]);
        assert_eq!(
            told.beside,
            [("c/d.rs".to_owned(), "c/d.new.rs".to_owned())]
        );
    }

    #[test]
    fn a_new_exercise_pushes_the_others_on() {
        // a, b become b, c; a new a comes.
        let facts = Facts {
            old: index(&[("1", "a"), ("2", "b")]),
            new: index(&[("0", "a"), ("1", "b"), ("2", "d")]),
            base: tree(&[("c/a.rs", "a1"), ("c/b.rs", "b1")]),
            mine: tree(&[
                ("c/a.rs", "my a"),
                ("c/b.rs", "b1"),
                ("c/solutions/a.rs", "sa"),
            ]),
            course: tree(&[
                ("c/a.rs", "new"),
                ("c/b.rs", "a1"),
                ("c/d.rs", "b1"),
                ("c/solutions/b.rs", "sa"),
            ]),
            done: BTreeSet::from(["1".to_owned()]),
            ..Facts::default()
        };
        let (tree, told) = after(&facts);
        assert_eq!(
            files(&tree),
            [
                ("c/a.rs", "new"),
                ("c/b.rs", "my a"),
                ("c/d.rs", "b1"),
                ("c/solutions/b.rs", "sa"),
            ]
        );
        assert_eq!(told.moved.len(), 2);
        assert_eq!(told.added, ["c/a.rs"]);
        assert!(told.beside.is_empty() && told.removed.is_empty());
    }

    #[test]
    fn what_is_gone_goes_unless_it_was_edited() {
        let facts = Facts {
            old: index(&[("1", "a"), ("2", "b"), ("3", "d")]),
            new: index(&[("4", "d")]),
            base: tree(&[
                ("c/a.rs", "a1"),
                ("c/b.rs", "b1"),
                ("c/d.rs", "d1"),
                ("c/checks/a.rs", "ca"),
            ]),
            mine: tree(&[
                ("c/a.rs", "a1"),
                ("c/b.rs", "mine"),
                ("c/d.rs", "my own"),
                ("c/checks/a.rs", "edited"),
            ]),
            course: tree(&[("c/d.rs", "another")]),
            ..Facts::default()
        };
        let (tree, told) = after(&facts);
        assert_eq!(
            files(&tree),
            [
                (".backlings/history/a/check/a.rs", "edited"),
                ("c/b.rs", "mine"),
                ("c/d.old.rs", "my own"),
                ("c/d.rs", "another"),
            ]
        );
        assert_eq!(told.orphaned, ["c/b.rs"]);
        assert_eq!(told.removed, ["c/a.rs", "c/checks/a.rs"]);
    }

    #[test]
    fn a_changed_check_is_judged_again_where_it_passed() {
        let mut facts = Facts {
            old: index(&[("1", "a"), ("2", "b")]),
            new: index(&[("1", "a"), ("2", "b")]),
            done: BTreeSet::from(["1".to_owned()]),
            ..Facts::default()
        };
        assert!(plan(&facts).recheck.is_empty());
        for laid in facts.new.exercises.values_mut() {
            laid.key = "other".to_owned();
        }
        assert_eq!(plan(&facts).recheck, ["1"]);
    }

    #[test]
    fn what_continues_an_answer_keeps_it_under_a_new_comment() {
        let mut facts = Facts {
            old: index(&[("1", "a"), ("2", "b")]),
            new: index(&[("1", "a"), ("2", "b")]),
            base: tree(&[("c/b.rs", "//! old\n\nmine\n")]),
            mine: tree(&[
                ("c/a.rs", "//! a\n\nmine\n"),
                ("c/b.rs", "//! old\n\nmine\n"),
            ]),
            course: tree(&[("c/a.rs", "//! a\n\nmine\n"), ("c/b.rs", "//! new\n")]),
            continues: BTreeMap::from([("2".to_owned(), "1".to_owned())]),
            ..Facts::default()
        };
        let (tree, _) = after(&facts);
        assert_eq!(tree["c/b.rs"], "//! new\n\nmine\n");
        // Not begun: it comes when the other passes, or at once where it does.
        facts.base = Tree::new();
        facts.mine.remove("c/b.rs");
        let (tree, _) = after(&facts);
        assert!(!tree.contains_key("c/b.rs"));
        facts.done.insert("1".to_owned());
        let (tree, _) = after(&facts);
        assert_eq!(tree["c/b.rs"], "//! new\n\nmine\n");
    }

    #[test]
    fn nothing_is_done_twice() {
        let facts = Facts {
            old: index(&[("1", "a")]),
            new: index(&[("1", "a")]),
            base: tree(&[("c/a.rs", "a1"), ("c/checks/a.rs", "k")]),
            mine: tree(&[("c/a.rs", "mine"), ("c/checks/a.rs", "k")]),
            course: tree(&[("c/a.rs", "a1"), ("c/checks/a.rs", "k")]),
            ..Facts::default()
        };
        let plan = plan(&facts);
        assert_eq!(plan.steps, []);
        assert_eq!(plan.told, Told::default());
    }
}
