//! Carries out what operators decide, and tells what happens. Knows no front end.
//!
//! One loop: clients, step results, timers and signals become an `Input`; the synchronous `Machine` turns it into
//! acts; the dispatcher carries the acts out in their order. The start of a step is in the journal before its work
//! begins, since the act that writes it stands before the act that starts it.

mod act;
mod advance;
mod as_found;
mod attempts;
mod changed;
mod checks;
mod decide;
mod dispatch;
mod drift;
mod ending;
mod executor;
mod folder;
mod items;
mod keeper;
mod machine;
mod memory;
mod maintenance;
mod parallel;
mod resume;
mod survey;
mod waiting;
#[cfg(test)]
mod tests;

pub use act::{Incoming, Outgoing, Port};
pub use dispatch::{EngineError, Setup, run};
pub use survey::{Surveyed, survey};
