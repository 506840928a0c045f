//! `stepwell schema`: JSON Schemas of the files that people write.

use std::path::{Path, PathBuf};

use super::{Failure, report};
use crate::model::Exit;
use crate::schema::Document;

pub fn run(document: Option<Document>, out: Option<&Path>) -> Result<Exit, Failure> {
    match (document, out) {
        (document, Some(folder)) => {
            for document in Document::ALL.into_iter().filter(|one| document.is_none_or(|wanted| wanted == *one)) {
                println!("{}", write(document, folder)?.display());
            }
        }
        (Some(document), None) => report::print(document.text()?)?,
        (None, None) => {
            for document in Document::ALL {
                println!("{:<12}{}", document.name(), document.files());
            }
            println!("Print one: stepwell schema NAME. Write all: stepwell schema --out DIR");
        }
    }
    Ok(Exit::Done)
}

fn write(document: Document, folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join(document.name()).with_extension("json");
    let text = document.text()? + "\n";
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, text))
        .map_err(|e| Failure::new(Exit::Usage, format!("error: {} cannot be written: {e}", path.display())))?;
    Ok(path)
}
