//! What lies over a screen: a question, a list of ways on, a word to type. Everything irreversible passes here.

use crate::model::{AtEnd, Decision, State, Work};
use crate::words::popups as words;

/// A popup.
#[derive(Clone, Debug, PartialEq)]
pub enum Popup {
    /// Over what was there before.
    Help {
        scroll: usize,
        below: Option<Box<Popup>>,
    },
    Notice {
        title: String,
        text: String,
    },
    Prompt(Prompt),
    Menu(Menu),
}

/// A line to type.
#[derive(Clone, Debug, PartialEq)]
pub struct Prompt {
    pub purpose: Purpose,
    pub input: String,
    /// Why what was typed does not do.
    pub error: Option<String>,
}

/// What is typed, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    Search,
    SetFrom,
    /// Again, against what was found.
    ForceFrom {
        version: String,
        reason: String,
    },
    Override {
        check: String,
    },
    SkipMaintenance,
    NoReturn {
        key: String,
    },
    Approve,
    SkipStep {
        key: String,
    },
    Answer {
        key: String,
    },
    Abandon,
    Confirm,
}

impl Purpose {
    /// The very word that has to be typed; `None` when any text does.
    pub fn expected(&self, state: &State) -> Option<String> {
        match self {
            Purpose::NoReturn { .. } => Some(words::YES.to_owned()),
            Purpose::Abandon => Some(words::ABANDON_WORD.to_owned()),
            Purpose::Approve | Purpose::Confirm => state.plan.as_ref().map(|plan| plan.to.clone()),
            Purpose::ForceFrom { version, .. } => Some(version.clone()),
            Purpose::Answer { key } => match state.step(key).map(|step| &step.work) {
                Some(Work::Ask(ask)) => ask.typed.clone(),
                _ => None,
            },
            Purpose::Search | Purpose::SetFrom | Purpose::Override { .. } => None,
            Purpose::SkipMaintenance | Purpose::SkipStep { .. } => None,
        }
    }
}

/// A list of ways on.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    pub title: String,
    pub text: String,
    pub choices: Vec<(String, Pick)>,
    pub selected: usize,
}

/// What choosing an entry does.
#[derive(Clone, Debug, PartialEq)]
pub enum Pick {
    /// Nothing: the popup closes.
    Stay,
    /// Leave; the run goes on.
    Detach,
    /// Leave; there is no run.
    Leave,
    Send(Decision),
    /// Ask for a word or a reason first.
    Type(Purpose),
    AtEnd(AtEnd),
}

impl Popup {
    /// What tells one popup from another: not what is typed or chosen in it.
    pub fn name(&self) -> String {
        match self {
            Popup::Help { .. } => String::new(),
            Popup::Notice { title, text } => format!("{title}{text}"),
            Popup::Prompt(prompt) => format!("{:?}", prompt.purpose),
            Popup::Menu(menu) => format!("{}{}", menu.title, menu.text),
        }
    }

    /// Whether it leads to a decision, rather than being for reading or leaving.
    pub fn decides(&self) -> bool {
        match self {
            Popup::Help { .. } | Popup::Notice { .. } => false,
            Popup::Prompt(prompt) => prompt.purpose != Purpose::Search,
            Popup::Menu(_) => true,
        }
    }

    /// A line to type, empty at first.
    pub fn prompt(purpose: Purpose) -> Self {
        Popup::Prompt(Prompt { purpose, input: String::new(), error: None })
    }

    /// The question of a step, in the form that its kind of answer asks for.
    pub fn question(state: &State, key: &str) -> Self {
        let Some(Work::Ask(ask)) = state.step(key).map(|step| &step.work) else {
            return Popup::Notice { title: words::QUESTION.to_owned(), text: words::NO_QUESTION.to_owned() };
        };
        let answer = |value: &str| Pick::Send(Decision::Answer { key: key.to_owned(), value: value.to_owned() });
        let given = state.answers.get(key).cloned();
        let preset = given.or_else(|| ask.default.as_ref().map(|t| t.text.clone()));
        if ask.typed.is_none() && !ask.choices.is_empty() {
            return Popup::Menu(Menu {
                title: words::QUESTION.to_owned(),
                text: question_text(state, key),
                selected: ask.choices.iter().position(|c| Some(&c.text) == preset.as_ref()).unwrap_or(0),
                choices: ask.choices.iter().map(|c| (c.text.clone(), answer(&c.text))).collect(),
            });
        }
        if ask.typed.is_some() || preset.is_some() {
            let input = if ask.typed.is_some() { String::new() } else { preset.unwrap_or_default() };
            return Popup::Prompt(Prompt { purpose: Purpose::Answer { key: key.to_owned() }, input, error: None });
        }
        Popup::Menu(Menu {
            title: words::WORK_FOR_YOU.to_owned(),
            text: question_text(state, key),
            choices: vec![
                (words::NOT_YET.to_owned(), Pick::Stay),
                (words::IT_IS_DONE.to_owned(), answer(words::DONE_ANSWER)),
            ],
            selected: 0,
        })
    }

