//! Makes the deployment that the demo upgrades: `keepsake.sqlite` as Keepsake 1.8.2 left it, and `stepwell.yaml`.
//!
//! The data come from a fixed seed, so two builds of the same size hold the same bytes. `stepwell.yaml` is written
//! last: where it is there, the deployment is whole.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _};

/// Secrets in a demo whose size nobody asked for.
pub const DEFAULT_ROWS: u64 = 200_000;

const SCHEMA: &str = include_str!("schema.sql");
const DATA: &str = include_str!("data.sql");
/// `KEEP`, in the header of the database file: tells a Keepsake database from a stranger's file of the same name.
const APPLICATION_ID: [u8; 4] = *b"KEEP";
/// Where the application id stands in an SQLite file.
const APPLICATION_ID_AT: u64 = 68;

/// Why the demo could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("cannot write {path}: {source}", path = .path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot fill {path}: {source}", path = .path.display())]
    Database { path: PathBuf, source: sqlx::Error },
    #[error("{path} is there already and was not made by the demo: choose another folder with --dir", path = .0.display())]
    Foreign(PathBuf),
    #[error("another stepwell is making the demo in {path}: wait for it, or choose another folder with --dir", path = .0.display())]
    Busy(PathBuf),
    #[error("the path {path} is not valid UTF-8, which stepwell.yaml must be: choose another folder with --dir", path = .0.display())]
    NotUtf8(PathBuf),
}

/// Makes a deployment of Keepsake 1.8.2 with `rows` secrets (at least one) in `dir`, and returns its
/// `stepwell.yaml`. `program` is the `stepwell` that plays Keepsake's own command. A deployment that is there already
/// is left as it is, so that a demo can be continued.
///
/// # Errors
/// When the folder or a file cannot be written, when a file of the same name is not the demo's, or when another
/// process is making the demo there.
pub async fn build(dir: &Path, rows: u64, program: &Path) -> Result<PathBuf, DemoError> {
    create_private(dir)?;
    let dir = &fs::canonicalize(dir).map_err(|source| DemoError::File { path: dir.to_owned(), source })?;
    let deployment = dir.join("stepwell.yaml");
    if deployment.exists() {
        return Ok(deployment);
    }
    // Held until the end of this function; the kernel lets go of it when the process dies.
    let _lock = lock(dir)?;
    if deployment.exists() {
        return Ok(deployment);
    }
    let text = deployment_text(dir, program)?;

    let database = dir.join("keepsake.sqlite");
    if database.exists() && !is_keepsake(&database) {
        return Err(DemoError::Foreign(database));
    }
    let building = dir.join("keepsake.sqlite.building");
    remove_database(&building)?;
    fill(&building, rows.max(1)).await.map_err(|source| DemoError::Database { path: building.clone(), source })?;
    sync(&building)?;
    // An old write-ahead log beside a new database would be replayed into it.
    remove_database(&database)?;
    rename(&building, &database)?;

    let draft = dir.join("stepwell.yaml.building");
    write_private(&draft, &text)?;
    rename(&draft, &deployment)?;
    sync(dir)?;
    Ok(deployment)
}

/// The whole content of `stepwell.yaml`. JSON strings are YAML strings, whatever the paths contain.
fn deployment_text(dir: &Path, program: &Path) -> Result<String, DemoError> {
    let utf8 = |path: &Path| path.to_str().map(str::to_owned).ok_or_else(|| DemoError::NotUtf8(path.to_owned()));
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let folder = utf8(dir)?;
    // Relative to the deployment file, so that the folder can be moved.
    let url = "sqlite:///keepsake.sqlite";
    Ok(format!(
        "# Keepsake does not exist. This deployment is for trying Stepwell; delete the folder to start over.\n\
         format: 1\n\
         system: keepsake\n\
         deployment: keepsake-demo\n\
         stores:\n  \
           db:\n    \
             url: {url}\n\
         facts:\n  \
           dir: {dir}\n  \
           program: [{program}, keepsake]\n",
        url = quoted(url),
        dir = quoted(&folder),
        program = quoted(&utf8(program)?),
    ))
}

/// Fills a new database. Nothing is synced while it grows: until it is renamed nobody relies on it.
async fn fill(path: &Path, rows: u64) -> Result<(), sqlx::Error> {
    write_private(path, "").map_err(|error| sqlx::Error::Configuration(error.into()))?;
    let mut db = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .connect()
        .await?;
    sqlx::raw_sql(SCHEMA).execute(&mut db).await?;
    insert(&mut db, rows).await?;
    // The service runs with a write-ahead log; the mode is kept in the file.
    sqlx::raw_sql("pragma journal_mode = wal").execute(&mut db).await?;
    db.close().await
}

async fn insert(db: &mut SqliteConnection, rows: u64) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin().await?;
    sqlx::query("create temp table size as select ? as secrets")
        .bind(i64::try_from(rows).unwrap_or(i64::MAX))
        .execute(&mut *transaction)
        .await?;
    sqlx::raw_sql(DATA).execute(&mut *transaction).await?;
    transaction.commit().await
}

fn is_keepsake(path: &Path) -> bool {
    let read = || -> io::Result<[u8; 4]> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(APPLICATION_ID_AT))?;
        let mut id = [0; 4];
        file.read_exact(&mut id)?;
        Ok(id)
    };
    read().is_ok_and(|id| id == APPLICATION_ID)
}

/// Two processes that fill one file would spoil it; the second one is told so.
fn lock(dir: &Path) -> Result<File, DemoError> {
    let file = File::open(dir).map_err(|source| DemoError::File { path: dir.to_owned(), source })?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(DemoError::Busy(dir.to_owned())),
        // A file system without locks is no reason to refuse a demo.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Makes the folder for its owner alone. One that is there keeps its mode.
fn create_private(dir: &Path) -> Result<(), DemoError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .map_err(|source| DemoError::File { path: dir.to_owned(), source })
}

