//! Several items of a `repeat` at the same time: what begins beside what, and what does not.

use super::*;
use crate::step::Failure;

const NEXT: &str = "2.0.0/next";

/// Five items, three at a time, and a step behind them.
pub(super) fn items(more: &str) -> Arc<Catalogue> {
    catalogue("", &(repeat(more, "resume: idempotent, run: { argv: [one] }") + &program("next")))
}

pub(super) fn repeat(more: &str, work: &str) -> String {
    format!(
        "  - {{ id: each, title: each, repeat: {{ over: [a, b, c, d, e], as: item, parallel: 3 }}, {more} {work} }}\n"
    )
}

/// Five items of two steps each.
fn pairs(first: &str) -> Arc<Catalogue> {
    let one = format!("      - {{ id: one, title: one, {first} }}\n");
    let steps = format!("{}{one}    {}", group(""), program("two").replace('\n', "\n    ").trim_end());
    catalogue("", &format!("{steps}\n{}", program("next")))
}

pub(super) fn group(more: &str) -> String {
    format!(
        "  - id: each\n    title: each\n    repeat: {{ over: [a, b, c, d, e], as: item, parallel: 3 }}\n{more}    steps:\n"
    )
}

pub(super) fn key(item: &str) -> String {
    format!("2.0.0/each/{item}")
}

pub(super) fn keys(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| key(item)).collect()
}

#[test]
fn so_many_items_are_under_way_and_the_step_behind_them_waits_for_all() {
    let mut session = Session::approved(&items(""));
    assert_eq!(session.runs_now(), keys(&["a", "b", "c"]));
    session.done(&key("b"));
    assert_eq!(session.runs_now(), keys(&["a", "c", "d"]));
    session.done(&key("d"));
    session.done(&key("c"));
    assert_eq!(session.runs_now(), keys(&["a", "e"]));
    session.done(&key("e"));
    assert_eq!(session.runs_now(), keys(&["a"]), "the step behind waits");
    session.done(&key("a"));
    assert_eq!(session.runs(), Some(NEXT));
    session.done(NEXT);
    assert_eq!(session.runs(), Some("2.0.0/verified"));
    let started = session.started();
    assert_eq!(started.len(), 7, "each once: {started:?}");
}

#[test]
fn without_parallel_an_item_begins_when_the_one_before_it_is_over() {
    for one in ["", ", parallel: 1"] {
        let step = format!(
            "  - {{ id: each, title: each, repeat: {{ over: [a, b], as: item{one} }}, resume: idempotent, run: {{ argv: [one] }} }}\n"
        );
        let mut session = Session::approved(&catalogue("", &step));
        assert_eq!(session.runs(), Some("2.0.0/each/a"));
        let plan = session.machine.state().plan.as_ref().expect("a plan");
        assert!(plan.steps.iter().all(|step| step.parallel.is_none()));
        session.done("2.0.0/each/a");
        assert_eq!(session.runs(), Some("2.0.0/each/b"));
    }
}

#[test]
fn the_steps_of_an_item_stay_in_order_and_come_before_another_item() {
    let mut session = Session::approved(&pairs("resume: idempotent, run: { argv: [one] }"));
    assert_eq!(session.runs_now(), keys(&["a/one", "b/one", "c/one"]));
    session.done(&key("b/one"));
    assert_eq!(session.runs_now(), keys(&["a/one", "c/one", "b/two"]));
    session.done(&key("b/two"));
    assert_eq!(session.runs_now(), keys(&["a/one", "c/one", "d/one"]));
}

#[test]
fn what_is_found_when_the_run_comes_to_it_is_done_at_the_same_time_too() {
    let step = "  - { id: each, title: each, repeat: { over: { run: { argv: [list] } }, as: item, parallel: 2 }, resume: idempotent, run: { argv: [one] } }\n";
    let mut session = Session::approved(&catalogue("", &(step.to_owned() + &program("next"))));
    assert_eq!(session.runs(), Some("2.0.0/each"));
    let found = ["a", "b", "c"].map(crate::model::Value::from).to_vec();
    session.input(Input::Report { key: "2.0.0/each".to_owned(), report: Report::Items(found) });
    session.done("2.0.0/each");
    assert_eq!(session.runs_now(), keys(&["a", "b"]));
    session.done(&key("a"));
    assert_eq!(session.runs_now(), keys(&["b", "c"]));
}

