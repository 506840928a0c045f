//! Rows that leave the database: converted by a command or an expression, and written back in the transaction of their
//! batch, whatever the command does.

mod support;

use std::process::Stdio;
use std::thread;

use serde_json::{Value, json};
use stepwell::step::{Outcome, Report};
use support::database::assert_same;
use support::every_step::{CONVERT, RUN};
use support::filling::{EVERYWHERE, Place};
use support::gate::Gate;
use support::ledger::Ledger;
use support::server::Kind;

const ROWS: u64 = 600;

/// Answers `{"id":7,"v":3}` with `{"id":7,"done":6}`, once what stands before it has let the row pass.
fn doubling(before: &str) -> String {
    format!(
        r#"echo started >&2
           while IFS= read -r line; do
               id=${{line%%,*}} v=${{line##*:}} v=${{v%\}}}}
               {before}
               echo "$id,\"done\":$((v * 2))}}"
           done"#
    )
}

fn spec(program: &str, workers: u32) -> Value {
    json!({
        "table": "t", "key": ["id"], "where": "done is null", "set": [], "batch": 20, "workers": workers,
        "convert": { "read": [["v", null]], "by": { "run": { "command": { "argv": ["sh", "-c", program] }, "write": ["done"] } } },
    })
}

fn with(mut spec: Value, at: &str, value: Value) -> Value {
    *spec.pointer_mut(at).expect("a place") = value;
    spec
}

fn setting_aside(mut spec: Value) -> Value {
    spec["set_aside"] = true.into();
    spec
}

/// A table `t` with columns `v` and `done`, and `plain`, its copy after one UPDATE.
fn table(place: &Place, columns: &str, id: &str) {
    let numbers = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})");
    place.sql(&format!("create table t ({columns}, v integer, done bigint, primary key (id))"));
    place.sql(&format!("insert into t {numbers} select {id}, i, null from n"));
    place.sql("create table plain as select * from t");
    place.sql("update plain set done = v * 2");
}

fn logs<'r>(reports: &'r [Report], what: &str) -> Vec<&'r str> {
    let lines = reports.iter().filter_map(|r| if let Report::Log(line) = r { Some(line.as_str()) } else { None });
    lines.filter(|line| line.contains(what)).collect()
}

fn error(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => failure.error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_command_gives_the_new_values_of_every_row() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        for (workers, columns, id) in [(1, "id bigint", "i * 3"), (3, "id bigint", "i"), (2, "id varchar(9)", "i")] {
            table(&place, columns, id);
            let (outcome, reports) = place.fill(&spec(&doubling(""), workers));
            assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
            place.assert_equal("t", "plain", "with a command");
            let started = logs(&reports, "started").len();
            assert!((1..=workers as usize).contains(&started), "{kind:?}: one process a worker: {started}");
            place.sql("drop table t; drop table plain; delete from stepwell_mark");
        }
    }
}

#[test]
fn an_expression_gives_them_too() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "i");
        let spec = with(spec("", 1), "/convert/by", json!({ "set": [["done", "row.v * 2"]] }));
        assert_eq!(place.fill(&spec).0, Outcome::Done, "{kind:?}");
        place.assert_equal("t", "plain", "with an expression");

        place.sql("update t set done = null; delete from stepwell_mark");
        let missing = with(spec, "/convert/by/set/0/1", "row.nothing * 2".into());
        let error = error(place.fill(&missing).0);
        assert!(error.contains("a row is refused: id = 1: ") && error.contains("only id, v"), "{kind:?}: {error}");
    }
}

