//! Real database servers in a private folder, on a Unix socket. They end with the test that started them.

mod replica;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use super::PATIENCE;

/// The kinds of server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Postgres,
    Mariadb,
}

/// A server with one empty database, `app`.
#[derive(Debug)]
pub struct Server {
    pub kind: Kind,
    folder: TempDir,
    child: Option<Child>,
    /// What it said since it serves.
    log: Log,
    /// Where it listens besides its socket, encrypted and for those with a password.
    port: Option<u16>,
    /// Whether it takes little memory.
    small: bool,
    /// Its own arguments.
    more: &'static [&'static str],
}

/// A password that a URL has to carry whole.
pub const PASSWORD: &str = "p@ss:w/rd?#%&=ä'\\";

impl Server {
    /// Starts one. What a new one consists of is made once and copied from then on.
    pub fn start(kind: Kind) -> Server {
        Self::start_on(kind, None, true)
    }

    /// Starts one with the settings that it is installed with, where other ones are made small.
    pub fn start_as_installed(kind: Kind) -> Server {
        Self::start_on(kind, None, false)
    }

    /// Starts one that listens on this machine, too, with a certificate of its own (`cert.pem` in its folder), and has
    /// a user `secretive` with [`PASSWORD`].
    pub fn start_listening(kind: Kind) -> Server {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let server = Self::start_on(kind, Some(port), true);
        let password = PASSWORD.replace('\\', if kind == Kind::Mariadb { "\\\\" } else { "\\" }).replace('\'', "''");
        match kind {
            Kind::Postgres => server.sql(&format!("create role secretive login superuser password '{password}'")),
            Kind::Mariadb => server.sql(&format!(
                "create user secretive@'%' identified by '{password}'; grant all on *.* to secretive@'%'"
            )),
        };
        server
    }

    fn start_on(kind: Kind, port: Option<u16>, small: bool) -> Server {
        let template = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{kind:?}").to_lowercase());
        let lock = fs::File::create(template.with_extension("lock")).expect("a lock");
        lock.lock().expect("the lock");
        if !template.exists() {
            let part = template.with_extension("part");
            let _ = fs::remove_dir_all(&part);
            fs::create_dir_all(&part).expect("a folder");
            make(kind, &part);
            fs::rename(&part, &template).expect("the template");
        }
        drop(lock);
        // A socket's path must be short.
        let folder = tempfile::Builder::new().prefix("sw").tempdir_in("/tmp").expect("a folder");
        copy(&template, &folder.path().join("data"));
        give_away(kind, folder.path());
        let mut server = Server { kind, folder, child: None, log: Log::default(), port, small, more: &[] };
        if port.is_some() {
            server.certify();
        }
        server.run();
        server.sql_in(if kind == Kind::Postgres { "postgres" } else { "mysql" }, "create database app");
        server
    }

    /// Starts the server's process and waits until it answers.
    pub fn run(&mut self) {
        let [data, socket] = [self.folder.path().join("data"), self.socket()];
        let mut command = match self.kind {
            Kind::Postgres => {
                let mut command = as_nobody(program("postgres"));
                command.arg("-D").arg(&data).arg("-k").arg(&socket);
                if self.small {
                    command.args(["-c", "shared_buffers=32MB", "-c", "max_connections=30"]);
                }
                let file = |name: &str| self.folder.path().join(name).display().to_string();
                match self.port {
                    None => drop(command.args(["-c", "listen_addresses="])),
                    Some(port) => {
                        command.args([
                            "-c",
                            "listen_addresses=127.0.0.1",
                            "-c",
                            &format!("port={port}"),
                            "-c",
                            "ssl=on",
                        ]);
                        command.args(["-c", &format!("ssl_cert_file={}", file("cert.pem"))]);
                        command.args(["-c", &format!("ssl_key_file={}", file("key.pem"))]);
                        command.args(["-c", &format!("hba_file={}", file("hba"))]);
                    }
                }
                command
            }
            Kind::Mariadb => {
                let mut command = Command::new(program("mariadbd"));
                command.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
                command.arg(format!("--socket={}", socket.display()));
                command.arg(format!("--pid-file={}", self.folder.path().join("pid").display()));
                command.arg("--user=root");
                if self.small {
                    command.args(["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M"]);
                }
                match self.port {
                    None => drop(command.args(["--skip-networking", "--skip-grant-tables"])),
                    Some(port) => {
                        command.arg("--bind-address=127.0.0.1").arg(format!("--port={port}"));
                        command.arg(format!("--ssl-cert={}", self.folder.path().join("cert.pem").display()));
                        command.arg(format!("--ssl-key={}", self.folder.path().join("key.pem").display()));
                    }
                }
                command
            }
        };
        command.args(self.more);
        let ready = match self.kind {
            Kind::Postgres => "database system is ready to accept",
            Kind::Mariadb => "ready for connections",
        };
        self.child = Some(started(command, ready, &self.log));
    }

