//! A small system whose upgrade a test writes itself.

use std::fs;
use std::path::PathBuf;

use super::database;
use super::deployment::Deployment;
use super::gate::Gate;
use super::server::{Kind, Server};

const SYSTEM: &str = r"
format: 1
system: ledger
title: Ledger
about: A sample system with one table.
offline: no
versions:
  scheme: semver
  path: sequential
  data:
    - sql: { query: select version from about }
stores:
  db: { title: Database, engines: [ENGINES] }
facts:
  gate: { ask: A pipe at which the upgrade waits, default: /dev/null }
checks:
  - id: entries
    title: The ledger has entries
    sql: { query: select id from entries, expect: { rows: 1..100000 } }
    fix: Restore the ledger from a backup.
";

const COLUMN: &str = r"
  - id: column
    title: Add the column cents
    sql: { statements: [ alter table entries add column cents integer ] }
    done_when:
      sql:
        query:
          sqlite: select count(*) from pragma_table_info('entries') where name = 'cents'
          postgres: select count(*) from information_schema.columns where table_name = 'entries' and column_name = 'cents'
          mysql: select count(*) from information_schema.columns where table_name = 'entries' and column_name = 'cents'
        expect: { value: 1 }
";

const GATE: &str = r#"
  - id: gate
    title: Wait at the gate
    run: { argv: [ cat, "{{ facts.gate }}" ] }
    resume: RESUME
"#;

const FAIL: &str = r"
  - id: fail
    title: Fail for ever
    run: { argv: [ 'false' ] }
    resume: idempotent
    retry: { attempts: 1, wait: 1s..1s }
";

const REST: &str = r"
  - id: fill
    title: Fill cents
    backfill: { table: entries, key: [id], where: cents is null, set: { cents: amount * 100 }, batch: 10 }
  - id: version
    title: Write the version into the database
    sql: { statements: [ update about set version = '2.0.0' ] }
";

/// A ledger at 1.0.0, and a catalogue that leads to 2.0.0: a column is added, what the test says is done, the column is
/// filled and the version written.
#[derive(Debug, Default)]
pub struct Ledger {
    between: String,
    server: Option<Kind>,
    started: Option<Server>,
    journal_in_store: bool,
}

impl Ledger {
    pub fn new() -> Ledger {
        Ledger::default()
    }

    /// On a server instead of a file.
    pub fn on(mut self, kind: Kind) -> Ledger {
        self.server = Some(kind);
        self
    }

    /// On a server that runs already.
    pub fn on_server(mut self, server: Server) -> Ledger {
        self.server = Some(server.kind);
        self.started = Some(server);
        self
    }

    /// On a server, with the journal there as well.
    pub fn with_journal_on(mut self, kind: Kind) -> Ledger {
        self.journal_in_store = true;
        self.on(kind)
    }

    /// A step at which the upgrade waits; after a crash it may be done again.
    pub fn with_gate(mut self) -> Ledger {
        self.between += &GATE.replace("RESUME", "idempotent");
        self
    }

    /// The same as a step that is never done twice by itself.
    pub fn with_gate_once(mut self) -> Ledger {
        self.between += &GATE.replace("RESUME", "once");
        self
    }

    /// A step that fails whenever it is tried.
    pub fn with_failing_step(mut self) -> Ledger {
        self.between += FAIL;
        self
    }

    /// Steps of the test's own, as YAML list items indented by two.
    pub fn with_steps(mut self, steps: &str) -> Ledger {
        self.between += "\n";
        self.between += steps.trim_matches('\n');
        self.between += "\n";
        self
    }

    pub fn build(self) -> LedgerDeployment {
        let deployment = Deployment::empty();
        let system = deployment.catalogue().join("ledger");
        fs::create_dir_all(system.join("releases")).expect("a folder for releases");
        let engines = if self.server.is_some() { "sqlite, postgres, mysql" } else { "sqlite" };
        fs::write(system.join("system.yaml"), SYSTEM.trim_start().replace("ENGINES", engines)).expect("system.yaml");
        fs::write(
            system.join("releases/2.0.0.yaml"),
            format!("release: 2.0.0\nsteps:{COLUMN}{}{REST}", self.between).replace("\n\n", "\n"),
        )
        .expect("a release");

        let gate = Gate::at(&deployment.home().join("gate"));
        let mut ledger = LedgerDeployment {
            gate,
            deployment,
            server: self.started.or_else(|| self.server.map(Server::start)),
            journal: if self.journal_in_store { "{ store: db }" } else { "file" },
        };
        ledger.fill();
        ledger.write("stepwell.yaml", &ledger.yaml());
        ledger
    }
}

