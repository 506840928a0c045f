//! `stepwell report RUN --replay`: a run of the past on the run screen. Changes nothing.

use super::args::Args;
use super::past::{self, Past};
use super::{Failure, load, wizard};
use crate::model::Exit;
use crate::tui;
use crate::words::record as words;

pub async fn run(args: &Args, run: Option<&str>, speed: u32) -> Result<Exit, Failure> {
    if args.json || wizard::is_plain(args) {
        return Err(Failure::new(Exit::Usage, words::NO_REPLAY));
    }
    wizard::large_enough()?;
    let setup = load::setup(args, None)?;
    let Some(mut journal) = load::journal(&setup).await? else { return Err(past::none(run, &setup)) };
    let past = Past::named(&mut journal, run, &setup).await?;
    journal.close().await;
    let began = Past::before(&past.run, &setup);
    Ok(tui::replay(began, past.events, speed, wizard::options(args, true)).await?)
}
