//! The Unix socket in the state directory.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use super::Hub;

/// A socket's address holds at most 107 bytes.
const LONGEST: usize = 100;

/// A path to the socket that is short enough, and the folder that has to stay open for it.
fn address(state_dir: &Path) -> std::io::Result<(PathBuf, Option<File>)> {
    let path = state_dir.join("socket");
    if path.as_os_str().len() <= LONGEST {
        return Ok((path, None));
    }
    let folder = File::open(state_dir)?;
    Ok((PathBuf::from(format!("/proc/self/fd/{}/socket", folder.as_raw_fd())), Some(folder)))
}

/// Connects to the runner of a deployment.
///
/// # Errors
/// When there is none.
pub async fn connect(state_dir: &Path) -> std::io::Result<UnixStream> {
    let (path, _folder) = address(state_dir)?;
    UnixStream::connect(path).await
}

/// Listens in place of a runner that is gone. The caller holds the deployment's lock.
///
/// # Errors
/// When the socket cannot be made.
pub fn listen(state_dir: &Path) -> std::io::Result<UnixListener> {
    let (path, _folder) = address(state_dir)?;
    match std::fs::remove_file(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Serves every connection of the same user, or of root; `came` is told of the first one.
pub async fn accept(listener: UnixListener, hub: Hub, came: Option<watch::Sender<bool>>) {
    let me = rustix::process::getuid().as_raw();
    // 0 is the client in the same process.
    let mut id = 0;
    while let Ok((stream, _)) = listener.accept().await {
        id += 1;
        let hub = hub.clone();
        if stream.peer_cred().is_ok_and(|peer| peer.uid() == me || peer.uid() == 0) {
            if let Some(came) = &came {
                came.send_replace(true);
            }
            tokio::spawn(async move { hub.serve(id, stream).await });
        }
    }
}
