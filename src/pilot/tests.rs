use std::collections::VecDeque;

use super::fake::{Fake, ask, check, unfinished};
use super::{Act, Captain, Policy};
use crate::link::FromRunner;
use crate::model::{
    CheckStatus, Command, Decision, Event, EventKind, Exit, MaintenanceChoice, RunState, State, StepState, Target,
    Unfinished, Work,
};

/// How a session under the pilot went.
struct Flight {
    exit: Exit,
    said: String,
    decisions: Vec<Decision>,
}

/// Flies the whole session, one event at a time.
fn fly(mut fake: Fake, policy: Policy) -> Flight {
    let (mut captain, mut state, mut said) = (Captain::new(policy), State::default(), String::new());
    let mut waiting: VecDeque<_> = fake.open().into();
    loop {
        match captain.act(&state) {
            Act::Send(decision) => waiting.extend(fake.decide(decision)),
            Act::Say { text, .. } => said = text,
            Act::Leave(exit) => return Flight { exit, said, decisions: fake.decisions },
            Act::Wait => match waiting.pop_front().expect("the pilot waits for something that never comes") {
                FromRunner::Event(event) => {
                    state.apply(&event);
                    captain.observe(&state);
                }
                FromRunner::Refused { reason } => captain.refused(&reason),
                other => panic!("unexpected {other:?}"),
            },
        }
    }
}

fn yes() -> Policy {
    Policy { yes: true, ..Policy::default() }
}

fn answers(pairs: &[(&str, &str)]) -> Policy {
    let answers = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Policy { answers, ..yes() }
}

/// Gives up with `exit`, and says each of `words`.
#[track_caller]
fn gives_up(fake: Fake, policy: Policy, exit: Exit, words: &[&str]) -> Vec<Decision> {
    let flight = fly(fake, policy);
    assert_eq!(flight.exit, exit, "{}", flight.said);
    for word in words {
        assert!(flight.said.contains(word), "`{word}` is not in: {}", flight.said);
    }
    let stopped = flight.decisions.iter().filter(|decision| **decision == Decision::Stop).count();
    let began = flight.decisions.iter().any(|d| matches!(d, Decision::Maintenance { .. } | Decision::Resume));
    assert_eq!(stopped, usize::from(began), "a run that began is stopped once: {:?}", flight.decisions);
    flight.decisions
}

fn failed() -> StepState {
    StepState::Failed { error: "disk full\nno space".to_owned(), transient: false }
}

fn unknown() -> StepState {
    StepState::Unknown { intent: "call the vault".to_owned() }
}

#[test]
fn an_approved_upgrade_goes_through_in_the_order_of_the_wizard() {
    let flight = fly(Fake::new(), yes());
    assert_eq!((flight.exit, flight.said.as_str()), (Exit::Done, ""));
    insta::assert_debug_snapshot!(flight.decisions);
}

#[test]
fn without_an_approval_nothing_is_even_looked_at() {
    let decisions = gives_up(Fake::new(), Policy::default(), Exit::Usage, &["--yes", "--plan-hash HASH"]);
    assert_eq!(decisions, []);
}

#[test]
fn a_problem_of_the_survey_ends_with_its_own_exit_code() {
    let mut fake = Fake::new();
    fake.survey.problem = Some((Exit::CouldNotAsk, "The store does not answer.".to_owned()));
    gives_up(fake, yes(), Exit::CouldNotAsk, &["The store does not answer."]);
}

#[test]
fn an_unfinished_run_goes_on() {
    let mut fake = Fake::new();
    fake.survey.unfinished = Some(unfinished("2.0.0"));
    let flight = fly(fake, Policy { to: Some("v2.0.0".to_owned()), ..yes() });
    assert_eq!(flight.exit, Exit::Done);
    assert_eq!(flight.decisions[0], Decision::Resume);
}

#[test]
fn an_unfinished_run_to_another_version_is_left_alone() {
    let mut fake = Fake::new();
    fake.survey.unfinished = Some(unfinished("1.5.0"));
    let policy = Policy { to: Some("2.0.0".to_owned()), ..yes() };
    gives_up(fake, policy, Exit::OperatorNeeded, &["goes to 1.5.0, not to 2.0.0", "stepwell abandon"]);
}

