//! Any keys, at any size, whatever happens meanwhile: nothing panics, and the rules of Back, Next and Esc hold.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;

use super::fixture::Wizard;
use super::model::Screen;
use super::scenes::SCENES;
use super::update::Msg;
use super::writer::Painter;
use crate::link::FromRunner;
use crate::model::*;

/// One thing that happens to the wizard.
#[derive(Clone, Debug)]
enum Happening {
    Key(KeyEvent),
    Paste(String),
    Resize(u16, u16),
    /// The runner answers what it was told so far.
    Answered,
    /// A step says something, which answers nothing.
    Told,
    StepFails,
    Wheel(bool),
    Second,
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let codes = prop_oneof![
        4 => Just(KeyCode::Enter),
        2 => Just(KeyCode::Esc),
        2 => prop::sample::select(vec![
            KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Right, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Home, KeyCode::End, KeyCode::Tab, KeyCode::Backspace,
        ]),
        3 => prop::sample::select(" abdghjklnNopqrsvwGyes?/é漢3.0".chars().map(KeyCode::Char).collect::<Vec<_>>()),
    ];
    let modifiers = prop_oneof![
        18 => Just(KeyModifiers::NONE),
        1 => Just(KeyModifiers::CONTROL),
        1 => Just(KeyModifiers::ALT),
    ];
    (codes, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

fn anything() -> impl Strategy<Value = Happening> {
    prop_oneof![
        30 => any_key().prop_map(Happening::Key),
        2 => prop::sample::select(vec!["3.0.0\n", "yes\r\nyes\n", "\u{1b}[31m", "漢字\n"])
            .prop_map(|text| Happening::Paste(text.to_owned())),
        4 => (0u16..=300, 0u16..=100).prop_map(|(columns, rows)| Happening::Resize(columns, rows)),
        8 => Just(Happening::Answered),
        3 => Just(Happening::Told),
        1 => Just(Happening::StepFails),
        1 => any::<bool>().prop_map(Happening::Wheel),
        2 => Just(Happening::Second),
    ]
}

/// A wizard whose runner takes its time, on a terminal.
struct Tried {
    w: Wizard,
    painter: Painter<Vec<u8>>,
}

impl Tried {
    fn new(scene: usize) -> Tried {
        let mut w = SCENES[scene].1(Wizard::new(80, 24));
        w.held = Some(Vec::new());
        Tried { w, painter: Painter::new(Vec::new(), true) }
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Key(key) => self.press(key),
            Happening::Paste(text) => {
                let before = self.w.sent.len();
                self.w.take(Msg::Paste(text));
                assert_eq!(self.w.sent.len(), before, "what is pasted decides nothing");
            }
            Happening::Resize(columns, rows) => {
                self.w.take(Msg::Resize(columns, rows));
                self.painter.forget();
            }
            Happening::Answered => {
                let held = self.w.held.replace(Vec::new()).unwrap_or_default();
                held.into_iter().for_each(|decision| self.w.answer(decision));
            }
            Happening::Told if self.w.model.state.run.is_some() => {
                let key = "2.9.0/sign".to_owned();
                self.w.event(EventKind::Log { key, line: "漢字 é\u{1b}[2J".into() });
                self.w.progress(600_000, Some(1_100_000));
            }
            Happening::StepFails if self.w.model.state.run_state == Some(RunState::Running) => {
                self.w.step("2.9.0/sign", StepState::Failed { error: "no".into(), transient: false });
                self.w.state(RunState::Failed);
            }
            Happening::Wheel(yours) => {
                self.w.take(Msg::FromRunner(Box::new(FromRunner::Wheel { yours, driver: None, watchers: 1 })));
            }
            Happening::Second => self.w.wait(1),
            Happening::Told | Happening::StepFails => {}
        }
        self.painter.draw(&self.w.model).expect("draws");
    }

    fn press(&mut self, key: KeyEvent) {
        let model = &self.w.model;
        let (screen, stage, ran) = (model.screen, model.stage(), model.state.run.is_some());
        let drove = model.drives();
        let held = self.w.held.clone().unwrap_or_default();
        let sent = self.w.sent.len();
        self.w.take(Msg::Key(key));

        let decided = &self.w.sent[sent..];
        let model = &self.w.model;
        let context =
            || format!("{key:?} from {screen:?} to {:?} decided {decided:?}\n{}", model.screen, self.w.screen());
        if key.code == KeyCode::Esc {
            assert!(decided.is_empty() && self.w.left.is_none(), "Esc destroys nothing: {}", context());
        }
        assert!(drove || decided.is_empty(), "who watches decides nothing: {}", context());
        assert!(!decided.iter().any(|decision| held.contains(decision)), "decided twice: {}", context());
        let harmless = |d: &Decision| matches!(d, Decision::Stop | Decision::Abandon);
        if ran && screen < stage {
            assert!(decided.iter().all(harmless), "earlier screens are for reading: {}", context());
        }
        if model.screen > screen {
            assert!(self.may_go_on(), "Next before its time: {}", context());
        }
    }

    /// Whether the screen that is open may be: what leads there is done.
    fn may_go_on(&self) -> bool {
        let model = &self.w.model;
        let state = &model.state;
        if state.run.is_some() || state.ended.is_some() {
            return model.screen <= model.stage();
        }
        let read = state.route.is_some() && model.unread().is_empty();
        let checked = state.checks_ended && state.blocking_checks().is_empty();
        match model.screen {
            Screen::Deployment => true,
            Screen::Notes => state.route.is_some(),
            Screen::Checks => read,
            Screen::Maintenance => read && checked,
            Screen::Plan | Screen::Run | Screen::Confirm | Screen::End => false,
        }
    }

    /// Going back as often as it goes leads to the first screen, decides nothing and loses nothing.
    fn back_is_free(&mut self) {
        let (sent, unread) = (self.w.sent.len(), self.w.model.unread());
        for _ in 0..20 {
            self.w.key(KeyCode::Esc);
        }
        // A run of the past is on one screen.
        let first = if self.w.model.replay.is_some() { Screen::Run } else { Screen::Deployment };
        assert_eq!(self.w.model.screen, first, "{}", self.w.screen());
        assert_eq!((self.w.sent.len(), self.w.left), (sent, None), "{}", self.w.screen());
        assert_eq!(self.w.model.unread(), unread, "what was read stays read");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_at_no_size_break_it_or_its_rules(
        scene in 0..SCENES.len(),
        happenings in prop::collection::vec(anything(), 1..80),
    ) {
        let mut tried = Tried::new(scene);
        for happening in happenings {
            tried.happen(happening);
            if tried.w.left.is_some() {
                return Ok(());
            }
        }
        tried.back_is_free();
    }

    #[test]
    fn every_size_can_be_drawn(scene in 0..SCENES.len(), columns in 0u16..=300, rows in 0u16..=100, ascii: bool) {
        let mut w = SCENES[scene].1(Wizard::with(super::fixture::options(ascii, true), 80, 24));
        w.take(Msg::Resize(columns, rows));
        let mut out = Vec::new();
        Painter::new(&mut out, true).draw(&w.model).expect("draws");
        if columns > 0 && rows > 0 {
            let mut terminal = vt100::Parser::new(rows.try_into().expect("rows"), columns.try_into().expect("columns"), 0);
            terminal.process(&out);
            let shown: Vec<String> = terminal.screen().rows(0, columns).map(|row| row.trim_end().to_owned()).collect();
            prop_assert_eq!(shown.join("\n").trim_end().to_owned(), w.screen().trim_end().to_owned());
        }
    }
}
