//! What each kind of step does: one file a kind, each with how it is described and how it is carried out.
//!
//! A step knows nothing of the plan around it. It reports, obeys the control, and says how it ended; when it is tried
//! again, adopted or asked about is the engine's business.

mod ask;
mod backfill;
mod backup;
mod changes;
mod check;
mod context;
mod describe;
mod file;
mod http;
mod output;
mod repeat;
mod run;
pub mod shim;
mod space;
mod sql;
mod user;
mod wait;

#[cfg(test)]
mod tests;

pub use ask::fits as answer_fits;
pub use backup::{Restored, restore};
pub use check::rows_as_lines;
pub use context::{Context, Control, Failure, Outcome, Report};
pub use describe::describe_all;
pub use run::{Left, is_at_work, left_behind};
pub use space::{Room, beside, room};

use crate::model::{PlannedStep, Work};

/// Carries out one attempt of a step.
pub async fn run(step: &PlannedStep, context: &Context) -> Outcome {
    match &step.work {
        Work::Sql(sql) => sql::run(sql, context, step.done_when.is_some()).await,
        Work::Backfill(backfill) => backfill::run(backfill, step.as_user.as_ref(), context).await,
        Work::Run(command) => run::run(command, step.as_user.as_ref(), context).await,
        Work::File(edit) => file::run(edit, context),
        Work::Ask(ask) => ask::run(ask, context),
        Work::Http(http) => http::run(http, context).await,
        Work::Wait(wait) => wait::run(wait, context).await,
        Work::Backup(backup) => backup::run(backup, context).await,
        Work::Repeat(listed) => repeat::run(listed, context).await,
        Work::Check(check) => check::run(check, context).await,
        Work::Baseline(probes) => check::baseline(probes, context).await,
    }
}
