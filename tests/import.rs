//! `stepwell import acapy`, and what its catalogue means when it is planned and carried out.

mod support;

use std::fs;

use stepwell::definition::load_dir;
use stepwell::model::Exit;

use support::deployment::Deployment;
use support::fixtures;
use support::wallet::Wallet;

const CONN: &str = "aries_cloudagent.connections.models.conn_record.ConnRecord";

#[test]
fn the_file_of_aca_py_becomes_a_catalogue_without_findings() {
    let wallet = Wallet::at("");
    let catalogue = load_dir(&wallet.catalogue()).unwrap_or_else(|findings| panic!("{findings}"));
    let releases: Vec<_> = catalogue.releases.iter().map(|release| release.version.as_str()).collect();
    assert_eq!(releases, ["0.6.0", "0.7.0", "0.7.1", "0.7.2", "0.8.1", "0.12.8"]);
    let actions: Vec<_> = catalogue.system.actions.iter().map(|action| action.id.as_str()).collect();
    assert_eq!(actions, ["resave-conn-record", "fix_issue_rev_reg"]);
    let folder = wallet.catalogue().to_string_lossy().into_owned();
    wallet.0.run(["lint", &folder]).exit(0).prints("no findings");

    let release = fs::read_to_string(wallet.catalogue().join("releases/0.8.1.yaml")).expect("a release");
    assert!(release.contains("`v0.8.1`, line 1 of default_version_upgrade_config.yml"), "{release}");
}

#[test]
fn an_action_runs_once_however_often_it_is_listed_and_only_after_the_recorded_version() {
    for (recorded, expected) in [
        ("0.7.1", &["0.7.2/resave-conn-record"][..]),
        ("0.7.2", &["0.8.1/resave-conn-record"]),
        ("0.7.5", &["0.8.1/resave-conn-record"]),
        ("0.8.0", &["0.8.1/resave-conn-record"]),
        ("0.8.1", &[]),
        ("0.12.7", &[]),
    ] {
        let wallet = Wallet::at(recorded);
        assert_eq!(wallet.actions(&[]), expected, "from {recorded}");
        assert_eq!(wallet.plan(&[])["from"], *recorded);
    }
}

#[test]
fn a_wallet_without_a_record_is_one_of_0_7_5() {
    let plan = Wallet::at("").plan(&[]);
    assert_eq!((&plan["from"], &plan["to"]), (&"0.7.5".into(), &"0.12.8".into()));
}

#[test]
fn two_version_records_stop_before_anything_is_begun() {
    let wallet = Wallet::at("0.8.1");
    wallet.0.write("version", "v0.8.1\nv0.12.8\n");
    wallet.0.run(["run", "--yes"]).exit(Exit::CouldNotAsk.code().into()).says("2 versions");
    assert_eq!(wallet.log(), "");
}

#[test]
fn what_the_program_reads_is_shown_as_it_stands_in_the_guide() {
    let guide = Wallet::at("").0.run(["plan"]).exit(0).stdout();
    let lines =
        ["< resave-conn-record:", "<   resave_records:", "<     base_record_path:", &format!("<       - {CONN}")];
    let at = |line: &str| guide.find(line).unwrap_or_else(|| panic!("`{line}` is not in\n{guide}"));
    assert!(lines.iter().map(|line| at(line)).is_sorted(), "{guide}");
}

#[test]
fn from_counts_by_itself_where_nothing_is_recorded() {
    assert_eq!(Wallet::at("").actions(&["--from", "v0.7.1"]), ["0.7.2/resave-conn-record"]);
    assert!(Wallet::at("").actions(&["--from", "0.8.1"]).is_empty());
}

