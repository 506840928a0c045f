//! Where the data have to be for the program that is to be started.

use crate::engine::Surveyed;
use crate::model::{Exit, VersionFound, Versions};
use crate::words::plain::give;

/// What the data need.
#[derive(Debug)]
pub enum Target {
    /// They are where the program needs them.
    Fits,
    Upgrade {
        from: String,
        to: String,
    },
}

/// The installed program's version, where the catalogue lets it be asked; otherwise the newest release.
///
/// # Errors
/// With the exit code and a sentence, where a version is not known or the data are too new.
pub fn target(found: &Surveyed, versions: &Versions) -> Result<Target, (Exit, String)> {
    let version = &found.survey.version;
    let Some(from) = &found.from else {
        let range = version.range.clone().unwrap_or_default();
        return Err((Exit::OperatorNeeded, give::from_needed(&range)));
    };
    // Beyond its program the data would be of no use.
    if let Some(silent) = version.sources.iter().find(|source| source.failed && source.source == VersionFound::PROGRAM)
    {
        let text = format!("the installed program's version could not be asked: {}", silent.answer);
        return Err((Exit::CouldNotAsk, text));
    }
    let program = version.program.as_deref().and_then(|text| versions.scheme.parse(text).ok());
    let to = match (program, found.survey.targets.last()) {
        (Some(program), _) if &program < from => {
            let text = format!(
                "the data are at {}, which is newer than the installed program, {}",
                versions.label(from.as_str()),
                versions.label(program.as_str())
            );
            return Err((Exit::NoPath, text));
        }
        (Some(program), _) => program.to_string(),
        (None, Some(newest)) => newest.version.clone(),
        (None, None) => from.to_string(),
    };
    if versions.scheme.parse(&to).is_ok_and(|to| &to == from) {
        return Ok(Target::Fits);
    }
    Ok(Target::Upgrade { from: from.to_string(), to })
}