/// Types, and values of them that are easily lost on the way.
fn types(kind: Option<Kind>) -> Vec<(&'static str, &'static str)> {
    let text = r#"'a "b" \\ ''c'' ä
{}'"#;
    let mut types = vec![("bigint", "9007199254740993"), ("integer", "-1"), ("text", text), ("varchar(9)", "''")];
    types.extend(match kind {
        None => vec![("real", "0.1"), ("blob", "x'00ff0a'"), ("", "null")],
        Some(Kind::Postgres) => vec![
            ("double precision", "0.1"),
            ("numeric(30, 10)", "12345678901234567890.0123456789"),
            ("boolean", "false"),
            ("bytea", r"'\x00ff0a'::bytea"),
            ("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid"),
            ("timestamptz", "'2020-01-01 00:00:00.000001+02'::timestamptz"),
            ("date", "'2020-02-29'::date"),
            ("jsonb", r#"'{"a": [1, null]}'::jsonb"#),
        ],
        Some(Kind::Mariadb) => vec![
            ("double", "0.1"),
            ("decimal(30, 10)", "12345678901234567890.0123456789"),
            ("bigint unsigned", "18446744073709551615"),
            ("blob", "x'00ff0a'"),
            ("datetime(6)", "'2020-01-01 00:00:00.000001'"),
            ("date", "'2020-02-29'"),
        ],
    });
    types
}

#[test]
fn values_of_every_type_come_back_as_they_went() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        let types = types(kind);
        let join = |text: &dyn Fn(usize, &(&str, &str)) -> String| {
            types.iter().enumerate().map(|(i, found)| text(i, found)).collect::<Vec<_>>().join(", ")
        };
        place.sql(&format!(
            "create table t (id bigint primary key, sent integer, {}, {})",
            join(&|i, (kind, _)| format!("a{i} {kind}")),
            join(&|i, (kind, _)| format!("b{i} {kind}")),
        ));
        let values = join(&|i, (_, value)| format!("{value} as a{i}"));
        let columns = join(&|i, _| format!("a{i}"));
        place.sql(&format!("insert into t (id, {columns}) select 1, x.* from (select {values}) x"));
        place.sql("insert into t (id) values (2)");
        let pairs: Vec<_> = (0..types.len()).map(|i| (format!("b{i}"), format!("a{i}"))).collect();
        let read: Vec<_> = [("sent".to_owned(), "1".to_owned())].into_iter().chain(pairs.clone()).collect();
        let write: Vec<_> = read.iter().map(|(name, _)| name).collect();
        let by = json!({ "run": { "command": { "argv": ["cat"] }, "write": write } });
        let spec = with(spec("", 1), "/convert", json!({ "read": read, "by": by }));
        let (outcome, reports) = place.fill(&with(spec, "/where", "sent is null".into()));
        assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
        for (a, b) in pairs {
            let same = if kind == Some(Kind::Mariadb) { "<=>" } else { "is not distinct from" };
            let same = if kind.is_none() { "is" } else { same };
            let count = place.ask(&format!("select count(*) from t where {a} {same} {b}"));
            assert_eq!(count, "2", "{kind:?}: {b}, a {:?}", types[b[1..].parse::<usize>().expect("a number")]);
        }
    }
}

#[test]
fn killed_at_any_moment_it_goes_on_and_every_row_is_converted_once() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "i");
        let mut doubled = spec(&doubling(""), 1);
        let (mut killed, mut workers) = (0, [3, 1, 4, 2].into_iter());
        for reports in [2, 4, 3, 5] {
            doubled["workers"] = workers.next().into();
            let mut running = place.start(&doubled);
            let mut left = reports;
            let alive = running.wait_for(|report| {
                left -= i32::from(matches!(report, Report::Progress { .. }));
                left == 0
            });
            running.kill();
            killed += i32::from(alive);
        }
        assert!(killed >= 1, "{kind:?}: it ended too soon to be killed");
        let before: u64 = place.ask("select count(*) from t where done is not null").parse().expect("a number");
        let (outcome, reports) = place.fill(&doubled);
        assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
        let Some(Report::Progress { done, .. }) = reports.first() else { panic!("{reports:?}") };
        assert_eq!(*done, before, "{kind:?}: rows and checkpoints agree");
        place.assert_equal("t", "plain", "after it was killed");
    }
}

