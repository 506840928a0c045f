//! Backfills and file changes as steps, on a database and files of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::sync::{mpsc, watch};

use super::{Context, Control, Outcome, backfill, backup, file};
use crate::definition::{Names, Templates};
use crate::journal::Marks;
use crate::model::{Backfill, BackupSpec, Edits, FileEdit, FileFormat, Pace, Scheme, Setting, Template, Value};
use crate::probe::Site;
use crate::store::{Connection, Location};

struct Place {
    folder: TempDir,
    location: Location,
    context: Context,
}

impl Place {
    async fn new(sql: &[&str]) -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let location = Location::Sqlite(folder.path().join("db.sqlite"));
        let mut connection = Connection::create(location.file().expect("a file")).await.expect("a database");
        for statement in sql {
            connection.execute(statement, &[]).await.expect(statement);
        }
        connection.close().await;
        let site = Site {
            deployment: "d".to_owned(),
            dir: folder.path().to_owned(),
            state_dir: folder.path().join("state"),
            scheme: Scheme::Semver,
            names: Names::default(),
            secrets: Arc::default(),
            stores: Arc::new(BTreeMap::from([("db".to_owned(), location.clone())])),
            limits: crate::model::Limits::default(),
            replicas: Arc::default(),
            env: Arc::default(),
            templates: Templates::new(&Scheme::Semver),
        };
        let context = Context {
            key: "k".to_owned(),
            mark: "k".to_owned(),
            told_to_do: false,
            attempt: 1,
            run_dir: folder.path().join("state/runs/r"),
            site: Arc::new(site),
            marks: Marks { deployment: "d".to_owned(), run: "r".to_owned(), epoch: 1 },
            fenced: Arc::default(),
            answers: BTreeMap::new(),
            baseline: BTreeMap::new(),
            overrides: BTreeSet::new(),
            total: None,
            pace: watch::channel(Pace::Normal).1,
            reports: mpsc::unbounded_channel().0,
            control: watch::channel(Control::Go).1,
        };
        Place { folder, location, context }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    async fn fill(&self, key: &[&str], batch: u64) -> Outcome {
        let spec = Backfill {
            table: "t".to_owned(),
            key: key.iter().map(ToString::to_string).collect(),
            pending: "done is null".to_owned(),
            set: vec![("done".to_owned(), "1".to_owned())],
            batch: Some(batch),
            ..Backfill::default()
        };
        // The control's other end has to live.
        let (_go, control) = watch::channel(Control::Go);
        backfill::run(&spec, None, &Context { control, ..self.context.clone() }).await
    }

    async fn left(&self) -> Option<i64> {
        let mut connection = Connection::open_read_only(&self.location).await.expect("a database");
        connection.query("select count(*) from t where done is null", &[]).await.expect("an answer").number()
    }
}

#[tokio::test]
async fn a_backfill_goes_along_keys_of_every_kind() {
    let rows = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)";
    for (table, insert, key) in [
        ("create table t (id integer primary key, done)", "select i * i, null from n", &["id"][..]),
        ("create table t (id text primary key, done)", "select 'ä' || (i * 7919 % 211), null from n", &["id"]),
        ("create table t (id blob primary key, done)", "select cast(char(i % 7) || i as blob), null from n", &["id"]),
        ("create table t (id real primary key, done)", "select i / 3.0, null from n", &["id"]),
        (
            "create table t (id primary key, done)",
            "select case i % 3 when 0 then i when 1 then 'x' || i else i / 7.0 end, null from n",
            &["id"],
        ),
        (
            "create table t (a text, b integer, done, primary key (a, b)) without rowid",
            "select i % 5, i, null from n",
            &["a", "b"],
        ),
        (
            "create table t (\"a b\" boolean, \"c\"\"d\" datetime, done, primary key (\"a b\", \"c\"\"d\"))",
            "select i % 2, '2020-01-' || i, null from n",
            &["a b", "c\"d"],
        ),
    ] {
        for batch in [1, 7, 199, 200, 5000] {
            let place = Place::new(&[table, &format!("{rows} insert into t {insert}")]).await;
            assert_eq!(place.fill(key, batch).await, Outcome::Done, "{table}, batches of {batch}");
            assert_eq!(place.left().await, Some(0), "{table}");
            assert_eq!(place.fill(key, batch).await, Outcome::Adopted, "it is marked");
        }
    }
}

#[tokio::test]
async fn an_empty_table_is_done() {
    let place = Place::new(&["create table t (id integer primary key, done)"]).await;
    assert_eq!(place.fill(&["id"], 10).await, Outcome::Done);
}

#[tokio::test]
async fn rows_that_come_while_it_runs_are_done_too() {
    let place = Place::new(&[
        "create table t (id integer primary key, done)",
        "insert into t values (1, null), (2, null), (3, null)",
        // A user who inserts behind the upper bound, and one who changes a row back before it.
        "create trigger beyond after update on t when new.id = 2 begin insert into t values (90, null), (91, null); end",
        "create trigger behind after update on t when new.id = 3 begin update t set done = null where id = 1; end",
    ])
    .await;
    assert_eq!(place.fill(&["id"], 1).await, Outcome::Done);
    assert_eq!(place.left().await, Some(0));
}

