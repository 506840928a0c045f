//! Finds what a source file refers to in its own crate, from its tokens alone.
//!
//! Tokens rather than lines, so that comments and strings never count; tokens rather than a syntax tree, so that what
//! stands inside a macro call does. A name that a macro puts together is not seen.

use std::iter::Peekable;
use std::str::FromStr;
use std::vec::IntoIter;

use proc_macro2::{Delimiter, Group, Ident, LexError, TokenStream, TokenTree};

/// What stands in a file outside its tests.
#[derive(Debug, Default)]
pub struct Scan {
    /// References to modules at the top of the crate, in order.
    pub references: Vec<Reference>,
    /// Every identifier with its line; other crates are recognised among them.
    pub names: Vec<(String, usize)>,
    /// Paths of modules that are declared for tests only and stand in files of their own.
    pub test_modules: Vec<Vec<String>>,
}

/// `crate::MODULE`, however it was written.
#[derive(Debug, PartialEq, Eq)]
pub struct Reference {
    pub module: String,
    pub line: usize,
}

/// Reads the source of the module at `path`.
///
/// # Errors
///
/// The text is not a sequence of Rust tokens.
pub fn scan(path: &[String], source: &str) -> Result<Scan, LexError> {
    let mut scanner = Scanner { path: path.to_vec(), found: Scan::default() };
    scanner.walk(TokenStream::from_str(source)?);
    Ok(scanner.found)
}

type Tokens = Peekable<IntoIter<TokenTree>>;

struct Scanner {
    /// The module that is being read; modules within the file are pushed to it.
    path: Vec<String>,
    found: Scan,
}

impl Scanner {
    fn walk(&mut self, stream: TokenStream) {
        let mut tokens: Tokens = stream.into_iter().collect::<Vec<_>>().into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == '#' => {
                    if tokens.peek().is_some_and(is_cfg_test) {
                        self.skip_item(&mut tokens);
                    }
                }
                TokenTree::Group(group) => self.walk(group.stream()),
                TokenTree::Ident(ident) => self.ident(&ident, &mut tokens),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn ident(&mut self, ident: &Ident, tokens: &mut Tokens) {
        let name = ident.to_string();
        match name.as_str() {
            "mod" => self.module(tokens),
            // The binary calls the library by its name.
            "crate" | "stepwell" if eat_colons(tokens) => self.tree(tokens, &[]),
            "super" => self.relative(tokens),
            _ => self.found.names.push((name, line(ident))),
        }
    }

    /// After `mod`: what stands between its braces belongs to that module.
    fn module(&mut self, tokens: &mut Tokens) {
        let Some(TokenTree::Ident(name)) = tokens.next_if(|token| matches!(token, TokenTree::Ident(_))) else { return };
        let Some(body) = eat_braces(tokens) else { return };
        self.path.push(name.to_string());
        self.walk(body.stream());
        self.path.pop();
    }

    /// After `super`: where a chain of them leads, and what follows.
    fn relative(&mut self, tokens: &mut Tokens) {
        let mut up = 1;
        while eat_colons(tokens) {
            if tokens.next_if(|token| matches!(token, TokenTree::Ident(next) if next == "super")).is_some() {
                up += 1;
                continue;
            }
            let base = self.path[..self.path.len().saturating_sub(up)].to_vec();
            return self.tree(tokens, &base);
        }
    }

    /// What follows `crate::`: a path, or a group of them. Only its first part matters; the rest is read as usual.
    fn tree(&mut self, tokens: &mut Tokens, base: &[String]) {
        if !base.is_empty() {
            return;
        }
        match tokens.peek() {
            Some(TokenTree::Ident(name)) => {
                self.found.references.push(Reference { module: name.to_string(), line: line(name) });
                tokens.next();
            }
            // The crate's root itself, with all that is in it.
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => {
                self.found.references.push(Reference { module: "*".into(), line: star.span().start().line });
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                for branch in branches(group.stream()) {
                    self.tree(&mut branch.into_iter().peekable(), &[]);
                }
                tokens.next();
            }
            _ => {}
        }
    }

    /// Past an item that exists in tests only. A module in a file of its own is remembered.
    fn skip_item(&mut self, tokens: &mut Tokens) {
        let mut declares = false;
        let mut declared = None;
        for token in tokens {
            match token {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => return,
                TokenTree::Punct(end) if end.as_char() == ';' => break,
                TokenTree::Ident(word) if word == "mod" => declares = true,
                TokenTree::Ident(name) if declares => declared = Some(name.to_string()),
                _ => {}
            }
        }
        if let Some(name) = declared {
            self.found.test_modules.push(self.path.iter().cloned().chain([name]).collect());
        }
    }
}

/// `[cfg(test)]`, after its `#`.
fn is_cfg_test(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// The parts of a `use` group.
fn branches(stream: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = stream.into_iter().collect();
    tokens
        .split(|token| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ','))
        .map(<[TokenTree]>::to_vec)
        .collect()
}

/// Whether `::` came next; it is passed.
fn eat_colons(tokens: &mut Tokens) -> bool {
    let mut eat =
        || tokens.next_if(|token| matches!(token, TokenTree::Punct(colon) if colon.as_char() == ':')).is_some();
    eat() && eat()
}

fn eat_braces(tokens: &mut Tokens) -> Option<Group> {
    match tokens.next_if(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace))? {
        TokenTree::Group(group) => Some(group),
        _ => None,
    }
}

