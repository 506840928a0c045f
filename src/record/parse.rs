//! A script's text to what it asks for. Every mistake is found at once.

use std::path::Path;

use super::keys;
use super::script::{Line, Order, Script};
use crate::definition::{Finding, Findings, Severity, Sources, duration};
use crate::model::Place;
use crate::tui::LEAST;
use crate::words::record as words;

const COMMANDS: [&str; 12] =
    ["events", "size", "title", "still", "start", "show", "wait", "press", "type", "pause", "marker", "kill"];
/// Other sizes have to be said.
const USUAL: (u16, u16) = (80, 24);
/// The most columns or rows: more can be read on no screen.
const LARGEST: u16 = 1_000;
/// The longest pause, in milliseconds.
const LONGEST: u64 = 10 * 60 * 1000;

/// A word, or text between quotes.
struct Token {
    text: String,
    quoted: bool,
    place: Place,
}

/// What is known so far.
struct Parser<'a> {
    folder: &'a Path,
    found: Vec<Finding>,
    events: Option<std::path::PathBuf>,
    size: Option<(u16, u16)>,
    title: Option<String>,
    still: bool,
    lines: Vec<Line>,
}

pub(super) fn parse(path: &Path, text: &str) -> Result<Script, Findings> {
    let mut sources = Sources::default();
    let file = sources.add(path.display().to_string(), text);
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut parser =
        Parser { folder, found: Vec::new(), events: None, size: None, title: None, still: false, lines: Vec::new() };
    for (number, line) in (1..).zip(text.lines()) {
        match tokens(line, Place { file, line: number, column: 1 }) {
            Ok(tokens) => parser.line(tokens),
            Err((place, message)) => parser.wrong(place, message, words::QUOTES),
        }
    }
    let whole = Place { file, line: 0, column: 0 };
    if parser.events.is_none() && parser.found.is_empty() {
        parser.wrong(whole, words::NO_EVENTS.to_owned(), words::EVENTS_HELP);
    } else if parser.lines.is_empty() && parser.found.is_empty() {
        parser.wrong(whole, words::NOTHING.to_owned(), words::START_HELP);
    }
    let Parser { found, events, size, title, still, lines, .. } = parser;
    match Findings::of(sources.clone(), found) {
        Some(findings) => Err(findings),
        None => Ok(Script {
            sources,
            events: events.unwrap_or_default(),
            size: size.unwrap_or(USUAL),
            title: title.unwrap_or_else(|| "Stepwell".to_owned()),
            still,
            lines,
        }),
    }
}

