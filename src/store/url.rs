//! Store URLs. The form is SQLAlchemy's, since that is what the configuration of most systems holds: a driver after
//! `+` is ignored, and `sqlite:///x` is relative while `sqlite:////x` is absolute. The forms of libpq and of MySQL's
//! clients are the same but for their options, which are all understood.
//!
//! A password may hold any character, percent-encoded or as it is: the last `@` that leaves a host and a database
//! behind it ends it.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::{Location, location::Server};

/// Where a URL's options may point to a Unix socket: PostgreSQL's folder, MySQL's file.
const SOCKETS: [&str; 3] = ["host", "unix_socket", "socket"];

/// What follows the user and the password.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let host = r"\[[0-9A-Fa-f:.%]+\]|[^\[\]/@?:,]*";
    Regex::new(&format!(r"^(?<host>{host})(?::(?<port>\d*))?(?:/(?<db>[^/@?]*))?(?:\?(?<options>.*))?$")).ok()
});

/// Reads a store URL; the message of an error never holds any of it that may be secret.
pub fn parse(text: &str, base: &Path) -> Result<Location, String> {
    let (scheme, rest) =
        text.split_once(':').ok_or("its URL has no scheme; expected something like sqlite:////var/lib/app.sqlite")?;
    match scheme.split('+').next().unwrap_or(scheme) {
        "sqlite" => sqlite(rest, base),
        "postgresql" | "postgres" => {
            let server = checked(server(rest)?, &["sslmode", "sslrootcert", "sslcert", "sslkey"])?;
            Ok(Location::Postgres(server))
        }
        "mysql" | "mariadb" => {
            let known = ["ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "ssl_verify_cert", "ssl_verify_identity", "ssl"];
            Ok(Location::Mysql(checked(server(rest)?, &known)?))
        }
        kind if kind.chars().all(|c| c.is_ascii_alphanumeric()) => {
            Err(format!("Stepwell cannot open `{kind}` databases; expected sqlite, postgresql or mysql"))
        }
        _ => Err("its URL has no scheme; expected something like postgresql://user@host/database".to_owned()),
    }
}

fn sqlite(rest: &str, base: &Path) -> Result<Location, String> {
    let path = rest.strip_prefix("///").or_else(|| rest.strip_prefix("//")).unwrap_or(rest);
    let path = path.split('?').next().unwrap_or(path);
    if path.is_empty() || path == ":memory:" {
        return Err("its URL names no file".to_owned());
    }
    Ok(Location::Sqlite(base.join(path)))
}

fn server(rest: &str) -> Result<Server, String> {
    let malformed = "its URL cannot be read; expected SCHEME://USER:PASSWORD@HOST:PORT/DATABASE";
    let rest = rest.strip_prefix("//").ok_or(malformed)?;
    let place = PLACE.as_ref().ok_or(malformed)?;
    let ends = std::iter::once(None).chain(rest.match_indices('@').map(|(at, _)| Some(at)));
    let (end, found) = ends
        .filter_map(|end| place.captures(&rest[end.map_or(0, |at| at + 1)..]).map(|found| (end, found)))
        .next()
        .ok_or_else(|| {
            let several =
                rest.rsplit('@').next().is_some_and(|hosts| hosts.split('/').next().unwrap_or("").contains(','));
            if several {
                "its URL names several hosts; name the one that is written to".to_owned()
            } else {
                malformed.to_owned()
            }
        })?;
    let login = end.map(|at| &rest[..at]);
    let part = |name: &str| found.name(name).map(|m| m.as_str()).unwrap_or_default();
    let options: Vec<(String, String)> = part("options")
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(&value.replace('+', " "))))
        .collect();
    let mut server = Server {
        host: decoded(part("host").trim_matches(['[', ']'])),
        port: match part("port") {
            "" => None,
            port => Some(port.parse().map_err(|_| format!("`{port}` is not a port; expected 1 to 65535"))?),
        },
        database: decoded(part("db")),
        options,
        ..Server::default()
    };
    if let Some(login) = login {
        let (user, password) = login.split_once(':').map_or((login, None), |(user, rest)| (user, Some(rest)));
        server.user = Some(decoded(user)).filter(|user| !user.is_empty());
        server.password = password.map(decoded);
    }
    take_from_options(&mut server);
    if server.host.starts_with('/') {
        server.socket = Some(PathBuf::from(std::mem::take(&mut server.host)));
    }
    if server.database.is_empty() {
        return Err("its URL names no database; expected …/DATABASE at its end".to_owned());
    }
    Ok(server)
}

