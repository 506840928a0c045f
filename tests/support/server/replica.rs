//! Servers that follow another one.

use super::{Kind, Log, PASSWORD, Server, as_nobody, give_away, program};

impl Server {
    /// Starts one that others can follow.
    pub fn start_followed(kind: Kind) -> Server {
        match kind {
            // As it is installed it can be.
            Kind::Postgres => Self::start(kind),
            // Only over the network, and by a user with a password.
            Kind::Mariadb => {
                let mut server = Self::start_listening(kind);
                server.run_with(&["--log-bin=log", "--server-id=1"]);
                server
            }
        }
    }

    /// Starts a server that follows this one, and has what it has.
    pub fn replica(&self) -> Server {
        match self.kind {
            Kind::Postgres => self.standby(),
            Kind::Mariadb => self.follower(),
        }
    }

    fn run_with(&mut self, arguments: &'static [&'static str]) {
        self.kill();
        self.more = arguments;
        self.run();
    }

    fn standby(&self) -> Server {
        let folder = tempfile::Builder::new().prefix("sw").tempdir_in("/tmp").expect("a folder");
        give_away(self.kind, folder.path());
        let mut backup = as_nobody(program("pg_basebackup"));
        backup.args(["-R", "-X", "stream", "-c", "fast", "-U", "postgres", "-h"]).arg(self.socket());
        let made = backup.arg("-D").arg(folder.path().join("data")).output().expect("pg_basebackup");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let mut replica = Server {
            kind: self.kind,
            folder,
            child: None,
            log: Log::default(),
            port: None,
            small: self.small,
            // It tells the other one every second how far it is.
            more: &["-c", "wal_receiver_status_interval=1s"],
        };
        replica.run();
        replica
    }

    /// It begins with the log of the other one, so that has to be empty still.
    fn follower(&self) -> Server {
        let mut replica = Server::start(self.kind);
        replica.run_with(&["--server-id=2"]);
        let port = self.port.expect("a server that listens");
        let password = PASSWORD.replace('\\', "\\\\").replace('\'', "''");
        replica.sql(&format!(
            "change master to master_host = '127.0.0.1', master_port = {port}, master_user = 'secretive', \
             master_password = '{password}', master_use_gtid = slave_pos; start slave"
        ));
        replica
    }

    /// Lets the replica do nothing of what comes from now on.
    pub fn fall_behind(&self) {
        self.sql(match self.kind {
            Kind::Postgres => "select pg_wal_replay_pause()",
            Kind::Mariadb => "stop slave; change master to master_delay = 3600; start slave",
        });
    }

    /// Whole seconds that the replica of this server is behind, as these two tell it themselves.
    pub fn behind(&self, replica: &Server) -> u64 {
        let found = match self.kind {
            Kind::Postgres => {
                self.sql("select coalesce(extract(epoch from max(replay_lag))::int, 0) from pg_stat_replication")
            }
            Kind::Mariadb => {
                let mut client = replica.client("app", "show slave status\\G");
                let said = client.arg("--column-names").output().expect("a client").stdout;
                let status = String::from_utf8_lossy(&said).into_owned();
                let line = status.lines().find_map(|line| line.trim().strip_prefix("Seconds_Behind_Master: "));
                line.expect("a replica").to_owned()
            }
        };
        found.parse().unwrap_or(0)
    }

    /// Lets the replica do what it has missed.
    pub fn catch_up(&self) {
        self.sql(match self.kind {
            Kind::Postgres => "select pg_wal_replay_resume()",
            Kind::Mariadb => "stop slave; change master to master_delay = 0; start slave",
        });
    }
}
