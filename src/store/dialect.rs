//! What the databases say differently.

use super::Engine;

impl Engine {
    /// Numbers the `?` of a statement of Stepwell's own where the engine wants that. It must hold no other `?`.
    pub fn numbered(self, sql: &str) -> String {
        if self != Engine::Postgres {
            return sql.to_owned();
        }
        let mut parts = sql.split('?');
        let mut numbered = parts.next().unwrap_or_default().to_owned();
        for (i, part) in parts.enumerate() {
            numbered.push_str(&format!("${}{part}", i + 1));
        }
        numbered
    }

    /// An identifier as the engine quotes it.
    pub fn quoted(self, name: &str) -> String {
        match self {
            Engine::Mysql => format!("`{}`", name.replace('`', "``")),
            Engine::Sqlite | Engine::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// Ends a query whose rows nobody may change until the transaction ends.
    pub fn shared(self) -> &'static str {
        match self {
            Engine::Sqlite => "",
            Engine::Postgres => " for share",
            // MariaDB has no `for share`.
            Engine::Mysql => " lock in share mode",
        }
    }

    /// Ends a query whose rows nobody may read with [`Engine::shared`] until the transaction ends.
    pub fn exclusive(self) -> &'static str {
        match self {
            Engine::Sqlite => "",
            Engine::Postgres | Engine::Mysql => " for update",
        }
    }

    /// Whether a change of a table is part of the transaction that it is made in.
    pub fn has_transactional_ddl(self) -> bool {
        self != Engine::Mysql
    }

    /// The type of a text of up to so many characters that can be part of a key.
    pub fn key_text(self, most: u32) -> String {
        match self {
            Engine::Sqlite | Engine::Postgres => "text".to_owned(),
            // Every letter counts: `a` and `A` are two keys.
            Engine::Mysql => format!("varchar({most}) character set utf8mb4 collate utf8mb4_bin"),
        }
    }

    /// The type of a text of any length.
    pub fn long_text(self) -> &'static str {
        match self {
            Engine::Sqlite | Engine::Postgres => "text",
            Engine::Mysql => "longtext character set utf8mb4 collate utf8mb4_bin",
        }
    }

    /// A statement that makes a row where there is none with its key. Only a row that is there can be locked.
    pub fn insert_if_missing(self, table: &str, columns: &[&str]) -> String {
        let marks = vec!["?"; columns.len()].join(", ");
        let into = format!("into {table} ({}) values ({marks})", columns.join(", "));
        match self {
            Engine::Mysql => format!("insert ignore {into}"),
            Engine::Sqlite | Engine::Postgres => format!("insert {into} on conflict do nothing"),
        }
    }

    /// A statement that writes a row whose key is the first `keys` columns, whether there was one or not.
    pub fn upsert(self, table: &str, keys: &[&str], rest: &[&str]) -> String {
        let columns = [keys, rest].concat();
        let marks = vec!["?"; columns.len()].join(", ");
        let insert = format!("insert into {table} ({}) values ({marks})", columns.join(", "));
        let set = |new: &dyn Fn(&str) -> String| {
            rest.iter().map(|column| format!("{column} = {}", new(column))).collect::<Vec<_>>().join(", ")
        };
        match self {
            Engine::Mysql => format!("{insert} on duplicate key update {}", set(&|c| format!("values({c})"))),
            Engine::Sqlite | Engine::Postgres => {
                let new = set(&|c| format!("excluded.{c}"));
                format!("{insert} on conflict ({}) do update set {new}", keys.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbered_where_that_is_wanted() {
        assert_eq!(Engine::Postgres.numbered("a = ? and b = ?"), "a = $1 and b = $2");
        assert_eq!(Engine::Mysql.numbered("a = ? and b = ?"), "a = ? and b = ?");
    }

    #[test]
    fn an_identifier_cannot_end_its_own_quotes() {
        assert_eq!(Engine::Postgres.quoted(r#"a"b"#), r#""a""b""#);
        assert_eq!(Engine::Mysql.quoted("a`b"), "`a``b`");
    }
}
