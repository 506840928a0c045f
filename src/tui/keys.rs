//! The one table of keys. It drives what a key does, what the bottom bar shows and what the help lists, so what is
//! shown works now.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::model::{Model, Screen};
use super::popup::Popup;
use super::when;
use crate::words::keys as words;

/// What the operator is looking at, as far as keys differ by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Screen(Screen),
    /// A step of the plan is open.
    Step,
    Prompt,
    Menu,
    Notice,
    Help,
    /// A question of the set-up that is answered by typing, or by choosing.
    Line,
    Choice,
    /// A run of the past.
    Replay,
}

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    ScrollUp,
    ScrollDown,
    Top,
    Bottom,
    NextPart,
    Next,
    Mark,
    Back,
    Forward,
    Search,
    FindNext,
    FindPrevious,
    Help,
    Quit,
    Redraw,
    Suspend,
    RunChecks,
    Override,
    SayVersion,
    Approve,
    Pause,
    Slower,
    Faster,
    Stop,
    Detach,
    Retry,
    SkipStep,
    TakeWheel,
    Copy,
    /// Of a line that is typed.
    Clear,
    /// Of popups.
    Close,
    Submit,
}

/// A key or several that do the same.
#[derive(Debug)]
pub struct Binding {
    pub keys: &'static [Press],
    /// As it is written in the bar.
    pub name: &'static str,
    /// The word in the bar; empty for keys that only the help lists.
    pub label: fn(&Model) -> &'static str,
    pub help: &'static str,
    pub action: Action,
    pub enabled: fn(&Model) -> bool,
}

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    Char(char),
    Ctrl(char),
    Code(KeyCode),
}

impl Context {
    /// Where this model is.
    pub fn of(model: &Model) -> Self {
        Context::under(model, model.popup.as_ref())
    }

    fn under(model: &Model, popup: Option<&Popup>) -> Self {
        match popup {
            Some(Popup::Help { .. }) => Context::Help,
            Some(Popup::Notice { .. }) => Context::Notice,
            Some(Popup::Prompt(_)) => Context::Prompt,
            Some(Popup::Menu(_)) => Context::Menu,
            None if model.replay.is_some() => Context::Replay,
            None if model.set_up.as_ref().is_some_and(|set_up| set_up.types()) => Context::Line,
            None if model.set_up.is_some() => Context::Choice,
            None if model.detail && model.screen == Screen::Plan => Context::Step,
            None => Context::Screen(model.screen),
        }
    }

    /// Whether keys are letters of a text here.
    pub fn types(self) -> bool {
        matches!(self, Context::Prompt | Context::Line)
    }

    fn table(self) -> &'static [&'static [Binding]] {
        match self {
            Context::Screen(_) | Context::Step => &[SCREENS, EVERYWHERE],
            Context::Prompt => &[PROMPT],
            Context::Menu => &[MENU],
            Context::Notice => &[NOTICE],
            Context::Help => &[HELP],
            Context::Line => &[LINE],
            Context::Choice => &[CHOICE],
            Context::Replay => &[REPLAY],
        }
    }
}

impl Press {
    fn is(self, key: KeyEvent) -> bool {
        let ctrl = key.modifiers.contains(KeyModifiers::CONTROL);
        match self {
            Press::Char(c) => !ctrl && key.code == KeyCode::Char(c),
            Press::Ctrl(c) => ctrl && key.code == KeyCode::Char(c),
            Press::Code(code) => key.code == code,
        }
    }
}

/// The keys that work now, in the order of the bar. A screen's own keys come before the common ones.
pub fn active(model: &Model) -> impl Iterator<Item = &'static Binding> {
    Context::of(model).table().iter().copied().flatten().filter(|binding| (binding.enabled)(model))
}

/// What a key does now, if anything.
pub fn action(model: &Model, key: KeyEvent) -> Option<Action> {
    active(model).find(|binding| binding.keys.iter().any(|press| press.is(key))).map(|binding| binding.action)
}

/// The keys of what the help lies over.
pub fn below_help(model: &Model) -> impl Iterator<Item = &'static Binding> {
    let below = match &model.popup {
        Some(Popup::Help { below, .. }) => below.as_deref(),
        other => other.as_ref(),
    };
    Context::under(model, below).table().iter().copied().flatten().filter(|binding| (binding.enabled)(model))
}

