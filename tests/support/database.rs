//! What is in an SQLite database, as text in one order whatever was done to get there.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};

/// Columns, indexes and rows of every table that is not Stepwell's own, sorted.
///
/// The text of `CREATE` statements is left out: it keeps the history of how a table came to be as it is, such as the
/// spelling of an `ALTER`.
pub fn dump(path: &Path) -> String {
    block_on(async {
        let mut db = open(path, true).await;
        let tables = texts(
            &mut db,
            r"select name from sqlite_schema
              where type = 'table' and name not like 'sqlite\_%' escape '\' and name not like 'stepwell\_%' escape '\'",
        )
        .await;
        let mut out = String::new();
        for table in tables {
            out += &table_text(&mut db, &table).await;
        }
        out
    })
}

/// The same for one table.
pub fn dump_table(path: &Path, table: &str) -> String {
    block_on(async { table_text(&mut open(path, true).await, table).await })
}

async fn table_text(db: &mut SqliteConnection, table: &str) -> String {
    let (name, from) = (quote(table), identifier(table));
    let names = texts(db, &format!("select name from pragma_table_info({name})")).await;
    let columns = format!(
        "select concat_ws(' ', name, lower(type), \"notnull\", quote(dflt_value), pk) from pragma_table_info({name})"
    );
    let indexes = format!(
        "select concat_ws(' ', iif(\"unique\", 'unique', 'index'), (select group_concat(coalesce(name, '?'))
           from pragma_index_info(list.name))) from pragma_index_list({name}) list"
    );
    let values: Vec<String> = names.iter().map(|column| format!("quote({})", identifier(column))).collect();
    let rows = format!("select {} from {from}", values.join(" || ', ' || "));

    let mut out = format!("table {table} ({})\n", texts(db, &columns).await.join("; "));
    for line in texts(db, &indexes).await.iter().chain(&texts(db, &rows).await) {
        let _ = writeln!(out, "  {line}");
    }
    out
}

/// Fails with the first lines that differ, since two dumps of thousands of rows side by side help nobody.
#[track_caller]
pub fn assert_same(expected: &str, found: &str, after: &str) {
    if expected == found {
        return;
    }
    let [expected, found] = [expected, found].map(|text| text.lines().collect::<BTreeSet<_>>());
    let only = |a: &BTreeSet<&str>, b: &BTreeSet<&str>| -> String {
        a.difference(b).take(10).map(|line| format!("    {line}\n")).collect()
    };
    panic!(
        "{after}, the database is not what an undisturbed run leaves\n  missing:\n{}  instead:\n{}",
        only(&expected, &found),
        only(&found, &expected)
    );
}

/// The answer to a query with one column and one row, as text.
pub fn ask(path: &Path, query: &str) -> String {
    block_on(async {
        let mut db = open(path, true).await;
        let rows = texts(&mut db, query).await;
        assert_eq!(rows.len(), 1, "rows of `{query}`: {rows:?}");
        rows.into_iter().next().unwrap_or_default()
    })
}

/// The answers to a query with one column, as text, sorted.
pub fn column(path: &Path, query: &str) -> Vec<String> {
    block_on(async { texts(&mut open(path, true).await, query).await })
}

/// Makes the database if need be, and carries out `statements`.
pub fn execute(path: &Path, statements: &str) {
    block_on(async {
        let mut db = open(path, false).await;
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut db).await.expect(statements);
        db.close().await.expect("a database to close");
    });
}

/// Leaves a database as a process does that dies in the middle of a transaction: half of it is in the file already, and
/// the journal beside it leads back.
pub fn cut_off(path: &Path, statements: &str) {
    let [journal, aside] = ["-journal", "-aside"].map(|end| path.with_file_name(file_name(path) + end));
    block_on(async {
        let mut db = open(path, false).await;
        // Without room in memory a transaction goes into the file long before its end.
        for statement in ["pragma cache_size = 1", "begin", statements] {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut db).await.expect(statement);
        }
        fs::copy(path, &aside).expect("the database, half written");
        let back = fs::read(&journal).expect("the way back");
        sqlx::raw_sql("rollback").execute(&mut db).await.expect("rollback");
        db.close().await.expect("a database to close");
        fs::write(&journal, back).expect("the way back");
        fs::rename(&aside, path).expect("the database, half written");
    });
}

fn file_name(path: &Path) -> String {
    path.file_name().expect("a file").to_string_lossy().into_owned()
}

/// Holds a database so that nobody else can read or write it, while it is kept.
pub struct Locked {
    runtime: tokio::runtime::Runtime,
    db: Option<SqliteConnection>,
}

impl Locked {
    pub fn exclusively(path: &Path) -> Locked {
        let runtime = runtime();
        let db = runtime.block_on(async {
            let mut db = open(path, false).await;
            for statement in ["pragma locking_mode = exclusive", "begin exclusive"] {
                sqlx::raw_sql(statement).execute(&mut db).await.expect("a lock");
            }
            db
        });
        Locked { runtime, db: Some(db) }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if let Some(db) = self.db.take() {
            let _ = self.runtime.block_on(db.close());
        }
    }
}

async fn open(path: &Path, read_only: bool) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).read_only(read_only).create_if_missing(!read_only);
    SqliteConnection::connect_with(&options).await.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a query with one column, as text, sorted.
async fn texts(db: &mut SqliteConnection, query: &str) -> Vec<String> {
    let query = format!("with answer(x) as ({query}) select cast(x as text) from answer order by 1");
    sqlx::query_scalar(AssertSqlSafe(query.clone()))
        .fetch_all(db)
        .await
        .unwrap_or_else(|error| panic!("{query}: {error}"))
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    runtime().block_on(work)
}
