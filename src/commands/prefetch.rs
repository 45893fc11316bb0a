//! `backlings prefetch`: builds all that exercises will ever need.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::waiting::Waiting;
use super::{Context, emit, judge_of};
use crate::error::{Error, Result};
use crate::judge::{self, Cancel, Judged, Urgency};

pub fn prefetch(context: &Context) -> Result<ExitCode> {
    let (workspace, made) = context.open_or_make()?;
    for note in made {
        eprintln!("{note}");
    }
    let _in_use = workspace.in_use()?;
    let judge = judge_of(&workspace);
    let cancel = Cancel::default();
    super::cancel_on_signals(&cancel)?;

    let exercises = &workspace.course.exercises;
    let suppliers = judge.suppliers(exercises.iter())?;
    let waiting = Waiting::new(context.paint);
    let mut built = 0;
    for exercise in &suppliers {
        if judge.is_supplied(exercise)? {
            continue;
        }
        built += 1;
        let supplied = judge.supply(exercise, Urgency::Now, &cancel, &|stage| {
            waiting.tell(&stage)
        });
        if supplied? == Judged::Cancelled {
            return Err(Error::broken(
                "stopped before all was built; what is built stays, and `backlings prefetch` goes on from there",
            ));
        }
    }
    judge.choose_linker(Urgency::Now, &cancel)?;
    judge.remember_all_supplied()?;
    drop(waiting);

    let crates: BTreeSet<&String> = exercises.iter().flat_map(|one| &one.crates).collect();
    let crates: Vec<String> = crates.into_iter().map(|name| format!("`{name}`")).collect();
    let mut text = if built == 0 {
        "All of it was there already".to_owned()
    } else {
        "All is built".to_owned()
    };
    text.push_str(&match crates.as_slice() {
        [] => ": no exercise needs a crate.".to_owned(),
        _ => format!(": {}.", crates.join(", ")),
    });
    text.push_str(" Nothing needs the network from now on.\n");
    for exercise in exercises {
        for program in exercise
            .requires
            .iter()
            .filter(|one| !judge::is_on_path(one))
        {
            text.push_str(&format!(
                "note: `{}` needs `{program}`, which is not installed here\n",
                exercise.name
            ));
        }
    }
    emit(&text)?;
    Ok(ExitCode::SUCCESS)
}
