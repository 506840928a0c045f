//! Numbers, times and foreign text as people read them.

use std::fmt::Write as _;

use crate::model::Left;

/// `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Milliseconds as `40 ms`, `0.4 s`, `12 s`, `2 m 10 s`, `3 h 5 m`, `2 d 4 h`.
pub fn duration(ms: u64) -> String {
    let s = ms / 1000;
    match s {
        0 if (1..100).contains(&ms) => format!("{ms} ms"),
        0 => format!("0.{} s", ms / 100),
        1..60 => format!("{s} s"),
        60..3600 => format!("{} m {} s", s / 60, s % 60),
        3600..86_400 => format!("{} h {} m", s / 3600, s % 3600 / 60),
        _ => format!("{} d {} h", s / 86_400, s % 86_400 / 3600),
    }
}

/// `about 40 s left`, `2 m 10 s to 3 m left`.
pub fn left(Left { least, most }: Left) -> String {
    let [short, long] = [least, most].map(duration);
    // Within a tenth of each other they say the same.
    if short == long || most - least <= most / 10 {
        return format!("about {long} left");
    }
    format!("{short} to {long} left")
}

/// A time of day as logs have it, `22:04 UTC`.
pub fn clock(at: jiff::Timestamp) -> String {
    at.strftime("%H:%M UTC").to_string()
}

/// Milliseconds from `since` to `until`; 0 when the clock went back.
pub fn between(since: jiff::Timestamp, until: jiff::Timestamp) -> u64 {
    u64::try_from(until.as_millisecond() - since.as_millisecond()).unwrap_or(0)
}

/// `512 B`, `24 KiB`, `1.5 GiB`.
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if n < 1024 {
        return format!("{n} B");
    }
    let mut whole = n / 1024;
    let mut tenths = n % 1024 * 10 / 1024;
    let mut unit = 0;
    while whole >= 1024 && unit + 1 < UNITS.len() {
        tenths = whole % 1024 * 10 / 1024;
        whole /= 1024;
        unit += 1;
    }
    if whole < 10 && tenths > 0 {
        format!("{whole}.{tenths} {}", UNITS[unit])
    } else {
        format!("{whole} {}", UNITS[unit])
    }
}

/// `1 step`, `2 steps`.
pub fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n as u64), if n == 1 { one } else { many })
}

/// `and 2 more: a, b`. Of many only the first are named.
pub fn and_more(names: &[&str]) -> String {
    const NAMED: usize = 3;
    let named: Vec<String> = names.iter().take(NAMED).map(|name| visible(name)).collect();
    let others = if names.len() > NAMED { " and others" } else { "" };
    format!("and {} more: {}{others}", count(names.len() as u64), named.join(", "))
}

/// Text from outside with control, direction-changing and invisible characters made visible, so that it can neither
/// move the cursor nor set the title, and every cell is where it seems to be. A tab becomes a space.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + c as u32).unwrap_or('?')),
            '\u{7f}' => out.push('\u{2421}'),
            // They choose between two pictures of the sign before them, of which terminals disagree how wide one is.
            '\u{fe00}'..='\u{fe0f}' => {}
            '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}' => {
                let _ = write!(out, "<{:x}>", c as u32);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A step of which nobody can tell how far it is; how long it was said to take is known of some.
pub fn no_progress(estimate: Option<u64>) -> String {
    let expected = estimate.map(|ms| format!(", {} expected", duration(ms))).unwrap_or_default();
    format!("no progress available{expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_times_have_two_units() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
        assert_eq!(duration(130_000), "2 m 10 s");
        assert_eq!(duration(400), "0.4 s");
        assert_eq!([0, 40].map(duration), ["0.0 s", "40 ms"]);
        assert_eq!(bytes(1_610_612_736), "1.5 GiB");
        assert_eq!(bytes(24 * 1024), "24 KiB");
    }

    #[test]
    fn foreign_text_cannot_move_the_cursor() {
        assert_eq!(visible("a\x1b]0;t\x07b\u{9b}2J\u{202e}"), "a␛]0;t␇b<9b>2J<202e>");
        assert_eq!(
            visible("soft\u{ad}\u{61c}tag\u{e0041}heart\u{2764}\u{fe0f}"),
            "soft<ad><61c>tag<e0041>heart\u{2764}"
        );
    }
}
