//! The wizard as its operator meets it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::fixture::{Wizard, options, survey};
use super::model::Screen;
use super::update::Msg;
use super::writer::Painter;
use crate::link::FromRunner;
use crate::model::*;

type Scene = (&'static str, fn(Wizard) -> Wizard);

/// Every place that an operator sees.
const SCENES: &[Scene] = &[
    ("0-looking", |w| w),
    ("1-deployment", Wizard::surveyed),
    ("1-deployment-unfinished", |w| w.with_survey(interrupted())),
    ("2-notes", |w| {
        let mut w = w.surveyed();
        w.enter();
        w.enter();
        w
    }),
    ("3-checks", |w| w.surveyed().at_checks()),
    ("4-maintenance", |w| w.surveyed().at_maintenance()),
    ("5-plan", |w| w.surveyed().at_plan()),
    ("5-plan-end", |w| {
        let mut w = w.surveyed().at_plan();
        w.press("G");
        w
    }),
    ("5-step", |w| {
        let mut w = w.surveyed().at_plan();
        w.press("jjj");
        w.enter();
        w
    }),
    ("5-no-return", |w| {
        let mut w = w.surveyed().at_plan();
        w.press("a");
        w.enter();
        w.line("no");
        w
    }),
    ("6-run", |w| w.surveyed().at_backfill()),
    ("6-failed", |w| {
        let mut w = w.surveyed().at_backfill();
        let error = "the disk is full while writing pots.db".to_owned();
        w.step("2.9.0/sign", StepState::Failed { error, transient: false });
        w.state(RunState::Failed);
        w
    }),
    ("6-quit", |w| {
        let mut w = w.surveyed().at_backfill();
        w.press("q");
        w
    }),
    ("7-confirm", |w| w.surveyed().at_confirm()),
    ("8-end", |w| {
        let mut w = w.surveyed().at_confirm();
        w.enter();
        w.line("3.0.0");
        w
    }),
    ("help", |w| {
        let mut w = w.surveyed().at_backfill();
        w.press("?");
        w
    }),
];

fn interrupted() -> Survey {
    let at = |second| jiff::Timestamp::from_second(second).expect("is a time");
    Survey {
        unfinished: Some(Unfinished {
            run: "r0".into(),
            from: "2.8.1".into(),
            to: "3.0.0".into(),
            state: RunState::Stopped,
            began: at(1_699_990_000),
            last: at(1_699_998_000),
            done: 3,
            total: 10,
            at: Some("Sign every pot".into()),
        }),
        ..survey()
    }
}

#[test]
fn every_screen_at_80x24() {
    for (name, scene) in SCENES {
        assert_snapshot!(format!("80x24-{name}"), scene(Wizard::new(80, 24)).screen());
    }
}

#[test]
fn every_screen_at_60x16() {
    for (name, scene) in SCENES {
        assert_snapshot!(format!("60x16-{name}"), scene(Wizard::new(60, 16)).screen());
    }
}

#[test]
fn some_screens_in_ascii_and_wide() {
    for (name, scene) in SCENES.iter().filter(|(name, _)| matches!(*name, "3-checks" | "6-run" | "5-plan")) {
        let screen = scene(Wizard::with(options(true, false), 80, 24)).screen();
        assert!(screen.is_ascii(), "{screen}");
        assert_snapshot!(format!("ascii-{name}"), screen);
        assert_snapshot!(format!("132x43-{name}"), scene(Wizard::new(132, 43)).screen());
    }
}

#[test]
fn without_colour_nothing_is_coloured_and_the_selection_stays() {
    for (_, scene) in SCENES {
        let wizard = scene(Wizard::with(options(false, false), 80, 24));
        let buf = wizard.buffer();
        let plain = |c: &ratatui::buffer::Cell| c.fg == ratatui::style::Color::Reset && c.bg == c.fg;
        assert!(buf.content.iter().all(plain), "{}", wizard.screen());
    }
    let wizard = Wizard::with(options(false, false), 80, 24).surveyed();
    assert!(wizard.buffer().content.iter().any(|c| c.modifier.contains(ratatui::style::Modifier::REVERSED)));
}

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
fn escape_destroys_nothing_anywhere() {
    for (_, scene) in SCENES {
        let mut w = scene(Wizard::new(80, 24));
        let before = w.sent.len();
        for _ in 0..12 {
            w.key(KeyCode::Esc);
        }
        assert_eq!((w.sent.len(), w.left), (before, None), "{}", w.screen());
    }
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
fn what_the_bar_shows_does_something() {
    for (_, scene) in SCENES {
        let w = scene(Wizard::new(132, 43));
        for binding in super::keys::active(&w.model) {
            if (binding.label)(&w.model).is_empty() {
                continue;
            }
            let works = binding.keys.iter().any(|press| {
                let key = match press {
                    super::keys::Press::Char(c) => KeyEvent::new(KeyCode::Char(*c), KeyModifiers::NONE),
                    super::keys::Press::Ctrl(c) => KeyEvent::new(KeyCode::Char(*c), KeyModifiers::CONTROL),
                    super::keys::Press::Code(code) => KeyEvent::new(*code, KeyModifiers::NONE),
                };
                super::keys::action(&w.model, key) == Some(binding.action)
            });
            assert!(works, "{} in\n{}", binding.name, w.screen());
        }
    }
}

#[test]
fn a_watcher_decides_nothing_until_it_takes_the_wheel() {
    let mut w = Wizard::new(80, 24).surveyed().at_plan();
    w.take(Msg::FromRunner(Box::new(FromRunner::Wheel { yours: false, driver: None, watchers: 1 })));
    let before = w.sent.len();
    w.press("Ga");
    w.enter();
    assert_eq!(w.sent.len(), before);
    assert!(w.screen().contains("watching"), "{}", w.screen());
}

#[test]
fn a_runner_that_is_gone_is_said_and_left_at_once() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.take(Msg::FromRunner(Box::new(FromRunner::Gone)));
    assert_snapshot!("80x24-gone", w.screen());
    w.press("q");
    assert_eq!(w.left, Some(false));
}

#[test]
fn past_an_estimated_total_there_is_no_more_than_everything() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.progress(1_200_000, Some(1_100_000));
    let screen = w.screen();
    assert!(screen.contains("1,200,000 of about 1,100,000 rows") && screen.contains("99 %"), "{screen}");
}

