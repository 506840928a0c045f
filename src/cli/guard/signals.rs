//! SIGTERM and SIGINT while the command is not started yet.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::model::Exit;

/// Remembers the first signal.
pub struct Signals {
    first: watch::Receiver<Option<Exit>>,
}

impl Signals {
    /// Watches from now on, for as long as the process lives.
    ///
    /// # Errors
    /// When signals cannot be watched.
    pub fn watch() -> std::io::Result<Signals> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let (tell, first) = watch::channel(None);
        tokio::spawn(async move {
            let exit = tokio::select! {
                _ = terminate.recv() => Exit::Terminated,
                _ = interrupt.recv() => Exit::Interrupted,
            };
            tell.send_replace(Some(exit));
            tell.closed().await;
        });
        Ok(Signals { first })
    }

    /// Waits for the first one.
    pub async fn come(&mut self) -> Exit {
        match self.first.wait_for(Option::is_some).await {
            Ok(exit) => exit.unwrap_or(Exit::Terminated),
            Err(_) => std::future::pending().await,
        }
    }

    /// The first one, if there was one.
    pub fn came(&self) -> Option<Exit> {
        *self.first.borrow()
    }
}
