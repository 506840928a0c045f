//! Keepsake's own command, as far as an upgrade needs it. `stepwell keepsake …` runs it.
//!
//! It behaves as such programs do: it works through what is left, some objects are busy, and now and then the
//! connection breaks half way. What it stores follows from the row alone, so the result is the same however often it
//! was run, stopped or killed.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io::{Write as _, stderr, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// Set to 1: no pause between objects, as with `--fast`. A runner gives its programs few variables, so a deployment
/// says `--fast` in its fact `program`.
const FAST: &str = "KEEPSAKE_FAST";
const USAGE: &str = "usage: keepsake version\n       keepsake [--fast] reseal --database PATH [--batch N]";
const VERSION: &str = "3.0.0";

const OK: u8 = 0;
const FAILED: u8 = 1;
const WRONG_USAGE: u8 = 2;
/// `EX_TEMPFAIL`: nothing is wrong that another attempt would not mend.
const TRY_AGAIN: u8 = 75;

/// Objects whose new seals are written in one transaction. The lock is held for the writing alone.
const CHUNK: usize = 25;
/// One object in so many is busy, at each attempt anew.
const BUSY_ONE_IN: u64 = 14;
/// One call in so many breaks off half way.
const BREAKS_ONE_IN: u64 = 4;

/// Runs `keepsake ARGS`, writes to standard output and error, and returns the exit code: 0 done, 1 some objects
/// failed, 2 wrong usage, 75 try again.
pub async fn keepsake(args: Vec<String>) -> u8 {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (fast, words) = match words.as_slice() {
        ["--fast", words @ ..] => (true, words),
        words => (std::env::var_os(FAST).is_some_and(|value| value == "1"), words),
    };
    match words {
        ["version" | "--version"] => {
            say(&format!("keepsake {VERSION}"));
            OK
        }
        ["reseal", options @ ..] => match Reseal::parse(options, fast) {
            Ok(reseal) => reseal.run().await,
            Err(problem) => complain(&format!("{problem}\n{USAGE}"), WRONG_USAGE),
        },
        _ => complain(USAGE, WRONG_USAGE),
    }
}

/// `keepsake reseal`: gives attachments the seal that covers their name too.
struct Reseal {
    database: PathBuf,
    batch: i64,
    pause: Duration,
}

/// What became of one call.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// Every object was tried.
    Finished { failed: usize, total: usize },
    /// The connection was lost. What was written stays written.
    Broken,
}

struct Attachment {
    id: i64,
    name: String,
    sealed: String,
}

impl Reseal {
    fn parse(options: &[&str], fast: bool) -> Result<Self, String> {
        let mut database = None;
        let mut batch = 100;
        for pair in options.chunks(2) {
            match *pair {
                ["--database", path] => database = Some(PathBuf::from(path)),
                ["--batch", n] => {
                    batch = n.parse().ok().filter(|n| *n > 0).ok_or(format!("`{n}` is not a number of objects"))?;
                }
                [option, ..] => return Err(format!("unknown option, or one without a value: {option}")),
                [] => {}
            }
        }
        let database = database.ok_or("--database is missing")?;
        Ok(Reseal { database, batch, pause: Duration::from_millis(if fast { 0 } else { 5 }) })
    }

    async fn run(&self) -> u8 {
        match self.attempt(&mut Chance::new()).await {
            Ok(Outcome::Finished { failed, total }) => {
                say(&format!("Fail: {failed}, Total: {total}"));
                if failed == 0 { OK } else { FAILED }
            }
            Ok(Outcome::Broken) => complain("connection reset by peer", TRY_AGAIN),
            Err(error) => complain(&error.to_string(), FAILED),
        }
    }

    async fn attempt(&self, chance: &mut Chance) -> Result<Outcome, sqlx::Error> {
        let mut db = open(&self.database).await?;
        let pending = pending(&mut db, self.batch).await?;
        let total = pending.len();
        let breaks_at = (total > 1 && chance.one_in(BREAKS_ONE_IN)).then_some(total / 2);
        let (mut tried, mut failed) = (0, 0);
        for chunk in pending.chunks(CHUNK) {
            let mut sealed = Vec::with_capacity(chunk.len());
            for attachment in chunk {
                if breaks_at == Some(tried) {
                    write(&mut db, &sealed).await?;
                    return Ok(Outcome::Broken);
                }
                tokio::time::sleep(self.pause).await;
                tried += 1;
                if chance.one_in(BUSY_ONE_IN) {
                    failed += 1;
                    say(&format!("attachment {} is busy", attachment.id));
                } else {
                    sealed.push((attachment.id, new_seal(attachment)));
                }
            }
            write(&mut db, &sealed).await?;
            say(&format!("sealed {} of {total}", tried - failed));
        }
        db.close().await?;
        Ok(Outcome::Finished { failed, total })
    }
}