#[test]
fn a_list_within_an_item_belongs_to_it() {
    let inner = "      - { id: in, title: in, repeat: { over: { run: { argv: [list] } }, as: x, parallel: 9 }, resume: idempotent, run: { argv: [one] } }\n";
    let mut session = Session::approved(&catalogue("", &(group("") + inner)));
    assert_eq!(session.runs_now(), keys(&["a/in", "b/in", "c/in"]));
    let found = ["x", "y"].map(crate::model::Value::from).to_vec();
    for item in ["b/in", "a/in"] {
        session.input(Input::Report { key: key(item), report: Report::Items(found.clone()) });
    }
    session.done(&key("a/in"));
    assert_eq!(session.runs_now(), keys(&["b/in", "c/in", "a/in/x"]), "one after the other within it");
    session.done(&key("b/in"));
    assert_eq!(session.runs_now(), keys(&["c/in", "a/in/x", "b/in/x"]));
    session.done(&key("a/in/x"));
    session.done(&key("a/in/y"));
    assert_eq!(session.runs_now(), keys(&["c/in", "b/in/x", "d/in"]));
}

#[test]
fn after_a_failure_the_others_end_and_nothing_begins() {
    let mut session = Session::approved(&items(""));
    session.finished(&key("b"), Outcome::permanent("no"));
    assert_eq!(session.run_state(), Some(RunState::Failed));
    session.done(&key("a"));
    assert_eq!(session.runs_now(), keys(&["c"]));
    assert!(!session.acts.iter().any(|act| matches!(act, Act::Control(_))), "nobody is stopped");
    session.done(&key("c"));
    assert!(session.runs_now().is_empty() && !session.has_ended(), "{}", session.story());
    assert_eq!(session.started().len(), 3);
    session.decide(Decision::Retry { key: key("b") });
    assert_eq!(session.runs_now(), keys(&["b", "d", "e"]));
}

#[test]
fn two_that_fail_are_both_decided_about_before_anything_begins() {
    let mut session = Session::approved(&items(""));
    session.finished(&key("a"), Outcome::permanent("no"));
    session.finished(&key("c"), Outcome::permanent("no"));
    session.done(&key("b"));
    session.decide(Decision::Retry { key: key("a") });
    assert!(session.runs_now().is_empty(), "{}", session.story());
    assert_eq!(session.run_state(), Some(RunState::Failed));
    session.decide(Decision::Retry { key: key("c") });
    assert_eq!(session.runs_now(), keys(&["a", "c", "d"]));
    assert_eq!(session.run_state(), Some(RunState::Running));
}

#[test]
fn one_that_is_set_aside_gives_its_place_to_another() {
    let mut session = Session::approved(&items("on_failure: set_aside,"));
    session.finished(&key("b"), Outcome::permanent("no"));
    assert_eq!(session.runs_now(), keys(&["a", "c", "d"]));
    for item in ["a", "c", "d", "e"] {
        session.done(&key(item));
    }
    session.done(NEXT);
    session.done("2.0.0/verified");
    assert_eq!(session.run_state(), Some(RunState::Failed), "it is decided about in the end");
    session.decide(Decision::Retry { key: key("b") });
    assert_eq!(session.runs(), Some("2.0.0/each/b"));
}

#[test]
fn one_that_was_set_aside_can_be_tried_again_while_others_run() {
    let mut session = Session::approved(&items("on_failure: set_aside,"));
    session.finished(&key("a"), Outcome::permanent("no"));
    session.decide(Decision::Retry { key: key("a") });
    assert_eq!(session.runs_now(), keys(&["b", "c", "d"]), "its place is taken");
    session.done(&key("c"));
    assert_eq!(session.runs_now(), keys(&["b", "d", "a"]));
}

#[test]
fn while_one_asks_the_items_under_way_go_on_and_no_other_begins() {
    let mut session = Session::approved(&pairs("ask: { text: Do it. }"));
    session.finished(&key("b/one"), Outcome::NeedsAnswer);
    session.done(&key("a/one"));
    assert_eq!(session.run_state(), Some(RunState::NeedsOperator));
    assert_eq!(session.runs_now(), keys(&["c/one", "a/two"]));
    session.done(&key("a/two"));
    assert_eq!(session.runs_now(), keys(&["c/one"]), "no new item");
    session.decide(Decision::Answer { key: key("b/one"), value: "done".to_owned() });
    assert_eq!(session.runs_now(), keys(&["c/one", "b/two", "d/one"]));
    assert_eq!(session.run_state(), Some(RunState::Running));
}

#[test]
fn a_retry_of_one_waits_beside_the_others_and_keeps_its_place() {
    let mut session = Session::approved(&items("retry: { attempts: 3 },"));
    session.finished(&key("a"), Outcome::transient("busy"));
    assert!(matches!(session.step(&key("a")), StepState::Waiting { .. }), "{}", session.story());
    assert_eq!(session.runs_now(), keys(&["b", "c"]), "three are begun");
    session.done(&key("b"));
    assert_eq!(session.runs_now(), keys(&["c", "d"]), "it does not begin early");
    session.input(Input::Due(Due::Retry { key: key("a"), attempt: 1 }));
    assert_eq!(session.runs_now(), keys(&["c", "d", "a"]));
    session.input(Input::Due(Due::Retry { key: key("a"), attempt: 1 }));
    assert_eq!(session.runs_now(), keys(&["c", "d", "a"]), "never twice");
    // A wait is cut short by the operator, also beside others.
    session.finished(&key("a"), Outcome::transient("busy"));
    session.decide(Decision::Retry { key: key("a") });
    assert_eq!(session.runs_now(), keys(&["c", "d", "a"]));
}