#[test]
fn from_overrides_a_record_only_by_force_and_also_downwards() {
    for (recorded, from, expected) in [
        ("0.8.1", "0.7.2", &["0.8.1/resave-conn-record"][..]),
        // What is recorded is the newest release: its actions can be run again all the same.
        ("0.12.8", "0.7.1", &["0.7.2/resave-conn-record"]),
        ("0.7.2", "0.8.1", &[]),
    ] {
        let wallet = Wallet::at(recorded);
        for command in [&["plan"][..], &["run", "--yes"]] {
            let ran = wallet.0.run(command.iter().copied().chain(["--from", from]));
            ran.exit(Exit::NoPath.code().into()).says(recorded).says("--force");
        }
        assert_eq!(wallet.actions(&["--from", from, "--force"]), expected);
        wallet.0.run(["plan", "--from", from, "--force"]).exit(0).prints("Forced");
        assert_eq!(wallet.log(), "", "nothing was done");
    }
}

#[test]
fn from_where_the_data_are_is_nothing_to_do() {
    let wallet = Wallet::at("0.12.8");
    wallet.0.run(["run", "--yes", "--from", "0.12.8"]).exit(0);
    wallet.0.run(["plan", "--from", "v0.12.8"]).exit(0).prints("Nothing was changed.");
    assert_eq!(wallet.log(), "");
}

#[test]
fn an_upgrade_runs_the_program_for_each_action_and_has_the_version_recorded() {
    let wallet = Wallet::at("0.7.2");
    wallet.0.run(["run", "--yes"]).exit(0);
    let log = wallet.log();
    assert_eq!(log.matches("ran upgrade").count(), 1, "{log}");
    assert!(log.contains("--force-upgrade --named-tag resave-conn-record --upgrade-config-path /dev/stdin"), "{log}");
    assert!(log.contains(&format!("    base_record_path:\n      - {CONN}\n")), "{log}");
    assert!(!log.contains("k1"), "the key is on no argument list: {log}");
    assert_eq!(wallet.recorded(), "v0.12.8");

    let wallet = Wallet::at("0.8.1");
    wallet.0.run(["run", "--yes"]).exit(0);
    assert!(wallet.log().contains("--named-tag record"), "{}", wallet.log());
    assert_eq!(wallet.recorded(), "v0.12.8", "although there was nothing to do");
    wallet.0.run(["run", "--yes"]).exit(0);
    assert_eq!(wallet.log().matches("ran upgrade").count(), 1);
}

#[test]
fn a_program_of_another_version_is_found_before_anything_is_changed() {
    let wallet = Wallet::at("0.7.2");
    let yaml = fs::read_to_string(wallet.0.dir().join("stepwell.yaml")).expect("the deployment file");
    wallet.0.write("stepwell.yaml", &yaml.replace("/0.12.8/aca-py", "/0.7.2/aca-py"));
    let ran = wallet.0.run(["run", "--yes"]).exit(Exit::CheckFailed.code().into());
    ran.says("aca-py of 0.12.8 is installed");
    assert_eq!(wallet.log(), "");
}

#[test]
fn a_tag_runs_only_by_force_alone_and_changes_no_version() {
    let wallet = Wallet::at("0.12.8");
    let usage = || Exit::Usage.code().into();
    wallet.0.run(["plan", "--tag", "fix_issue_rev_reg"]).exit(usage()).says("--force");
    wallet.0.run(["plan", "--tag", "fix_issue_rev_reg", "--force", "--to", "0.12.8"]).exit(usage()).says("--to");
    wallet.0.run(["status", "--tag", "fix_issue_rev_reg", "--force"]).exit(usage()).says("stepwell plan");
    for command in [&["plan"][..], &["run", "--yes"]] {
        let ran = wallet.0.run(command.iter().copied().chain(["--tag", "fix_isue", "--force"])).exit(usage());
        ran.says("fix_isue").says("`fix_issue_rev_reg`");
    }
    let args = ["--tag", "fix_issue_rev_reg", "--tag", "resave-conn-record", "--tag", "fix_issue_rev_reg", "--force"];
    let plan = wallet.plan(&args);
    assert_eq!(
        (&plan["from"], &plan["to"], &plan["hops"]),
        (&"0.12.8".into(), &"0.12.8".into(), &serde_json::json!([]))
    );
    let keys: Vec<_> = plan["steps"].as_array().expect("steps").iter().map(|step| step["key"].clone()).collect();
    assert_eq!(
        keys,
        ["tag/check/program", "tag/check/named-actions", "tag/fix_issue_rev_reg", "tag/resave-conn-record"]
    );
    assert_eq!(wallet.log(), "");

    let ran = wallet.0.run(["run", "--yes", "--tag", "fix_issue_rev_reg", "--force"]).exit(0);
    ran.prints("fix_issue_rev_reg is done. ACA-Py is at 0.12.8 as before.");
    let log = wallet.log();
    assert_eq!(log.matches("ran upgrade").count(), 1, "{log}");
    assert!(log.contains("  fix_issue_rev_reg_records: true\n") && !log.contains("resave"), "{log}");
    assert_eq!(wallet.0.status(), 0);
}

