//! How the wizard behaves on a terminal: what it takes it gives back, and what the terminal cannot do it does not use.

mod support;

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;
use stepwell::model::Exit;

use support::deployment::{Demo, Deployment};
use support::ledger::{Ledger, LedgerDeployment};
use support::process;
use support::pty::{Opening, Screen};
use support::wizard;

fn demo() -> Deployment {
    Demo::with_rows(200).build()
}

/// The wizard on its first screen, once everything there is drawn.
#[track_caller]
fn opened(opening: Opening) -> Screen {
    let screen = opening.start();
    screen.wait_for("What was found").wait_for("enter Next");
    screen
}

/// A ledger whose upgrade waits at a gate, and its wizard on the run screen.
#[track_caller]
fn at_the_gate(opening: impl FnOnce(Opening) -> Opening) -> (LedgerDeployment, Screen) {
    let ledger = Ledger::new().with_gate().build();
    let screen = opening(ledger.terminal([])).start();
    wizard::walk_until(&screen, "Wait at the gate");
    (ledger, screen)
}

/// Everything that was switched on is off again, in the terminal and in the kernel's settings for it.
#[track_caller]
fn assert_put_back(screen: &Screen) {
    assert_eq!(screen.settings(), screen.settings_before(), "the kernel's settings");
    screen.state(|terminal| {
        assert!(!terminal.alternate_screen(), "the normal screen");
        assert!(!terminal.bracketed_paste(), "paste");
        assert!(!terminal.hide_cursor(), "the cursor");
        assert!(!terminal.bold() && !terminal.inverse(), "attributes");
        assert_eq!(terminal.fgcolor(), vt100::Color::Default);
    });
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    for (on, off) in [("\x1b[22;2t", "\x1b[23;2t"), ("\x1b[?1049h", "\x1b[?1049l"), ("\x1b[?2026h", "\x1b[?2026l")] {
        let last = |text| raw.rfind(text).unwrap_or_else(|| panic!("{text:?} was not written"));
        assert!(last(on) < last(off), "{on:?} is taken back");
    }
    assert!(raw.ends_with('\n') || raw.contains("\x1b]9;4;0;0\x1b\\"), "no progress stays in the task bar");
    for reporting in ["?1000h", "?1002h", "?1003h", "?1004h", "?1006h"] {
        assert!(!raw.contains(reporting), "neither mouse nor focus is taken");
    }
}

