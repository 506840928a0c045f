//! What the operator decides, and what only looks like it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::fixture::{Wizard, survey};
use super::model::Screen;
use super::update::{Effect, Msg, update};
use crate::link::FromRunner;
use crate::model::*;

#[test]
fn enter_and_typed_words_walk_the_whole_wizard() {
    let mut w = Wizard::new(80, 24).surveyed().at_confirm();
    w.enter();
    w.line("3.0.1");
    assert!(w.screen().contains("That is not \"3.0.0\""), "{}", w.screen());
    w.line("3.0.0");
    assert_eq!(w.model.screen, Screen::End);
    w.enter();
    assert_eq!(w.left, Some(false));
    let approved = w.sent.iter().find_map(|d| match d {
        Decision::Approve { irreversible, at_end, version, hash } => Some((irreversible, at_end, version, hash)),
        _ => None,
    });
    let expected = (&vec!["3.0.0/drop".to_owned()], &AtEnd::Record, &"3.0.0".to_owned(), &"plan-1".to_owned());
    assert_eq!(approved, Some(expected));
    assert!(w.sent.contains(&Decision::Answer { key: "3.0.0/glazes".into(), value: "keep".into() }));
    assert_eq!(w.model.state.unread(), []);
}

#[test]
fn the_wizard_can_be_walked_at_its_smallest() {
    let w = Wizard::new(60, 16).surveyed().at_confirm();
    assert_eq!(w.model.screen, Screen::Confirm);
}

#[test]
fn every_item_of_the_notes_is_acknowledged_by_itself() {
    let w = Wizard::new(60, 16).surveyed().at_checks();
    let read: Vec<_> = w
        .sent
        .iter()
        .filter_map(|d| match d {
            Decision::Acknowledge { release, item, hash } => Some((release.as_str(), *item, hash.as_str())),
            _ => None,
        })
        .collect();
    for key in [("2.9.0", Some(0)), ("2.9.0", Some(1)), ("2.9.0", Some(2)), ("2.9.0", None), ("3.0.0", None)] {
        let hash = if key.0 == "2.9.0" { "h290" } else { "h300" };
        assert_eq!(read.iter().filter(|r| **r == (key.0, key.1, hash)).count(), 1, "{key:?} in {read:?}");
    }
}

