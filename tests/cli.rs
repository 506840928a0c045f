//! What a command says and how it ends when something about it, the deployment or the moment is wrong.

mod support;

use std::fs;
use std::process::{Command, Stdio};

use stepwell::model::Exit;

use support::database::{Locked, execute};
use support::deployment::{Demo, Deployment, Ran};
use support::ledger::{Ledger, LedgerDeployment};

/// Commands that all have to find out the same before they do anything.
const COMMANDS: [&[&str]; 3] = [&["check"], &["plan"], &["run", "--yes"]];

/// Every command refuses with `exit`, says each of `says`, and leaves the folder as it was.
#[track_caller]
fn refused(deployment: &Deployment, args: &[&str], exit: Exit, says: &[&str]) {
    for command in COMMANDS {
        let before = deployment.snapshot();
        let ran: Ran = deployment.run(command.iter().chain(args).copied()).exit(exit.code().into());
        says.iter().fold(ran, |ran, text| ran.says(text));
        before.assert_same(&deployment.snapshot(), &format!("stepwell {}", command.join(" ")));
    }
}

#[test]
fn without_a_deployment_file_nothing_is_done() {
    let empty = Deployment::empty();
    refused(&empty, &[], Exit::Usage, &["stepwell.yaml"]);
    assert!(!empty.dir().join(".stepwell").exists(), "a folder that is no deployment is left alone");
}

#[test]
fn a_deployment_file_that_is_not_there_is_named() {
    refused(&Ledger::new().build(), &["--deployment", "elsewhere.yaml"], Exit::Usage, &["elsewhere.yaml"]);
}

#[test]
fn a_syntax_error_is_told_with_its_place() {
    let ledger = Ledger::new().build();
    ledger.write("stepwell.yaml", "format: 1\nsystem: ledger\nstores: { db: [ }\n");
    refused(&ledger, &[], Exit::Invalid, &["stepwell.yaml:3:"]);
}

#[test]
fn an_unknown_key_is_told_with_its_place_and_the_nearest_known_one() {
    let ledger = Ledger::new().build();
    ledger.write("stepwell.yaml", &ledger.yaml().replace("stores:", "store:"));
    refused(&ledger, &[], Exit::Invalid, &["stepwell.yaml:4:1", "store", "stores"]);
}

#[test]
fn a_lone_list_as_the_default_of_a_list_is_as_many_values() {
    let step = "  - id: look\n    title: Look\n    run: { argv: [ ls, \"{{ facts.options }}\", end ] }\n    resume: idempotent";
    let ledger = Ledger::new().with_steps(step).build();
    let facts = "facts:\n  conf: { ask: File, default: a.cfg }\n  options:\n    ask: Options\n    list: yes\n    \
                 default: \"{{ [] if facts.conf == 'b.cfg' else ['-c', facts.conf] }}\"\n";
    ledger.define("system.yaml", "facts:\n", facts);
    ledger.run(["plan"]).exit(0).prints("ls -c a.cfg end");
    ledger.define("system.yaml", "default: a.cfg", "default: b.cfg");
    ledger.run(["plan"]).exit(0).prints("ls end");
}

#[test]
fn what_a_program_said_is_told_where_it_could_not_be_asked() {
    let ledger = Ledger::new().build();
    let query = "- sql: { query: select version from about }";
    ledger.define("system.yaml", query, "- run: { argv: [ ls, \"{{ stores.db.path }}.gone\" ] }");
    let ran = ledger.run(["status"]).exit(Exit::CouldNotAsk.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains("(the command ls)") && said.contains(".gone': No such file or directory"), "{ran}");
}

#[test]
fn a_fact_without_a_value_is_told_with_what_the_definition_says_to_help() {
    let ledger = Ledger::new().build();
    ledger.define("system.yaml", "facts:\n", "facts:\n  console: { ask: Console, help: It is on its first page. }\n");
    let says = ["Console is not known", "facts: { console: … }", "It is on its first page."];
    refused(&ledger, &[], Exit::Invalid, &says);
}

#[test]
fn a_fact_that_does_not_concern_the_deployment_is_neither_asked_for_nor_listed() {
    let facts = "facts:\n  tls: { ask: Encrypted, choices: [on, off], default: off }\n  \
                 port: { ask: Its port, default: 443, when: facts.tls == \"on\" }\n  \
                 key: { ask: Its key, secret: yes, when: facts.tls == \"on\" }\n";
    let ledger = Ledger::new().build();
    ledger.define("system.yaml", "facts:\n", facts);
    let names = |ledger: &support::ledger::LedgerDeployment| {
        let events = ledger.run(["run", "--json"]).stdout();
        ["tls", "port", "key"].map(|name| events.contains(&format!("\"name\":\"{name}\",\"ask\"")))
    };
    assert_eq!(names(&ledger), [true, false, false]);
    ledger.write("stepwell.yaml", &ledger.yaml().replace("facts:\n", "facts:\n  tls: on\n"));
    assert_eq!(names(&ledger), [true, true, true]);
}

