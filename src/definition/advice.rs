//! What fits together but goes wrong in a run: actions in a circle, stops that are missing, and habits that make an
//! upgrade hard to resume or to take back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use minijinja::Environment;
use regex::Regex;

use super::Sources;
use super::lint::without_strings;
use super::node::{Context, quoted};
use super::template::{Piece, split};
use super::walk::{Visit, Where, each_step, walk};
use crate::model::{
    Ask, Catalogue, Check, Command, Expression, Kind, Level, Place, Probe, Query, Release, SqlSpec, Step, Template,
};

/// Reports circles and gaps as errors, and the rest as warnings.
pub(super) fn advise(context: &Context, sources: &Sources, catalogue: &Catalogue) {
    let actions =
        catalogue.system.actions.iter().enumerate().map(|(index, action)| (action.id.as_str(), index)).collect();
    let stores = &catalogue.system.stores;
    let only_store = stores.first().map_or("", |store| &store.name);
    let on_mysql = stores.iter().filter(|store| store.engines.iter().any(|engine| engine == "mysql"));
    let on_mysql = on_mysql.map(|store| store.name.as_str()).collect();
    let advisor = Advisor { context, sources, catalogue, actions, only_store, on_mysql };
    advisor.circles();
    advisor.gaps();
    advisor.steps();
    advisor.checks();
    advisor.maintenance();
    advisor.backups();
    let system = &catalogue.system;
    let facts = system.facts.iter().filter(|fact| fact.secret).map(|fact| format!("facts.{}", fact.name));
    let urls = stores.iter().map(|store| format!("stores.{}.url", store.name));
    let env = super::template::environment(&system.versions.scheme);
    walk(catalogue, &mut Secrets { context, sources, names: facts.chain(urls).collect(), env });
}

struct Advisor<'c> {
    context: &'c Context,
    sources: &'c Sources,
    catalogue: &'c Catalogue,
    /// By name, the index among the system's.
    actions: BTreeMap<&'c str, usize>,
    /// The store of a step that names none.
    only_store: &'c str,
    /// The stores that may be on MySQL.
    on_mysql: BTreeSet<&'c str>,
}

