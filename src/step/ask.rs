//! Questions. The answer is an event of its own; the step only looks whether it is there and fits.

use super::{Context, Outcome};
use crate::model::AskSpec;

pub fn run(_spec: &AskSpec, context: &Context) -> Outcome {
    if context.answers.contains_key(&context.key) { Outcome::Done } else { Outcome::NeedsAnswer }
}

/// Whether an answer fits a question.
///
/// # Errors
/// A sentence that says what would fit.
pub fn fits(spec: &AskSpec, choices: &[String], answer: &str) -> Result<(), String> {
    match &spec.typed {
        Some(word) if answer != word => return Err(format!("type {word} when it is done")),
        _ => {}
    }
    if !choices.is_empty() && !choices.iter().any(|c| c == answer) {
        return Err(format!("choose one of: {}", choices.join(", ")));
    }
    Ok(())
}