async fn open(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new().filename(path).busy_timeout(Duration::from_secs(10)).connect().await
}

/// The first attachments that have the old seal, at most `batch`.
async fn pending(db: &mut SqliteConnection, batch: i64) -> Result<Vec<Attachment>, sqlx::Error> {
    let rows: Vec<(i64, String, String)> =
        sqlx::query_as("select id, name, sealed from attachments where seal < 2 order by id limit ?")
            .bind(batch)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|(id, name, sealed)| Attachment { id, name, sealed }).collect())
}

/// Stores new seals, all or none. The old seal in the condition keeps two calls at once from sealing twice.
async fn write(db: &mut SqliteConnection, sealed: &[(i64, String)]) -> Result<(), sqlx::Error> {
    let mut transaction = db.begin_with("begin immediate").await?;
    for (id, seal) in sealed {
        sqlx::query("update attachments set seal = 2, sealed = ? where id = ? and seal < 2")
            .bind(seal)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await
}

/// The new seal follows from the row alone: a row that is sealed after a kill gets what it would have got before.
fn new_seal(attachment: &Attachment) -> String {
    let digest =
        Sha256::new().chain_update(&attachment.name).chain_update([0]).chain_update(&attachment.sealed).finalize();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("ks2.{hex}")
}

/// Real chance, from the keys that the system gives each hasher. It decides which objects are busy, never what is
/// stored.
struct Chance {
    keys: RandomState,
    drawn: u64,
}

impl Chance {
    fn new() -> Self {
        Chance { keys: RandomState::new(), drawn: 0 }
    }

    fn one_in(&mut self, n: u64) -> bool {
        let mut hasher = self.keys.build_hasher();
        hasher.write_u64(self.drawn);
        self.drawn += 1;
        hasher.finish().is_multiple_of(n)
    }
}

// Whoever reads the output may be gone; that is no reason to stop half way.
fn say(line: &str) {
    let _ = writeln!(stdout(), "{line}");
}

fn complain(line: &str, exit: u8) -> u8 {
    let _ = writeln!(stderr(), "keepsake: {line}");
    exit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::build;

    async fn sealed_until_done(dir: &Path) -> (Vec<(i64, String)>, usize) {
        build(dir, 50, Path::new("/opt/stepwell")).await.expect("builds");
        let reseal = Reseal { database: dir.join("keepsake.sqlite"), batch: 250, pause: Duration::ZERO };
        let mut calls = 0;
        loop {
            calls += 1;
            assert!(calls < 100, "it gets nowhere");
            reseal.attempt(&mut Chance::new()).await.expect("works");
            let mut db = open(&reseal.database).await.expect("opens");
            if pending(&mut db, 1).await.expect("answers").is_empty() {
                let rows = sqlx::query_as("select id, sealed from attachments where seal = 2 order by id");
                return (rows.fetch_all(&mut db).await.expect("answers"), calls);
            }
        }
    }

    #[tokio::test]
    async fn however_often_it_fails_all_attachments_end_with_the_same_seal() {
        let (one, two) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (first, calls) = sealed_until_done(one.path()).await;
        let (second, _) = sealed_until_done(two.path()).await;
        assert_eq!(first.len(), 600);
        assert!(first == second);
        assert!(calls >= 3, "600 objects do not fit into {calls} calls");
    }

    #[test]
    fn options_are_read_or_refused_by_name() {
        let reseal =
            Reseal::parse(&["--database", "k.sqlite", "--batch", "7"], true).map_err(|_| "refused").expect("is read");
        assert_eq!((reseal.database, reseal.batch), (PathBuf::from("k.sqlite"), 7));
        for (options, problem) in [
            (&["--batch", "7"][..], "--database is missing"),
            (&["--database"], "unknown option, or one without a value: --database"),
            (&["--database", "k", "--batch", "0"], "`0` is not a number of objects"),
        ] {
            assert_eq!(Reseal::parse(options, true).err().as_deref(), Some(problem));
        }
    }

    #[tokio::test]
    async fn exit_codes_tell_wrong_usage_from_a_failure() {
        let args = |text: &str| text.split(' ').map(str::to_owned).collect();
        assert_eq!(keepsake(args("version")).await, OK);
        assert_eq!(keepsake(args("--fast version")).await, OK);
        assert_eq!(keepsake(args("polish")).await, WRONG_USAGE);
        assert_eq!(keepsake(args("reseal --database /nowhere/k.sqlite")).await, FAILED);
    }
}
