//! Finds out where in an SQL text an expression stands, and puts a placeholder there.

use super::{Piece, split};
use crate::model::Value;

/// What the text is in the middle of.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Within {
    Code,
    /// A string, with whether a backslash escapes what follows.
    Quotes {
        close: char,
        backslash: bool,
    },
    Line,
    /// A comment, and how deep comments are nested in it.
    Block(u32),
    /// `$tag$ … $tag$`, with the dollars.
    Dollar(String),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    Sqlite,
    Postgres,
    Mysql,
}

/// Replaces each expression by a placeholder and gives the values to bind, in order.
///
/// # Errors
/// As [`fill`], or with the error of `evaluate`.
pub(super) fn bind(
    text: &str,
    engine: &str,
    mut evaluate: impl FnMut(&str) -> Result<Value, String>,
) -> Result<(String, Vec<Value>), String> {
    let (mut out, mut values) = (String::with_capacity(text.len()), Vec::new());
    fill(text, engine, |piece| {
        match piece {
            Ok(literal) => out.push_str(literal),
            Err(expression) => {
                values.push(evaluate(expression)?);
                match engine {
                    "postgres" => out.push_str(&format!("${}", values.len())),
                    _ => out.push('?'),
                }
            }
        }
        Ok(())
    })?;
    Ok((out, values))
}

/// Gives SQL piece by piece: `Ok` is SQL, `Err` an expression that stands where a value can be bound.
///
/// # Errors
/// When an expression stands where no value can be bound, when the text has placeholders of its own, or with the
/// error of `piece`.
pub fn fill(
    text: &str,
    engine: &str,
    mut piece: impl FnMut(Result<&str, &str>) -> Result<(), String>,
) -> Result<(), String> {
    let dialect = match engine {
        "sqlite" => Dialect::Sqlite,
        "postgres" => Dialect::Postgres,
        "mysql" => Dialect::Mysql,
        other => return Err(format!("there is no SQL for the engine `{other}`")),
    };
    let mut within = Within::Code;
    for part in split(text)? {
        match part {
            Piece::Literal(literal) => {
                within = walk(literal, within, dialect)?;
                piece(Ok(literal))?;
            }
            Piece::Expression(expression) => {
                refuse_within(&within, expression)?;
                piece(Err(expression))?;
            }
        }
    }
    Ok(())
}

fn refuse_within(within: &Within, expression: &str) -> Result<(), String> {
    match within {
        Within::Code => Ok(()),
        Within::Quotes { close: '\'', .. } | Within::Dollar(_) => {
            Err(format!("`{{{{ {expression} }}}}` stands in a string: drop the quotes, since the value is bound"))
        }
        Within::Quotes { close, .. } => Err(format!(
            "`{{{{ {expression} }}}}` stands between {close}: a value is bound and cannot be part of a name"
        )),
        Within::Line | Within::Block(_) => Err(format!("`{{{{ {expression} }}}}` stands in a comment: remove it")),
    }
}

/// Goes over a stretch of SQL and says what its end is in the middle of.
fn walk(text: &str, mut within: Within, dialect: Dialect) -> Result<Within, String> {
    let mut rest = text;
    let mut previous = ' ';
    while let Some(c) = rest.chars().next() {
        let mut used = c.len_utf8();
        within = match within {
            Within::Code => {
                let (next, length) = opening(rest, c, previous, dialect)?;
                used = length;
                next
            }
            // A doubled quote closes and opens again, which comes to the same.
            Within::Quotes { close, .. } if c == close => Within::Code,
            Within::Quotes { close, backslash } => {
                if backslash && c == '\\' {
                    used += rest[used..].chars().next().map_or(0, char::len_utf8);
                }
                Within::Quotes { close, backslash }
            }
            Within::Line if c == '\n' => Within::Code,
            Within::Line => Within::Line,
            Within::Block(depth) if rest.starts_with("*/") => {
                used = 2;
                if depth > 1 { Within::Block(depth - 1) } else { Within::Code }
            }
            Within::Block(depth) if dialect == Dialect::Postgres && rest.starts_with("/*") => {
                used = 2;
                Within::Block(depth + 1)
            }
            Within::Block(depth) => Within::Block(depth),
            Within::Dollar(tag) if rest.starts_with(&tag) => {
                used = tag.len();
                Within::Code
            }
            Within::Dollar(tag) => Within::Dollar(tag),
        };
        previous = c;
        rest = &rest[used..];
    }
    Ok(within)
}

