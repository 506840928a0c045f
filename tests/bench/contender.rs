//! Who fills the table.

use std::path::PathBuf;
use std::process::Command;

use super::cache::python_environment;
use super::place::{Engine, Place, UPDATE, sqlite};
use super::support;

/// A way to fill a table.
#[derive(Clone, Debug)]
pub enum Contender {
    /// A run with one backfill: the whole process, with its journal, checks and counts.
    Stepwell { workers: u32 },
    /// One statement, through the database's own client.
    Update,
    /// What a script does: 1,000 rows by their key, a commit, the next ones.
    Loop { python: PathBuf },
    /// Copies the rows elsewhere.
    Archiver,
    /// Makes the table anew.
    SchemaChange,
}

/// Who is compared with whom. The slow ones are left out where they would take hours.
pub fn pairs(engine: Engine, rows: u64) -> Vec<(Contender, Contender)> {
    let one = Contender::Stepwell { workers: 1 };
    let two = Contender::Stepwell { workers: 2 };
    let few = rows <= 1_000_000;
    let mut pairs = vec![(one.clone(), Contender::Update)];
    if engine != Engine::Sqlite {
        pairs.push((two, Contender::Update));
    }
    if few {
        let python = python_environment("bench", &["psycopg2-binary==2.9.10", "PyMySQL==1.1.1"]).join("python");
        pairs.push((one.clone(), Contender::Loop { python }));
    }
    if few && engine == Engine::Mariadb {
        pairs.push((one.clone(), Contender::Archiver));
        pairs.push((one, Contender::SchemaChange));
    }
    pairs
}

impl Contender {
    pub fn name(&self) -> String {
        match self {
            Contender::Stepwell { workers: 1 } => "Stepwell, 1 worker".to_owned(),
            Contender::Stepwell { workers } => format!("Stepwell, {workers} workers"),
            Contender::Update => "one UPDATE".to_owned(),
            Contender::Loop { .. } => "a loop in Python, 1,000 rows a commit".to_owned(),
            Contender::Archiver => "pt-archiver".to_owned(),
            Contender::SchemaChange => "pt-online-schema-change".to_owned(),
        }
    }

    /// How many rows are done afterwards.
    pub fn question(&self) -> &'static str {
        match self {
            Contender::Stepwell { .. } | Contender::Update | Contender::Loop { .. } => {
                "select count(*) from t where done = v * 2"
            }
            Contender::Archiver => "select count(*) from copied",
            Contender::SchemaChange => "select count(*) from t",
        }
    }

    /// Its process. What must be there before it is made here.
    pub fn command(&self, place: &Place) -> Command {
        match self {
            Contender::Stepwell { workers } => {
                place.define(*workers);
                let mut command = Command::new(support::program());
                command.env_clear().envs(support::environment(&place.deployment.home()));
                command.env("STEPWELL_CATALOGUE", place.deployment.catalogue());
                command.args(["run", "--yes"]).current_dir(place.deployment.dir());
                command
            }
            Contender::Update => match &place.server {
                Some(server) => server.client("app", UPDATE),
                None => sqlite(&place.file(), UPDATE),
            },
            Contender::Loop { python } => {
                let mut command = Command::new(python);
                command.arg("-c").arg(script(place.engine)).arg(match &place.server {
                    Some(server) => server.socket(),
                    None => place.file(),
                });
                command
            }
            Contender::Archiver => {
                let server = place.server.as_ref().expect("a server");
                server.sql("create table copied like t");
                let at = format!("S={},u=root,D=app", server.socket().display());
                let mut command = Command::new("pt-archiver");
                command.arg("--source").arg(format!("{at},t=t")).arg("--dest").arg(format!("{at},t=copied"));
                command.args(["--where", "1=1", "--limit", "1000", "--commit-each", "--no-delete"]);
                command.args(["--no-safe-auto-increment", "--no-check-charset"]);
                command
            }
            Contender::SchemaChange => {
                let server = place.server.as_ref().expect("a server");
                let mut command = Command::new("pt-online-schema-change");
                command.args(["--alter", "add column more bigint", "--execute", "--no-check-replication-filters"]);
                command.args(["--recursion-method", "none"]);
                command.arg(format!("S={},u=root,D=app,t=t", server.socket().display()));
                command
            }
        }
    }
}

fn script(engine: Engine) -> String {
    let connect = match engine {
        Engine::Sqlite => "import sqlite3; db = sqlite3.connect(sys.argv[1])",
        Engine::Postgres => "import psycopg2; db = psycopg2.connect(host=sys.argv[1], user='postgres', dbname='app')",
        Engine::Mariadb => "import pymysql; db = pymysql.connect(unix_socket=sys.argv[1], user='root', database='app')",
    };
    format!(
        "import sys\n{connect}\ncursor = db.cursor()\nat = 0\nwhile True:\n    \
         cursor.execute('select max(id) from (select id from t where id > %d order by id limit 1000) batch' % at)\n    \
         to = cursor.fetchone()[0]\n    if to is None:\n        break\n    \
         cursor.execute('update t set done = v * 2 where id > %d and id <= %d and done is null' % (at, to))\n    \
         db.commit()\n    at = to\n"
    )
}
