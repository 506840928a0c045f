//! What Confidant's own scripts and nodes do wrong, or take without a word: each is refused with its reason, or handled.

use std::fs;

use stepwell::model::{EventKind, Exit, StepState};

use crate::confidant::{Confidant, RUN};
use crate::tried;

/// The whole way, and what an operator says beforehand who is not there later.
const WHOLE: [&str; 7] =
    ["run", "--yes", "--to", "6.3.0", "--allow-irreversible", "--answer", "5.0.0/alias-prefix-everywhere=ALIAS"];

/// Every command that leads to an upgrade ends with `exit` and says all of `says`; the table stays as it was.
#[track_caller]
fn refused(confidant: &Confidant, commands: &[&[&str]], exit: Exit, says: &[&str]) {
    let before = confidant.table();
    for command in commands {
        let ran = confidant.run(command.iter().copied()).exit(exit.code().into());
        let said = format!("{}{}", ran.stdout(), ran.stderr());
        for text in says {
            assert!(said.contains(text), "`{text}` is not in what was said: {ran}");
        }
        assert_eq!(confidant.table().content, before.content, "{command:?}");
    }
}

/// A table and one node of `release`, with programs that stand in for those of `releases`.
fn standing_in(items: &str, release: &str, releases: &[&str]) -> Confidant {
    let mut confidant = Confidant::with(items);
    let touch = confidant.deployment.dir().join("maintenance");
    confidant.node_that_stands_in(release, &[], &touch);
    confidant.stand_in(releases);
    confidant
}

#[test]
fn sets_of_json_strings_are_refused_before_3_0_0_and_counted() {
    let confidant = standing_in("items-1.11.0.json", "2.0.1", &["2.0.1", "3.0.0"]);
    assert_eq!(confidant.table().json_sets, 80);
    let to = ["run", "--yes", "--to", "3.0.0"];
    let says = ["FAIL plain-sets", "80 rows", "blind-credential b000", "--tag migrate-credential-sets"];
    refused(&confidant, &[&["check", "--to", "3.0.0"], &to], Exit::CheckFailed, &says);
    assert_eq!(confidant.write_status(0), 400, "nobody was left in maintenance");
    assert_eq!(confidant.release_of(0), "2.0.1");
}

#[test]
fn a_node_that_stays_behind_is_named_before_booleans_are_migrated() {
    let mut confidant = Confidant::with("items-2.0.1.json");
    let touch = confidant.deployment.dir().join("maintenance");
    confidant.node_that_stands_in("3.0.0", &[], &touch);
    confidant.node_that_stands_in("2.0.1", &[], &touch);
    confidant.stand_in(&["4.0.0"]);
    refused(&confidant, &[&RUN], Exit::CheckFailed, &["FAIL same-release/", "runs 3.0.0", "2.0.1", "shut it down"]);
}

#[test]
fn a_touch_file_that_a_node_does_not_look_for_is_noticed() {
    let mut confidant = Confidant::with("items-2.0.1.json");
    confidant.node_that_stands_in("3.0.0", &[], "/nowhere/maintenance".as_ref());
    confidant.stand_in(&["4.0.0"]);
    let numbers = confidant.table().numbers;
    refused(&confidant, &[&RUN], Exit::StepFailed, &["Refuse writes on", "400"]);
    assert_eq!(confidant.table().numbers, numbers, "nothing was migrated beside writers");
}

#[test]
fn a_node_that_wants_to_know_who_asks_is_not_taken_for_one_in_maintenance() {
    let mut confidant = Confidant::with("items-2.0.1.json");
    let touch = confidant.deployment.dir().join("maintenance");
    confidant.node_that_stands_in("3.0.0", &["403"], &touch);
    confidant.stand_in(&["4.0.0"]);
    let numbers = confidant.table().numbers;
    let ran = confidant.run(RUN).exit(Exit::OperatorNeeded.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains("Refuse writes on") && said.contains("Access is denied"), "{ran}");
    assert_eq!(confidant.table().numbers, numbers);
}

#[test]
fn a_program_that_does_not_start_after_its_installation_is_refused() {
    let confidant = standing_in("items-2.0.1.json", "3.0.0", &["4.0.0"]);
    // What the wheel of 7.0.0 does.
    let lacks = "echo \"ModuleNotFoundError: No module named 'confidant.lib'\" >&2\nexit 1\n";
    confidant.write_program("confidant-admin", lacks);
    let says = ["FAIL program", "No module named 'confidant.lib'", "in an environment of its own"];
    refused(&confidant, &[&["check", "--to", "4.0.0"], &RUN], Exit::CheckFailed, &says);
}

#[test]
fn a_table_that_is_not_there_is_told_in_a_sentence() {
    let confidant = standing_in("items-2.0.1.json", "3.0.0", &["4.0.0"]);
    confidant.set("table", "secrets");
    let ran = confidant.run(["status"]).exit(Exit::CouldNotAsk.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains("the table `secrets` at http://127.0.0.1") && !said.contains("Traceback"), "{ran}");
}