    /// What to do with a failed step.
    pub fn failed(state: &State, key: &str) -> Self {
        let mut choices = vec![
            (words::RETRY.to_owned(), Pick::Send(Decision::Retry { key: key.to_owned() })),
            (words::STOP.to_owned(), Pick::Send(Decision::Stop)),
        ];
        if state.step(key).is_some_and(|step| step.optional) {
            choices.insert(1, (words::SKIP_STEP.to_owned(), Pick::Type(Purpose::SkipStep { key: key.to_owned() })));
        }
        Popup::Menu(Menu {
            title: words::FAILED_TITLE.to_owned(),
            text: words::FAILED_TEXT.to_owned(),
            choices,
            selected: 0,
        })
    }

    /// What to do with a step of which nobody knows whether it happened.
    pub fn settle(key: &str, intent: &str) -> Self {
        let settle = |done| Pick::Send(Decision::Settle { key: key.to_owned(), done });
        Popup::Menu(Menu {
            title: words::SETTLE_TITLE.to_owned(),
            text: words::settle_text(intent),
            choices: vec![
                (words::SETTLE_LATER.to_owned(), Pick::Stay),
                (words::SETTLE_ADOPT.to_owned(), settle(true)),
                (words::SETTLE_REDO.to_owned(), settle(false)),
            ],
            selected: 0,
        })
    }

    /// What happens at the end with nobody there.
    pub fn at_end() -> Self {
        Popup::Menu(Menu {
            title: words::AT_END_TITLE.to_owned(),
            text: words::AT_END_TEXT.to_owned(),
            choices: vec![
                (words::AT_END_RECORD.to_owned(), Pick::AtEnd(AtEnd::Record)),
                (words::AT_END_WAIT.to_owned(), Pick::AtEnd(AtEnd::Wait)),
            ],
            selected: 0,
        })
    }

    /// Whether to stop the run.
    pub fn stop(moves: bool) -> Self {
        Popup::Menu(Menu {
            title: words::STOP_TITLE.to_owned(),
            text: words::STOP_TEXT.to_owned(),
            choices: vec![
                (words::stay(moves).to_owned(), Pick::Stay),
                (words::STOP.to_owned(), Pick::Send(Decision::Stop)),
            ],
            selected: 0,
        })
    }

    /// How to leave a run that has not ended. The first entry changes nothing. `moves`: it goes on by itself.
    pub fn leave(waits_for_approval: bool, moves: bool, detachable: bool, drives: bool) -> Self {
        let mut choices = vec![(words::stay(moves).to_owned(), Pick::Stay)];
        if detachable {
            choices.push((words::detach(moves).to_owned(), Pick::Detach));
        }
        if drives && waits_for_approval {
            choices.push((words::ABANDON.to_owned(), Pick::Type(Purpose::Abandon)));
        } else if drives {
            choices.push((words::STOP.to_owned(), Pick::Send(Decision::Stop)));
        }
        let text = if waits_for_approval { words::LEAVE_UNAPPROVED } else { words::LEAVE_TEXT };
        Popup::Menu(Menu { title: words::LEAVE_TITLE.to_owned(), text: text.to_owned(), choices, selected: 0 })
    }
}

/// What a step asks: its text as the plan shows it.
pub fn question_text(state: &State, key: &str) -> String {
    match state.step(key) {
        Some(step) => match &step.work {
            Work::Ask(ask) => ask.text.text.clone(),
            _ => step.title.clone(),
        },
        None => String::new(),
    }
}
