//! `stepwell report`: a run from its beginning to where it stands, for a ticket, a change record, a colleague.

mod gather;
mod markdown;

use super::args::Args;
use super::past::{self, Past};
use super::{Failure, load, report};
use crate::model::Exit;

pub async fn run(args: &Args, run: Option<&str>) -> Result<Exit, Failure> {
    let setup = load::setup(args, None)?;
    let Some(mut journal) = load::journal(&setup).await? else { return Err(past::none(run, &setup)) };
    let past = Past::named(&mut journal, run, &setup).await?;
    journal.close().await;
    let account = gather::account(&past);
    if args.json {
        report::print_json(&account)?;
    } else {
        report::print(markdown::text(&account, &setup.catalogue.system.versions))?;
    }
    Ok(Exit::Done)
}
