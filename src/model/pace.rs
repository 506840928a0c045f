//! How hard batches press on a database that others use, too.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Offline, Service, State};

/// The order is that of speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Short batches, with a rest after each: about half of the time of one worker.
    Gentle,
    /// Batches of 100 ms: nobody waits for one for long.
    Normal,
    /// Batches of 400 ms, for when users are locked out anyhow.
    Full,
}

impl Pace {
    /// The next slower one.
    pub fn slower(self) -> Option<Pace> {
        match self {
            Pace::Full => Some(Pace::Normal),
            Pace::Normal => Some(Pace::Gentle),
            Pace::Gentle => None,
        }
    }

    /// The next faster one.
    pub fn faster(self) -> Option<Pace> {
        match self {
            Pace::Gentle => Some(Pace::Normal),
            Pace::Normal => Some(Pace::Full),
            Pace::Full => None,
        }
    }
}

impl std::fmt::Display for Pace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Pace::Gentle => "gentle",
            Pace::Normal => "normal",
            Pace::Full => "full",
        })
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Pace, String> {
        [Pace::Gentle, Pace::Normal, Pace::Full]
            .into_iter()
            .find(|pace| pace.to_string() == text)
            .ok_or_else(|| format!("`{text}` is no pace; expected gentle, normal or full"))
    }
}

impl State {
    /// The pace that batches keep: the operator's, or full where no user waits for them.
    pub fn pace(&self) -> Pace {
        let users_wait = || {
            self.service == Service::Up
                && self.plan.iter().flat_map(|plan| &plan.steps).any(|step| step.offline > Offline::No)
        };
        self.paced.unwrap_or_else(|| if users_wait() { Pace::Normal } else { Pace::Full })
    }
}
