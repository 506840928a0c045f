//! `stepwell import`: a catalogue of what another program defines.

use serde_json::json;

use super::Failure;
use super::args::{Args, Import};
use crate::import::{self, ImportError};
use crate::model::Exit;
use crate::words::format::plural;

pub fn run(args: &Args, source: &Import) -> Result<Exit, Failure> {
    let Import::Acapy { file, out } = source;
    let imported = import::acapy(file, args.to.as_deref(), out).map_err(|error| {
        let exit = match &error {
            ImportError::File(_) => Exit::Invalid,
            ImportError::Target(_) | ImportError::Taken(_) | ImportError::Write { .. } => Exit::Usage,
            ImportError::Own(_) => Exit::Internal,
        };
        Failure::new(exit, format!("{error}\nnothing was written"))
    })?;
    if args.json {
        let (actions, tags) = (&imported.actions, &imported.tags);
        println!(
            "{}",
            json!({ "schema": 1, "folder": out, "releases": imported.releases, "actions": actions, "tags": tags })
        );
        return Ok(Exit::Done);
    }
    println!("{} holds {}", out.display(), plural(imported.releases, "release", "releases"));
    for (what, names) in [("actions", &imported.actions), ("tags, which run only with --tag", &imported.tags)] {
        if !names.is_empty() {
            println!("  {what}: {}", names.join(", "));
        }
    }
    println!(
        "Next: write a stepwell.yaml with `system: acapy`, then type: stepwell plan --catalogue {}",
        out.display()
    );
    Ok(Exit::Done)
}
