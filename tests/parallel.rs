//! Items of a `repeat` at the same time: never more than was said, each once, whatever ends the runner or an item.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use stepwell::model::{Event, EventKind, Exit, RunState, StepState};

use support::database;
use support::gate::{Gate, Waiting};
use support::ledger::{Ledger, LedgerDeployment};
use support::runner::Runner;

const TENANTS: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// Each tenant's program says when it begins, waits at a gate of its own, fails if it is told to, and says that it ends.
/// It is never to be started twice by itself.
const PROGRAM: &str = r#"run: { argv: [ sh, -c, 'echo "begin $1" >> "$2.log"; cat "$2-$1"; test ! -e "$2-$1.fails" || exit 3; echo "end $1" >> "$2.log"', sh, "{{ tenant }}", "{{ facts.gate }}" ] }
RESUME"#;

/// A ledger whose upgrade does something for six tenants, three at a time.
struct Tenants {
    ledger: LedgerDeployment,
    gates: BTreeMap<&'static str, Gate>,
}

impl Tenants {
    fn new(more: &str) -> Tenants {
        let program = PROGRAM.replace("RESUME", "    resume: once");
        Tenants::with(&format!("{more}    {program}\n"))
    }

    fn with(rest: &str) -> Tenants {
        let head = "  - id: each\n    title: Upgrade {{ tenant }}\n";
        let repeat = "    repeat: { over: [a, b, c, d, e, f], as: tenant, parallel: 3 }\n";
        let ledger = Ledger::new().with_steps(&format!("{head}{repeat}{rest}")).build();
        let at = |tenant: &str| ledger.home().join(format!("gate-{tenant}"));
        let gates = TENANTS.map(|tenant| (tenant, Gate::at(&at(tenant)))).into_iter().collect();
        Tenants { ledger, gates }
    }

    /// Waits until these tenants' programs stand at their gates.
    #[track_caller]
    fn reached<const N: usize>(&self, tenants: [&str; N]) -> [Waiting; N] {
        tenants.map(|tenant| self.gates[tenant].reached())
    }

    fn fails(&self, tenant: &str) -> PathBuf {
        self.ledger.home().join(format!("gate-{tenant}.fails"))
    }

    /// What the programs said, a line each.
    fn said(&self) -> Vec<String> {
        let log = fs::read_to_string(self.ledger.home().join("gate.log")).unwrap_or_default();
        log.lines().map(str::to_owned).collect()
    }

    fn begun(&self) -> BTreeSet<String> {
        self.said().iter().filter_map(|line| Some(line.strip_prefix("begin ")?.to_owned())).collect()
    }

    /// Every tenant's program began once, came to its end, and there were never more than three at a time.
    #[track_caller]
    fn assert_each_once(&self) {
        let said = self.said();
        let mut once: Vec<String> = TENANTS.iter().flat_map(|t| [format!("begin {t}"), format!("end {t}")]).collect();
        once.sort();
        let mut sorted = said.clone();
        sorted.sort();
        assert_eq!(sorted, once, "{said:?}");
        let mut now = 0;
        for line in &said {
            now += if line.starts_with("begin") { 1 } else { -1 };
            assert!(now <= 3, "{said:?}");
        }
    }
}

fn key(tenant: &str) -> String {
    format!("2.0.0/each/{tenant}")
}

/// The most tenants that were under way at the same time, as the events tell.
fn most(events: &[Event]) -> usize {
    let mut now = BTreeSet::new();
    let mut most = 0;
    for event in events {
        match &event.kind {
            EventKind::StepChanged { key, state } if key.starts_with("2.0.0/each/") => match state {
                StepState::Running { .. } | StepState::Verifying { .. } => drop(now.insert(key.clone())),
                _ => drop(now.remove(key)),
            },
            _ => {}
        }
        most = most.max(now.len());
    }
    most
}

fn attempts(events: &[Event], tenant: &str) -> Vec<u32> {
    let running = |event: &Event| match &event.kind {
        EventKind::StepChanged { key, state: StepState::Running { attempt } } if *key == self::key(tenant) => {
            Some(*attempt)
        }
        _ => None,
    };
    events.iter().filter_map(running).collect()
}

#[track_caller]
fn wait_over(runner: &mut Runner, tenant: &str) {
    runner.wait_for(
        &format!("{tenant} was over"),
        |kind| matches!(kind, EventKind::StepChanged { key, state } if *key == self::key(tenant) && state.is_over()),
    );
}

#[test]
fn as_many_as_was_said_run_at_the_same_time_and_each_once() {
    let tenants = Tenants::new("");
    let runner = tenants.ledger.start_runner();
    let [a, b, c] = tenants.reached(["a", "b", "c"]);
    assert_eq!(tenants.begun(), ["a", "b", "c"].map(str::to_owned).into(), "all three at once, and no other");
    tenants.ledger.run(["status"]).exit(Exit::LeaseHeld.code().into()).prints(&key("a")).prints(&format!(
        "and 2 more: {}, {}",
        key("b"),
        key("c")
    ));
    drop(c);
    let [d] = tenants.reached(["d"]);
    assert_eq!(tenants.begun().len(), 4);
    drop(a);
    let [e] = tenants.reached(["e"]);
    drop((d, e));
    let [f] = tenants.reached(["f"]);
    assert_eq!(database::ask(&tenants.ledger.path(), "select count(cents) from entries"), "0", "the step behind waits");
    drop((b, f));
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(most(&events), 3);
    tenants.assert_each_once();
    assert_eq!(tenants.ledger.version(), "2.0.0");
}

