//! The plan of the invented system.

use crate::model::*;

pub fn hops() -> Vec<Hop> {
    let hop = |from: &str, to: &str, from_label: &str, to_label: &str| Hop {
        from: from.into(),
        to: to.into(),
        from_label: from_label.into(),
        to_label: to_label.into(),
        releases: vec![to.into()],
    };
    vec![hop("2.8.1", "2.9.0", "2.8.1 plum", "2.9.0 pear"), hop("2.9.0", "3.0.0", "2.9.0 pear", "3.0.0 quince")]
}

fn step(key: &str, phase: Phase, hop: Option<usize>, title: &str, work: Work) -> PlannedStep {
    PlannedStep {
        key: key.into(),
        phase,
        hop,
        title: title.into(),
        why: None,
        work,
        scope: Scope::default(),
        offline: Offline::No,
        resume: ResumeClass::Transactional,
        done_when: None,
        retry: None,
        checks: Vec::new(),
        floor: None,
        point_of_no_return: false,
        optional: false,
        set_aside: None,
        parallel: None,
        as_user: None,
        needs_space: None,
        ask_first: false,
        undoes: None,
        estimate: None,
        estimate_each: None,
        touches: String::new(),
        detail: Vec::new(),
        proof: Vec::new(),
    }
}

/// The same with the signing done for three houses at the same time.
pub fn plan_with_items() -> Plan {
    let mut plan = plan();
    let repeat = "2.9.0/sign";
    let at = plan.steps.iter().position(|step| step.key == repeat).expect("it is there");
    let items = ["north", "south", "east", "west"].map(|house| {
        let item = format!("{repeat}/{house}");
        let title = format!("Sign every pot of the {house} house");
        PlannedStep {
            parallel: Some(Parallel { repeat: repeat.into(), item: item.clone(), most: 3 }),
            ..step(&item, Phase::Steps, Some(0), &title, run())
        }
    });
    plan.steps.splice(at..=at, items);
    plan
}

fn sql() -> Work {
    Work::Sql(SqlSpec { store: None, statements: Vec::new() })
}

fn run() -> Work {
    Work::Run(Command::default())
}

fn check(title: &str) -> Work {
    let ask = Ask::Run(Command::default());
    Work::Check(Box::new(Check {
        id: "check".into(),
        title: Template::new(title),
        probe: Probe { ask, answer: AnswerSpec::default(), place: Place::default() },
        fix: None,
        why: None,
        when: None,
        repeat: None,
        level: Level::Must,
        at_hop: false,
        place: Place::default(),
    }))
}

pub fn plan() -> Plan {
    let backfill = Work::Backfill(Backfill {
        store: None,
        table: "pots".into(),
        key: vec!["id".into()],
        pending: "signature IS NULL".into(),
        set: vec![("signature".into(), "sign(id)".into())],
        ..Backfill::default()
    });
    let backup = Work::Backup(BackupSpec { store: None, to: None, prove: true });
    let ask = Work::Ask(AskSpec {
        text: Template::new("Should old glazes be kept?"),
        choices: vec![Template::new("keep"), Template::new("drop")],
        typed: None,
        default: None,
    });
    let steps = vec![
        PlannedStep {
            touches: "kiln.service".into(),
            detail: vec!["systemctl stop kiln.service".into()],
            estimate: Some(5_000),
            resume: ResumeClass::Probe,
            ..step("first/enter/stop", Phase::Enter, None, "Stop the service", run())
        },
        PlannedStep {
            touches: "backups/".into(),
            estimate: Some(20_000),
            ..step("first/backup", Phase::First, None, "Copy the pots", backup)
        },
        PlannedStep {
            touches: "main: pots".into(),
            detail: vec!["ALTER TABLE pots ADD COLUMN signature TEXT".into()],
            estimate: Some(2_000),
            offline: Offline::Required,
            ..step("2.9.0/column", Phase::Before, Some(0), "Add the signature", sql())
        },
        PlannedStep {
            why: Some("Without a signature the new program refuses a pot.".into()),
            touches: "main: pots, 1,100,000 rows".into(),
            detail: vec![
                "UPDATE pots SET signature = sign(id)".into(),
                "WHERE signature IS NULL AND id > :last ORDER BY id LIMIT :batch".into(),
            ],
            estimate: Some(540_000),
            resume: ResumeClass::Keyset,
            floor: Some("2.9.0".into()),
            ..step("2.9.0/sign", Phase::Steps, Some(0), "Sign every pot", backfill)
        },
        step("2.9.0/verify/signed", Phase::Verify, Some(0), "Every pot is signed", check("signed")),
        PlannedStep {
            ask_first: true,
            ..step("3.0.0/glazes", Phase::Before, Some(1), "What becomes of old glazes", ask)
        },
        PlannedStep {
            touches: "main: pots".into(),
            detail: vec!["ALTER TABLE pots DROP COLUMN colour".into()],
            estimate: Some(3_000),
            floor: Some("3.0.0".into()),
            point_of_no_return: true,
            ..step("3.0.0/drop", Phase::Steps, Some(1), "Drop the colour", sql())
        },
        PlannedStep { optional: true, ..step("3.0.0/report", Phase::Steps, Some(1), "Write the report anew", run()) },
        step("last/leave/start", Phase::Leave, None, "Start the service", run()),
        step("last/health", Phase::Health, None, "The service answers", check("health")),
    ];
    Plan {
        format: 1,
        system: "kiln".into(),
        title: "Kiln".into(),
        deployment: "studio".into(),
        from: "2.8.1".into(),
        to: "3.0.0".into(),
        tags: Vec::new(),
        hops: hops(),
        steps,
        hash: "plan-1".into(),
        ..Plan::default()
    }
}