impl Parser<'_> {
    fn wrong(&mut self, place: Place, message: String, help: &str) {
        self.found.push(Finding { severity: Severity::Error, place, message, help: help.to_owned() });
    }

    fn line(&mut self, tokens: Vec<Token>) {
        let mut tokens = tokens.into_iter();
        let Some(command) = tokens.next() else { return };
        let rest: Vec<Token> = tokens.collect();
        let name = command.text.as_str();
        if command.quoted || !COMMANDS.contains(&name) {
            let near = COMMANDS.iter().find(|known| strsim::damerau_levenshtein(name, known) <= 2);
            let (message, help) = words::no_command(name, near.copied());
            return self.wrong(command.place, message, &help);
        }
        let place = command.place;
        let order = match name {
            "events" | "size" | "title" | "still" => return self.head(&command, rest),
            "press" => self.press(&command, &rest).map(Order::Press),
            "pause" => self.pause(&command, &rest).map(Order::Pause),
            "kill" => self.nothing_more(name, &rest, 0).map(|()| Order::Kill),
            _ => self.text(&command, &rest).map(|text| match name {
                "start" => Order::Start(text),
                "show" => Order::Show(text),
                "wait" => Order::Wait(text),
                "type" => Order::Type(text),
                _ => Order::Marker(text),
            }),
        };
        self.lines.extend(order.map(|order| Line { place, order }));
    }

    /// What stands before the first thing that is done.
    fn head(&mut self, command: &Token, rest: Vec<Token>) {
        let name = command.text.as_str();
        let again = match name {
            "events" => self.events.is_some(),
            "size" => self.size.is_some(),
            "still" => self.still,
            _ => self.title.is_some(),
        };
        if again {
            return self.wrong(command.place, words::twice(name), words::ONCE_HELP);
        }
        if !self.lines.is_empty() {
            return self.wrong(command.place, words::too_late(name), words::ORDER_HELP);
        }
        match name {
            "still" => self.still = self.nothing_more(name, &rest, 0).is_some(),
            "title" => self.title = self.text(command, &rest),
            "size" => self.size = self.size(command, &rest),
            _ => match rest.first() {
                Some(file) if !file.text.is_empty() => {
                    if self.nothing_more(name, &rest, 1).is_some() {
                        self.events = Some(self.folder.join(&file.text));
                    }
                }
                _ => self.wrong(command.place, words::wants(name, "a file"), words::EVENTS_HELP),
            },
        }
    }

    fn size(&mut self, command: &Token, rest: &[Token]) -> Option<(u16, u16)> {
        let Some(token) = rest.first() else {
            self.wrong(command.place, words::wants("size", "columns and rows"), words::SIZE_HELP);
            return None;
        };
        self.nothing_more("size", rest, 1)?;
        let size = token.text.split_once('x').and_then(|(c, r)| Some((c.parse().ok()?, r.parse().ok()?)));
        let fits = |(c, r): &(u16, u16)| (LEAST.0..=LARGEST).contains(c) && (LEAST.1..=LARGEST).contains(r);
        if size.filter(fits).is_none() {
            let least = format!("columns and rows, from {}x{} to {LARGEST}x{LARGEST}", LEAST.0, LEAST.1);
            self.wrong(token.place, words::wants("size", &least), words::SIZE_HELP);
        }
        size.filter(fits)
    }

    fn text(&mut self, command: &Token, rest: &[Token]) -> Option<String> {
        let name = command.text.as_str();
        match rest.first() {
            None => self.wrong(command.place, words::wants(name, "text"), words::QUOTES),
            Some(token) if !token.quoted => self.wrong(token.place, words::UNQUOTED.to_owned(), words::QUOTES),
            Some(token) if token.text.is_empty() => {
                self.wrong(token.place, words::wants(name, "text that is not empty"), words::QUOTES);
            }
            Some(token) => return self.nothing_more(name, rest, 1).map(|()| token.text.clone()),
        }
        None
    }

    fn pause(&mut self, command: &Token, rest: &[Token]) -> Option<u64> {
        let Some(token) = rest.first() else {
            self.wrong(command.place, words::wants("pause", "a time"), words::TIME_HELP);
            return None;
        };
        self.nothing_more("pause", rest, 1)?;
        match duration::parse(&token.text) {
            Ok(ms) if ms <= LONGEST => Some(ms),
            Ok(_) => {
                self.wrong(token.place, words::wants("pause", "ten minutes at most"), words::TIME_HELP);
                None
            }
            Err(reason) => {
                self.wrong(token.place, reason, words::TIME_HELP);
                None
            }
        }
    }

    fn press(&mut self, command: &Token, rest: &[Token]) -> Option<Vec<crossterm::event::KeyEvent>> {
        if rest.is_empty() {
            self.wrong(command.place, words::wants("press", "a key"), words::KEYS_HELP);
            return None;
        }
        let mut pressed = Vec::new();
        for token in rest {
            match keys::presses(&token.text).filter(|_| !token.quoted) {
                Some(keys) => pressed.extend(keys),
                None => {
                    self.wrong(token.place, words::no_key(&token.text), words::KEYS_HELP);
                    return None;
                }
            }
        }
        Some(pressed)
    }

    fn nothing_more(&mut self, command: &str, rest: &[Token], wanted: usize) -> Option<()> {
        match rest.get(wanted) {
            None => Some(()),
            Some(token) => {
                self.wrong(token.place, words::too_much(command), words::LEAVE_OUT);
                None
            }
        }
    }
}

/// The words of a line, up to a `#` that begins one.
fn tokens(line: &str, start: Place) -> Result<Vec<Token>, (Place, String)> {
    let mut found = Vec::new();
    let mut letters = (1..).zip(line.chars()).peekable();
    while let Some((column, c)) = letters.next() {
        let place = Place { column, ..start };
        if c.is_whitespace() {
            continue;
        }
        // A `#` alone may be a key, where something else stands before it.
        if c == '#' && (found.is_empty() || letters.peek().is_some_and(|(_, next)| next.is_whitespace())) {
            break;
        }
        let mut text = String::new();
        if c == '"' {
            loop {
                match letters.next() {
                    Some((_, '"')) => break,
                    Some((_, '\\')) => match letters.next() {
                        Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                        Some((column, _)) => {
                            return Err((Place { column, ..start }, words::ESCAPES.to_owned()));
                        }
                        None => return Err((place, words::UNCLOSED.to_owned())),
                    },
                    Some((_, other)) => text.push(other),
                    None => return Err((place, words::UNCLOSED.to_owned())),
                }
            }
        } else {
            text.push(c);
            while let Some((_, next)) = letters.next_if(|(_, next)| !next.is_whitespace()) {
                text.push(next);
            }
        }
        found.push(Token { text, quoted: c == '"', place });
    }
    Ok(found)
}
