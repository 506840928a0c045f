//! When the checks of a definition are asked.

mod support;

use support::deployment::Deployment;

const SYSTEM: &str = "format: 1\nsystem: gates\ntitle: Gates\nabout: A program with two releases to go through.\n\
    versions: { scheme: semver, path: sequential, data: [ { file: { path: version } } ] }\n";

/// A release with a check that says no, and is asked only before its hop.
fn release(version: &str, id: &str) -> String {
    format!(
        "release: {version}\nchecks:\n  - id: {id}\n    title: It is there\n    at: hop\n    fix: Make it.\n    \
         file: {{ path: not-there, expect: {{ exists: true }} }}\n"
    )
}

#[test]
fn only_an_earlier_hop_puts_off_what_is_asked_before_a_hop() {
    let deployment = Deployment::empty();
    let catalogue = deployment.catalogue().join("gates");
    std::fs::create_dir_all(catalogue.join("releases")).expect("a folder");
    std::fs::write(catalogue.join("system.yaml"), SYSTEM).expect("a file");
    for (version, id) in [("2.0.0", "of-two"), ("3.0.0", "of-three")] {
        std::fs::write(catalogue.join(format!("releases/{version}.yaml")), release(version, id)).expect("a file");
    }
    deployment.write("stepwell.yaml", "format: 1\nsystem: gates\ndeployment: gates-test\n").write("version", "1.0.0\n");
    // Nothing before the first hop can mend what its gate finds.
    let says = deployment.run(["check"]).exit(4);
    says.prints("FAIL of-two").prints("SKIP of-three").prints("just before the step to 3.0.0");

    deployment.write("version", "2.0.0\n");
    deployment.run(["check"]).exit(4).prints("FAIL of-three");
}
