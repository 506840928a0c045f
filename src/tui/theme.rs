//! Colours and glyphs. Meaning is never in a colour alone: a word or a glyph says it too.
//!
//! Only the 16 colours that the operator's terminal theme defines, and never its black or white as a foreground,
//! which vanish on one background or the other. Without colour only bold, underline and reverse are left, so
//! crossterm never has to drop anything.

use ratatui::style::{Color, Modifier, Style};

use super::Options;

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    color: bool,
    pub glyphs: &'static Glyphs,
}

/// The signs of one character set. All have the width of one cell unless said otherwise.
#[derive(Debug)]
pub struct Glyphs {
    pub ascii: bool,
    pub done: &'static str,
    pub now: &'static str,
    pub fail: &'static str,
    pub warn: &'static str,
    pub wait: &'static str,
    pub pause: &'static str,
    pub todo: &'static str,
    pub skip: &'static str,
    pub cursor: &'static str,
    pub rule: &'static str,
    pub bullet: &'static str,
    /// Surrounded by spaces.
    pub arrow: &'static str,
    pub bar_full: &'static str,
    pub bar_empty: &'static str,
    pub more: &'static str,
    pub checked: &'static str,
    pub unchecked: &'static str,
    /// Corners clockwise from the top left, then horizontal and vertical.
    pub frame: [&'static str; 6],
}

const UNICODE: Glyphs = Glyphs {
    ascii: false,
    done: "✓",
    now: "●",
    fail: "✗",
    warn: "!",
    wait: "◷",
    pause: "‖",
    todo: "·",
    skip: "-",
    cursor: "›",
    rule: "─",
    bullet: "•",
    arrow: " → ",
    bar_full: "█",
    bar_empty: "░",
    more: "↓",
    checked: "[✓]",
    unchecked: "[ ]",
    frame: ["┌", "┐", "┘", "└", "─", "│"],
};

const ASCII: Glyphs = Glyphs {
    ascii: true,
    done: "+",
    now: "*",
    fail: "x",
    warn: "!",
    wait: "~",
    pause: "=",
    todo: ".",
    skip: "-",
    cursor: ">",
    rule: "-",
    bullet: "-",
    arrow: " -> ",
    bar_full: "#",
    bar_empty: ".",
    more: "v",
    checked: "[x]",
    unchecked: "[ ]",
    frame: ["+", "+", "+", "+", "-", "|"],
};

impl Theme {
    /// What the options ask for.
    pub fn new(options: &Options) -> Self {
        Theme { color: options.color, glyphs: if options.ascii { &ASCII } else { &UNICODE } }
    }

    fn paint(self, color: Color, plain: Modifier) -> Style {
        if self.color { Style::new().fg(color) } else { Style::new().add_modifier(plain) }
    }

    /// What is over, or up.
    pub fn good(self) -> Style {
        self.paint(Color::Green, Modifier::empty())
    }

    /// What wants attention.
    pub fn warn(self) -> Style {
        self.paint(Color::Yellow, Modifier::BOLD)
    }

    /// What failed, or cannot be undone.
    pub fn bad(self) -> Style {
        self.paint(Color::Red, Modifier::BOLD).add_modifier(Modifier::BOLD)
    }

    /// What goes on now, and keys.
    pub fn accent(self) -> Style {
        self.paint(Color::Cyan, Modifier::BOLD)
    }

    /// What is there for completeness.
    pub fn quiet(self) -> Style {
        self.paint(Color::DarkGray, Modifier::empty())
    }

    /// Headings.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// The row under the cursor, besides its glyph.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Text as it would be typed or run.
    pub fn code(self) -> Style {
        self.paint(Color::Cyan, Modifier::empty())
    }

    /// Addresses.
    pub fn link(self) -> Style {
        Style::new().add_modifier(Modifier::UNDERLINED)
    }
}