#[test]
fn a_retry_that_is_due_after_a_failure_does_not_begin() {
    let mut session = Session::approved(&items("retry: { attempts: 3 },"));
    session.finished(&key("a"), Outcome::transient("busy"));
    session.finished(&key("b"), Outcome::permanent("no"));
    session.input(Input::Due(Due::Retry { key: key("a"), attempt: 1 }));
    assert_eq!(session.runs_now(), keys(&["c"]), "{}", session.story());
    session.done(&key("c"));
    session.decide(Decision::Retry { key: key("b") });
    assert_eq!(session.runs_now(), keys(&["a", "b", "d"]));
}

#[test]
fn a_pause_begins_nothing_and_going_on_fills_the_places() {
    let mut session = Session::approved(&items(""));
    session.decide(Decision::Pause);
    session.done(&key("a"));
    session.finished(&key("b"), Outcome::permanent("no"));
    assert_eq!((session.runs_now(), session.run_state()), (vec!["2.0.0/each/c"], Some(RunState::Paused)));
    session.decide(Decision::Go);
    assert_eq!(session.run_state(), Some(RunState::Failed));
    session.decide(Decision::Retry { key: key("b") });
    assert_eq!(session.runs_now(), keys(&["c", "b", "d"]));
}

#[test]
fn each_has_its_own_progress() {
    let mut session = Session::approved(&items(""));
    let mut tell = |item: &str, done| {
        let report = Report::Progress { done, total: Some(9), unit: "items".to_owned() };
        session.input(Input::Report { key: key(item), report });
    };
    for (item, done) in [("a", 5), ("b", 1), ("a", 5), ("b", 2), ("b", 3)] {
        tell(item, done);
    }
    let kept = session.kept.iter().filter_map(|event| match &event.kind {
        EventKind::Progress { key, done, .. } => Some((key.as_str(), *done)),
        _ => None,
    });
    assert_eq!(kept.collect::<Vec<_>>(), [("2.0.0/each/b", 2)], "the first that got beyond its beginning");
}

#[test]
fn a_failure_is_what_the_run_stands_at_even_where_another_asks() {
    let mut session = Session::approved(&pairs("ask: { text: Do it. }"));
    session.done(&key("a/one"));
    session
        .finished(&key("a/two"), Outcome::Failed(Box::new(Failure { error: "no".to_owned(), ..Failure::default() })));
    session.finished(&key("b/one"), Outcome::NeedsAnswer);
    assert_eq!(session.run_state(), Some(RunState::Failed));
    assert!(
        matches!(session.machine.state().need(), Some(crate::model::Need::Failed { key, .. }) if key == self::key("a/two"))
    );
}

#[test]
fn an_item_that_is_tried_again_later_does_not_run_beside_other_steps() {
    let two = repeat("", "resume: idempotent, run: { argv: [one] }").replace("each", "other");
    let first = repeat("on_failure: set_aside,", "resume: idempotent, run: { argv: [one] }");
    let mut session = Session::approved(&catalogue("", &(first + &program("next") + &two)));
    for item in ["a", "b", "c", "d", "e"] {
        let outcome = if item < "c" { Outcome::permanent("no") } else { Outcome::Done };
        session.finished(&key(item), outcome);
    }
    assert_eq!(session.runs(), Some(NEXT));
    session.decide(Decision::Retry { key: key("a") });
    assert_eq!(session.runs(), Some(NEXT), "a step outside runs alone");
    session.done(NEXT);
    assert_eq!(session.runs(), Some("2.0.0/each/a"));
    session.done(&key("a"));
    assert_eq!(session.runs_now(), ["2.0.0/other/a", "2.0.0/other/b", "2.0.0/other/c"]);
    session.decide(Decision::Retry { key: key("b") });
    session.done("2.0.0/other/a");
    assert_eq!(session.runs_now(), ["2.0.0/other/b", "2.0.0/other/c"], "nor beside other items");
    session.finished("2.0.0/other/b", Outcome::permanent("no"));
    session.done("2.0.0/other/c");
    assert!(session.runs_now().is_empty(), "after a failure nothing begins");
    assert_eq!(session.run_state(), Some(RunState::Failed));
    session.decide(Decision::Retry { key: "2.0.0/other/b".to_owned() });
    assert_eq!(session.runs(), Some("2.0.0/each/b"));
    session.done(&key("b"));
    assert_eq!(session.runs_now(), ["2.0.0/other/b", "2.0.0/other/d", "2.0.0/other/e"]);
}
