//! A table of so many rows of about 150 bytes, and how it becomes as it was.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::contender::Contender;
use super::support::deployment::Deployment;
use super::support::server::{Kind, Server};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
    Mariadb,
}

impl Engine {
    pub fn named(name: &str) -> Engine {
        match name.trim() {
            "sqlite" => Engine::Sqlite,
            "postgres" => Engine::Postgres,
            "mariadb" => Engine::Mariadb,
            other => panic!("STEPWELL_BENCH_ON: `{other}` is none of sqlite, postgres and mariadb"),
        }
    }

    fn kind(self) -> Option<Kind> {
        match self {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Kind::Postgres),
            Engine::Mariadb => Some(Kind::Mariadb),
        }
    }
}

/// The one statement that everything else is compared with.
pub const UPDATE: &str = "update t set done = v * 2 where done is null";

/// A database whose table can be made as it was.
pub struct Place {
    pub engine: Engine,
    pub rows: u64,
    pub server: Option<Server>,
    pub deployment: Deployment,
}

const SYSTEM: &str = r#"format: 1
system: bench
title: Bench
about: One table.
offline: required
versions:
  scheme: semver
  path: sequential
  data:
    - file: { path: version }
stores:
  db: { title: Database, engines: [sqlite, postgres, mysql] }
maintenance:
  - id: gate
    title: Close
    file: { touch: closed }
    undo:
      - { id: open, title: Open, file: { absent: closed } }
"#;

const RELEASE: &str = r#"release: 2.0.0
steps:
  - id: fill
    title: Fill
    backfill: { table: t, key: [id], where: done is null, set: { done: v * 2 }, workers: WORKERS }
  - id: version
    title: Say so
    file: { write: { path: version, content: 2.0.0 } }
"#;

impl Place {
    pub fn with(engine: Engine, rows: u64) -> Place {
        let deployment = Deployment::empty();
        let server = engine.kind().map(Server::start_as_installed);
        let place = Place { engine, rows, server, deployment };
        place.make();
        place
    }

    fn make(&self) {
        let text = if self.engine == Engine::Sqlite { "printf('%0130d', i)" } else { "lpad(concat(i), 130, '0')" };
        let key = if self.engine == Engine::Sqlite { "integer" } else { "bigint" };
        let table = format!("(id {key} primary key, v integer, done bigint, pad varchar(140))");
        let fill = format!(
            "insert into src with recursive n(i) as (select 1 union all select i + 1 from n where i < {}) \
             select i, i % 1000, null, {text} from n",
            self.rows
        );
        if self.engine == Engine::Mariadb {
            self.sql("set global max_recursive_iterations = 4294967295");
        }
        if self.engine == Engine::Sqlite {
            self.sql("pragma journal_mode = wal");
        }
        self.sql(&format!("create table src {table}"));
        self.sql(&fill);
        self.sql(&format!("create table t {table}"));
        if self.engine == Engine::Sqlite {
            self.sql("insert into t select * from src; drop table src; pragma wal_checkpoint(truncate); vacuum; pragma wal_checkpoint(truncate)");
            fs::copy(self.file(), self.original()).expect("a copy");
        }
        let system = self.deployment.catalogue().join("bench");
        fs::create_dir_all(system.join("releases")).expect("a folder");
        fs::write(system.join("system.yaml"), SYSTEM).expect("a system");
    }

    /// The table as it was before anybody worked on it, and nothing that waits to be written.
    pub fn fresh(&self) {
        match self.engine {
            Engine::Sqlite => {
                for end in ["-wal", "-shm"] {
                    let _ = fs::remove_file(self.file().with_extension(format!("sqlite{end}")));
                }
                fs::copy(self.original(), self.file()).expect("a copy");
                fs::File::open(self.file()).and_then(|file| file.sync_all()).expect("on the disk");
            }
            Engine::Postgres => {
                self.sql("drop table t");
                self.sql("create table t (like src including all)");
                self.sql("insert into t select * from src");
                self.sql("drop table if exists stepwell_mark, stepwell_fence");
                self.sql("vacuum analyze t");
                self.sql("checkpoint");
            }
            Engine::Mariadb => {
                self.sql("drop table t; create table t like src; insert into t select * from src; analyze table t");
                self.sql(
                    "drop table if exists stepwell_mark, stepwell_fence; drop table if exists copied, _t_old, _t_new",
                );
                self.settle();
            }
        }
        let state = self.deployment.dir().join(".stepwell");
        let _ = fs::remove_dir_all(&state);
        fs::write(self.deployment.dir().join("version"), "1.0.0").expect("a version");
        let _ = fs::remove_file(self.deployment.dir().join("closed"));
    }

    /// Waits until MariaDB has written the pages of what was before.
    fn settle(&self) {
        self.sql("set global innodb_max_dirty_pages_pct_lwm = 0.001, innodb_max_dirty_pages_pct = 0");
        while self.ask("select variable_value > 20 from information_schema.global_status where variable_name = 'INNODB_BUFFER_POOL_PAGES_DIRTY'") == "1" {
            std::thread::yield_now();
        }
        self.sql("set global innodb_max_dirty_pages_pct = 90, innodb_max_dirty_pages_pct_lwm = 0");
    }

    /// The deployment with a backfill by so many workers.
    pub fn define(&self, workers: u32) {
        let release = self.deployment.catalogue().join("bench/releases/2.0.0.yaml");
        fs::write(release, RELEASE.replace("WORKERS", &workers.to_string())).expect("a release");
        let url = match &self.server {
            Some(server) => server.url(),
            None => format!("sqlite:///{}", self.file().display()),
        };
        self.deployment.write(
            "stepwell.yaml",
            &format!(
                "format: 1\nsystem: bench\ndeployment: bench\njournal: file\nstores:\n  db: {{ url: \"{url}\" }}\n"
            ),
        );
    }

    /// Every row is done, or what was measured is worth nothing.
    #[track_caller]
    pub fn assert_done(&self, contender: &Contender) {
        let done = self.ask(contender.question());
        assert_eq!(done, self.rows.to_string(), "rows done by {}", contender.name());
    }

    pub fn file(&self) -> PathBuf {
        self.deployment.dir().join("bench.sqlite")
    }

    fn original(&self) -> PathBuf {
        self.deployment.home().join("bench.original")
    }

    /// Bytes of SQLite's write-ahead log.
    pub fn log(&self) -> u64 {
        fs::metadata(self.file().with_extension("sqlite-wal")).map_or(0, |file| file.len())
    }

    fn sql(&self, statements: &str) {
        let _ = self.ask(statements);
    }

    #[track_caller]
    fn ask(&self, statements: &str) -> String {
        match &self.server {
            Some(server) => server.sql(statements),
            None => {
                let output = sqlite(&self.file(), statements).stdin(Stdio::null()).output().expect("sqlite3");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success() && said.is_empty(), "{statements}: {said}");
                String::from_utf8(output.stdout).expect("text").trim().to_owned()
            }
        }
    }
}

/// SQLite's own shell.
pub fn sqlite(file: &Path, statements: &str) -> Command {
    let mut command = Command::new("sqlite3");
    command.arg("-bail").arg(file).arg(statements);
    command
}
