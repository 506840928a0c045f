//! The lease: who may execute now. Its epoch grows each time that it is taken, and whoever had it before can write
//! nothing more.
//!
//! Beside a journal in a file the operating system's lock proves that nobody else is alive. A journal in a store is
//! seen by other hosts, so its lease says who holds it, and a heartbeat that they live: a holder of this boot whose
//! process is gone is followed at once, any other one only after no beat was seen for [`OBSERVE`] on the observer's
//! own clock.

use std::time::Duration;

use super::{Holder, Journal, JournalError, holder::Life};
use crate::model::Value;

/// Between two beats.
pub const BEAT: Duration = Duration::from_secs(2);
/// So long no beat may come before a holder counts as gone. Several times [`BEAT`], since a busy server may keep one
/// waiting.
pub const OBSERVE: Duration = Duration::from_secs(15);

/// The lease as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lease {
    pub epoch: u64,
    /// `None` where it was given back in good order.
    pub holder: Option<Holder>,
    /// Grows while the holder lives.
    pub beat: i64,
}

/// How a lease was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub epoch: u64,
    /// Who had it and did not give it back.
    pub from: Option<Holder>,
}

impl Journal {
    /// The lease as it stands; one of epoch 0 where it was never taken.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn lease(&mut self) -> Result<Lease, JournalError> {
        let rows = self
            .connection
            .ask(
                "select l.epoch, l.holder, h.beat from stepwell_lease l left join stepwell_heartbeat h \
                 on h.deployment = l.deployment where l.deployment = ?",
                &[self.deployment.clone().into()],
            )
            .await?;
        let Some(row) = rows.rows.first() else { return Ok(Lease::default()) };
        let holder = row[1].as_str().filter(|text| !text.is_empty());
        Ok(Lease {
            epoch: row[0].as_u64().unwrap_or(0),
            holder: holder.map(serde_json::from_str).transpose()?,
            beat: row[2].as_i64().unwrap_or(0),
        })
    }

    /// Takes the lease; waits where only time can tell whether its holder lives, and says so by `tell`. Beside a file
    /// the caller holds the deployment's [`super::Lock`], which proves that nobody else is alive.
    ///
    /// # Errors
    /// [`JournalError::Held`], or when the journal cannot be written.
    pub async fn take_lease(&mut self, tell: impl Fn(String)) -> Result<Taken, JournalError> {
        loop {
            let seen = self.lease().await?;
            if let Some(holder) = seen.holder.as_ref().filter(|_| self.place.is_shared()) {
                match holder.life() {
                    Life::Gone => {}
                    Life::Lives => return Err(JournalError::Held(Box::new(holder.clone()))),
                    Life::Unknown => {
                        let (who, wait) = (holder.named(), OBSERVE.as_secs());
                        tell(format!("{who} has the lease; watching for {wait} s whether it lives"));
                        if self.beats(&seen, OBSERVE).await? {
                            return Err(JournalError::Held(Box::new(holder.clone())));
                        }
                    }
                }
            }
            if let Some(epoch) = self.take_from(&seen).await? {
                self.epoch = epoch;
                return Ok(Taken { epoch, from: seen.holder });
            }
        }
    }

    /// Whether somebody holds the lease of a journal that several hosts see, and lives.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn is_held(&mut self) -> Result<bool, JournalError> {
        let seen = self.lease().await?;
        match seen.holder.as_ref().filter(|_| self.place.is_shared()).map(Holder::life) {
            None | Some(Life::Gone) => Ok(false),
            Some(Life::Lives) => Ok(true),
            Some(Life::Unknown) => self.beats(&seen, BEAT * 2).await,
        }
    }

    /// Whether the lease moves while it is watched for so long.
    async fn beats(&mut self, seen: &Lease, long: Duration) -> Result<bool, JournalError> {
        let began = tokio::time::Instant::now();
        while began.elapsed() < long {
            tokio::time::sleep(BEAT / 4).await;
            let now = self.lease().await?;
            if now.beat != seen.beat || now.epoch != seen.epoch {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes the lease if it still stands as it was seen: of several that come at once, one gets it. Whoever writes
    /// is waited for.
    async fn take_from(&mut self, seen: &Lease) -> Result<Option<u64>, JournalError> {
        // A store remembers the epoch of its last runner. With the clock as the least one, a journal that was lost
        // and made again does not lock its deployment out.
        let least = u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0);
        let epoch = least.max(seen.epoch + 1);
        let holder = serde_json::to_string(&Holder::me())?;
        Ok(self.put(seen, epoch, &holder).await?.then_some(epoch))
    }

    async fn put(&mut self, seen: &Lease, epoch: u64, holder: &str) -> Result<bool, JournalError> {
        let deployment = Value::from(self.deployment.clone());
        let missing = self.connection.engine().insert_if_missing("stepwell_lease", &["deployment", "epoch", "holder"]);
        self.connection.tell(&missing, &[deployment.clone(), 0.into(), "".into()]).await?;
        self.connection.begin().await?;
        let result = async {
            let engine = self.connection.engine();
            let sql = format!("select epoch from stepwell_lease where deployment = ?{}", engine.exclusive());
            let found =
                self.connection.ask(&sql, std::slice::from_ref(&deployment)).await?.first().and_then(Value::as_u64);
            if found.unwrap_or(0) != seen.epoch {
                return Ok(false);
            }
            let lease = engine.upsert("stepwell_lease", &["deployment"], &["epoch", "holder"]);
            self.connection.tell(&lease, &[deployment.clone(), epoch.into(), holder.into()]).await?;
            let beat = engine.upsert("stepwell_heartbeat", &["deployment"], &["epoch", "beat"]);
            self.connection.tell(&beat, &[deployment, epoch.into(), 0.into()]).await?;
            Ok(true)
        }
        .await;
        match result {
            Ok(true) => self.connection.commit().await?,
            _ => self.connection.rollback().await,
        }
        result
    }

    /// Shows that the holder lives.
    ///
    /// # Errors
    /// [`JournalError::LostLease`] when somebody else has it now.
    pub async fn beat(&mut self, epoch: u64) -> Result<(), JournalError> {
        let sql = "update stepwell_heartbeat set beat = beat + 1 where deployment = ? and epoch = ?";
        let changed = self.connection.tell(sql, &[self.deployment.clone().into(), epoch.into()]).await?;
        if changed == 0 { Err(JournalError::LostLease) } else { Ok(()) }
    }

    /// Gives the lease back, quietly: whoever comes next finds out in any case that nobody holds it.
    pub async fn give_back(&mut self) {
        let sql = "update stepwell_lease set holder = '' where deployment = ? and epoch = ?";
        let _ = self.connection.tell(sql, &[self.deployment.clone().into(), self.epoch.into()]).await;
    }

    /// Takes the lease from a holder that an operator says is gone, and gives it back at once: nobody holds it then,
    /// and the holder, if it lives after all, can write nothing more.
    ///
    /// # Errors
    /// When the journal cannot be written, or the lease is not what it was when it was seen.
    pub async fn revoke(&mut self, seen: &Lease) -> Result<bool, JournalError> {
        let epoch = seen.epoch + 1;
        let revoked = self.put(seen, epoch, "").await?;
        if revoked {
            // Until somebody takes it, what is to be said about it can be written down.
            self.epoch = epoch;
        }
        Ok(revoked)
    }

    /// Whether the holder showed a sign of life while it was watched for two beats.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub async fn shows_life(&mut self, seen: &Lease) -> Result<bool, JournalError> {
        self.beats(seen, BEAT * 2).await
    }
}
