//! What goes wrong with a file.

/// Why a file cannot be read or is not edited. The file's text is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// The text is not of its format.
    #[error("{line}:{column}: {message}")]
    Syntax { line: usize, column: usize, message: String },
    /// The text or the key is none that can be read; where, is not known.
    #[error("{0}")]
    Unreadable(String),
    /// The edit makes no sense for what stands at the key.
    #[error("{0}")]
    Impossible(String),
    /// The edit could damage the file, so it is left to a person.
    #[error("the file cannot be edited safely: {reason}; {remedy}")]
    Refused { reason: String, remedy: String },
}

impl FileError {
    pub(super) fn at(text: &str, offset: usize, message: impl Into<String>) -> FileError {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        FileError::Syntax { line, column, message: message.into() }
    }

    /// A refusal; what to do by hand is filled in by the edit that knows it.
    pub(super) fn refused(reason: impl Into<String>) -> FileError {
        FileError::Refused { reason: reason.into(), remedy: String::new() }
    }

    pub(super) fn impossible(message: impl Into<String>) -> FileError {
        FileError::Impossible(message.into())
    }
}