#[test]
fn every_row_that_is_detected_is_an_item_of_a_list() {
    let facts = "facts:\n  plugins:\n    ask: Plugins\n    list: yes\n    \
                 detect: [ { file: { path: a.conf, match: '^plugin = (.*)$' } } ]\n";
    let ledger = Ledger::new().with_steps(
        "  - { id: each, title: \"Plugin {{ p }}\", repeat: { over: facts.plugins, as: p }, file: { touch: \"{{ p }}\" } }\n",
    );
    let ledger = ledger.build();
    ledger.define("system.yaml", "facts:\n", facts);
    ledger.write("a.conf", "plugin = one, two\nother = x\nplugin = three\n");
    ledger.run(["plan"]).exit(0).prints("Plugin one").prints("Plugin two").prints("Plugin three");
}

#[test]
fn a_journal_in_a_store_that_the_definition_keeps_free_of_it_is_told_with_its_place() {
    let ledger = Ledger::new().build();
    ledger.define("system.yaml", "engines: [", "journal: no, engines: [");
    ledger.write("stepwell.yaml", &ledger.yaml().replace("journal: file", "journal: { store: db }"));
    refused(&ledger, &[], Exit::Invalid, &["stepwell.yaml:8:19", "the journal be in the store `db`"]);
}

#[test]
fn a_check_of_a_steps_own_is_asked_for_each_item_where_it_applies() {
    let steps = r#"
  - id: checked
    title: Look first
    checks:
      - { id: never, title: Not here, when: to is version("<1"), fix: Mend it., file: { path: none, expect: { exists: yes } } }
      - id: each
        title: "{{ name }} is there"
        repeat: { over: [stepwell.yaml, missing], as: name }
        file: { path: "{{ name }}", expect: { exists: yes } }
        fix: Make {{ name }}.
    run: { argv: [ touch, begun ] }
    resume: idempotent
"#;
    let ledger = Ledger::new().with_steps(steps).build();
    ledger.run(["run", "--yes"]).exit(Exit::StepFailed.code().into()).says("missing is there").says("Make missing.");
    assert!(!ledger.dir().join("begun").exists(), "the step was not begun");
    ledger.write("missing", "");
    ledger.run(["run", "--yes"]).exit(0);
    assert!(ledger.dir().join("begun").exists());
}

#[test]
fn an_unknown_system_is_told_with_those_that_are_known() {
    let ledger = Ledger::new().build();
    ledger.write("stepwell.yaml", &ledger.yaml().replace("system: ledger", "system: legder"));
    refused(&ledger, &[], Exit::Usage, &["legder", "ledger"]);
}

#[test]
fn an_unknown_option_is_wrong_usage() {
    refused(&Ledger::new().build(), &["--frobnicate"], Exit::Usage, &["--frobnicate"]);
}

#[test]
fn a_missing_database_is_not_made() {
    let ledger = Ledger::new().build();
    fs::remove_file(ledger.path()).expect("the database");
    refused(&ledger, &[], Exit::CouldNotAsk, &["ledger.sqlite"]);
    assert_eq!(ledger.status(), i32::from(Exit::CouldNotAsk.code()));
}

#[test]
fn a_locked_database_is_told_and_waited_for_no_longer_than_promised() {
    let ledger = Ledger::new().build();
    let before = ledger.dump();
    for command in COMMANDS {
        // Nothing here may read the file meanwhile: closing it would let go of this process's lock.
        let locked = Locked::exclusively(&ledger.path());
        ledger.run(command.iter().copied()).exit(Exit::CouldNotAsk.code().into()).says("ledger.sqlite").says("locked");
        drop(locked);
        assert_eq!(ledger.dump(), before);
    }
}

#[test]
fn a_file_that_is_no_database_is_not_touched() {
    let ledger = Ledger::new().build();
    fs::write(ledger.path(), "Dear diary, today I was a text file. ".repeat(100)).expect("a text file");
    refused(&ledger, &[], Exit::CouldNotAsk, &["ledger.sqlite", "not a database"]);
}

#[test]
fn data_newer_than_the_catalogue_have_no_path() {
    let ledger = Ledger::new().build();
    ledger.set_version("9.0.0");
    refused(&ledger, &[], Exit::NoPath, &["9.0.0", "2.0.0"]);
}

