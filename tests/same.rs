//! The command line that the wizard leaves on the terminal does the same upgrade on the same deployment.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use support::database::assert_same;
use support::deployment::{Demo, Deployment};
use support::pty::Screen;
use support::{database, program, wizard};

/// Wide enough that no line is broken.
const SIZE: (u16, u16) = (400, 50);

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            fs::copy(&path, to.join(path.file_name().expect("a name"))).expect("a copy");
        }
    }
}

/// The last line that begins with a command.
#[track_caller]
fn command(left: &str) -> String {
    let found = left.lines().map(str::trim).rfind(|line| line.starts_with("stepwell run "));
    found.unwrap_or_else(|| panic!("no command in:\n{left}")).to_owned()
}

/// What an upgrade has decided and done, without times and names of runs.
fn account(demo: &Deployment) -> (serde_json::Value, Vec<String>) {
    let report = demo.run(["report", "--json"]).exit(0).json();
    let decisions = report["decisions"].as_array().expect("decisions").iter();
    // Who goes by a command line acknowledges the notes and approves as one does in the wizard, in another order.
    let mut what: Vec<String> = decisions
        .map(|decision| {
            let mut what = decision["what"].clone();
            // Nobody is there at the end of a command line: it has approved the version already.
            what.as_object_mut().expect("a decision").remove("at_end");
            what.to_string()
        })
        .collect();
    what.sort();
    (report["plan_hash"].clone(), what)
}

/// Up to the screen on which maintenance is chosen; warnings on the way are accepted with `reason`.
#[track_caller]
fn to_maintenance(screen: &Screen, reason: &str) {
    screen.wait_for("1 Deployment");
    for _ in 0..100 {
        let seen = screen.contents();
        if seen.contains("● 4 Maintenance") && seen.contains("Go without maintenance") {
            return;
        }
        if seen.contains("Go on despite this warning?") {
            screen.type_text(reason).wait_for(&format!("› {reason}")).press("enter").wait_gone("Go on despite");
            continue;
        }
        if wizard::takes_enter(&seen) {
            screen.press("enter");
        }
        screen.wait_change(&seen);
    }
    panic!("no maintenance screen:\n{}", screen.contents());
}

#[test]
fn the_command_that_is_printed_at_the_end_does_the_same_with_all_its_decisions() {
    let demo = Demo::with_rows(300).build();
    database::execute(
        &demo.database(),
        "update attachments set size = 30 * 1024 * 1024 where id = (select min(id) from attachments)",
    );
    let fresh = demo.home().join("fresh");
    copy(&demo.dir(), &fresh);

    let screen = demo.terminal([]).size(SIZE.0, SIZE.1).start();
    to_maintenance(&screen, "it's one \"large\" $HOME file");
    screen.press("down").press("down").wait_for("› Go without maintenance").press("enter").wait_for("the reason");
    let reason = "-- nobody's here; `true` & \\ $(exit)";
    screen.type_text(reason).wait_for(&format!("› {reason}")).press("enter").wait_for("● 5 Plan");
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    let (dump, decided) = (demo.dump(), account(&demo));
    let report = left.lines().find_map(|line| line.trim().strip_prefix("report    ")).expect("a report's file");
    assert!(fs::read_to_string(report).expect("is there").contains("large-attachments"), "{report}");

    // The same deployment again, as it was before.
    fs::remove_dir_all(demo.dir()).expect("works");
    copy(&fresh, &demo.dir());
    let again = command(&left);
    for words in ["--to 3.0.0", "--allow-irreversible", "--skip-maintenance=", "--accept ", "--answer "] {
        assert!(again.contains(words), "`{words}` is not in: {again}");
    }
    let path = format!("{}:/usr/bin:/bin", program().parent().expect("a folder").display());
    let output = Command::new("sh")
        .args(["-c", &again])
        .env_clear()
        .envs(support::environment(&demo.home()))
        .env("PATH", path)
        // Elsewhere: it names everything by its whole path.
        .current_dir("/")
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{again}\n{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(account(&demo), decided, "{again}");
    assert_same(&dump, &demo.dump(), &again);
    assert_eq!(demo.status(), 0);
}