#[tokio::test]
async fn a_backfill_that_cannot_end_says_so_and_is_not_tried_again() {
    for sql in [
        // A key that no comparison finds.
        ["create table t (id text primary key, done)", "insert into t values ('a', null), (null, null)"],
        // A change that undoes itself.
        [
            "create table t (id text primary key, done check (done is null or done = 1))",
            "insert into t values ('a', null)",
        ],
    ] {
        let place = Place::new(&sql).await;
        let trigger = "create trigger back after update on t begin update t set done = null where done = 1; end";
        if sql[0].contains("check") {
            Connection::open(&place.location).await.expect("opens").execute(trigger, &[]).await.expect("a trigger");
        }
        let Outcome::Failed(failure) = place.fill(&["id"], 10).await else { panic!("{sql:?} cannot end well") };
        assert!(!failure.transient && failure.error.contains("still match"), "{}", failure.error);
    }
}

fn ini(path: &Path, value: &str) -> FileEdit {
    FileEdit::Edit(Edits {
        format: FileFormat::Ini,
        path: Template::new(path.display().to_string()),
        set: vec![("a.x".to_owned(), Setting::Text(Template::new(value.to_owned())))],
        default: Vec::new(),
        rename: Vec::new(),
        remove: Vec::new(),
        remove_items: Vec::new(),
        add: Vec::new(),
        insert: Vec::new(),
    })
}

#[tokio::test]
async fn a_file_is_replaced_and_what_stands_beside_it_is_not_followed() {
    let place = Place::new(&[]).await;
    let (conf, other) = (place.path("a.conf"), place.path("other"));
    std::fs::write(&conf, "[a]\nx = 1\n").expect("is written");
    std::fs::write(&other, "mine").expect("is written");
    std::os::unix::fs::symlink(&other, place.path("a.conf.stepwell-new")).expect("a link");
    assert_eq!(file::run(&ini(&conf, "2"), &place.context), Outcome::Done);
    assert_eq!(std::fs::read_to_string(&other).expect("is read"), "mine");
    assert_eq!(std::fs::read_to_string(&conf).expect("is read"), "[a]\nx = 2\n");
    assert!(!conf.is_symlink());
}

#[tokio::test]
async fn the_copy_of_a_file_is_whole_also_after_a_kill() {
    let place = Place::new(&[]).await;
    let conf = place.path("a.conf");
    std::fs::write(&conf, "[a]\nx = 1\n").expect("is written");
    let kept =
        place.context.run_dir.join("files").join(conf.display().to_string().trim_start_matches('/').replace('/', "_"));
    std::fs::create_dir_all(kept.parent().expect("a folder")).expect("a folder");
    // A runner was killed while it wrote the copy, and another one before it removed what it had set aside.
    std::fs::write(kept.with_extension("part"), "[a").expect("is written");
    assert_eq!(file::run(&ini(&conf, "2"), &place.context), Outcome::Done);
    assert_eq!(std::fs::read_to_string(&kept).expect("is kept"), "[a]\nx = 1\n");
    assert_eq!(file::run(&ini(&conf, "3"), &place.context), Outcome::Done);
    assert_eq!(std::fs::read_to_string(&kept).expect("is kept"), "[a]\nx = 1\n", "as it was before the run");
}

#[tokio::test]
async fn nobody_else_reads_a_backup_also_while_it_is_made() {
    let place = Place::new(&["create table t (id)"]).await;
    let part = place.path("copy.part");
    super::shim::private(&part, true).expect("an empty file");
    backup::copy_sqlite(&place.location, &part).await.expect("is copied");
    assert_eq!(std::fs::metadata(&part).expect("is there").permissions().mode() & 0o777, 0o600);
    let spec = BackupSpec { store: None, to: None, prove: true };
    assert_eq!(backup::run(&spec, &place.context).await, Outcome::Done);
    assert_eq!(backup::run(&spec, &place.context).await, Outcome::Adopted);
}

#[tokio::test]
async fn a_checkpoint_that_a_restored_store_has_forgotten_starts_anew() {
    let place = Place::new(&["create table t (id integer primary key, done)", "insert into t values (1, null)"]).await;
    assert_eq!(place.fill(&["id"], 10).await, Outcome::Done);
    let mut connection = Connection::open(&place.location).await.expect("opens");
    connection.execute("update t set done = null", &[]).await.expect("works");
    connection.execute("delete from stepwell_mark", &[]).await.expect("works");
    let mark = place.context.marks.get(&mut connection, "k").await.expect("is read");
    assert_eq!((mark.done, mark.checkpoint), (false, Value::Null));
    assert_eq!(place.fill(&["id"], 10).await, Outcome::Done);
    assert_eq!(place.left().await, Some(0));
}
