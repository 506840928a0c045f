//! A PgBouncer between a client and its server.

use std::fs;
use std::process::Child;

use tempfile::TempDir;

use super::server::{Kind, Log, Server, as_nobody, give_away, program, started};

/// A PgBouncer before a server.
pub struct Pooler {
    folder: TempDir,
    child: Child,
}

impl Pooler {
    /// `mode`: what a connection of the server is lent out for, `session` or `transaction`.
    pub fn before(server: &Server, mode: &str) -> Pooler {
        let folder = tempfile::Builder::new().prefix("sw").tempdir_in("/tmp").expect("a folder");
        let at = folder.path().display();
        let text = format!(
            "[databases]\napp = host={} dbname=app user=postgres\n[pgbouncer]\nlisten_addr =\nunix_socket_dir = {at}\n\
             listen_port = 5432\nauth_type = any\npool_mode = {mode}\n",
            server.socket().display()
        );
        fs::write(folder.path().join("pooler.ini"), text).expect("a file");
        give_away(Kind::Postgres, folder.path());
        let mut command = as_nobody(program("pgbouncer"));
        command.arg(folder.path().join("pooler.ini"));
        let child = started(command, "process up", &Log::default());
        Pooler { folder, child }
    }

    pub fn url(&self) -> String {
        format!("postgresql://postgres@/app?host={}", self.folder.path().display())
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
