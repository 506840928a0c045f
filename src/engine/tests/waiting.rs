//! What is decided while something else is under way, and waits.

use super::*;

const WEB: &str = "maintenance/web";
const RETRIED: &str = "  - { id: one, title: one, resume: idempotent, retry: { attempts: 9 }, run: { argv: [one] } }\n";

#[test]
fn nothing_of_a_plan_is_done_before_it_is_approved() {
    for decision in [
        Decision::Retry { key: WEB.to_owned() },
        Decision::Skip { key: WEB.to_owned(), reason: "x".to_owned() },
        Decision::Settle { key: WEB.to_owned(), done: true },
    ] {
        let maintenance = gate("web", &["start"]).replace("title: web\n", "title: web\n    optional: true\n");
        let mut session = Session::begun(&catalogue(&maintenance, &program("one")), MaintenanceChoice::Now);
        match decision {
            Decision::Settle { .. } => session.asked(WEB, Verdict::Unknown("?".to_owned())),
            _ => {
                session.asked(WEB, Verdict::No(String::new()));
                session.finished(WEB, Outcome::permanent("no"));
            }
        }
        assert_eq!(session.decide(decision.clone()), None);
        if matches!(decision, Decision::Retry { .. }) {
            session.enters(WEB);
        }
        assert_eq!(session.run_state(), Some(RunState::AwaitingApproval), "{decision:?}\n{}", session.story());
        assert!(!session.started().contains(&"2.0.0/one"), "{decision:?}");
        session.approve();
        assert_eq!(session.runs(), Some("2.0.0/one"), "{}", session.story());
    }
}

#[test]
fn a_stop_or_a_pause_while_maintenance_is_asked_about_enters_nothing() {
    let catalogue = catalogue(&gate("web", &["start"]), &program("one"));
    let mut session = Session::approved(&catalogue);
    session.decide(Decision::Stop);
    session.asked(WEB, Verdict::No(String::new()));
    assert!(session.has_ended() && session.started().is_empty(), "{}", session.story());

    let mut session = Session::approved(&catalogue);
    session.decide(Decision::Pause);
    session.asked(WEB, Verdict::No(String::new()));
    assert!(session.started().is_empty(), "{}", session.story());
    session.decide(Decision::Go);
    session.enters(WEB);
    assert_eq!(session.runs(), Some("2.0.0/one"));
}

#[test]
fn an_old_timer_does_not_cut_a_later_wait_short() {
    let mut session = Session::approved(&catalogue("", RETRIED));
    session.finished("2.0.0/one", Outcome::transient("busy"));
    let old = session.acts.iter().find_map(|act| match act {
        Act::Timer { due, .. } => Some(due.clone()),
        _ => None,
    });
    let old = old.expect("a timer");
    session.decide(Decision::Retry { key: "2.0.0/one".to_owned() });
    session.finished("2.0.0/one", Outcome::transient("busy"));
    session.input(Input::Due(old));
    assert_eq!(session.runs(), None, "{}", session.story());
    session.input(Input::Due(Due::Retry { key: "2.0.0/one".to_owned(), attempt: 2 }));
    assert_eq!(session.runs(), Some("2.0.0/one"));
}

#[test]
fn what_an_operator_lets_go_on_is_not_paused() {
    let mut session = Session::approved(&catalogue("", &program("one")));
    session.decide(Decision::Pause);
    session.finished("2.0.0/one", Outcome::permanent("no"));
    session.decide(Decision::Retry { key: "2.0.0/one".to_owned() });
    assert_eq!((session.runs(), session.run_state()), (Some("2.0.0/one"), Some(RunState::Running)));
}

#[test]
fn a_stop_while_a_retry_waits_ends_at_once_and_the_timer_means_nothing() {
    let mut session = Session::approved(&catalogue("", RETRIED));
    session.finished("2.0.0/one", Outcome::transient("busy"));
    session.decide(Decision::Stop);
    assert!(session.has_ended());
    session.input(Input::Due(Due::Retry { key: "2.0.0/one".to_owned(), attempt: 1 }));
    assert_eq!(session.started().len(), 1);
}

#[test]
fn an_operators_word_that_a_step_is_not_done_counts() {
    let step = "  - id: one\n    title: one\n    run: { argv: [one] }\n    done_when: { run: { argv: [is] } }\n";
    let mut session = Session::approved(&catalogue(&gate("web", &["start"]), step));
    session.asked(WEB, Verdict::Unknown("?".to_owned()));
    session.decide(Decision::Settle { key: WEB.to_owned(), done: false });
    session.done(WEB);
    session.finished("2.0.0/one", Outcome::Unknown { intent: "?".to_owned() });
    session.decide(Decision::Settle { key: "2.0.0/one".to_owned(), done: false });
    let told = session.acts.iter().rev().find_map(|act| match act {
        Act::Start { key, told_to_do, .. } if key == "2.0.0/one" => Some(*told_to_do),
        _ => None,
    });
    assert_eq!(told, Some(true), "{}", session.story());
}

#[test]
fn a_program_that_is_never_done_twice_and_was_killed_is_asked_about() {
    let once = "  - { id: one, title: one, resume: once, run: { argv: [one] } }\n";
    let mut session = Session::approved(&catalogue("", once));
    session.input(Input::Signal);
    session.input(Input::Signal);
    session.finished("2.0.0/one", Outcome::Stopped);
    assert!(matches!(session.step("2.0.0/one"), StepState::Unknown { .. }), "{}", session.story());
    assert!(session.has_ended());
}

#[test]
fn without_its_journal_a_runner_leaves_programs_to_the_next_one() {
    let mut session = Session::approved(&catalogue("", &program("one")));
    session.input(Input::JournalFailed(crate::journal::JournalError::LostLease));
    assert!(session.has_ended());
    assert!(!session.acts.iter().any(|act| matches!(act, Act::Control(Control::Kill))));
}
