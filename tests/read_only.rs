//! Commands that look change nothing: neither the database nor anything else of the deployment, and they take no lease.

mod support;

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use support::deployment::{Demo, Deployment};
use support::{database, fixtures};

/// What looks; the definitions that `lint` reads are copied beside the deployment's home.
const LOOKS: [&[&str]; 6] = [&["notes"], &["check"], &["plan"], &["status"], &["history"], &["lint"]];

/// A deployment, its database and the definitions of its system.
struct Sample {
    deployment: Deployment,
    database: PathBuf,
    system: &'static str,
}

fn demo() -> Sample {
    let deployment = Demo::with_rows(50).build();
    Sample { database: deployment.database(), deployment, system: "keepsake" }
}

/// Barbican as the fixture has it, with an interpreter that says which version is installed.
fn barbican() -> Sample {
    let deployment = Deployment::empty();
    let dir = deployment.dir();
    let database = dir.join("barbican.sqlite");
    fs::copy(fixtures().join("barbican/barbican-14.0.2.sqlite"), &database).expect("the fixture");
    fs::set_permissions(&database, Permissions::from_mode(0o600)).expect("permissions");
    fs::create_dir(dir.join("running")).expect("a folder");
    deployment.write("running/python3", "#!/bin/sh\necho 14.0.2\n");
    fs::set_permissions(dir.join("running/python3"), Permissions::from_mode(0o755)).expect("permissions");
    deployment.write("barbican.conf", &format!("[DEFAULT]\nsql_connection = sqlite:///{}\n", database.display()));
    deployment.write(
        "stepwell.yaml",
        &format!(
            "format: 1\nsystem: barbican\ndeployment: barbican-1\nstores:\n  db: {{ url: \"sqlite:///{}\" }}\nfacts:\n  \
             conf: {}\n  running: {}\njournal: file\n",
            database.display(),
            dir.join("barbican.conf").display(),
            dir.join("running").display(),
        ),
    );
    Sample { deployment, database, system: "barbican" }
}

/// When a file was changed last, to the nanosecond, and how it may be used.
fn stamp(path: &Path) -> (i64, i64, u32) {
    let data = path.metadata().expect("a file");
    (data.mtime(), data.mtime_nsec(), data.mode())
}

/// Every file besides the database and Stepwell's own state. SQLite itself has readers of a database in WAL mode make
/// two files next to it; the log among them stays empty.
fn others(sample: &Sample) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries =
        fs::read_dir(sample.deployment.dir()).expect("the folder").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.is_file() && *path != sample.database);
    let mut files: BTreeMap<_, _> = files.map(|path| (path.clone(), fs::read(path).expect("its content"))).collect();
    let beside = |end: &str| PathBuf::from(format!("{}{end}", sample.database.display()));
    files.remove(&beside("-shm"));
    assert!(files.remove(&beside("-wal")).is_none_or(|log| log.is_empty()), "nothing was written");
    files
}

fn proves(sample: &Sample) {
    let Sample { deployment, database, system } = sample;
    let definitions = Path::new(env!("CARGO_MANIFEST_DIR")).join("upgrades").join(system);
    let definitions = definitions.to_string_lossy();
    let (bytes, files, stamped) = (fs::read(database).expect("the database"), others(sample), stamp(database));
    for look in LOOKS {
        for json in [&[][..], &["--json"]] {
            let folder = if look == ["lint"] { &[&*definitions][..] } else { &[] };
            let args: Vec<&str> = [look, folder, json].concat();
            let doing = args.join(" ");
            let ran = deployment.run(args.iter().copied());
            assert!([0, 4, 9].contains(&ran.code()), "it could look: {ran}");
            assert!(fs::read(database).expect("the database") == bytes, "{doing} changed the database");
            assert_eq!(stamp(database), stamped, "{doing} touched the database");
            assert_eq!(others(sample), files, "{doing} changed or left a file");
            for left in ["lock", "lease", "socket", "journal.sqlite", "journal.db"] {
                assert!(!deployment.dir().join(".stepwell").join(left).exists(), "{doing} left `{left}`");
            }
        }
    }
    let own = database::ask(database, r"select count(*) from sqlite_schema where name like 'stepwell\_%' escape '\'");
    assert_eq!(own, "0", "no table of Stepwell's own");
}

#[test]
fn nothing_of_the_demo_is_changed_by_looking() {
    proves(&demo());
}

#[test]
fn nothing_of_barbican_is_changed_by_looking() {
    proves(&barbican());
}

#[test]
fn a_database_that_nobody_may_write_can_be_looked_at() {
    for sample in [demo(), barbican()] {
        fs::set_permissions(&sample.database, Permissions::from_mode(0o444)).expect("permissions");
        proves(&sample);
    }
}
