//! OpenStack Barbican from Yoga to 2026.2: nine hops in one run, each with the program of its release.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::cache;
use crate::killed;
use crate::support::database::{ask, assert_same, dump_table, execute};
use crate::support::deployment::{Deployment, Ran};
use crate::support::server::{Kind, PASSWORD, Server};
use crate::support::{PATIENCE, fixtures, wizard};
use crate::tried::Tried;
use crate::units::Units;

/// Every release on the way, with the revision that its own command calls the head.
const RELEASES: [&str; 10] =
    ["14.0.2", "15.0.1", "16.0.2", "17.0.0", "18.0.0", "19.0.0", "20.0.0", "21.0.0", "22.0.0", "23.0.0"];

/// What an operator says beforehand who is not there later.
pub const RUN: [&str; 9] = [
    "run",
    "--yes",
    "--to",
    "23.0.0",
    "--allow-irreversible",
    "--answer",
    "last/switch=SWITCHED",
    "--answer",
    "first/keys=KEPT",
];

/// What Barbican encrypted with before 21, where nothing else was said.
const BUILT_IN: &str = "dGhpcnR5X3R3b19ieXRlX2tleWJsYWhibGFoYmxhaGg=";

/// What an upgrade may not change. Consumers get a column that may be empty, and stay otherwise.
const TABLES: [&str; 6] = ["secrets", "secret_user_metadata", "encrypted_data", "kek_data", "projects", "containers"];

const UNITS: [&str; 2] = ["barbican-api", "barbican-worker"];

/// The revision that `barbican-db-manage current` printed. Its log is on standard output too.
#[track_caller]
pub fn revision_in(output: &Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_revision = |line: &&str| {
        let id = line.strip_suffix(" (head)").unwrap_or(line);
        id.len() == 12 && id.chars().all(|c| c.is_ascii_hexdigit())
    };
    printed.lines().find(is_revision).unwrap_or_else(|| panic!("{}: {printed}", output.status)).to_owned()
}

/// The programs of a release, with what it was tried with.
pub fn release(version: &str) -> PathBuf {
    let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).expect("a version");
    let barbican = format!("barbican=={version}");
    let old = ["SQLAlchemy<2", "oslo.db<14", "alembic<1.14", "oslo.context<6"];
    let limits = if major < 18 { &old[..] } else { &[] };
    let packages: Vec<&str> = [barbican.as_str()]
        .into_iter()
        .chain(limits.iter().copied())
        .chain(["setuptools<80", "psycopg2-binary"])
        .collect();
    cache::python_environment("barbican", &packages)
}

/// Barbican 14.0.2 as it was set up, with a payload that it encrypted, and every later release beside it.
pub struct Barbican {
    _tried: Tried,
    pub deployment: Deployment,
    units: Units,
    url: String,
    secret: String,
    before: Vec<String>,
    /// What 14.0.2 answered.
    answered: String,
    server: Option<Server>,
}

impl Barbican {
    pub fn on_sqlite() -> Barbican {
        let deployment = Deployment::empty();
        let database = deployment.dir().join("barbican.sqlite");
        fs::copy(fixtures().join("barbican/barbican-14.0.2.sqlite"), &database).expect("the fixture");
        fs::set_permissions(&database, Permissions::from_mode(0o600)).expect("permissions");
        Barbican::at(deployment, format!("sqlite:///{}", database.display()), None)
    }

    /// In a database that 14.0.2's own command made, behind a URL that a shell or an INI file could misread.
    pub fn on_postgres() -> Barbican {
        let server = Server::start_listening(Kind::Postgres);
        server.sql("alter role secretive password 'p@ss:w%rd&'");
        let url = server.network_url("").replace(PASSWORD, "p%40ss%3Aw%25rd%26");
        let url = url.replace("postgresql:", "postgresql+psycopg2:");
        let url = format!("{}?sslmode=require&application_name=a%25b", url.trim_end_matches('?'));
        let bin = release("14.0.2");
        let made = Command::new(bin.join("barbican-db-manage"))
            .args(["-d", &url, "upgrade"])
            .current_dir(server.socket())
            .output()
            .expect("barbican-db-manage");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let fixture = format!("sqlite:///{}", fixtures().join("barbican/barbican-14.0.2.sqlite").display());
        python(&bin, "barbican_copy.py", &[&fixture, &url], Path::new("/"));
        Barbican::at(Deployment::empty(), url, Some(server))
    }

