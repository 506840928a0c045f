//! The guided set-up as its operator has it: the real program in a real terminal, in a folder without a deployment file.

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use stepwell::definition::{Deployment as Loaded, FactInput, Source, load_deployment};
use stepwell::model::Exit;

use support::deployment::{Demo, Deployment};
use support::pty::Screen;
use support::server::{Kind, PASSWORD, Server};
use support::{program, wizard};

/// Keepsake with its data, and nobody who has written down what Stepwell has to know.
fn without_a_file() -> Deployment {
    let demo = Demo::with_rows(300).build();
    fs::remove_file(file(&demo)).expect("the demo wrote it");
    demo
}

fn file(demo: &Deployment) -> PathBuf {
    demo.dir().join("stepwell.yaml")
}

fn keepsake_program() -> String {
    format!("{} keepsake", program().display())
}

/// Replaces the line that is there.
fn replace(screen: &Screen, text: &str) {
    screen.press("ctrl-u").type_text(text).wait_for(&format!("› {text}")).press("enter");
}

#[track_caller]
fn load(demo: &Deployment) -> Loaded {
    load_deployment(&file(demo)).unwrap_or_else(|findings| panic!("{findings}"))
}

#[track_caller]
fn assert_is_keepsake(demo: &Deployment) {
    let loaded = load(demo);
    assert_eq!((loaded.system.as_str(), loaded.id.as_str()), ("keepsake", "vault"));
    let plain = |text: String| Source::Plain(text);
    assert_eq!(loaded.stores["db"], plain(format!("sqlite:///{}", demo.database().display())));
    assert_eq!(loaded.facts["dir"], FactInput::One(plain(demo.dir().display().to_string())));
    let list = [program().display().to_string(), "keepsake".to_owned()].to_vec();
    assert_eq!(loaded.facts["program"], FactInput::List(list));
    let mode = fs::metadata(file(demo)).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "its owner alone may read it");
    let text = fs::read_to_string(file(demo)).expect("is there");
    assert!(text.contains("# Folder that holds keepsake.sqlite."), "each fact says what it is:\n{text}");
}

/// Up to the question for Keepsake's folder.
fn to_the_facts(screen: &Screen) {
    screen.wait_for("Which system is deployed here?").wait_for("keepsake: Keepsake");
    while !screen.contents().contains("› keepsake") {
        let before = screen.contents();
        screen.press("down").wait_change(&before);
    }
    screen.press("enter");
    screen.wait_for("What is this deployment called?").wait_for("› keepsake-1");
    replace(screen, "vault");
    screen.wait_for("Folder that holds keepsake.sqlite");
}

#[test]
fn the_questions_lead_to_a_file_and_on_to_a_finished_upgrade() {
    let demo = without_a_file();
    let screen = demo.terminal([]).size(100, 30).start();
    screen.wait_for("nothing is written yet").wait_for("? Help");
    to_the_facts(&screen);
    screen.wait_for("Usual: /var/lib/keepsake");
    replace(&screen, &demo.dir().display().to_string());
    // The database is found by what was just said, opened and described.
    screen.wait_for("Where is Keepsake's database?").wait_for("Found here").wait_for("SQLite 3.").wait_for(" KiB");
    screen.press("enter").wait_for("Command that runs keepsake");
    replace(&screen, &keepsake_program());
    screen.wait_for("Shall Stepwell write").wait_for("deployment: vault").wait_for("# Keepsake's database.");
    assert!(!file(&demo).exists(), "nothing is written before the operator agrees");
    screen.press("enter").wait_for("Upgrade to").wait_for("Keepsake at vault");
    assert_is_keepsake(&demo);
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    assert!(left.contains("Written: ") && left.contains("Keepsake is at 3.0.0 now."), "{left}");
    assert_eq!(demo.status(), 0);
}

