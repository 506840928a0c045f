//! Recordings that the program makes: always the same, those of the repository among them, and of what is defined now.
//!
//! `STEPWELL_BLESS=1` writes the repository's recordings anew. `assets/make` keeps the runs anew that the
//! recordings are made of.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::Value;
use stepwell::record::{Act, Entries, What};
use support::deployment::Demo;
use support::recordings::{blesses, files, made, read};
use support::stepwell;

/// Bytes that a picture may take.
const PICTURE: usize = 300_000;

/// The scripts of the repository.
fn scripts() -> Vec<PathBuf> {
    let found = ["assets/recordings", "assets/recordings/plans"].map(|folder| files(Path::new(folder), "script"));
    let found = found.concat();
    assert!(found.len() >= 8, "{found:?}");
    found
}

fn entries(path: &Path) -> Entries {
    Entries::read(path, &read(path)).unwrap_or_else(|findings| panic!("{findings}"))
}

#[test]
fn the_recordings_of_the_repository_are_those_that_the_program_makes() {
    let folder = tempfile::tempdir().expect("a folder");
    for script in scripts() {
        let kept: Vec<PathBuf> = ["cast", "svg", "txt"]
            .map(|end| script.with_extension(end))
            .into_iter()
            .filter(|path| path.exists())
            .collect();
        assert!(kept.len() >= 2, "{} has no recordings", script.display());
        let new = |round: &str, kept: &Path| folder.path().join(round).join(kept.file_name().expect("a name"));
        for round in ["one", "two"] {
            fs::create_dir_all(folder.path().join(round)).expect("a folder");
            let mut command = stepwell();
            command.arg("record").arg(&script);
            for path in &kept {
                command.arg("--out").arg(new(round, path));
            }
            command.assert().success().stdout("").stderr("");
        }
        for path in kept {
            let made = read(&new("one", &path));
            assert!(made == read(&new("two", &path)), "{} differs from itself", path.display());
            assert!(
                path.extension().is_none_or(|end| end != "svg") || made.len() < PICTURE,
                "{}: too large",
                path.display()
            );
            if blesses() {
                fs::write(&path, &made).expect("it can be written");
            }
            assert!(
                read(&path) == made,
                "{} is not what the program makes now; look at the screens, then set STEPWELL_BLESS=1",
                path.display()
            );
        }
    }
}

#[test]
fn the_whole_upgrade_takes_less_than_a_minute() {
    let cast = read(Path::new("assets/recordings/upgrade.cast"));
    let last: Value = serde_json::from_str(cast.lines().last().expect("a line")).expect("is JSON");
    assert!(last[0].as_f64().is_some_and(|end| end > 10.0 && end < 60.0), "{last}");
    let shown = read(Path::new("assets/recordings/upgrade.txt"));
    assert!(shown.contains("Keepsake is at 3.0.0 now."), "{shown}");
}

/// A terminal that is fed the cast shows what the text has.
#[test]
fn a_cast_leads_to_the_last_screen() {
    for script in scripts() {
        let [cast, _, text] = made(&script, &read(&script)).unwrap_or_else(|e| panic!("{e}"));
        let mut lines = cast.lines().map(|line| serde_json::from_str::<Value>(line).expect("is JSON"));
        let head = lines.next().expect("a head");
        let cells = |name: &str| {
            let cells = head[name].as_u64().and_then(|cells| u16::try_from(cells).ok());
            cells.and_then(std::num::NonZeroU16::new).expect(name)
        };
        let mut terminal = vt100::Parser::new(cells("height"), cells("width"), 0);
        let mut before = 0.0;
        for line in lines {
            let at = line[0].as_f64().expect("a time");
            assert!(at >= before, "{line}");
            before = at;
            if line[1] == "o" {
                terminal.process(line[2].as_str().expect("text").as_bytes());
            }
        }
        let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned();
        assert_eq!(trimmed(&terminal.screen().contents()), trimmed(&text), "{}", script.display());
    }
}

