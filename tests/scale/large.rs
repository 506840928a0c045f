//! A catalogue as a system with a long history would have: many releases, each with every common kind of step.

use std::fs;
use std::path::Path;

const SYSTEM: &str = r#"
format: 1
system: large
title: Large
about: A sample system with a long history.
offline: advised
versions:
  scheme: semver
  path: sequential
  data:
    - file: { path: version }
stores:
  db: { title: Database, engines: [sqlite] }
facts:
  conf: { ask: The configuration file, default: large.conf }
  nodes: { ask: Every node, list: true, default: [one, two] }
  bin: { ask: Folder of this release's programs, per: release, default: "/opt/large-{{ release }}/bin" }
  token: { ask: The token of the service, secret: true }
env: { LARGE_CONF: "{{ facts.conf }}" }
maintenance:
  - id: stop
    title: Stop the service
    file: { touch: stopped }
    undo: [ { id: start, title: Start it, file: { absent: stopped } } ]
checks:
  - id: room
    title: There is room
    file: { path: room, expect: { exists: true } }
    fix: Make room.
health:
  - id: up
    title: The service is up
    file: { path: up, expect: { exists: true } }
    fix: Look at its log.
first:
  - { id: backup, title: Back the database up, backup: { to: backups } }
hop:
  - id: install
    title: "Install {{ to }}"
    run: { argv: ["{{ facts.bin[to] }}/install", --from, "{{ from }}"], expect: { exit: 0 } }
    resume: idempotent
actions:
  reindex:
    title: Build the index again
    repeat: { over: facts.nodes, as: node }
    run: { argv: ["{{ facts.bin[to] }}/reindex", --node, "{{ node }}"] }
    resume: idempotent
"#;

/// `N` is the release's number.
const RELEASE: &str = r#"
release: 1.N.0
checks:
  - id: empty-N
    title: "No entry is empty before {{ release }}"
    sql: { query: "select id from entries where length(name) = 0 and id > N", expect: { rows: 0 } }
    fix: "Give every entry a name in {{ stores.db.path }}."
before:
  - id: drain
    title: "Drain the queue of {{ from }}"
    run: { argv: ["{{ facts.bin[from] }}/drain", "--until={{ to }}"], env: { TOKEN: "{{ facts.token }}" }, timeout: 5m }
    resume: idempotent
steps:
  - id: column
    title: Add the column cN
    why: "Releases from {{ release }} on write it."
    sql: { statements: [ alter table entries add column cN integer ] }
    done_when: { sql: { query: "select name from pragma_table_info('entries') where name = 'cN'", expect: { rows: 1 }, else: { rows: 0 } } }
  - id: fill
    title: Fill the column cN
    backfill: { table: entries, key: [id], where: cN is null, set: { cN: id * N }, batch: 100 }
    estimate: { each: 2ms }
  - id: settings
    title: "Move the settings of {{ release }}"
    file: { ini: "{{ facts.conf }}", rename: { DEFAULT.oldN: large.newN }, set: { large.release: "{{ to }}" }, default: { large.N: "{{ facts.nodes | join(',') }}" } }
  - id: nodes
    title: "Tell {{ node }} of {{ release }}"
    repeat: { over: facts.nodes, as: node }
    when: from is version(">=1.0")
    run: { argv: ["{{ facts.bin[to] }}/tell", "{{ node }}", "N"] }
    resume: idempotent
    retry: { attempts: 3, wait: 1s..10s, unless: { exit: 2 } }
  - id: call
    title: Warm the cache
    http: { method: POST, url: "http://localhost:8080/warm/{{ to }}", headers: { X-Token: "{{ facts.token }}" }, expect: { status: 200 } }
    resume: idempotent
  - id: settled
    title: Wait until the service has settled
    wait: { until: { file: { path: "settled-{{ to }}", expect: { exists: true } } }, every: 1s, timeout: 5m }
  - id: group
    title: Tidy up
    offline: required
    steps:
      - { id: old, title: "Remove what {{ from }} left", file: { absent: "cache-{{ from }}" } }
      - { id: new, title: "Make room for {{ to }}", file: { write: { path: "cache-{{ to }}", content: "{{ here }}: {{ to }}\n" } } }
  - use: reindex
verify:
  - id: entries
    title: No entry was lost
    sql: { query: select count(*) from entries, expect: { unchanged: true } }
    fix: Restore the backup.
"#;

const NOTES: &str = "# Large 1.N.0\n\n## What changes\n\n- The column `cN` is new.\n- Caches are *smaller*.\n\n\
## Breaking changes\n\n- `oldN` is gone; use `newN`.\n\n## Fixes\n\n- An entry without a name is refused.\n";

/// Writes a catalogue with releases from 1.0.0 up to 1.`releases - 1`.0.
pub fn write(folder: &Path, releases: usize) {
    fs::create_dir_all(folder.join("releases")).expect("a folder");
    let file = |name: &str, text: &str| fs::write(folder.join(name), text.trim_start()).expect("a file");
    file("system.yaml", SYSTEM);
    for number in 0..releases {
        // A number stands alone or at a word's end; no other capital N is followed by what follows it there.
        let fill = |text: &str| {
            ["1.N", "-N", "cN", "> N", "* N", "oldN", "newN", "\"N\"", "large.N"]
                .iter()
                .fold(text.to_owned(), |text, mark| text.replace(mark, &mark.replace('N', &number.to_string())))
        };
        file(&format!("releases/1.{number}.0.yaml"), &fill(RELEASE));
        file(&format!("releases/1.{number}.0.md"), &fill(NOTES));
    }
}