#[test]
fn a_tag_runs_with_the_program_that_is_recorded_so_that_the_upgrade_is_still_to_come() {
    let wallet = Wallet::at("0.8.0");
    wallet.0.run(["run", "--yes", "--tag", "fix_issue_rev_reg", "--force"]).exit(0);
    assert_eq!(wallet.recorded(), "v0.8.0");
    assert_eq!(wallet.actions(&[]), ["0.8.1/resave-conn-record"]);
    assert_eq!(wallet.0.status(), i32::from(Exit::UpgradeNeeded.code()));
}

#[test]
fn a_tag_waits_until_a_version_is_recorded() {
    let wallet = Wallet::at("");
    let ran = wallet.0.run(["run", "--yes", "--tag", "fix_issue_rev_reg", "--force"]);
    ran.exit(Exit::Usage.code().into()).says("no version is recorded");
    assert_eq!((wallet.log(), wallet.recorded()), (String::new(), String::new()));
}

#[test]
fn a_tag_runs_on_a_terminal_too() {
    let wallet = Wallet::at("0.12.8");
    let screen = wallet.0.terminal(["run", "--yes", "--tag", "fix_issue_rev_reg", "--force"]).start();
    screen.wait_for("as before");
    screen.press("enter");
    assert_eq!(screen.exit_code(), 0);
    assert!(wallet.log().contains("fix_issue_rev_reg_records: true"), "{}", wallet.log());
}

#[test]
fn maintenance_is_entered_and_left_around_a_tag() {
    let wallet = Wallet::at("0.12.8");
    let yaml = fs::read_to_string(wallet.0.dir().join("stepwell.yaml")).expect("the deployment file");
    wallet.0.write("stepwell.yaml", &yaml.replace("agents: []", "agents: [one]"));
    let plan = wallet.plan(&["--tag", "fix_issue_rev_reg", "--force"]);
    let keys: Vec<_> =
        plan["steps"].as_array().expect("steps").iter().filter_map(|step| step["key"].as_str()).collect();
    assert_eq!(
        keys[2..],
        [
            "maintenance/stop-agents/one",
            "tag/fix_issue_rev_reg",
            "maintenance/stop-agents/one/undo/start",
            "0.12.8/health/active/one",
        ]
    );
}

#[test]
fn both_kinds_of_records_are_saved_again_and_each_class_once() {
    let wallet = Wallet::of("marked.yml", "0.12.8", "0.8.1");
    assert_eq!(
        wallet.actions(&[]),
        ["0.9.0/resave-conn-record", "0.9.0/resave-v20-cred-ex-record", "0.10.0/fix-issue-rev-reg-records"]
    );
    wallet.0.run(["run", "--yes", "--answer", "0.9.0/explicit-upgrade=upgrade"]).exit(0);
    let log = wallet.log();
    assert_eq!(log.matches("ran upgrade").count(), 3, "{log}");
    assert!(log.contains("    base_exch_record_path:\n      - aries_cloudagent.protocols"), "{log}");
    // With it, the program would refuse its own way on.
    assert!(!log.contains("explicit_upgrade"), "{log}");
}

#[test]
fn a_tag_of_several_actions_is_one_run() {
    let wallet = Wallet::of("marked.yml", "0.12.8", "0.12.8");
    wallet.0.run(["run", "--yes", "--force", "--tag", "repair.all"]).exit(0);
    let log = wallet.log();
    assert_eq!(log.matches("ran upgrade").count(), 1, "{log}");
    assert!(log.contains(CONN) && log.contains("  fix_issue_rev_reg_records: true\n"), "{log}");
}

