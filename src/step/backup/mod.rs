//! Backups of a store: made under another name, proven, then renamed. A file with the final name is whole.

mod dump;
mod restore;
mod restore_server;
mod restore_sqlite;
mod sqlite;

use std::path::{Path, PathBuf};

use super::{Context, Outcome, Report};
use crate::model::BackupSpec;
use crate::store::{Engine, Location, kill_point};

pub use restore::{Restored, restore};
pub(super) use sqlite::copy as copy_sqlite;

pub async fn run(spec: &BackupSpec, context: &Context) -> Outcome {
    match attempt(spec, context).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn attempt(spec: &BackupSpec, context: &Context) -> Result<Outcome, Outcome> {
    let (name, location) = context.site.store(spec.store.as_deref())?;
    let target = target(spec, context, name, location.engine())?;
    if target.exists() {
        // Only a proven copy has this name, and the name holds the run.
        let size = target.metadata().map_or(0, |m| m.len());
        context.report(Report::BackedUp { file: target.display().to_string(), size });
        return Ok(Outcome::Adopted);
    }
    let part = target.with_extension("part");
    let io =
        |what: &str, path: &Path, e: &std::io::Error| Outcome::permanent(format!("{what} {}: {e}", path.display()));
    if part.exists() {
        std::fs::remove_file(&part).map_err(|e| io("cannot remove the unfinished copy", &part, &e))?;
    }
    // The copy goes into an empty file that is its owner's alone from the start.
    super::shim::private(&part, true).map_err(|e| io("cannot make", &part, &e))?;
    match location {
        Location::Sqlite(_) => copy_sqlite(location, &part).await?,
        Location::Postgres(server) => dump::postgres(server, &part, context).await?,
        Location::Mysql(server) => dump::mysql(server, &part, context).await?,
    }
    if spec.prove {
        context.report(Report::Verifying);
        match location {
            Location::Sqlite(_) => sqlite::prove(location, &part).await?,
            Location::Postgres(_) => dump::prove_postgres(location, &part, context).await?,
            Location::Mysql(_) => dump::prove_mysql(location, &part).await?,
        }
    }
    let size = settle(&part, &target).map_err(|e| io("cannot finish the backup", &target, &e))?;
    context.report(Report::BackedUp { file: target.display().to_string(), size });
    Ok(Outcome::Done)
}

/// Where the copy goes. The folder is made, for its owner alone.
fn target(spec: &BackupSpec, context: &Context, store: &str, engine: Engine) -> Result<PathBuf, Outcome> {
    let folder = match &spec.to {
        Some(to) => {
            let text = context.site.renderer().text(to).map_err(|e| Outcome::permanent(e.to_string()))?;
            context.site.dir.join(text.reveal(&context.site.secrets))
        }
        None => context.site.state_dir.join("backups"),
    };
    private_dir(&folder).map_err(|e| Outcome::permanent(format!("cannot make {}: {e}", folder.display())))?;
    let from = &context.site.names.from;
    let ending = match engine {
        Engine::Sqlite => "sqlite",
        Engine::Postgres => "dump",
        Engine::Mysql => "sql",
    };
    Ok(folder.join(format!("{store}-{from}-{}.{ending}", context.marks.run)))
}

fn private_dir(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes the copy durable under its final name; its size in bytes.
fn settle(part: &Path, target: &Path) -> std::io::Result<u64> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(part, std::fs::Permissions::from_mode(0o600))?;
    let file = std::fs::File::open(part)?;
    file.sync_all()?;
    kill_point("before: the copy gets its name");
    std::fs::rename(part, target)?;
    kill_point("after: the copy gets its name");
    if let Some(folder) = target.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(file.metadata()?.len())
}
