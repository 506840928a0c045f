//! Versions and ranges of a system, ordered by the system's own scheme.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How versions of a system are written and ordered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// Semantic Versioning 2.0.0. A missing minor or patch counts as 0.
    Semver,
    /// PEP 440, as Python packages use it.
    Pep440,
    /// Names in their order, oldest first.
    Series(Vec<String>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Order {
    Semver(semver::Version),
    Pep440(Box<pep440_rs::Version>),
    Series(usize),
}

/// A version under one scheme. Versions of different schemes are never compared.
#[derive(Clone, Debug)]
pub struct Version {
    text: String,
    order: Order,
}

/// A version or range that does not parse, with the reason as a fragment of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a version: {reason}")]
pub struct VersionError {
    pub text: String,
    pub reason: String,
}

impl Scheme {
    /// Reads a version. A leading `v` is allowed and dropped.
    ///
    /// # Errors
    /// When the text is not a version under this scheme; the reason says what was expected.
    pub fn parse(&self, text: &str) -> Result<Version, VersionError> {
        let trimmed = text.trim();
        let fail = |reason: String| VersionError { text: trimmed.to_owned(), reason };
        let bare = match self {
            Scheme::Series(_) => trimmed,
            _ => trimmed.strip_prefix('v').unwrap_or(trimmed),
        };
        let order = match self {
            Scheme::Semver => Order::Semver(parse_semver(bare).map_err(fail)?),
            Scheme::Pep440 => pep440_rs::Version::from_str(bare)
                .map(|v| Order::Pep440(Box::new(v)))
                .map_err(|_| fail("expected a PEP 440 version such as `15.0.1` or `15.0.0rc1`".to_owned()))?,
            Scheme::Series(names) => names
                .iter()
                .position(|n| n == bare)
                .map(Order::Series)
                .ok_or_else(|| fail(format!("expected one of {}", names.join(", "))))?,
        };
        Ok(Version { text: bare.to_owned(), order })
    }

    /// Reads a range: comparisons (`>=`, `>`, `<=`, `<`, `==`) joined by commas, or one version alone.
    ///
    /// # Errors
    /// When one of the versions does not parse, or the range is empty.
    pub fn parse_range(&self, text: &str) -> Result<Range, VersionError> {
        let mut parts = Vec::new();
        for part in text.split(',') {
            let part = part.trim();
            let (op, rest) = match part {
                p if p.starts_with(">=") => (Op::AtLeast, &p[2..]),
                p if p.starts_with("<=") => (Op::AtMost, &p[2..]),
                p if p.starts_with("==") => (Op::Equal, &p[2..]),
                p if p.starts_with('>') => (Op::Above, &p[1..]),
                p if p.starts_with('<') => (Op::Below, &p[1..]),
                p => (Op::Equal, p),
            };
            parts.push((op, self.parse(rest)?));
        }
        Ok(Range { text: text.trim().to_owned(), parts })
    }
}

/// Semver with the forgiveness that release names need: `6` and `6.5` are `6.0.0` and `6.5.0`.
fn parse_semver(text: &str) -> Result<semver::Version, String> {
    let core_end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(core_end);
    let padded = match core.split('.').count() {
        1 => format!("{core}.0.0{rest}"),
        2 => format!("{core}.0{rest}"),
        _ => text.to_owned(),
    };
    semver::Version::parse(&padded).map_err(|e| format!("{e}; expected something like `2.13.8`"))
}

impl Version {
    /// The version as it was written, without a leading `v`.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.order, &other.order) {
            (Order::Semver(a), Order::Semver(b)) => a.cmp(b),
            (Order::Pep440(a), Order::Pep440(b)) => a.cmp(b),
            (Order::Series(a), Order::Series(b)) => a.cmp(b),
            // One catalogue has one scheme; this order only keeps sorting total.
            (a, b) => rank(a).cmp(&rank(b)),
        }
    }
}

fn rank(order: &Order) -> u8 {
    match order {
        Order::Semver(_) => 0,
        Order::Pep440(_) => 1,
        Order::Series(_) => 2,
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    AtLeast,
    Above,
    AtMost,
    Below,
    Equal,
}

/// Versions that satisfy every comparison. Order is that of the scheme alone: `15.0.0rc1` is below `15`.
#[derive(Clone, Debug)]
pub struct Range {
    text: String,
    parts: Vec<(Op, Version)>,
}

impl Range {
    /// Whether the version satisfies every comparison.
    pub fn contains(&self, version: &Version) -> bool {
        self.parts.iter().all(|(op, bound)| match op {
            Op::AtLeast => version >= bound,
            Op::Above => version > bound,
            Op::AtMost => version <= bound,
            Op::Below => version < bound,
            Op::Equal => version == bound,
        })
    }

    /// The only version in the range, when the range says so itself (`14.0.2`).
    pub fn exact(&self) -> Option<&Version> {
        match self.parts.as_slice() {
            [(Op::Equal, version)] => Some(version),
            _ => None,
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(scheme: &Scheme, texts: &[&str]) -> Vec<String> {
        let mut versions: Vec<_> = texts.iter().map(|t| scheme.parse(t).expect("parses")).collect();
        versions.sort();
        versions.iter().map(|v| v.as_str().to_owned()).collect()
    }

    #[test]
    fn each_scheme_orders_its_versions() {
        assert_eq!(
            sorted(&Scheme::Semver, &["2.10.1", "2.9.17", "2.10.1-rc.1", "3"]),
            ["2.9.17", "2.10.1-rc.1", "2.10.1", "3"]
        );
        assert_eq!(
            sorted(&Scheme::Pep440, &["0.8.1", "v0.8.1rc0", "0.8.0.post1", "0.8.1.dev2"]),
            ["0.8.0.post1", "0.8.1.dev2", "0.8.1rc0", "0.8.1"]
        );
        let series = Scheme::Series(vec!["liberty".into(), "mitaka".into(), "newton".into()]);
        assert_eq!(sorted(&series, &["newton", "liberty", "mitaka"]), ["liberty", "mitaka", "newton"]);
    }

    #[test]
    fn a_range_holds_what_lies_between_its_ends() {
        let scheme = Scheme::Pep440;
        let range = scheme.parse_range(">=10,<15").expect("parses");
        for (text, inside) in [("9.0", false), ("10", true), ("14.0.2", true), ("15", false)] {
            assert_eq!(range.contains(&scheme.parse(text).expect("parses")), inside, "{text}");
        }
        assert!(range.exact().is_none());
        assert_eq!(scheme.parse_range("14.0.2").expect("parses").exact().map(Version::as_str), Some("14.0.2"));
    }

    #[test]
    fn a_bad_version_says_what_was_expected() {
        let error = Scheme::Semver.parse("2.x").expect_err("is refused");
        assert!(error.to_string().contains("expected something like `2.13.8`"), "{error}");
        let series = Scheme::Series(vec!["liberty".into(), "mitaka".into()]);
        assert_eq!(
            series.parse("kilo").expect_err("is refused").to_string(),
            "`kilo` is not a version: expected one of liberty, mitaka"
        );
    }
}