const ENTER: Press = Press::Code(KeyCode::Enter);
const ESC: Press = Press::Code(KeyCode::Esc);
const UP: Press = Press::Code(KeyCode::Up);
const DOWN: Press = Press::Code(KeyCode::Down);
const LEFT: Press = Press::Code(KeyCode::Left);
const RIGHT: Press = Press::Code(KeyCode::Right);
const PAGE_UP: Press = Press::Code(KeyCode::PageUp);
const PAGE_DOWN: Press = Press::Code(KeyCode::PageDown);
const HOME: Press = Press::Code(KeyCode::Home);
const END: Press = Press::Code(KeyCode::End);
const F1: Press = Press::Code(KeyCode::F(1));
const TAB: Press = Press::Code(KeyCode::Tab);

const fn key(
    keys: &'static [Press],
    name: &'static str,
    label: fn(&Model) -> &'static str,
    help: &'static str,
    action: Action,
    enabled: fn(&Model) -> bool,
) -> Binding {
    Binding { keys, name, label, help, action, enabled }
}

/// What a screen asks for, and what only some screens know.
const SCREENS: &[Binding] = &[
    key(&[ENTER], "enter", when::next_label, words::H_NEXT, Action::Next, when::next),
    key(&[Press::Char(' ')], "space", |_| words::MARK_READ, words::H_MARK, Action::Mark, when::unread),
    key(&[Press::Char('r')], "r", |_| words::AGAIN, words::H_AGAIN, Action::RunChecks, when::checks),
    key(&[Press::Char('o')], "o", |_| words::OVERRIDE, words::H_OVERRIDE, Action::Override, when::overridable),
    key(&[Press::Char('v')], "v", |_| "", words::H_VERSION, Action::SayVersion, when::say_version),
    key(&[Press::Char('a')], "a", |_| words::APPROVE, words::H_APPROVE, Action::Approve, when::approve),
    key(&[Press::Char('r')], "r", |_| words::RETRY, words::H_RETRY, Action::Retry, when::failed),
    // Before the `k` that moves up: where a step failed, this is what it is shown for.
    key(&[Press::Char('k')], "k", |_| words::SKIP, words::H_SKIP, Action::SkipStep, when::skippable),
    key(&[Press::Char('p')], "p", when::pause_label, words::H_PAUSE, Action::Pause, when::pausable),
    key(&[Press::Char('s')], "s", |_| words::STOP, words::H_STOP, Action::Stop, when::stoppable),
    key(&[Press::Char('d')], "d", |_| words::DETACH, words::H_DETACH, Action::Detach, when::detachable),
    key(&[Press::Char('-')], "- +", |_| words::PACE, words::H_SLOWER, Action::Slower, when::paced),
    key(&[Press::Char('+'), Press::Char('=')], "+ =", |_| "", words::H_FASTER, Action::Faster, when::paced),
    key(&[Press::Char('w')], "w", |_| words::WHEEL, words::H_WHEEL, Action::TakeWheel, when::watching),
];

/// Common to all screens.
const EVERYWHERE: &[Binding] = &[
    key(&[Press::Char('f')], "f", |_| words::FORWARD, words::H_FORWARD, Action::Forward, when::forward),
    key(&[ESC, Press::Char('b')], "b", |_| words::BACK, words::H_BACK, Action::Back, when::back),
    key(&[UP, Press::Char('k')], "↑↓", |_| words::MOVE, words::H_MOVE, Action::Up, when::movable),
    key(&[DOWN, Press::Char('j')], "j k", |_| "", words::H_MOVE, Action::Down, when::movable),
    key(&[LEFT, Press::Char('h')], "←→", |_| words::SCROLL, words::H_SCROLL, Action::ScrollUp, when::scrollable),
    key(&[RIGHT, Press::Char('l')], "h l", |_| "", words::H_SCROLL, Action::ScrollDown, when::scrollable),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_PAGE, Action::PageUp, when::always),
    key(&[PAGE_DOWN], "PgDn", |_| "", words::H_PAGE, Action::PageDown, when::always),
    key(&[HOME, Press::Char('g')], "g", |_| "", words::H_ENDS, Action::Top, when::always),
    key(&[END, Press::Char('G')], "G", |_| "", words::H_ENDS, Action::Bottom, when::always),
    key(&[TAB], "tab", |_| "", words::H_TAB, Action::NextPart, when::parts),
    key(&[Press::Char('/')], "/", |_| words::SEARCH, words::H_SEARCH, Action::Search, when::searchable),
    key(&[Press::Char('n')], "n", |_| "", words::H_FIND, Action::FindNext, when::searched),
    key(&[Press::Char('N')], "N", |_| "", words::H_FIND, Action::FindPrevious, when::searched),
    key(&[Press::Char('y')], "y", |_| "", words::H_COPY, Action::Copy, when::copyable),
    key(&[Press::Char('?'), F1], "?", |_| words::HELP, words::H_HELP, Action::Help, when::always),
    key(&[Press::Char('q'), Press::Ctrl('c')], "q", |_| words::QUIT, words::H_QUIT, Action::Quit, when::always),
    key(&[Press::Ctrl('l')], "^L", |_| "", words::H_REDRAW, Action::Redraw, when::always),
    key(&[Press::Ctrl('z')], "^Z", |_| "", words::H_SUSPEND, Action::Suspend, when::suspendable),
];

