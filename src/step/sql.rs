//! SQL statements. On SQLite all of a step's statements and its mark are one transaction: what is not marked has not
//! happened.

use super::{Context, Outcome};
use crate::journal::Mark;
use crate::model::SqlSpec;
use crate::store::Connection;

pub async fn run(spec: &SqlSpec, context: &Context) -> Outcome {
    match attempt(spec, context).await {
        Ok(outcome) | Err(outcome) => outcome,
    }
}

async fn attempt(spec: &SqlSpec, context: &Context) -> Result<Outcome, Outcome> {
    let mut connection = context.open(spec.store.as_deref()).await?;
    context.marks.begin(&mut connection).await?;
    let result = statements(spec, context, &mut connection).await;
    match result {
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

async fn statements(spec: &SqlSpec, context: &Context, connection: &mut Connection) -> Result<Outcome, Outcome> {
    if context.marks.get(connection, &context.mark).await?.done {
        return Ok(Outcome::Adopted);
    }
    let (_, location) = context.site.store(spec.store.as_deref())?;
    let engine = location.engine.word();
    let renderer = context.site.renderer();
    let total = spec.statements.len() as u64;
    for (i, statement) in spec.statements.iter().enumerate() {
        let template = statement
            .for_engine(engine)
            .ok_or_else(|| Outcome::permanent(format!("statement {} has no text for {engine}", i + 1)))?;
        let (sql, binds) = renderer.sql(template, engine).map_err(|e| Outcome::permanent(e.to_string()))?;
        connection.execute(&sql, &binds).await.map_err(|e| match Outcome::from(e) {
            Outcome::Failed(mut failure) => {
                failure.error =
                    format!("statement {} of {total}: {}; all of the step was rolled back", i + 1, failure.error);
                Outcome::Failed(failure)
            }
            other => other,
        })?;
        if total > 1 {
            context.progress(i as u64 + 1, Some(total), "statements");
        }
    }
    context.marks.set(connection, &context.mark, &Mark { done: true, checkpoint: serde_json::Value::Null }).await?;
    Ok(Outcome::Done)
}
