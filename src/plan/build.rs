//! The plan itself: every hop's steps in their order, with maintenance around what needs it.

use std::collections::BTreeMap;

use super::expand::{Place, expand, with_own_words};
use super::{PlanError, hash, hops};
use crate::model::{
    Catalogue, Check, Hop, Kind, Offline, Phase, Plan, PlannedStep, Release, ResumeClass, Scope, Step, Version, Work,
};
use crate::probe::Site;

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub from: &'a Version,
    pub to: &'a Version,
    /// The operator goes on without maintenance.
    pub skip_maintenance: bool,
}

/// Makes the plan.
///
/// # Errors
/// When the target cannot be reached, or a template cannot be filled in with what is known.
pub fn build(catalogue: &Catalogue, site: &Site, request: &Request<'_>) -> Result<Plan, PlanError> {
    let hops = hops(catalogue, request.from, request.to)?;
    let builder = Builder { catalogue, site, hops: &hops, request };
    let mut plan = Plan {
        format: 1,
        system: catalogue.system.name.clone(),
        title: catalogue.system.title.clone(),
        deployment: site.deployment.clone(),
        from: request.from.to_string(),
        to: request.to.to_string(),
        steps: if hops.is_empty() { Vec::new() } else { builder.steps()? },
        hops: hops.clone(),
        hash: String::new(),
    };
    mark_points_of_no_return(&mut plan.steps, request.from, site);
    plan.hash = hash::hash(&plan, &site.names, &catalogue.helpers);
    Ok(plan)
}

struct Builder<'a> {
    catalogue: &'a Catalogue,
    site: &'a Site,
    hops: &'a [Hop],
    request: &'a Request<'a>,
}

