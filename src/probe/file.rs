//! Questions about files of the system.

use super::answer::{lines_answer, rows_answer};
use super::{AskError, Site};
use crate::files::{Document, Format};
use crate::model::{Answer, AnswerSpec, FileQuestion};

pub fn ask(site: &Site, question: &FileQuestion, spec: &AnswerSpec) -> Result<Answer, AskError> {
    let renderer = site.renderer();
    let path = site.dir.join(renderer.text(question.path())?.reveal(&site.secrets));
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        // No file is an answer: it holds nothing.
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(AskError::File { path: path.display().to_string(), reason: e.to_string() }),
    };
    let mut answer = match (question, &text) {
        (_, None) => lines_answer(Vec::new()),
        (FileQuestion::Path(_), Some(text)) => lines_answer(super::text_lines(text)),
        (FileQuestion::Keyed { format, .. }, Some(text)) => {
            let key = spec.key.as_ref().ok_or_else(|| {
                AskError::Definition(format!("a question to a file of the form {} needs a `key`", format.name()))
            })?;
            let key = renderer.text(key)?.to_string();
            let mut values =
                Document::parse(*format, text).and_then(|document| document.values(&key)).map_err(|e| {
                    AskError::File { path: path.display().to_string(), reason: format!("`key: {key}`: {e}") }
                })?;
            if *format == Format::Ini {
                // Where a key stands several times, the last one counts, as its readers have it.
                values.drain(..values.len().saturating_sub(1));
            }
            rows_answer(vec!["value".to_owned()], values.into_iter().map(|value| vec![value]).collect())
        }
    };
    answer.exists = Some(text.is_some());
    Ok(answer)
}
