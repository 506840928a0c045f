//! A server's database is put back by the server's own programs.
//!
//! On PostgreSQL everything is one transaction, which is committed only after the whole copy has been read. MySQL and
//! MariaDB commit with each table: there it is done again from the start where it was interrupted.

use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::dump;
use crate::store::{Connection, Engine, Location, Server, StoreError, kill_point};

/// What the upgrade may have added would stay, or stand in the way of what comes back.
const EMPTY: &str = r#"begin;
set local lock_timeout = '10s';
do $stepwell$
declare
  found record;
  kinds constant jsonb := '{"v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence"}';
begin
  for found in
    select c.oid, c.relkind, format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and c.relname !~ '^stepwell_' and c.relpersistence <> 't'
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('e', 'i'))
      and not (c.relkind = 'S' and exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'a'))
  loop
    if exists (select from pg_class where oid = found.oid) then
      execute format('drop %s %s cascade', coalesce(kinds ->> found.relkind::text, 'table'), found.name);
    end if;
  end loop;
  for found in
    select p.oid from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype in ('e', 'i'))
  loop
    if exists (select from pg_proc where oid = found.oid) then
      execute format('drop routine %s cascade', found.oid::regprocedure);
    end if;
  end loop;
  for found in
    select t.oid from pg_type t join pg_namespace n on n.oid = t.typnamespace
      left join pg_class c on c.oid = t.typrelid
    where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
      and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
      and not exists (select from pg_depend d where d.objid = t.oid and d.deptype in ('e', 'i'))
  loop
    if exists (select from pg_type where oid = found.oid) then
      execute format('drop type %s cascade', found.oid::regtype);
    end if;
  end loop;
end $stepwell$;
"#;

/// Gives `pg_restore`'s statements to `psql`, in one transaction with what makes room for them.
pub async fn postgres(server: &Server, file: &Path) -> Result<(), String> {
    let as_it_was = "nothing was changed in the database";
    let mut reader = Command::new("pg_restore");
    dump::clean(&mut reader);
    reader.args(["--clean", "--if-exists", "--file=-"]).arg(file).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut writer = Command::new("psql");
    writer.args(["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--dbname"]);
    writer.arg(&server.database).stdin(Stdio::piped()).stdout(Stdio::null());
    dump::postgres_login(&mut writer, server);
    let mut reader = spawn("pg_restore", &mut reader).map_err(|e| format!("{e}; {as_it_was}"))?;
    let mut writer = spawn("psql", &mut writer).map_err(|e| format!("{e}; {as_it_was}"))?;
    let (out, input) = (reader.stdout.take(), writer.stdin.take());
    let (Some(mut out), Some(mut input)) = (out, input) else { return Err("there is no pipe".to_owned()) };
    let [reads, writes] = [said(&mut reader), said(&mut writer)];
    // Without the last word nothing of it takes effect.
    let passed = async {
        input.write_all(EMPTY.as_bytes()).await?;
        tokio::io::copy(&mut out, &mut input).await
    };
    let passed = passed.await;
    drop(out);
    let read = reader.wait().await.map_err(|e| format!("pg_restore: {e}; {as_it_was}"))?;
    let whole = passed.is_ok() && read.success();
    kill_point("before: the last word to the database");
    if whole {
        let _ = input.write_all(b"\ncommit;\n").await;
    }
    drop(input);
    let written = writer.wait().await.map_err(|e| format!("psql: {e}"))?;
    let [reads, writes] = [joined(reads).await, joined(writes).await];
    match (whole, written.success()) {
        (true, true) => Ok(()),
        (_, false) => Err(format!("psql failed ({written}): {writes}; {as_it_was}")),
        (false, true) => Err(format!("pg_restore failed ({read}): {reads}; {as_it_was}")),
    }
}

/// The lock that the client holds while it lives. It may outlive the restore that started it by a statement or two, and
/// the next one must not begin before its end.
const CLIENT: &str = "concat('stepwell restore ', md5(database()))";

/// So long is waited for that client, in seconds.
const CLIENT_ENDS: u32 = 5;