#[test]
fn actions_alone_are_planned_instead_of_a_target() {
    let policy = Policy { tags: vec!["mend".to_owned()], force: true, ..yes() };
    let mut fake = Fake::new();
    fake.survey.targets.clear();
    let flight = fly(fake, policy.clone());
    assert_eq!(flight.exit, Exit::Done, "{}", flight.said);
    assert_eq!(flight.decisions[0], Decision::RunTags { tags: policy.tags.clone(), force: true });
    assert!(!flight.decisions.iter().any(|decision| matches!(decision, Decision::ChooseTarget { .. })));

    let mut fake = Fake::new();
    fake.refuse.push("run_tags");
    gives_up(fake, policy.clone(), Exit::Usage, &["That cannot be."]);

    // An upgrade that is not finished is something else, the same actions are not.
    let mut fake = Fake::new();
    fake.survey.unfinished = Some(unfinished("2.0.0"));
    gives_up(fake, policy.clone(), Exit::OperatorNeeded, &["not finished", "stepwell abandon"]);
    let mut fake = Fake::new();
    fake.survey.unfinished = Some(Box::new(Unfinished { tags: policy.tags.clone(), ..*unfinished("1.0.0") }));
    assert_eq!(fly(fake, policy).decisions[0], Decision::Resume);
}

fn nameless() -> Fake {
    let mut fake = Fake::new();
    fake.survey.version.deployed = None;
    fake.survey.version.range = Some(">=1,<2".to_owned());
    fake
}

#[test]
fn an_unknown_version_is_asked_for_by_its_option() {
    gives_up(nameless(), yes(), Exit::OperatorNeeded, &["--from VERSION", ">=1,<2"]);
}

#[test]
fn a_version_that_was_given_is_set_once_however_it_is_spelled() {
    let flight = fly(nameless(), Policy { from: Some(" v1.0.0".to_owned()), ..yes() });
    assert_eq!(flight.exit, Exit::Done);
    let set = flight.decisions.iter().filter(|decision| matches!(decision, Decision::SetFrom { .. })).count();
    assert_eq!(set, 1);
}

#[test]
fn a_version_against_what_was_found_is_refused_by_the_runner() {
    let mut fake = Fake::new();
    fake.refuse.push("set_from");
    let policy = Policy { from: Some("0.9".to_owned()), ..yes() };
    let decisions = gives_up(fake, policy, Exit::NoPath, &["That cannot be."]);
    assert_eq!(decisions, [Decision::SetFrom { version: "0.9".to_owned(), force: false }]);
}

#[test]
fn the_newest_version_is_the_target_unless_one_is_named() {
    let chosen = |policy| fly(Fake::new(), policy).decisions.remove(0);
    assert_eq!(chosen(yes()), Decision::ChooseTarget { version: "2.0.0".to_owned() });
    let named = Policy { to: Some("1.5.0".to_owned()), ..yes() };
    assert_eq!(chosen(named), Decision::ChooseTarget { version: "1.5.0".to_owned() });
}

#[test]
fn a_failed_check_is_named_with_its_rows_and_its_fix() {
    let mut fake = Fake::new();
    fake.checks.push(check("rows", CheckStatus::Fail));
    let policy = Policy { accept: [("rows".to_owned(), "never mind".to_owned())].into(), ..yes() };
    gives_up(fake, policy, Exit::CheckFailed, &["FAIL rows", "| row two", "Delete them.", "cannot be accepted"]);
}

#[test]
fn a_warning_is_accepted_by_its_name_only() {
    let warned = || {
        let mut fake = Fake::new();
        fake.checks.push(check("locks", CheckStatus::Warn));
        fake
    };
    gives_up(warned(), yes(), Exit::CheckFailed, &["WARN locks", "--accept locks=REASON"]);
    let policy = Policy { accept: [("locks".to_owned(), "quiet night".to_owned())].into(), ..yes() };
    let flight = fly(warned(), policy);
    assert_eq!(flight.exit, Exit::Done);
    let accepted = Decision::Override { check: "locks".to_owned(), reason: "quiet night".to_owned() };
    assert!(flight.decisions.contains(&accepted));
}

