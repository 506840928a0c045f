//! Copies of a server's database, made by its own program: `pg_dump`, `mariadb-dump` or `mysqldump`.
//!
//! Each is one snapshot of the database, and users may go on meanwhile. A password goes by environment, where only
//! the same user and root can read it.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;

use crate::step::{Context, Control, Outcome};
use crate::store::{Connection, Location, Server};

/// Ends a dump of MySQL and MariaDB that is whole.
pub const COMPLETED: &str = "-- Dump completed";

/// Dumps a PostgreSQL database in the custom format, which `pg_restore` reads.
pub async fn postgres(server: &Server, part: &Path, context: &Context) -> Result<(), Outcome> {
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-password", "--lock-wait-timeout=3000", "--file"]).arg(part);
    // Stepwell's own tables would bring an old fence and old marks back.
    command.args(["--exclude-table=stepwell_*", "--dbname"]).arg(&server.database);
    postgres_login(&mut command, server);
    finished("pg_dump", &mut command, part, context).await.map(drop)
}

/// How `pg_dump` and `pg_restore` reach a server.
pub fn postgres_login(command: &mut Command, server: &Server) {
    let host = server.socket.as_ref().map_or_else(|| server.host.clone(), |socket| socket.display().to_string());
    let port = server.port.map(|port| port.to_string());
    let said = [
        ("PGHOST", Some(host).filter(|host| !host.is_empty())),
        ("PGPORT", port),
        ("PGUSER", server.user.clone()),
        ("PGPASSWORD", server.password.clone()),
        ("PGSSLMODE", server.option("sslmode").map(str::to_owned)),
        ("PGSSLROOTCERT", server.option("sslrootcert").map(str::to_owned)),
        ("PGSSLCERT", server.option("sslcert").map(str::to_owned)),
        ("PGSSLKEY", server.option("sslkey").map(str::to_owned)),
    ];
    clean(command);
    command.envs(said.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))));
}

/// Dumps a MySQL or MariaDB database as statements.
pub async fn mysql(server: &Server, part: &Path, context: &Context) -> Result<(), Outcome> {
    let program = ["mariadb-dump", "mysqldump"].into_iter().find(|name| is_there(name)).unwrap_or("mysqldump");
    let mut command = Command::new(program);
    let wanted = ["--single-transaction", "--quick", "--routines", "--triggers", "--events", "--hex-blob"];
    command.args(wanted).arg("--default-character-set=utf8mb4");
    // Nor must an old journal come back, where it is in this store.
    for table in crate::journal::TABLES {
        command.arg(format!("--ignore-table={}.{table}", server.database));
    }
    let mut result_file = std::ffi::OsString::from("--result-file=");
    result_file.push(part);
    command.arg(result_file);
    mysql_login(&mut command, server);
    command.arg(&server.database);
    finished(program, &mut command, part, context).await.map(drop)
}

/// How the programs of MySQL and MariaDB reach a server.
pub fn mysql_login(command: &mut Command, server: &Server) {
    clean(command);
    if let Some(socket) = &server.socket {
        command.arg("--socket").arg(socket);
    }
    if !server.host.is_empty() {
        command.arg("--host").arg(&server.host);
    }
    if let Some(port) = server.port {
        command.arg("--port").arg(port.to_string());
    }
    if let Some(user) = &server.user {
        command.arg("--user").arg(user);
    }
    if let Some(ca) = server.option("ssl_ca") {
        command.arg("--ssl-ca").arg(ca);
    }
    command.envs(server.password.as_ref().map(|password| ("MYSQL_PWD", password)));
}

/// The list of what the dump holds names as many tables with data as the database has.
pub async fn prove_postgres(location: &Location, part: &Path, context: &Context) -> Result<(), Outcome> {
    let mut command = Command::new("pg_restore");
    clean(&mut command);
    command.arg("--list").arg(part);
    let listed = finished("pg_restore", &mut command, part, context).await?;
    let dumped = String::from_utf8_lossy(&listed.stdout).lines().filter(|line| line.contains(" TABLE DATA ")).count();
    let tables = "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' \
                  and c.relname !~ '^stepwell_' and c.relpersistence <> 't' \
                  and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')";
    agree(location, tables, dumped).await
}

/// The dump says that it is complete, and makes as many tables as the database has.
pub async fn prove_mysql(location: &Location, part: &Path) -> Result<(), Outcome> {
    let part = part.to_owned();
    let read = move || -> std::io::Result<(usize, bool)> {
        use std::io::BufRead;
        let mut reader = std::io::BufReader::new(std::fs::File::open(part)?);
        let (mut tables, mut complete, mut line) = (0, false, Vec::new());
        while reader.read_until(b'\n', &mut line)? > 0 {
            tables += usize::from(line.starts_with(b"CREATE TABLE "));
            complete = line.starts_with(COMPLETED.as_bytes());
            line.clear();
        }
        Ok((tables, complete))
    };
    let read = tokio::task::spawn_blocking(read).await;
    let (dumped, complete) = match read {
        Ok(Ok(found)) => found,
        Ok(Err(e)) => return Err(Outcome::permanent(format!("the copy cannot be read: {e}"))),
        Err(e) => return Err(Outcome::transient(e.to_string())),
    };
    if !complete {
        return Err(Outcome::transient(format!("the copy is not whole: it does not end with `{COMPLETED}`")));
    }
    let tables = "select count(*) from information_schema.tables where table_schema = database() \
                  and table_type = 'BASE TABLE' and table_name not like 'stepwell\\_%'";
    agree(location, tables, dumped).await
}

async fn agree(location: &Location, tables: &str, dumped: usize) -> Result<(), Outcome> {
    let mut connection = Connection::open_read_only(location).await?;
    let there = connection.query(tables, &[]).await?.number().unwrap_or(0);
    connection.close().await;
    if u64::try_from(there).ok() == Some(dumped as u64) {
        return Ok(());
    }
    let text = format!("the copy holds {dumped} tables and the database {there}; something changed it meanwhile");
    Err(Outcome::transient(text))
}

/// The runner's own environment is nobody's business.
pub fn clean(command: &mut Command) {
    let kept = ["PATH", "HOME", "LANG"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let kept: Vec<_> = kept.collect();
    command.env_clear().envs(kept);
}

pub fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Waits for a program, telling how large the copy is; ends it when the operator wants the step to end.
async fn finished(program: &str, command: &mut Command, part: &Path, context: &Context) -> Result<Output, Outcome> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let missing = format!("`{program}` cannot be started; install the database's client programs");
    let child = command.spawn().map_err(|e| Outcome::permanent(format!("{missing} ({e})")))?;
    let mut control = context.control.clone();
    let ended = child.wait_with_output();
    tokio::pin!(ended);
    let output = loop {
        tokio::select! {
            output = &mut ended => break output.map_err(|e| Outcome::transient(format!("{program}: {e}")))?,
            stop = control.wait_for(|control| *control >= Control::Stop) => {
                // A copy that is begun anew costs nothing but time.
                drop(stop);
                return Err(Outcome::Stopped);
            }
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                context.progress(part.metadata().map_or(0, |m| m.len()), None, "bytes");
            }
        }
    };
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    Err(Outcome::transient(format!("{program} failed ({}): {}", output.status, context.site.secrets.mask(&said))))
}
