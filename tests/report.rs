//! `stepwell report`: a run as Markdown.

mod support;

use support::deployment::Demo;
use support::ledger::Ledger;

const STEPS: &str = r"
  - { id: ask, title: 'Which | one_?', ask: { text: Which one?, choices: [a, b] } }
  - { id: may, title: May be left out, optional: yes, run: { argv: [ 'true' ] }, resume: idempotent }
";

#[test]
fn a_run_is_told_with_who_decided_what() {
    let ledger = Ledger::new().with_steps(STEPS).build();
    ledger.run(["report"]).exit(2).says("there were no runs here");
    ledger.define("system.yaml", "checks:", "first: [ { id: backup, title: Back up, backup: {} } ]\nchecks:");
    let never = "checks:\n  - { id: never, title: Never so, level: should, fix: Live with it.,\n      sql: { query: select 1, expect: { value: 2 } } }\n";
    ledger.define("system.yaml", "checks:\n", never);
    ledger.run(["run", "--yes", "--answer", "ask=b", "--accept", "never=it | is\u{1b}[31m <known>"]).exit(0);
    let before = ledger.snapshot();
    let ran = ledger.run(["report"]).exit(0);
    before.assert_same(&ledger.snapshot(), "stepwell report");
    let told = ran.stdout();
    for text in [
        "# Ledger: 1.0.0 → 2.0.0\n",
        "| state | done |",
        ", by operator on ",
        "Which \\| one\\_?<br>`2.0.0/ask` | question | done |",
        "| Back up<br>`first/backup` | backup | done | ",
        "## Verification\n",
        "answered `2.0.0/ask` with `b`",
        "approved the plan `",
        "## Checks overridden\n\n- `never`: it \\| is␛\\[31m \\<known\\> (operator on ",
        "## Backups\n\n- `",
    ] {
        assert!(told.contains(text), "`{text}` is not in\n{told}");
    }
    let history = ledger.run(["history", "--json"]).json();
    let run = history["runs"][0]["run"].as_str().expect("a run");
    assert_eq!(ledger.run(["report", run]).exit(0).stdout(), told);
    ledger.run(["report", "nothing"]).exit(2).says("there was no run nothing");
}

#[test]
fn a_run_that_failed_is_told_as_far_as_it_came() {
    let ledger = Ledger::new().with_failing_step().build();
    ledger.finish().exit(5);
    ledger.finish().exit(5);
    let told = ledger.run(["report"]).exit(0).prints("| state | a step failed |");
    told.prints("`2.0.0/fail` | command | failed | ").prints("went on with the run");
}

#[test]
fn the_demos_upgrade_is_told() {
    let demo = Demo::with_rows(300).build();
    demo.finish().exit(0);
    demo.run(["report"])
        .exit(0)
        .prints("# Keepsake: 1.8.2")
        .prints("| in maintenance | ")
        .prints("acknowledged item 1");
}
