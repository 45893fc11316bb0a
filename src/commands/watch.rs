//! `backlings watch`: in a workspace, or in one it makes.

use std::process::ExitCode;
use std::time::Duration;

use super::Context;
use crate::cli::WatchArgs;
use crate::error::Result;
use crate::watch::{self as watcher, Options};

pub fn watch(context: &Context, args: &WatchArgs) -> Result<ExitCode> {
    let (workspace, notices) = context.open_or_make()?;
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
