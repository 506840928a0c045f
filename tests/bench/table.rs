//! What was measured, as a table for people and one for programs.

use serde_json::json;

use super::contender::Contender;
use super::measure::Measured;
use super::place::Place;

/// One comparison.
pub struct Row {
    database: String,
    rows: u64,
    stepwell: String,
    other: String,
    /// How many times as fast as the other one: of each pair, sorted.
    ratios: Vec<f64>,
    ours: Measured,
    theirs: Measured,
}

impl Row {
    pub fn of(place: &Place, stepwell: &Contender, other: &Contender, ours: &[Measured], theirs: &[Measured]) -> Row {
        let mut ratios: Vec<f64> = ours.iter().zip(theirs).map(|(a, b)| b.seconds / a.seconds).collect();
        ratios.sort_by(f64::total_cmp);
        Row {
            database: format!("{:?}", place.engine),
            rows: place.rows,
            stepwell: stepwell.name(),
            other: other.name(),
            ratios,
            ours: middle(ours),
            theirs: middle(theirs),
        }
    }
}

/// The median of the time, and the most of everything else.
fn middle(all: &[Measured]) -> Measured {
    let mut seconds: Vec<f64> = all.iter().map(|m| m.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    Measured {
        seconds: seconds[seconds.len() / 2],
        memory: all.iter().map(|m| m.memory).max().unwrap_or(0),
        log: all.iter().map(|m| m.log).max().unwrap_or(0),
    }
}

pub fn markdown(rows: &[Row]) -> String {
    let mut out = String::from(
        "| database | rows | Stepwell | against | times as fast (least to most) | seconds | memory | log |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let [least, median, most] = spread(&row.ratios);
        let log = if row.database == "Sqlite" {
            format!("{} MB, {} MB", row.ours.log >> 20, row.theirs.log >> 20)
        } else {
            String::new()
        };
        out += &format!(
            "| {} | {} | {} | {} | **{median:.2}** ({least:.2} to {most:.2}) | {:.2}, {:.2} | {} MB | {log} |\n",
            row.database,
            row.rows,
            row.stepwell,
            row.other,
            row.ours.seconds,
            row.theirs.seconds,
            row.ours.memory >> 20
        );
    }
    out
}

pub fn json(rows: &[Row]) -> String {
    let side = |m: &Measured| json!({ "seconds": m.seconds, "memory": m.memory, "log": m.log });
    let rows = rows.iter().map(|row| {
        json!({
            "database": row.database,
            "rows": row.rows,
            "stepwell": row.stepwell,
            "against": row.other,
            "ratios": row.ratios,
            "ours": side(&row.ours),
            "theirs": side(&row.theirs),
        })
    });
    json!({ "schema": 1, "rows": rows.collect::<Vec<_>>() }).to_string()
}

fn spread(sorted: &[f64]) -> [f64; 3] {
    [sorted[0], sorted[sorted.len() / 2], sorted[sorted.len() - 1]]
}
