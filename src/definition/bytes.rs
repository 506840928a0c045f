//! Sizes as people write them: `512MiB`, `2GiB`, `2 GB`.

/// Bytes.
///
/// # Errors
/// When the text is not a whole number with a unit, or too large, as a sentence.
pub fn parse(text: &str) -> Result<u64, String> {
    let refuse = || format!("`{text}` is not a size");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
    let unit: u64 = match text[digits..].trim() {
        "B" => 1,
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(refuse()),
    };
    text[..digits].parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(refuse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_unit() {
        assert_eq!(parse("512MiB"), Ok(512 << 20));
        assert_eq!(parse("2 GB"), Ok(2_000_000_000));
        for wrong in ["", "5", "GiB", "1.5GiB", "-1MB", "99999999999999TiB", "5 gib"] {
            assert_eq!(parse(wrong), Err(format!("`{wrong}` is not a size")));
        }
    }
}