#[test]
fn critical_stops_whoever_does_not_answer_and_refuses_nobody_who_does() {
    let wallet = Wallet::of("marked.yml", "0.12.8", "0.8.1");
    for options in [&["run", "--yes"][..], &["run", "--yes", "--defaults", "--allow-irreversible"]] {
        let ran = wallet.0.run(options.iter().copied()).exit(Exit::OperatorNeeded.code().into());
        ran.says("0.9.0/explicit-upgrade").says("--answer");
        assert_eq!((wallet.log(), wallet.recorded()), (String::new(), "v0.8.1".to_owned()));
        wallet.0.run(["abandon"]);
    }
    wallet.0.run(["run", "--yes", "--answer", "0.9.0/explicit-upgrade=upgrade"]).exit(0);
    assert_eq!(wallet.recorded(), "v0.12.8");
    // Beyond it nobody is asked.
    assert!(Wallet::of("marked.yml", "0.12.8", "0.9.0").0.run(["run", "--yes"]).code() == 0);
}

#[test]
fn warning_is_told_and_applied() {
    let wallet = Wallet::of("marked.yml", "0.12.8", "0.9.0");
    wallet.0.run(["notes"]).exit(0).prints("marks 0.10.0 with a warning");
    wallet.0.run(["plan"]).exit(0).prints("ACA-Py marks this release with a warning");
    wallet.0.run(["run", "--yes"]).exit(0).prints("1 breaking");
    assert!(wallet.log().contains("fix_issue_rev_reg_records: true"), "{}", wallet.log());
}

/// Text of a file, and what is said of it.
const BROKEN: [(&str, &[&str]); 20] = [
    (
        "v0.8.1: { resave_records: { base_record_path: [ConnRecord] } }\n",
        &[":1:48", "`ConnRecord` is not the path of a class"],
    ),
    ("v0.8.1: { resave_records: { base_record_path: a.B } }\n", &[":1:47", "expected a list, found a text"]),
    ("v0.8.1: { resave_records: { base_recrd_path: [a.B] } }\n", &[":1:29", "did you mean `base_record_path`?"]),
    ("v0.8.1: { resave_records: [a.B] }\n", &[":1:27", "found a list"]),
    (
        "v0.8.1:\n  explicit_upgrade: criticl\n",
        &["file.yml:2:21", "did you mean `critical`?", "  explicit_upgrade: criticl"],
    ),
    ("v0.8.1:\n  update_existing_records: maybe\n", &[":2:28", "`maybe` is not possible here"]),
    ("v0.8.1:\n  fix_issue_rev_reg_records: [true]\n", &[":2:30", "expected `true` or `false`, found a list"]),
    ("v0.8.1:\n", &[":1:1", "`v0.8.1` is empty"]),
    ("v0.8.1: true\n", &[":1:9", "expected what the version or tag does"]),
    ("v0.8.1: {}\n0.8.1.0: {}\n", &[":2:1", "the version on line 1 again"]),
    ("v0.8.1: {}\nv0.8.1: {}\n", &[":2:1"]),
    ("v0.8.x: { fix_issue_rev_reg_records: true }\n", &[":1:1", "looks like a version and is none"]),
    ("fix: { update_existing_records: true }\n", &[":1:1", "is no version, and as a tag it does nothing"]),
    ("fix: { fix_a: true, explicit_upgrade: warning }\n", &[":1:1", "which is for versions"]),
    ("fix: { fix_a: true }\n", &["lists tags and no version", "--to VERSION"]),
    ("{}\n", &["lists no version"]),
    ("[v0.8.1]\n", &[":1:1", "the file does not begin with keys"]),
    ("v0.8.1: { fix_a: true\n", &["file.yml:"]),
    ("v0.8.1: &a { fix_a: true }\nv0.9.0: *a\n", &["file.yml:"]),
    ("v0.8.1:\n\tfix_a: true\n", &[":2:", "indent with spaces"]),
];

