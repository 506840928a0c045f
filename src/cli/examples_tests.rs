//! The examples under `assets/`: their command lines are ones that this program understands.

use clap::Parser as _;
use serde_yaml::Value;

use super::args::{Args, Command};

fn text(file: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn parsed(words: &[String]) -> Args {
    Args::try_parse_from(words).unwrap_or_else(|e| panic!("{words:?}: {e}"))
}

/// The command lines of a manifest's containers that call stepwell.
fn calls(value: &Value, found: &mut Vec<Vec<String>>) {
    match value {
        Value::Sequence(values) => values.iter().for_each(|value| calls(value, found)),
        Value::Mapping(fields) => {
            let words = |name: &str| -> Vec<String> {
                let list = fields.get(name).and_then(Value::as_sequence).into_iter().flatten();
                list.map(|word| word.as_str().expect("every word is a string").to_owned()).collect()
            };
            let line = [words("command"), words("args")].concat();
            if line.first().is_some_and(|program| program == "stepwell") {
                found.push(line);
            }
            fields.iter().for_each(|(_, value)| calls(value, found));
        }
        _ => {}
    }
}

fn manifest(file: &str) -> (String, Vec<Vec<String>>) {
    let value: Value = serde_yaml::from_str(&text(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let mut found = Vec::new();
    calls(&value, &mut found);
    (value["kind"].as_str().expect("a kind").to_owned(), found)
}

#[test]
fn the_init_container_guards_and_the_job_runs_an_approved_plan() {
    let (kind, found) = manifest("kubernetes/deployment.yaml");
    assert_eq!((kind.as_str(), found.len()), ("Deployment", 1));
    let Some(Command::Guard { command }) = parsed(&found[0]).command else { panic!("no guard: {found:?}") };
    assert_eq!(command, ["true"]);

    let (kind, found) = manifest("kubernetes/job.yaml");
    assert_eq!((kind.as_str(), found.len()), ("Job", 1));
    let args = parsed(&found[0]);
    let Some(Command::Run(run)) = args.command else { panic!("no run: {found:?}") };
    assert_eq!(run.plan_hash.map(|hash| hash.len()), Some(64));
    assert_eq!(args.deployment, std::path::Path::new("/etc/stepwell/stepwell.yaml"));
}

#[test]
fn the_unit_guards_its_service_and_is_not_started_again_where_that_helps_nobody() {
    let unit = text("systemd/myservice.service");
    let setting = |name: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    let words: Vec<String> = setting("ExecStart").split_whitespace().map(str::to_owned).collect();
    let Some(Command::Guard { command }) = parsed(&words).command else { panic!("no guard: {words:?}") };
    assert_eq!(command[0], "/usr/bin/myservice");
    use crate::model::Exit;
    let prevented = [
        Exit::Invalid,
        Exit::CheckFailed,
        Exit::StepFailed,
        Exit::OperatorNeeded,
        Exit::PlanDiffers,
        Exit::UpgradeNeeded,
        Exit::NoPath,
    ];
    let codes = prevented.map(|exit| exit.code().to_string()).join(" ");
    assert_eq!(setting("RestartPreventExitStatus"), codes);
}

#[test]
fn the_tape_types_a_command_that_there_is() {
    let tape = text("demo.tape");
    let line = tape.lines().find_map(|line| line.strip_prefix("Type \"stepwell")).expect("stepwell is typed");
    let words: Vec<String> =
        format!("stepwell{}", line.trim_end_matches('"')).split_whitespace().map(str::to_owned).collect();
    assert!(matches!(parsed(&words).command, Some(Command::Demo(_))), "{words:?}");
}