    /// Ends the server without a goodbye, as a loss of power would.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        if self.kind == Kind::Postgres {
            // Its other processes see the first one go; a new server must not find them.
            let pid = fs::read_to_string(self.folder.path().join("data/postmaster.pid")).unwrap_or_default();
            let pid = pid.lines().next().and_then(|line| line.parse().ok()).and_then(rustix::process::Pid::from_raw);
            let _ = pid.map(|pid| rustix::process::kill_process(pid, rustix::process::Signal::QUIT));
        } else {
            let _ = child.kill();
        }
        let _ = child.wait();
    }

    /// Makes its database anew.
    pub fn empty(&self) {
        let (outside, force) = match self.kind {
            Kind::Postgres => ("postgres", " with (force)"),
            Kind::Mariadb => ("mysql", ""),
        };
        self.sql_in(outside, &format!("drop database app{force}"));
        self.sql_in(outside, "create database app");
    }

    /// Where clients find it: PostgreSQL's folder, MariaDB's file.
    pub fn socket(&self) -> PathBuf {
        match self.kind {
            Kind::Postgres => self.folder.path().to_owned(),
            Kind::Mariadb => self.folder.path().join("socket"),
        }
    }

    /// The URL of its database.
    pub fn url(&self) -> String {
        match self.kind {
            Kind::Postgres => {
                let port = self.port.map(|port| format!("&port={port}")).unwrap_or_default();
                format!("postgresql://postgres@/app?host={}{port}", self.socket().display())
            }
            Kind::Mariadb => format!("mysql://root@/app?unix_socket={}", self.socket().display()),
        }
    }

    /// The URL of its database over the network, for the user with the password.
    pub fn network_url(&self, options: &str) -> String {
        let port = self.port.expect("a server that listens");
        let scheme = if self.kind == Kind::Postgres { "postgresql" } else { "mysql+pymysql" };
        format!("{scheme}://secretive:{PASSWORD}@127.0.0.1:{port}/app?{options}")
    }

    /// Its own certificate.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn port_args(&self, option: &str) -> Vec<String> {
        self.port.map_or_else(Vec::new, |port| vec![option.to_owned(), port.to_string()])
    }

    fn certify(&self) {
        let folder = self.folder.path();
        let config = "[req]\ndistinguished_name = name\nprompt = no\nx509_extensions = own\n[name]\nCN = 127.0.0.1\n\
                      [own]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1\n";
        fs::write(folder.join("openssl.cnf"), config).expect("a file");
        let mut openssl = Command::new(program("openssl"));
        openssl.args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config"]);
        openssl.arg(folder.join("openssl.cnf")).arg("-keyout").arg(folder.join("key.pem"));
        let made = openssl.arg("-out").arg(folder.join("cert.pem")).stderr(Stdio::null()).status().expect("openssl");
        assert!(made.success());
        let hba = "local all postgres trust\nhostssl all secretive 127.0.0.1/32 scram-sha-256\n";
        fs::write(folder.join("hba"), hba).expect("a file");
        give_away(self.kind, folder);
    }

    /// The word that definitions use.
    pub fn engine(&self) -> &'static str {
        match self.kind {
            Kind::Postgres => "postgres",
            Kind::Mariadb => "mysql",
        }
    }

    /// Carries out statements in its database; what they answer, a line for each row.
    #[track_caller]
    pub fn sql(&self, statements: &str) -> String {
        self.sql_in("app", statements)
    }

    #[track_caller]
    fn sql_in(&self, database: &str, statements: &str) -> String {
        let output = self.client(database, statements).stdin(Stdio::null()).output().expect("a client");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{statements}: {said}");
        String::from_utf8(output.stdout).expect("text").trim_end().to_owned()
    }

    /// The server's own client, which carries out statements.
    pub fn client(&self, database: &str, statements: &str) -> Command {
        match self.kind {
            Kind::Postgres => {
                let mut command = Command::new(program("psql"));
                command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-h"]);
                command.arg(self.socket()).args(self.port_args("-p")).args(["-d", database, "-c", statements]);
                command
            }
            Kind::Mariadb => {
                let mut command = Command::new(program("mariadb"));
                command.arg("--no-defaults").arg(format!("--socket={}", self.socket().display()));
                command.args(["--batch", "--skip-column-names", "-e", statements, database]);
                command
            }
        }
    }

    /// Everything in the database that is not Stepwell's own, as text in one order.
    pub fn dump(&self) -> String {
        let (tables, mut out) = (self.tables(), String::new());
        for table in tables.lines() {
            let columns = self.sql(&format!(
                "select concat_ws(' ', column_name, data_type, is_nullable, column_default) \
                 from information_schema.columns where table_name = '{table}' order by 1"
            ));
            let rows = match self.kind {
                Kind::Postgres => self.sql(&format!("select t::text from {table} t order by 1")),
                Kind::Mariadb => {
                    let rows = self.sql(&format!("select * from {table}"));
                    let mut rows: Vec<&str> = rows.lines().collect();
                    rows.sort_unstable();
                    rows.join("\n")
                }
            };
            out += &format!("table {table} ({})\n{rows}\n", columns.replace('\n', "; "));
        }
        out
    }

    fn tables(&self) -> String {
        let schema = if self.kind == Kind::Postgres { "'public'" } else { "'app'" };
        self.sql(&format!(
            "select table_name from information_schema.tables where table_schema = {schema} \
             and table_name not like 'stepwell%' order by 1"
        ))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let state =
                self.child.as_mut().map(|child| child.try_wait().map(|ended| ended.map(|status| status.to_string())));
            let log = self.log.lock().map_or_else(|_| String::new(), |log| log.join("\n"));
            eprintln!("-- {:?} (ended: {state:?}) said:\n{log}", self.kind);
        }
        self.kill();
    }
}

