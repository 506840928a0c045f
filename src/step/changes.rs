//! What a change to a file would do, as lines that go and lines that come, below the section in which they stand.

use super::file::{self, Files};
use crate::model::{Edits, FileEdit, FileFormat, Template};
use crate::probe::Site;

/// So many pairs of lines are compared at most. Beyond, the order of the lines is not looked at.
const PAIRS: usize = 4_000_000;

/// The lines. `ahead` is what the steps before this one make of files, and takes up what this one does.
pub fn lines(edit: &FileEdit, site: &Site, ahead: &mut Files) -> Vec<String> {
    let shown = |template: &Template| {
        site.renderer().text(template).map_or_else(|_| template.text.clone(), |text| text.to_string())
    };
    match edit {
        FileEdit::Touch(path) => vec![format!("makes {} if it is not there", shown(path))],
        FileEdit::Absent(path) => vec![format!("removes {}", shown(path))],
        FileEdit::Move { from, to } => vec![format!("moves {} to {}", shown(from), shown(to))],
        FileEdit::Edit(_) | FileEdit::Write { .. } => match file::edited(edit, site, ahead) {
            Ok(change) if change.before == change.after => {
                vec!["nothing to change: the file says so already".to_owned()]
            }
            Ok(change) => {
                let sections = matches!(edit, FileEdit::Edit(Edits { format: FileFormat::Ini | FileFormat::Toml, .. }));
                let lines = difference(&change.before, &change.after, sections);
                ahead.insert(change.path, change.after);
                lines.iter().map(|line| site.secrets.mask(line)).collect()
            }
            Err(error) => vec![error],
        },
    }
}

/// Lines that go, with `- `, and lines that come, with `+ `; before them the header of their section.
fn difference(before: &str, after: &str, sections: bool) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = common(&old, &new);
    let (mut out, mut header) = (Vec::new(), None);
    let (mut i, mut j) = (0, 0);
    for (at, to) in same.into_iter().chain([(old.len(), new.len())]) {
        let (gone, come) = (&old[i..at], &new[j..to]);
        if sections && !(gone.is_empty() && come.iter().all(|line| line.is_empty() || line.starts_with('['))) {
            let above = new[..j].iter().rev().find(|line| line.starts_with('['));
            let own = come.iter().find(|line| !line.is_empty()).is_some_and(|line| line.starts_with('['));
            if !(gone.is_empty() && (own || come.is_empty())) && above.is_some() && header != above {
                out.extend(above.map(|line| format!("  {line}")));
                header = above;
            }
        }
        out.extend(gone.iter().filter(|line| !line.is_empty()).map(|line| format!("- {line}")));
        out.extend(come.iter().filter(|line| !line.is_empty()).map(|line| format!("+ {line}")));
        (i, j) = (at + 1, to + 1);
    }
    out
}

/// Places of the longest sequence of lines that both have, in order.
fn common(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (a, b) = (&old[start..], &new[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    let mut places: Vec<(usize, usize)> = (0..start).map(|i| (i, i)).collect();
    if a.len().saturating_mul(b.len()) <= PAIRS {
        // How long the longest one is from each pair of places on.
        let mut length = vec![vec![0_u32; b.len() + 1]; a.len() + 1];
        for i in (0..a.len()).rev() {
            for j in (0..b.len()).rev() {
                length[i][j] =
                    if a[i] == b[j] { length[i + 1][j + 1] + 1 } else { length[i + 1][j].max(length[i][j + 1]) };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < a.len() && j < b.len() {
            if a[i] == b[j] {
                places.push((start + i, start + j));
                (i, j) = (i + 1, j + 1);
            } else if length[i + 1][j] >= length[i][j + 1] {
                i += 1;
            } else {
                j += 1;
            }
        }
    }
    places.extend((0..end).map(|i| (old.len() - end + i, new.len() - end + i)));
    places
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_changes_stands_below_its_section_and_in_its_order() {
        let before = "[a]\nx = 1\ny = 2\n\n[b]\nx = 1\n\n[c]\nz = 3\n";
        let after = "[a]\nx = 2\ny = 2\n\n[b]\nx = 1\nw = 0\n\n[c]\nz = 3\n\n[d]\nkek = k\n";
        let lines = ["  [a]", "- x = 1", "+ x = 2", "  [b]", "+ w = 0", "+ [d]", "+ kek = k"];
        assert_eq!(difference(before, after, true), lines);
        assert_eq!(difference("x = 1\n", "x = 1\n", true), [""; 0]);
        assert_eq!(difference("", "a\n\nb\n", false), ["+ a", "+ b"]);
        assert_eq!(difference("[a]\nx = 1\n\n[b]\n", "[a]\n\n[b]\n", true), ["  [a]", "- x = 1"]);
    }

    #[test]
    fn files_too_long_to_compare_in_order_differ_from_their_first_line_on() {
        let (old, new): (String, String) =
            ((0..2100).map(|n| format!("{n}\n")).collect(), (0..2100).map(|n| format!("{n}!\n")).collect());
        assert_eq!(difference(&old, &new, true).len(), 4200);
    }
}
