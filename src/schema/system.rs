//! `system.yaml` and `releases/VERSION.yaml`.

use serde_json::Value;

use super::probe::Before;
use super::shape::{
    Mapping, any, entries, filled_list, format, id, list, named, one_or_list, shared, text, words, yes_or_no,
};
use super::step::{offline, steps};

pub(super) fn system() -> Mapping {
    Mapping::of("What an upgrade of a system consists of.")
        .need("format", format(), "`1`.")
        .need("system", id(), "The system's name: letters, digits, `-`, `_`, `.`; the folder has the same one.")
        .need("title", text(), "Its name for people.")
        .need("about", text(), "A sentence about it, shown on the first screen.")
        .may("offline", offline(), "Whether its steps need maintenance: `required`, `advised` or `no` (the default).")
        .need("versions", versions(), "Which versions there are, and how to tell which one is deployed.")
        .may("stores", named(store()), "The databases of a deployment.")
        .may("facts", named(fact()), "What only the operator knows, or what can be detected.")
        .may("env", entries(text()), "Variables for every program that the definition starts.")
        .may("checks", list(shared("check")), "Asked before a run, and again at the beginning of every hop.")
        .may(
            "maintenance",
            list(shared("maintenance-step")),
            "Steps that close the service, each with how it is undone.",
        )
        .may("health", verifications(), "Checks that are asked after maintenance was left.")
        .may("first", steps(), "Steps at the beginning of a run, such as a backup.")
        .may("hop", steps(), "Steps of every hop, such as installing the release.")
        .may("last", steps(), "Steps at the end of a run.")
        .may("actions", entries(shared("action")), "Steps by name, which others `use`.")
}

fn versions() -> Value {
    let series =
        Mapping::of("Versions that are names.").need("series", filled_list(text()), "The names, oldest first.");
    Mapping::of("Which versions there are, and how to tell which one is deployed.")
        .need(
            "scheme",
            any(&[words(&["semver", "pep440"]), series.done()]),
            "`semver`, `pep440`, or `{ series: [oldest, …, newest] }` for names.",
        )
        .need(
            "path",
            words(&["sequential", "direct"]),
            "`sequential`: every release is a stop. `direct`: only those with `stop`, and the target.",
        )
        .may(
            "names",
            entries(text()),
            "Names shown beside versions that begin so: with `{ 14: yoga }`, 14.0.2 is `14.0.2 yoga`.",
        )
        .may("data", list(shared("probe")), "Probes that tell which version the data are.")
        .may("program", shared("probe"), "A probe that tells which version is installed.")
        .may("assume", text(), "The version when no source has anything recorded.")
        .done()
}

fn store() -> Value {
    Mapping::of("A database of the deployment.")
        .need("title", text(), "Its name for people.")
        .need(
            "engines",
            list(words(&["sqlite", "postgres", "mysql"])),
            "What the definition is written for. `mysql` stands for MariaDB too.",
        )
        .may("detect", detect(), "Probes that find its URL where stepwell.yaml gives none; the first value counts.")
        .may("default", text(), "Its URL if nothing else does.")
        .may(
            "journal",
            yes_or_no(),
            "`no`: a deployment may not keep its journal there, since an upgrade replaces the store.",
        )
        .may("when", text(), "An expression; where it is false the deployment has no such store.")
        .done()
}

fn fact() -> Value {
    Mapping::of("Something that only the operator knows, or that can be detected.")
        .need("ask", text(), "What it is, as a label.")
        .may("help", text(), "Said where the fact has no value, or one that does not fit.")
        .may("list", yes_or_no(), "`yes`: it has several values.")
        .may("choices", list(text()), "The only values that it may have.")
        .may("match", text(), "A regular expression that the whole value matches.")
        .may(
            "default",
            one_or_list(text()),
            "A template, or a list of them with `list`; it may use facts that stand above.",
        )
        .may("detect", detect(), "Probes; the first value counts. For a list it is split at commas and newlines.")
        .may(
            "per",
            words(&["release"]),
            "`release`: one value for each release; a template then says which: `facts.bin[to]`.",
        )
        .may("secret", yes_or_no(), "`yes`: never shown, journaled or logged. Neither a list nor with a default.")
        .may("when", text(), "An expression; such a fact need not have a value.")
        .done()
}

fn detect() -> Value {
    list(shared("probe"))
}

/// Checks that can compare with the answer from before.
fn verifications() -> Value {
    list(shared(&Before::Known.name("check")))
}

pub(super) fn release() -> Mapping {
    Mapping::of("What a release requires, does and proves.")
        .need("release", text(), "The version, and the file's name.")
        .may("after", text(), "The lowest version from which this release can be reached in one hop.")
        .may("stop", yes_or_no(), "`yes`: no upgrade passes it by, also where `path` is `direct`.")
        .may("offline", offline(), "Whether this release's steps need maintenance.")
        .may("floor", text(), "The lowest version that can read the data once this release's program has run.")
        .may("checks", list(shared("check")), "Asked before the run, and again before this release's hop.")
        .may("before", steps(), "Steps with the old program still in place.")
        .may("steps", steps(), "Steps with the new program in place.")
        .may("verify", verifications(), "Checks after the hop; `expect: { unchanged: true }` is possible here.")
}
