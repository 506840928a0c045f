//! Upgrades of real systems, with their own programs on data that an old release of theirs wrote.
//!
//! The programs come from the language's package registry and are kept between runs. What cannot be had fails a test;
//! nothing is skipped.

#[path = "../support/mod.rs"]
mod support;

mod acapy;
mod acapy_tenants;
mod acapy_traps;
mod backy2;
mod barbican;
mod cache;
mod traps;
mod units;
