//! The guided set-up as its operator sees it. What is looked up is answered here.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::drawn::drawn;
use super::fixture::options;
use super::model::Model;
use super::set_up::SetUp;
use super::theme::Theme;
use super::update::{Effect, Msg, update};
use crate::definition::shipped;
use crate::interview::{Interview, Item, News, Offer, Outcome, Proposal, Task};
use crate::model::FactSource;

/// The set-up in front of somebody who finds everything, except a database whose address ends in `gone`.
struct Desk {
    model: Model,
    left: bool,
}

impl Desk {
    fn new(columns: u16, rows: u16, ascii: bool) -> Desk {
        let offers = ["barbican", "keepsake"].map(|name| Offer {
            name: name.to_owned(),
            catalogue: Ok(Arc::new(shipped::load(name).expect("is shipped").expect("is valid"))),
        });
        let mut model = Model::new(Theme::new(&options(ascii, true)), true);
        model.size = (columns, rows);
        let interview = Interview::new("/srv/keepsake/stepwell.yaml".into(), offers.to_vec(), None);
        model.set_up = Some(Box::new(SetUp::new(interview)));
        Desk { model, left: false }
    }

    fn take(&mut self, msg: Msg) {
        for effect in update(&mut self.model, msg) {
            match effect {
                Effect::Errand(errand) => {
                    let news = answered(&errand.task);
                    self.take(Msg::News(errand.ticket, Box::new(news)));
                }
                Effect::Quit { .. } => self.left = true,
                _ => {}
            }
        }
    }

    fn key(&mut self, code: KeyCode) -> &mut Desk {
        self.take(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self
    }

    fn line(&mut self, text: &str) -> &mut Desk {
        self.take(Msg::Key(KeyEvent::new(KeyCode::Char('u'), KeyModifiers::CONTROL)));
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
        self.key(KeyCode::Enter)
    }

    /// Up to the question where Barbican's database is.
    fn at_the_database(&mut self) -> &mut Desk {
        self.key(KeyCode::Enter).line("db1").key(KeyCode::Enter)
    }

    fn screen(&self) -> String {
        drawn(&self.model)
    }
}

fn answered(task: &Task) -> News {
    match task {
        Task::Propose { item: Item::Store(_), .. } => News::Proposed(Some(Proposal {
            values: Some(vec!["postgresql://barbican:tiger@db1/barbican".to_owned()]),
            source: Some(FactSource::Detected),
            found: Some("PostgreSQL 15.4, barbican@db1, database barbican, 24 MiB".to_owned()),
        })),
        // Such a fact does not concern this deployment.
        Task::Propose { item: Item::Fact(number), catalogue, .. }
            if catalogue.system.facts.get(*number).is_some_and(|fact| fact.when.is_some()) =>
        {
            News::Proposed(None)
        }
        Task::Propose { item: Item::Fact(number), .. } => News::Proposed(Some(Proposal {
            values: Some(vec![format!("/srv/fact-{number}")]),
            source: Some(FactSource::Default),
            found: None,
        })),
        Task::Try { item: Item::Store(_), deployment, .. } if format!("{deployment:?}").contains("gone") => {
            News::Tried(Outcome::Unsure("the server cannot be reached: connection refused".to_owned()))
        }
        Task::Try { item: Item::Store(_), .. } => {
            let found = Some("PostgreSQL 15.4, barbican@db1, database barbican, 24 MiB".to_owned());
            News::Tried(Outcome::Fits { found, server: true })
        }
        Task::Try { .. } => News::Tried(Outcome::Fits { found: None, server: false }),
        Task::Write { .. } => News::Written(Err("stepwell.yaml cannot be written".to_owned())),
    }
}

type Scene = (&'static str, fn(&mut Desk));

const SCENES: &[Scene] = &[
    ("system", |_| {}),
    ("name", |desk| {
        desk.key(KeyCode::Enter);
    }),
    ("found", |desk| {
        desk.at_the_database();
    }),
    ("password", |desk| {
        desk.at_the_database();
        "mysql://u:tiger@h/d".chars().for_each(|c| {
            desk.key(KeyCode::Char(c));
        });
    }),
    ("doubt", |desk| {
        desk.at_the_database().line("postgresql://u@h/gone");
    }),
    ("keep", |desk| {
        desk.at_the_database().key(KeyCode::Enter);
    }),
    ("review", |desk| {
        desk.at_the_database().key(KeyCode::Enter);
        for _ in 0..12 {
            desk.key(KeyCode::Enter);
        }
        assert!(desk.screen().contains("Shall Stepwell write"), "{}", desk.screen());
    }),
    ("help", |desk| {
        desk.key(KeyCode::Enter).key(KeyCode::F(1));
    }),
    ("leave", |desk| {
        desk.key(KeyCode::Enter);
        desk.take(Msg::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    }),
];

#[test]
fn every_question_at_each_size() {
    for (columns, rows, ascii) in [(80, 24, false), (60, 16, false), (80, 24, true)] {
        for (name, play) in SCENES {
            let mut desk = Desk::new(columns, rows, ascii);
            play(&mut desk);
            let screen = desk.screen();
            assert!(!screen.contains("tiger"), "{screen}");
            let signs = if ascii { "ascii" } else { "unicode" };
            assert_snapshot!(format!("set-up-{columns}x{rows}-{signs}-{name}"), screen);
        }
    }
}

#[test]
fn help_over_a_popup_leads_back_to_it() {
    let mut desk = Desk::new(80, 24, false);
    desk.key(KeyCode::Enter);
    desk.take(Msg::Interrupt);
    desk.key(KeyCode::Char('?'));
    assert!(desk.screen().contains("Help: "), "{}", desk.screen());
    desk.key(KeyCode::Esc);
    assert!(desk.screen().contains("Leave the set-up?"), "{}", desk.screen());
    desk.key(KeyCode::Down).key(KeyCode::Enter);
    assert!(desk.left);
}

proptest! {
    #[test]
    fn random_keys_and_sizes_never_break_it_nor_show_a_password(
        keys in prop::collection::vec((0usize..16, 0u16..300, 0u16..100), 0..60),
    ) {
        let mut desk = Desk::new(80, 24, false);
        for (key, columns, rows) in keys {
            let code = match key {
                0..6 => KeyCode::Enter,
                6 => KeyCode::Esc,
                7 => KeyCode::Down,
                8 => KeyCode::Char('?'),
                9 => KeyCode::F(1),
                10 => KeyCode::PageDown,
                11 => KeyCode::Char('b'),
                12 => KeyCode::Backspace,
                13 => KeyCode::Char('漢'),
                14 => {
                    desk.take(Msg::Resize(columns, rows));
                    continue;
                }
                _ => {
                    desk.take(Msg::Paste("mysql://u:tiger@h/d\nx".to_owned()));
                    continue;
                }
            };
            desk.key(code);
            let screen = desk.screen();
            prop_assert!(!screen.contains("tiger") || desk.model.size.0 < 60 , "{}", screen);
        }
    }
}
