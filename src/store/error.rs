//! What goes wrong with a store, by what can be done about it.

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The store is not there, lets nobody in, or is not what it should be: nothing was asked.
    Unreachable,
    /// The server cannot be reached, or the connection was lost: it may come back.
    Lost,
    /// Somebody else holds a lock, or the statement was cut short: it may go better later.
    Locked,
    /// The disk is full.
    Full,
    /// The statement itself is refused.
    Refused,
    /// The table that was asked for does not exist.
    NoSuchTable,
}

/// An error of a store, as a sentence without the statement's values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct StoreError {
    pub trouble: Trouble,
    pub message: String,
}

impl StoreError {
    /// An error with its class.
    pub fn new(trouble: Trouble, message: impl Into<String>) -> Self {
        StoreError { trouble, message: message.into() }
    }

    /// Whether the same may succeed when it is tried again.
    pub fn is_transient(&self) -> bool {
        matches!(self.trouble, Trouble::Lost | Trouble::Locked | Trouble::Full)
    }
}