impl Builder<'_> {
    fn steps(&self) -> Result<Vec<PlannedStep>, PlanError> {
        let system = &self.catalogue.system;
        let mut steps = Vec::new();
        let (first, last) = (&self.hops[0], &self.hops[self.hops.len() - 1]);
        expand(&system.first, &self.place("first", Phase::First, None, first, None), self.site, &mut steps)?;
        for index in 0..self.hops.len() {
            self.hop(index, &mut steps)?;
        }
        expand(&system.last, &self.place("last", Phase::Last, None, last, None), self.site, &mut steps)?;
        if !self.request.skip_maintenance {
            self.maintenance(&mut steps)?;
        }
        let health = self.place(last.to.as_str(), Phase::Health, None, last, None);
        self.checks(&system.health, "health", &health, &mut steps)?;
        Ok(steps)
    }

    fn hop(&self, index: usize, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
        let hop = &self.hops[index];
        let system = &self.catalogue.system;
        let releases: Vec<&Release> =
            self.catalogue.releases.iter().filter(|r| hop.releases.iter().any(|v| v == r.version.as_str())).collect();
        let own = |phase, release: Option<&Release>| {
            let prefix = release.map_or(hop.to.as_str(), |r| r.version.as_str());
            self.place(prefix, phase, Some(index), hop, release)
        };

        self.checks(&system.checks, "check", &own(Phase::Gate, None), out)?;
        for release in &releases {
            self.checks(&release.checks, "check", &own(Phase::Gate, Some(release)), out)?;
        }
        self.baseline(&releases, &own(Phase::Gate, None), out)?;

        let mut used = BTreeMap::new();
        for release in &releases {
            let steps = self.once_each(&release.before, &mut used);
            expand(&steps, &own(Phase::Before, Some(release)), self.site, out)?;
        }
        let program_first_runs = out.len();
        expand(&system.hop, &own(Phase::Hop, None), self.site, out)?;
        for release in &releases {
            let steps = self.once_each(&release.steps, &mut used);
            expand(&steps, &own(Phase::Steps, Some(release)), self.site, out)?;
        }
        for release in &releases {
            let own = own(Phase::Verify, Some(release));
            self.checks(&release.verify, "verify", &own, out)?;
        }
        let floor = releases.iter().filter_map(|r| r.floor.as_ref()).max();
        if let (Some(floor), Some(step)) = (floor, out.get_mut(program_first_runs)) {
            step.floor.get_or_insert_with(|| floor.to_string());
        }
        // A version is recorded when its hop is verified, so every hop has something that ends it.
        if !out[program_first_runs..].iter().any(|s| s.phase == Phase::Verify) {
            let place = own(Phase::Verify, None);
            out.push(engine_step(
                format!("{}/verified", hop.to),
                format!("{} is reached", hop.to_label),
                &place,
                Work::Baseline(Vec::new()),
                Offline::No,
            ));
        }
        Ok(())
    }

    /// An action that several releases of a hop use is carried out once, at its oldest place.
    fn once_each(&self, steps: &[Step], used: &mut BTreeMap<String, ()>) -> Vec<Step> {
        steps
            .iter()
            .filter_map(|step| match &step.kind {
                Kind::Use(name) => {
                    if used.insert(name.clone(), ()).is_some() {
                        return None;
                    }
                    let action = self.catalogue.system.actions.iter().find(|a| &a.id == name)?;
                    let mut own = with_own_words(action, step);
                    own.when = step.when.clone().or_else(|| action.when.clone());
                    Some(own)
                }
                _ => Some(step.clone()),
            })
            .collect()
    }

    /// Maintenance is entered before the first step that needs it, and left when everything is verified.
    fn maintenance(&self, steps: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
        let Some(at) = steps.iter().position(|s| s.offline > Offline::No) else { return Ok(()) };
        let (first, last) = (&self.hops[0], &self.hops[self.hops.len() - 1]);
        let mut enter = Vec::new();
        let mut leave: Vec<PlannedStep> = Vec::new();
        for step in &self.catalogue.system.maintenance {
            let begin = enter.len();
            let place = self.place("maintenance", Phase::Enter, None, first, None);
            expand(std::slice::from_ref(step), &place, self.site, &mut enter)?;
            for entered in &enter[begin..] {
                let mut place = self.place(&format!("{}/undo", entered.key), Phase::Leave, None, last, None);
                place.scope.items.clone_from(&entered.scope.items);
                let mut undo = Vec::new();
                expand(&step.undo, &place, self.site, &mut undo)?;
                for step in &mut undo {
                    step.undoes = Some(entered.key.clone());
                }
                // Undone last first.
                leave.splice(0..0, undo);
            }
        }
        steps.splice(at..at, enter);
        steps.append(&mut leave);
        Ok(())
    }

    /// Checks as steps: gates before a hop, proofs after it, the service's health at the end.
    fn checks(
        &self,
        checks: &[Check],
        word: &str,
        place: &Place<'_>,
        out: &mut Vec<PlannedStep>,
    ) -> Result<(), PlanError> {
        for check in checks {
            let step = Step {
                id: format!("{word}/{}", check.id),
                title: check.title.clone(),
                why: check.why.clone(),
                when: check.when.clone(),
                repeat: check.repeat.clone(),
                offline: Some(Offline::No),
                floor: None,
                optional: false,
                checks: Vec::new(),
                resume: None,
                done_when: None,
                retry: None,
                estimate: None,
                undo: Vec::new(),
                kind: Kind::Check(Box::new(check.clone())),
                place: check.place,
            };
            expand(&[step], place, self.site, out)?;
        }
        Ok(())
    }

    /// The answers that `unchanged` is compared with are taken before anything of the hop is done.
    fn baseline(&self, releases: &[&Release], place: &Place<'_>, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
        let here = self.site.scoped(&place.scope, &BTreeMap::new());
        let mut probes = Vec::new();
        for release in releases {
            for check in &release.verify {
                let counts = check.probe.answer.expect.as_ref().is_some_and(|e| e.unchanged);
                let applies = check.when.as_ref().map_or(Ok(true), |w| here.renderer().truth(w))?;
                if counts && applies {
                    probes.push((format!("{}/verify/{}", release.version, check.id), check.probe.clone()));
                }
            }
        }
        if !probes.is_empty() {
            let key = format!("{}/baseline", place.prefix);
            let title = "Note what must stay the same".to_owned();
            out.push(engine_step(key, title, place, Work::Baseline(probes), Offline::No));
        }
        Ok(())
    }

    fn place(
        &self,
        prefix: &str,
        phase: Phase,
        index: Option<usize>,
        hop: &Hop,
        release: Option<&Release>,
    ) -> Place<'_> {
        let system = &self.catalogue.system;
        Place {
            prefix: prefix.to_owned(),
            phase,
            hop: index,
            offline: release.and_then(|r| r.offline).unwrap_or(system.offline),
            scope: Scope {
                from: hop.from.clone(),
                to: hop.to.clone(),
                release: release.map_or_else(|| hop.to.clone(), |r| r.version.to_string()),
                ..Scope::default()
            },
            actions: &system.actions,
        }
    }
}

/// A step that Stepwell itself adds.
fn engine_step(key: String, title: String, place: &Place<'_>, work: Work, offline: Offline) -> PlannedStep {
    PlannedStep {
        key,
        phase: place.phase,
        hop: place.hop,
        title,
        why: None,
        work,
        scope: place.scope.clone(),
        offline,
        resume: ResumeClass::Idempotent,
        done_when: None,
        retry: None,
        checks: Vec::new(),
        floor: None,
        point_of_no_return: false,
        optional: false,
        ask_first: false,
        undoes: None,
        estimate: None,
        touches: String::new(),
        detail: Vec::new(),
        proof: Vec::new(),
    }
}

/// A floor above the version that the run starts from is a point of no return, where it is first raised.
fn mark_points_of_no_return(steps: &mut [PlannedStep], from: &Version, site: &Site) {
    let mut highest = from.clone();
    for step in steps {
        let floor = step.floor.as_ref().and_then(|f| site.scheme.parse(f).ok());
        if let Some(floor) = floor
            && floor > highest
        {
            step.point_of_no_return = true;
            highest = floor;
        }
    }
}