#[test]
fn what_a_command_refuses_is_named_or_set_aside() {
    for kind in EVERYWHERE {
        let refusing = doubling(r#"[ $((v % 200)) = 0 ] && echo "$id,\"\$error\":\"not $v\"}" && continue"#);
        let place = Place::on(kind);
        table(&place, "id bigint", "i");
        let error = error(place.fill(&spec(&refusing, 1)).0);
        assert_eq!(error, "a row is refused: id = 200: not 200", "{kind:?}");
        assert_eq!(place.ask("select count(*) from t where done is not null"), "199", "{kind:?}: those before it");

        let (outcome, reports) = place.fill(&setting_aside(spec(&refusing, 3)));
        let Outcome::SetAside { error } = outcome else { panic!("{kind:?}: {outcome:?}") };
        assert!(error.contains("3 rows were refused") && error.contains("id = 400: not 400"), "{kind:?}: {error}");
        assert_eq!(logs(&reports, "set aside id = ").len(), 3, "{kind:?}");
        assert_eq!(place.ask("select count(*) from t where done is null"), "3", "{kind:?}: all others");
        let (outcome, _) = place.fill(&setting_aside(spec(&doubling(""), 1)));
        assert!(matches!(outcome, Outcome::SetAside { .. }), "{kind:?}: what was set aside stays so: {outcome:?}");
        place.sql("update plain set done = null where id % 200 = 0");
        place.assert_equal("t", "plain", "but for those that were set aside");
    }
}

#[test]
fn what_the_database_does_not_take_is_named_too() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        place.sql("create table t (id bigint primary key, v integer, done bigint, check (done <> 400))");
        let numbers = format!("with recursive n(i) as (select 1 union all select i + 1 from n where i < {ROWS})");
        place.sql(&format!("insert into t {numbers} select i, i, null from n"));
        let error = error(place.fill(&spec(&doubling(""), 1)).0);
        assert!(error.starts_with("a row is refused: id = 200: "), "{kind:?}: {error}");
        assert_eq!(place.ask("select count(*) from t where done is not null"), "199", "{kind:?}");
        let (outcome, _) = place.fill(&setting_aside(spec(&doubling(""), 2)));
        assert!(matches!(outcome, Outcome::SetAside { .. }), "{kind:?}: {outcome:?}");
        assert_eq!(place.ask("select count(*) from t where done is null"), "1", "{kind:?}");
    }
}

#[test]
fn a_command_that_ends_is_started_again_until_a_row_is_to_blame() {
    for kind in EVERYWHERE {
        let place = Place::on(kind);
        table(&place, "id bigint", "i");
        // It ends once, by no fault of a row.
        let once = place.path("ended");
        let ending = doubling(&format!("[ $v = 90 ] && [ ! -e {0} ] && touch {0} && kill -9 $$", once.display()));
        let (outcome, reports) = place.fill(&spec(&ending, 1));
        assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
        assert!(once.exists() && logs(&reports, "started").len() >= 2, "{kind:?}: {reports:?}");
        let said = "ended with exit status 137 after ";
        assert!(!logs(&reports, said).is_empty(), "{kind:?}: {reports:?}");
        place.assert_equal("t", "plain", "after the command was started again");

        // It ends over one row, always.
        place.sql("update t set done = null; delete from stepwell_mark");
        let ending = doubling("[ $v = 77 ] && echo 'no more' >&2 && exit 3");
        let error = error(place.fill(&spec(&ending, 1)).0);
        assert!(error.starts_with("a row is refused: id = 77: the command ended with exit status 3"), "{error}");
        assert!(error.ends_with(": no more"), "{error}");
        assert_eq!(place.ask("select count(*) from t where done is not null"), "76", "{kind:?}");
        let (outcome, _) = place.fill(&setting_aside(spec(&ending, 2)));
        assert!(matches!(outcome, Outcome::SetAside { .. }), "{kind:?}: {outcome:?}");
        assert_eq!(place.ask("select count(*) from t where done is null"), "1", "{kind:?}");

        // It ends over every row.
        place.sql("update t set done = null; delete from stepwell_mark");
        let error = self::error(place.fill(&setting_aside(spec("echo 'no key' >&2; exit 4", 1))).0);
        assert!(error.starts_with("one row after the other: the command ended with exit status 4"), "{error}");
        assert!(error.ends_with(": no key"), "{error}");
    }
}

