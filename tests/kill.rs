//! A run survives whatever ends its runner: the result is that of a run that nobody disturbed.

mod support;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use stepwell::model::{Event, EventKind, StepState};

use support::database;
use support::deployment::{Demo, Deployment};
use support::ledger::Ledger;
use support::random::Random;

/// Enough for a backfill of several batches.
const ROWS: u32 = 60_000;

/// Where the moments of killing lie within their part of the run. Another number tries others.
const SEED: u64 = 7;

/// What an undisturbed run tells and leaves.
struct Undisturbed {
    events: Vec<Event>,
    dump: String,
}

fn undisturbed() -> &'static Undisturbed {
    static ONCE: OnceLock<Undisturbed> = OnceLock::new();
    ONCE.get_or_init(|| {
        let demo = Demo::with_rows(ROWS).build();
        let before = demo.dump();
        let (code, events) = demo.start_runner().finish();
        assert_eq!(code, 0, "the sample upgrade by itself: {events:#?}");
        let dump = demo.dump();
        assert_ne!(dump, before, "the sample upgrade changes something");
        Undisturbed { events, dump }
    })
}

/// `count` whole numbers below `end`, one in each of as many equal parts, as the seed has it.
fn spread(count: usize, end: usize) -> Vec<usize> {
    assert!(end >= count, "{end} events are too few for {count} moments");
    let mut random = Random::of(SEED);
    (0..count)
        .map(|part| {
            let (from, to) = (part * end / count, (part + 1) * end / count);
            from + random.below(to - from)
        })
        .collect()
}

/// Runs the sample upgrade, kills the runner once `moment` has come, goes on, and compares.
#[track_caller]
fn killed_when(what: &str, moment: impl FnMut(&EventKind) -> bool) {
    let demo = Demo::with_rows(ROWS).build();
    let mut runner = demo.start_runner();
    runner.wait_for(what, moment);
    runner.kill();
    assert_goes_on(&demo, &format!("killed when {what}"));
}

#[track_caller]
fn assert_goes_on(demo: &Deployment, after: &str) {
    demo.finish().exit(0);
    database::assert_same(&undisturbed().dump, &demo.dump(), after);
    assert_eq!(demo.status(), 0, "{after}, the upgrade is recorded");
}

/// The beginnings and ends of steps in an undisturbed run, in order: what every run tells. Progress is told as time
/// allows, and how often `reseal` is tried again is left to chance.
fn changes() -> Vec<(String, StepState)> {
    let changes: Vec<_> = undisturbed()
        .events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::StepChanged { key, state }
                if state.is_over() || *state == (StepState::Running { attempt: 1 }) =>
            {
                Some((key.clone(), state.clone()))
            }
            _ => None,
        })
        .collect();
    assert!(changes.len() > 10, "a run tells how its steps go: {changes:?}");
    changes
}

#[test]
fn a_runner_killed_between_any_two_events_is_resumed() {
    let changes = changes();
    for moment in spread(10, changes.len()) {
        let (key, state) = &changes[moment];
        killed_when(
            &format!("{key} was {state:?}"),
            |kind| matches!(kind, EventKind::StepChanged { key: k, state: s } if k == key && s == state),
        );
    }
}

/// The key of the step of which an undisturbed run told that it was under way between its first and its last row.
fn backfill() -> String {
    let step = undisturbed().events.iter().find_map(|event| match &event.kind {
        EventKind::Progress { key, done, total: Some(total), .. } if (1..*total).contains(done) => Some(key.clone()),
        _ => None,
    });
    step.unwrap_or_else(|| panic!("with {ROWS} rows a backfill tells how far it is"))
}

#[test]
fn a_runner_killed_inside_a_backfill_goes_on_at_its_checkpoint() {
    let step = backfill();
    for percent in spread(6, 100) {
        killed_when(&format!("{step} was {percent} % done"), |kind| match kind {
            EventKind::Progress { key, done, total: Some(total), .. } => {
                *key == step && done < total && done * 100 >= total * percent as u64
            }
            // The last batch may come before a high percentage is told.
            EventKind::StepChanged { key, state } => *key == step && state.is_over(),
            _ => false,
        });
    }
}