#[test]
fn a_number_that_is_put_back_after_the_migration_keeps_6_5_2_away() {
    let mut confidant = Confidant::with("items-2.0.1.json");
    let touch = confidant.deployment.dir().join("maintenance");
    confidant.node_that_stands_in("4.0.0", &[], &touch);
    // A writer that nobody knows of, after the script has found nothing.
    let writer = "if [ -e DIR/once ]; then TABLE number svc000-1; fi\n\
                  case $1 in migrate_boolean_attribute) touch DIR/once ;; esac\n";
    confidant.install(&["4.0.0", "6.5.2"], writer);
    let run =
        ["run", "--yes", "--to", "6.5.2", "--allow-irreversible", "--answer", "5.0.0/alias-prefix-everywhere=ALIAS"];
    let says = ["No row, and no old revision, has a number in `enabled`", "archive-service svc000-1", "Stop it"];
    refused(&confidant, &[&run], Exit::StepFailed, &says);
    assert_eq!(confidant.release_of(0), "4.0.0", "no node was changed");
    assert_eq!(confidant.table().numbers, 1);
}

#[test]
fn names_of_keys_without_their_prefix_are_found_on_each_node() {
    let confidant = standing_in("items-2.0.1.json", "4.0.0", &["4.0.0", "5.0.0"]);
    let env = confidant.deployment.dir().join("confidant.env");
    fs::write(&env, "SESSION_SECRET=s3cret\nexport AUTH_KEY='auth'\nKMS_MASTER_KEY=arn:aws:kms:1\n").expect("a file");
    confidant.set("env_file", &env.to_string_lossy());
    let run = ["run", "--yes", "--to", "5.0.0"];
    let ran = confidant.run(run).exit(Exit::OperatorNeeded.code().into());
    let said = format!("{}{}", ran.stdout(), ran.stderr());
    assert!(said.contains("alias/") && !said.contains("s3cret"), "{ran}");
    assert_eq!(confidant.release_of(0), "4.0.0");
    fs::write(&env, "AUTH_KEY='alias/auth'\nKMS_MASTER_KEY=arn:aws:kms:1\n").expect("a file");
    confidant.run(run).exit(0);
    assert_eq!(confidant.release_of(0), "5.0.0");
}

/// Two hosts with a touch file each, of 1.11.0. Its node, those of 2.0.1 and 3.0.0 and the scripts for sets are stood in
/// for; the migration of booleans is Confidant's own.
fn of_1_11_0() -> Confidant {
    let mut confidant = Confidant::with("items-1.11.0.json");
    let dir = confidant.deployment.dir();
    for host in ["a", "b"] {
        confidant.node_that_stands_in("1.11.0", &[], &dir.join(format!("maintenance-{host}")));
    }
    confidant.install_whole(&["2.0.1", "3.0.0", "4.0.0", "6.3.0"]);
    // Each node has its own file, which its host knows by the same name.
    confidant.write_program(
        "on-node",
        &format!(
            "host=b; [ \"$1\" = {} ] && host=a; shift\ncase $1 in\ntouch) touch DIR/maintenance-$host ;;\n\
             rm) rm -f DIR/maintenance-$host ;;\n*) exit 64 ;;\nesac\n",
            confidant.node_name(0)
        ),
    );
    confidant.set("on_node", &format!("[{}]", dir.join("on-node").display()));
    confidant
}

#[test]
#[ignore = "long: four hops with the real migration of booleans"]
fn a_table_of_1_11_0_goes_the_whole_way() {
    let confidant = of_1_11_0();
    let before = confidant.table();
    assert_eq!((before.numbers, before.json_sets), (240, 80));
    confidant.run(WHOLE).exit(0);
    confidant.assert_migrated(&before);
    assert_eq!([confidant.release_of(0), confidant.release_of(1)], ["6.3.0", "6.3.0"]);
}

#[test]
#[ignore = "long: an upgrade over four hops that is killed at each of its steps"]
fn the_whole_way_is_the_same_when_it_is_killed_at_every_step() {
    let reference = of_1_11_0();
    let (code, events) = reference.start(&WHOLE).finish();
    assert_eq!(code, 0, "{events:#?}");
    let mut keys: Vec<String> = events
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::StepChanged { key, state: StepState::Running { .. } } => Some(key),
            _ => None,
        })
        // What comes after the run was begun anew each time is asked anew each time.
        .filter(|key| !key.starts_with("maintenance/") && !key.contains("/health/"))
        .collect();
    keys.dedup();
    let confidant = of_1_11_0();
    let before = confidant.table();
    // Everything at every other step.
    tried::killed(keys.len(), false);
    for (at, key) in keys.iter().enumerate() {
        let key = confidant.renamed(&reference, key);
        let mut runner = confidant.start(&WHOLE);
        runner.wait_step(&key);
        if at % 2 == 0 {
            confidant.deployment.lose_power();
        }
        runner.kill();
    }
    confidant.run(WHOLE).exit(0);
    confidant.assert_migrated(&before);
}