#[test]
fn maintenance_is_skipped_with_the_reason_that_was_given() {
    let flight = fly(Fake::new(), Policy { skip_maintenance: Some("a copy".to_owned()), ..yes() });
    let choice = MaintenanceChoice::Skip { reason: "a copy".to_owned() };
    assert!(flight.decisions.contains(&Decision::Maintenance { choice }));
}

fn asking() -> Fake {
    let mut fake = Fake::new();
    fake.plan.steps.insert(0, ask("2.0.0/mode", &["fast", "safe"], Some("safe")));
    fake
}

#[test]
fn a_question_without_an_answer_names_its_option_and_its_choices() {
    let words = ["--answer 2.0.0/mode=VALUE", "fast, safe", "--defaults"];
    gives_up(asking(), yes(), Exit::OperatorNeeded, &words);
}

#[test]
fn a_question_is_answered_by_its_key_or_its_last_part_or_its_default() {
    let value = |policy| {
        let decisions = fly(asking(), policy).decisions;
        decisions.into_iter().find_map(|d| if let Decision::Answer { value, .. } = d { Some(value) } else { None })
    };
    assert_eq!(value(answers(&[("2.0.0/mode", "fast")])).as_deref(), Some("fast"));
    assert_eq!(value(answers(&[("mode", "fast")])).as_deref(), Some("fast"));
    assert_eq!(value(Policy { defaults: true, ..yes() }).as_deref(), Some("safe"));
}

#[test]
fn a_short_answer_never_reaches_one_of_two_questions_by_chance() {
    let mut fake = asking();
    fake.plan.steps.insert(0, ask("1.5.0/mode", &[], None));
    gives_up(fake, answers(&[("mode", "fast")]), Exit::OperatorNeeded, &["--answer 1.5.0/mode=VALUE"]);
}

#[test]
fn points_of_no_return_need_their_own_option() {
    let irreversible = || {
        let mut fake = Fake::new();
        fake.plan.steps[2].point_of_no_return = true;
        fake
    };
    gives_up(irreversible(), yes(), Exit::OperatorNeeded, &["2.0.0/drop", "--allow-irreversible"]);
    let flight = fly(irreversible(), Policy { allow_irreversible: true, ..yes() });
    assert_eq!(flight.exit, Exit::Done);
    let approved =
        |d: &Decision| matches!(d, Decision::Approve { irreversible, .. } if irreversible == &["2.0.0/drop"]);
    assert!(flight.decisions.iter().any(approved));
}

#[test]
fn only_the_plan_with_the_approved_hash_is_carried_out() {
    let policy = |hash: &str| Policy { plan_hash: Some(hash.to_owned()), ..Policy::default() };
    assert_eq!(fly(Fake::new(), policy("C0FFEE")).exit, Exit::Done);
    let decisions = gives_up(Fake::new(), policy("beef"), Exit::PlanDiffers, &["c0ffee", "beef", "stepwell plan"]);
    assert!(!decisions.iter().any(|decision| matches!(decision, Decision::Approve { .. })));
}

#[test]
fn a_failed_step_stops_the_run_and_says_how_it_goes_on() {
    let fake = Fake::new().fate("2.0.0/fill", vec![failed()]);
    let words = ["2.0.0/fill", "| disk full\n    | no space", "stepwell run"];
    gives_up(fake, yes(), Exit::StepFailed, &words);
}

#[test]
fn a_question_during_the_run_is_answered_once_and_then_an_operator_looks() {
    let asks = |times| asking().fate("2.0.0/mode", vec![StepState::Asking; times]);
    // Answered before the approval already; asked again by the step itself.
    gives_up(asks(1), answers(&[("mode", "fast")]), Exit::OperatorNeeded, &["asks 2.0.0/mode again", "`fast`"]);
    let late = |times| {
        let mut fake = asks(times);
        fake.plan.steps[0].ask_first = false;
        fake
    };
    assert_eq!(fly(late(1), answers(&[("mode", "fast")])).exit, Exit::Done);
    gives_up(late(2), answers(&[("mode", "fast")]), Exit::OperatorNeeded, &["again"]);
    gives_up(late(1), yes(), Exit::OperatorNeeded, &["--answer 2.0.0/mode=VALUE"]);
}

