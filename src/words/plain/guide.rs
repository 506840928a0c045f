//! The plan as a guide to read from beginning to end: what is asked, when the service is away, where the way back
//! ends, and every step with its reason and its very work.
//!
//! ```text
//! Hop 1 of 2: 1.8.2 to 2.0.0
//! ==========================
//!
//!  10  Split every path into folder and name
//!      backfill, secrets in db; in maintenance                                       2.0.0/fill
//!
//!      The longest step of this upgrade. It goes in small batches.
//!
//!        update secrets set folder = …
//!
//!      If it is interrupted: it goes on after the last batch that was finished.
//! ```

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use crate::model::{Offline, Phase, Plan, PlannedStep, VersionFound, Work};
use crate::words::format::{duration, plural, visible};
use crate::words::screens as words;

/// The longest line, in columns.
const WIDTH: usize = 100;
/// Columns before what is said of a step.
const INDENT: usize = 5;

/// The whole guide. `file`: the deployment file, for the commands at the end; `version`: how it is known
/// what it starts from.
pub fn guide(plan: &Plan, file: &str, version: Option<&VersionFound>) -> String {
    let mut page = Page::default();
    let mut options = String::new();
    if plan.tags.is_empty() {
        page.heading(&format!("{}: {} to {}", plan.title, plan.from, plan.to), '=');
    } else {
        let tags = visible(&plan.tags.join(", "));
        page.heading(&format!("{} {}, which stays as it is: {tags}", plan.title, plan.to), '=');
        options = plan.tags.iter().map(|tag| format!(" --tag {tag}")).collect::<String>() + " --force";
    }
    if version.is_some_and(|version| version.said) {
        options += &format!(" --from {}", quoted(&plan.from));
    }
    if version.is_some_and(|version| version.forced) {
        page.text(0, &format!("Forced: the data say something else than {}.", visible(&plan.from)));
        options += if plan.tags.is_empty() { " --force" } else { "" };
    }
    page.text(0, &summary(plan));
    page.gap();
    page.text(0, &maintenance(plan));
    questions(&mut page, plan);
    no_return(&mut page, plan);
    let (mut part, mut told) = (None, Told::default());
    for (i, step) in plan.steps.iter().enumerate() {
        let here = super::plan::part(plan, step);
        if part.as_ref() != Some(&here) {
            page.gap();
            page.heading(here.trim_end_matches(':'), '=');
            page.gap();
            part = Some(here);
        }
        describe(&mut page, i + 1, step, &mut told);
    }
    page.gap();
    page.heading("To carry it out", '=');
    page.text(0, "Nothing was changed by reading this. With the wizard, which asks before each decision:");
    page.code(2, &format!("stepwell -d {}", quoted(file)));
    page.text(0, "Without it, exactly this plan and no other:");
    let more = if plan.steps.iter().any(|s| s.point_of_no_return) { " --allow-irreversible" } else { "" };
    // As it stands it can be pasted into a shell.
    page.line(format!("  stepwell run -d {}{options}{more} \\", quoted(file)));
    page.line(format!("    --plan-hash {}", plan.hash));
    page.lines.join("\n")
}

fn summary(plan: &Plan) -> String {
    let steps = plural(plan.steps.len(), "step", "steps");
    let hops = plural(plan.hops.len(), "hop", "hops");
    let time = super::plan::total(plan).unwrap_or_else(|| "No step says how long it takes.".to_owned());
    format!("{steps} in {hops}. {time}")
}

/// From which step to which the service is in maintenance.
fn maintenance(plan: &Plan) -> String {
    let number = |phase: Phase| plan.steps.iter().position(|s| s.phase == phase).map(|i| i + 1);
    let needed = plan.steps.iter().any(|s| s.offline == Offline::Required);
    match (number(Phase::Enter), number(Phase::Leave)) {
        (Some(enter), Some(leave)) => {
            let word = if needed { "Maintenance is needed" } else { "Maintenance is advised" };
            format!("{word}: it is entered with step {enter} and left with step {leave}.")
        }
        _ => "The service stays up: no step needs maintenance.".to_owned(),
    }
}

fn questions(page: &mut Page, plan: &Plan) {
    let asked = |step: &&PlannedStep| matches!(step.work, Work::Ask(_));
    if !plan.steps.iter().any(|s| asked(&s)) {
        return;
    }
    page.gap();
    page.heading("What you will be asked", '-');
    for (i, step) in plan.steps.iter().enumerate().filter(|(_, step)| asked(step)) {
        let when = if step.ask_first { "before you approve" } else { "when its turn comes" };
        page.text(2, &format!("Step {}, {when}: {}", i + 1, visible(&step.title)));
        if let Some(answers) = answers(step) {
            page.text(4, &answers);
        }
    }
}

fn answers(step: &PlannedStep) -> Option<String> {
    let Work::Ask(ask) = &step.work else { return None };
    if ask.choices.is_empty() {
        return ask.typed.as_ref().map(|word| format!("Type {} when it is done.", visible(word)));
    }
    let choices = ask.choices.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join(", ");
    let default = ask.default.as_ref().map(|d| visible(&d.text));
    Some(words::answers(&visible(&choices), default.as_deref()))
}

fn no_return(page: &mut Page, plan: &Plan) {
    if !plan.steps.iter().any(|s| s.point_of_no_return) {
        return;
    }
    page.gap();
    page.heading("Where the way back ends", '-');
    for (i, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.point_of_no_return) {
        let text = format!(
            "Step {}: {}. After it only the backup leads back to {}.",
            i + 1,
            visible(&step.title),
            visible(&plan.from)
        );
        page.text(2, &text);
    }
}