/// Gives the dump's statements to the server's client.
pub async fn mysql(location: &Location, server: &Server, file: &Path) -> Result<(), String> {
    let as_it_was = "nothing was changed in the database";
    let tables = dumped(file).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    let mut connection = Connection::open(location).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    let alone = alone(&mut connection).await.map_err(|e| format!("{e}; {as_it_was}"))?;
    if !alone {
        let still = "the client of an earlier restore is still at work in the database; wait for its end";
        return Err(format!("{still}, and restore again"));
    }
    remove_others(&mut connection, &tables)
        .await
        .map_err(|e| format!("{e}; what the upgrade has added is removed in part"))?;
    connection.close().await;
    let program = ["mariadb", "mysql"].into_iter().find(|name| dump::is_there(name)).unwrap_or("mysql");
    let half = "the database is half restored: stop whatever uses it, and restore again";
    let mut command = Command::new(program);
    command.arg("--default-character-set=utf8mb4");
    dump::mysql_login(&mut command, server);
    let mut content =
        tokio::fs::File::open(file).await.map_err(|e| format!("{} cannot be read: {e}; {half}", file.display()))?;
    // Through a pipe, and not as its input: should this process die, the client comes to its end soon.
    command.arg(&server.database).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = spawn(program, &mut command).map_err(|e| format!("{e}; {half}"))?;
    let said = said(&mut child);
    let Some(mut input) = child.stdin.take() else { return Err("there is no pipe".to_owned()) };
    let passed = async {
        input.write_all(format!("do get_lock({CLIENT}, 0);\n").as_bytes()).await?;
        tokio::io::copy(&mut content, &mut input).await
    };
    let passed = passed.await;
    drop(input);
    let status = child.wait().await.map_err(|e| format!("{program}: {e}; {half}"))?;
    let said = joined(said).await;
    match passed {
        _ if !status.success() => Err(format!("{program} failed ({status}): {said}; {half}")),
        Err(e) => Err(format!("{program} could not be told everything: {e}; {half}")),
        Ok(_) => Ok(()),
    }
}

/// The tables that a whole dump makes.
async fn dumped(file: &Path) -> Result<Vec<String>, String> {
    let path = file.to_owned();
    let read = move || -> std::io::Result<(Vec<String>, bool)> {
        use std::io::BufRead;
        let mut reader = std::io::BufReader::new(std::fs::File::open(path)?);
        let (mut tables, mut complete, mut line) = (Vec::new(), false, Vec::new());
        while reader.read_until(b'\n', &mut line)? > 0 {
            if let Some(name) = line.strip_prefix(b"CREATE TABLE `") {
                let end = name.iter().position(|b| *b == b'`').unwrap_or(name.len());
                tables.push(String::from_utf8_lossy(&name[..end]).into_owned());
            }
            complete = line.starts_with(dump::COMPLETED.as_bytes());
            line.clear();
        }
        Ok((tables, complete))
    };
    let (tables, complete) = match tokio::task::spawn_blocking(read).await {
        Ok(read) => read.map_err(|e| format!("{} cannot be read: {e}", file.display()))?,
        Err(e) => return Err(e.to_string()),
    };
    if !complete {
        return Err(format!("{} is not whole: it does not end with `{}`", file.display(), dump::COMPLETED));
    }
    if let Some(own) = tables.iter().find(|table| table.starts_with("stepwell_")) {
        return Err(format!("{} holds Stepwell's own table {own}, which must not come back", file.display()));
    }
    Ok(tables)
}

/// Waits for the end of a client that an earlier restore has left.
async fn alone(connection: &mut Connection) -> Result<bool, StoreError> {
    let taken = connection.query(&format!("select get_lock({CLIENT}, {CLIENT_ENDS})"), &[]).await?;
    connection.query(&format!("select release_lock({CLIENT})"), &[]).await?;
    Ok(taken.first().and_then(|value| value.as_u64()) == Some(1))
}

/// Removes views, and tables that are not in the dump: what the upgrade has added.
async fn remove_others(connection: &mut Connection, kept: &[String]) -> Result<(), StoreError> {
    let sql = "select table_name, table_type from information_schema.tables \
               where table_schema = database() and table_name not like 'stepwell\\_%'";
    let found = connection.query_up_to(sql, &[], usize::MAX).await?;
    connection.execute("set foreign_key_checks = 0", &[]).await?;
    for row in found.rows {
        let (name, kind) = (row[0].as_str().unwrap_or_default(), row[1].as_str());
        let view = kind == Some("VIEW");
        if view || !kept.iter().any(|table| table == name) {
            let what = if view { "view" } else { "table" };
            connection.execute(&format!("drop {what} {}", Engine::Mysql.quoted(name)), &[]).await?;
        }
    }
    Ok(())
}

fn spawn(program: &str, command: &mut Command) -> Result<Child, String> {
    command.stderr(Stdio::piped()).kill_on_drop(true);
    command.spawn().map_err(|e| format!("`{program}` cannot be started; install the database's client programs ({e})"))
}

type Said = Option<tokio::task::JoinHandle<String>>;

/// What a program says on standard error, read while it runs.
fn said(child: &mut Child) -> Said {
    let mut stderr = child.stderr.take()?;
    Some(tokio::spawn(async move {
        let mut said = Vec::new();
        let _ = stderr.read_to_end(&mut said).await;
        let said = String::from_utf8_lossy(&said);
        let lines = said.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("NOTICE:"));
        lines.collect::<Vec<_>>().join("; ")
    }))
}

async fn joined(said: Said) -> String {
    match said {
        Some(said) => said.await.unwrap_or_default(),
        None => String::new(),
    }
}
