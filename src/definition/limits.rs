//! `limits` of a deployment: what batches wait for.

use marked_yaml::Node;

use super::deployment::{Source, source};
use super::node::{Context, Fields, number, place, text};
use super::{bytes, duration};
use crate::model::Limits;

/// The limits, and where the replicas are that have no way of telling the server how far behind they are.
pub fn limits(context: &Context, node: &Node) -> Option<(Limits, Vec<Source>)> {
    let fields = Fields::of(context, node, "limits")?;
    let limits = Limits {
        replica_lag: fields.get("replica_lag", time),
        running: fields.get("running", number),
        archive_backlog: fields.get("archive_backlog", number),
        free_space: fields.get("free_space", size),
    };
    let replicas = fields.list("replicas", source);
    if !replicas.is_empty() && limits.replica_lag.is_none() {
        let help = "add `replica_lag:` with the time that they may be behind";
        context.report(fields.key_place("replicas"), "replicas are named, and no limit for them", help);
    }
    fields.finish();
    Some((limits, replicas))
}

fn time(context: &Context, node: &Node) -> Option<u64> {
    let text = text(context, node)?;
    let parsed = duration::parse(&text).map_err(|message| context.report(place(node), message, "write it as `10s`"));
    parsed.ok()
}

fn size(context: &Context, node: &Node) -> Option<u64> {
    let text = text(context, node)?;
    let parsed = bytes::parse(&text).map_err(|message| context.report(place(node), message, "write it as `2GiB`"));
    parsed.ok()
}