#[test]
fn a_runner_killed_while_a_program_works_does_not_start_it_twice() {
    let inside = |kind: &EventKind| match kind {
        EventKind::StepChanged { key, state: StepState::Running { .. } } | EventKind::Log { key, .. } => {
            key == "2.1.0/reseal"
        }
        _ => false,
    };
    let signs = undisturbed().events.iter().filter(|event| inside(&event.kind)).count();
    // Chance decides how often it is tried, so the last signs of one run may not come in another.
    for nth in spread(4, signs / 2) {
        let mut passed = 0;
        killed_when(&format!("reseal gave {} signs of life", nth + 1), |kind| {
            passed += usize::from(inside(kind));
            passed > nth
        });
    }
}

#[test]
fn a_power_failure_ends_programs_too_and_the_run_goes_on() {
    let demo = Demo::with_rows(ROWS).build();
    let mut runner = demo.start_runner();
    runner.wait_for("reseal began", |kind| {
        matches!(kind, EventKind::StepChanged { key, state: StepState::Running { .. } } if key == "2.1.0/reseal")
    });
    demo.lose_power();
    assert_goes_on(&demo, "after a power failure");
}

#[test]
fn a_run_that_is_killed_again_and_again_arrives() {
    let demo = Demo::with_rows(ROWS).build();
    let mut over = BTreeSet::new();
    let mut kills = 0;
    loop {
        let mut runner = demo.start_runner();
        // Each time two steps further than any runner before.
        let goal = over.len() + 2;
        let killed = loop {
            let Some(event) = runner.next() else { break false };
            if let EventKind::StepChanged { key, state } = &event.kind
                && state.is_over()
            {
                over.insert(key.clone());
            }
            if over.len() == goal {
                break true;
            }
        };
        if !killed {
            let (code, events) = runner.finish();
            assert_eq!(code, 0, "after {kills} kills: {events:#?}");
            break;
        }
        runner.kill();
        kills += 1;
    }
    assert!(kills > 2, "it was killed {kills} times only");
    database::assert_same(&undisturbed().dump, &demo.dump(), &format!("after {kills} kills"));
}

/// A screen with what changes by itself taken out: numbers, glyphs that move, blanks, and the signs of life.
fn lasting(contents: &str) -> String {
    let lines = contents.lines().filter(|line| !line.contains("running for")).map(|line| {
        let words = line.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 1 && *word != "ms");
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn closing_the_terminal_ends_the_client_and_not_the_run() {
    let ledger = Ledger::new().with_gate().build();
    let mut first = ledger.terminal(["run", "--yes"]).start();
    let waiting = ledger.gate.reached();
    // The step stands in the list before it is under way.
    first.wait_until("the step at the gate", |screen| {
        let contents = screen.contents();
        let is_drawn =
            |begin: &str, end: &str| contents.lines().any(|l| l.contains(begin) && l.trim_end().ends_with(end));
        is_drawn("3 Wait at the gate", "running") && is_drawn("─ Wait at the gate", "─") && is_drawn(" running for", "")
    });
    let seen = lasting(&first.contents());

    first.hang_up();
    first.exit_code();
    assert_eq!(ledger.status(), 7, "the run goes on without a terminal");

    let second = ledger.terminal(["attach"]).start();
    second.wait_until("the screen that was left", |screen| lasting(&screen.contents()) == seen);

    drop(waiting);
    second.wait_for("Ledger is at 2.0.0 now.");
    second.press("enter");
    assert_eq!(second.exit_code(), 0);
    assert_eq!(ledger.version(), "2.0.0");
    assert_eq!(ledger.status(), 0);
}

#[test]
fn a_run_that_nobody_watches_finishes_by_itself() {
    let ledger = Ledger::new().with_gate().build();
    let mut client = ledger.terminal(["run", "--yes"]).start();
    let waiting = ledger.gate.reached();
    let mut watcher = ledger.start(["attach", "--json"]);
    watcher.wait_step("2.0.0/gate");
    client.hang_up();
    client.exit_code();
    drop(waiting);
    watcher.wait_for("the end", |kind| matches!(kind, EventKind::Ended { .. }));
    assert_eq!(ledger.version(), "2.0.0");
}
