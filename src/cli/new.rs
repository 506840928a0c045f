//! `stepwell new`: a catalogue to begin with.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::import::ImportError;
use crate::model::Exit;
use crate::starter::{self, StarterError};
use crate::words::plain::guide::quoted;

pub fn run(system: &str, out: Option<&Path>) -> Result<Exit, Failure> {
    let out = out.map_or_else(|| PathBuf::from(system), Path::to_owned);
    let files = starter::write(system, &out).map_err(|error| {
        let exit = match &error {
            StarterError::Folder(ImportError::Own(_)) => Exit::Internal,
            StarterError::Name(_) | StarterError::Folder(_) => Exit::Usage,
        };
        Failure::new(exit, format!("{error}\nnothing was written"))
    })?;
    let folder = quoted(&out.display().to_string());
    println!("A definition of {system}'s upgrades, to be changed line by line:");
    for file in files {
        println!("  {}", out.join(file).display());
    }
    println!("Next:");
    println!("  1. read system.yaml from the top; it says what it expects of the database");
    println!("  2. after each change: stepwell lint {folder}");
    println!("  3. write a stepwell.yaml, best beside a copy of a real database:");
    println!("       format: 1");
    println!("       system: {system}");
    println!("       deployment: {system}-1");
    println!("       stores: {{ db: {{ url: \"sqlite:////path/to/the/copy.sqlite\" }} }}");
    println!("  4. see what would be done: stepwell plan --catalogue {folder}");
    println!("  5. carry it out: stepwell --catalogue {folder}");
    println!("An editor helps with JSON Schemas: stepwell schema --out DIR");
    Ok(Exit::Done)
}
