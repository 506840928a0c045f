//! Questions about files of the system.

use super::answer::lines_answer;
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
        (FileQuestion::Ini(_), Some(text)) => {
            let key = spec.key.as_ref().ok_or_else(|| {
                AskError::Definition("a question to an INI file needs `key: section.name`".to_owned())
            })?;
            let key = renderer.text(key)?.to_string();
            let values = Document::parse(Format::Ini, text)
                .and_then(|document| document.values(&key))
                .map_err(|e| AskError::Definition(format!("`key: {key}` cannot be asked for: {e}")))?;
            // Where a key stands several times, the last one counts, as its readers have it.
            lines_answer(values.last().and_then(|value| value.as_str()).map(str::to_owned).into_iter().collect())
        }
    };
    answer.exists = Some(text.is_some());
    Ok(answer)
}
