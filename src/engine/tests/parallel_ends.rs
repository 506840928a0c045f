//! Several items of a `repeat` at the same time: the ways out, what comes after a kill, and maintenance around them.

use super::parallel::{group, items, key, keys, repeat};
use super::*;
use crate::model::Exit;

const NEXT: &str = "2.0.0/next";

#[test]
fn a_stop_after_a_failure_waits_for_the_others() {
    let mut session = Session::approved(&items(""));
    session.finished(&key("a"), Outcome::permanent("no"));
    session.decide(Decision::Stop);
    session.done(&key("b"));
    assert!(!session.has_ended());
    session.done(&key("c"));
    assert!(session.has_ended(), "{}", session.story());
    let exit = session.acts.iter().find_map(|act| match act {
        Act::End(exit) => Some(*exit),
        _ => None,
    });
    assert_eq!(exit, Some(Exit::StepFailed));
}

#[test]
fn a_stop_waits_for_all_and_a_second_signal_kills_all() {
    let mut session = Session::approved(&items(""));
    session.input(Input::Signal);
    session.done(&key("b"));
    assert_eq!(session.runs_now(), keys(&["a", "c"]), "nothing new begins");
    session.input(Input::Signal);
    assert!(session.acts.iter().any(|act| matches!(act, Act::Control(Control::Kill))));
    session.finished(&key("a"), Outcome::Stopped);
    assert!(!session.has_ended());
    session.finished(&key("c"), Outcome::Stopped);
    assert!(session.has_ended(), "{}", session.story());
    assert_eq!(session.run_state(), Some(RunState::Stopped));
    assert_eq!(session.started().len(), 3);
}

#[test]
fn after_a_kill_all_that_ran_are_taken_up_and_no_other_is_begun_beside_them() {
    let mut session = Session::approved(&items(""));
    session.done(&key("b"));
    let left = [(key("a"), Left::TakeUp), (key("c"), Left::Unknown), (key("d"), Left::TakeUp)];
    let left: Vec<(&str, Left)> = left.iter().map(|(key, left)| (key.as_str(), left.clone())).collect();
    let mut session = session.killed(&left);
    assert_eq!(session.runs_now(), keys(&["a", "c", "d"]));
    let taken_up = session.acts.iter().filter_map(|act| match act {
        Act::Start { key, attempt, take_up, .. } => Some((key.as_str(), *attempt, *take_up)),
        _ => None,
    });
    let expected = [("2.0.0/each/a", 1, true), ("2.0.0/each/c", 2, false), ("2.0.0/each/d", 1, true)];
    assert_eq!(taken_up.collect::<Vec<_>>(), expected);
    for item in ["a", "c", "d", "e"] {
        session.done(&key(item));
    }
    assert_eq!(session.runs(), Some(NEXT));
}

#[test]
fn after_a_kill_living_programs_are_taken_up_also_where_another_is_in_doubt() {
    let once = catalogue("", &(repeat("", "resume: once, run: { argv: [one] }") + &program("next")));
    let session = Session::approved(&once);
    let left = [(key("a"), Left::Unknown), (key("b"), Left::TakeUp), (key("c"), Left::TakeUp)];
    let left: Vec<(&str, Left)> = left.iter().map(|(key, left)| (key.as_str(), left.clone())).collect();
    let mut session = session.killed(&left);
    assert_eq!(session.runs_now(), keys(&["b", "c"]));
    assert_eq!(session.run_state(), Some(RunState::NeedsOperator));
    session.done(&key("b"));
    assert_eq!(session.runs_now(), keys(&["c"]));
    session.decide(Decision::Settle { key: key("a"), done: true });
    assert_eq!(session.runs_now(), keys(&["c", "d", "e"]));
}

#[test]
fn abandoning_waits_for_all_programs_that_still_work() {
    let session = Session::approved(&items(""));
    let left = [(key("a"), Left::TakeUp), (key("c"), Left::TakeUp), (key("b"), Left::Unknown)];
    let left: Vec<(&str, Left)> = left.iter().map(|(key, left)| (key.as_str(), left.clone())).collect();
    let mut session = session.again(&left, Decision::Abandon);
    assert_eq!(session.runs_now(), keys(&["a", "c"]));
    session.done(&key("c"));
    assert!(!session.has_ended());
    session.done(&key("a"));
    assert_eq!(session.run_state(), Some(RunState::Abandoned), "{}", session.story());
    assert_eq!(session.started().len(), 2);
}

#[test]
fn nobody_there_counts_from_the_end_of_what_is_under_way() {
    let mut session = Session::approved(&items(""));
    session.finished(&key("a"), Outcome::permanent("no"));
    session.input(Input::From(Incoming::Clients(0)));
    session.alone();
    assert!(!session.acts.iter().any(|act| matches!(act, Act::Control(_))), "what runs is not stopped");
    session.done(&key("b"));
    session.done(&key("c"));
    session.alone();
    assert!(session.has_ended(), "{}", session.story());
}

#[test]
fn maintenance_is_entered_at_the_same_time_and_left_when_all_have_ended() {
    let close = gate("web", &["start"])
        .replace("    title: web\n", "    title: web\n    repeat: { over: [x, y], as: unit, parallel: 2 }\n");
    let mut session = Session::approved(&catalogue(&close, &repeat("", "resume: idempotent, run: { argv: [one] }")));
    let (x, y) = ("maintenance/web/x", "maintenance/web/y");
    assert_eq!(session.runs_now(), [x, y], "both are asked about");
    session.asked(y, Verdict::No(String::new()));
    session.asked(x, Verdict::No(String::new()));
    session.done(y);
    assert_eq!(session.service(), Service::Up, "the other one is still open");
    session.done(x);
    assert_eq!(session.service(), Service::Maintenance);
    session.decide(Decision::Stop);
    for item in ["a", "b", "c"] {
        assert!(!session.started().iter().any(|key| key.contains("undo")));
        session.done(&key(item));
    }
    assert_eq!(session.runs(), Some("maintenance/web/y/undo/start"), "the way out has an order");
    session.done("maintenance/web/y/undo/start");
    session.done("maintenance/web/x/undo/start");
    assert!(session.has_ended());
    assert_eq!(session.service(), Service::Up);
}

#[test]
fn items_do_not_pass_the_way_into_maintenance() {
    let first = "      - { id: one, title: one, offline: no, resume: idempotent, run: { argv: [one] } }\n";
    let two = "      - { id: two, title: two, resume: idempotent, run: { argv: [two] } }\n";
    let steps = format!("{}{first}{two}", group(""));
    let mut session = Session::approved(&catalogue(&gate("web", &["start"]), &steps));
    assert_eq!(session.runs(), Some("2.0.0/each/a/one"));
    session.done(&key("a/one"));
    session.enters("maintenance/web");
    assert_eq!(session.runs_now(), keys(&["a/two", "b/one", "c/one"]));
}