    fn at(deployment: Deployment, url: String, server: Option<Server>) -> Barbican {
        let (dir, settings) = (deployment.dir(), deployment.home().join(".barbican"));
        for folder in [&settings, &dir.join("backups"), &dir.join("web")] {
            fs::create_dir(folder).expect("a folder");
        }
        fs::copy(fixtures().join("barbican/barbican-api-paste.ini"), settings.join("paste.ini")).expect("paste.ini");
        let units = Units::active(&dir, &UNITS);
        let database = if server.is_some() { "PostgreSQL" } else { "SQLite" };
        let real = "Barbican 14.0.2, 15.0.1, 16.0.2, and 17.0.0 to 23.0.0, with the API of 14.0.2 and 23.0.0";
        let tried = Tried::with(&deployment, "Barbican", real, "systemd; Keystone; no HSM was asked", database);
        let (secret, before, answered) = (String::new(), Vec::new(), String::new());
        let mut barbican = Barbican { _tried: tried, deployment, units, url, secret, before, answered, server };
        barbican.configure(&format!(
            "[DEFAULT]\n# where the secrets are\nsql_connection = {}\nsql_idle_timeout = 600\n\n[oslo_policy]\nenforce_new_defaults = true\nenforce_scope = true\n\n[p11_crypto_plugin]\n\
             token_label = of 17\nalgorithm = CKM_AES_GCM\n",
            barbican.url
        ));
        let bins = RELEASES[1..].iter().map(|version| format!("    {version}: {}\n", release(version).display()));
        let text = format!(
            "format: 1\nsystem: barbican\ndeployment: barbican-test\nstores:\n  db: {{ url: {{ file: url }} }}\nfacts:\n  \
             conf: {conf}\n  paste: {paste}\n  running: {running}\n  crypto: [{crypto}]\n  \
             services: [barbican-api, barbican-worker]\n  systemctl: [{systemctl}]\n  web: [{dir}/web]\n  \
             backup_dir: {dir}/backups\n  bin:\n{bins}{journal}",
            conf = barbican.conf().display(),
            paste = barbican.paste().display(),
            running = release("14.0.2").display(),
            // Settings of the HSM can be renamed without one; that one is asked for its keys cannot be tried.
            crypto = if barbican.server.is_some() { "simple_crypto, p11_crypto" } else { "simple_crypto" },
            systemctl = barbican.units.systemctl().display(),
            dir = barbican.deployment.dir().display(),
            bins = bins.collect::<String>(),
            journal = if barbican.server.is_some() { "journal: { store: db }\n" } else { "" },
        );
        barbican.deployment.write("url", &barbican.url).write("stepwell.yaml", &text);
        barbican.secret = match &barbican.server {
            // There Barbican could not read what it encrypts, at any time.
            Some(_) => "00000000-0000-0000-0000-000000000000".to_owned(),
            None => barbican.api("14.0.2", &["put", "not to be lost"]),
        };
        barbican.before = barbican.rows();
        barbican.answered = barbican.read("14.0.2");
        barbican
    }

    pub fn conf(&self) -> PathBuf {
        self.deployment.home().join(".barbican/barbican.conf")
    }

    pub fn paste(&self) -> PathBuf {
        self.deployment.home().join(".barbican/paste.ini")
    }

    pub fn configure(&self, text: &str) {
        fs::write(self.conf(), text).expect("barbican.conf");
    }

    pub fn configured(&self) -> String {
        fs::read_to_string(self.conf()).expect("barbican.conf")
    }

    pub fn sql(&self, statement: &str) -> String {
        match &self.server {
            Some(server) => server.sql(statement),
            None if statement.starts_with("update ") => {
                execute(&self.database(), statement);
                String::new()
            }
            None => ask(&self.database(), statement),
        }
    }

