//! The wizard as its operator sees it: every screen, and what a frame costs.

use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use tokio::time::Instant;

use super::Motion;
use super::fixture::{Wizard, options};
use super::frames::Frames;
use super::scenes::SCENES;
use super::writer::Painter;
use crate::model::*;

#[test]
fn a_run_that_begins_in_several_events_is_begun_once() {
    let mut w = Wizard::new(80, 24).surveyed().at_maintenance();
    w.held = Some(Vec::new());
    w.enter();
    let (choice, by) = (MaintenanceChoice::AtStep, Actor::default());
    w.event(EventKind::MaintenanceChosen { choice, by });
    w.enter();
    assert_eq!(w.held.as_ref().map(Vec::len), Some(1), "{:?}", w.held);
}

#[test]
fn a_warning_is_overridden_once_while_the_answer_is_on_its_way() {
    let mut w = Wizard::new(80, 24).surveyed().at_checks();
    w.held = Some(Vec::new());
    w.enter();
    w.line("it may wait");
    let (release, item) = ("3.0.0".into(), None);
    // The answer to something that was decided before.
    w.event(EventKind::Acknowledged { release, item, hash: String::new(), by: Actor::default() });
    w.enter();
    assert!(w.model.popup.is_none(), "{}", w.screen());
    let held = w.held.take().expect("is held");
    assert!(matches!(held.as_slice(), [Decision::Override { .. }]), "{held:?}");
    w.answer(held[0].clone());
    assert!(w.model.waiting.is_none());
}

#[test]
fn of_items_that_run_at_the_same_time_the_first_is_shown_and_the_others_are_named() {
    let mut w = Wizard::new(132, 43).surveyed().at_items();
    let seen = |w: &Wizard, text: &str| assert!(w.screen().contains(text), "{text}\n{}", w.screen());
    seen(&w, "── Sign every pot of the north house ──");
    seen(&w, "and 2 more: Sign every pot of the south house, Sign every pot of the east house");
    seen(&w, "south: signing");
    w.step("2.9.0/sign/north", StepState::Done { adopted: false });
    w.step("2.9.0/sign/west", StepState::Running { attempt: 1 });
    seen(&w, "── Sign every pot of the south house ──");
    seen(&w, "and 2 more: Sign every pot of the east house, Sign every pot of the west house");
    // One that needs a decision is shown before those that go on, and can be decided about at once.
    w.step("2.9.0/sign/east", StepState::Failed { error: "no key".into(), transient: false });
    w.state(RunState::Failed);
    seen(&w, "── Sign every pot of the east house ──");
    seen(&w, "and 2 more: Sign every pot of the south house, Sign every pot of the west house");
    w.press("r");
    assert_eq!(w.sent.last(), Some(&Decision::Retry { key: "2.9.0/sign/east".into() }));
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

#[tokio::test(start_paused = true)]
async fn a_running_step_costs_little_however_much_it_says() {
    const SECONDS: usize = 20;
    for motion in [Motion::Full, Motion::Reduced, Motion::Off] {
        let mut w = Wizard::new(80, 24).surveyed().at_backfill();
        let mut painter = Painter::new(Vec::new(), true);
        painter.draw(&w.model).expect("draws");
        let (mut frames, start) = (Frames::new(motion), Instant::now());
        let (mut bytes, mut times) = (0, 0);
        for ms in (0..SECONDS * 1_000).step_by(10) {
            let now = start + Duration::from_millis(ms as u64);
            if ms % 1_000 == 0 {
                w.wait(1);
            }
            let done = 600_000 + ms as u64 * 20;
            w.progress(done, Some(1_100_000));
            let line = format!("batch {}: {} rows in {} ms", done / 1_000, done % 977, done % 89);
            w.event(EventKind::Log { key: "2.9.0/sign".into(), line });
            frames.request(now);
            if frames.due().is_some_and(|due| due <= now) {
                let drawn = painter.draw(&w.model).expect("draws");
                frames.drawn(now, drawn);
                (bytes, times) = (bytes + drawn, times + 1);
            }
        }
        assert!(bytes / SECONDS <= 1_500, "{motion:?}: {} bytes a second", bytes / SECONDS);
        assert!(times >= SECONDS - 1, "{motion:?}: {times} frames are too few to look alive");
    }
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
fn a_step_that_waits_and_runs_in_turns_does_not_move_the_list() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    let place = |w: &mut Wizard| w.screen().lines().position(|line| line.contains("\u{2500} Log"));
    let running = place(&mut w);
    let reason = "exit status 75, expected 0: kiln: connection reset".to_owned();
    w.step("2.9.0/sign", StepState::Waiting { reason, attempt: 3, until: w.model.now, outside: false });
    assert_eq!(place(&mut w), running);
}
