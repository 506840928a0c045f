//! The databases that a deployment may have, each a real server: what is asked, bound, refused and waited for.

mod support;

use serde_json::{Value, json};
use stepwell::store::{Connection, Engine, Location, Trouble};
use support::database;
use support::ledger::Ledger;
use support::server::{Kind, Server};

fn location(server: &Server) -> Location {
    Location::parse(&server.url(), std::path::Path::new("/")).expect("a URL")
}

const KINDS: [Kind; 2] = [Kind::Postgres, Kind::Mariadb];

#[test]
fn a_transaction_that_was_cut_off_in_sqlite_hides_nothing_from_who_only_reads() {
    let ledger = Ledger::new().build();
    let before = ledger.contents();
    database::cut_off(
        &ledger.path(),
        "update entries set amount = -1; create table much (x);
         insert into much with recursive n(i) as (select 1 union all select i + 1 from n where i < 9999) select i from n",
    );
    ledger.run(["status"]).exit(9).prints("1.0.0");
    assert_eq!(ledger.contents(), before);
}

#[tokio::test]
async fn values_of_every_kind_come_and_go() {
    for kind in KINDS {
        let server = Server::start(kind);
        let mut db = Connection::open(&location(&server)).await.expect("opens");
        let (table, values): (&str, Vec<(&str, Value)>) = match kind {
            Kind::Postgres => (
                "create type mood as enum ('fine'); create table t (a boolean, b smallint, c integer, d bigint, e real, \
                 f double precision, g numeric, h text, i varchar(9), j bytea, k uuid, l jsonb, m json, n timestamp, \
                 o timestamptz, p date, q time, r mood, s char(3), u name)",
                vec![
                    ("a", json!(true)),
                    ("b", json!(-7)),
                    ("c", json!(7)),
                    ("d", json!(9_007_199_254_740_993_i64)),
                    ("e", json!(1.5)),
                    ("f", json!(0.1)),
                    ("g", json!("123456789012345678901234.5")),
                    ("h", json!("it's; drop table t -- ä\n\"")),
                    ("i", json!("b")),
                    ("j", json!({ "$blob": "00ff" })),
                    ("k", json!("6ba7b810-9dad-11d1-80b4-00c04fd430c8")),
                    ("l", json!(r#"{"a": 1}"#)),
                    ("m", json!(r#"{"b":1}"#)),
                    ("n", json!("2024-02-29 12:34:56.789")),
                    ("o", json!("2024-02-29 12:34:56+00")),
                    ("p", json!("2024-02-29")),
                    ("q", json!("12:34:56")),
                    ("r", json!("fine")),
                    ("s", json!("abc")),
                    ("u", json!("n")),
                ],
            ),
            Kind::Mariadb => (
                "create table t (a boolean, b smallint, c int unsigned, d bigint, e float, f double, g decimal(30, 5), \
                 h text, i varchar(9), j varbinary(9), k bigint unsigned, l datetime(3), m timestamp null, n date, \
                 o time, p enum('fine'), q year, r blob, s longtext collate utf8mb4_bin, u varchar(9) collate utf8mb4_bin, \
                 v binary(2), w uuid)",
                vec![
                    ("a", json!(1)),
                    ("b", json!(-7)),
                    ("c", json!(7)),
                    ("d", json!(9_007_199_254_740_993_i64)),
                    ("e", json!(1.5)),
                    ("f", json!(0.1)),
                    ("g", json!("123456789012345678901234.5")),
                    ("h", json!("it's; drop table t -- ä\n\"\\")),
                    ("i", json!("b")),
                    ("j", json!({ "$blob": "00ff" })),
                    ("k", json!(18_446_744_073_709_551_615_u64)),
                    ("l", json!("2024-02-29 12:34:56.789")),
                    ("m", json!("2024-02-29 12:34:56")),
                    ("n", json!("2024-02-29")),
                    ("o", json!("12:34:56")),
                    ("p", json!("fine")),
                    ("q", json!(2024)),
                    ("r", json!({ "$blob": "68" })),
                    ("s", json!("A")),
                    ("u", json!("ä")),
                    ("v", json!({ "$blob": "0068" })),
                    ("w", json!("d9fc5b73-a8d7-4fad-8d6d-ffe419384e70")),
                ],
            ),
        };
        server.sql(table);
        for (column, value) in &values {
            let insert = format!("insert into t ({column}) values (?)");
            db.tell(&insert, std::slice::from_ref(value)).await.unwrap_or_else(|e| panic!("{kind:?} {column}: {e}"));
            let read = format!("select {column} from t where {column} is not null");
            let found = db.ask(&read, &[]).await.unwrap_or_else(|e| panic!("{kind:?} {column}: {e}"));
            assert_eq!(found.first(), Some(value), "{kind:?} {column}");
            // The value finds its own row again: it is of the column's type.
            if !["l", "m", "e"].contains(column) || kind == Kind::Mariadb && *column != "e" {
                let again = format!("select count(*) from t where {column} = ?");
                let found = db.ask(&again, std::slice::from_ref(value)).await.expect(column);
                assert_eq!(found.number(), Some(1), "{kind:?} {column}");
            }
            db.tell("delete from t", &[]).await.expect("goes");
            db.tell(&format!("insert into t ({column}) values (?)"), &[Value::Null]).await.expect("nothing");
            assert_eq!(
                db.ask(&format!("select {column} from t"), &[]).await.expect("rows").first(),
                Some(&Value::Null)
            );
            db.tell("delete from t", &[]).await.expect("goes");
        }
        let sum = db.ask("select sum(n) from (select 1 as n union all select 2) x", &[]).await.expect("a sum");
        assert_eq!(sum.first(), Some(&json!(3)), "{kind:?}");
    }
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_named() {
    let server = Server::start(Kind::Postgres);
    server.sql("create table t (a integer, b inet)");
    let mut db = Connection::open(&location(&server)).await.expect("opens");
    let error = db.ask("select 1 from t where a = ?", &[json!("ten")]).await.expect_err("is refused");
    assert_eq!(error.message, "`ten` is not a whole number, which the statement wants there");
    let error = db.ask("select 1 from t where b = ?", &[json!("::1")]).await.expect_err("is refused");
    assert!(error.message.contains("as inet"), "{error}");
    server.sql("insert into t (b) values ('::1')");
    let error = db.ask("select b from t", &[]).await.expect_err("is refused");
    assert!(error.message.contains("write `cast(b as text)`"), "{error}");
    // The session goes on.
    assert_eq!(db.ask("select 1", &[]).await.expect("answers").number(), Some(1));
}

#[tokio::test]
async fn what_only_reads_cannot_write() {
    for kind in KINDS {
        let server = Server::start(kind);
        server.sql("create table t (a integer)");
        let mut db = Connection::open_read_only(&location(&server)).await.expect("opens");
        let error = db.tell("insert into t values (1)", &[]).await.expect_err("is refused");
        assert_eq!(error.trouble, Trouble::Refused, "{error}");
        let error = db.ask("select * from elsewhere", &[]).await.expect_err("is refused");
        assert_eq!(error.trouble, Trouble::NoSuchTable, "{error}");
    }
}

#[tokio::test]
async fn a_lock_is_given_up_soon_and_its_holder_named() {
    for kind in KINDS {
        let server = Server::start(kind);
        server.sql("create table t (id integer primary key, a integer)");
        server.sql("insert into t values (1, 1)");
        let mut holder = Connection::open(&location(&server)).await.expect("opens");
        holder.begin().await.expect("begins");
        holder.tell("update t set a = ?", &[json!(2)]).await.expect("holds");
        let mut db = Connection::open(&location(&server)).await.expect("opens");
        for statement in ["update t set a = 3", "alter table t add b integer"] {
            let error = db.tell(statement, &[]).await.expect_err("is held up");
            assert_eq!(error.trouble, Trouble::Locked, "{kind:?} {statement}: {error}");
            assert!(error.message.contains("holds it"), "{kind:?} {statement}: {error}");
        }
        holder.rollback().await;
        assert_eq!(db.tell("update t set a = 3", &[]).await.expect("goes on"), 1);
    }
}

#[tokio::test]
async fn a_lost_server_is_told_from_a_refusal() {
    for kind in KINDS {
        let mut server = Server::start(kind);
        let place = location(&server);
        let mut db = Connection::open(&place).await.expect("opens");
        server.kill();
        let error = db.ask("select 1", &[]).await.expect_err("is gone");
        assert_eq!(error.trouble, Trouble::Lost, "{kind:?}: {error}");
        let error = Connection::open(&place).await.expect_err("is gone");
        assert_eq!(error.trouble, Trouble::Lost, "{kind:?}: {error}");
        server.run();
        let mut db = Connection::open(&place).await.expect("is back");
        assert_eq!(db.ask("select 1", &[]).await.expect("answers").number(), Some(1));
        let nowhere = server.url().replace("/app?", "/elsewhere?");
        let nowhere = Location::parse(&nowhere, std::path::Path::new("/")).expect("a URL");
        let error = Connection::open(&nowhere).await.expect_err("is not there");
        assert_eq!(error.trouble, Trouble::Unreachable, "{kind:?}: {error}");
        assert_eq!(place.engine() == Engine::Postgres, kind == Kind::Postgres);
    }
}

#[tokio::test]
async fn a_password_of_any_characters_gets_through_an_encrypted_connection() {
    for kind in KINDS {
        let server = Server::start_listening(kind);
        let certificate = server.certificate().display().to_string();
        let (checked, unknown, none) = match kind {
            Kind::Postgres => {
                (format!("sslmode=verify-full&sslrootcert={certificate}"), "sslmode=verify-full", "sslmode=disable")
            }
            Kind::Mariadb => {
                (format!("ssl_ca={certificate}&ssl_verify_identity=true"), "ssl_verify_cert=true", "ssl-mode=DISABLED")
            }
        };
        let at =
            |options: &str| Location::parse(&server.network_url(options), std::path::Path::new("/")).expect("a URL");
        let mut db = Connection::open(&at(&checked)).await.unwrap_or_else(|e| panic!("{kind:?}: {e}"));
        let encrypted = match kind {
            Kind::Postgres => "select ssl::int from pg_stat_ssl where pid = pg_backend_pid()",
            Kind::Mariadb => {
                "select count(*) from information_schema.session_status where variable_name = 'Ssl_cipher' and variable_value <> ''"
            }
        };
        assert_eq!(db.query(encrypted, &[]).await.expect("answers").number(), Some(1), "{kind:?}");
        // A certificate that nobody vouches for is refused where it is to be checked.
        let error = Connection::open(&at(unknown)).await.expect_err("is refused");
        assert!(error.message.contains("certificate") || error.message.contains("encrypted"), "{kind:?}: {error}");
        if kind == Kind::Postgres {
            let error = Connection::open(&at(none)).await.expect_err("is refused");
            assert_eq!(error.trouble, Trouble::Unreachable, "{error}");
        }
        let wrong = server.network_url(&checked).replace("p@ss", "pass");
        let wrong = Location::parse(&wrong, std::path::Path::new("/")).expect("a URL");
        let error = Connection::open(&wrong).await.expect_err("is refused");
        assert_eq!(error.trouble, Trouble::Unreachable, "{kind:?}: {error}");
        assert!(!error.message.contains("pass:w"), "{error}");
    }
}

#[tokio::test]
async fn a_pooler_that_breaks_sessions_is_noticed() {
    let server = Server::start(Kind::Postgres);
    assert!(stepwell::store::keeps_session(&location(&server)).await.expect("answers"));
    for (mode, keeps) in [("transaction", false), ("session", true)] {
        let pooler = support::pooler::Pooler::before(&server, mode);
        let place = Location::parse(&pooler.url(), std::path::Path::new("/")).expect("a URL");
        assert_eq!(stepwell::store::keeps_session(&place).await.expect("answers"), keeps, "{mode}");
    }
}
