//! What is asked now, for a front end to show.

use super::draft::Value;
use super::{At, Interview, Item, typed};
use crate::model::FactSource;
use crate::words::setup as words;

/// A question as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which one it is, and of how many; `None` before the system is known.
    pub number: Option<(usize, usize)>,
    pub ask: String,
    /// What is known about it already.
    pub known: Vec<String>,
    /// What an answer means.
    pub help: String,
    pub kind: Kind,
    /// Why the last answer does not do.
    pub trouble: Option<String>,
    /// The file that would be written, to be read before one agrees.
    pub file: Option<String>,
}

/// How it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Choice {
        choices: Vec<String>,
        selected: usize,
    },
    /// `preset` can be changed; without one, an empty line may take what is `proposed`.
    Line {
        preset: String,
        proposed: bool,
        /// It is never shown.
        hidden: bool,
    },
}

impl Kind {
    fn line(preset: Option<String>) -> Kind {
        Kind::Line { proposed: preset.is_some(), preset: preset.unwrap_or_default(), hidden: false }
    }
}

impl Interview {
    /// The question that is open; `None` while something is looked up, and when it is over.
    pub fn question(&self) -> Option<Question> {
        if self.waiting.is_some() {
            return None;
        }
        let mut question = match &self.at {
            At::System => self.system_question(),
            At::Name => line(words::NAME, words::NAME_HELP, Some(self.id_preset())),
            At::Value(item) => self.value_question(*item),
            At::Typed(item) => Question {
                kind: Kind::Line { preset: String::new(), proposed: false, hidden: true },
                ..line(self.ask(*item), words::TYPED_HELP, None)
            },
            At::Variable(item) => {
                line(&words::variable(self.ask(*item)), words::VARIABLE_HELP, Some(self.variable(*item)))
            }
            At::File(item) => line(&words::file(self.ask(*item)), words::FILE_HELP, None),
            At::Doubt(item) => {
                choice(&words::doubt(self.ask(*item)), words::DOUBT_HELP, words::DOUBT_CHOICES.map(str::to_owned))
            }
            At::Keep(item) => {
                let file = self.secret_file(*item).display().to_string();
                let mut choices = words::keep_choices(&file).to_vec();
                if self.is_proposed(*item) {
                    choices.insert(0, words::LEAVE_OUT.to_owned());
                }
                Question {
                    known: vec![words::KEEP_WARNING.to_owned()],
                    ..choice(words::KEEP, words::KEEP_HELP, choices)
                }
            }
            At::Review => self.review_question(),
            At::Over => return None,
        };
        question.number = self.number();
        question.trouble.clone_from(&self.trouble);
        Some(question)
    }

    fn number(&self) -> Option<(usize, usize)> {
        let all = self.order.len() + 3;
        let own = self.item().and_then(|item| self.order.iter().position(|other| *other == item));
        match (&self.at, own) {
            (At::System, _) => None,
            (At::Name, _) => Some((2, all)),
            (At::Review | At::Over, _) => Some((all, all)),
            (_, own) => Some((own? + 3, all)),
        }
    }

    fn system_question(&self) -> Question {
        let choices = self.offers.iter().map(|offer| match &offer.catalogue {
            Ok(catalogue) => words::offer(&offer.name, &catalogue.system.title, &catalogue.system.about),
            Err(_) => words::broken_offer(&offer.name),
        });
        let mut question = choice(words::WHICH_SYSTEM, words::WHICH_SYSTEM_HELP, choices);
        let before = self.system.as_ref().map(|catalogue| &catalogue.system.name);
        if let Kind::Choice { selected, .. } = &mut question.kind {
            *selected = self.offers.iter().position(|offer| Some(&offer.name) == before).unwrap_or(0);
        }
        question
    }

