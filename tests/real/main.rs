//! Upgrades of real systems, with their own programs on data that an old release of theirs wrote.
//!
//! The programs come from the language's package registry and are kept between runs. What cannot be had fails a test;
//! nothing is skipped. Those that take long are ignored unless they are asked for; `tests/run real` asks for them.

#[path = "../support/mod.rs"]
mod support;

mod acapy;
mod acapy_tenants;
mod acapy_traps;
mod backy2;
mod backy2_traps;
mod barbican;
mod barbican_path;
mod barbican_traps;
mod cache;
mod confidant;
mod confidant_traps;
mod killed;
mod on_postgres;
mod replicante;
mod traps;
mod tried;
mod units;