#[test]
fn notes_cannot_move_the_cursor() {
    let mut w = Wizard::new(80, 40).surveyed();
    w.enter();
    assert!(w.screen().contains("␛[2J"), "{}", w.screen());
}

#[test]
fn a_frame_without_a_change_is_no_bytes_and_a_full_one_is_small() {
    for (name, scene) in SCENES {
        let mut w = scene(Wizard::new(80, 24));
        let mut out = Vec::new();
        let mut painter = Painter::new(&mut out, true);
        let full = painter.draw(&w.model).expect("draws");
        assert!(full <= 4_500, "{name}: {full} bytes");
        w.wait(0);
        assert_eq!(painter.draw(&w.model).expect("draws"), 0, "{name}");
    }
}

#[test]
fn a_running_step_costs_little() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    let mut painter = Painter::new(Vec::new(), true);
    painter.draw(&w.model).expect("draws");
    let mut bytes = 0;
    for second in 0..10 {
        for tenth in 0..4 {
            w.progress(600_000 + second * 9_000 + tenth * 2_000, Some(1_100_000));
            w.event(EventKind::Log {
                key: "2.9.0/sign".into(),
                line: format!("batch {}: 1,000 rows", second * 4 + tenth),
            });
            bytes += painter.draw(&w.model).expect("draws");
        }
        w.wait(1);
        bytes += painter.draw(&w.model).expect("draws");
    }
    assert!(bytes / 10 <= 1_500, "{} bytes a second", bytes / 10);
}

#[test]
fn a_terminal_shows_what_was_drawn() {
    let mut w = Wizard::new(80, 24).surveyed();
    let mut out = Vec::new();
    let mut painter = Painter::new(&mut out, true);
    painter.draw(&w.model).expect("draws");
    w.enter();
    painter.draw(&w.model).expect("draws");
    w = w.at_checks();
    painter.draw(&w.model).expect("draws");
    let mut terminal = vt100::Parser::new(24.try_into().expect("is a size"), 80.try_into().expect("is a size"), 0);
    terminal.process(&out);
    let shown: Vec<String> = terminal.screen().rows(0, 80).map(|row| row.trim_end().to_owned()).collect();
    assert_eq!(shown.join("\n"), w.screen().trim_end_matches('\n'));
}

#[test]
fn too_small_says_so_in_one_line() {
    let w = Wizard::new(59, 16).surveyed();
    assert_eq!(w.screen().trim(), "needs 60x16: enlarge the terminal, or run with --plain");
    assert_eq!(Wizard::new(0, 0).screen(), "");
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
    assert_snapshot!("80x24-1-force", w.screen());
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
    assert_snapshot!("80x24-6-settle", w.screen());
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
    assert_snapshot!("80x24-6-question", w.screen());
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

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let codes = prop_oneof![
        4 => Just(KeyCode::Enter),
        1 => Just(KeyCode::Esc),
        2 => prop::sample::select(vec![
            KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Home, KeyCode::End, KeyCode::Tab, KeyCode::Backspace,
        ]),
        3 => prop::sample::select(" abdghjklnNopqrsvwGyes?/é漢".chars().map(KeyCode::Char).collect::<Vec<_>>()),
    ];
    (codes, prop::bool::weighted(0.05))
        .prop_map(|(code, ctrl)| KeyEvent::new(code, if ctrl { KeyModifiers::CONTROL } else { KeyModifiers::NONE }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_no_size_break_it(
        scene in 0..SCENES.len(),
        steps in prop::collection::vec((any_key(), prop::option::weighted(0.2, (0u16..300, 0u16..100))), 1..60),
    ) {
        let mut w = SCENES[scene].1(Wizard::new(80, 24));
        for (key, size) in steps {
            if let Some((columns, rows)) = size {
                w.take(Msg::Resize(columns, rows));
            }
            w.take(Msg::Key(key));
            w.buffer();
        }
    }
}
