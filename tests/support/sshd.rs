//! A real SSH server on loopback, with keys of its own, for the user who runs the tests.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::pty::{Opening, Screen};

/// Where the server's own program is; it wants to be called by its whole path.
const PROGRAM: &str = "/usr/sbin/sshd";

/// A server that takes connections while this is there.
#[derive(Debug)]
pub struct Sshd {
    folder: TempDir,
    port: u16,
}

impl Sshd {
    #[track_caller]
    pub fn start() -> Sshd {
        let folder = tempfile::Builder::new().prefix("sshd-").tempdir().expect("a folder for a server");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).expect("private");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let sshd = Sshd { folder, port };
        for name in ["host", "user"] {
            let mut maker = Command::new("ssh-keygen");
            maker.args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(sshd.path(name));
            assert!(maker.status().expect("ssh-keygen, of openssh-client").success());
        }
        let key = |name: &str| fs::read_to_string(sshd.path(name)).expect("a key");
        fs::write(sshd.path("known"), format!("[127.0.0.1]:{port} {}", key("host.pub"))).expect("known hosts");
        fs::write(sshd.path("config"), sshd.config()).expect("a configuration");
        if rustix::process::getuid().is_root() {
            // As root it gives up its rights before a login, in a folder that a package's service makes at boot.
            fs::create_dir_all("/run/sshd").expect("/run/sshd");
        }
        let config = sshd.path("config");
        std::thread::spawn(move || serve(&listener, &config));
        sshd
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> String {
        let (host, user) = (self.path("host"), self.path("user.pub"));
        format!(
            "HostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\nPrintMotd no\nPrintLastLog no\nUseDNS no\n",
            host.display(),
            user.display()
        )
    }

    /// A client in a terminal of its own that carries out `line` in a terminal over there.
    pub fn terminal(&self, home: &Path, line: &str) -> Opening {
        let (port, user, known) = (self.port.to_string(), self.path("user"), self.path("known"));
        let known = format!("UserKnownHostsFile={}", known.display());
        let user = user.display().to_string();
        // The `ssh` of the machine, without what its user configured.
        let options = ["-F", "none", "-tt", "-q", "-p", &port, "-i", &user, "-o", &known, "-o", "IdentitiesOnly=yes"];
        Screen::open(Path::new("ssh"), self.folder.path(), home).args(options).args(["127.0.0.1", line])
    }
}

/// Gives each connection a server process of its own, as `inetd` does. So the port is never free for others in between.
fn serve(listener: &TcpListener, config: &Path) {
    for connection in listener.incoming().flatten() {
        let end = || Stdio::from(OwnedFd::from(TcpStream::try_clone(&connection).expect("a descriptor")));
        let mut server = Command::new(PROGRAM);
        server.arg("-i").arg("-f").arg(config).stdin(end()).stdout(end()).stderr(Stdio::null());
        let mut child = server.spawn().expect("sshd, of openssh-server");
        std::thread::spawn(move || child.wait());
    }
}