/// What was said of steps already. Said once it holds for all of them, and a reader need not compare.
#[derive(Default)]
struct Told<'p> {
    reasons: BTreeSet<&'p str>,
    /// Whether the last step was one line.
    in_a_line: bool,
}

fn describe<'p>(page: &mut Page, number: usize, step: &'p PlannedStep, told: &mut Told<'p>) {
    let looks = matches!(step.work, Work::Check(_) | Work::Baseline(_));
    let why = step.why.as_deref().filter(|why| told.reasons.insert(why));
    let in_a_line = looks && why.is_none() && step.floor.is_none();
    if !(in_a_line && told.in_a_line) {
        page.gap();
    }
    told.in_a_line = in_a_line;
    if in_a_line {
        let title = format!("{number:>3}  {}: {}", capital(words::kind(&step.work)), visible(&step.title));
        return page.ends(0, &title, &visible(&step.key));
    }
    page.line(format!("{number:>3}  {}", visible(&step.title)));
    let mut facts = vec![words::kind(&step.work).to_owned()];
    if !step.touches.is_empty() {
        facts.push(visible(&step.touches));
    }
    match step.offline {
        Offline::Required => facts.push("in maintenance".to_owned()),
        Offline::Advised => facts.push("better in maintenance".to_owned()),
        Offline::No => {}
    }
    facts.extend(step.estimate.map(|ms| format!("about {}", duration(ms))));
    if step.optional {
        facts.push("can be skipped".to_owned());
    }
    page.ends(INDENT, &facts.join(", "), &visible(&step.key));
    if let Some(why) = why {
        page.gap();
        page.text(INDENT, &visible(why));
    }
    if !looks && !step.detail.is_empty() {
        page.gap();
        match &step.work {
            Work::Ask(_) => paragraphs(&step.detail).iter().for_each(|text| page.text(INDENT, &visible(text))),
            _ => {
                let lines = step.detail.iter().flat_map(|text| text.lines());
                lines.for_each(|line| page.code(INDENT + 2, &visible(line)));
            }
        }
    }
    let mut notes = Vec::new();
    notes.extend(answers(step));
    if let Some(floor) = step.floor.as_ref().filter(|_| !step.point_of_no_return) {
        notes.push(words::floor_long(&visible(floor)));
    }
    if step.point_of_no_return {
        notes.push(words::NO_RETURN_HERE.to_owned());
    }
    if !looks && !matches!(step.work, Work::Ask(_)) {
        notes.push(words::resume(step.resume).to_owned());
    }
    if !notes.is_empty() {
        page.gap();
    }
    for note in notes {
        page.text(INDENT, &note);
    }
    if !step.proof.is_empty() {
        page.text(INDENT, &format!("{}:", words::DONE_WHEN));
        for line in &step.proof {
            page.code(INDENT + 2, &visible(line));
        }
    }
}

/// Lines of a text as its paragraphs, which an empty line or the mark of a list begins anew.
fn paragraphs(lines: &[String]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in lines.iter().flat_map(|text| text.lines()) {
        let apart = line.trim().is_empty() || line.starts_with([' ', '-', '*', '`']);
        match paragraphs.last_mut().filter(|_| goes_on && !apart) {
            Some(last) => *last = format!("{last} {}", line.trim()),
            None => paragraphs.push(line.to_owned()),
        }
        goes_on = !line.trim().is_empty() && !line.starts_with(' ');
    }
    paragraphs
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// An argument of a command line as a shell takes it.
pub fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
}

impl Page {
    fn line(&mut self, line: String) {
        self.lines.push(line.trim_end().to_owned());
    }

    /// An empty line, unless there is one.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn heading(&mut self, text: &str, rule: char) {
        let text = visible(text);
        let rule = rule.to_string().repeat(text.width().min(WIDTH));
        self.line(text);
        self.line(rule);
    }

    /// Words, broken at spaces.
    fn text(&mut self, indent: usize, text: &str) {
        let line = " ".repeat(indent);
        // An item of a list keeps its mark to itself.
        let indent = if text.starts_with("- ") { indent + 2 } else { indent };
        self.words(line, &" ".repeat(indent), text);
    }

    /// A line to be taken as it is. What is too long goes on further to the right.
    fn code(&mut self, indent: usize, text: &str) {
        // Spaces within it may matter: what a program reads is shown so, too.
        let whole = format!("{}{}", " ".repeat(indent), text.trim_end());
        if whole.width() <= WIDTH {
            return self.line(whole);
        }
        let own = text.len() - text.trim_start().len();
        let further = " ".repeat((indent + own + 2).min(WIDTH / 2));
        self.words(" ".repeat(indent + own), &further, text);
    }

    /// Words behind what the first line begins with; further lines begin with `lead`.
    fn words(&mut self, mut line: String, lead: &str, text: &str) {
        let mut empty = true;
        for word in text.split_whitespace() {
            if !empty && line.width() + 1 + word.width() > WIDTH {
                self.line(std::mem::replace(&mut line, lead.to_owned()));
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.line(line);
    }

    /// One text at the left, one at the right end of the line; below each other where there is no room.
    fn ends(&mut self, indent: usize, left: &str, right: &str) {
        let spare = WIDTH.saturating_sub(indent + left.width() + right.width());
        let lead = " ".repeat(indent);
        if spare < 2 {
            self.words(lead.clone(), &lead, left);
            self.line(format!("{}{right}", " ".repeat(INDENT)));
        } else {
            self.line(format!("{lead}{left}{}{right}", " ".repeat(spare)));
        }
    }
}