    fn value_question(&self, item: Item) -> Question {
        let ask = self.ask(item);
        let preset = self.preset(item);
        let known = self.known_about(item, preset.as_deref());
        let question = match item {
            Item::Store(number) => {
                let help = words::store_help(self.store(number).map_or(&[], |store| store.engines.as_slice()));
                // What must not be shown can be taken all the same.
                let proposed = preset.is_some() || self.is_proposed(item);
                let kind = Kind::Line { preset: preset.unwrap_or_default(), proposed, hidden: false };
                Question { kind, ..line(&words::where_is(ask), &help, None) }
            }
            Item::Fact(number) => {
                let Some(fact) = self.fact(number) else { return line(ask, "", None) };
                let help = words::fact_help(fact);
                if fact.secret {
                    let mut choices = words::SECRET_CHOICES.map(str::to_owned).to_vec();
                    if self.is_proposed(item) {
                        choices.insert(0, words::LEAVE_OUT.to_owned());
                    }
                    choice(&words::where_from(ask), &help, choices)
                } else if !fact.choices.is_empty() && !fact.list && !fact.per_release {
                    let mut question = choice(ask, &help, fact.choices.iter().cloned());
                    if let Kind::Choice { selected, .. } = &mut question.kind {
                        *selected = fact.choices.iter().position(|c| Some(c) == preset.as_ref()).unwrap_or(0);
                    }
                    question
                } else {
                    line(ask, &help, preset)
                }
            }
        };
        Question { known, ..question }
    }

    /// What was found before anybody answered, in sentences.
    fn known_about(&self, item: Item, preset: Option<&str>) -> Vec<String> {
        let mut known = Vec::new();
        let Some(proposal) = &self.proposal else { return known };
        if self.draft.given.contains_key(&item) {
            return vec![words::SAID_BEFORE.to_owned()];
        }
        let shown = preset.map_or_else(|| words::HIDDEN.to_owned(), str::to_owned);
        match proposal.source {
            Some(FactSource::Detected) => known.push(words::detected(&shown)),
            Some(FactSource::Default) => known.push(words::default(&shown)),
            _ => {}
        }
        known.extend(proposal.found.clone());
        known
    }

    fn review_question(&self) -> Question {
        let (file, secrets) = self.text();
        // Who has a password in the file all the same still does not have it on the screen.
        let file = file.lines().map(|line| typed::without_password(line) + "\n").collect();
        let path = self.path.display().to_string();
        let known = secrets.iter().map(|(path, _)| words::kept_in(&path.display().to_string())).collect();
        Question {
            file: Some(file),
            known,
            ..choice(&words::write(&path), words::WRITE_HELP, words::WRITE_CHOICES.map(str::to_owned))
        }
    }

    /// Whether something was found that may be taken without being seen.
    pub(super) fn is_proposed(&self, item: Item) -> bool {
        let left_out = self.draft.given.get(&item).is_none_or(|given| {
            // What was taken as it was found can be left where it is.
            given.value == Value::LeftOut
                || self.proposed_place(item).is_some_and(|place| given.plain() == Some(&place))
        });
        left_out && self.proposal.as_ref().is_some_and(|proposal| proposal.values.is_some())
    }

    /// The place of a store that was found.
    pub(super) fn proposed_place(&self, item: Item) -> Option<String> {
        matches!(item, Item::Store(_)).then(|| self.proposal.as_ref()?.values.as_ref()?.first().cloned())?
    }

    fn id_preset(&self) -> String {
        if !self.draft.id.is_empty() {
            return self.draft.id.clone();
        }
        let system = self.system.as_ref().map(|catalogue| catalogue.system.name.as_str()).unwrap_or_default();
        format!("{system}-1")
    }

    fn variable(&self, item: Item) -> String {
        let system = self.system.as_ref().map(|catalogue| catalogue.system.name.as_str()).unwrap_or_default();
        let end = if matches!(item, Item::Store(_)) { "_URL" } else { "" };
        let name = format!("{system}_{}{end}", self.name(item)).to_ascii_uppercase();
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if typed::is_variable(&name) { name } else { format!("_{name}") }
    }
}

fn line(ask: &str, help: &str, preset: Option<String>) -> Question {
    Question {
        number: None,
        ask: ask.to_owned(),
        known: Vec::new(),
        help: help.to_owned(),
        kind: Kind::line(preset),
        trouble: None,
        file: None,
    }
}

fn choice(ask: &str, help: &str, choices: impl IntoIterator<Item = String>) -> Question {
    Question { kind: Kind::Choice { choices: choices.into_iter().collect(), selected: 0 }, ..line(ask, help, None) }
}