const PROMPT: &[Binding] = &[
    key(&[ENTER], "enter", |_| words::SEND, words::H_SUBMIT, Action::Submit, when::always),
    key(&[ESC], "esc", |_| words::CLOSE, words::H_CLOSE, Action::Close, when::always),
    key(&[Press::Ctrl('c')], "^C", |_| "", words::H_QUIT, Action::Quit, when::always),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_TEXT, Action::ScrollUp, when::long),
    key(&[PAGE_DOWN], "PgDn", |_| words::SCROLL, words::H_TEXT, Action::ScrollDown, when::long),
    key(&[F1], "F1", |_| words::HELP, words::H_HELP, Action::Help, when::always),
];

const MENU: &[Binding] = &[
    key(&[ENTER, Press::Char(' ')], "enter", |_| words::CHOOSE, words::H_PICK, Action::Submit, when::always),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_TEXT, Action::ScrollUp, when::long),
    key(&[PAGE_DOWN], "PgDn", |_| words::SCROLL, words::H_TEXT, Action::ScrollDown, when::long),
    key(&[UP, Press::Char('k')], "↑↓", |_| words::MOVE, words::H_MOVE, Action::Up, when::always),
    key(&[DOWN, Press::Char('j'), TAB], "j k", |_| "", words::H_MOVE, Action::Down, when::always),
    key(
        &[ESC, Press::Char('b'), Press::Ctrl('c')],
        "esc",
        |_| words::CLOSE,
        words::H_CLOSE,
        Action::Close,
        when::always,
    ),
    key(&[Press::Char('?'), F1], "?", |_| words::HELP, words::H_HELP, Action::Help, when::always),
];

/// The set-up, where a line is typed.
const LINE: &[Binding] = &[
    key(&[ENTER], "enter", |_| words::NEXT, words::H_SUBMIT, Action::Submit, when::asked),
    key(&[ESC], "esc", |_| words::BACK, words::H_QUESTION_BACK, Action::Back, when::question_before),
    key(&[Press::Ctrl('u')], "^U", |_| words::CLEAR, words::H_CLEAR, Action::Clear, when::asked),
    key(&[PAGE_UP, UP], "PgUp", |_| "", words::H_TEXT, Action::ScrollUp, when::below_question),
    key(&[PAGE_DOWN, DOWN], "PgDn", |_| words::SCROLL, words::H_TEXT, Action::ScrollDown, when::below_question),
    key(&[F1], "F1", |_| words::HELP, words::H_HELP, Action::Help, when::always),
    key(&[Press::Ctrl('c')], "^C", |_| words::QUIT, words::H_LEAVE, Action::Quit, when::always),
    key(&[Press::Ctrl('l')], "^L", |_| "", words::H_REDRAW, Action::Redraw, when::always),
    key(&[Press::Ctrl('z')], "^Z", |_| "", words::H_SUSPEND, Action::Suspend, when::always),
];