impl<'c> Advisor<'c> {
    fn action(&self, name: &str) -> Option<&'c Step> {
        self.actions.get(name).map(|index| &self.catalogue.system.actions[*index])
    }

    /// The actions that a step or one within it uses.
    fn used(&self, step: &'c Step) -> Vec<usize> {
        let mut used = Vec::new();
        each_step(step, &mut |step| {
            if let Kind::Use(name) = &step.kind {
                used.extend(self.actions.get(name.as_str()));
            }
        });
        used
    }

    /// An action that leads back to itself would never end.
    fn circles(&self) {
        let actions = &self.catalogue.system.actions;
        let uses: Vec<Vec<usize>> = actions.iter().map(|action| self.used(action)).collect();
        for circle in circles(&uses) {
            let names: Vec<&str> = circle.iter().map(|action| actions[*action].id.as_str()).collect();
            let message = match names.as_slice() {
                [own] => format!("the action `{own}` uses itself"),
                [own, others @ ..] => format!("the action `{own}` uses itself by way of {}", quoted(others)),
                [] => continue,
            };
            let help = "take the `use` out of it, or put what both need into an action of its own";
            self.context.report(self.sources.locate(actions[circle[0]].place, "use:"), message, help);
        }
    }

    /// An `after` that a run from an older release never comes to.
    fn gaps(&self) {
        let releases = &self.catalogue.releases;
        let sequential = self.catalogue.system.versions.sequential;
        for (i, release) in releases.iter().enumerate() {
            let Some(after) = release.after.as_ref().filter(|after| **after < release.version) else { continue };
            let older = releases[..i].iter().any(|before| before.version < *after);
            let stop = |before: &Release| before.version >= *after && (sequential || before.stop);
            if !older || releases[..i].iter().any(stop) {
                continue;
            }
            let between = releases[..i].iter().rev().find(|before| before.version >= *after);
            let help = match between {
                Some(before) => format!("add `stop: yes` to {}", before.version),
                None => format!("add `releases/{after}.yaml`, with `stop: yes` if the path is direct"),
            };
            let message =
                format!("{} comes after {after}, and from an older release no stop leads there", release.version);
            self.context.report(self.sources.locate(release.place, "after:"), message, help);
        }
    }

    /// Every step that an author wrote, with its inner ones.
    fn each(&self, see: &mut dyn FnMut(&'c Step)) {
        let system = &self.catalogue.system;
        let own = [&system.maintenance, &system.first, &system.hop, &system.last, &system.actions];
        let releases = self.catalogue.releases.iter().flat_map(|release| release.before.iter().chain(&release.steps));
        own.into_iter().flatten().chain(releases).for_each(|step| each_step(step, see));
    }

    fn steps(&self) {
        self.each(&mut |step| {
            if let Kind::Sql(sql) = &step.kind {
                self.schema(step, sql);
                sql.statements.iter().for_each(|statement| self.drops(statement));
            }
        });
    }

    /// MySQL and MariaDB commit before and after each change of the schema.
    fn schema(&self, step: &Step, sql: &SqlSpec) {
        static CHANGES: LazyLock<Option<Regex>> =
            LazyLock::new(|| Regex::new(r"(?i)^\s*(create|alter|drop|rename|truncate)\b").ok());
        let own = sql.store.as_deref().unwrap_or(self.only_store);
        if !self.on_mysql.contains(own) {
            return;
        }
        let changes = |text: &Template| CHANGES.as_ref().is_some_and(|changes| changes.is_match(&text.text));
        let texts: Vec<&Template> = sql.statements.iter().filter_map(|query| query.for_engine("mysql")).collect();
        let Some(change) = texts.iter().find(|text| changes(text)) else { return };
        let message = if step.done_when.is_none() {
            "MySQL cannot take a change of the schema back, and nothing tells whether it was done"
        } else if texts.len() > 1 {
            "MySQL cannot take a change of the schema back, and other statements stand in the same step"
        } else {
            return;
        };
        let help = "make it a step of its own, with a `done_when` that asks `information_schema`";
        self.context.warn(change.place, message, help);
    }

    fn drops(&self, statement: &Query) {
        static DROP: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)\bdrop\b").ok());
        static LIST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^\s*drop\b[^(]*,").ok());
        for template in statement.all() {
            let bare = without_strings(&template.text);
            let several = DROP.as_ref().is_some_and(|drop| drop.find_iter(&bare).count() > 1)
                || LIST.as_ref().is_some_and(|list| list.is_match(&bare));
            if several {
                let help = "write a statement for each, so that it can be told which of them were done";
                self.context.warn(template.place, "one statement drops several things", help);
                return;
            }
        }
    }

    /// A check that stops an operator has to say what to do.
    fn checks(&self) {
        let mut checks: Vec<&Check> = self.catalogue.system.checks.iter().collect();
        checks.extend(self.catalogue.releases.iter().flat_map(|release| &release.checks));
        self.each(&mut |step| checks.extend(&step.checks));
        for check in checks.into_iter().filter(|check| check.level == Level::Must && check.fix.is_none()) {
            let help = "add `fix` with what the operator does then, or `level: should`";
            let message = format!("the check `{}` stops an upgrade and does not say how it is mended", check.id);
            self.context.warn(check.place, message, help);
        }
    }

    fn maintenance(&self) {
        for step in &self.catalogue.system.maintenance {
            let kind = match &step.kind {
                Kind::Use(name) => self.action(name).map_or(&step.kind, |action| &action.kind),
                kind => kind,
            };
            // A file shows by itself what was done; waiting and copying change nothing.
            let (asks, undone) = match kind {
                Kind::Run(_) | Kind::Http(_) | Kind::Sql(_) | Kind::Backfill(_) => (true, true),
                Kind::File(_) | Kind::Ask(_) | Kind::Use(_) | Kind::Steps(_) => (false, true),
                Kind::Wait(_) | Kind::Backup(_) | Kind::Check(_) => (false, false),
            };
            if asks && step.done_when.is_none() {
                let help = "add `done_when` with a probe that tells: maintenance is entered again by every session";
                let message = format!("nothing tells whether the maintenance step `{}` was done", step.id);
                self.context.warn(step.place, message, help);
            }
            if undone && step.undo.is_empty() {
                let help = "add `undo` with the steps that take it back";
                let message = format!("the maintenance step `{}` is not undone when maintenance is left", step.id);
                self.context.warn(step.place, message, help);
            }
        }
    }

    /// A floor is a point of no return; behind it only a backup leads back.
    fn backups(&self) {
        let system = &self.catalogue.system;
        let always = [&system.first, &system.maintenance, &system.hop];
        if always.into_iter().flatten().any(|step| self.copies(step)) {
            return;
        }
        let with_floors = self.with_floors();
        for release in &self.catalogue.releases {
            let mut copied = release.before.iter().any(|step| self.copies(step));
            if release.floor.is_some() && !copied {
                self.no_backup(self.sources.locate(release.place, "floor:"));
                continue;
            }
            copied = false;
            for step in release.before.iter().chain(&release.steps) {
                copied |= self.copies(step);
                if !copied && let Some(place) = self.floor(step, &with_floors) {
                    self.no_backup(place);
                    break;
                }
            }
        }
    }

    fn no_backup(&self, place: Place) {
        let help = "add a `backup` step under `first`, or before this one";
        self.context.warn(place, "this floor is a point of no return, and no backup comes before it", help);
    }

    /// Whether a copy is made, by Stepwell or by a program that the author called a backup.
    fn copies(&self, step: &'c Step) -> bool {
        let mut found = false;
        each_step(step, &mut |step| {
            found |= step.id.contains("backup") || matches!(step.kind, Kind::Backup(_));
            if let Kind::Use(name) = &step.kind {
                let copies = |step: &Step| matches!(step.kind, Kind::Backup(_));
                found |= self.action(name).is_some_and(|action| {
                    let mut inner = false;
                    each_step(action, &mut |step| inner |= copies(step));
                    inner
                });
            }
        });
        found
    }

    /// The actions with a floor, of their own or of an action that they use.
    fn with_floors(&self) -> BTreeSet<&'c str> {
        let actions = &self.catalogue.system.actions;
        let mut users = vec![Vec::new(); actions.len()];
        let mut found: Vec<usize> = Vec::new();
        for (index, action) in actions.iter().enumerate() {
            self.used(action).into_iter().for_each(|used| users[used].push(index));
            each_step(action, &mut |step| found.extend(step.floor.as_ref().map(|_| index)));
        }
        let mut with = BTreeSet::new();
        while let Some(index) = found.pop() {
            if with.insert(actions[index].id.as_str()) {
                found.append(&mut users[index]);
            }
        }
        with
    }

    /// Where a step, or one of these actions that it uses, has a floor.
    fn floor(&self, step: &'c Step, with: &BTreeSet<&str>) -> Option<Place> {
        let mut found = None;
        each_step(step, &mut |inner| {
            if found.is_some() {
            } else if inner.floor.is_some() {
                found = Some(self.sources.locate(inner.place, "floor:"));
            } else if let Kind::Use(name) = &inner.kind
                && with.contains(name.as_str())
            {
                found = Some(inner.place);
            }
        });
        found
    }
}

