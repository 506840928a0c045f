//! The wizard as its operator has it: the real program in a real terminal.

mod support;

use std::time::{Duration, Instant};

use stepwell::model::Exit;

use support::database;
use support::deployment::{Demo, Deployment};
use support::wizard;

const ROWS: u32 = 500;
/// Long enough for a clock on the screen to show itself.
const IDLE: Duration = Duration::from_secs(3);
/// From exec to the first bytes of a frame. A debug build is several times slower and proves only that nothing waits.
const FIRST_FRAME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 50 });

fn keepsake() -> Deployment {
    Demo::with_rows(ROWS).build()
}

fn ask(demo: &Deployment, query: &str) -> String {
    database::ask(&demo.database(), query)
}

#[test]
fn enter_and_the_typed_words_lead_to_the_confirmed_version() {
    let demo = keepsake();
    let screen = demo.terminal([]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    // The lines are as wide as the terminal.
    let left: String = left.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["Keepsake is at 3.0.0 now.", "versions 1.8.2 to 3.0.0", "took ", "backup ", "stepwell run -d "] {
        assert!(left.contains(words), "`{words}` is not in: {left}");
    }
    assert_eq!(ask(&demo, "select value from meta where key = 'schema_version'"), "3.0.0");
    assert_eq!(ask(&demo, "select count(*) from secrets where lookup is not null"), ROWS.to_string());
    assert_eq!(ask(&demo, "select count(*) from attachments where seal < 2"), "0");
    assert_eq!(ask(&demo, "select value from settings where key = 'maintenance'"), "off");
    assert_eq!(demo.status(), 0, "the version is recorded");
}

#[test]
fn a_version_that_is_named_is_the_one_that_is_chosen_first() {
    let demo = keepsake();
    let screen = demo.terminal(["--to", "2.0.0"]).start();
    screen.wait_for("› 2.0.0").press("q").exit_code();
    let screen = demo.terminal(["--to", "7.7.7"]).start();
    screen.wait_for("No way leads to 7.7.7").wait_for("› 3.0.0").press("q").exit_code();
}

#[test]
fn the_first_frame_comes_at_once() {
    let demo = keepsake();
    let fastest = (0..5)
        .map(|_| {
            let began = Instant::now();
            let screen = demo.terminal([]).start();
            screen.wait_for("1 Deployment");
            let drawn = screen.reads().first().map(|(at, _)| at.duration_since(began));
            screen.press("q").exit_code();
            drawn.expect("bytes of a frame")
        })
        .min();
    // The fastest of several: what other tests do meanwhile is no fault of the program.
    assert!(fastest.is_some_and(|time| time <= FIRST_FRAME), "{fastest:?}");
}

#[test]
fn a_screen_on_which_nothing_happens_writes_nothing() {
    let demo = keepsake();
    let screen = demo.terminal([]).start();
    screen.wait_for("What was found").wait_for("enter Next").wait_title("Deployment - keepsake at keepsake-demo");
    screen.assert_idle(IDLE);
    wizard::walk_to(&screen, "Press a to approve");
    // A frame is drawn from the top, and this is in its last row.
    screen.wait_for("a Approve").wait_title("Waits for approval - keepsake at keepsake-demo");
    screen.assert_idle(IDLE);
}

#[test]
fn a_window_of_20_by_5_is_refused() {
    let demo = keepsake();
    let screen = demo.terminal([]).size(20, 5).start();
    assert_eq!(screen.exit_code(), i32::from(Exit::Usage.code()), "{}", screen.contents());
    assert!(!demo.dir().join(".stepwell").exists(), "nothing was begun");
}

#[test]
fn a_window_that_becomes_too_small_says_how_much_is_needed_and_comes_back() {
    let demo = keepsake();
    let screen = demo.terminal([]).start();
    screen.wait_for("What was found");
    screen.resize(30, 10).wait_for("needs 60x16").wait_gone("Deployment");
    screen.resize(100, 30).wait_for("What was found").wait_for("1 Deployment");
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_run_that_was_interrupted_is_offered_with_the_state_of_the_service() {
    let demo = keepsake();
    let screen = demo.terminal([]).start();
    wizard::walk_to(&screen, "Press a to approve");
    // The plan is read before the service is closed.
    screen.wait_for("service up");
    demo.lose_power();
    screen.exit_code();
    demo.run(["status"]).prints("interrupted before its approval").prints("stepwell abandon");
    let screen = demo.terminal([]).start();
    screen.wait_for("An upgrade is not finished.").wait_for("service up").wait_for("Go on with it");
    assert!(!screen.contents().contains("nothing is changed yet"), "{}", screen.contents());
}

#[test]
fn a_run_that_failed_while_nobody_looked_says_where_and_why() {
    let demo = keepsake();
    let (program, broken) = (support::program().display().to_string(), demo.home().join("broken"));
    let text = std::fs::read_to_string(demo.dir().join("stepwell.yaml")).expect("is there");
    // A program that says its version, as the checks want it, and can do nothing else.
    let script =
        format!("#!/bin/sh\n[ \"$2\" = version ] && exec {program} \"$@\"\necho no seal wax left >&2; exit 2\n");
    std::fs::write(&broken, script).expect("works");
    std::process::Command::new("chmod").arg("+x").arg(&broken).status().expect("chmod");
    demo.write("stepwell.yaml", &text.replace(&program, &broken.display().to_string()));
    demo.finish().exit(Exit::StepFailed.code().into());
    let screen = demo.terminal([]).start();
    screen.wait_for("An upgrade is not finished.").wait_for("a step failed,").wait_for("nothing has moved");
    screen.wait_for("It failed at: Seal all attachments again").wait_for("stepwell abandon");
    screen.press("q");
    let lines = demo.terminal(["--plain"]).size(120, 60).start();
    lines
        .wait_for("It failed at Seal all attachments again")
        .wait_for("What shall happen with it?")
        .type_text("quit\n");
    lines.exit_code();
}

#[test]
fn a_run_that_was_finished_while_nobody_looked_is_told() {
    let demo = keepsake();
    demo.finish().exit(0);
    let screen = demo.terminal([]).size(100, 30).start();
    screen.wait_for("Keepsake is at 3.0.0, the newest release.").wait_for("Its upgrade from 1.8.2");
    screen.press("enter").exit_code();
}

#[test]
fn the_runner_that_goes_away_is_told_with_the_next_command() {
    let demo = keepsake();
    let screen = demo.terminal([]).start();
    wizard::walk_to(&screen, "Press a to approve");
    let runner = support::process::at_home(&demo.home()).into_iter().find(|p| p.pid != screen.pid());
    support::process::kill(runner.expect("a runner beside the wizard").pid);
    screen.wait_for("The runner is gone").wait_for("stepwell -d").press("q");
    assert_eq!(screen.exit_code(), i32::from(Exit::Internal.code()));
    assert!(screen.contents().contains("next      stepwell -d"), "{}", screen.contents());
}

#[test]
fn the_plan_reads_as_a_guide_of_short_lines() {
    let demo = keepsake();
    let guide = demo.run(["plan"]).exit(0).stdout();
    let long: Vec<_> = guide.lines().filter(|line| line.chars().count() > 100).collect();
    assert!(long.is_empty(), "lines of more than 100 columns: {long:#?}");
    for words in
        ["What you will be asked", "Where the way back ends", "Step 23, before you approve", "Maintenance is needed"]
    {
        assert!(guide.contains(words), "`{words}` is not in:\n{guide}");
    }
}

#[test]
fn on_a_terminal_without_screens_the_demo_asks_in_plain_lines() {
    let demo = keepsake();
    let dir = demo.dir().to_string_lossy().into_owned();
    let screen = demo.terminal(["demo", "--dir", &dir]).env("TERM", "dumb").size(100, 60).start();
    screen.wait_for("1.8.2").wait_for("3.0.0").type_text("quit\n");
    screen.exit_code();
    assert_eq!(ask(&demo, "select value from meta where key = 'schema_version'"), "1.8.2", "nothing ran by itself");
}
