//! Read-only questions: asked of databases, commands and files, and judged by what their author expects.
//!
//! Nothing here changes anything. Detection and checks come before a plan exists.

mod answer;
mod command;
mod file;
mod resolve;
mod site;
mod sql;
mod verdict;

pub use answer::{lines_answer, text_lines};
pub use command::{Outcome, base_env, run as run_command};
pub use resolve::{Problem, Resolved, resolve};
pub use site::Site;
pub use verdict::{Verdict, judge};

use crate::definition::TemplateError;
use crate::model::{Answer, Ask, Probe};
use crate::store::StoreError;

/// Why a question could not be put at all. That is neither yes nor no.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AskError {
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Template(#[from] TemplateError),
    #[error("`{program}` cannot be started: {reason}")]
    Command { program: String, reason: String },
    #[error("`{program}` did not answer within {seconds} s and was stopped")]
    TimedOut { program: String, seconds: u64 },
    #[error("{path} cannot be read: {reason}")]
    File { path: String, reason: String },
    #[error("{0}")]
    Definition(String),
}

/// Puts a question and takes the answer's rows.
///
/// # Errors
/// When it could not be put: the store is unreachable, the program is not there, a name is unknown.
pub async fn ask(probe: &Probe, site: &Site) -> Result<Answer, AskError> {
    let answer = match &probe.ask {
        Ask::Sql { store, query } => sql::ask(site, store.as_deref(), query).await?,
        Ask::Run(command) => command::ask(site, command).await?,
        Ask::File { file } => file::ask(site, file, &probe.answer)?,
    };
    answer::matched(answer, &probe.answer, site)
}