#[test]
fn what_a_command_must_not_do_is_said() {
    for (program, wanted) in [
        (doubling("[ $v = 5 ] && echo warning && continue").as_str(), "answer to the row id = 5 is no JSON object"),
        (
            &doubling("[ $v = 5 ] && id='{\"id\":6'"),
            "answer to the row id = 5 has another `id`: it answers another row",
        ),
        (&doubling("[ $v = 5 ] && continue"), "answer to the row id = 5 has another `id`"),
        (&doubling("[ $v = 5 ] && echo \"$id}\" && continue"), "answer to the row id = 5 has no `done`"),
        (&doubling("[ $v = 5 ] && id=\"$id,\\\"x\\\":1\""), "answer to the row id = 5 has `x`"),
        (&doubling("[ $v = 5 ] && echo \"$id,\\\"done\\\":1}\""), "answer to the row id = 6 has another `id`"),
        (&format!("{}; echo more", doubling("")), "wrote more lines than it was given rows"),
        (&format!("{}; exit 3", doubling("")), "ended with exit status 3 after all rows"),
    ] {
        let place = Place::on(None);
        table(&place, "id bigint", "i");
        let error = error(place.fill(&spec(program, 1)).0);
        assert!(error.contains(wanted), "{program}: {error}");
        assert!(!error.contains("warning"), "what was answered may be secret: {error}");
        let wrong = place.ask("select count(*) from t where done is not null and done <> v * 2");
        assert_eq!(wrong, "0", "{program}: no row has the values of another one");
    }
    let place = Place::on(None);
    table(&place, "id bigint", "i");
    let missing = with(spec("", 1), "/convert/by/run/command/argv", json!(["/nowhere/convert"]));
    let error = error(place.fill(&missing).0);
    assert!(error.contains("/nowhere/convert cannot be started"), "{error}");
}

#[test]
fn a_command_that_keeps_silent_is_stopped() {
    let place = Place::on(None);
    table(&place, "id bigint", "i");
    let mut silent = spec(&doubling("[ $v = 30 ] && tail -f /dev/null"), 1);
    silent["convert"]["by"]["run"]["command"]["timeout"] = 1.into();
    let error = error(place.fill(&silent).0);
    assert!(
        error.starts_with("a row is refused: id = 30: the command was silent for 1 s after 0 of 1 rows"),
        "{error}"
    );
    assert_eq!(place.ask("select count(*) from t where done is not null"), "29");
}

/// What somebody else writes while a row is out is neither lost nor overwritten: it comes after it.
#[test]
fn nobody_changes_a_row_while_it_is_out() {
    for kind in [Kind::Postgres, Kind::Mariadb] {
        let place = Place::on(Some(kind));
        table(&place, "id bigint", "i");
        let gate = Gate::at(&place.path("gate"));
        let program = doubling(&format!("[ $v = 30 ] && cat {}", gate.path().display()));
        let mut running = place.start(&spec(&program, 1));
        let waiting = gate.reached();
        let server = place.server.as_ref().expect("a server");
        let change = "update t set v = 1000, done = -7 where id = 30";
        let mut other = server.client("app", change).stdin(Stdio::null()).spawn().expect("a client");
        let blocked = match kind {
            Kind::Postgres => "select count(*) from pg_locks where not granted",
            Kind::Mariadb => {
                "select variable_value from information_schema.global_status \
                 where variable_name = 'innodb_row_lock_current_waits'"
            }
        };
        while place.ask(blocked) != "1" {
            assert_eq!(other.try_wait().expect("a client"), None, "{kind:?}: it has to wait");
            thread::yield_now();
        }
        drop(waiting);
        assert!(other.wait().expect("a client").success(), "{kind:?}");
        assert!(running.wait_for(|_| true));
        let (outcome, reports) = running.end();
        assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
        place.sql("update plain set v = 1000, done = -7 where id = 30");
        place.assert_equal("t", "plain", "with what somebody else wrote");
    }
}

