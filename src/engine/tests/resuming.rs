//! What the next runner makes of what the journal holds.

use super::*;
use crate::model::Exit;

const ONCE: &str = "  - { id: one, title: one, resume: once, run: { argv: [one] } }\n";

#[test]
fn a_step_of_which_nobody_knows_is_not_begun_by_going_on() {
    let session = Session::approved(&catalogue("", ONCE)).killed(&[("2.0.0/one", Left::Unknown)]);
    assert!(matches!(session.step("2.0.0/one"), StepState::Unknown { .. }));
    let mut session = session.killed(&[]);
    assert_eq!(session.started(), Vec::<&str>::new(), "{}", session.story());
    assert_eq!(session.run_state(), Some(RunState::NeedsOperator));
    session.decide(Decision::Settle { key: "2.0.0/one".to_owned(), done: true });
    assert_eq!(session.runs(), Some("2.0.0/verified"));
}

#[test]
fn a_step_that_can_be_asked_about_is_asked_again() {
    let step = "  - id: one\n    title: one\n    run: { argv: [one] }\n    done_when: { run: { argv: [is] } }\n";
    let mut session = Session::approved(&catalogue("", step));
    session.finished("2.0.0/one", Outcome::Unknown { intent: "?".to_owned() });
    assert_eq!(session.killed(&[]).runs(), Some("2.0.0/one"));
}

#[test]
fn a_new_run_does_not_begin_over_one_that_is_not_finished() {
    let catalogue = catalogue("", &program("one"));
    let plan = Session::approved(&catalogue).machine.state().plan.clone().expect("a plan");
    let at = jiff::Timestamp::UNIX_EPOCH;
    let record = RunRecord { id: "r".to_owned(), state: RunState::Running, plan, began: at, last: at };
    let mut session = Session::new(&catalogue).surveyed(Some(record));
    session.decide(Decision::ChooseTarget { version: "2.0.0".to_owned() });
    session.input(Input::ChecksBegan(Vec::new()));
    session.input(Input::ChecksEnded);
    let refused = session.decide(Decision::Maintenance { choice: MaintenanceChoice::AtStep });
    assert!(refused.is_some_and(|reason| reason.contains("abandon")));
    assert!(!session.acts.iter().any(|act| matches!(act, Act::Begin)));
}

#[test]
fn a_run_does_not_go_on_without_what_it_was_told() {
    let catalogue = catalogue("", &program("one"));
    let mut session = Session::new(&catalogue);
    let plan = Session::approved(&catalogue).machine.state().plan.clone().expect("a plan");
    let at = jiff::Timestamp::UNIX_EPOCH;
    let record = RunRecord { id: "r".to_owned(), state: RunState::Running, plan, began: at, last: at };
    let survey =
        Survey { problem: Some((Exit::Invalid, "facts.token: TOKEN is not set".to_owned())), ..Survey::default() };
    let site = Some(Arc::new(site(&catalogue)));
    let found = Surveyed { survey, site, from: None, unfinished: Some(record), last_run: None, recorded: None };
    session.input(Input::Surveyed(Box::new(found)));
    for decision in [Decision::Resume, Decision::Abandon] {
        assert!(session.decide(decision).is_some_and(|reason| reason.contains("TOKEN")));
    }
}

#[test]
fn a_question_of_an_earlier_round_is_asked_again() {
    let maintenance = "  - id: web\n    title: web\n    ask: { text: Stop it. }\n    undo: [ { id: start, title: start, resume: idempotent, run: { argv: [start] } } ]\n";
    let mut session = Session::approved(&catalogue(maintenance, &program("one")));
    session.finished("maintenance/web", Outcome::NeedsAnswer);
    session.decide(Decision::Answer { key: "maintenance/web".to_owned(), value: "done".to_owned() });
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session.decide(Decision::Stop);
    session.done("maintenance/web/undo/start");
    let session = session.killed(&[]);
    assert_eq!(session.runs(), Some("maintenance/web"), "{}", session.story());
}
