//! A run as its journal has it.

use super::{Failure, load};
use crate::engine::Setup;
use crate::journal::{Journal, RunRecord};
use crate::model::{Event, EventKind, State};
use crate::words::format::visible;
use crate::words::plain::guide::quoted;

/// A run with all that happened in it.
#[derive(Debug)]
pub struct Past {
    pub run: RunRecord,
    pub events: Vec<Event>,
    /// What follows from the events.
    pub state: State,
}

impl Past {
    /// Reads it.
    pub async fn read(journal: &mut Journal, run: RunRecord, setup: &Setup) -> Result<Past, Failure> {
        let mut state = Past::before(&run, setup);
        let events = journal.events(&run.id).await.map_err(load::unreadable)?;
        events.iter().for_each(|event| state.apply(event));
        state.run = Some(run.id.clone());
        state.run_state = Some(run.state);
        Ok(Past { run, events, state })
    }

    /// What was known before anything happened in it.
    pub fn before(run: &RunRecord, setup: &Setup) -> State {
        let mut state = State {
            title: setup.catalogue.system.title.clone(),
            deployment: setup.deployment.id.clone(),
            file: setup.deployment.path.display().to_string(),
            ..State::default()
        };
        let plan = run.plan.clone();
        state.apply(&Event { seq: 0, at: run.began, kind: EventKind::Planned { plan } });
        state
    }

    /// Reads the run with this id, or the newest one.
    pub async fn named(journal: &mut Journal, id: Option<&str>, setup: &Setup) -> Result<Past, Failure> {
        let run = match id {
            None => journal.latest_run().await,
            Some(id) => journal.runs().await.map(|runs| runs.into_iter().find(|run| run.id == id)),
        };
        match run.map_err(load::unreadable)? {
            Some(run) => Past::read(journal, run, setup).await,
            None => Err(none(id, setup)),
        }
    }
}

/// There is no such run.
pub fn none(id: Option<&str>, setup: &Setup) -> Failure {
    let what = id.map_or("there were no runs here".to_owned(), |id| format!("there was no run {}", visible(id)));
    let file = quoted(&setup.deployment.path.display().to_string());
    let text = format!("error: {what}; nothing was changed\nSee what there is with `stepwell history -d {file}`");
    Failure::new(crate::model::Exit::Usage, text)
}