#[test]
fn a_killed_runner_leaves_all_programs_to_the_next_one_which_starts_none_twice() {
    let tenants = Tenants::new("");
    let runner = tenants.ledger.start_runner();
    let [a, b, c] = tenants.reached(["a", "b", "c"]);
    runner.kill();
    // One ends while there is no runner, the others outlive it.
    drop(a);
    let mut second = tenants.ledger.start_runner();
    let [d] = tenants.reached(["d"]);
    assert_eq!(tenants.begun().len(), 4, "{:?}", tenants.said());
    drop(c);
    let [e] = tenants.reached(["e"]);
    wait_over(&mut second, "c");
    second.kill();
    let third = tenants.ledger.start_runner();
    drop((b, d));
    let [f] = tenants.reached(["f"]);
    drop((e, f));
    let (code, events) = third.finish();
    assert_eq!(code, 0, "{events:#?}");
    for tenant in TENANTS {
        assert!(attempts(&events, tenant).iter().all(|attempt| *attempt == 1), "{tenant} was taken up: {events:#?}");
    }
    tenants.assert_each_once();
    assert_eq!(tenants.ledger.version(), "2.0.0");
}

#[test]
fn one_that_is_set_aside_does_not_keep_the_others() {
    let tenants = Tenants::new("    on_failure: set_aside\n");
    fs::write(tenants.fails("b"), "").expect("a file");
    let runner = tenants.ledger.start_runner();
    let [a, b, c] = tenants.reached(["a", "b", "c"]);
    drop(b);
    let [d] = tenants.reached(["d"]);
    drop((a, c));
    let [e, f] = tenants.reached(["e", "f"]);
    drop((d, e, f));
    let (code, events) = runner.finish();
    assert_eq!(code, i32::from(Exit::StepFailed.code()), "{events:#?}");
    assert_eq!(most(&events), 3);
    assert!(!tenants.said().contains(&"end b".to_owned()));
    assert_eq!(tenants.said().len(), 11, "the others came to their end: {:?}", tenants.said());

    fs::remove_file(tenants.fails("b")).expect("the file");
    let runner = tenants.ledger.start_runner();
    drop(tenants.reached(["b"]));
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(tenants.said().len(), 13, "only the one that was set aside is done again: {:?}", tenants.said());
}

#[test]
fn one_that_fails_stops_the_run_when_the_others_have_come_to_their_end() {
    let tenants = Tenants::new("");
    fs::write(tenants.fails("a"), "").expect("a file");
    let mut runner = tenants.ledger.start_runner();
    let [a, b, c] = tenants.reached(["a", "b", "c"]);
    drop(a);
    runner.wait_for("the failure", |kind| matches!(kind, EventKind::RunChanged { state: RunState::Failed }));
    drop(b);
    wait_over(&mut runner, "b");
    drop(c);
    let (code, events) = runner.finish();
    assert_eq!(code, i32::from(Exit::StepFailed.code()), "{events:#?}");
    assert_eq!(tenants.begun().len(), 3, "nothing new began");
    let done = |tenant: &str| {
        let key = key(tenant);
        let done = EventKind::StepChanged { key, state: StepState::Done { adopted: false } };
        events.iter().any(|event| event.kind == done)
    };
    assert!(done("b") && done("c"), "{events:#?}");
    let asked_to_stop =
        |event: &&Event| matches!(&event.kind, EventKind::Notice { text, .. } if text.contains("safe point"));
    assert_eq!(events.iter().find(asked_to_stop), None, "the others are not stopped");

    fs::remove_file(tenants.fails("a")).expect("the file");
    let runner = tenants.ledger.start_runner();
    let waiting = tenants.reached(["a", "d", "e"]);
    drop(waiting);
    drop(tenants.reached(["f"]));
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(tenants.said().len(), 13, "only what failed is done again: {:?}", tenants.said());
}

#[test]
fn while_one_waits_for_an_answer_the_items_that_were_begun_come_to_their_end() {
    let ask = "      - { id: ask, title: Ask, when: tenant == \"b\", ask: { text: Look at it. } }\n";
    let program = PROGRAM.replace("RESUME", "        resume: once");
    let work = format!("      - id: work\n        title: Work\n        {program}\n");
    let tenants = Tenants::with(&format!("    steps:\n{ask}{work}"));
    let mut runner = tenants.ledger.start_runner();
    let [a, c] = tenants.reached(["a", "c"]);
    runner.wait_for("the question", |kind| matches!(kind, EventKind::RunChanged { state: RunState::NeedsOperator }));
    drop((a, c));
    let (code, events) = runner.finish();
    assert_eq!(code, i32::from(Exit::OperatorNeeded.code()), "{events:#?}");
    assert_eq!(tenants.said().len(), 4, "two came to their end, and no other began: {:?}", tenants.said());

    let runner = tenants.ledger.start(["run", "--yes", "--answer", "2.0.0/each/b/ask=seen", "--json"]);
    drop(tenants.reached(["b", "d", "e"]));
    drop(tenants.reached(["f"]));
    let (code, events) = runner.finish();
    assert_eq!(code, 0, "{events:#?}");
    tenants.assert_each_once();
}

#[test]
fn items_that_write_the_same_database_wait_for_each_other() {
    let steps = r#"
  - { id: table, title: Make room, sql: { statements: [ create table seen (n integer) ] } }
  - id: write
    title: Write {{ n }}
    repeat: { over: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], as: n, parallel: 8 }
    sql: { statements: [ "insert into seen values ({{ n }})" ] }
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    let (code, events) = ledger.start_runner().finish();
    assert_eq!(code, 0, "{events:#?}");
    assert_eq!(database::ask(&ledger.path(), "select count(*) || ' ' || count(distinct n) from seen"), "12 12");
}