#[test]
fn a_step_nobody_knows_about_is_settled_by_a_word_once() {
    let fake = |times| Fake::new().fate("2.0.0/fill", vec![unknown(); times]);
    let words = ["--answer 2.0.0/fill=done", "--answer 2.0.0/fill=again", "| call the vault"];
    gives_up(fake(1), yes(), Exit::OperatorNeeded, &words);
    gives_up(fake(1), answers(&[("fill", "perhaps")]), Exit::OperatorNeeded, &words);
    assert_eq!(fly(fake(1), answers(&[("fill", "done")])).exit, Exit::Done);
    assert_eq!(fly(fake(1), answers(&[("fill", "again")])).exit, Exit::Done);
    gives_up(fake(2), answers(&[("fill", "again")]), Exit::OperatorNeeded, &words);
}

#[test]
fn with_nothing_to_do_the_pilot_leaves_the_end_to_the_runner() {
    let mut fake = Fake::new();
    fake.survey.targets = Vec::<Target>::new();
    let (mut captain, mut state) = (Captain::new(yes()), State::default());
    for message in fake.open() {
        let FromRunner::Event(event) = message else { continue };
        state.apply(&event);
    }
    assert_eq!(captain.act(&state), Act::Wait);
}

#[test]
fn a_run_that_somebody_else_drives_is_not_stopped() {
    let mut captain = Captain::new(yes());
    let state = State { run: Some("r1".to_owned()), ..State::default() };
    captain.displaced(None);
    assert!(matches!(captain.act(&state), Act::Say { exit: Exit::OperatorNeeded, .. }));
    assert_eq!(captain.act(&state), Act::Leave(Exit::OperatorNeeded));
}

#[test]
fn a_runner_that_is_gone_is_an_error_with_a_next_command() {
    let mut captain = Captain::new(yes());
    captain.gone(&State::default());
    let Act::Say { exit, text } = captain.act(&State::default()) else { panic!("says nothing") };
    assert_eq!(exit, Exit::Internal);
    assert!(text.contains("stepwell status"));
}

/// What the pilot does where one of two items `needs` something and the other one is in `beside`.
fn with_another(run: RunState, needs: StepState, beside: StepState, policy: Policy) -> Act {
    let mut fake = Fake::new();
    fake.plan.steps = vec![ask("2.0.0/a", &[], None), super::fake::step("2.0.0/b", Work::Run(Command::default()))];
    let mut messages = fake.open();
    messages.extend(fake.decide(Decision::Resume));
    let mut state = State::default();
    let mut apply = |kind| {
        let seq = state.seq + 1;
        state.apply(&Event { seq, at: jiff::Timestamp::UNIX_EPOCH, kind });
    };
    for message in messages {
        let FromRunner::Event(event) = message else { continue };
        apply(event.kind);
    }
    apply(EventKind::StepChanged { key: "2.0.0/a".to_owned(), state: needs });
    apply(EventKind::StepChanged { key: "2.0.0/b".to_owned(), state: beside });
    apply(EventKind::RunChanged { state: run });
    Captain::new(policy).act(&state)
}

#[test]
fn the_pilot_gives_up_only_when_what_is_under_way_has_ended() {
    let running = StepState::Running { attempt: 1 };
    let waiting = StepState::Waiting { reason: "busy".to_owned(), attempt: 1, until: None, outside: false };
    let done = StepState::Done { adopted: false };
    let failed = |beside| with_another(RunState::Failed, failed(), beside, yes());
    assert_eq!(failed(running.clone()), Act::Wait);
    // After a failure nothing is tried again, so that no wait is waited for.
    for beside in [waiting.clone(), done.clone()] {
        assert!(matches!(failed(beside), Act::Say { exit: Exit::StepFailed, .. }));
    }
    let asks = |beside, policy| with_another(RunState::NeedsOperator, StepState::Asking, beside, policy);
    assert_eq!(asks(running.clone(), yes()), Act::Wait);
    assert_eq!(asks(waiting, yes()), Act::Wait);
    assert!(matches!(asks(done, yes()), Act::Say { exit: Exit::OperatorNeeded, .. }));
    // What the pilot can decide it decides at once.
    assert!(matches!(asks(running, answers(&[("a", "yes")])), Act::Send(Decision::Answer { .. })));
}
