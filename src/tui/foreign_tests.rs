//! Text from notes, commands and databases: whatever is in it, it moves no cursor, sets no title, rings no bell, and
//! every column stays where it is.

use insta::assert_snapshot;
use vt100::{Callbacks, Parser, Screen};

use super::copy;
use super::fixture::{Wizard, options, survey};
use super::signs::Signs;
use super::update::Msg;
use super::writer::Painter;
use crate::link::FromRunner;
use crate::model::*;

/// Escapes that clear, name the window, ring, copy and move; marks that turn the direction; signs of two cells and of
/// none; and what is a control character only to some.
const FOREIGN: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]52;c;b3duZWQ=\u{1b}\\\u{9b}5;5Ha\u{202e}b\u{200f}漢字e\u{301}\u{200b}\u{2764}\u{fe0f}\r\u{8}\u{7f}z";

/// What a terminal was told besides text.
#[derive(Default)]
struct Told(Vec<String>);

impl Callbacks for Told {
    fn audible_bell(&mut self, _: &mut Screen) {
        self.0.push("bell".into());
    }

    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        self.0.push(String::from_utf8_lossy(title).into_owned());
    }

    fn copy_to_clipboard(&mut self, _: &mut Screen, _: &[u8], data: &[u8]) {
        self.0.push(String::from_utf8_lossy(data).into_owned());
    }
}

/// Draws what the wizard shows, and compares what the terminal makes of it.
#[track_caller]
fn drawn(terminal: &mut Parser<Told>, w: &Wizard) {
    let mut out = Vec::new();
    Painter::new(&mut out, true).draw(&w.model).expect("draws");
    terminal.process(&out);
    let (_, columns) = terminal.screen().size();
    let shown: Vec<String> = terminal.screen().rows(0, columns.get()).map(|row| row.trim_end().to_owned()).collect();
    assert_eq!(shown.join("\n").trim_end(), w.screen().trim_end());
}

fn terminal() -> Parser<Told> {
    let size = |n: u16| n.try_into().expect("is a size");
    Parser::new_with_callbacks(size(24), size(80), 0, Told::default())
}

/// What is found, with [`FOREIGN`] in every text of it.
fn foreign_survey() -> Survey {
    let text = || FOREIGN.to_owned();
    let mut found = survey();
    for store in &mut found.stores {
        (store.title, store.engine, store.location) = (text(), text(), text());
    }
    for fact in &mut found.facts {
        (fact.name, fact.value) = (text(), text());
    }
    for source in &mut found.version.sources {
        (source.source, source.answer) = (text(), text());
    }
    found.version.label = text();
    for target in &mut found.targets {
        target.label = text();
    }
    found
}

/// A wizard whose every text from outside is [`FOREIGN`].
fn foreign() -> Wizard {
    let text = || FOREIGN.to_owned();
    let mut w = Wizard::new(80, 24).surveyed();
    w.event(EventKind::Opened {
        system: text(),
        title: text(),
        about: text(),
        deployment: text(),
        file: text(),
        state_dir: String::new(),
        runner: Actor::default(),
    });
    w.event(EventKind::Surveyed { survey: foreign_survey() });
    w
}

fn with_foreign_plan(w: &mut Wizard) {
    let plan = w.model.state.plan.as_mut().map(std::sync::Arc::make_mut).expect("a plan");
    for step in &mut plan.steps {
        (step.title, step.touches) = (format!("{FOREIGN}{}", step.title), FOREIGN.to_owned());
        step.detail = vec![FOREIGN.to_owned()];
        step.why = Some(FOREIGN.to_owned());
    }
}

fn with_foreign_checks(w: &mut Wizard) {
    for row in &mut w.model.state.checks {
        if let Some(result) = &mut row.result {
            (result.title, result.found) = (FOREIGN.to_owned(), FOREIGN.to_owned());
            result.rows = vec![FOREIGN.to_owned(); 3];
            result.fix = Some(FOREIGN.to_owned());
        }
    }
}

#[test]
fn nothing_from_outside_does_more_than_stand_there() {
    let mut terminal = terminal();
    let mut w = foreign();
    drawn(&mut terminal, &w);
    assert_snapshot!("foreign-1-deployment", w.screen());
    w.enter();
    if let Some(route) = &mut w.model.state.route {
        route.notes[0].text = format!("# {FOREIGN}\n\n## Breaking changes\n\n- {FOREIGN}\n- `{FOREIGN}`\n");
        route.from_label = FOREIGN.to_owned();
    }
    drawn(&mut terminal, &w);
    assert_snapshot!("foreign-2-notes", w.screen());
    let mut w = w.at_checks();
    with_foreign_checks(&mut w);
    drawn(&mut terminal, &w);
    assert_snapshot!("foreign-3-checks", w.screen());
    w.enter();
    drawn(&mut terminal, &w);
    let mut w = Wizard::new(80, 24).surveyed().at_plan();
    with_foreign_plan(&mut w);
    drawn(&mut terminal, &w);
    assert_snapshot!("foreign-5-plan", w.screen());
    w.press("jjj");
    w.enter();
    drawn(&mut terminal, &w);
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    with_foreign_plan(&mut w);
    w.event(EventKind::Log { key: "2.9.0/sign".into(), line: FOREIGN.into() });
    drawn(&mut terminal, &w);
    assert_snapshot!("foreign-6-run", w.screen());
    w.step("2.9.0/sign", StepState::Failed { error: FOREIGN.into(), transient: false });
    w.state(RunState::Failed);
    drawn(&mut terminal, &w);
    w.take(Msg::FromRunner(Box::new(FromRunner::Refused { reason: FOREIGN.into() })));
    drawn(&mut terminal, &w);
    assert_eq!(terminal.callbacks().0, Vec::<String>::new(), "a frame is text alone");
}

#[test]
fn a_title_holds_no_control_characters_of_others() {
    let w = foreign();
    let bytes = Signs::default().bytes(&w.model, tokio::time::Instant::now());
    let text = String::from_utf8(bytes).expect("is text");
    let title = text.strip_prefix("\x1b]2;").and_then(|rest| rest.split("\x1b\\").next()).expect("is a title");
    assert!(title.starts_with("Deployment - ") && title.contains("␛]0;owned␇"), "{title:?}");
    assert!(!title.chars().any(char::is_control), "{title:?}");
}

#[test]
fn in_ascii_nothing_else_is_drawn_whatever_there_is_to_say() {
    let mut w = Wizard::with(options(true, true), 80, 24).with_survey(foreign_survey());
    drawn(&mut terminal(), &w);
    assert!(w.screen().is_ascii(), "{}", w.screen());
    w.enter();
    assert!(w.screen().is_ascii(), "{}", w.screen());
}

#[test]
fn what_is_copied_is_the_text_itself_and_cannot_leave_its_sequence() {
    let mut w = Wizard::new(80, 24).surveyed().at_backfill();
    w.event(EventKind::Log { key: "2.9.0/sign".into(), line: FOREIGN.into() });
    let bytes = copy::sequence(&copy::text(&w.model).expect("a log"));
    let mut terminal = terminal();
    terminal.process(&bytes);
    assert_eq!(terminal.callbacks().0.len(), 1, "one copy and nothing else");
    assert_eq!(terminal.screen().contents().trim(), "");
}