    pub fn database(&self) -> PathBuf {
        self.deployment.dir().join("barbican.sqlite")
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    fn rows(&self) -> Vec<String> {
        TABLES
            .iter()
            .map(|table| match &self.server {
                Some(server) => server.sql(&format!("select t::text from {table} t order by 1")),
                None => dump_table(&self.database(), table),
            })
            .collect()
    }

    /// The last line that a release's API answers.
    pub fn api(&self, version: &str, question: &[&str]) -> String {
        let paste = self.paste().display().to_string();
        let arguments: Vec<&str> = [paste.as_str(), "proj-ext-1"].into_iter().chain(question.iter().copied()).collect();
        python(&release(version), "barbican_api.py", &arguments, &self.deployment.home())
    }

    /// Status of a secret's metadata, of its payload, the beginning of the request's id, and the payload.
    pub fn read(&self, version: &str) -> String {
        self.api(version, &["get", &self.secret])
    }

    /// What a release's own command says about the schema.
    pub fn revision(&self, version: &str) -> String {
        let output = Command::new(release(version).join("barbican-db-manage"))
            .args(["-d", &self.url, "current"])
            .current_dir(self.deployment.home())
            .output()
            .expect("barbican-db-manage");
        revision_in(&output)
    }

    #[track_caller]
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ran {
        self.deployment.run_within(PATIENCE * 10, arguments, &[])
    }

    #[track_caller]
    pub fn assert_upgraded(&self) {
        assert_eq!(self.revision("23.0.0"), "8c74e2d7f1ff (head)");
        for (before, after) in self.before.iter().zip(self.rows()) {
            assert_same(before, &after, "after the upgrade");
        }
        assert_eq!(self.sql("select count(*) from secret_consumer_metadata"), "1000");

        let conf = self.configured();
        assert!(conf.contains(&format!("# where the secrets are\nconnection = {}\n", self.url)), "{conf}");
        assert!(conf.contains("connection_recycle_time = 600\n") && !conf.contains("sql_"), "{conf}");
        assert!(conf.contains(&format!("[simple_crypto_plugin]\nkek = {BUILT_IN}\n")), "{conf}");
        let renamed = conf.contains("token_labels = of 17\nencryption_mechanism = CKM_AES_GCM\n");
        assert_eq!(renamed, self.server.is_some(), "{conf}");
        assert_eq!(self.read("23.0.0"), self.answered);

        for unit in UNITS {
            assert_eq!(self.units.state(unit), "active");
            assert_eq!(self.units.stops_and_starts(unit), (1, 1), "{unit} was down meanwhile");
        }
        let backups: Vec<_> = fs::read_dir(self.deployment.dir().join("backups")).expect("backups").flatten().collect();
        assert!(!backups.is_empty());
        let astray = [self.deployment.home(), self.deployment.dir().join(".stepwell")];
        assert!(
            !astray.iter().any(|folder| folder.join("barbican.sqlite").exists()),
            "no database was built by mistake"
        );
        assert_eq!(self.deployment.status(), 0, "the upgrade is recorded");
    }
}

/// The last line that a helper of these tests prints, run by a release's Python.
fn python(bin: &Path, helper: &str, arguments: &[&str], home: &Path) -> String {
    let output = Command::new(bin.join("python3"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real").join(helper))
        .args(arguments)
        .env("HOME", home)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .current_dir(home)
        .output()
        .expect(helper);
    let [printed, said] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert!(output.status.success(), "{printed}\n{said}");
    printed.trim_end().lines().last().unwrap_or_default().to_owned()
}

#[test]
#[ignore = "long: nine hops of Barbican in SQLite"]
fn nine_hops_of_barbican_are_one_run() {
    let barbican = Barbican::on_sqlite();
    assert_eq!(barbican.answered, "200 200 req- not to be lost");
    barbican.run(RUN).exit(0);
    barbican.assert_upgraded();

    // Again: there is nothing left to do, and nothing is done.
    barbican.run(["run", "--yes", "--to", "23.0.0"]).exit(0);
    barbican.assert_upgraded();
}

#[test]
#[ignore = "long: nine hops of Barbican in PostgreSQL"]
fn nine_hops_of_barbican_on_a_server_are_one_run_whatever_its_url_holds() {
    let barbican = Barbican::on_postgres();
    let ran = barbican.run(RUN).exit(0);
    for password in ["p@ss:w%rd&", "p%40ss%3Aw%25rd%26"] {
        assert!(!format!("{}{}", ran.stdout(), ran.stderr()).contains(password), "{ran}");
    }
    barbican.assert_upgraded();
}

#[test]
#[ignore = "long: nine hops of Barbican with the wizard"]
fn nine_hops_of_barbican_are_made_with_the_wizard() {
    let barbican = Barbican::on_sqlite();
    let screen = barbican.deployment.terminal([]).start();
    let (code, left) = wizard::walk_through(&screen);
    assert_eq!(code, 0, "{left}");
    barbican.assert_upgraded();
}

#[test]
#[ignore = "long: nine hops of Barbican in SQLite, killed at each step"]
fn nine_hops_are_the_same_when_they_are_killed_at_every_step() {
    for power in [false, true] {
        let barbican = Barbican::on_sqlite();
        let steps = killed::at_each_step(&barbican.deployment, &RUN, power);
        assert!(steps > 60, "{steps}");
        barbican.assert_upgraded();
    }
}

#[test]
#[ignore = "long: nine hops of Barbican in PostgreSQL, killed at each step"]
fn nine_hops_on_a_server_are_the_same_when_they_lose_power_at_every_step() {
    let barbican = Barbican::on_postgres();
    let steps = killed::at_each_step(&barbican.deployment, &RUN, true);
    assert!(steps > 60, "{steps}");
    barbican.assert_upgraded();
}