#[test]
fn wrong_inputs_are_told_and_mended_and_nothing_is_lost_at_60_by_16() {
    let demo = without_a_file();
    let screen = demo.terminal(["--system", "keepsake"]).start();
    screen.wait_for("What is this deployment called?");
    replace(&screen, "not an id");
    screen.wait_for("Use letters, digits");
    // Esc on the first question does nothing.
    screen.press("esc").press("ctrl-l").wait_for("What is this deployment called?");
    replace(&screen, "vault");
    screen.wait_for("Folder that holds");
    replace(&screen, "/nowhere");
    screen.wait_for("Where is Keepsake's database?").wait_for("Usual: /nowhere/keepsake.sqlite");
    screen.resize(60, 16).wait_for("Where is Keepsake's database?").wait_for("^C Quit");
    screen.press("enter").wait_for("what now?").wait_for("there is no file").press("enter");
    screen.wait_for("Where is Keepsake's database?");
    replace(&screen, "mysql://u@h/d");
    screen.wait_for("does not serve here");
    screen.press("ctrl-u").type_text("mysql://u:tiger@h/d").wait_for("› mysql://u:•••••@h/d");
    screen.press("enter").wait_for("does not serve here").wait_gone("•••••");
    // Back to the folder, which leads to the database.
    screen.press("esc").wait_for("Folder that holds").wait_for("You said this before.");
    replace(&screen, "x");
    screen.wait_for("Where is Keepsake's database?").wait_for("› x/keepsake.sqlite");
    screen.press("esc").wait_for("Folder that holds").press("ctrl-u");
    screen.paste(&format!("{}\nrm -rf", demo.dir().display())).press("enter");
    screen.wait_for("SQLite 3.").press("enter").wait_for("Command that runs keepsake");
    screen.press("ctrl-u").type_text("'open").press("enter").wait_for("A quote is not closed.");
    screen.resize(80, 24).wait_for("A quote is not closed.").wait_for("So far");
    screen.press("ctrl-u").type_text(&keepsake_program()).press("enter").wait_for("Shall Stepwell write");
    screen.press("q").wait_for("Leave the set-up?").press("esc").wait_gone("Leave the set-up?");
    screen.press("enter").wait_for("Upgrade to");
    assert_is_keepsake(&demo);
    assert!(!String::from_utf8_lossy(&screen.raw()).contains("tiger"), "a password is never printed");
    screen.press("q");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn each_question_has_help_that_goes_back_to_what_was_typed() {
    let demo = without_a_file();
    let screen = demo.terminal(["--system", "keepsake"]).start();
    screen.wait_for("What is this deployment called?").press("ctrl-u").type_text("va").wait_for("› va");
    // F1, as xterm sends it.
    screen.type_text("\x1bOP").wait_for("Help: Set up a deployment").wait_for("tells this deployment from others");
    screen.press("esc").wait_gone("Help: Set up").wait_for("› va").press("ctrl-c");
    assert_eq!(screen.exit_code(), 0, "nothing was answered, so nothing is asked");
    assert!(screen.contents().contains("Nothing was written."), "{}", screen.contents());
    assert!(!file(&demo).exists());
}

#[test]
fn a_file_that_appears_meanwhile_is_not_written_over() {
    let demo = without_a_file();
    let screen = demo.terminal(["--system", "keepsake"]).start();
    screen.wait_for("What is this deployment called?").press("enter").wait_for("Folder that holds");
    replace(&screen, &demo.dir().display().to_string());
    screen
        .wait_for("SQLite 3.")
        .press("enter")
        .wait_for("Command that runs")
        .press("enter")
        .wait_for("Shall Stepwell write");
    demo.write("stepwell.yaml", "mine");
    screen.press("enter").wait_for("cannot be written");
    assert_eq!(fs::read_to_string(file(&demo)).expect("is there"), "mine");
    screen.press("ctrl-c").wait_for("Leave the set-up?").press("down").wait_for("› Leave").press("enter");
    assert_eq!(screen.exit_code(), 0);
}

#[test]
fn the_same_questions_come_as_numbered_lines_and_lead_to_the_wizard() {
    let demo = without_a_file();
    let screen = demo.terminal([]).env("TERM", "dumb").size(120, 200).start();
    screen.wait_for("There is no deployment file here.").wait_for(" keepsake: Keepsake");
    screen.wait_for("Type a number and press Enter").type_text("99\n").wait_for("none of the choices");
    let asked = screen.contents();
    let keepsake = asked.lines().rev().find(|line| line.contains(" keepsake: Keepsake")).expect("a choice");
    let number = keepsake.split_whitespace().next().expect("its number");
    screen.type_text(&format!("{number}\n"));
    screen.wait_for("What is this deployment called?").wait_for("takes `keepsake-1`").type_text("?\n");
    screen.wait_for("tells this deployment from others").type_text("vault\n");
    screen.wait_for("Folder that holds").type_text("/nowhere\n");
    screen
        .wait_for("takes `/nowhere/keepsake.sqlite`")
        .type_text("\n")
        .wait_for("there is no file")
        .wait_for("Type it again");
    screen.type_text("back\n").wait_for("Where is Keepsake's database?").type_text("back\n");
    screen.wait_for("takes `/nowhere`").type_text(&format!("{}\n", demo.dir().display()));
    screen
        .wait_for(&format!("takes `{}`", demo.database().display()))
        .type_text("\n")
        .wait_for("ok  Keepsake's database: SQLite 3.");
    screen.wait_for("Command that runs keepsake").type_text(&format!("{}\n", keepsake_program()));
    screen.wait_for("    | deployment: vault").wait_for("1 Write it and go on").type_text("1\n");
    screen.wait_for("Written: ").wait_for("Which version do you upgrade to?").type_text("quit\n");
    assert_eq!(screen.exit_code(), 0);
    assert_is_keepsake(&demo);
    assert!(!String::from_utf8_lossy(&screen.raw()).contains('\x1b'), "nothing moves the cursor");
}

/// A system with a secret, and a choice, for what Keepsake does not ask.
const SAFE: &str = "format: 1\nsystem: safe\ntitle: Safe\nabout: Keeps things.\noffline: no\n\
    versions: { scheme: semver, path: direct, data: [{ sql: { query: select '1.0.0' } }] }\n\
    facts:\n  mode: { ask: Mode, choices: [slow, quick], default: quick }\n  \
      token: { ask: Token, secret: yes, match: '[a-z ]+' }\n\
    stores:\n  db: { title: The safe's database, engines: [sqlite] }\n";

fn with_a_secret() -> Deployment {
    let demo = without_a_file();
    fs::create_dir_all(demo.catalogue().join("safe/releases")).expect("a folder");
    fs::write(demo.catalogue().join("safe/system.yaml"), SAFE).expect("works");
    fs::write(demo.catalogue().join("safe/releases/1.0.0.md"), "# Safe 1.0.0\n").expect("works");
    demo
}

fn assert_holds_the_secret(demo: &Deployment) {
    let kept = demo.dir().join("stepwell-token.secret");
    assert_eq!(fs::read_to_string(&kept).expect("a file of its own"), "tiger");
    assert_eq!(fs::metadata(&kept).expect("is there").permissions().mode() & 0o777, 0o600);
    let loaded = load(demo);
    assert_eq!(loaded.facts["token"], FactInput::One(Source::File("stepwell-token.secret".into())));
    assert_eq!(loaded.facts["mode"], FactInput::One(Source::Plain("quick".to_owned())));
    assert!(!fs::read_to_string(file(demo)).expect("is there").contains("tiger"));
}

#[test]
fn a_secret_is_neither_shown_nor_written_into_the_deployment_file() {
    let demo = with_a_secret();
    let database = demo.database().display().to_string();
    let screen = demo.terminal(["--system", "safe"]).size(110, 30).start();
    screen.wait_for("What is this deployment called?").press("enter").wait_for("Where is The safe's database?");
    replace(&screen, &database);
    screen.wait_for("Mode").wait_for("› quick").press("enter").wait_for("Token: where does Stepwell find it?");
    screen.press("enter").wait_for("in which environment variable?").wait_for("› SAFE_TOKEN").press("enter");
    screen
        .wait_for("what now?")
        .wait_for("SAFE_TOKEN is not set")
        .press("enter")
        .wait_for("where does Stepwell find it?");
    screen.press("down").press("down").wait_for("› I type it now").press("enter").wait_for("not shown while you type");
    screen.type_text("TIGER").wait_for("› •••••").press("enter").wait_for("does not match");
    screen.press("down").press("down").press("enter").wait_for("not shown while you type").type_text("tiger");
    screen.wait_for("› •••••").press("enter").wait_for("Shall Stepwell write").wait_for("Also written: ");
    screen.press("enter").wait_for("Safe is at 1.0.0, the newest release.");
    assert_holds_the_secret(&demo);
    let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
    assert!(!raw.contains("tiger") && !raw.contains("TIGER"));
}

#[test]
fn a_secret_is_not_echoed_in_plain_lines() {
    let demo = with_a_secret();
    let database = demo.database().display().to_string();
    let screen = demo.terminal(["--plain", "--system", "safe"]).size(120, 100).start();
    screen.wait_for("What is this deployment called?").type_text("\n").wait_for("Where is The safe's database?");
    screen.type_text(&format!("{database}\n")).wait_for("2 quick").type_text("2\n");
    screen.wait_for("3 I type it now").type_text("3\n").wait_for("Question 5 of 6: Token");
    // The terminal shows nothing of what is typed once it was told so.
    screen.wait_for("Enter. Or `back`").wait_until("a terminal without echo", |_| !support::pty::echoes(&screen));
    screen.type_text("tiger\n").wait_for("Shall Stepwell write").wait_for("1 Write it");
    assert!(support::pty::echoes(&screen), "what is typed is shown again");
    screen.type_text("1\n").wait_for("Written: ").exit_code();
    assert_holds_the_secret(&demo);
    assert!(!String::from_utf8_lossy(&screen.raw()).contains("tiger"));
}

/// What of a server's address is secret goes to a file of its own, and the journal to where other hosts see it.
#[test]
fn a_server_is_reached_described_and_its_password_kept_apart() {
    for (kind, product, options) in
        [(Kind::Postgres, "PostgreSQL 1", "sslmode=require"), (Kind::Mariadb, "MariaDB 1", "ssl-mode=REQUIRED")]
    {
        let server = Server::start_listening(kind);
        let demo = Deployment::empty();
        fs::create_dir_all(demo.catalogue().join("safe/releases")).expect("a folder");
        let facts = SAFE.find("facts:").expect("facts")..SAFE.find("stores:").expect("stores");
        let system = SAFE.replace(&SAFE[facts], "").replace("[sqlite]", "[postgres, mysql]");
        fs::write(demo.catalogue().join("safe/system.yaml"), system).expect("works");
        fs::write(demo.catalogue().join("safe/releases/1.0.0.md"), "# Safe 1.0.0\n").expect("works");
        let url = server.network_url(options);
        let screen = demo.terminal(["--system", "safe"]).size(110, 30).start();
        screen.wait_for("What is this deployment called?").press("enter").wait_for("Where is The safe's database?");
        screen.paste(&url.replace(PASSWORD, "wrong")).press("enter").wait_for("what now?").press("enter");
        screen.wait_for("Where is The safe's database?").paste(&url).wait_for("•@127.0.0.1").press("enter");
        screen.wait_for("Where shall the address with its password be kept?").wait_for("It holds a password.");
        screen.wait_for("› In a file of its own, stepwell-db.url").press("enter").wait_for("Shall Stepwell write");
        screen.wait_for("url: { file: stepwell-db.url }").wait_for("journal: { store: db }");
        screen.press("b").wait_for("You said this before.").press("ctrl-u").paste(&url).press("enter");
        screen.wait_for("kept?").wait_for("✓ Name").press("enter").wait_for("Shall Stepwell write").press("enter");
        screen.wait_for("Safe is at 1.0.0, the newest release.");
        assert_eq!(fs::read_to_string(demo.dir().join("stepwell-db.url")).expect("is there"), url);
        let raw = String::from_utf8_lossy(&screen.raw()).into_owned();
        assert!(!raw.contains(PASSWORD) && !raw.contains(&PASSWORD[..6]), "{kind:?}");
        fs::remove_file(file(&demo)).expect("is there");
        fs::remove_file(demo.dir().join("stepwell-db.url")).expect("is there");
        let lines = demo.terminal(["--plain", "--system", "safe"]).size(110, 100).start();
        lines.wait_for("called?").type_text("\n").wait_for("Where is The safe's database?");
        lines.type_text(&format!("{url}\n")).wait_for("kept?").type_text("1\n");
        lines
            .wait_for(&format!("ok  The safe's database: {product}"))
            .wait_for("Shall Stepwell write")
            .type_text("quit\n");
        lines.exit_code();
    }
}

#[test]
fn without_a_terminal_it_says_which_file_is_missing_and_how_to_write_one() {
    let demo = without_a_file();
    for args in [vec![], vec!["wizard"], vec!["--plain"], vec!["--json"]] {
        let ran = demo.run(args).exit(i32::from(Exit::Usage.code())).says("there is no stepwell.yaml");
        ran.says("format: 1").says("nothing was changed").says("In a terminal");
    }
    demo.run(["-d", "other.yaml"]).exit(2).says("there is no other.yaml");
    let screen = demo.terminal(["-d", "other.yaml"]).start();
    assert_eq!(screen.exit_code(), 2, "another file was meant:\n{}", screen.contents());
    let screen = demo.terminal(["--system", "keepsale"]).start();
    assert_eq!(screen.exit_code(), 2);
    assert!(screen.contents().contains("did you mean `keepsake`?"), "{}", screen.contents());
}
