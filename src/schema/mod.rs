//! JSON Schemas of the files that people write, for editors that complete and check while one types.
//!
//! They describe keys and values. What holds between them, such as a name that has to be defined somewhere else, is
//! for `stepwell lint`.

mod deployment;
mod kind;
mod probe;
mod shape;
mod step;
mod system;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use probe::Before;

/// What is described once, by name.
type Defs = BTreeMap<String, Value>;

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    System,
    Release,
    Deployment,
}

impl Document {
    pub const ALL: [Document; 3] = [Document::System, Document::Release, Document::Deployment];

    /// The word for it on the command line, and the schema's file name.
    pub fn name(self) -> &'static str {
        match self {
            Document::System => "system",
            Document::Release => "release",
            Document::Deployment => "deployment",
        }
    }

    /// The files that it is about.
    pub fn files(self) -> &'static str {
        match self {
            Document::System => "system.yaml",
            Document::Release => "releases/*.yaml",
            Document::Deployment => "stepwell.yaml",
        }
    }

    /// Its JSON Schema, draft 2020-12.
    pub fn schema(self) -> Value {
        let mut defs = Defs::new();
        if self == Document::Deployment {
            deployment::defs(&mut defs);
        } else {
            step::defs(&mut defs);
            probe::defs(&mut defs, Before::Unknown);
            probe::defs(&mut defs, Before::Known);
        }
        let document = match self {
            Document::System => {
                step::system_defs(&mut defs);
                system::system()
            }
            Document::Release => system::release(),
            Document::Deployment => deployment::deployment(),
        };
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("title".to_owned(), format!("Stepwell: {}", self.files()).into());
        if let Value::Object(document) = document.done() {
            schema.extend(document);
        }
        schema.insert("$defs".to_owned(), defs.into_iter().collect::<Map<_, _>>().into());
        schema.into()
    }

    /// The schema as it is printed and written, without a newline at its end.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which no schema of ours is.
    pub fn text(self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&self.schema())
    }
}