#[test]
fn data_that_record_no_version_need_an_operator_who_says_it() {
    let ledger = Ledger::new().build();
    execute(&ledger.path(), "delete from about");
    refused(&ledger, &[], Exit::OperatorNeeded, &["Nothing in the data records it", "--from VERSION"]);
    ledger.run(["status"]).exit(Exit::OperatorNeeded.code().into()).prints("Nothing in the data records it");
    ledger.run(["plan", "--from", "1.1.0"]).exit(0).prints("--from 1.1.0");
}

#[test]
fn a_version_that_is_named_stays_on_the_command_line_also_where_one_is_assumed() {
    let ledger = Ledger::new().build();
    execute(&ledger.path(), "delete from about");
    ledger.define("system.yaml", "path: sequential", "path: sequential\n  assume: 1.0.0");
    assert!(!ledger.run(["plan"]).exit(0).stdout().contains("--from"));
    ledger.run(["plan", "--from", "1.1.0"]).exit(0).prints("--from 1.1.0");
}

#[test]
fn data_that_say_what_the_catalogue_does_not_know_have_no_path() {
    let ledger = Ledger::new().build();
    let system = ledger.catalogue().join("ledger/system.yaml");
    let text = fs::read_to_string(&system).expect("a definition");
    let query = "query: select version from about";
    fs::write(&system, text.replace(query, &format!("{query}, map: {{ one: 1.0.0 }}"))).expect("a definition");
    refused(&ledger, &[], Exit::NoPath, &["says 1.0.0, which this catalogue does not know", "A newer"]);
}

#[test]
fn a_target_that_is_no_release_has_no_path() {
    refused(&Ledger::new().build(), &["--to", "3.0.0"], Exit::NoPath, &["3.0.0", "2.0.0"]);
}

#[test]
fn a_target_below_what_is_deployed_has_no_path() {
    refused(&Ledger::new().build(), &["--to", "0.9.0"], Exit::NoPath, &["0.9.0"]);
}

#[test]
fn a_failed_check_stops_before_anything_is_changed() {
    let ledger = Ledger::new().build();
    execute(&ledger.path(), "delete from entries");
    let before = ledger.dump();
    ledger
        .run(["run", "--yes"])
        .exit(Exit::CheckFailed.code().into())
        .says("The ledger has entries")
        .says("Restore the ledger from a backup.");
    assert_eq!(ledger.dump(), before);
}

#[test]
fn a_run_without_an_approval_names_the_options_that_give_it() {
    let ledger = Ledger::new().build();
    let before = ledger.snapshot();
    ledger.run(["run"]).exit(Exit::Usage.code().into()).says("--yes").says("--plan-hash");
    before.assert_same(&ledger.snapshot(), "a run that nobody approved");
}

#[test]
fn a_plan_that_was_not_approved_is_not_carried_out() {
    let ledger = Ledger::new().build();
    let before = ledger.dump();
    ledger.run(["run", "--plan-hash", &"0".repeat(64)]).exit(Exit::PlanDiffers.code().into());
    assert_eq!(ledger.dump(), before);
}

#[test]
fn a_terminal_that_is_too_small_is_told_how_much_is_needed() {
    let ledger = Ledger::new().build();
    let screen = ledger.terminal([]).size(20, 5).start();
    assert_eq!(screen.exit_code(), i32::from(Exit::Usage.code()), "{}", screen.contents());
    let said: String = screen.contents().split_whitespace().collect();
    assert!(said.contains("60x16"), "{said}");
}

#[test]
fn commands_that_only_ask_answer_and_leave_no_trace() {
    let ledger = Ledger::new().build();
    let definitions = ledger.catalogue().join("ledger").to_string_lossy().into_owned();
    let before = ledger.snapshot();
    for (command, exit) in [
        (&["notes"][..], Exit::Done),
        (&["check"], Exit::Done),
        (&["plan"], Exit::Done),
        (&["status"], Exit::UpgradeNeeded),
        (&["history"], Exit::Done),
        (&["lint", &definitions], Exit::Done),
    ] {
        let ran = ledger.run(command.iter().copied()).exit(exit.code().into());
        assert!(!ran.stdout().trim().is_empty(), "an answer, in standard output of {ran}");
        before.assert_same(&ledger.snapshot(), command[0]);
        if command[0] != "notes" {
            let ran = ledger.run(command.iter().copied().chain(["--json"])).exit(exit.code().into());
            assert_eq!(ran.json()["schema"], 1, "{ran}");
            before.assert_same(&ledger.snapshot(), &format!("{} --json", command[0]));
        }
    }
}

#[test]
fn lint_ends_badly_with_errors_only() {
    let ledger = Ledger::new().build();
    for (case, exit, severity) in
        [("warns-maintenance", Exit::Done, "warning"), ("action-uses-itself", Exit::Invalid, "error")]
    {
        let folder = format!("{}/tests/definitions/invalid/{case}", env!("CARGO_MANIFEST_DIR"));
        let ran = ledger.run(["lint", &folder]).exit(exit.code().into());
        assert!(ran.stdout().contains(&format!("{severity}: ")), "{ran}");
        let ran = ledger.run(["lint", &folder, "--json"]).exit(exit.code().into());
        assert_eq!(ran.json()["findings"][0]["severity"], severity, "{ran}");
    }
}