#[test]
fn every_way_out_puts_the_terminal_back() {
    type Way = (&'static str, fn(&Screen), Exit);
    let ways: [Way; 5] = [
        ("q", |screen| _ = screen.press("q"), Exit::Done),
        ("ctrl-c", |screen| _ = screen.press("ctrl-c"), Exit::Done),
        ("SIGINT", |screen| screen.signal(Signal::INT), Exit::Done),
        ("SIGTERM", |screen| screen.signal(Signal::TERM), Exit::Terminated),
        ("SIGHUP", |screen| screen.signal(Signal::HUP), Exit::HungUp),
    ];
    let demo = demo();
    for (name, leave, exit) in ways {
        let screen = opened(demo.terminal([]));
        assert_ne!(screen.settings(), screen.settings_before(), "the terminal is taken");
        leave(&screen);
        assert_eq!(screen.exit_code(), i32::from(exit.code()), "{name}");
        assert_put_back(&screen);
    }
}

#[test]
fn a_run_that_is_left_puts_the_terminal_back() {
    let (ledger, screen) = at_the_gate(|opening| opening);
    let waiting = ledger.gate.reached();
    screen.press("d");
    assert_eq!(screen.exit_code(), 0);
    assert_put_back(&screen);
    assert!(screen.contents().contains("stepwell attach -d "), "{}", screen.contents());
    drop(waiting);
}

#[test]
fn a_shell_has_the_terminal_between_ctrl_z_and_fg() {
    let demo = demo();
    let shell =
        Screen::open(Path::new("/bin/sh"), &demo.dir(), &demo.home()).args(["-i"]).env("PS1", "ready> ").start();
    shell.wait_for("ready> ");
    let before = shell.settings();
    let program = support::program().display().to_string();
    for _ in 0..2 {
        shell.type_text(&format!("{program}; echo ended with $?\n")).wait_for("What was found").wait_for("enter Next");
        let taken = shell.settings();
        assert_ne!(taken, before);
        shell.press("ctrl-z").wait_for("Stopped").wait_for("ready> ");
        assert_eq!(shell.settings(), before, "the shell has its settings");
        assert!(!shell.state(|terminal| terminal.alternate_screen() || terminal.hide_cursor()), "and its screen");
        shell.type_text("fg\n").wait_for("What was found").wait_for("1 Deployment").wait_for("enter Next");
        assert_eq!(shell.settings(), taken, "taken again");
        assert!(shell.state(|terminal| terminal.alternate_screen() && terminal.bracketed_paste()));
        shell.press("?").wait_for("Keys that work here").press("esc").wait_gone("Keys that work here").press("q");
        shell.wait_for("ended with").wait_for("ready> ");
        // Both may stand there from before: the program gives back the screen first, and then its settings.
        let deadline = std::time::Instant::now() + support::PATIENCE;
        while shell.settings() != before {
            assert!(std::time::Instant::now() < deadline, "{}", shell.settings());
            std::thread::yield_now();
        }
        shell.type_text("clear\n").wait_gone("ended with");
    }
}

/// What a client may use of a processor between the end of its terminal and its own.
const LAST_WORDS: Duration = Duration::from_millis(300);

#[test]
fn a_terminal_that_goes_away_ends_the_wizard_also_where_hang_ups_are_ignored() {
    for ignored in [false, true] {
        let ledger = Ledger::new().with_gate().build();
        let program = support::program().display().to_string();
        let script = if ignored { format!("trap '' HUP; exec {program}") } else { format!("exec {program}") };
        let mut screen = ledger.in_terminal(Path::new("/bin/sh")).args(["-c", &script]).start();
        wizard::walk_until(&screen, "Wait at the gate");
        let waiting = ledger.gate.reached();
        let used = process::cpu(screen.pid()).expect("a living client");
        let pid = screen.pid();
        screen.hang_up();
        let after = process::cpu_until_end(pid).expect("the client ends");
        assert!(after < used + LAST_WORDS, "hang-ups ignored: {ignored}: {after:?} of a processor, {used:?} before");
        assert_eq!(screen.exit_code(), i32::from(Exit::HungUp.code()));
        ledger.run(["status"]).exit(7).prints("Wait at the gate");
        drop(waiting);
        ledger.lose_power();
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_and_no_success() {
    let demo = demo();
    let program = support::program().display().to_string();
    let unread = |command: &str| {
        // `true` reads nothing: the pipe is broken before or while the first line is written.
        let script =
            format!("{{ {program} {command} 2>errors; echo \"$?\" >code; }} | true; wait; cat code; echo over");
        demo.in_terminal(Path::new("/bin/sh")).args(["-c", &script]).start().wait_for("over");
        let read = |name: &str| std::fs::read_to_string(demo.dir().join(name)).expect(name);
        let said = read("errors");
        assert!(!said.contains("panicked") && !said.contains("Broken pipe"), "{command}: {said}");
        (read("code").trim().to_owned(), said)
    };
    for command in ["plan", "notes", "plan --json", "--help"] {
        assert_eq!(unread(command).0, "0", "{command}");
    }
    // What was to be carried out was not: nobody may take that for a success.
    let (code, said) = unread("run --yes --allow-irreversible --defaults");
    assert_eq!(code, Exit::HungUp.code().to_string(), "{said}");
    assert!(said.contains("stepwell status"), "{said}");
    demo.finish().exit(0);
}

#[test]
fn a_storm_of_new_sizes_ends_in_the_last_one() {
    let demo = demo();
    // What is behind the last sign of a line is no matter.
    let lines = |screen: &str| screen.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let calm = opened(demo.terminal([]).size(90, 27));
    let seen = lines(&calm.contents());
    calm.press("q");
    assert_eq!(calm.exit_code(), 0);
    let screen = opened(demo.terminal([]));
    for n in 0..400_u16 {
        screen.resize(1 + n * 7 % 300, 1 + n * 3 % 100);
    }
    screen.resize(90, 27).wait_until("what a calm terminal shows", |storm| lines(&storm.contents()) == seen);
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
    assert_put_back(&screen);
}

#[test]
fn tiny_and_huge_terminals_are_drawn_and_left() {
    let demo = demo();
    let screen = opened(demo.terminal([]));
    for (columns, rows) in [(1, 1), (300, 100), (2, 60), (500, 2), (59, 16), (60, 15), (0, 0), (500, 200)] {
        screen.resize(columns, rows);
        let large = columns >= 60 && rows >= 16;
        let there = if large { "enter Next" } else { "needs 60x16" };
        if columns >= 20 {
            screen.wait_for(there);
        }
    }
    screen.resize(80, 24).wait_for("What was found").press("q");
    assert_eq!(screen.exit_code(), 0);
    assert_put_back(&screen);
    // A terminal that does not say how large it is.
    let screen = demo.terminal([]).size(0, 0).start();
    screen.resize(80, 24).wait_for("What was found").wait_for("enter Next").press("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn a_pasted_line_break_confirms_nothing() {
    let demo = demo();
    let screen = opened(demo.terminal([]));
    screen.paste("\n\n\nq\r\r").press("v").wait_for("Type ").paste("2.9\n0\r\nyes\n").wait_for("› 2.9");
    assert!(!screen.contents().contains("2.90"), "only the first line: {}", screen.contents());
    screen.press("esc").wait_gone("› 2.9").wait_for("What was found");
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
}

/// What a terminal cannot tell from an order.
const FOREIGN: &str = "\\e[2J\\e]0;owned\\a\\e]52;c;b3duZWQ=\\e\\\\\\u202e漢字e\\u0301\\u200b";

#[test]
fn text_of_definitions_commands_and_rows_moves_no_cursor_and_sets_no_title() {
    let steps = format!(
        "  - id: says\n    title: \"Says {FOREIGN} it\"\n    run: {{ argv: [ printf, \"{FOREIGN}\\n\" ] }}\n    resume: idempotent\n{}",
        "  - id: gate\n    title: Wait at the gate\n    run: { argv: [ cat, \"{{ facts.gate }}\" ] }\n    resume: idempotent"
    );
    let ledger = Ledger::new().with_steps(&steps).build();
    let notes = "# 2.0.0\n\n## Breaking changes\n\n- \u{1b}[2J\u{1b}]0;owned\u{7} 漢字 e\u{301} \u{202e}it\u{200b}\n";
    std::fs::write(ledger.catalogue().join("ledger/releases/2.0.0.md"), notes).expect("notes");
    let screen = ledger.terminal([]).start();
    screen
        .wait_for("enter Next")
        .press("enter")
        .wait_for("Breaking changes")
        .wait_for("␛[2J␛]0;owned␇ 漢字 e\u{301} <202e>it<200b>");
    wizard::walk_until(&screen, "Wait at the gate");
    let waiting = ledger.gate.reached();
    screen.wait_for("␛[2J").wait_for("1 Deployment").wait_for("6 Run");
    screen.wait_title("Running - ledger at ledger-test");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    for order in ["\x1b]0;", "\x1b]52;", "\u{202e}", "\u{200b}"] {
        let near = raw.find(order).map(|at| raw[at..].chars().take(60).collect::<String>());
        assert_eq!(near, None, "{order:?} was written");
    }
    drop(waiting);
    assert_eq!(wizard::walk_through(&screen).0, 0);
    assert_put_back(&screen);
}

#[test]
fn what_is_copied_goes_to_the_clipboard_and_into_a_file() {
    let demo = demo();
    let screen = opened(demo.terminal([]));
    wizard::walk_to(&screen, "● 3 Checks");
    screen.wait_for("Nothing stands in the way").press("y").wait_for("copied.txt");
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    let sent = raw.split("\x1b]52;c;").nth(1).and_then(|rest| rest.split("\x1b\\").next()).expect("OSC 52");
    let file = demo.dir().join(".stepwell/copied.txt");
    let decoded = std::process::Command::new("sh").args(["-c", &format!("echo {sent} | base64 -d")]).output();
    assert_eq!(decoded.expect("base64").stdout, std::fs::read(&file).expect("a file"));
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).expect("a file").permissions());
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn the_title_and_the_task_bar_tell_the_state_and_the_bell_rings_at_the_end() {
    let (ledger, screen) = at_the_gate(|opening| opening);
    let waiting = ledger.gate.reached();
    screen.wait_title("Running - ledger at ledger-test");
    let raw = || String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(raw().contains("\x1b]9;4;1;"), "progress goes with the title");
    let bells = screen.title_and_bells().1;
    drop(waiting);
    assert_eq!(wizard::walk_through(&screen).0, 0);
    assert!(screen.title_and_bells().1 > bells, "the end is rung");
    assert!(raw().contains("\x1b]9;4;0;0\x1b\\"), "no progress is left");
    // Never two titles within a second: at most as many as there were seconds, and the first and last one.
    let reads = screen.reads();
    let seconds = reads.last().zip(reads.first()).map_or(0, |(last, first)| last.0.duration_since(first.0).as_secs());
    let titles = raw().matches("\x1b]2;").count();
    assert!(titles <= usize::try_from(seconds).expect("few") + 2, "{titles} titles in {seconds} s");
}

#[test]
fn switches_of_the_environment_and_the_command_line_hold_to_the_last_byte() {
    let ledger = Ledger::new().build();
    let played = |opening: Opening| {
        let screen = opening.start();
        assert_eq!(wizard::walk_through(&screen).0, 0, "{}", screen.contents());
        String::from_utf8(screen.raw()).expect("UTF-8")
    };
    let colored = |raw: &str| raw.contains("\x1b[38;5;");
    let mut ledger_again = ledger;
    let mut on = |opening: &dyn Fn(Opening) -> Opening, args: &[&str]| {
        // The runner tidies up after its last client.
        ledger_again.lose_power();
        ledger_again.reset();
        played(opening(ledger_again.terminal(args.iter().copied())))
    };
    let raw = on(&|o| o.env("STEPWELL_SYNC_OUTPUT", "0"), &[]);
    assert!(!raw.contains("?2026") && colored(&raw));
    let raw = on(&|o| o.env("NO_COLOR", "1"), &[]);
    assert!(!colored(&raw) && raw.contains("\x1b[7m") && !raw.contains("\x1b[;m"), "the selection stays");
    assert!(colored(&on(&|o| o.env("NO_COLOR", "1"), &["--color", "16"])));
    assert!(!colored(&on(&|o| o, &["--color", "never"])));
    assert!(on(&|o| o, &["--ascii"]).is_ascii());
    assert!(on(&|o| o.env("LANG", "C"), &[]).is_ascii());
    assert!(!on(&|o| o.env("LANG", "C").env("LC_ALL", "en_US.UTF-8"), &[]).is_ascii());
    for term in ["xterm", "screen", "vt100"] {
        assert!(on(&|o| o.env("TERM", term), &[]).contains("\x1b[?1049h"), "{term}");
    }
}

/// Frames a second at most while something goes on all the time.
#[test]
fn frames_are_as_many_as_the_connection_deserves() {
    let lines = "  - id: lines\n    title: Write many lines\n    run: { argv: [ sh, -c, \"i=0; while [ ! -e ENOUGH ]; do i=$((i+1)); echo $i; done\" ] }\n    resume: idempotent";
    for (args, ssh, most) in
        [(&[][..], None, 10), (&[][..], Some("10.0.0.1 1 10.0.0.2 22"), 4), (&["--motion", "off"][..], None, 1)]
    {
        let ledger = Ledger::new()
            .with_steps(&lines.replace("ENOUGH", &support::fixtures().join("none").display().to_string()))
            .build();
        let opening = ledger.terminal(args.iter().copied());
        let opening = match ssh {
            Some(from) => opening.env("SSH_CONNECTION", from),
            None => opening,
        };
        let screen = opening.start();
        wizard::walk_until(&screen, "Write many lines");
        let seen = screen.contents();
        screen.wait_change(&seen);
        let frames = || String::from_utf8_lossy(&screen.raw()).matches("\x1b[?2026h").count();
        let (before, began) = (frames(), std::time::Instant::now());
        screen.bytes_within(Duration::from_secs(3));
        let (drawn, time) = (frames() - before, began.elapsed().as_secs_f64());
        assert!(drawn >= 1, "it moves");
        assert!(
            (drawn as f64) <= f64::from(most) * time + 1.0,
            "{drawn} frames in {time:.1} s, {most} a second allowed"
        );
        ledger.lose_power();
    }
}

/// How often a process was woken, over all of its threads.
fn wake_ups(pid: u32) -> u64 {
    process::wake_ups(pid).expect("a living process")
}

#[test]
fn a_wizard_with_nothing_to_do_is_not_woken() {
    let demo = demo();
    let screen = opened(demo.terminal([]));
    screen.wait_title("Deployment - keepsake at keepsake-demo");
    screen.assert_idle(Duration::from_secs(1));
    let before = wake_ups(screen.pid());
    screen.assert_idle(Duration::from_secs(3));
    assert_eq!(wake_ups(screen.pid()) - before, 0, "threads that woke up for nothing");
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
}
