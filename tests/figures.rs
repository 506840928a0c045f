//! What the wizard costs: figures to read, and the budgets that a release build has to keep.
//!
//! `cargo test --release --test figures -- --ignored --nocapture`, on a machine that does nothing else.
//! `STEPWELL_FIGURE_ROWS` is how many rows the upgrade has, 2,000,000 if not said.

mod support;

use std::time::{Duration, Instant};

use support::deployment::{Demo, Deployment};
use support::process;
use support::pty::Screen;
use support::wizard;

const MILLIS: f64 = 1_000.0;

/// The time that this share of all keeps within.
fn share(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times[(times.len() * percent / 100).min(times.len() - 1)]
}

fn first_frame(demo: &Deployment) -> Duration {
    let began = Instant::now();
    let screen = demo.terminal([]).start();
    screen.wait_for("1 Deployment");
    let drawn = screen.reads().first().map(|(at, _)| at.duration_since(began)).expect("bytes of a frame");
    screen.wait_for("enter Next").press("q").exit_code();
    drawn
}

/// From a key to the frame that answers it.
fn key_to_frame(screen: &Screen) -> Duration {
    let began = Instant::now();
    screen.press("?").wait_for("Keys that work here");
    let time = began.elapsed();
    screen.press("esc").wait_gone("Keys that work here");
    time
}

/// What is resident, the most of it there ever was, and how much of it is not the program's file.
fn resident(pid: u32) -> [u64; 3] {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a living process");
    let kib = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a size");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    };
    ["VmRSS:", "VmHWM:", "RssAnon:"].map(kib)
}

fn say(name: &str, figure: impl std::fmt::Display) {
    println!("{name:<44} {figure}");
}

#[test]
#[ignore = "takes minutes, and its times mean something in a release build only"]
fn budgets() {
    let release = !cfg!(debug_assertions);
    let rows = std::env::var("STEPWELL_FIGURE_ROWS").map_or(2_000_000, |rows| rows.parse().expect("a number"));
    let small = Demo::with_rows(500).build();
    let mut times: Vec<Duration> = (0..20).map(|_| first_frame(&small)).collect();
    let [median, worst] = [50, 99].map(|percent| share(&mut times, percent).as_secs_f64() * MILLIS);
    say("first frame, p50 and p99 of 20", format!("{median:.1} ms, {worst:.1} ms"));
    assert!(!release || median <= 50.0, "the first frame is late");

    let demo = Demo::with_rows(rows).build();
    let screen = demo.terminal([]).start();
    screen.wait_for("What was found").wait_for("enter Next").bytes_within(Duration::from_secs(1));
    let before = process::wake_ups(screen.pid()).expect("a client");
    let idle = screen.bytes_within(Duration::from_secs(10));
    let woken = process::wake_ups(screen.pid()).expect("a client") - before;
    say("idle, bytes and wake-ups in 10 s", format!("{idle}, {woken}"));
    assert_eq!((idle, woken), (0, 0));
    let before = screen.bytes_written();
    screen.press("ctrl-l").bytes_within(Duration::from_secs(1));
    say("a full frame of the first screen", format!("{} bytes", screen.bytes_written() - before));

    wizard::walk_until(&screen, "rows/s");
    // At once, while the backfill is at full speed.
    let began = Instant::now();
    let mut times: Vec<Duration> = (0..300).map(|_| key_to_frame(&screen)).collect();
    let running = screen.contents().contains("rows/s");
    let [p50, p99] = [50, 99].map(|percent| share(&mut times, percent).as_secs_f64() * MILLIS);
    let over = began.elapsed().as_secs_f64();
    say(
        "key to frame, p50 and p99 of 300",
        format!("{p50:.2} ms, {p99:.2} ms, over {over:.1} s; backfilling: {running}"),
    );
    assert!(!release || p99 <= 16.0, "keys are answered late");
    let bytes = screen.bytes_within(Duration::from_secs(5)) / 5;
    let running = screen.contents().contains("rows/s");
    say("the run screen", format!("{bytes} bytes a second; backfilling: {running}"));
    assert!(bytes <= 1_500);
    let before = screen.bytes_written();
    screen.press("ctrl-l").bytes_within(Duration::from_millis(90));
    say("a full frame of the run screen", format!("{} bytes", screen.bytes_written() - before));

    while !screen.contents().contains("● 7 Confirm") {
        screen.wait_change(&screen.contents());
    }
    let runner = process::at_home(&demo.home()).into_iter().find(|p| p.argv.iter().any(|arg| arg == "runner"));
    let runner = runner.expect("a runner").pid;
    for (name, pid) in [("client", screen.pid()), ("runner", runner)] {
        let [now, most, own] = resident(pid).map(mb);
        let text = format!("{now:.1} MB, at most {most:.1} MB, {own:.1} MB besides the program itself");
        say(&format!("resident, {name}, after {rows} rows"), text);
        assert!(!release || name != "client" || most <= 15.0, "the client is too large");
    }
    assert_eq!(wizard::walk_through(&screen).0, 0);
}

fn mb(kib: u64) -> f64 {
    kib as f64 * 1_024.0 / 1e6
}
