//! How the service is before anything was changed.

use crate::model::{Catalogue, Service, Step};
use crate::probe::{Site, Verdict, ask, judge};

/// In maintenance where a step that enters it says of itself that it is done. What cannot be asked yet, such as a step
/// for each of several units, says nothing.
pub async fn service(catalogue: &Catalogue, site: &Site) -> Service {
    for step in catalogue.system.maintenance.iter().filter(|step| step.repeat.is_none() && step.when.is_none()) {
        if is_done(step, site).await {
            return Service::Maintenance;
        }
    }
    Service::Up
}

async fn is_done(step: &Step, site: &Site) -> bool {
    let Some(probe) = &step.done_when else { return false };
    let Ok(answer) = ask(probe, site).await else { return false };
    matches!(judge(&answer, &probe.answer, site, None), Ok(Verdict::Yes))
}
