//! `stepwell history`: earlier runs, from the journal. Changes nothing.

use std::collections::BTreeSet;

use serde_json::json;

use super::args::Args;
use super::{Failure, load};
use crate::model::{EventKind, Exit, RunState};
use crate::words::format::{between, duration};

pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let (mut runs, mut restored) = (Vec::new(), BTreeSet::new());
    if let Some(mut journal) = load::journal(&load::setup(args, None)?).await? {
        runs = journal.runs().await.map_err(load::unreadable)?;
        for run in runs.iter().filter(|run| run.state == RunState::Abandoned) {
            let events = journal.events(&run.id).await.map_err(load::unreadable)?;
            if events.iter().any(|event| matches!(event.kind, EventKind::Restored { .. })) {
                restored.insert(run.id.clone());
            }
        }
    }
    if args.json {
        let runs: Vec<_> = runs
            .iter()
            .map(|r| json!({ "run": r.id, "state": r.state, "from": r.plan.from, "to": r.plan.to, "began": r.began, "last": r.last,
                "restored": restored.contains(&r.id) }))
            .collect();
        println!("{}", json!({ "schema": 1, "runs": runs }));
    } else if runs.is_empty() {
        println!("There were no runs here.");
    } else {
        for run in &runs {
            let word = match restored.contains(&run.id) {
                true => "taken back: its backup was restored".to_owned(),
                false => serde_json::to_value(run.state)?.as_str().unwrap_or_default().replace('_', " "),
            };
            let took = duration(between(run.began, run.last));
            println!(
                "{}  {} to {}  {word}  began {}, {took}",
                run.id,
                run.plan.from,
                run.plan.to,
                run.began.strftime("%Y-%m-%d %H:%M UTC")
            );
        }
    }
    Ok(Exit::Done)
}