/// Who holds a row is waited for, and the row is read as they leave it.
#[test]
fn a_row_is_read_as_others_leave_it() {
    thread::scope(|scope| {
        for kind in EVERYWHERE {
            scope.spawn(move || {
                let place = Place::on(kind);
                table(&place, "id bigint", "i");
                let holder = place.hold("update t set v = 1000 where id = 30");
                let mut running = place.start(&spec(&doubling(""), 1));
                assert!(running.wait_for(|r| matches!(r, Report::Waiting(why) if why.starts_with("for a lock"))));
                holder.commit();
                let (outcome, reports) = running.end();
                assert_eq!(outcome, Outcome::Done, "{kind:?}: {reports:?}");
                place.sql("update plain set v = 1000, done = 2000 where id = 30");
                place.assert_equal("t", "plain", "after somebody's change");
            });
        }
    });
}

/// However large rows are, only so many are out at a time.
#[test]
fn a_batch_is_bounded_by_what_its_rows_hold() {
    let place = Place::on(None);
    place.sql("create table t (id integer primary key, v blob, done blob)");
    place.sql(
        "insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < 200)
         select i, zeroblob(100000), null from n",
    );
    let by = json!({ "run": { "command": { "argv": ["cat"] }, "write": ["done"] } });
    let spec = with(spec("", 1), "/convert", json!({ "read": [["done", "v"]], "by": by }));
    let (outcome, reports) = place.fill(&with(spec, "/batch", 10_000.into()));
    assert_eq!(outcome, Outcome::Done);
    let reached: Vec<u64> =
        reports.iter().filter_map(|r| if let Report::Progress { done, .. } = r { Some(*done) } else { None }).collect();
    let most = reached.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert!((1..=8).contains(&most.expect("batches")), "200 kB a row as text, and 1 MiB a batch: {reached:?}");
    assert_eq!(place.ask("select count(*) from t where done = v"), "200");
}

/// Killed at each point at which something is to last, the run goes on, and no row is converted twice.
#[test]
fn a_run_that_is_killed_while_rows_are_out_goes_on() {
    for kind in EVERYWHERE {
        let ledger = Ledger::new().with_steps(CONVERT);
        let mut ledger = match kind {
            Some(kind) => ledger.on(kind).build(),
            None => ledger.build(),
        };
        ledger
            .run(["plan"])
            .exit(0)
            .prints("takes id, amount of each row of entries")
            .prints("gives it to this command");
        let list = ledger.home().join("points");
        ledger.run_with(RUN, &[("STEPWELL_KILL_POINTS", &list.to_string_lossy())]).exit(0);
        let expected = ledger.contents();
        let converted = ledger.ask("select count(*) from entries where amount between 100000 and 199999");
        assert_eq!(converted, "3", "{kind:?}");
        let points = std::fs::read_to_string(&list).expect("the points");
        let first = points.lines().position(|point| point.ends_with("before: start what converts rows"));
        let first = first.expect("the program is started") + 1;
        // Its start, three rows, and checkpoint and commit of two batches, before and after each.
        for at in (first..first + 16).step_by(if kind.is_none() { 1 } else { 3 }) {
            ledger.reset();
            let killed = ledger.run_with(RUN, &[("STEPWELL_KILL_AT", &at.to_string())]);
            assert!(killed.was_killed(), "{kind:?}, at {at}: {killed}");
            ledger.run(RUN).exit(0);
            assert_same(&expected, &ledger.contents(), &format!("{kind:?}, killed at {at} of {points}"));
        }
    }
}
