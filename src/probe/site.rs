//! What probes and steps know of a deployment: its stores, and the names that templates see.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::definition::{Names, Renderer, Secrets, Templates};
use crate::model::{Limits, Scheme, Scope, Template};
use crate::store::{Connection, Location, StoreError, Trouble};

/// A deployment as it was resolved: every fact has a value, every store a place. Each step sees it by a copy of its own,
/// which shares what is large.
#[derive(Clone, Debug)]
pub struct Site {
    pub deployment: String,
    /// The folder of `stepwell.yaml`, from which relative paths count.
    pub dir: PathBuf,
    pub state_dir: PathBuf,
    pub scheme: Scheme,
    pub names: Names,
    pub secrets: Arc<Secrets>,
    pub stores: Arc<BTreeMap<String, Location>>,
    /// What batches wait for, and the replicas that are asked for it.
    pub limits: Limits,
    pub replicas: Arc<[Location]>,
    /// Given to every program.
    pub env: Arc<[(String, Template)]>,
    pub templates: Templates,
}

impl Site {
    /// The same deployment as a step sees it.
    pub fn scoped(&self, scope: &Scope, answers: &BTreeMap<String, String>) -> Site {
        let mut site = self.clone();
        site.names.from.clone_from(&scope.from);
        site.names.to.clone_from(&scope.to);
        site.names.release.clone_from(&scope.release);
        site.names.items.clone_from(&scope.items);
        // A template names an answer by the question's id, which is the end of its key.
        site.names.answers = answers
            .iter()
            .map(|(key, value)| (key.rsplit('/').next().unwrap_or(key).to_owned(), value.clone()))
            .collect();
        site
    }

    /// Fills in templates.
    pub fn renderer(&self) -> Renderer {
        self.templates.with(&self.names)
    }

    /// The named store, or the only one.
    ///
    /// # Errors
    /// When there is no such store, or there are several and none is named.
    pub fn store(&self, name: Option<&str>) -> Result<(&str, &Location), StoreError> {
        let found = match name {
            Some(name) => self.stores.get_key_value(name),
            None if self.stores.len() == 1 => self.stores.iter().next(),
            None => None,
        };
        found.map(|(name, location)| (name.as_str(), location)).ok_or_else(|| {
            let message = match name {
                Some(name) => format!("this deployment has no store `{name}`"),
                None => "say which store is meant: this deployment has several, or none".to_owned(),
            };
            StoreError::new(Trouble::Unreachable, message)
        })
    }

    /// Opens a store so that nothing can be changed through it.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub async fn open_read_only(&self, name: Option<&str>) -> Result<Connection, StoreError> {
        Connection::open_read_only(self.store(name)?.1).await
    }
}