/// A deployment of the ledger.
#[derive(Debug)]
pub struct LedgerDeployment {
    deployment: Deployment,
    /// Where `with_gate` waits.
    pub gate: Gate,
    pub server: Option<Server>,
    journal: &'static str,
}

impl LedgerDeployment {
    fn fill(&mut self) {
        self.sql(
            "create table about (version text not null);
             insert into about values ('1.0.0');
             create table entries (id integer primary key, amount integer not null);
             insert into entries (id, amount)
                 with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select i, i from n;",
        );
    }

    /// Changes a file of its catalogue.
    #[track_caller]
    pub fn define(&self, name: &str, from: &str, to: &str) -> &Self {
        let path = self.catalogue().join("ledger").join(name);
        let text = fs::read_to_string(&path).expect(name);
        assert!(text.contains(from), "{name} holds no `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).expect(name);
        self
    }

    /// Makes everything as it was before the first run: what the upgrade and Stepwell left is gone.
    pub fn reset(&mut self) {
        for entry in fs::read_dir(self.dir()).expect("the deployment's folder") {
            let path = entry.expect("an entry").path();
            if path.ends_with("stepwell.yaml") {
                continue;
            }
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("goes");
        }
        if let Some(server) = &self.server {
            server.empty();
        }
        self.fill();
    }

    /// Where its database is, even while it is not there.
    pub fn path(&self) -> PathBuf {
        self.dir().join("ledger.sqlite")
    }

    /// Carries out statements in its database.
    #[track_caller]
    pub fn sql(&self, statements: &str) {
        match &self.server {
            Some(server) => drop(server.sql(statements)),
            None => database::execute(&self.path(), statements),
        }
    }

    /// The answer to a query with one column and one row, as text.
    #[track_caller]
    pub fn ask(&self, query: &str) -> String {
        match &self.server {
            Some(server) => server.sql(query),
            None => database::ask(&self.path(), query),
        }
    }

    /// What is in its database, Stepwell's own tables left out.
    pub fn contents(&self) -> String {
        match &self.server {
            Some(server) => server.dump(),
            None => database::dump(&self.path()),
        }
    }

    /// All that upgrades leave: rows, files, and how each run ended.
    #[track_caller]
    pub fn outcome(&self) -> String {
        let mut files: Vec<String> = fs::read_dir(self.dir())
            .expect("the deployment's folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with(".stepwell") && !name.starts_with("ledger.sqlite"))
            .collect();
        files.sort();
        let conf = fs::read_to_string(self.dir().join("ledger.conf")).unwrap_or_default();
        let history = self.run(["history", "--json"]).exit(0).json();
        let runs: Vec<_> = history["runs"].as_array().expect("runs").iter().map(|run| run["state"].clone()).collect();
        format!("{}\n{}\n{conf}\n{runs:?}", self.contents(), files.join("\n"))
    }

    fn url(&self) -> String {
        self.server.as_ref().map_or_else(|| format!("sqlite:///{}", self.path().display()), Server::url)
    }

    /// The deployment file as it is when nothing is wrong with it.
    pub fn yaml(&self) -> String {
        format!(
            "format: 1\nsystem: ledger\ndeployment: ledger-test\nstores:\n  db: {{ url: \"{}\" }}\nfacts:\n  gate: \"{}\"\njournal: {}\n",
            self.url(),
            self.gate.path().display(),
            self.journal
        )
    }

    /// The version that the ledger itself records.
    pub fn version(&self) -> String {
        self.ask("select version from about")
    }

    pub fn set_version(&self, version: &str) {
        self.sql(&format!("update about set version = '{version}'"));
    }
}

impl std::ops::Deref for LedgerDeployment {
    type Target = Deployment;

    fn deref(&self) -> &Deployment {
        &self.deployment
    }
}
