//! The words of the domain. Nothing here does input or output; every other module may use it.

mod backfill;
mod decision;
mod event;
mod exit;
mod limits;
mod pace;
mod place;
mod plan;
mod probe;
mod progress;
mod release;
mod speed;
mod needed;
mod state;
mod step;
mod survey;
mod text;
mod version;
mod window;

pub use backfill::{Backfill, Convert, Converter};
pub use decision::{AtEnd, Decision, MaintenanceChoice};
pub use event::{Actor, Event, EventKind, Outcome, RunState, Service, Severity, StepState, Summary};
pub use exit::Exit;
pub use limits::Limits;
pub use pace::Pace;
pub use place::Place;
pub use plan::{Hop, Listed, Noted, Parallel, Phase, Plan, PlannedStep, ResumeClass, Scope, Work};
pub use probe::{Answer, AnswerSpec, Ask, Expect, FileQuestion, Probe, Query, RowCount};
pub use progress::StepRow;
pub use release::{Catalogue, Fact, Notes, Release, StoreSpec, System, Versions};
pub use speed::{Left, Speed};
pub use state::{CheckRow, LOG_LINES, Need, State};
pub use step::{
    AskSpec, BackupSpec, Check, Command, Edits, Estimate, FileEdit, FileFormat, Http, Insert, Kind, Level, Offline,
    OnFailure, Over, Repeat, Resume, Retry, Setting, Space, SqlSpec, Step, Wait, ini_key,
};
pub use survey::{
    CheckResult, CheckStatus, FactFound, FactSource, LastRun, NoteItem, NotePage, Route, SourceAnswer, StoreFound,
    Survey, Target, Unfinished, VersionFound,
};
pub use text::{Expression, Template, Value};
pub use version::{Range, Scheme, Version, VersionError};
pub use window::Window;
