//! Backfills as steps by themselves, on a database of any kind: started, watched, disturbed and gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use stepwell::definition::{Names, Templates};
use stepwell::journal::Marks;
use stepwell::model::{Pace, PlannedStep, Scheme};
use stepwell::probe::Site;
use stepwell::step::{Context, Control, Outcome, Report, run};
use stepwell::store::{Connection, Location};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::server::{Kind, Server};
use super::{PATIENCE, database};

/// The kinds of database; `None` is a file.
pub const EVERYWHERE: [Option<Kind>; 3] = [None, Some(Kind::Postgres), Some(Kind::Mariadb)];

/// A database, and the runners that come to it one after the other.
pub struct Place {
    folder: TempDir,
    pub server: Option<Server>,
    runtime: Runtime,
    runners: AtomicU64,
}

impl Place {
    pub fn on(kind: Option<Kind>) -> Place {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let place = Place {
            folder: tempfile::tempdir().expect("a folder"),
            server: kind.map(Server::start),
            runtime: runtime.expect("a runtime"),
            runners: AtomicU64::new(0),
        };
        if kind.is_none() {
            place.sql("pragma journal_mode = wal");
        }
        place
    }

    pub fn engine(&self) -> &'static str {
        self.server.as_ref().map_or("sqlite", Server::engine)
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("db.sqlite")
    }

    /// A place for a file of the test's own.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn location(&self) -> Location {
        match &self.server {
            Some(server) => Location::parse(&server.url(), Path::new("/")).expect("a URL"),
            None => Location::Sqlite(self.file()),
        }
    }

    #[track_caller]
    pub fn sql(&self, statements: &str) {
        match &self.server {
            Some(server) => drop(server.sql(statements)),
            None => database::execute(&self.file(), statements),
        }
    }

    #[track_caller]
    pub fn ask(&self, query: &str) -> String {
        match &self.server {
            Some(server) => server.sql(query),
            None => database::ask(&self.file(), query),
        }
    }

    /// Whether two tables hold the same.
    #[track_caller]
    pub fn assert_equal(&self, a: &str, b: &str, why: &str) {
        for (a, b) in [(a, b), (b, a)] {
            let rows = self.ask(&format!("select count(*) from (select * from {a} except select * from {b}) x"));
            assert_eq!(rows, "0", "{}: rows of {a} that are not in {b}, {why}", self.engine());
        }
    }

    /// A transaction of somebody else, open until the holder is dropped.
    pub fn begin(&self) -> Holder<'_> {
        let connection = self.runtime.block_on(async {
            let mut connection = Connection::open(&self.location()).await.expect("opens");
            connection.begin().await.expect("begins");
            connection
        });
        Holder { place: self, connection: Some(connection) }
    }

    /// Such a transaction after its first statement.
    pub fn hold(&self, statement: &str) -> Holder<'_> {
        let mut holder = self.begin();
        holder.execute(statement);
        holder
    }

    /// Starts an attempt, as a new runner would.
    pub fn start(&self, backfill: &Value) -> Running<'_> {
        let step: PlannedStep = serde_json::from_value(json!({
            "key": "k", "phase": "steps", "hop": null, "title": "Fill", "offline": "no", "resume": "keyset",
            "scope": { "from": "1.0.0", "to": "2.0.0", "release": "2.0.0" }, "point_of_no_return": false, "optional": false,
            "ask_first": false, "touches": "", "detail": [], "work": { "backfill": backfill },
        }))
        .expect("a step");
        let site = Site {
            deployment: "d".to_owned(),
            dir: self.folder.path().to_owned(),
            state_dir: self.folder.path().join("state"),
            scheme: Scheme::Semver,
            names: Names::default(),
            secrets: Arc::default(),
            stores: Arc::new(BTreeMap::from([("db".to_owned(), self.location())])),
            limits: stepwell::model::Limits::default(),
            replicas: Arc::default(),
            env: Arc::default(),
            templates: Templates::new(&Scheme::Semver),
        };
        let (control, told) = watch::channel(Control::Go);
        let (reports, reported) = mpsc::unbounded_channel();
        let context = Context {
            key: "k".to_owned(),
            mark: "k".to_owned(),
            told_to_do: false,
            attempt: 1,
            run_dir: self.folder.path().join("state/runs/r"),
            site: Arc::new(site),
            marks: Marks {
                deployment: "d".to_owned(),
                run: "r".to_owned(),
                epoch: self.runners.fetch_add(1, Ordering::Relaxed) + 1,
            },
            fenced: Arc::default(),
            answers: BTreeMap::new(),
            baseline: BTreeMap::new(),
            overrides: BTreeSet::new(),
            total: None,
            pace: watch::channel(Pace::Normal).1,
            reports,
            control: told,
        };
        let task = self.runtime.spawn(async move { run(&step, &context).await });
        Running { place: self, task, control, reports: reported, seen: Vec::new() }
    }

    /// Starts an attempt and waits for its end.
    #[track_caller]
    pub fn fill(&self, backfill: &Value) -> (Outcome, Vec<Report>) {
        self.start(backfill).end()
    }
}

/// An attempt under way.
pub struct Running<'a> {
    place: &'a Place,
    task: JoinHandle<Outcome>,
    pub control: watch::Sender<Control>,
    reports: mpsc::UnboundedReceiver<Report>,
    seen: Vec<Report>,
}

impl Running<'_> {
    /// Waits for a report; false when the attempt ended before it.
    #[track_caller]
    pub fn wait_for(&mut self, mut wanted: impl FnMut(&Report) -> bool) -> bool {
        let Running { place, reports, seen, .. } = self;
        let wait = async {
            while let Some(report) = reports.recv().await {
                let found = wanted(&report);
                seen.push(report);
                if found {
                    return true;
                }
            }
            false
        };
        let waited = place.runtime.block_on(async { tokio::time::timeout(PATIENCE, wait).await });
        waited.expect("a report in time")
    }

    /// Ends it without a goodbye: its connections are cut in the middle of whatever they do.
    pub fn kill(self) {
        self.task.abort();
        let _ = self.place.runtime.block_on(self.task);
    }

    #[track_caller]
    pub fn end(mut self) -> (Outcome, Vec<Report>) {
        let began = Instant::now();
        let ended = self.place.runtime.block_on(async { tokio::time::timeout(PATIENCE, &mut self.task).await });
        let outcome = ended.unwrap_or_else(|_| panic!("no end after {:?}", began.elapsed())).expect("no panic");
        while let Ok(report) = self.reports.try_recv() {
            self.seen.push(report);
        }
        (outcome, self.seen)
    }
}

/// Somebody else's transaction.
pub struct Holder<'a> {
    place: &'a Place,
    connection: Option<Connection>,
}

impl Holder<'_> {
    /// Carries out a statement in it, however long that waits for others.
    pub fn execute(&mut self, statement: &str) {
        assert!(self.try_execute(statement), "{statement} is refused");
    }

    /// False when it is refused; then the transaction is of no use any more.
    pub fn try_execute(&mut self, statement: &str) -> bool {
        let Some(connection) = &mut self.connection else { return false };
        self.place.runtime.block_on(connection.execute(statement, &[])).is_ok()
    }

    /// Ends it so that what it changed lasts.
    pub fn commit(mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        self.place.runtime.block_on(async {
            connection.commit().await.expect("commits");
            connection.close().await;
        });
    }
}

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        self.place.runtime.block_on(async {
            connection.rollback().await;
            connection.close().await;
        });
    }
}