fn make(kind: Kind, data: &Path) {
    let mut command = match kind {
        Kind::Postgres => {
            give_away(kind, data);
            let mut command = as_nobody(program("initdb"));
            command
                .args(["-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(data);
            command
        }
        Kind::Mariadb => {
            let mut command = Command::new(program("mariadb-install-db"));
            command.args(["--no-defaults", "--skip-test-db", "--user=root", "--innodb-log-file-size=16M"]);
            command.arg("--auth-root-authentication-method=normal").arg(format!("--datadir={}", data.display()));
            command
        }
    };
    let output = command.stdin(Stdio::null()).output().expect("a program that makes a server");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// PostgreSQL refuses to run as root.
pub(super) fn as_nobody(program: PathBuf) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--pdeathsig=QUIT", "--"]).arg(program);
    command.current_dir("/");
    command
}

pub(super) fn give_away(kind: Kind, folder: &Path) {
    if kind == Kind::Postgres && is_root() {
        let status = Command::new("chown").args(["-R", "nobody:nogroup"]).arg(folder).status().expect("chown");
        assert!(status.success());
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status().expect("cp");
    assert!(status.success());
}

/// A program of the server, which Debian keeps outside `PATH`.
pub(super) fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest = |root: &str| -> Vec<PathBuf> {
        let versions = fs::read_dir(root).into_iter().flatten().flatten();
        let mut versions: Vec<PathBuf> = versions.map(|v| v.path().join("bin")).collect();
        versions.sort();
        versions
    };
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let folders = folders.chain(newest("/usr/lib/postgresql").into_iter().rev());
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is missing; `tests/run` installs it"))
}

/// The lines that a server said, for messages about tests that failed.
pub(super) type Log = Arc<Mutex<Vec<String>>>;

/// Starts a program that serves, and waits until it says that it does.
pub(super) fn started(mut command: Command, ready: &'static str, log: &Log) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("a server");
    let lines = BufReader::new(child.stderr.take().expect("a pipe"));
    let (send, serves) = channel();
    let kept = Arc::clone(log);
    // It is read to its end, since a full pipe would hold the server up.
    std::thread::spawn(move || {
        for line in lines.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if line.contains(ready) {
                let _ = send.send(());
            }
            kept.lock().expect("a log").push(line);
        }
    });
    if serves.recv_timeout(PATIENCE).is_err() {
        panic!("the server does not start:\n{}", log.lock().expect("a log").join("\n"));
    }
    child
}
