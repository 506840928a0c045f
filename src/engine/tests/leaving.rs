//! Ways out of a run: maintenance is left once, wholly, and nothing else goes on meanwhile.

use super::*;

const WEB: &str = "maintenance/web";
const START: &str = "maintenance/web/undo/start";

fn one_gate() -> Arc<Catalogue> {
    catalogue(&gate("web", &["start"]), &(program("one") + &program("two")))
}

/// In maintenance, and the first step fails.
fn failed(catalogue: &Arc<Catalogue>) -> Session {
    let mut session = Session::approved(catalogue);
    session.enters(WEB);
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session
}

#[test]
fn while_maintenance_is_left_the_plan_does_not_go_on() {
    let catalogue = catalogue(&(gate("web", &["start"]) + &gate("api", &["serve"])), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.enters(WEB);
    session.enters("maintenance/api");
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session.decide(Decision::Stop);
    session.done("maintenance/api/undo/serve");
    assert_eq!(session.runs(), Some(START), "{}", session.story());
    session.done(START);
    assert!(session.has_ended());
    assert_eq!(session.service(), Service::Up);
}

#[test]
fn nobody_there_does_not_end_what_is_on_its_way_into_maintenance() {
    let mut session = Session::begun(&one_gate(), MaintenanceChoice::Now);
    session.asked(WEB, Verdict::No(String::new()));
    session.input(Input::From(Incoming::Clients(0)));
    session.alone();
    assert_eq!(session.runs_now(), [WEB], "{}", session.story());
    session.done(WEB);
    session.alone();
    assert_eq!(session.runs(), Some(START), "{}", session.story());
    session.done(START);
    assert!(session.has_ended());
    assert_eq!(session.service(), Service::Up);
}

#[test]
fn every_step_that_undoes_a_maintenance_step_is_carried_out() {
    let catalogue = catalogue(&gate("web", &["start", "tell"]), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.enters(WEB);
    session.done("2.0.0/one");
    session.done("2.0.0/verified");
    session.done(START);
    session.done("maintenance/web/undo/tell");
    assert_eq!(session.service(), Service::Up);

    let mut session = failed(&catalogue);
    session.decide(Decision::Stop);
    session.done(START);
    assert!(!session.has_ended(), "one of two is done");
    session.done("maintenance/web/undo/tell");
    assert!(session.has_ended());
}

#[test]
fn a_maintenance_step_that_cannot_tell_is_undone_all_the_same() {
    let undo = "    undo: [ { id: start, title: start, file: { absent: flag } } ]\n";
    let catalogue =
        catalogue(&format!("  - id: web\n    title: web\n    file: {{ touch: flag }}\n{undo}"), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.done(WEB);
    session.done("2.0.0/one");
    session.done("2.0.0/verified");
    assert_eq!(session.runs(), Some(START), "{}", session.story());

    // What was there already is not this run's to take away.
    let mut session = Session::approved(&catalogue);
    session.finished(WEB, Outcome::Adopted);
    session.done("2.0.0/one");
    session.done("2.0.0/verified");
    assert!(matches!(session.step(START), StepState::Skipped { .. }), "{}", session.story());
    assert_eq!(session.service(), Service::Maintenance, "as it was found");
}

#[test]
fn an_answered_question_is_a_step_into_maintenance_too() {
    let undo = "    undo: [ { id: start, title: start, resume: idempotent, run: { argv: [start] } } ]\n";
    let catalogue =
        catalogue(&format!("  - id: web\n    title: web\n    ask: {{ text: Stop it. }}\n{undo}"), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.finished(WEB, Outcome::NeedsAnswer);
    session.decide(Decision::Answer { key: WEB.to_owned(), value: "done".to_owned() });
    assert_eq!(session.service(), Service::Maintenance);
    assert_eq!(session.runs(), Some("2.0.0/one"));
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session.decide(Decision::Stop);
    assert_eq!(session.runs(), Some(START));
}

#[test]
fn a_runner_killed_while_it_leaves_maintenance_enters_it_again_before_anything_else() {
    let catalogue = catalogue(&(gate("web", &["start"]) + &gate("api", &["serve"])), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.enters(WEB);
    session.enters("maintenance/api");
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session.decide(Decision::Stop);
    session.done("maintenance/api/undo/serve");

    let mut session = session.killed(&[(START, Left::Nothing)]);
    session.enters("maintenance/api");
    session.done("2.0.0/one");
    session.done("2.0.0/verified");
    session.done("maintenance/api/undo/serve");
    session.done(START);
    assert_eq!(session.service(), Service::Up);
}

#[test]
fn what_is_done_again_in_a_later_round_has_a_mark_of_its_own() {
    let mut session = failed(&one_gate());
    session.decide(Decision::Stop);
    session.done(START);
    let mut session = session.killed(&[]);
    session.enters(WEB);
    session.finished("2.0.0/one", Outcome::permanent("no"));
    let round = |session: &Session, wanted: &str| {
        session.acts.iter().rev().find_map(|act| match act {
            Act::Start { key, round, .. } if key == wanted => Some(*round),
            _ => None,
        })
    };
    assert_eq!((round(&session, WEB), round(&session, "2.0.0/one")), (Some(1), Some(0)));
    session.decide(Decision::Stop);
    assert_eq!(round(&session, START), Some(1));
}

#[test]
fn nothing_else_is_decided_while_maintenance_is_left() {
    let mut session = failed(&one_gate());
    session.decide(Decision::Stop);
    let key = "2.0.0/one".to_owned();
    for decision in [Decision::Retry { key }, Decision::Pause, Decision::Abandon] {
        assert!(session.decide(decision).is_some());
    }
    assert_eq!(session.started().iter().filter(|key| **key == START).count(), 1);
    session.done(START);
    assert!(session.has_ended());
}

#[test]
fn a_step_out_of_maintenance_that_hangs_can_be_stopped() {
    let mut session = failed(&one_gate());
    session.decide(Decision::Stop);
    session.input(Input::Signal);
    assert!(session.acts.iter().any(|act| matches!(act, Act::Control(Control::Kill))));
    session.finished(START, Outcome::Stopped);
    assert!(session.has_ended(), "{}", session.story());
    assert_eq!(session.service(), Service::Maintenance);
}

#[test]
fn a_wait_on_the_way_out_can_be_given_up() {
    let undo =
        "    undo: [ { id: start, title: start, resume: idempotent, retry: { attempts: 9 }, run: { argv: [a] } } ]\n";
    let text = "  - id: web\n    title: web\n    run: { argv: [web] }\n    done_when: { run: { argv: [is] } }\n";
    let mut session = failed(&catalogue(&format!("{text}{undo}"), &program("one")));
    session.decide(Decision::Stop);
    session.finished(START, Outcome::transient("busy"));
    assert!(matches!(session.step(START), StepState::Waiting { .. }));
    session.decide(Decision::Stop);
    assert!(session.has_ended(), "{}", session.story());
}

#[test]
fn abandoning_waits_for_a_program_that_still_works() {
    let mut session = Session::approved(&one_gate());
    session.enters(WEB);
    let mut session = session.again(&[("2.0.0/one", Left::TakeUp)], Decision::Abandon);
    assert_eq!(session.runs(), Some("2.0.0/one"), "{}", session.story());
    session.done("2.0.0/one");
    assert_eq!(session.runs(), Some(START));
    session.done(START);
    assert_eq!(session.run_state(), Some(RunState::Abandoned));
}

#[test]
fn when_all_is_verified_a_way_out_does_not_lead_in_again() {
    let catalogue = catalogue(&gate("web", &["start", "tell"]), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.enters(WEB);
    session.done("2.0.0/one");
    session.done("2.0.0/verified");
    session.decide(Decision::Stop);
    session.done(START);
    session.done("maintenance/web/undo/tell");
    let session = session.killed(&[]);
    assert_eq!(session.run_state(), Some(RunState::AwaitingConfirmation), "{}", session.story());
    assert_eq!(session.service(), Service::Up);
}