/// libpq and SQLAlchemy take these also as options.
fn take_from_options(server: &mut Server) {
    for (name, value) in std::mem::take(&mut server.options) {
        match name.as_str() {
            socket if SOCKETS.contains(&socket) && value.starts_with('/') => server.socket = Some(PathBuf::from(value)),
            "host" => server.host = value,
            "port" => server.port = value.parse().ok().or(server.port),
            "user" => server.user = Some(value),
            "password" => server.password = Some(value),
            "dbname" if server.database.is_empty() => server.database = value,
            _ => server.options.push((name, value)),
        }
    }
}

/// An option about encryption that is not understood must not be passed over. Others are for other clients.
fn checked(server: Server, known: &[&str]) -> Result<Server, String> {
    let strange = server.options.iter().map(|(name, _)| name).find(|name| {
        let name = name.replace('-', "_").to_ascii_lowercase();
        name.starts_with("ssl") && !known.contains(&name.as_str())
    });
    match strange {
        Some(name) => Err(format!("its URL's option `{name}` is not known; expected {}", known.join(", "))),
        None => Ok(server),
    }
}

/// Percent-decoded. A `%` that begins no code stands for itself.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        let code = rest.get(at + 1..at + 3).and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(b'%'));
        rest = &rest[at + if code.is_some() { 3 } else { 1 }..];
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Server {
        parse(url, Path::new("/base")).expect(url).server().cloned().expect("a server")
    }

    #[test]
    fn sqlite_urls_are_read_as_sqlalchemy_reads_them() {
        for (url, path) in [
            ("sqlite:////var/a.sqlite", "/var/a.sqlite"),
            ("sqlite:///a.sqlite", "/base/a.sqlite"),
            ("sqlite+pysqlite:///a.sqlite", "/base/a.sqlite"),
            ("sqlite:a.sqlite?mode=ro", "/base/a.sqlite"),
        ] {
            assert_eq!(parse(url, Path::new("/base")), Ok(Location::Sqlite(path.into())), "{url}");
        }
    }

    #[test]
    fn a_password_may_hold_any_character() {
        for (url, password) in [
            ("postgresql://u:secret@db/app", "secret"),
            ("postgresql://u:p%40ss%2Fword@db/app", "p@ss/word"),
            ("postgresql://u:p@ss@db/app", "p@ss"),
            ("postgresql://u:p@ss/wo:rd@db/app", "p@ss/wo:rd"),
            ("mysql+pymysql://u:a?b=c&d#e%@db/app?charset=utf8mb4", "a?b=c&d#e%"),
            ("mariadb://u:1234@db/app", "1234"),
            ("postgresql://u:@db/app", ""),
        ] {
            let server = read(url);
            assert_eq!((server.password.as_deref(), server.user.as_deref()), (Some(password), Some("u")), "{url}");
            assert_eq!((server.host.as_str(), server.database.as_str()), ("db", "app"), "{url}");
        }
    }

    #[test]
    fn hosts_ports_sockets_and_options_are_found() {
        let server = read("postgresql+psycopg2://db.example.org:5433/app?sslmode=verify-full&connect_timeout=5");
        assert_eq!((server.host.as_str(), server.port), ("db.example.org", Some(5433)));
        assert_eq!(server.option("sslmode"), Some("verify-full"));
        assert_eq!(read("postgresql://u@[::1]:5433/app").host, "::1");
        for url in [
            "postgresql:///app?host=/run/postgresql&user=u",
            "postgresql://u@%2Frun%2Fpostgresql/app",
            "mysql://u@/app?unix_socket=/run/postgresql",
            "mysql://u@localhost/app?socket=/run/postgresql",
        ] {
            let server = read(url);
            assert_eq!(server.socket.as_deref(), Some(Path::new("/run/postgresql")), "{url}");
            assert_eq!((server.user.as_deref(), server.database.as_str()), (Some("u"), "app"), "{url}");
        }
    }

    #[test]
    fn an_error_says_what_is_wrong_and_never_shows_the_url() {
        for (url, says) in [
            ("oracle://scott:tiger@host/x", "cannot open `oracle`"),
            ("postgresql://scott:tiger@host", "names no database"),
            ("postgresql://scott:tiger@a,b/x", "several hosts"),
            ("postgresql://scott:tiger@host:99999/x", "not a port"),
            ("postgresql://scott:tiger@host/x?sslcompression=1", "`sslcompression` is not known"),
            ("postgresql:scott:tiger", "cannot be read"),
            ("scott/tiger", "no scheme"),
            ("/tiger:x", "no scheme"),
        ] {
            let error = parse(url, Path::new("/")).expect_err("is refused");
            assert!(error.contains(says) && !error.contains("tiger"), "{url}: {error}");
        }
    }

    #[test]
    fn what_is_shown_holds_no_password() {
        let location = parse("postgresql://scott:tiger@host/x", Path::new("/")).expect("is read");
        assert_eq!(location.shown(), "scott@host, database x");
        assert!(!format!("{location:?}").contains("tiger"));
    }
}
