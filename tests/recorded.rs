//! Sessions that are written down as they happen, and runs of the past that are played back.

mod support;

use std::fs;
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::Value;
use support::deployment::{Demo, Deployment};
use support::files::wait_for;
use support::ledger::Ledger;
use support::pty::Screen;
use support::{database, wizard};

const CANARY: &str = "canaryoftherecording";

/// The lines of a cast. Each has to be whole.
#[track_caller]
fn lines(cast: &Path) -> Vec<Value> {
    let text = fs::read_to_string(cast).unwrap_or_else(|e| panic!("{}: {e}", cast.display()));
    assert!(text.ends_with('\n'), "it ends in the middle of a line:\n{text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// What a terminal shows that is fed the cast, up to its leaving the alternate screen.
fn played(lines: &[Value]) -> vt100::Parser {
    let cells =
        |value: &Value| value.as_u64().and_then(|n| u16::try_from(n).ok()).and_then(NonZeroU16::new).expect("cells");
    let mut terminal = vt100::Parser::new(cells(&lines[0]["height"]), cells(&lines[0]["width"]), 0);
    for line in &lines[1..] {
        let data = line[2].as_str().expect("text");
        match line[1].as_str().expect("a kind") {
            "o" if data.contains("\x1b[?1049l") => break,
            "o" => terminal.process(data.as_bytes()),
            "r" => {
                let (columns, rows) = data.split_once('x').expect("a size");
                let cells = |text: &str| text.parse().ok().and_then(NonZeroU16::new).expect("cells");
                terminal.screen_mut().set_size(cells(rows), cells(columns));
            }
            "x" => {}
            other => panic!("`{other}`: {line}"),
        }
    }
    terminal
}

/// All that was written to the terminal, as it was written down.
fn output(lines: &[Value]) -> Vec<u8> {
    let of = |line: &Value| (line[1] == "o").then(|| line[2].as_str().expect("text").to_owned());
    lines[1..].iter().filter_map(of).collect::<String>().into_bytes()
}

fn trimmed(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

#[test]
fn a_session_is_written_down_with_its_sizes_and_its_end() {
    let demo = Demo::with_rows(50).build();
    let screen = demo.terminal(["--record", "a.cast"]).start();
    screen.wait_for("What was found").wait_for("enter Next");
    // More air between the steps than there was room for.
    screen.resize(100, 30).wait_for("· 2 Notes  · 3 Checks").wait_for("q Quit");
    let shown = trimmed(&screen.contents());
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
    let cast = demo.dir().join("a.cast");
    assert_eq!(fs::metadata(&cast).expect("is there").permissions().mode() & 0o777, 0o600);
    let lines = lines(&cast);
    assert_eq!((&lines[0]["version"], &lines[0]["width"], &lines[0]["height"]), (&2.into(), &80.into(), &24.into()));
    assert!(lines.iter().any(|line| line[1] == "r" && line[2] == "100x30"), "{lines:?}");
    let last = lines.last().expect("a line");
    assert_eq!((&last[1], &last[2]), (&"x".into(), &"0".into()));
    assert!(lines[1..].windows(2).all(|two| two[0][0].as_f64() <= two[1][0].as_f64()), "time goes on");
    assert_eq!(trimmed(&played(&lines).screen().contents()), shown);
    assert!(screen.raw().starts_with(&output(&lines)), "byte for byte");
    assert!(lines[1..].iter().all(|line| line[1] != "i"), "keys are nobody's business");
}

#[test]
fn a_secret_that_is_typed_is_nowhere_in_the_recording() {
    let safe = "format: 1\nsystem: safe\ntitle: Safe\nabout: Keeps things.\noffline: no\n\
        versions: { scheme: semver, path: direct, data: [{ sql: { query: select '1.0.0' } }] }\n\
        facts:\n  token: { ask: Token, secret: true, match: '[a-z]+' }\n\
        stores:\n  db: { title: The safe's database, engines: [sqlite] }\n";
    let demo = Demo::with_rows(50).build();
    fs::remove_file(demo.dir().join("stepwell.yaml")).expect("the demo wrote it");
    fs::create_dir_all(demo.catalogue().join("safe/releases")).expect("a folder");
    fs::write(demo.catalogue().join("safe/system.yaml"), safe).expect("works");
    fs::write(demo.catalogue().join("safe/releases/1.0.0.md"), "# Safe 1.0.0\n").expect("works");
    let screen = demo.terminal(["--system", "safe", "--record", "a.cast"]).size(110, 30).start();
    screen.wait_for("What is this deployment called?").press("enter").wait_for("Where is The safe's database?");
    screen.press("ctrl-u").type_text(&format!("mysql://u:{CANARY}@h/d")).wait_for("•@h/d").press("enter");
    screen.wait_for("does not serve here").press("ctrl-u").type_text(&demo.database().display().to_string());
    screen.press("enter").wait_for("Token: where does Stepwell find it?").press("down").press("down");
    screen.wait_for("› I type it now").press("enter").wait_for("not shown while you type").type_text(CANARY);
    screen.wait_for(&format!("› {}", "•".repeat(CANARY.len()))).press("enter").wait_for("Shall Stepwell write");
    screen.press("enter").wait_for("Safe is at 1.0.0, the newest release.").press("q");
    screen.exit_code();
    let kept = fs::read_to_string(demo.dir().join("stepwell-token.secret")).expect("a file of its own");
    assert_eq!(kept, CANARY, "it was typed");
    let cast = demo.dir().join("a.cast");
    let whole = fs::read_to_string(&cast).expect("is there");
    assert!(whole.contains("•"), "the dots are there");
    // Also not where a frame brings a few letters at a time.
    let shown: String = lines(&cast)[1..].iter().filter_map(|line| line[2].as_str()).collect();
    for part in [CANARY, &CANARY[..6], &CANARY[8..16]] {
        assert!(!whole.contains(part) && !shown.contains(part), "{part}");
    }
    let alone = |letter: char| lines(&cast)[1..].iter().any(|line| line[2].as_str() == Some(&letter.to_string()));
    assert!(!CANARY.chars().any(alone), "no key is written down");
}

#[test]
fn a_kill_leaves_a_whole_recording_up_to_then() {
    let demo = Demo::with_rows(50).build();
    let screen = demo.terminal(["--record", "a.cast"]).start();
    screen.wait_for("What was found").wait_for("enter Next").press("enter").wait_for("Mark as read");
    let (cast, seen) = (demo.dir().join("a.cast"), screen.bytes_written());
    // What is seen is written down in the next moment.
    wait_for(&cast, |text| text.ends_with('\n') && output(&lines(&cast)).len() >= seen);
    screen.signal(Signal::KILL);
    assert_eq!(screen.exit_code(), 128 + 9);
    let lines = lines(&cast);
    assert!(lines[1..].iter().all(|line| line[1] != "x"), "nobody knows how it ended");
    assert!(screen.raw().starts_with(&output(&lines)), "byte for byte");
}

#[test]
fn a_recorded_upgrade_ends_with_its_exit_code() {
    let ledger = Ledger::new().with_failing_step().build();
    let screen = ledger.terminal(["--record", "a.cast", "--foreground"]).start();
    wizard::walk_until(&screen, "enter Decide");
    screen.signal(Signal::TERM);
    let code = screen.exit_code();
    let lines = lines(&ledger.dir().join("a.cast"));
    let last = lines.last().expect("a line");
    assert_eq!((&last[1], &last[2]), (&"x".into(), &code.to_string().into()));
}

#[test]
fn what_cannot_be_recorded_is_told_before_anything_is_done() {
    let demo = Demo::with_rows(50).build();
    demo.write("there.cast", "mine");
    for args in
        [&["status", "--record", "a.cast"][..], &["--record", "a.cast"], &["run", "--yes", "--record", "a.cast"]]
    {
        demo.run(args.iter().copied()).exit(2).says("there are none here");
    }
    for (file, said) in
        [("there.cast", "is there already"), ("a.gif", "ends with .cast"), ("no/where.cast", "cannot be written")]
    {
        let screen = demo.terminal(["--record", file]).start();
        assert_eq!(screen.exit_code(), 2, "{}", screen.contents());
        assert!(screen.contents().contains(said), "{}", screen.contents());
    }
    assert_eq!(fs::read_to_string(demo.dir().join("there.cast")).expect("is there"), "mine");
    assert!(!demo.dir().join(".stepwell").exists() && !demo.dir().join("a.cast").exists());
}

fn finished() -> Deployment {
    let demo = Demo::with_rows(300).build();
    demo.finish().exit(0);
    demo
}

#[test]
fn a_run_of_the_past_is_played_back_paused_and_left() {
    let demo = finished();
    let before = demo.snapshot();
    let screen = demo.terminal(["report", "--replay", "--speed", "1"]).start();
    screen.wait_for("a run of the past, at its own speed").wait_for("space Pause").wait_for("Running");
    screen.press("space").wait_for("stands still").wait_for("space Go on");
    // Nothing is on its way any more, and nothing comes.
    screen.bytes_within(Duration::from_millis(300));
    screen.assert_idle(Duration::from_millis(700));
    for speed in ["2 times", "4 times", "8 times"] {
        screen.press("+").wait_for(speed);
    }
    screen.press("-").wait_for("4 times").press("space").wait_gone("stands still");
    for _ in 0..6 {
        screen.press("+");
    }
    screen.wait_for("it is over").wait_for(" Done ").wait_for("service up").wait_gone("space Pause");
    screen.press("?").wait_for("the run itself is long over").press("esc").wait_gone("long over");
    // What decides elsewhere does nothing here.
    for key in ["enter", "s", "p", "a", "d", "r", "w"] {
        screen.press(key);
    }
    screen.resize(60, 16).wait_for("it is over").press("q");
    assert_eq!(screen.exit_code(), 0);
    before.assert_same(&demo.snapshot(), "stepwell report --replay");
}

#[test]
fn what_cannot_be_played_back_says_why() {
    let demo = finished();
    demo.run(["report", "--replay"]).exit(2).says("there is none here");
    demo.run(["report", "--speed", "4"]).exit(2).says("--replay");
    demo.run(["report", "--replay", "--speed", "0"]).exit(2).says("from 1 to 1024");
    let ended = |screen: Screen| (screen.exit_code(), screen.contents());
    let (code, said) = ended(demo.terminal(["report", "nothing", "--replay"]).start());
    assert!(code == 2 && said.contains("there was no run nothing"), "{code}: {said}");
}

/// A journal that was cut: one event of it in the middle, then its file.
#[test]
fn a_damaged_journal_is_told_and_not_played() {
    let demo = finished();
    let journal = demo.dir().join(".stepwell/journal.sqlite");
    database::execute(
        &journal,
        "update stepwell_event set event = substr(event, 1, 40) where id = (select max(id) - 5 from stepwell_event)",
    );
    for args in [&["report", "--replay"][..], &["report"]] {
        let screen = demo.terminal(args.iter().copied()).size(120, 24).start();
        assert_eq!(screen.exit_code(), 11, "{}", screen.contents());
        let said = screen.contents();
        assert!(
            said.contains("event ") && said.contains("nothing was changed") && !said.contains("panicked"),
            "{said}"
        );
    }
    for file in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{file}", journal.display()));
    }
    let bytes = fs::read(&journal).expect("a journal");
    fs::write(&journal, &bytes[..bytes.len() / 2]).expect("it can be written");
    let screen = demo.terminal(["report", "--replay"]).size(120, 24).start();
    let (code, said) = (screen.exit_code(), screen.contents());
    assert!(code == 11 && said.contains("error: ") && !said.contains("panicked"), "{code}: {said}");
}
