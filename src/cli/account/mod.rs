//! `stepwell report`: a run from its beginning to where it stands, for a ticket, a change record, a colleague.

mod gather;
mod markdown;

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use super::args::Args;
use super::past::{self, Past};
use super::{Failure, load, report};
use crate::engine::Setup;
use crate::model::Exit;

pub async fn run(args: &Args, run: Option<&str>) -> Result<Exit, Failure> {
    let (setup, past) = read(args, run).await?;
    let account = gather::account(&past);
    if args.json {
        report::print_json(&account)?;
    } else {
        report::print(markdown::text(&account, &setup.catalogue.system.versions))?;
    }
    Ok(Exit::Done)
}

/// Keeps the report of a run in the state directory, for this user alone, and says where.
///
/// # Errors
/// When the journal cannot be read, or the file not be written.
pub async fn keep(args: &Args, run: &str) -> Result<PathBuf, Failure> {
    let (setup, past) = read(args, Some(run)).await?;
    let text = markdown::text(&gather::account(&past), &setup.catalogue.system.versions);
    let file = setup.deployment.state_dir.join(format!("report-{run}.md"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600).open(&file)?.write_all(text.as_bytes())?;
    Ok(file)
}

async fn read(args: &Args, run: Option<&str>) -> Result<(Setup, Past), Failure> {
    let setup = load::setup(args, None)?;
    let Some(mut journal) = load::journal(&setup).await? else { return Err(past::none(run, &setup)) };
    let past = Past::named(&mut journal, run, &setup).await?;
    journal.close().await;
    Ok((setup, past))
}