/// Circles among things that use others by index, each from its first member on. A circle is one mistake, whichever
/// member it is entered by, so that of those that share one only one is given.
fn circles(uses: &[Vec<usize>]) -> Vec<Vec<usize>> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Never,
        /// At this place of the way from where the search began.
        OnTheWay(usize),
        Done,
    }
    let mut seen = vec![Seen::Never; uses.len()];
    let mut found = Vec::new();
    let mut given = vec![false; uses.len()];
    for begin in 0..uses.len() {
        // Each with how many of its uses were followed. No recursion: a way may lead through thousands.
        let mut way = Vec::new();
        let mut next = (seen[begin] == Seen::Never).then_some(begin);
        loop {
            if let Some(entered) = next.take() {
                seen[entered] = Seen::OnTheWay(way.len());
                way.push((entered, 0));
            }
            let Some((at, followed)) = way.last_mut() else { break };
            let (from, used) = (*at, uses[*at].get(*followed).copied());
            *followed += 1;
            match used.map(|used| (used, seen[used])) {
                None => {
                    seen[from] = Seen::Done;
                    way.pop();
                }
                Some((used, Seen::Never)) => next = Some(used),
                Some((used, Seen::OnTheWay(begin))) if !given[used] && !given[from] => {
                    let mut circle: Vec<usize> = way[begin..].iter().map(|(index, _)| *index).collect();
                    if !circle.iter().any(|index| given[*index]) {
                        let first = circle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(at, _)| at);
                        circle.rotate_left(first);
                        circle.iter().for_each(|index| given[*index] = true);
                        found.push(circle);
                    }
                }
                Some(_) => {}
            }
        }
    }
    found
}

