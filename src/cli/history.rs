//! `stepwell history`: earlier runs, from the journal. Changes nothing.

use serde_json::json;

use super::args::Args;
use super::{Failure, load};
use crate::model::Exit;
use crate::words::format::{between, duration};

pub async fn run(args: &Args) -> Result<Exit, Failure> {
    let runs = match load::journal(&load::setup(args, None)?).await? {
        Some(mut journal) => journal.runs().await.map_err(load::unreadable)?,
        None => Vec::new(),
    };
    if args.json {
        let runs: Vec<_> = runs
            .iter()
            .map(|r| json!({ "run": r.id, "state": r.state, "from": r.plan.from, "to": r.plan.to, "began": r.began, "last": r.last }))
            .collect();
        println!("{}", json!({ "schema": 1, "runs": runs }));
    } else if runs.is_empty() {
        println!("There were no runs here.");
    } else {
        for run in &runs {
            let word = serde_json::to_value(run.state)?.as_str().unwrap_or_default().replace('_', " ");
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
