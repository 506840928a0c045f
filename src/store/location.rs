//! Store URLs. The form is SQLAlchemy's, since that is what the configuration of most systems holds: a driver after
//! `+` is ignored, and `sqlite:///x` is relative while `sqlite:////x` is absolute.

use std::path::{Path, PathBuf};

use super::{StoreError, Trouble};

/// The kinds of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
}

impl Engine {
    /// The word that definitions use.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
        }
    }
}

/// Where a store is. Neither `Debug` nor `shown` ever holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub engine: Engine,
    /// The file, for SQLite.
    pub path: PathBuf,
}

impl Location {
    /// Reads a store URL. Relative paths count from `base`.
    ///
    /// # Errors
    /// When the URL names no kind of database that Stepwell can open. The message never holds the URL itself, which
    /// may hold a password.
    pub fn parse(url: &str, base: &Path) -> Result<Location, StoreError> {
        let unreachable = |message: String| StoreError::new(Trouble::Unreachable, message);
        let (scheme, rest) = url.split_once(':').ok_or_else(|| {
            unreachable("its URL has no scheme; expected something like sqlite:////var/lib/app.sqlite".to_owned())
        })?;
        let kind = scheme.split('+').next().unwrap_or(scheme);
        if kind != "sqlite" {
            return Err(unreachable(format!("Stepwell cannot open `{kind}` databases; expected sqlite")));
        }
        let path = rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
        let path = path.split('?').next().unwrap_or(path);
        if path.is_empty() || path == ":memory:" {
            return Err(unreachable("its URL names no file".to_owned()));
        }
        Ok(Location { engine: Engine::Sqlite, path: base.join(path) })
    }

    /// For people and for what is written down: never a password.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_urls_are_read_as_sqlalchemy_reads_them() {
        for (url, path) in [
            ("sqlite:////var/a.sqlite", "/var/a.sqlite"),
            ("sqlite:///a.sqlite", "/base/a.sqlite"),
            ("sqlite+pysqlite:///a.sqlite", "/base/a.sqlite"),
            ("sqlite:a.sqlite?mode=ro", "/base/a.sqlite"),
        ] {
            assert_eq!(Location::parse(url, Path::new("/base")).expect(url).path, Path::new(path), "{url}");
        }
    }

    #[test]
    fn an_error_never_shows_the_url() {
        let error = Location::parse("oracle://scott:tiger@host/x", Path::new("/")).expect_err("is refused");
        assert!(!error.to_string().contains("tiger"), "{error}");
    }
}
