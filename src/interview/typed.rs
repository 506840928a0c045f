//! What is typed, as values.

use crate::definition::Source;

/// The words of a line: spaces and commas separate them, quotes hold them together.
///
/// # Errors
/// When a quote is not closed.
pub fn words(line: &str) -> Result<Vec<String>, ()> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('"'), '\\') | (None, '\\') => word.get_or_insert_default().push(chars.next().unwrap_or('\\')),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ' | ',' | '\t') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err(());
    }
    words.extend(word);
    Ok(words)
}

/// Words as one line that reads back the same.
pub fn line(words: &[String]) -> String {
    let plain = |word: &String| !word.is_empty() && !word.contains([' ', ',', '\t', '"', '\'', '\\']);
    let quoted = |word: &String| format!("\"{}\"", word.replace('\\', "\\\\").replace('"', "\\\""));
    words.iter().map(|word| if plain(word) { word.clone() } else { quoted(word) }).collect::<Vec<_>>().join(" ")
}

/// Where a store is: a URL, a path of an SQLite file, `env:NAME` or `file:PATH`.
pub fn place(text: &str) -> Source {
    if let Some(name) = text.strip_prefix("env:") {
        return Source::Env(name.trim().to_owned());
    }
    if let Some(path) = text.strip_prefix("file:") {
        return Source::File(path.trim().into());
    }
    let scheme = text.split_once(':').map(|(scheme, _)| scheme);
    let has_scheme = scheme.is_some_and(|s| {
        s.starts_with(|c: char| c.is_ascii_alphabetic()) && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
    });
    // Three slashes, then the path: with its own slash that makes four, as SQLAlchemy writes it.
    Source::Plain(if has_scheme { text.to_owned() } else { format!("sqlite:///{text}") })
}

/// The parts of a URL with a password: what is before it, it, and what is behind it.
fn around_password(url: &str) -> Option<(&str, &str, &str)> {
    let begin = url.find("://").filter(|_| !url.starts_with("sqlite"))? + 3;
    let Some(end) = url[begin..].rfind('@').map(|at| begin + at) else {
        // It is still being typed: what stands behind a colon and is no port.
        let colon = begin + url[begin..].find(':').filter(|_| !url[begin..].starts_with('['))?;
        let port = url[colon + 1..].split(['/', '?']).next().unwrap_or_default();
        let typed = !port.chars().all(|c| c.is_ascii_digit());
        return typed.then(|| (&url[..=colon], &url[colon + 1..], ""));
    };
    let colon = begin + url[begin..end].find(':')?;
    Some((&url[..=colon], &url[colon + 1..end], &url[end..]))
}

/// Whether a URL holds a password, in its login or among its options.
pub fn holds_password(url: &str) -> bool {
    let option = url.split_once('?').is_some_and(|(_, options)| {
        options
            .split('&')
            .any(|pair| pair.split_once('=').is_some_and(|(name, value)| named_secret(name) && !value.is_empty()))
    });
    option || around_password(url).is_some_and(|(_, password, _)| !password.is_empty())
}

fn named_secret(option: &str) -> bool {
    matches!(option.to_ascii_lowercase().as_str(), "password" | "passwd" | "sslpassword")
}

/// A URL as it may be seen: a dot for each character of its passwords.
pub fn without_password(url: &str) -> String {
    let dots = |secret: &str| "•".repeat(secret.chars().count());
    let seen = match (around_password(url), url.split_once("://")) {
        // A second one may stand behind it.
        (Some((before, password, after)), _) if after.contains("://") => {
            format!("{before}{}{}", dots(password), without_password(after))
        }
        (Some((before, password, after)), _) => format!("{before}{}{after}", dots(password)),
        (None, Some((scheme, rest))) if rest.contains("://") => format!("{scheme}://{}", without_password(rest)),
        (None, _) => url.to_owned(),
    };
    let Some((place, options)) = seen.split_once('?') else { return seen };
    let options: Vec<String> = options
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if named_secret(name) => format!("{name}={}", dots(value)),
            _ => pair.to_owned(),
        })
        .collect();
    format!("{place}?{}", options.join("&"))
}

/// Whether a text can be the name of an environment variable.
pub fn is_variable(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_and_held_together_as_people_write_them() {
        for (line, expected) in [
            ("api worker", vec!["api", "worker"]),
            (" api,worker ,  x", vec!["api", "worker", "x"]),
            ("sudo 'a b' \"c \\\" d\" e\\ f", vec!["sudo", "a b", "c \" d", "e f"]),
            ("''", vec![""]),
            ("", vec![]),
        ] {
            assert_eq!(words(line).expect(line), expected, "{line}");
        }
        assert_eq!(words("'open"), Err(()));
    }

    #[test]
    fn a_line_of_words_reads_back() {
        let given = ["a", "", "b c", "d,e", "it's", "\"q\"", "back\\slash"].map(str::to_owned).to_vec();
        assert_eq!(words(&line(&given)), Ok(given));
    }

    #[test]
    fn a_path_is_a_database_file_and_sources_are_known_by_their_word() {
        assert_eq!(place("/var/a.sqlite"), Source::Plain("sqlite:////var/a.sqlite".to_owned()));
        assert_eq!(place("a.sqlite"), Source::Plain("sqlite:///a.sqlite".to_owned()));
        assert_eq!(place("postgresql+psycopg2://u@h/d"), Source::Plain("postgresql+psycopg2://u@h/d".to_owned()));
        assert_eq!(place("env:DB"), Source::Env("DB".to_owned()));
        assert_eq!(place("file:/etc/db"), Source::File("/etc/db".into()));
    }

    #[test]
    fn a_password_is_found_and_never_shown() {
        for url in ["mysql://u:tig@er@h/d", "postgresql://h/d?user=u&password=tig@er", "postgresql://u:tig@er@h/d?x=y"]
        {
            assert!(holds_password(url), "{url}");
            let shown = without_password(url);
            assert!(!shown.contains("tig") && !shown.contains("er@h"), "{url}: {shown}");
        }
        for url in
            ["postgresql://u@h:5432/d", "postgresql://u:@h/d", "sqlite:////a.sqlite", "sqlite:////srv/a:b@c.sqlite"]
        {
            assert!(!holds_password(url), "{url}");
        }
        assert_eq!(without_password("mysql://u:tiger@h/d"), "mysql://u:•••••@h/d");
        assert_eq!(without_password("mysql://u:tig"), "mysql://u:•••", "also while it is typed");
        for urls in
            ["postgresql://u@h/dmysql://u:tiger", "mysql://u:a@h/d?x mysql://u:tiger", "sqlite:///d mysql://u:tiger"]
        {
            assert!(!without_password(urls).contains("tig"), "{urls}");
        }
        for url in ["mysql://h:3306/d", "postgresql://[::1]:5432/d", "postgresql://h:5432?x=y"] {
            assert_eq!(without_password(url), url);
        }
    }
}
