//! What keys are called in scripts.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The most that one key is pressed by one word.
const MOST: usize = 200;

/// The presses that a word such as `enter`, `G`, `ctrl-c` or `down*3` stands for.
pub fn presses(word: &str) -> Option<Vec<KeyEvent>> {
    let (name, times) = match word.rsplit_once('*') {
        Some((name, times)) if !name.is_empty() => (name, times.parse().ok().filter(|n| (1..=MOST).contains(n))?),
        _ => (word, 1),
    };
    Some(vec![key(name)?; times])
}

/// A character that is typed.
pub fn typed(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
}

fn key(name: &str) -> Option<KeyEvent> {
    let plain = |code| Some(KeyEvent::new(code, KeyModifiers::NONE));
    let mut letters = name.chars();
    if let (Some(c), None) = (letters.next(), letters.next()) {
        return (!c.is_control()).then(|| typed(c));
    }
    if let Some(letter) = name.strip_prefix("ctrl-") {
        let mut letters = letter.chars();
        let c = letters.next().filter(|c| c.is_ascii_lowercase() && letters.next().is_none())?;
        return Some(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    }
    plain(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pageup" => KeyCode::PageUp,
        "pagedown" => KeyCode::PageDown,
        "f1" => KeyCode::F(1),
        _ => return None,
    })
}
