//! The plan itself: every hop's steps in their order, with maintenance around what needs it.

use std::collections::BTreeMap;

use super::expand::{Place, expand, raise};
use super::{PlanError, hash, hops, tags};
use crate::model::{
    Catalogue, Check, Hop, Kind, Noted, Offline, OnFailure, Phase, Plan, PlannedStep, Release, ResumeClass, Scope,
    Step, Version, Work,
};
use crate::probe::Site;

/// What a plan is made for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    pub from: &'a Version,
    pub to: &'a Version,
    /// Names of actions that run alone; then `from` and `to` are the same.
    pub tags: &'a [String],
    /// The operator goes on without maintenance.
    pub skip_maintenance: bool,
}

/// Makes the plan.
///
/// # Errors
/// When the target cannot be reached, a tag names no action, or a template cannot be filled in with what is known.
pub fn build(catalogue: &Catalogue, site: &Site, request: &Request<'_>) -> Result<Plan, PlanError> {
    let hops = if request.tags.is_empty() { hops(catalogue, request.from, request.to)? } else { Vec::new() };
    let stay = [tags::stay(catalogue, request.from)];
    let builder = Builder {
        catalogue,
        site,
        hops: if request.tags.is_empty() { &hops } else { &stay },
        releases: catalogue.releases.iter().map(|r| (r.version.as_str(), r)).collect(),
        request,
    };
    let mut plan = Plan {
        format: 1,
        system: catalogue.system.name.clone(),
        title: catalogue.system.title.clone(),
        deployment: site.deployment.clone(),
        from: request.from.to_string(),
        to: request.to.to_string(),
        tags: request.tags.to_vec(),
        steps: match (request.tags.is_empty(), hops.is_empty()) {
            (false, _) => builder.tagged()?,
            (true, false) => builder.steps()?,
            (true, true) => Vec::new(),
        },
        hops: hops.clone(),
        hash: String::new(),
        facts: hash::facts(&site.names),
        stores: site.stores.iter().map(|(name, location)| (name.clone(), location.shown())).collect(),
        helpers: hash::helpers(&catalogue.helpers),
    };
    keys_differ(&plan.steps)?;
    mark_points_of_no_return(&mut plan.steps, request.from, site);
    plan.hash = hash::hash(&plan);
    Ok(plan)
}

