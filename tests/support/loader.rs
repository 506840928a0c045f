//! What the loader of definitions knows, as its source says.

use std::collections::BTreeSet;
use std::fs;

use regex::Regex;

/// The keys that the loader asks for, as its source names them.
pub fn known_keys() -> BTreeSet<String> {
    let one = Regex::new(r#"(?:\.(?:get|need|list|entries|node)\(|\b(?:steps|checks)\(&?fields, )\s*"(\w+)""#);
    let several = Regex::new(r#"(?:one_of\(&\[|const SOURCES: \[&str; \d+\] = \[)([^\]]+)\]"#);
    let (one, several) = (one.expect("compiles"), several.expect("compiles"));
    let quoted = Regex::new(r#""(\w+)""#).expect("compiles");
    let mut keys = BTreeSet::new();
    for entry in fs::read_dir("src/definition").expect("the loader's source") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        keys.extend(one.captures_iter(text).map(|found| found[1].to_owned()));
        for list in several.captures_iter(text) {
            keys.extend(quoted.captures_iter(&list[1]).map(|found| found[1].to_owned()));
        }
    }
    keys
}