#[test]
fn a_plan_is_not_approved_a_second_time_while_the_first_is_on_its_way() {
    let mut w = Wizard::new(80, 24).surveyed().at_plan();
    w.press("Ga");
    w.enter();
    w.line("yes");
    w.enter();
    w.press("3.0.0");
    // Nobody answers yet.
    let sent = update(&mut w.model, Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    assert!(matches!(sent.as_slice(), [Effect::Send(Decision::Approve { .. })]), "{sent:?}");
    assert!(!w.screen().contains("enter Approve"), "{}", w.screen());
    w.press("a");
    assert_eq!(w.model.popup, None);

    w.take(Msg::FromRunner(Box::new(FromRunner::Refused { reason: "The plan changed.".into() })));
    w.enter();
    assert!(w.screen().contains("enter Approve"), "{}", w.screen());
}

/// Types a line and presses enter; nobody answers yet. Enter alone then does nothing.
fn decides_once(w: &mut Wizard, line: &str) -> Decision {
    w.press(line);
    let enter = || Msg::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
    let sent = update(&mut w.model, enter());
    assert_eq!(update(&mut w.model, enter()), [], "a decision is on its way");
    assert_eq!(w.model.popup, None, "nothing is asked a second time");
    match sent.as_slice() {
        [Effect::Send(decision)] => decision.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_version_that_the_command_line_names_is_offered_first() {
    let mut w = Wizard::new(80, 24);
    w.model.to = Some("2.9.0".to_owned());
    let mut w = w.surveyed();
    assert_eq!(decides_once(&mut w, ""), Decision::ChooseTarget { version: "2.9.0".to_owned() });
}

#[test]
fn a_target_is_chosen_once_and_maintenance_too() {
    let mut w = Wizard::new(80, 24).surveyed();
    assert!(matches!(decides_once(&mut w, ""), Decision::ChooseTarget { .. }));
    let mut w = Wizard::new(80, 24).surveyed().at_maintenance();
    assert!(matches!(decides_once(&mut w, ""), Decision::Maintenance { .. }));
}

#[test]
fn an_answer_is_not_asked_for_again_while_it_is_on_its_way() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.step("2.9.0/sign", StepState::Done { adopted: false });
    w.step("2.9.0/verify/signed", StepState::Done { adopted: false });
    w.step("3.0.0/glazes", StepState::Asking);
    w.state(RunState::NeedsOperator);
    w.enter();
    assert!(matches!(decides_once(&mut w, ""), Decision::Answer { .. }));
}

#[test]
fn a_version_is_not_confirmed_twice() {
    let mut w = Wizard::new(80, 24).surveyed().at_confirm();
    w.enter();
    assert!(matches!(decides_once(&mut w, "3.0.0"), Decision::Confirm { .. }));
}

#[test]
fn a_path_without_notes_leads_on_to_the_checks() {
    let mut w = Wizard::new(80, 24).surveyed();
    w.enter();
    assert_eq!(w.model.screen, Screen::Notes);
    w.model.state.route.as_mut().expect("a path was chosen").notes.clear();
    w.enter();
    assert_eq!(w.model.screen, Screen::Checks, "{}", w.screen());
}

#[test]
fn a_pasted_line_break_confirms_nothing() {
    let mut w = Wizard::new(80, 24).surveyed().at_confirm();
    w.take(Msg::Paste("3.0.0\n".into()));
    w.enter();
    w.take(Msg::Paste("3.0.0\n\n".into()));
    assert_eq!(w.model.screen, Screen::Confirm);
    assert!(!w.model.state.confirmed);
    w.enter();
    assert!(w.model.state.confirmed);
}

#[test]
fn leaving_a_run_asks_first_and_a_detached_run_goes_on() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.press("q");
    assert_eq!(w.left, None);
    w.enter();
    assert_eq!((w.left, w.model.popup.is_none()), (None, true), "the first entry stays");
    w.press("qj");
    w.enter();
    assert_eq!(w.left, Some(true));
}

#[test]
fn a_watcher_decides_nothing_until_it_takes_the_wheel() {
    let mut w = Wizard::new(80, 24).surveyed().at_plan();
    w.take(Msg::FromRunner(Box::new(FromRunner::Wheel { yours: false, driver: None, watchers: 1 })));
    let before = w.sent.len();
    w.press("Ga");
    w.enter();
    assert_eq!(w.sent.len(), before);
    assert!(w.screen().contains("you watch"), "{}", w.screen());
}

#[test]
fn a_runner_that_is_gone_is_said_and_left_at_once() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.take(Msg::FromRunner(Box::new(FromRunner::Gone)));
    w.press("q");
    assert_eq!(w.left, Some(false));
}

#[test]
fn a_version_against_what_was_found_is_typed_twice() {
    let mut found = survey();
    found.version.deployed = None;
    found.version.range = Some(">=2.8,<2.9".into());
    let mut w = Wizard::new(80, 24).with_survey(found);
    w.enter();
    w.line("2.7.0");
    w.take(Msg::FromRunner(Box::new(FromRunner::Refused { reason: "The table `pots` is newer than 2.7.0.".into() })));
    w.line("2.7.0");
    let said = |force| Decision::SetFrom { version: "2.7.0".into(), force };
    assert_eq!(w.sent, [said(false), said(true)]);
}

