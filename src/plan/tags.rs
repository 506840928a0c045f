//! Actions that run alone: outside of any upgrade, at the version that is recorded, which they do not change.

use super::PlanError;
use super::build::Builder;
use super::expand::expand;
use crate::model::{Catalogue, Hop, Phase, PlannedStep, Step, Version};

/// From a version to itself: what `from` and `to` mean to a step while nothing is upgraded.
pub(super) fn stay(catalogue: &Catalogue, at: &Version) -> Hop {
    let label = catalogue.system.versions.label(at.as_str());
    Hop { from: at.to_string(), to: at.to_string(), from_label: label.clone(), to_label: label, releases: Vec::new() }
}

impl Builder<'_> {
    /// The named actions in the order in which they were named, each once, behind the system's checks and with
    /// maintenance around what needs it. `first`, `hop` and `last` belong to upgrades.
    pub(super) fn tagged(&self) -> Result<Vec<PlannedStep>, PlanError> {
        let system = &self.catalogue.system;
        let stay = &self.hops[0];
        let mut steps = Vec::new();
        self.checks(&system.checks, "check", &self.place("tag", Phase::Gate, None, stay, None), &mut steps)?;
        let place = self.place("tag", Phase::Steps, None, stay, None);
        for (index, tag) in self.request.tags.iter().enumerate() {
            if !self.request.tags[..index].contains(tag) {
                expand(std::slice::from_ref(self.action(tag)?), &place, self.site, &mut steps)?;
            }
        }
        self.surround(&mut steps, stay, stay)?;
        Ok(steps)
    }

    fn action(&self, tag: &str) -> Result<&Step, PlanError> {
        let actions = &self.catalogue.system.actions;
        actions.iter().find(|action| action.id == tag).ok_or_else(|| {
            let known = actions.iter().map(|action| format!("`{}`", action.id)).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {known}") };
            PlanError::Definition(format!("{} has no action `{tag}`; {known}", self.catalogue.system.title))
        })
    }
}