fn line(ident: &Ident) -> usize {
    ident.span().start().line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(path: &[&str], source: &str) -> Vec<String> {
        let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
        scan(&path, source).unwrap().references.into_iter().map(|found| found.module).collect()
    }

    #[test]
    fn every_way_to_write_a_path_is_seen() {
        let source = r#"
            use crate::model::Plan;
            use crate::{store, probe::{self, Answer}, link as wire};
            use stepwell::cli;
            fn f(x: crate::plan::Hop) -> impl Into<crate::step::Kind> { $crate::journal::open(x) }
            pub(in crate::engine) fn g() { println!("{}", crate::words::count(1)); }
        "#;
        assert_eq!(
            references(&["engine"], source),
            ["model", "store", "probe", "link", "cli", "plan", "step", "journal", "engine", "words"]
        );
    }

    #[test]
    fn comments_strings_and_visibility_are_not_references() {
        let source = r##"
            //! crate::a
            /// Like [`crate::b`].
            // crate::c
            /* crate::d /* crate::e */ */
            pub(crate) const TEXT: &str = "crate::f";
            const RAW: &str = r#"crate::g"#;
            const MARK: char = ':';
        "##;
        assert_eq!(references(&["model"], source), [""; 0]);
    }

    #[test]
    fn what_is_for_tests_only_may_use_anything() {
        let source = r#"
            #[cfg(test)]
            #[path = "x.rs"]
            mod tests;
            #[cfg(test)]
            mod more { use crate::a; }
            #[cfg(test)]
            use crate::{b, c};
            #[cfg(not(test))]
            use crate::model;
        "#;
        let scan = scan(&["step".into()], source).unwrap();
        assert_eq!(scan.references, [Reference { module: "model".into(), line: 10 }]);
        assert_eq!(scan.test_modules, [["step", "tests"]]);
    }

    #[test]
    fn super_counts_when_it_leads_out_of_the_module() {
        assert_eq!(references(&["model", "state"], "use super::Plan;"), [""; 0]);
        assert_eq!(references(&["model", "state"], "use super::super::link::Client;"), ["link"]);
        assert_eq!(
            references(&["model"], "use super::link; mod inner { use super::state; use super::super::tui; }"),
            ["link", "tui"]
        );
        assert_eq!(references(&["model"], "use super::*;"), ["*"]);
    }

    #[test]
    fn other_crates_are_found_by_their_name() {
        let scan = scan(&["tui".into()], "fn f() { sqlx::query(\"ratatui\") }").unwrap();
        assert!(scan.names.contains(&("sqlx".into(), 1)));
        assert!(!scan.names.iter().any(|(name, _)| name == "ratatui"));
    }
}