#[test]
fn an_upgrade_goes_through_and_is_recorded() {
    let ledger = Ledger::new().build();
    assert_eq!(ledger.status(), i32::from(Exit::UpgradeNeeded.code()));
    ledger.finish().exit(0);
    assert_eq!(ledger.version(), "2.0.0");
    assert_eq!(
        support::database::ask(&ledger.path(), "select count(*) from entries where cents = amount * 100"),
        "100"
    );
    assert_eq!(ledger.status(), 0);

    let done = ledger.dump();
    ledger.finish().exit(0);
    assert_eq!(ledger.dump(), done, "a second run finds nothing to do");
}

#[test]
fn a_second_runner_is_refused_and_told_who_holds_the_lease() {
    let ledger = Ledger::new().with_gate().build();
    let mut first = ledger.start_runner();
    let waiting = ledger.gate.reached();
    assert_eq!(ledger.status(), i32::from(Exit::LeaseHeld.code()), "status says that a run is going on");

    ledger.run(["run", "--yes"]).exit(Exit::LeaseHeld.code().into()).says(&first.pid().to_string());

    drop(waiting);
    first.wait_step("2.0.0/version");
    assert_eq!(first.finish().0, 0, "the first runner is not disturbed");
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn a_failed_step_is_told_and_the_run_can_go_on() {
    let ledger = Ledger::new().with_failing_step().build();
    for _ in 0..2 {
        ledger.finish().exit(Exit::StepFailed.code().into()).says("2.0.0/fail").says("stepwell run");
        assert_eq!(ledger.status(), i32::from(Exit::StepFailed.code()));
    }
    assert_eq!(ledger.version(), "1.0.0", "nothing after the failed step was done");
}

#[test]
fn stop_ends_the_run_at_the_next_safe_point() {
    let ledger = Ledger::new().with_gate().build();
    let mut run = ledger.start_runner();
    let waiting = ledger.gate.reached();
    ledger.run(["stop"]).exit(0);
    drop(waiting);
    run.wait_for("the gate was passed", |kind| {
        matches!(kind, stepwell::model::EventKind::StepChanged { key, state } if key == "2.0.0/gate" && state.is_over())
    });
    assert_eq!(run.finish().0, i32::from(Exit::Stopped.code()));
    assert_eq!(ledger.status(), i32::from(Exit::Stopped.code()));
    assert_eq!(ledger.version(), "1.0.0");

    ledger.finish().exit(0);
    assert_eq!(ledger.version(), "2.0.0");
}

/// Kills the runner and the step's program with all that watches them, so that nobody can tell whether it was done.
fn interrupted_at_the_gate(ledger: &LedgerDeployment) {
    let _run = ledger.start_runner();
    let _waiting = ledger.gate.reached();
    ledger.lose_power();
}

#[test]
fn what_may_not_be_repeated_is_left_to_the_operator() {
    let ledger = Ledger::new().with_gate_once().build();
    interrupted_at_the_gate(&ledger);
    ledger.finish().exit(Exit::OperatorNeeded.code().into()).says("2.0.0/gate");
    assert_eq!(ledger.status(), i32::from(Exit::OperatorNeeded.code()));
    assert_eq!(ledger.version(), "1.0.0");
}

#[test]
fn what_may_be_repeated_is_done_again() {
    let ledger = Ledger::new().with_gate().build();
    interrupted_at_the_gate(&ledger);
    let run = ledger.start_runner();
    drop(ledger.gate.reached());
    assert_eq!(run.finish().0, 0);
    assert_eq!(ledger.version(), "2.0.0");
}

#[test]
fn a_reader_that_went_away_is_no_error() {
    let demo = Demo::with_rows(10).build();
    for command in ["notes", "plan", "check"] {
        let mut started = Command::new(support::program())
            .arg(command)
            .current_dir(demo.dir())
            .env_clear()
            .envs(support::environment(&demo.home()))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("stepwell");
        // As `stepwell notes | true` has it.
        drop(started.stdout.take());
        let ended = started.wait_with_output().expect("its end");
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "", "{command}");
        assert_eq!(ended.status.code(), Some(0), "{command}");
    }
}

#[test]
fn a_question_is_shown_in_the_lines_that_it_was_written_in() {
    let plan = Demo::with_rows(10).build().run(["plan"]).exit(0).prints("  - `keep`: they go on working");
    // How a newline within a line would be made visible.
    assert!(!plan.stdout().contains('\u{240a}'), "{plan}");
}
