//! The guided set-up on the screen: what is typed or chosen now, and what follows from it.

use super::keys::Action;
use super::model::Model;
use super::popup::{Menu, Pick, Popup};
use super::update::Effect;
use super::view;
use crate::interview::{Errand, Interview, Kind, News, Question, Reply};
use crate::words::setup as words;

/// Lines by which a page of text moves.
const PAGE: usize = 5;

/// The questions, and the answer that is being given.
#[derive(Clone)]
pub struct SetUp {
    pub interview: Interview,
    question: Option<Question>,
    /// What is typed. It may be secret.
    input: String,
    selected: usize,
}

impl std::fmt::Debug for SetUp {
    /// Leaves out what is typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetUp")
            .field("question", &self.question)
            .field("selected", &self.selected)
            .finish_non_exhaustive()
    }
}

impl SetUp {
    /// Before the first answer.
    pub fn new(interview: Interview) -> SetUp {
        let mut set_up = SetUp { interview, question: None, input: String::new(), selected: 0 };
        set_up.ask();
        set_up
    }

    /// The open question.
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// The choice under the cursor.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// Whether the open question is answered by typing.
    pub fn types(&self) -> bool {
        matches!(self.question, Some(Question { kind: Kind::Line { .. }, .. }))
    }

    /// What is typed, for changing it.
    pub fn line(&mut self) -> Option<&mut String> {
        self.types().then_some(&mut self.input)
    }

    /// What is typed, as it may be seen: no secret, and no password of a URL.
    pub fn seen(&self, ascii: bool) -> String {
        let seen = match &self.question {
            Some(Question { kind: Kind::Line { hidden: true, .. }, .. }) => "•".repeat(self.input.chars().count()),
            _ => crate::interview::without_password(&self.input),
        };
        if ascii { seen.replace('•', "*") } else { seen }
    }

    /// Takes the question that is open now, and begins its answer.
    fn ask(&mut self) {
        self.question = self.interview.question();
        self.input.clear();
        match self.question.as_ref().map(|question| &question.kind) {
            Some(Kind::Line { preset, .. }) => self.input.clone_from(preset),
            Some(Kind::Choice { selected, .. }) => self.selected = *selected,
            None => {}
        }
    }

    fn reply(&self) -> Option<Reply> {
        match &self.question.as_ref()?.kind {
            Kind::Choice { .. } => Some(Reply::Pick(self.selected)),
            Kind::Line { proposed: true, preset, .. } if preset.is_empty() && self.input.is_empty() => {
                Some(Reply::Take)
            }
            Kind::Line { .. } => Some(Reply::Text(self.input.clone())),
        }
    }
}

/// Carries out what a key does on a question.
pub fn on_question(model: &mut Model, action: Action) -> Vec<Effect> {
    let furthest = view::furthest(model);
    let Some(set_up) = &mut model.set_up else { return Vec::new() };
    match action {
        Action::Submit => match set_up.reply() {
            Some(reply) => return changed(model, |interview| interview.answer(reply)),
            None => return Vec::new(),
        },
        Action::Back => return changed(model, Interview::back),
        Action::Up => set_up.selected = set_up.selected.saturating_sub(1),
        Action::Down => {
            if let Some(Question { kind: Kind::Choice { choices, .. }, .. }) = &set_up.question {
                set_up.selected = (set_up.selected + 1).min(choices.len().saturating_sub(1));
            }
        }
        Action::Clear => set_up.input.clear(),
        Action::ScrollUp => model.scroll = model.scroll.saturating_sub(PAGE),
        Action::ScrollDown => model.scroll = (model.scroll + PAGE).min(furthest),
        Action::Help => model.popup = Some(Popup::Help { scroll: 0, below: None }),
        Action::Quit => return super::act::quit(model),
        Action::Redraw => return vec![Effect::Redraw],
        Action::Suspend => return vec![Effect::Suspend],
        _ => {}
    }
    Vec::new()
}

/// Takes in what came of an errand.
pub fn hear(model: &mut Model, ticket: u64, news: News) -> Vec<Effect> {
    changed(model, |interview| interview.hear(ticket, news))
}

fn changed(model: &mut Model, change: impl FnOnce(&mut Interview) -> Option<Errand>) -> Vec<Effect> {
    let Some(set_up) = &mut model.set_up else { return Vec::new() };
    let before = set_up.question.take();
    let errand = change(&mut set_up.interview);
    set_up.ask();
    if set_up.question != before {
        model.scroll = 0;
    }
    if set_up.interview.written().is_some() {
        return vec![Effect::Quit { detached: false }];
    }
    errand.map(Effect::Errand).into_iter().collect()
}

/// Whether leaving loses answers, and a popup now asks about it.
pub fn asks_before_leaving(model: &mut Model) -> bool {
    let loses = model.set_up.as_ref().is_some_and(|set_up| set_up.interview.can_go_back());
    if loses {
        model.popup = Some(Popup::Menu(Menu {
            title: words::LEAVE_TITLE.to_owned(),
            text: words::LEAVE_TEXT.to_owned(),
            choices: vec![(words::STAY.to_owned(), Pick::Stay), (words::LEAVE.to_owned(), Pick::Leave)],
            selected: 0,
        }));
    }
    loses
}
