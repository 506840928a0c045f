//! Attempts that get nowhere end, also where each of them takes its runner along.

use super::*;

const ONE: &str = "2.0.0/one";

fn attempts(session: &Session) -> usize {
    let running = session.kept.iter().filter(
        |event| matches!(&event.kind, EventKind::StepChanged { key, state: StepState::Running { .. } } if key == ONE),
    );
    running.count()
}

#[test]
fn a_step_that_kills_its_runner_each_time_is_given_to_the_operator() {
    let mut session = Session::approved(&catalogue("", &program("one")));
    while session.runs().is_some() {
        session = session.killed(&[(ONE, Left::Unknown)]);
        assert!(attempts(&session) < 10, "{} attempts", attempts(&session));
    }
    assert!(matches!(session.step(ONE), StepState::Failed { .. }), "{}", session.story());
    assert_eq!(session.run_state(), Some(RunState::Failed));
    session.decide(Decision::Retry { key: ONE.to_owned() });
    assert_eq!(session.runs(), Some(ONE), "an operator's word starts anew");
    let session = session.killed(&[(ONE, Left::Unknown)]);
    assert_eq!(session.runs(), Some(ONE));
}

#[test]
fn a_step_that_gets_on_may_be_killed_as_often_as_it_likes() {
    let mut session = Session::approved(&catalogue("", &program("one")));
    for n in 0..20 {
        for done in [n, n + 1] {
            let report = Report::Progress { done, total: Some(100), unit: "items".to_owned() };
            session.input(Input::Report { key: ONE.to_owned(), report });
        }
        session = session.killed(&[(ONE, Left::Unknown)]);
        assert_eq!(session.runs(), Some(ONE), "after {n} kills");
    }
}

#[test]
fn retries_are_counted_over_the_ends_of_runners() {
    let text = "  - { id: one, title: one, resume: idempotent, retry: { attempts: 3 }, run: { argv: [one] } }\n";
    let mut session = Session::approved(&catalogue("", text));
    for _ in 0..2 {
        session.finished(ONE, Outcome::transient("busy"));
        assert!(matches!(session.step(ONE), StepState::Waiting { .. }), "{}", session.story());
        session = session.killed(&[]);
    }
    session.finished(ONE, Outcome::transient("busy"));
    assert!(matches!(session.step(ONE), StepState::Failed { .. }), "{}", session.story());
}

#[test]
fn going_on_after_an_orderly_end_is_the_operators_word() {
    let text = "  - { id: one, title: one, resume: idempotent, retry: { attempts: 3 }, run: { argv: [one] } }\n";
    let mut session = Session::approved(&catalogue("", text));
    for _ in 0..5 {
        session.finished(ONE, Outcome::transient("busy"));
        session.finished_after_wait();
        session.decide(Decision::Stop);
        assert!(session.has_ended());
        session = session.killed(&[]);
    }
    assert_eq!(session.runs(), Some(ONE));
}

impl Session {
    /// One more attempt, which fails as well.
    fn finished_after_wait(&mut self) {
        self.decide(Decision::Retry { key: ONE.to_owned() });
        self.finished(ONE, Outcome::transient("busy"));
        assert!(matches!(self.step(ONE), StepState::Waiting { .. }), "{}", self.story());
    }
}
