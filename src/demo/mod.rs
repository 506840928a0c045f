//! The demo: Keepsake, a small secrets service that does not exist, with data in an embedded database.
//!
//! `build` makes a deployment of Keepsake 1.8.2; `keepsake` is the service's own command. What an upgrade of it
//! consists of is written in `upgrades/keepsake`, like that of any other system. Nothing else of Stepwell knows that
//! Keepsake is a demo.

mod build;
mod program;

pub use build::{DEFAULT_ROWS, DemoError, build};
pub use program::keepsake;

#[cfg(test)]
mod tests {
    #[test]
    fn every_release_has_notes_with_the_headings_that_matter() {
        for (version, notes, headings) in [
            (
                "2.0.0",
                include_str!("../../upgrades/keepsake/releases/2.0.0.md"),
                ["## What changes", "## Breaking changes", "## Fixes"],
            ),
            (
                "2.1.0",
                include_str!("../../upgrades/keepsake/releases/2.1.0.md"),
                ["## What changes", "## Security", "## Fixes"],
            ),
            (
                "3.0.0",
                include_str!("../../upgrades/keepsake/releases/3.0.0.md"),
                ["## What changes", "## Breaking changes", "## Fixes"],
            ),
        ] {
            assert_eq!(notes.lines().next(), Some(format!("# Keepsake {version}").as_str()));
            for heading in headings {
                let items = notes.split_once(&format!("\n{heading}\n\n- "));
                assert!(items.is_some(), "{version}: no list under `{heading}`");
            }
        }
    }
}