fn write_private(path: &Path, text: &str) -> Result<(), DemoError> {
    let write = || -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|source| DemoError::File { path: path.to_owned(), source })
}

/// Removes a database with the files that SQLite keeps beside it.
fn remove_database(path: &Path) -> Result<(), DemoError> {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        match fs::remove_file(&name) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                return Err(DemoError::File { path: name.into(), source });
            }
            _ => {}
        }
    }
    Ok(())
}

fn sync(path: &Path) -> Result<(), DemoError> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|source| DemoError::File { path: path.to_owned(), source })
}

fn rename(from: &Path, to: &Path) -> Result<(), DemoError> {
    fs::rename(from, to).map_err(|source| DemoError::File { path: to.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    async fn built(dir: &Path, rows: u64) -> PathBuf {
        build(dir, rows, Path::new("/opt/stepwell")).await.expect("builds")
    }

    #[tokio::test]
    async fn two_builds_hold_the_same_bytes() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        built(one.path(), 3_000).await;
        built(two.path(), 3_000).await;
        let read = |dir: &Path| fs::read(dir.join("keepsake.sqlite")).expect("is read");
        assert!(read(one.path()) == read(two.path()));
    }

    #[tokio::test]
    async fn the_deployment_is_private_and_names_what_the_catalogue_asks_for() {
        let parent = tempfile::tempdir().expect("a folder");
        let dir = parent.path().join("100% \"mine\"");
        let file = built(&dir, 10).await;
        for (path, mode) in [(&dir, 0o700), (&file, 0o600), (&dir.join("keepsake.sqlite"), 0o600)] {
            let found = fs::metadata(path).expect("is there").permissions().mode() & 0o777;
            assert_eq!(found, mode, "{}", path.display());
        }
        let text = fs::read_to_string(&file).expect("is read");
        let yaml: serde_json::Value = serde_yaml::from_str(&text).expect("is YAML");
        let dir = fs::canonicalize(&dir).expect("is there");
        assert_eq!(yaml["system"], "keepsake");
        assert_eq!(yaml["facts"]["dir"], dir.to_str().expect("UTF-8"));
        assert_eq!(yaml["facts"]["program"], serde_json::json!(["/opt/stepwell", "keepsake"]));
        assert_eq!(yaml["stores"]["db"]["url"], "sqlite:///keepsake.sqlite");
        let names: Vec<_> = fs::read_dir(&dir).expect("is read").map(|e| e.expect("an entry").file_name()).collect();
        assert_eq!(names.len(), 2, "nothing but the two files: {names:?}");
    }

    #[tokio::test]
    async fn a_deployment_that_is_there_is_continued() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = built(dir.path(), 10).await;
        fs::write(&file, "mine").expect("is written");
        assert_eq!(built(dir.path(), 99).await, file);
        assert_eq!(fs::read_to_string(&file).expect("is read"), "mine");
    }

    #[tokio::test]
    async fn what_a_killed_build_left_is_replaced_and_a_strangers_file_is_not() {
        let dir = tempfile::tempdir().expect("a folder");
        fs::write(dir.path().join("keepsake.sqlite.building"), "half a database").expect("is written");
        fs::remove_file(built(dir.path(), 10).await).expect("is removed");
        fs::write(dir.path().join("keepsake.sqlite-wal"), "an old log").expect("is written");
        built(dir.path(), 10).await;
        assert!(!dir.path().join("keepsake.sqlite-wal").exists());

        fs::remove_file(dir.path().join("stepwell.yaml")).expect("is removed");
        fs::write(dir.path().join("keepsake.sqlite"), "my own notes").expect("is written");
        let error = build(dir.path(), 10, Path::new("/opt/stepwell")).await.expect_err("is refused");
        assert!(matches!(error, DemoError::Foreign(_)), "{error}");
        assert_eq!(fs::read(dir.path().join("keepsake.sqlite")).expect("is read"), b"my own notes");
    }

    #[tokio::test]
    async fn a_second_builder_does_not_disturb_the_first() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = lock(dir.path()).expect("is free");
        let error = build(dir.path(), 10, Path::new("/opt/stepwell")).await.expect_err("is refused");
        assert!(matches!(error, DemoError::Busy(_)), "{error}");
        drop(first);
        built(dir.path(), 10).await;
    }

    #[tokio::test]
    async fn the_data_pass_the_checks_of_2_0_0() {
        let dir = tempfile::tempdir().expect("a folder");
        built(dir.path(), 5_000).await;
        let options = SqliteConnectOptions::new().filename(dir.path().join("keepsake.sqlite")).read_only(true);
        let mut db = options.connect().await.expect("opens");
        for (query, expected) in [
            ("select count(*) from secrets", 5_000),
            ("select count(*) from (select 1 from secrets group by team_id, lower(path) having count(*) > 1)", 0),
            ("select count(*) from secrets where path = '' or path like '%/'", 0),
            ("select count(*) > 100 from secrets where path <> lower(path)", 1),
            ("select count(*) > 10 from secrets where path not like '%/%'", 1),
            ("select count(*) from attachments where seal = 1", 600),
            ("select count(*) from attachments where size > 25 * 1024 * 1024", 0),
            ("select count(*) from tokens", 40),
            ("select count(*) > 5 from tokens where expires_at is null", 1),
            ("select count(*) from pragma_foreign_key_check", 0),
        ] {
            let found: i64 = sqlx::query_scalar(query).fetch_one(&mut db).await.expect("answers");
            assert_eq!(found, expected, "{query}");
        }
    }
}