#[test]
fn a_step_in_doubt_is_settled_by_a_choice_that_is_not_the_first() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.step("2.9.0/sign", StepState::Unknown { intent: "sign every pot.".into() });
    w.state(RunState::NeedsOperator);
    let before = w.sent.len();
    w.enter();
    w.enter();
    assert_eq!(w.sent.len(), before, "the first choice changes nothing");
    w.enter();
    w.key(KeyCode::Down);
    w.enter();
    assert_eq!(w.sent.last(), Some(&Decision::Settle { key: "2.9.0/sign".into(), done: true }));
}

#[test]
fn a_question_during_the_run_is_shown_and_answered() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.step("2.9.0/sign", StepState::Done { adopted: false });
    w.step("2.9.0/verify/signed", StepState::Done { adopted: false });
    w.step("3.0.0/glazes", StepState::Asking);
    w.state(RunState::NeedsOperator);
    w.enter();
    w.key(KeyCode::Down);
    w.enter();
    assert_eq!(w.sent.last(), Some(&Decision::Answer { key: "3.0.0/glazes".into(), value: "drop".into() }));
}

#[test]
fn only_an_optional_step_can_be_skipped_and_only_with_a_reason() {
    let fail = || StepState::Failed { error: "exit status 1".into(), transient: false };
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.step("2.9.0/sign", fail());
    w.state(RunState::Failed);
    w.press("k");
    assert!(w.model.popup.is_none(), "it moves up there");
    let keys: Vec<String> = w.model.state.steps.iter().map(|row| row.key.clone()).collect();
    for key in keys.iter().take_while(|key| *key != "3.0.0/report") {
        w.step(key, StepState::Done { adopted: false });
    }
    w.step("3.0.0/report", fail());
    w.press("k");
    w.enter();
    w.line("written by hand");
    let skip = Decision::Skip { key: "3.0.0/report".into(), reason: "written by hand".into() };
    assert_eq!(w.sent.last(), Some(&skip));
}

#[test]
fn maintenance_is_skipped_only_with_a_reason() {
    let mut w = Wizard::new(80, 24).surveyed().at_maintenance();
    w.press("jj");
    w.enter();
    w.enter();
    assert!(w.model.state.run.is_none(), "{}", w.screen());
    w.line("nobody is here");
    let choice = MaintenanceChoice::Skip { reason: "nobody is here".into() };
    assert!(w.sent.contains(&Decision::Maintenance { choice }));
}

#[test]
fn a_search_goes_round_and_says_when_there_is_nothing() {
    let mut w = Wizard::new(60, 16).surveyed();
    w.enter();
    w.press("/");
    w.line("terminal");
    assert!(w.screen().contains("hold a terminal"), "{}", w.screen());
    w.press("/");
    w.line("saucer");
    assert!(w.screen().contains("Nothing here contains \"saucer\""), "{}", w.screen());
}

#[test]
fn a_resized_page_keeps_its_place() {
    let mut w = Wizard::new(60, 16).surveyed();
    w.enter();
    w.press("/");
    w.line("Settings");
    let first = |w: &Wizard| w.screen().lines().nth(5).map(|l| l.trim().to_owned());
    assert_eq!(first(&w).as_deref(), Some("Settings"), "{}", w.screen());
    w.take(Msg::Resize(72, 16));
    assert_eq!(first(&w).as_deref(), Some("Settings"), "{}", w.screen());
}

#[test]
fn scrolling_past_the_end_does_not_have_to_be_taken_back() {
    let mut w = Wizard::new(60, 16).surveyed();
    for _ in 0..50 {
        w.key(KeyCode::Right);
    }
    let end = w.screen();
    w.key(KeyCode::Left);
    assert_ne!(w.screen(), end);
}

/// A question with more text than the smallest screen has lines.
fn long_question(columns: u16, rows: u16) -> Wizard {
    let mut w = Wizard::new(columns, rows).surveyed().at_plan();
    let plan = std::sync::Arc::make_mut(w.model.state.plan.as_mut().expect("a plan"));
    let step = plan.steps.iter_mut().find(|s| matches!(s.work, Work::Ask(_))).expect("a question");
    if let Work::Ask(ask) = &mut step.work {
        let lines: Vec<_> = (1..=30).map(|n| format!("line {n} of the question")).collect();
        ask.text = Template::new(lines.join("\n"));
    }
    w.press("a");
    w
}

