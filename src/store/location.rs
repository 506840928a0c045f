//! Where a store is: what its URL says.

use std::path::{Path, PathBuf};

use super::{Connection, StoreError, Trouble, url};

/// The kinds of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
}

impl Engine {
    /// The word that definitions use.
    pub fn word(self) -> &'static str {
        match self {
            Engine::Sqlite => "sqlite",
            Engine::Postgres => "postgres",
            Engine::Mysql => "mysql",
        }
    }

    /// Its name, for people.
    pub fn title(self) -> &'static str {
        match self {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
            Engine::Mysql => "MySQL",
        }
    }
}

/// Where a store is. Neither `Debug` nor [`Location::shown`] ever holds a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    Sqlite(PathBuf),
    Postgres(Server),
    Mysql(Server),
}

/// A database of a server.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Server {
    /// Empty: the engine's usual one on this machine.
    pub host: String,
    pub port: Option<u16>,
    /// A Unix socket: for PostgreSQL the folder it lies in, for MySQL its own path.
    pub socket: Option<PathBuf>,
    pub user: Option<String>,
    pub password: Option<String>,
    pub database: String,
    /// What stood behind `?`, in order.
    pub options: Vec<(String, String)>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Server").field(&self.shown()).finish()
    }
}

impl Server {
    /// An option by its name; MySQL's are written with `-` or `_`.
    pub fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|(known, _)| known.replace('-', "_").eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// For people: user, host or socket, and database.
    fn shown(&self) -> String {
        let user = self.user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        let host = match (&self.socket, self.host.as_str()) {
            (Some(socket), _) => socket.display().to_string(),
            (None, "") => "localhost".to_owned(),
            (None, host) => host.to_owned(),
        };
        let port = self.port.map(|port| format!(":{port}")).unwrap_or_default();
        format!("{user}{host}{port}, database {}", self.database)
    }
}

impl Location {
    /// Reads a store URL. Relative paths count from `base`.
    ///
    /// # Errors
    /// When the URL names no kind of database that Stepwell can open, or says something that it cannot honour. The
    /// message never holds the URL itself, which may hold a password.
    pub fn parse(text: &str, base: &Path) -> Result<Location, StoreError> {
        url::parse(text, base).map_err(|message| StoreError::new(Trouble::Unreachable, message))
    }

    /// The kind of database.
    pub fn engine(&self) -> Engine {
        match self {
            Location::Sqlite(_) => Engine::Sqlite,
            Location::Postgres(_) => Engine::Postgres,
            Location::Mysql(_) => Engine::Mysql,
        }
    }

    /// The database's file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Location::Sqlite(path) => Some(path),
            Location::Postgres(_) | Location::Mysql(_) => None,
        }
    }

    /// The server, where there is one.
    pub fn server(&self) -> Option<&Server> {
        match self {
            Location::Sqlite(_) => None,
            Location::Postgres(server) | Location::Mysql(server) => Some(server),
        }
    }

    /// Bytes that the store takes. Asking proves that it answers.
    ///
    /// # Errors
    /// When it cannot be opened or asked.
    pub async fn size(&self) -> Result<u64, StoreError> {
        let mut connection = Connection::open_read_only(self).await?;
        let size = connection.size().await?;
        connection.close().await;
        Ok(size)
    }

    /// For people and for what is written down: never a password.
    pub fn shown(&self) -> String {
        match self {
            Location::Sqlite(path) => path.display().to_string(),
            Location::Postgres(server) | Location::Mysql(server) => server.shown(),
        }
    }
}