#[test]
fn a_picture_is_xml_without_scripts_that_stands_still_where_that_is_wanted() {
    for script in scripts() {
        let [_, svg, _] = made(&script, &read(&script)).unwrap_or_else(|e| panic!("{e}"));
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("@media(prefers-reduced-motion:no-preference)"), "it moves for those alone who want it");
        assert!(!svg.contains("<script") && !svg.contains("http://") | svg.contains("http://www.w3.org/2000/svg"));
        // Every element is closed where it should be.
        let mut open = Vec::new();
        for tag in svg.split('<').skip(1) {
            let (tag, _) = tag.split_once('>').unwrap_or_else(|| panic!("an open tag: {tag}"));
            let name = tag.trim_start_matches('/').split([' ', '/']).next().expect("a name");
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

/// A script on a real deployment, with a kill in between: what is kept of it gives the recording, and nothing of where it was.
#[test]
fn a_run_is_kept_once_and_played_from_then_on() {
    let demo = Demo::with_rows(300).build();
    demo.write(
        "a.script",
        r#"events a.jsonl
start "stepwell"
wait "enter Next"
press enter
wait "Mark as read"
press enter*16
wait "There is room"
press enter
wait "Close Keepsake"
press enter
wait "Press a to approve"
kill
show "stepwell status"
start "stepwell"
wait "Go on with it"
marker "It is offered again"
press q
"#,
    );
    demo.run(["record", "a.script", "--live"]).exit(0);
    let kept = read(&demo.dir().join("a.jsonl"));
    assert!(kept.contains("\"killed\"") && kept.contains("/srv/keepsake-demo/stepwell.yaml"));
    for foreign in [demo.dir(), demo.home(), support::program().to_owned()] {
        assert!(!kept.contains(&foreign.display().to_string()), "{} is in it", foreign.display());
    }
    // The deployment is not needed any more.
    fs::remove_file(demo.dir().join("stepwell.yaml")).expect("is there");
    demo.run(["record", "a.script", "--out", "a.cast", "--out", "a.txt", "--out", "a.svg"]).exit(0);
    let (cast, text) = (read(&demo.dir().join("a.cast")), read(&demo.dir().join("a.txt")));
    for told in ["Killed", "$ stepwell status", "state     "] {
        assert!(text.contains(told), "`{told}` is not in\n{text}");
    }
    assert!(cast.contains("\"m\", \"It is offered again\""), "{cast}");
    demo.run(["record", "a.script", "--live"]).exit(2).says("there is no stepwell.yaml");
}

/// What a run says of where it was kept.
#[test]
fn nothing_of_the_machine_is_in_a_run_that_was_kept() {
    let host = read(Path::new("/proc/sys/kernel/hostname"));
    let day = Regex::new(r"\b20\d\d-?\d\d-?\d\d[T ]\d\d").expect("a regular expression");
    for script in scripts() {
        let path = script.with_extension("jsonl");
        let text = read(&path);
        for foreign in ["/tmp", "/home/", "/root", "target/", &format!("\"{}\"", host.trim())] {
            assert!(!text.contains(foreign), "{} has {foreign}", path.display());
        }
        let other = day.find_iter(&text).find(|at| at.as_str().replace('-', "").get(..8) != Some("20260115"));
        assert!(other.is_none(), "{} has {other:?}", path.display());
        for (field, value) in [("login", "operator"), ("host", "db1")] {
            let mark = format!("\"{field}\":\"");
            let others = text.match_indices(&mark).map(|(at, _)| &text[at + mark.len()..]);
            let others: Vec<&str> = others.filter(|rest| !rest.starts_with(&format!("{value}\""))).collect();
            assert!(others.is_empty(), "{}: {field} {:.40}", path.display(), others[0]);
        }
    }
}

/// What is recorded is the upgrade as it is defined now.
#[test]
fn the_recorded_upgrade_is_of_the_definitions_as_they_are() {
    let demo = Demo::with_rows(50).build();
    // What stands for this machine in a run that was kept.
    let names = [(support::program().to_owned(), "/usr/bin/stepwell"), (demo.dir(), "/srv/keepsake-demo")];
    let plan = names.iter().fold(demo.run(["plan", "--json"]).exit(0).stdout(), |text, (path, name)| {
        text.replace(&path.display().to_string(), name)
    });
    let plan: Value = serde_json::from_str(&plan).expect("is JSON");
    let steps = |plan: &Value, fields: &[&str]| -> Vec<Vec<Value>> {
        let steps = plan["steps"].as_array().expect("steps");
        steps.iter().map(|step| fields.iter().map(|field| step[*field].clone()).collect()).collect()
    };
    // The failing program is another one.
    let all = &["key", "title", "why", "work"][..];
    for (name, fields) in [("upgrade", all), ("interruption", all), ("failure", &all[..3])] {
        let kinds: Vec<Value> = read(&Path::new("assets/recordings").join(name).with_extension("jsonl"))
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("is JSON")["what"]["said"]["event"]["kind"].clone())
            .collect();
        let first =
            |kind: &str| kinds.iter().find(|found| found["type"] == kind).unwrap_or_else(|| panic!("no {kind}"));
        let recorded = steps(&first("planned")["plan"], fields);
        assert_eq!(recorded, steps(&plan["plan"], fields), "{name}: keep the run anew with assets/make {name}");
        for note in first("routed")["route"]["notes"].as_array().expect("notes") {
            let release = note["release"].as_str().expect("a release");
            let file = format!("upgrades/keepsake/releases/{release}.md");
            assert!(note["text"] == read(Path::new(&file)), "{file}: keep the run anew with assets/make {name}");
        }
    }
}

/// The plans of the five systems are those that are made of their definitions now.
#[test]
fn the_recorded_plans_are_of_the_definitions_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = std::process::Command::new("assets/recordings/plans/deployments").arg(folder.path()).status();
    assert!(made.expect("a shell").success());
    for script in files(Path::new("assets/recordings/plans"), "script") {
        let name = script.file_stem().expect("a name").to_string_lossy().into_owned();
        let dir = folder.path().join(&name);
        let output = stepwell().arg("plan").current_dir(&dir).output().expect("it runs");
        let printed =
            String::from_utf8_lossy(&output.stdout).replace(&dir.display().to_string(), &format!("/srv/{name}-db1"));
        let kept = entries(&script.with_extension("jsonl"));
        let lines = kept.0.iter().find_map(|entry| match &entry.what {
            What::Did(Act::Showed { lines, .. }) => Some(lines.clone()),
            _ => None,
        });
        // A line ends where it is full, so that a longer path makes other lines.
        let words = |text: &str| -> Vec<String> {
            let text = text.split(" --plan-hash ").next().unwrap_or_default();
            text.split_whitespace().map(str::to_owned).collect()
        };
        let (then, now) = (words(&lines.expect("a plan").join("\n")), words(&printed));
        assert!(now.len() > 300);
        assert_eq!(then, now, "{name}: keep the plan anew with assets/make plans/{name}");
    }
}
