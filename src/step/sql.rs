//! SQL statements. All of a step's statements and its mark are one transaction where the database can: what is not
//! marked has not happened.
//!
//! On MySQL a change of a table ends the transaction that it stands in, and on PostgreSQL some statements refuse to
//! stand in one. There each statement is a unit of its own: its intent is marked before it and its end after it, and
//! only `done_when` can tell, after a crash between the two, whether it took effect.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Context, Outcome, Report};
use crate::journal::Mark;
use crate::model::{SqlSpec, Value};
use crate::store::{Building, Connection, Engine};

/// How far the statements of a step are, where they are units of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Checkpoint {
    /// The hash of each statement that has taken effect.
    done: Vec<String>,
    /// The hash of the statement that was begun and cannot be rolled back.
    begun: Option<String>,
}

/// A statement as it is sent.
struct Statement {
    sql: String,
    binds: Vec<Value>,
    hash: String,
}

pub async fn run(spec: &SqlSpec, context: &Context, decidable: bool) -> Outcome {
    match attempt(spec, context, decidable).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn attempt(spec: &SqlSpec, context: &Context, decidable: bool) -> Result<Outcome, Outcome> {
    let (_, location) = context.site.store(spec.store.as_deref())?;
    let engine = location.engine();
    let statements = statements(spec, context, engine)?;
    let mut connection = context.open(spec.store.as_deref()).await?;
    if engine == Engine::Mysql || statements.iter().any(|s| stands_alone(engine, &s.sql)) {
        let outcome = one_by_one(&statements, context, &mut connection, decidable).await?;
        connection.close().await;
        return Ok(outcome);
    }
    context.marks.begin(&mut connection).await?;
    match together(&statements, context, &mut connection).await {
        Ok(outcome) => {
            connection.commit().await?;
            connection.close().await;
            Ok(outcome)
        }
        Err(outcome) => {
            connection.rollback().await;
            Err(outcome)
        }
    }
}

fn statements(spec: &SqlSpec, context: &Context, engine: Engine) -> Result<Vec<Statement>, Outcome> {
    let renderer = context.site.renderer();
    let word = engine.word();
    let one = |(i, query): (usize, &crate::model::Query)| {
        let missing = || Outcome::permanent(format!("statement {} has no text for {word}", i + 1));
        let template = query.for_engine(word).ok_or_else(missing)?;
        let (sql, binds) = renderer.sql(template, word).map_err(|e| Outcome::permanent(e.to_string()))?;
        let digest = Sha256::digest(format!("{sql}\0{}", Value::from(binds.clone())));
        let hash = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
        Ok(Statement { sql, binds, hash })
    };
    spec.statements.iter().enumerate().map(one).collect()
}

async fn together(
    statements: &[Statement],
    context: &Context,
    connection: &mut Connection,
) -> Result<Outcome, Outcome> {
    if context.marks.get(connection, &context.mark).await?.done {
        return Ok(Outcome::Adopted);
    }
    for (i, statement) in statements.iter().enumerate() {
        let failed = |e| named(e, i, statements.len(), "; all of the step was rolled back");
        execute(statement, context, connection).await.map_err(failed)?;
        tell(context, i + 1, statements.len());
    }
    let done = statements.iter().map(|s| s.hash.clone()).collect();
    set(context, connection, true, &Checkpoint { done, begun: None }).await?;
    Ok(Outcome::Done)
}

async fn one_by_one(
    statements: &[Statement],
    context: &Context,
    connection: &mut Connection,
    decidable: bool,
) -> Result<Outcome, Outcome> {
    let engine = connection.engine();
    let mark = context.marks.get(connection, &context.mark).await?;
    if mark.done {
        return Ok(Outcome::Adopted);
    }
    let mut at: Checkpoint = serde_json::from_value(mark.checkpoint).unwrap_or_default();
    if let Some(changed) = statements.iter().zip(&at.done).position(|(s, done)| s.hash != *done) {
        let text = format!("statement {} has taken effect already, and reads differently now", changed + 1);
        return Err(Outcome::permanent(text));
    }
    let total = statements.len();
    for (i, statement) in statements.iter().enumerate().skip(at.done.len()) {
        if context.safe_point().await {
            return Ok(Outcome::Stopped);
        }
        let last = i + 1 == total;
        if stands_alone(engine, &statement.sql) {
            // Where `done_when` can tell, it has been asked already, and said that there is work to do.
            if at.begun.as_ref() == Some(&statement.hash) && !decidable && !context.told_to_do {
                let intent = statement.sql.trim().to_owned();
                return Ok(Outcome::Unknown { intent });
            }
            at.begun = Some(statement.hash.clone());
            context.marks.begin(connection).await?;
            set(context, connection, false, &at).await?;
            connection.commit().await?;
            let result = execute(statement, context, connection).await;
            at.begun = None;
            match result {
                Ok(_) => at.done.push(statement.hash.clone()),
                Err(e) => {
                    // It failed whole: the server says so itself. Where the connection was lost, nobody knows.
                    let known = e.trouble != crate::store::Trouble::Lost;
                    if known && context.marks.begin(connection).await.is_ok() {
                        set(context, connection, false, &at).await?;
                        connection.commit().await?;
                    }
                    return Err(named(e, i, total, "; the ones before it have taken effect"));
                }
            }
            context.marks.begin(connection).await?;
        } else {
            context.marks.begin(connection).await?;
            if let Err(e) = execute(statement, context, connection).await {
                connection.rollback().await;
                return Err(named(e, i, total, "; it was rolled back, the ones before it have taken effect"));
            }
            at.done.push(statement.hash.clone());
        }
        set(context, connection, last, &at).await?;
        connection.commit().await?;
        tell(context, i + 1, total);
    }
    Ok(Outcome::Done)
}

/// Carries out a statement. One that builds an index tells how far that is.
async fn execute(
    statement: &Statement,
    context: &Context,
    connection: &mut Connection,
) -> Result<u64, crate::store::StoreError> {
    let (mut last, mut reached) = (String::new(), (0, None, "blocks"));
    let mut begins = |phase: String| {
        if last != phase {
            context.report(Report::Log(phase.clone()));
            last = phase;
        }
    };
    let tell = |building| match building {
        Building::Counted { phase, done, total, unit } => {
            begins(phase);
            reached = (done, Some(total), unit);
            context.progress(done, Some(total), unit);
        }
        Building::Phase(phase) => {
            begins(phase);
            // It works again, if it waited.
            context.progress(reached.0, reached.1, reached.2);
        }
        Building::Waits { phase, process } => {
            begins(phase);
            let text = format!("for process {process} to end its transaction, before the index can be used");
            context.report(Report::Waiting(text));
        }
    };
    connection.execute_telling(&statement.sql, &statement.binds, tell).await
}

async fn set(context: &Context, connection: &mut Connection, done: bool, at: &Checkpoint) -> Result<(), Outcome> {
    let checkpoint = serde_json::to_value(at).unwrap_or_default();
    Ok(context.marks.set(connection, &context.mark, &Mark { done, checkpoint }).await?)
}

fn tell(context: &Context, done: usize, total: usize) {
    if total > 1 {
        context.progress(done as u64, Some(total as u64), "statements");
    }
}

fn named(error: crate::store::StoreError, i: usize, total: usize, rest: &str) -> Outcome {
    let mut outcome = Outcome::from(error);
    if let Outcome::Failed(failure) = &mut outcome {
        let rest = if total == 1 && rest.contains("before it") { "" } else { rest };
        failure.error = format!("statement {} of {total}: {}{rest}", i + 1, failure.error);
    }
    outcome
}

/// Whether a statement cannot be part of a transaction: it commits whatever is open, or refuses to run in one.
/// (<https://dev.mysql.com/doc/refman/8.0/en/implicit-commit.html>)
pub fn stands_alone(engine: Engine, sql: &str) -> bool {
    let bare = without_comments(sql);
    let words: Vec<&str> = bare.split_whitespace().take(8).collect();
    let first = words.first().copied().unwrap_or_default();
    match engine {
        Engine::Sqlite => matches!(first, "vacuum"),
        Engine::Postgres => {
            first == "vacuum"
                || words.contains(&"concurrently")
                || matches!(words.as_slice(), ["create" | "drop" | "alter", "database" | "tablespace" | "system", ..])
        }
        Engine::Mysql => {
            let temporary = words.get(1) == Some(&"temporary");
            let ddl =
                ["create", "alter", "drop", "rename", "truncate", "optimize", "analyze", "repair", "grant", "revoke"];
            ddl.contains(&first) && !temporary || matches!(first, "lock" | "unlock" | "flush" | "install" | "uninstall")
        }
    }
}

/// A statement's text without what stands before its first word, in lower case.
fn without_comments(sql: &str) -> String {
    let mut rest = sql.trim_start();
    loop {
        let after = if let Some(line) = rest.strip_prefix("--").or_else(|| rest.strip_prefix('#')) {
            line.split_once('\n').map_or("", |(_, after)| after)
        } else if let Some(block) = rest.strip_prefix("/*").filter(|block| !block.starts_with('!')) {
            block.split_once("*/").map_or("", |(_, after)| after)
        } else {
            return rest.to_lowercase();
        };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_part_of_a_transaction_is_known() {
        for (engine, sql, alone) in [
            (Engine::Mysql, "ALTER TABLE a ADD b int", true),
            (Engine::Mysql, "-- why\n/* and how */ create index a on b (c)", true),
            (Engine::Mysql, "create temporary table a (b int)", false),
            (Engine::Mysql, "update a set b = 'alter table'", false),
            (Engine::Postgres, "alter table a add b int", false),
            (Engine::Postgres, "create index concurrently if not exists a on b (c)", true),
            (Engine::Postgres, "drop index concurrently a", true),
            (Engine::Postgres, "vacuum analyze a", true),
            (Engine::Sqlite, "alter table a add b int", false),
        ] {
            assert_eq!(stands_alone(engine, sql), alone, "{sql}");
        }
    }
}
