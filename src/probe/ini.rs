//! INI files as oslo.config and ConfigParser read them, edited so that comments, order and line endings stay.
//!
//! A key belongs to the last section header above it; a line that begins with white space goes on with the value
//! above. Keys before the first header belong to no section and are left alone.

/// An INI file as its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ini {
    lines: Vec<String>,
    newline: &'static str,
    ends_with_newline: bool,
}

impl Ini {
    /// Takes a file apart. Every text is an INI file; lines that are none are kept as they are.
    pub fn parse(text: &str) -> Ini {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let lines = text.lines().map(|l| l.strip_suffix('\r').unwrap_or(l).to_owned()).collect();
        Ini { lines, newline, ends_with_newline: text.is_empty() || text.ends_with('\n') }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut text = self.lines.join(self.newline);
        if self.ends_with_newline && !text.is_empty() {
            text.push_str(self.newline);
        }
        text
    }

    /// The value of a key. Where it stands several times, the last one counts, as the readers have it.
    pub fn get(&self, section: &str, key: &str) -> Option<String> {
        let (at, end) = self.find(section, key)?;
        let first = self.lines[at].split_once(['=', ':']).map_or("", |(_, v)| v.trim());
        let more = self.lines[at + 1..end].iter().filter(|l| !l.starts_with(['#', ';'])).map(|l| l.trim());
        Some(std::iter::once(first).chain(more).collect::<Vec<_>>().join("\n").trim().to_owned())
    }

    /// Sets a key: where it stands, else at the end of its section, else in a new section at the end of the file.
    pub fn set(&mut self, section: &str, key: &str, value: &str) {
        // What follows in a value is indented, so that it is neither a key nor a section.
        let mut words = value.lines().filter(|l| !l.trim().is_empty());
        let first = format!("{key} = {}", words.next().unwrap_or_default());
        let line = std::iter::once(first).chain(words.map(|l| format!("    {}", l.trim_start())));
        if let Some((at, end)) = self.find(section, key) {
            self.lines.splice(at..end, line);
        } else if let Some((_, end)) = self.section(section) {
            self.lines.splice(end..end, line);
        } else {
            if self.lines.last().is_some_and(|l| !l.trim().is_empty()) {
                self.lines.push(String::new());
            }
            self.lines.push(format!("[{section}]"));
            self.lines.extend(line);
            self.ends_with_newline = true;
        }
    }

    /// Removes a key with its value, wherever it stands in the section.
    pub fn remove(&mut self, section: &str, key: &str) {
        while let Some((at, end)) = self.find(section, key) {
            self.lines.drain(at..end);
        }
    }

    /// The lines of a key: from its own to the end of its value.
    fn find(&self, section: &str, key: &str) -> Option<(usize, usize)> {
        let mut inside = false;
        let mut found = None;
        for (i, line) in self.lines.iter().enumerate() {
            if let Some(name) = header(line) {
                inside = name == section;
            } else if inside && key_of(line) == Some(key) {
                found = Some((i, i + 1 + self.more(i + 1)));
            }
        }
        found
    }

    /// How many lines from this one on belong to the value above, comments between them included.
    fn more(&self, from: usize) -> usize {
        let goes_on = |l: &str| l.starts_with([' ', '\t']) && !l.trim().is_empty();
        let within = self.lines[from..].iter().take_while(|l| goes_on(l) || l.starts_with(['#', ';']));
        within.enumerate().filter(|(_, l)| goes_on(l)).last().map_or(0, |(n, _)| n + 1)
    }

    /// The lines of a section, from its header to behind its last line that is not blank.
    fn section(&self, section: &str) -> Option<(usize, usize)> {
        let start = self.lines.iter().position(|l| header(l) == Some(section))?;
        let end = self.lines[start + 1..]
            .iter()
            .position(|l| header(l).is_some())
            .map_or(self.lines.len(), |n| start + 1 + n);
        let used = self.lines[..end].iter().rposition(|l| !l.trim().is_empty()).map_or(end, |n| n + 1);
        Some((start, used.max(start + 1)))
    }
}

fn header(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']').map(|(name, _)| name.trim())
}

fn key_of(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '#', ';']) {
        return None;
    }
    line.split_once(['=', ':']).map(|(key, _)| key.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str =
        "# global\n[DEFAULT]\n# the old name\nsql_connection = sqlite:///a\n\n[crypto]\nplugins = a\n  b\n";

    #[test]
    fn a_value_is_read_with_the_lines_that_go_on_with_it() {
        let ini = Ini::parse(FILE);
        assert_eq!(ini.get("DEFAULT", "sql_connection").as_deref(), Some("sqlite:///a"));
        assert_eq!(ini.get("crypto", "plugins").as_deref(), Some("a\nb"));
        assert_eq!(ini.get("crypto", "sql_connection"), None);
    }

    #[test]
    fn an_edit_keeps_comments_order_and_line_endings() {
        let mut ini = Ini::parse(&FILE.replace('\n', "\r\n"));
        ini.set("DEFAULT", "debug", "false");
        ini.set("crypto", "plugins", "c");
        ini.set("new", "x", "1");
        ini.remove("DEFAULT", "sql_connection");
        assert_eq!(
            ini.text(),
            "# global\r\n[DEFAULT]\r\n# the old name\r\ndebug = false\r\n\r\n[crypto]\r\nplugins = c\r\n\r\n[new]\r\nx = 1\r\n"
        );
    }

    #[test]
    fn a_commented_key_is_not_the_key() {
        let mut ini = Ini::parse("[a]\n#x = 1\n");
        assert_eq!(ini.get("a", "x"), None);
        ini.set("a", "x", "2");
        assert_eq!(ini.text(), "[a]\n#x = 1\nx = 2\n");
    }

    #[test]
    fn a_value_of_several_lines_stays_one_value() {
        let mut ini = Ini::parse("[a]\nold = x\n  y\nnext = 1\n");
        let value = ini.get("a", "old").expect("is there");
        ini.set("a", "new", &value);
        ini.set("a", "next", "1\n[b]\nz = 2");
        let read = Ini::parse(&ini.text());
        assert_eq!(read.get("a", "new").as_deref(), Some("x\ny"));
        assert_eq!(read.get("a", "next").as_deref(), Some("1\n[b]\nz = 2"));
        assert_eq!(read.get("b", "z"), None, "a value makes no section");
    }

    #[test]
    fn a_comment_within_a_value_does_not_leave_half_of_it() {
        let mut ini = Ini::parse("[a]\nx = 1\n# why\n  2\n# of y\ny = 3\n");
        ini.set("a", "x", "4");
        assert_eq!(ini.text(), "[a]\nx = 4\n# of y\ny = 3\n");
    }

    #[test]
    fn a_file_may_be_empty_and_end_without_a_newline() {
        for (text, wanted) in [
            ("", "[a]\nx = 1\n"),
            ("[a]", "[a]\nx = 1"),
            ("[b]\ny = 2", "[b]\ny = 2\n\n[a]\nx = 1\n"),
            ("x = 0\n[a] ; c\n\n[b]\n", "x = 0\n[a] ; c\nx = 1\n\n[b]\n"),
        ] {
            let mut ini = Ini::parse(text);
            ini.set("a", "x", "1");
            assert_eq!(ini.text(), wanted, "{text:?}");
        }
    }
}