#[test]
fn a_popup_that_is_too_tall_begins_at_its_beginning_and_scrolls() {
    let mut w = long_question(60, 16);
    let screen = w.screen();
    assert!(screen.contains("line 1 of the question") && screen.contains("› keep"), "{screen}");
    assert!(screen.contains("PgDn Scroll"), "{screen}");
    for _ in 0..20 {
        w.key(KeyCode::PageDown);
    }
    let screen = w.screen();
    assert!(screen.contains("line 30 of the question") && screen.contains("› keep"), "{screen}");
    assert!(screen.contains("of 30; PgUp"), "{screen}");
    w.key(KeyCode::PageUp);
    assert!(!w.screen().contains("line 30 of the question"), "{}", w.screen());
    assert!(!long_question(80, 43).screen().contains("PgDn"), "nothing scrolls where all of it is to be seen");
}

#[test]
fn a_time_that_nothing_redraws_is_told_as_a_time_of_day() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    assert!(w.screen().contains("begun 1 m 26 s ago"), "{}", w.screen());
    w.state(RunState::Paused);
    assert!(!w.model.ticks());
    assert!(w.screen().contains("begun 22:13 UTC") && !w.screen().contains("ago"), "{}", w.screen());
}

#[test]
fn a_wait_tells_since_when() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    let waits = StepState::Waiting { reason: "the store is locked".into(), attempt: 1, until: None, outside: false };
    w.step("2.9.0/sign", waits.clone());
    w.step("2.9.0/sign", StepState::Running { attempt: 2 });
    let since = w.model.state.steps[3].waits;
    w.step("2.9.0/sign", waits);
    assert!(
        since.is_some() && w.model.state.steps[3].waits == since,
        "the wait is not over while attempts get nowhere"
    );
    assert!(w.screen().contains("Waits for "), "{}", w.screen());
}

#[test]
fn a_paused_run_is_not_said_to_go_on() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.state(RunState::Paused);
    w.press("q");
    assert!(w.screen().contains("the upgrade waits") && !w.screen().contains("goes on;"), "{}", w.screen());
}

#[test]
fn what_is_said_of_closing_the_window_fits_the_smallest_screen() {
    use crate::words::run::close;
    let states = [
        RunState::Preparing,
        RunState::AwaitingApproval,
        RunState::Running,
        RunState::Paused,
        RunState::Stopped,
        RunState::Failed,
        RunState::NeedsOperator,
        RunState::AwaitingConfirmation,
        RunState::Done,
        RunState::Abandoned,
    ];
    for state in states {
        for at_end in [AtEnd::Record, AtEnd::Wait] {
            for service in [Service::Up, Service::Maintenance] {
                let text = close(state, at_end, service);
                assert!(text.chars().count() <= 56, "{text}");
            }
        }
    }
}

#[test]
fn enter_reads_the_plan_step_by_step_and_ends_at_the_approval() {
    let mut w = Wizard::new(60, 16).surveyed().at_plan();
    let steps = w.model.state.steps.len();
    w.press("g");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..steps * 4 {
        w.enter();
        if !w.model.detail {
            break;
        }
        seen.insert(w.model.cursor());
    }
    assert_eq!(seen.len(), steps, "every step was open once: {seen:?}");
    assert!(w.screen().contains("enter Approve"), "{}", w.screen());
}

#[test]
fn a_key_pressed_twice_decides_once() {
    let mut w = Wizard::new(80, 24).surveyed();
    let enter = || Msg::Key(crossterm::event::KeyEvent::from(KeyCode::Enter));
    let first = super::update::update(&mut w.model, enter());
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!(update(&mut w.model, enter()), []);
}