pub(super) struct Builder<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) site: &'a Site,
    /// Never empty while steps are made.
    pub(super) hops: &'a [Hop],
    /// By version.
    releases: BTreeMap<&'a str, &'a Release>,
    pub(super) request: &'a Request<'a>,
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
        self.surround(&mut steps, first, last)?;
        Ok(steps)
    }

    /// Puts maintenance around what needs it, and the questions about the service's health behind all of it.
    pub(super) fn surround(&self, steps: &mut Vec<PlannedStep>, first: &Hop, last: &Hop) -> Result<(), PlanError> {
        let mut health = Vec::new();
        let place = self.place(last.to.as_str(), Phase::Health, None, last, None);
        self.checks(&self.catalogue.system.health, "health", &place, &mut health)?;
        let at = if self.request.skip_maintenance { None } else { self.maintenance(steps)? };
        // How the service was is noted before this run does anything to it.
        let (at, phase) = at.map_or((0, Phase::First), |at| (at, Phase::Enter));
        let place = self.place("maintenance", phase, None, first, None);
        let noted = baseline("Note how the service is", &health, &place);
        steps.splice(at..at, noted);
        steps.append(&mut health);
        Ok(())
    }

    fn hop(&self, index: usize, out: &mut Vec<PlannedStep>) -> Result<(), PlanError> {
        let hop = &self.hops[index];
        let system = &self.catalogue.system;
        let releases: Vec<&Release> =
            hop.releases.iter().filter_map(|v| self.releases.get(v.as_str()).copied()).collect();
        let own = |phase, release: Option<&Release>| {
            let prefix = release.map_or(hop.to.as_str(), |r| r.version.as_str());
            self.place(prefix, phase, Some(index), hop, release)
        };

        self.checks(&system.checks, "check", &own(Phase::Gate, None), out)?;
        for release in &releases {
            self.checks(&release.checks, "check", &own(Phase::Gate, Some(release)), out)?;
        }
        let mut verify = Vec::new();
        for release in &releases {
            self.checks(&release.verify, "verify", &own(Phase::Verify, Some(release)), &mut verify)?;
        }
        out.extend(baseline("Note what must stay the same", &verify, &own(Phase::Gate, None)));

        let mut used = self.uses(&releases, &own)?;
        for release in &releases {
            let place = own(Phase::Before, Some(release));
            expand(&self.once_each(&release.before, &place, &mut used)?, &place, self.site, out)?;
        }
        let program_first_runs = out.len();
        expand(&system.hop, &own(Phase::Hop, None), self.site, out)?;
        for release in &releases {
            let place = own(Phase::Steps, Some(release));
            expand(&self.once_each(&release.steps, &place, &mut used)?, &place, self.site, out)?;
        }
        out.append(&mut verify);
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
        let floor = releases.iter().filter_map(|r| r.floor.as_ref()).max();
        if let (Some(floor), Some(step)) = (floor, out.get_mut(program_first_runs)) {
            raise(&mut step.floor, floor.as_str(), self.site);
        }
        Ok(())
    }

    /// The highest floor of all uses of each action in a hop: carried out once, it does what the last of them needs.
    fn uses<'p>(
        &self,
        releases: &[&Release],
        own: &impl Fn(Phase, Option<&Release>) -> Place<'p>,
    ) -> Result<BTreeMap<String, Option<String>>, PlanError> {
        let mut used = BTreeMap::new();
        for release in releases {
            let place = own(Phase::Steps, Some(release));
            for step in release.before.iter().chain(&release.steps) {
                if let Some((name, own)) = self.used(step, &place)? {
                    let floor: &mut Option<String> = used.entry(name.to_owned()).or_default();
                    if let Some(to) = &own {
                        raise(floor, to, self.site);
                    }
                }
            }
        }
        Ok(used)
    }

    /// The action that a step uses and the floor that goes with it, where it applies.
    fn used<'s>(&self, step: &'s Step, place: &Place<'_>) -> Result<Option<(&'s str, Option<String>)>, PlanError> {
        let Kind::Use(name) = &step.kind else { return Ok(None) };
        let Some(action) = self.catalogue.system.actions.iter().find(|a| &a.id == name) else { return Ok(None) };
        let here = self.site.scoped(&place.scope, &BTreeMap::new());
        for when in step.when.iter().chain(&action.when) {
            if !here.renderer().truth(when)? {
                return Ok(None);
            }
        }
        Ok(Some((name, step.floor.clone().or_else(|| action.floor.clone()))))
    }

    /// An action that several releases of a hop use is carried out once, at its oldest place. `uses` holds those that
    /// are still to come.
    fn once_each(
        &self,
        steps: &[Step],
        place: &Place<'_>,
        uses: &mut BTreeMap<String, Option<String>>,
    ) -> Result<Vec<Step>, PlanError> {
        let mut once = Vec::new();
        for step in steps {
            if !matches!(step.kind, Kind::Use(_)) {
                once.push(step.clone());
            } else if let Some((name, _)) = self.used(step, place)?
                && let Some(floor) = uses.remove(name)
            {
                once.push(Step { floor, ..step.clone() });
            }
        }
        Ok(once)
    }

    /// Maintenance is entered before the first step that needs it, and left when everything is verified. The place at
    /// which it is entered.
    pub(super) fn maintenance(&self, steps: &mut Vec<PlannedStep>) -> Result<Option<usize>, PlanError> {
        let Some(at) = steps.iter().position(|s| s.offline > Offline::No) else { return Ok(None) };
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
        Ok(Some(at))
    }

    /// Checks as steps: gates before a hop, proofs after it, the service's health at the end.
    pub(super) fn checks(
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
                as_user: None,
                needs_space: None,
                checks: Vec::new(),
                resume: None,
                done_when: None,
                retry: None,
                estimate: None,
                undo: Vec::new(),
                on_failure: OnFailure::Stop,
                kind: Kind::Check(Box::new(check.clone())),
                place: check.place,
            };
            expand(&[step], place, self.site, out)?;
        }
        Ok(())
    }

    pub(super) fn place(
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
            depth: 0,
        }
    }
}

/// Takes the answers that `checks` compare with, if any of them does.
fn baseline(title: &str, checks: &[PlannedStep], place: &Place<'_>) -> Option<PlannedStep> {
    let compares = |check: &Check| check.probe.answer.expect.as_ref().is_some_and(|e| e.unchanged);
    let noted: Vec<Noted> = checks
        .iter()
        .filter_map(|step| match &step.work {
            Work::Check(check) if compares(check) => {
                Some(Noted { key: step.key.clone(), probe: check.probe.clone(), scope: step.scope.clone() })
            }
            _ => None,
        })
        .collect();
    if noted.is_empty() {
        return None;
    }
    let key = format!("{}/baseline", place.prefix);
    Some(engine_step(key, title.to_owned(), place, Work::Baseline(noted), Offline::No))
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
        set_aside: None,
        parallel: None,
        as_user: None,
        needs_space: None,
        ask_first: false,
        undoes: None,
        estimate: None,
        estimate_each: None,
        touches: String::new(),
        detail: Vec::new(),
        proof: Vec::new(),
    }
}

/// A key stands for one step: by it, what is done is told from what is not.
fn keys_differ(steps: &[PlannedStep]) -> Result<(), PlanError> {
    let mut seen = std::collections::BTreeSet::new();
    match steps.iter().find(|step| !seen.insert(&step.key)) {
        None => Ok(()),
        Some(step) => {
            let key = &step.key;
            Err(PlanError::Definition(format!("two steps of the plan have the key `{key}`: rename one of them")))
        }
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
