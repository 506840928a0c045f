//! Read-only questions: asked of databases, commands and files, and judged by what their author expects.
//!
//! Nothing here changes anything. Detection and checks come before a plan exists.

mod answer;
mod command;
mod file;
mod http;
mod resolve;
mod site;
mod sql;
mod verdict;

pub use answer::{lines_answer, text_lines};
pub use command::{Outcome, base_env, kill_group, prepared, run as run_command};
pub use http::request;
pub use resolve::{Problem, Resolved, resolve};
pub use site::Site;
pub use verdict::{Verdict, in_the_way, judge};

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
    #[error("{url} does not answer: {reason}")]
    Http { url: String, reason: String },
    #[error("{path} cannot be read: {reason}")]
    File { path: String, reason: String },
    #[error("{0}")]
    Definition(String),
}

/// So many rows of an answer are kept where all of them are wanted.
pub const MOST_ROWS: usize = 10_000;

/// So many rows of an answer are kept for showing.
const SHOWN_ROWS: usize = 100;

/// Puts a question and takes the answer's rows, the first hundred of them.
///
/// # Errors
/// When it could not be put: the store is unreachable, the program is not there, a name is unknown.
pub async fn ask(probe: &Probe, site: &Site) -> Result<Answer, AskError> {
    ask_up_to(probe, site, SHOWN_ROWS).await
}

/// As [`ask`], with all rows up to [`MOST_ROWS`].
///
/// # Errors
/// As [`ask`].
pub async fn ask_all(probe: &Probe, site: &Site) -> Result<Answer, AskError> {
    ask_up_to(probe, site, MOST_ROWS).await
}

async fn ask_up_to(probe: &Probe, site: &Site, most: usize) -> Result<Answer, AskError> {
    let answer = match &probe.ask {
        Ask::Sql { store, query } => sql::ask(site, store.as_deref(), query, most).await?,
        Ask::Run(command) => command::ask(site, command).await?,
        Ask::File { file } => file::ask(site, file, &probe.answer)?,
        Ask::Http(request) => http::ask(site, request, &probe.answer).await?,
    };
    let mut answer = answer::matched(answer, &probe.answer, site)?;
    answer.rows.truncate(most);
    Ok(answer)
}
