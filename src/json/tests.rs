use serde_json::Value;

use super::{run, watch};
use crate::model::{Decision, Event, Exit};
use crate::pilot::Policy;
use crate::pilot::fake::Fake;

fn yes() -> Policy {
    Policy { yes: true, ..Policy::default() }
}

fn documents(out: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(out).expect("lines are UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is a document")).collect()
}

#[tokio::test]
async fn every_line_is_a_document_with_its_schema_and_reads_back_as_an_event() {
    let (client, runner) = Fake::new().connect();
    let mut out = Vec::new();
    let ending = run(client, yes(), &mut out).await.expect("memory takes every line");
    assert_eq!(ending.exit, Exit::Done);
    assert_eq!(runner.await.expect("ends").decisions.last(), Some(&Decision::Confirm { version: "2.0.0".to_owned() }));
    let lines = documents(&out);
    assert!(lines.iter().all(|line| line["schema"] == 1));
    let events: Vec<Event> = lines.into_iter().map(|line| serde_json::from_value(line).expect("is an event")).collect();
    assert!(events.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
    let mut replayed = crate::model::State::default();
    events.iter().for_each(|event| replayed.apply(event));
    assert_eq!(replayed.ended, ending.state.ended);
}

#[tokio::test]
async fn giving_up_is_a_line_with_the_exit_code_and_the_option() {
    let mut fake = Fake::new();
    fake.plan.steps[0].point_of_no_return = true;
    let (client, runner) = fake.connect();
    let mut out = Vec::new();
    let ending = run(client, yes(), &mut out).await.expect("memory takes every line");
    assert_eq!(ending.exit, Exit::OperatorNeeded);
    assert_eq!(runner.await.expect("ends").decisions.last(), Some(&Decision::Stop));
    let lines = documents(&out);
    let given = lines.iter().find(|line| line["kind"]["type"] == "given_up").expect("says why");
    assert_eq!((&given["kind"]["code"], &given["schema"]), (&Value::from(6), &Value::from(1)));
    assert!(given["kind"]["text"].as_str().is_some_and(|text| text.contains("--allow-irreversible")));
    assert_eq!(lines.last().map(|line| &line["kind"]["type"]), Some(&Value::from("ended")));
}

#[tokio::test]
async fn a_refused_decision_is_a_line_and_ends_the_session() {
    let mut fake = Fake::new();
    fake.refuse.push("choose_target");
    let (client, _runner) = fake.connect();
    let mut out = Vec::new();
    let ending = run(client, yes(), &mut out).await.expect("memory takes every line");
    assert_eq!(ending.exit, Exit::NoPath);
    assert!(documents(&out).iter().any(|line| line["kind"]["type"] == "refused"));
}

#[tokio::test]
async fn watching_decides_nothing_and_ends_with_the_session() {
    let mut fake = Fake::new();
    let mut messages = fake.open();
    messages.extend(fake.decide(Decision::Stop));
    let (send, events) = tokio::sync::mpsc::unbounded_channel();
    let (decisions, mut sent) = tokio::sync::mpsc::unbounded_channel();
    messages.into_iter().for_each(|message| send.send(message).expect("is connected"));
    let mut out = Vec::new();
    let client = crate::link::Client { events, decisions };
    let ending = watch(client, &mut out).await.expect("memory takes every line");
    assert_eq!(ending.exit, Exit::Stopped);
    assert!(sent.try_recv().is_err());
}
