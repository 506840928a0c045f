//! What was found, and what lies between here and there.

use super::block;
use crate::model::{FactSource, NotePage, Route, Survey, Unfinished};
use crate::words::format::{bytes, plural, visible};

/// The session's first line.
pub fn opened(title: &str, deployment: &str, file: &str) -> String {
    format!("Stepwell upgrades {} at {} ({}).", visible(title), visible(deployment), visible(file))
}

/// Stores, version and facts.
pub fn survey(survey: &Survey) -> Vec<String> {
    let mut lines = vec!["Found:".to_owned()];
    for store in &survey.stores {
        let place =
            format!("  Store {} ({}) at {}", visible(&store.name), visible(&store.engine), visible(&store.location));
        lines.push(match (&store.error, store.size) {
            (Some(error), _) => format!("{place} cannot be opened: {}", visible(error)),
            (None, Some(size)) => format!("{place}: {}", bytes(size)),
            (None, None) => format!("{place} answers"),
        });
    }
    lines.push(version(survey));
    for source in &survey.version.sources {
        let answer = if source.failed { "could not be asked: " } else { "says " };
        lines.push(format!("    {} {answer}{}", visible(&source.source), visible(&source.answer)));
    }
    lines.extend(survey.facts.iter().map(|fact| {
        let from = match fact.source {
            FactSource::File => "from the deployment file",
            FactSource::Detected => "detected",
            FactSource::Default => "default",
            FactSource::Missing => return format!("  {} is missing: {}", visible(&fact.name), visible(&fact.ask)),
        };
        format!("  {} is {} ({from})", visible(&fact.name), visible(&fact.value))
    }));
    lines
}

fn version(survey: &Survey) -> String {
    let found = &survey.version;
    match &found.deployed {
        Some(deployed) => {
            let label = if found.label.is_empty() { deployed } else { &found.label };
            let how = match (found.forced, found.assumed) {
                (true, _) => ", because you say so against what was found",
                (false, true) => ", as is assumed where none is recorded",
                (false, false) => "",
            };
            format!("  The deployed version is {}{how}", visible(label))
        }
        None => "  The deployed version is not known".to_owned(),
    }
}

/// A run that was not finished, and how far it is.
pub fn unfinished(run: &Unfinished) -> String {
    let at = match (&run.at, &run.error) {
        (Some(at), Some(error)) => format!(" It failed at {}: {}", visible(at), visible(error)),
        (Some(at), None) => format!(" It stands at {}.", visible(at)),
        (None, _) => String::new(),
    };
    format!(
        "Run {} from {} to {} is not finished: {} of {} done. It began {}; the last entry is of {}, and nothing has \
         moved since.{at} {}",
        visible(&run.run),
        visible(&run.from),
        visible(&run.to),
        run.done,
        plural(run.total, "step", "steps"),
        run.began.strftime("%F %H:%M UTC"),
        run.last.strftime("%F %H:%M UTC"),
        super::service(run.service),
    )
}

/// The path of hops.
pub fn route(route: &Route) -> Vec<String> {
    let mut lines = vec![format!(
        "The way from {} to {}: {}.",
        visible(&route.from_label),
        visible(&route.to_label),
        plural(route.hops.len(), "hop", "hops")
    )];
    for (n, hop) in route.hops.iter().enumerate() {
        let of = hop.releases.iter().map(|release| visible(release)).collect::<Vec<_>>().join(", ");
        lines.push(format!(
            "  Hop {}: {} to {} (releases {of})",
            n + 1,
            visible(&hop.from_label),
            visible(&hop.to_label)
        ));
    }
    let items: usize = route.notes.iter().map(|page| page.items.len()).sum();
    lines.push(format!(
        "Release notes on the way: {}, {}.",
        plural(route.notes.len(), "page", "pages"),
        plural(items, "breaking or security item", "breaking and security items")
    ));
    lines
}

/// Above a page of notes.
pub fn page_head(page: &NotePage, number: usize, of: usize) -> String {
    format!("Release notes of {} (page {number} of {of}):", visible(&page.label))
}

/// Something in the notes was acknowledged.
pub fn acknowledged(page: &NotePage, item: Option<usize>) -> Vec<String> {
    let release = visible(&page.release);
    match item.and_then(|number| page.items.iter().find(|item| item.number == number)) {
        Some(item) => vec![format!("Read: {release}, {}:", visible(&item.heading)), block(&item.text)],
        None => vec![format!("Read: the notes of {release}.")],
    }
}
