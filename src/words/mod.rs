//! All words that the user sees, and how numbers and times are written.
//!
//! Sentences are short, in the active voice, and name the next action.

pub mod format;
pub mod help;
pub mod plain;
pub mod keys;
pub mod popups;
pub mod record;
pub mod run;
pub mod screens;
pub mod setup;
