//! Times as authors write them: `400ms`, `5s`, `2m`, `12h`.

/// Milliseconds.
///
/// # Errors
/// When the text is not a whole number with a unit, or too long for a `u64`, as a sentence.
pub fn parse(text: &str) -> Result<u64, String> {
    let refuse = || format!("`{text}` is not a time");
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refuse)?;
    let unit = match &text[digits..] {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(refuse()),
    };
    text[..digits].parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or_else(refuse)
}

/// `2s..60s`, or `5s` for both ends: the first wait and the longest, in milliseconds.
///
/// # Errors
/// As [`parse`], and when the first wait is longer than the longest.
pub fn parse_span(text: &str) -> Result<(u64, u64), String> {
    let (first, longest) = text.split_once("..").unwrap_or((text, text));
    let (first, longest) = (parse(first.trim())?, parse(longest.trim())?);
    if first > longest { Err(format!("`{text}` ends before it begins")) } else { Ok((first, longest)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_unit() {
        assert_eq!(parse("400ms"), Ok(400));
        assert_eq!(parse("12h"), Ok(43_200_000));
        assert_eq!(parse_span("2s..60s"), Ok((2000, 60_000)));
        assert_eq!(parse_span("5s"), Ok((5000, 5000)));
        for bad in ["", "5", "s", "-5s", "1.5s", "5 s", "99999999999999999999s", "18446744073709551615h", "٣s"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse_span("60s..2s").is_err());
    }
}