/// What begins at the start of `rest`, and how many bytes that takes.
fn opening(rest: &str, c: char, previous: char, dialect: Dialect) -> Result<(Within, usize), String> {
    let quotes = |close, backslash| Ok((Within::Quotes { close, backslash }, 1));
    match c {
        '\'' => {
            quotes('\'', dialect == Dialect::Mysql || (dialect == Dialect::Postgres && matches!(previous, 'e' | 'E')))
        }
        '"' => quotes('"', dialect == Dialect::Mysql),
        '`' if dialect != Dialect::Postgres => quotes('`', false),
        '[' if dialect == Dialect::Sqlite => quotes(']', false),
        '#' if dialect == Dialect::Mysql => Ok((Within::Line, 1)),
        '-' if rest.starts_with("--") => Ok((Within::Line, 2)),
        '/' if rest.starts_with("/*") => Ok((Within::Block(1), 2)),
        '$' if dialect == Dialect::Postgres && !previous.is_alphanumeric() && previous != '_' => match dollar_tag(rest)
        {
            Some(tag) => Ok((Within::Dollar(tag.to_owned()), tag.len())),
            None if rest[1..].starts_with(|d: char| d.is_ascii_digit()) => Err(own_placeholder("$1")),
            None => Ok((Within::Code, 1)),
        },
        '?' if dialect != Dialect::Postgres => Err(own_placeholder("?")),
        _ => Ok((Within::Code, c.len_utf8())),
    }
}

fn own_placeholder(what: &str) -> String {
    format!("the SQL has a placeholder `{what}` of its own: write the value as `{{{{ … }}}}`")
}

/// `$$` or `$tag$` at the start.
fn dollar_tag(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 1;
    let tag = &rest[1..end];
    let named = !tag.starts_with(|c: char| c.is_ascii_digit()) && tag.chars().all(|c| c.is_alphanumeric() || c == '_');
    named.then(|| &rest[..=end])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bound(text: &str, engine: &str) -> Result<String, String> {
        bind(text, engine, |expression| Ok(json!(expression))).map(|(sql, _)| sql)
    }

    #[test]
    fn values_are_bound_in_order() {
        let text = "select {{ a }} from t where n = {{ b }} -- it's\n and m = {{ a }}";
        let (sql, values) = bind(text, "postgres", |expression| Ok(json!(expression))).expect("works");
        assert_eq!(sql, "select $1 from t where n = $2 -- it's\n and m = $3");
        assert_eq!(values, [json!("a"), json!("b"), json!("a")]);
    }

    #[test]
    fn nothing_is_bound_within_quotes_or_comments() {
        for text in ["'{{ a }}'", "'it''s {{ a }}", "$x$ $y$ {{ a }} $x$", "E'\\'{{ a }}'"] {
            assert!(bound(text, "postgres").expect_err("is refused").contains("drop the quotes"), "{text}");
        }
        assert!(bound("select 'it\\'{{ a }}'", "mysql").is_err());
        assert!(bound("\"{{ a }}\"", "sqlite").expect_err("is refused").contains("part of a name"));
        assert!(bound("-- {{ a }}", "sqlite").expect_err("is refused").contains("in a comment"));
        assert!(bound("/* /* */ {{ a }} */", "postgres").expect_err("is refused").contains("in a comment"));
    }

    #[test]
    fn each_engine_closes_its_own_quotes() {
        assert_eq!(bound("'\\' = {{ a }}", "sqlite"), Ok("'\\' = ?".to_owned()));
        assert_eq!(bound("/* /* */ {{ a }}", "mysql"), Ok("/* /* */ ?".to_owned()));
        assert_eq!(bound("[it's] = {{ a }}", "sqlite"), Ok("[it's] = ?".to_owned()));
        assert_eq!(bound("a[1] ? 'k' and '?' = {{ a }}", "postgres"), Ok("a[1] ? 'k' and '?' = $1".to_owned()));
        assert_eq!(bound("$$ it's $$ || {{ a }}", "postgres"), Ok("$$ it's $$ || $1".to_owned()));
    }

    #[test]
    fn a_placeholder_of_ones_own_is_refused() {
        assert!(bound("a = ?", "sqlite").is_err());
        assert!(bound("a = $1", "postgres").is_err());
    }
}
