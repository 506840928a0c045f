//! The same upgrade in each front end: screens, plain lines and JSON lines lead to the same decisions, steps and data.

mod support;

use serde_json::Value;

use support::database;
use support::deployment::{Demo, Deployment};
use support::pty::Screen;
use support::wizard;

const ROWS: u32 = 300;

/// What the journal holds, without what differs from run to run: times, numbers, and who it was.
fn journal(demo: &Deployment) -> Vec<String> {
    let path = demo.dir().join(".stepwell/journal.sqlite");
    let events = database::column(&path, "select format('%09d ', id) || event from stepwell_event");
    let kinds = events.iter().filter_map(|line| {
        let (_, event) = line.split_once(' ').expect("a number and an event");
        let mut event: Value = serde_json::from_str(event).expect("an event");
        let kind = event["kind"].take();
        told(kind)
    });
    kinds.collect()
}

/// An event as it is the same each time; `None` where how often it comes is left to chance.
fn told(mut kind: Value) -> Option<String> {
    let fields = kind.as_object_mut().expect("an event");
    for name in ["by", "run", "epoch", "file", "summary"] {
        fields.remove(name);
    }
    let kind_of = fields["type"].as_str().expect("its type").to_owned();
    match kind_of.as_str() {
        // A command that is busy now and then is tried again, and the rows of a batch depend on the machine.
        "progress" | "log" => return None,
        "step_changed"
            if ["running", "verifying", "waiting"].contains(&fields["state"]["is"].as_str().unwrap_or_default()) =>
        {
            return None;
        }
        // Each deployment has its own folder among its facts, and `--yes` says beforehand what happens at the end.
        "approved" => {
            for name in ["hash", "at_end"] {
                fields.remove(name);
            }
        }
        _ => {}
    }
    Some(kind.to_string())
}

/// Answers the questions of the plain front end as an operator who agrees with everything.
#[track_caller]
fn answer_all(screen: &Screen) -> i32 {
    let mut answered = 0;
    while !screen.has_ended() {
        let raw = screen.raw();
        let new = String::from_utf8_lossy(&raw[answered..]).replace('\r', "");
        let asked = new.lines().last().filter(|_| new.ends_with('\n')).unwrap_or_default();
        let answer = if asked.starts_with("Type a number") {
            choice(&new)
        } else if asked.contains("by typing") {
            "3.0.0".to_owned()
        } else if let Some(word) = asked.strip_prefix("Type ").and_then(|rest| rest.split_whitespace().next()) {
            word.trim_matches('`').to_owned()
        } else {
            screen.wait_more(raw.len());
            continue;
        };
        answered = raw.len();
        screen.type_text(&answer).press("enter");
    }
    screen.exit_code()
}

/// The newest version, the default of a question, otherwise the first one.
fn choice(asked: &str) -> String {
    let wanted = ["3.0.0 (", "(default"];
    // The plan has steps in brackets.
    let mut numbered = asked.lines().filter(|line| !line.trim_start().starts_with('['));
    let chosen = numbered.find(|line| wanted.iter().any(|text| line.contains(text)));
    chosen.and_then(|line| line.split_whitespace().next()).unwrap_or("1").to_owned()
}

#[test]
fn each_front_end_makes_the_same_upgrade() {
    let [screens, plain, json] = [(); 3].map(|()| Demo::with_rows(ROWS).build());
    let terminal = screens.terminal([]).start();
    let (code, left) = wizard::walk_through(&terminal);
    assert_eq!(code, 0, "{left}");
    let terminal = plain.terminal(["--plain"]).size(200, 60).start();
    assert_eq!(answer_all(&terminal), 0, "{}", terminal.contents());
    for kept in ["  report    /", "the same upgrade without questions:", "stepwell run -d "] {
        assert!(terminal.contents().contains(kept), "`{kept}` is not in: {}", terminal.contents());
    }
    json.run(["run", "--json", "--yes", "--defaults", "--allow-irreversible"]).exit(0);

    let expected = journal(&json);
    assert!(expected.len() > 60, "{expected:#?}");
    for (name, demo) in [("the screens", &screens), ("plain lines", &plain)] {
        let found = journal(demo);
        let differs = found.iter().zip(&expected).find(|(found, expected)| found != expected);
        assert!(differs.is_none() && found.len() == expected.len(), "{name}, {} events: {differs:#?}", found.len());
    }
    assert_eq!(screens.dump(), json.dump());
    assert_eq!(plain.dump(), json.dump());
}
