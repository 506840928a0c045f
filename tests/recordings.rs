//! Recordings that the program makes: always the same, those of the repository among them, and mistakes told by their line.
//!
//! `STEPWELL_BLESS=1` writes the repository's recordings and the messages anew. `assets/make` keeps the runs anew that the
//! recordings are made of.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;
use stepwell::record::{Act, Entries, Format, Script, What, record};
use support::deployment::Demo;
use support::stepwell;

/// Bytes that a picture may take.
const PICTURE: usize = 300_000;

fn blesses() -> bool {
    std::env::var_os("STEPWELL_BLESS").is_some()
}

/// The scripts of the repository.
fn scripts() -> Vec<PathBuf> {
    let found = ["assets/recordings", "assets/recordings/plans"].map(|folder| files(Path::new(folder), "script"));
    let found = found.concat();
    assert!(found.len() >= 8, "{found:?}");
    found
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == extension)).collect();
    found.sort();
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn entries(path: &Path) -> Entries {
    Entries::read(path, &read(path)).unwrap_or_else(|findings| panic!("{findings}"))
}

/// What comes of a script: the recording in each form, or what is wrong with it.
fn made(path: &Path, text: &str) -> Result<[String; 3], String> {
    let script = Script::read(path, text).map_err(|findings| findings.to_string())?;
    let kept = fs::read_to_string(&script.events).map_err(|e| e.to_string())?;
    let kept = Entries::read(&script.events, &kept).map_err(|findings| findings.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let film = runtime.block_on(record(&script, kept)).map_err(|findings| findings.to_string())?;
    Ok([Format::Cast, Format::Svg, Format::Text].map(|format| format.write(&film)))
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

#[test]
fn mistakes_are_told_by_their_line() {
    let scripts = files(Path::new("tests/recordings/invalid"), "script");
    assert!(scripts.len() >= 15, "only {} scripts", scripts.len());
    let mut wrong = Vec::new();
    for script in scripts {
        let found = made(&script, &read(&script)).err().unwrap_or_else(|| "accepted".to_owned()) + "\n";
        let expected = script.with_extension("expected");
        if blesses() {
            fs::write(&expected, &found).expect("it can be written");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != found {
            wrong.push(format!("{}:\n{found}", script.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_command_tells_mistakes_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("a.svg").display().to_string();
    let script = "tests/recordings/invalid/unknown-command.script";
    let told = |args: &[&str], code: i32, text: &str| {
        let output = stepwell().args(args).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(code) && said.contains(text), "{args:?}: {said}");
    };
    told(&["record", script, "--out", &out], 3, "unknown-command.script:4:1");
    told(&["record", "none.script", "--out", &out], 2, "none.script cannot be read");
    told(&["record", script, "--out", "a.gif"], 2, "its name ends with .cast, .svg or .txt");
    told(&["record", script], 2, "--out");
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none());
}

#[test]
fn a_run_that_was_cut_off_or_damaged_is_told_by_its_line() {
    let path = Path::new("assets/recordings/upgrade.jsonl");
    let text = read(path);
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    for cut in (0..text.len()).step_by(401).filter(|cut| text.is_char_boundary(*cut)) {
        let read = Entries::read(path, &text[..cut]);
        // The last line break may be missing.
        if lines.contains(&cut) || lines.contains(&(cut + 1)) {
            read.unwrap_or_else(|findings| panic!("whole lines are a run that ended sooner: {findings}"));
            continue;
        }
        let line = text[..cut].matches('\n').count() + 1;
        let told = read.expect_err("it is cut off").to_string();
        assert!(told.contains(&format!("upgrade.jsonl:{line}:")), "{told}");
    }
    for (damage, line, said) in [
        (text.replacen("\"wheel\"", "\"wheels\"", 1), 4, "unknown variant `wheels`"),
        (text.replacen("{\"stepwell_recording\":1}", "{\"stepwell_recording\":7}", 1), 1, "format 7"),
        (format!("x{text}"), 1, "no file of a run that was kept"),
    ] {
        let told = Entries::read(path, &damage).expect_err(said).to_string();
        assert!(told.contains(said) && told.contains(&format!(":{line}:")), "{told}");
    }
    // Whole lines up to somewhere: the script waits for what never comes.
    let folder = tempfile::tempdir().expect("a folder");
    let script = read(Path::new("assets/recordings/upgrade.script"));
    for lines in [1, 3, 20, 60, 200] {
        let kept: String = text.split_inclusive('\n').take(lines).collect();
        fs::write(folder.path().join("upgrade.jsonl"), kept).expect("it can be written");
        let told = made(&folder.path().join("short.script"), &script).expect_err("it ends too soon");
        assert!(told.contains("short.script:") && told.contains("the run that was kept"), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Anything may stand in the files.
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*", lines in proptest::collection::vec(any_line(), 0..12)) {
        let path = Path::new("any");
        for text in [text, lines.join("\n")] {
            for text in [text.clone(), format!("{{\"stepwell_recording\":1}}\n{text}")] {
                if let Err(findings) = Entries::read(path, &text) {
                    prop_assert!(findings.to_string().contains("any"));
                }
            }
            if let Err(findings) = Script::read(path, &text) {
                prop_assert!(findings.to_string().contains("any"));
            }
            // Over a real run: it is a recording, or a mistake by its line.
            let script = format!("events upgrade.jsonl\nstart \"stepwell\"\nwait \"enter Next\"\n{text}");
            let path = Path::new("assets/recordings/any.script");
            if let Err(told) = made(path, &script) {
                prop_assert!(told.contains("any.script:"), "{}", told);
            }
        }
    }
}

/// A line that is nearly one of a script.
fn any_line() -> impl Strategy<Value = String> {
    let words = [
        "wait",
        "press",
        "type",
        "pause",
        "marker",
        "kill",
        "show",
        "start",
        "size",
        "title",
        "#",
        "\"Mark as read\"",
        "\"3.0.0\"",
        "\"stepwell status\"",
        "enter",
        "down*3",
        "q",
        "esc",
        "?",
        "2s",
        "400ms",
        "80x24",
        "\"",
        "\\",
        "ctrl-c",
        "{\"at\":1}",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 1..4).prop_map(|words| words.join(" "))
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
