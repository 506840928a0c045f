//! Where the expressions of a template begin and end.

/// A stretch of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    Literal(&'a str),
    /// What stands between `{{` and `}}`, trimmed.
    Expression(&'a str),
}

/// Splits a template. Only `{{ }}` means something; `{%` and `{#` are text like any other.
///
/// # Errors
/// When a `{{` is never closed or nothing stands in it, as a sentence.
pub(crate) fn split(text: &str) -> Result<Vec<Piece<'_>>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        if open > 0 {
            pieces.push(Piece::Literal(&rest[..open]));
        }
        let inner = &rest[open + 2..];
        let close = closing(inner).ok_or("`{{` is never closed: add `}}`")?;
        let expression = inner[..close].trim();
        if expression.is_empty() {
            return Err("`{{ }}` is empty: name a value in it".to_owned());
        }
        pieces.push(Piece::Expression(expression));
        rest = &inner[close + 2..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

/// The byte offset of the `}}` that ends an expression: not one within a string, nor the braces of a mapping.
fn closing(inner: &str) -> Option<usize> {
    let bytes = inner.as_bytes();
    let mut quote = None;
    let mut braces = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None => match byte {
                b'\'' | b'"' => quote = Some(byte),
                b'{' => braces += 1,
                b'}' if braces > 0 => braces -= 1,
                b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at),
                _ => {}
            },
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Expression, Literal};

    #[test]
    fn expressions_are_found_between_their_braces() {
        assert_eq!(split("a {{ b }} c{{d}}"), Ok(vec![Literal("a "), Expression("b"), Literal(" c"), Expression("d")]));
        assert_eq!(split("{% if %} {# #} }}"), Ok(vec![Literal("{% if %} {# #} }}")]));
        assert_eq!(split(""), Ok(vec![]));
    }

    #[test]
    fn braces_in_a_string_or_a_mapping_do_not_end_an_expression() {
        assert_eq!(split("{{ '}}' }}"), Ok(vec![Expression("'}}'")]));
        assert_eq!(split(r#"{{ "\"}}" }}"#), Ok(vec![Expression(r#""\"}}""#)]));
        assert_eq!(split("{{ {'a': {}} }}!"), Ok(vec![Expression("{'a': {}}"), Literal("!")]));
    }

    #[test]
    fn an_open_end_is_an_error() {
        assert!(split("a {{ b").is_err());
        assert!(split("{{ 'b }}").is_err());
        assert!(split("{{ }}").is_err());
    }
}