/// The set-up, where one of several is chosen.
const CHOICE: &[Binding] = &[
    key(&[ENTER, Press::Char(' ')], "enter", |_| words::CHOOSE, words::H_PICK, Action::Submit, when::asked),
    key(&[ESC, Press::Char('b')], "b", |_| words::BACK, words::H_QUESTION_BACK, Action::Back, when::question_before),
    key(&[PAGE_UP, LEFT], "PgUp", |_| "", words::H_TEXT, Action::ScrollUp, when::below_question),
    key(&[PAGE_DOWN, RIGHT], "PgDn", |_| words::SCROLL, words::H_TEXT, Action::ScrollDown, when::below_question),
    key(&[UP, Press::Char('k')], "↑↓", |_| words::MOVE, words::H_MOVE, Action::Up, when::asked),
    key(&[DOWN, Press::Char('j'), TAB], "j k", |_| "", words::H_MOVE, Action::Down, when::asked),
    key(&[Press::Char('?'), F1], "?", |_| words::HELP, words::H_HELP, Action::Help, when::always),
    key(&[Press::Char('q'), Press::Ctrl('c')], "q", |_| words::QUIT, words::H_LEAVE, Action::Quit, when::always),
    key(&[Press::Ctrl('l')], "^L", |_| "", words::H_REDRAW, Action::Redraw, when::always),
    key(&[Press::Ctrl('z')], "^Z", |_| "", words::H_SUSPEND, Action::Suspend, when::always),
];

/// A run of the past, where nothing is decided.
const REPLAY: &[Binding] = &[
    key(&[Press::Char(' ')], "space", when::play_label, words::H_PLAY, Action::Pause, when::playable),
    key(&[Press::Char('+'), Press::Char('=')], "+", |_| words::FASTER, words::H_SPEED, Action::Faster, when::playable),
    key(&[Press::Char('-')], "-", |_| words::SLOWER, words::H_SPEED, Action::Slower, when::playable),
    key(&[UP, Press::Char('k')], "↑↓", |_| words::MOVE, words::H_MOVE, Action::Up, when::movable),
    key(&[DOWN, Press::Char('j')], "j k", |_| "", words::H_MOVE, Action::Down, when::movable),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_PAGE, Action::PageUp, when::always),
    key(&[PAGE_DOWN], "PgDn", |_| "", words::H_PAGE, Action::PageDown, when::always),
    key(&[Press::Char('?'), F1], "?", |_| words::HELP, words::H_HELP, Action::Help, when::always),
    key(&[Press::Char('q'), Press::Ctrl('c')], "q", |_| words::QUIT, words::H_END_REPLAY, Action::Quit, when::always),
    key(&[Press::Ctrl('l')], "^L", |_| "", words::H_REDRAW, Action::Redraw, when::always),
];

const NOTICE: &[Binding] = &[
    key(
        &[ENTER, ESC, Press::Char(' '), Press::Char('b')],
        "enter",
        |_| words::CLOSE,
        words::H_CLOSE,
        Action::Close,
        when::always,
    ),
    key(&[Press::Char('?'), F1], "?", |_| words::HELP, words::H_HELP, Action::Help, when::always),
    key(&[Press::Char('q'), Press::Ctrl('c')], "q", |_| words::QUIT, words::H_QUIT, Action::Quit, when::always),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_TEXT, Action::ScrollUp, when::long),
    key(&[PAGE_DOWN], "PgDn", |_| words::SCROLL, words::H_TEXT, Action::ScrollDown, when::long),
];

const HELP: &[Binding] = &[
    key(
        &[ESC, ENTER, Press::Char('?'), F1, Press::Char('b'), Press::Char('q')],
        "esc",
        |_| words::CLOSE,
        words::H_CLOSE,
        Action::Close,
        when::always,
    ),
    key(&[UP, Press::Char('k')], "↑↓", |_| words::MOVE, words::H_MOVE, Action::Up, when::always),
    key(&[DOWN, Press::Char('j')], "j k", |_| "", words::H_MOVE, Action::Down, when::always),
    key(&[PAGE_UP], "PgUp", |_| "", words::H_PAGE, Action::PageUp, when::always),
    key(&[PAGE_DOWN, Press::Char(' ')], "PgDn", |_| "", words::H_PAGE, Action::PageDown, when::always),
    key(&[Press::Ctrl('c')], "^C", |_| "", words::H_QUIT, Action::Quit, when::always),
];