/// Sees where secrets go, on steps and probes alike.
struct Secrets<'c> {
    context: &'c Context,
    sources: &'c Sources,
    /// `facts.NAME` and `stores.NAME.url`.
    names: BTreeSet<String>,
    env: Environment<'static>,
}

impl Secrets<'_> {
    /// The secret that an expression needs.
    fn within(&self, expression: &str) -> Option<String> {
        let compiled = super::template::compile(&self.env, expression).ok()?;
        let mut paths: Vec<String> = compiled.undeclared_variables(true).into_iter().collect();
        paths.sort_unstable();
        paths.into_iter().find(|path| self.names.contains(path))
    }

    /// Values that leave what knows how to hide them.
    fn plain(&self, template: &Template) {
        for piece in split(&template.text).unwrap_or_default() {
            if let Piece::Expression(text) = piece
                && let Some(name) = self.within(text)
            {
                self.refuse(self.sources.locate(template.place, text), &name);
            }
        }
    }

    fn refuse(&self, place: Place, name: &str) {
        let help = "give it to a program by `env` or `stdin`";
        self.context.report(place, format!("the secret `{name}` cannot stand here"), help);
    }

    fn command(&self, command: &Command) {
        static REVEALED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\|\s*reveal\b").ok());
        for argument in &command.argv {
            if REVEALED.as_ref().is_some_and(|revealed| revealed.is_match(&argument.text)) {
                let place = self.sources.locate(argument.place, "reveal");
                let help = "give it to the program by `env` or `stdin`";
                self.context.warn(place, "every user of the machine can read a secret among the arguments", help);
            } else {
                self.plain(argument);
            }
        }
    }
}

impl Visit for Secrets<'_> {
    fn template(&mut self, _: &Template, _: &Where<'_>) {}

    fn expression(&mut self, expression: &Expression, _: &Where<'_>) {
        if let Some(name) = self.within(&expression.text) {
            self.refuse(expression.place, &name);
        }
    }

    fn probe(&mut self, probe: &Probe) {
        match &probe.ask {
            Ask::Run(command) => self.command(command),
            Ask::Sql { query, .. } => query.all().for_each(|template| self.plain(template)),
            Ask::File { .. } | Ask::Http(_) => {}
        }
    }

    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Run(command) => self.command(command),
            Kind::Sql(sql) => sql.statements.iter().flat_map(Query::all).for_each(|template| self.plain(template)),
            _ => {}
        }
    }
}
