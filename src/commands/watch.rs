//! `backlings watch`: in a workspace, or in one it makes.

use std::process::ExitCode;
use std::time::Duration;

use super::{Context, shorten};
use crate::cli::WatchArgs;
use crate::error::Result;
use crate::watch::{self as watcher, Options};
use crate::workspace::{self, Workspace};

pub fn watch(context: &Context, args: &WatchArgs) -> Result<ExitCode> {
    let mut notices = Vec::new();
    let workspace = match workspace::locate(&context.here, context.workspace.as_deref()) {
        Some(root) => {
            let workspace = Workspace::open(&root)?;
            context.permit(&workspace.course)?;
            workspace
        }
        None => {
            let place = match &context.workspace {
                Some(named) => context.here.join(named),
                None => workspace::default_place(&context.here),
            };
            let standing_in = workspace::enclosing_course(&context.here);
            let course = workspace::load_course(standing_in)?;
            context.permit(&course)?;
            let made = Workspace::make(course, &place)?;
            notices.push(format!(
                "made your workspace `{}`: the files to edit are there",
                shorten(&place, &context.here)
            ));
            made
        }
    };
    notices.extend(workspace.outdated()?);
    let _in_use = workspace.in_use()?;
    watcher::watch(
        workspace,
        notices,
        Options {
            manual: args.manual,
            poll: args.poll.map(Duration::from_millis),
            plain: args.plain,
            color: context.paint.color,
        },
    )?;
    Ok(ExitCode::SUCCESS)
}