#[test]
fn a_broken_file_is_told_with_its_places_and_leaves_nothing_behind() {
    let wallet = Wallet(Deployment::empty());
    for (text, says) in BROKEN {
        wallet.0.write("file.yml", text);
        let ran = wallet.import("file.yml", &[]).exit(Exit::Invalid.code().into()).says("help:");
        says.iter().fold(ran, |ran, text| ran.says(text)).says("nothing was written");
        assert!(!wallet.0.catalogue().exists(), "{text}");
    }
    wallet.import("elsewhere.yml", &[]).exit(Exit::Invalid.code().into()).says("elsewhere.yml");
    fs::write(wallet.0.dir().join("file.yml"), b"v0.8.1: \xff\n").expect("a file");
    wallet.import("file.yml", &[]).exit(Exit::Invalid.code().into()).says("UTF-8");
    wallet.0.write("file.yml", "v0.8.1: {}\n");
    wallet.import("file.yml", &["--to", "newest"]).exit(Exit::Usage.code().into()).says("`newest` is not a version");
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let wallet = Wallet(Deployment::empty());
    wallet.0.write("file.yml", "v0.8.1:\nv0.8.x: {}\nv0.9.0: { explicit_upgrade: no, fix: 1 }\n");
    let ran = wallet.import("file.yml", &[]).exit(Exit::Invalid.code().into());
    assert_eq!(ran.stderr().matches("error: ").count(), 4, "{ran}");
}

#[test]
fn hostile_names_stay_data() {
    let wallet = Wallet(Deployment::empty());
    for text in [
        "v0.8.1: { resave_records: { base_record_path: [\"{{ facts.wallet_key }}.X\"] } }\n",
        "v0.8.1: { resave_records: { base_record_path: [\"a.B\\n        evil: true\"] } }\n",
        "v0.8.1: { \"fix: true\\n    x\": true }\n",
        "v0.8.1: {}\n\"{{ facts.wallet_key }}\": { fix: true }\n",
        "v0.8.1: {}\n\"../../etc/passwd\": { fix: true }\n",
        "v0.8.1: {}\n\"a; rm -rf .\": { fix: true }\n",
        "v0.8.1: {}\n\"--force\": { fix: true }\n",
        "v0.8.1: {}\n\"\\e]0;title\\a\": { fix: true }\n",
        "\"v0.8.1/../../x\": { fix: true }\n",
    ] {
        wallet.0.write("file.yml", text);
        let ran = wallet.import("file.yml", &[]).exit(Exit::Invalid.code().into());
        assert!(!ran.stderr().contains('\u{1b}'), "{ran}");
        assert!(!wallet.0.catalogue().exists(), "{text}");
    }
    // A name that is taken by a tag, twice the same last part, and a file whose name would end a comment.
    wallet.0.write(
        "odd\n release: 9.yml",
        "v0.8.1: { resave_records: { base_record_path: [a.Rec, b.Rec, c.Rec] }, fix: true }\nresave-rec: { go: true }\nfix: { go: true }\n",
    );
    wallet.import("odd\n release: 9.yml", &[]).exit(0).prints("resave-rec-2, resave-rec-3, resave-rec-4, fix-2");
}

#[test]
fn nothing_is_overwritten() {
    let wallet = Wallet::at("");
    let before = support::files::Snapshot::of(&wallet.catalogue());
    let file = fixtures().join("acapy/marked.yml").to_string_lossy().into_owned();
    wallet.import(&file, &[]).exit(Exit::Usage.code().into()).says("is there already").says("--out");
    before.assert_same(&support::files::Snapshot::of(&wallet.catalogue()), "an import into a folder that is taken");
    let beside: Vec<_> = fs::read_dir(wallet.0.catalogue()).expect("a folder").collect();
    assert_eq!(beside.len(), 1, "nothing is left beside it: {beside:?}");

    fs::create_dir(wallet.0.dir().join("empty")).expect("a folder");
    let ran = wallet.0.run(["import", "acapy", &file, "--out", "empty", "--json"]).exit(0);
    assert_eq!(ran.json()["tags"], serde_json::json!(["repair.all"]));
    wallet.0.write("taken", "");
    wallet.0.run(["import", "acapy", &file, "--out", "taken"]).exit(Exit::Usage.code().into());
}
