//! The catalogues that are compiled in.

use include_dir::{Dir, include_dir};

use super::{Findings, load_embedded};
use crate::model::Catalogue;

static UPGRADES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/upgrades");

/// The systems whose definitions are compiled in, in alphabetical order.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = UPGRADES
        .dirs()
        .filter(|folder| folder.contains(folder.path().join("system.yaml")))
        .filter_map(|folder| folder.path().file_name()?.to_str())
        .collect();
    names.sort_unstable();
    names
}

/// The catalogue of a system, if it is compiled in.
///
/// # Errors
/// With everything that is wrong in its files; a test makes sure that nothing is.
pub fn load(name: &str) -> Option<Result<Catalogue, Findings>> {
    let name = names().into_iter().find(|known| *known == name)?;
    UPGRADES.get_dir(name).map(|folder| load_embedded(folder, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_catalogue_is_valid() {
        for name in names() {
            match load(name).expect("is there") {
                Ok(catalogue) => assert_eq!(catalogue.system.name, name),
                Err(findings) => panic!("{findings}"),
            }
        }
        assert!(load("no such system").is_none());
    }
}
