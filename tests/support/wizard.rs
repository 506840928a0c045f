//! Goes through the wizard as an operator who agrees with everything: enter does what a screen asks for next, and what
//! is to be typed stands on the screen.

use std::sync::LazyLock;
use std::time::Instant;

use regex::Regex;

use super::PATIENCE;
use super::pty::Screen;

static TYPED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"Type (\S+) and press enter").expect("a regular expression"));

/// What the header says during the run.
const RUN: [&str; 2] = ["● 6 Run", "* 6 Run"];

/// What the bottom bar says while a step waits for its operator.
const NEEDED: &str = " enter Answer ";

/// Goes on with enter until `text` is on the screen.
#[track_caller]
pub fn walk_to(screen: &Screen, text: &str) {
    let mut seen = screen.wait_for("1 Deployment").contents();
    for _ in 0..200 {
        if seen.contains(text) {
            return;
        }
        if takes_enter(&seen) {
            screen.press("enter");
        }
        screen.wait_change(&seen);
        let now = screen.contents();
        assert!(now != seen, "`{text}` does not come:\n{seen}");
        seen = now;
    }
    panic!("`{text}` does not come:\n{seen}");
}

/// Goes on until the program ends; its exit code, and what it left on the terminal.
#[track_caller]
pub fn walk_through(screen: &Screen) -> (i32, String) {
    walk(screen, |_| false);
    (screen.exit_code(), screen.contents())
}

/// Goes on until the run is on the screen, and in it `text`.
#[track_caller]
pub fn walk_until(screen: &Screen, text: &str) {
    walk(screen, |seen| running(seen) && seen.contains(text));
    assert!(!screen.has_ended(), "`{text}` does not come:\n{}", screen.contents());
}

/// Whether the bar offers enter. While a decision is on its way it does not, and what comes next has to be seen first.
pub fn takes_enter(seen: &str) -> bool {
    seen.trim_end().lines().last().is_some_and(|bar| bar.contains("enter "))
}

fn running(seen: &str) -> bool {
    RUN.iter().any(|text| seen.contains(text))
}

#[track_caller]
fn walk(screen: &Screen, mut wanted: impl FnMut(&str) -> bool) {
    let deadline = Instant::now() + PATIENCE * 3;
    screen.wait_for("1 Deployment");
    while !screen.has_ended() {
        let seen = screen.contents();
        if wanted(&seen) {
            return;
        }
        assert!(Instant::now() < deadline, "the wizard does not get on:\n{seen}");
        if let Some(word) = TYPED.captures(&seen) {
            // What was typed must be gone before anything else is, or it would be typed twice.
            let typed = ["│ ›", "| >"].map(|mark| format!("{mark} {}", &word[1]));
            let there = |screen: &vt100::Screen| typed.iter().any(|typed| screen.contents().contains(typed));
            // It may have been asked for a moment ago, and be decided already.
            let asked = |screen: &vt100::Screen| TYPED.is_match(&screen.contents());
            screen.type_text(&word[1]).wait_until(&typed[0], |screen| there(screen) || !asked(screen));
            if screen.state(there) {
                screen.press("enter").wait_until("it to be taken", |screen| !there(screen));
            }
            continue;
        } else if (!running(&seen) || seen.contains(NEEDED)) && takes_enter(&seen) {
            screen.press("enter");
        }
        screen.wait_change(&seen);
    }
}
