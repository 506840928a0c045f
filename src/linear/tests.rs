use std::collections::BTreeSet;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::{Ending, Mode, run};
use crate::link::{Client, FromRunner, ToRunner};
use crate::model::*;
use crate::pilot::Policy;
use crate::pilot::fake::{Fake, ask, check, unfinished};

/// A session as it was seen.
struct Seen {
    ending: Ending,
    text: String,
    decisions: Vec<Decision>,
}

impl Seen {
    #[track_caller]
    fn says(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.text.contains(word), "`{word}` is not in:\n{}", self.text);
        }
        self
    }

    #[track_caller]
    fn ends(&self, exit: Exit, detached: bool) -> &Self {
        assert_eq!((self.ending.exit, self.ending.detached), (exit, detached), "{}", self.text);
        self
    }
}

/// Input that holds `lines` and ends.
fn typed(lines: &[&str]) -> mpsc::Receiver<String> {
    super::lines(std::io::Cursor::new(lines.iter().map(|line| format!("{line}\n")).collect::<String>()))
}

async fn see(fake: Fake, mode: Mode, lines: &[&str]) -> Seen {
    let (client, runner) = fake.connect();
    let mut out = Vec::new();
    let ended = timeout(Duration::from_secs(5), run(client, mode, &mut out, typed(lines))).await;
    let mut text = String::from_utf8(out).expect("lines are UTF-8");
    let ending = ended.unwrap_or_else(|_| panic!("hangs after:\n{text}")).expect("memory takes every line");
    text.push_str(ending.reason.as_deref().unwrap_or_default());
    Seen { ending, text, decisions: runner.await.expect("the runner ends").decisions }
}

async fn answered(fake: Fake, lines: &[&str]) -> Seen {
    see(fake, Mode::Ask, lines).await
}

fn yes() -> Mode {
    Mode::Auto(Policy { yes: true, ..Policy::default() })
}

/// Everything a session can ask, in one.
fn rich() -> Fake {
    let mut fake = Fake::new();
    fake.checks.push(check("locks", CheckStatus::Warn));
    fake.plan.steps.insert(0, ask("2.0.0/mode", &["fast", "safe"], Some("safe")));
    fake.plan.steps[3].point_of_no_return = true;
    fake.plan.steps[3].floor = Some("2.0.0".to_owned());
    fake
}

/// The answers up to the approval of `rich`: target, item, page, warning with a reason, maintenance, question, point
/// of no return, the end.
const RICH: [&str; 9] = ["2", "1", "1", "2", "quiet night", "1", "1", "yes", "1"];

#[tokio::test]
async fn a_whole_upgrade_is_told_in_lines_when_nobody_is_asked() {
    let seen = see(Fake::new(), yes(), &[]).await;
    seen.ends(Exit::Done, false);
    insta::assert_snapshot!(seen.text);
}

#[tokio::test]
async fn a_whole_upgrade_goes_through_by_numbered_answers() {
    let lines: Vec<_> = RICH.iter().copied().chain(["show 2", "2.0.0", "2.0.0"]).collect();
    let seen = answered(rich(), &lines).await;
    seen.ends(Exit::Done, false);
    insta::assert_snapshot!(seen.text);
}

#[tokio::test]
async fn nobody_there_means_giving_up_with_the_option_and_stopping_the_run() {
    let mut fake = Fake::new();
    fake.plan.steps[2].point_of_no_return = true;
    let seen = see(fake, yes(), &[]).await;
    seen.ends(Exit::OperatorNeeded, false).says(&["--allow-irreversible", "Stopped at a safe point."]);
    assert_eq!(seen.decisions.last(), Some(&Decision::Stop));
}

#[tokio::test]
async fn input_that_ends_before_a_run_names_what_was_asked() {
    let seen = answered(Fake::new(), &[]).await;
    seen.ends(Exit::OperatorNeeded, false).says(&["Which version do you upgrade to? Nothing was changed."]);
    assert_eq!(seen.decisions, []);
}

#[tokio::test]
async fn input_that_ends_during_a_run_detaches_and_says_how_to_come_back() {
    let seen = answered(rich(), &RICH).await;
    seen.ends(Exit::Done, true).says(&["nobody approves the plan", "stepwell attach"]);
    assert!(!seen.decisions.contains(&Decision::Stop));
    let seen = answered(failing(), &APPROVED).await;
    seen.ends(Exit::Done, true).says(&["the run goes on as far as it can", "stepwell attach"]);
}

#[tokio::test]
async fn quitting_before_a_run_changes_nothing() {
    let seen = answered(Fake::new(), &["2", "quit"]).await;
    seen.ends(Exit::Done, false).says(&["Nothing was changed."]);
}

#[tokio::test]
async fn an_empty_or_a_wrong_line_decides_nothing() {
    let seen = answered(Fake::new(), &["", "7", "0", "-1", "2"]).await;
    assert_eq!(seen.text.matches("That is none of the choices.").count(), 4);
    assert_eq!(seen.decisions, [Decision::ChooseTarget { version: "2.0.0".to_owned() }]);
}

#[tokio::test]
async fn only_the_typed_version_approves_and_confirms() {
    let lines = ["2", "1", "1", "2", "1", "2.0", "yes", "2.0.0", "1", "2.0.0"];
    let seen = answered(Fake::new(), &lines).await;
    seen.ends(Exit::Done, false).says(&["That is not `2.0.0`; nothing was decided."]);
}

#[tokio::test]
async fn a_point_of_no_return_is_confirmed_by_yes_alone() {
    let lines: Vec<_> = RICH[..7].iter().copied().chain(["y", "1"]).collect();
    let seen = answered(rich(), &lines).await;
    assert_eq!(seen.text.matches("That is not `yes`").count(), 2);
    assert!(!seen.decisions.iter().any(|decision| matches!(decision, Decision::Approve { .. })));
}

const APPROVED: [&str; 6] = ["2", "1", "1", "2", "1", "2.0.0"];

fn failing() -> Fake {
    let state = StepState::Failed { error: "disk full".to_owned(), transient: false };
    Fake::new().fate("2.0.0/fill", vec![state.clone(), state])
}

#[tokio::test]
async fn a_failed_step_is_tried_again_each_time_it_is_asked_for() {
    let lines: Vec<_> = APPROVED.iter().copied().chain(["1", "1", "2.0.0"]).collect();
    let seen = answered(failing(), &lines).await;
    seen.ends(Exit::Done, false).says(&["| disk full", "1 Retry", "3 Stop here"]);
}

#[tokio::test]
async fn a_step_is_skipped_only_where_that_is_allowed_and_with_a_reason() {
    let lines: Vec<_> = APPROVED.iter().copied().chain(["2"]).collect();
    let seen = answered(failing(), &lines).await;
    seen.says(&["This step cannot be skipped."]);
    assert!(!seen.text.contains("2 Skip it"));

    let mut fake = failing();
    fake.plan.steps[1].optional = true;
    let lines: Vec<_> = APPROVED.iter().copied().chain(["2", "", "2", "not used here", "2.0.0"]).collect();
    let seen = answered(fake, &lines).await;
    seen.ends(Exit::Done, false).says(&["skipped 2.0.0/fill Title of 2.0.0/fill: not used here"]);
}

#[tokio::test]
async fn stopping_at_a_failed_step_ends_as_the_runner_says() {
    let lines: Vec<_> = APPROVED.iter().copied().chain(["3"]).collect();
    let seen = answered(failing(), &lines).await;
    seen.ends(Exit::Stopped, false).says(&["Next: `stepwell run`"]);
}

#[tokio::test]
async fn a_step_nobody_knows_about_is_settled_by_number() {
    let fake = Fake::new().fate("2.0.0/fill", vec![StepState::Unknown { intent: "call the vault".to_owned() }]);
    let lines: Vec<_> = APPROVED.iter().copied().chain(["1", "2.0.0"]).collect();
    let seen = answered(fake, &lines).await;
    seen.ends(Exit::Done, false).says(&["| call the vault", "it had been done already"]);
}

#[tokio::test]
async fn an_unfinished_run_is_offered_first() {
    let mut fake = Fake::new();
    fake.survey.unfinished = Some(unfinished("2.0.0"));
    let seen = answered(fake, &["1", "2.0.0"]).await;
    seen.ends(Exit::Done, false).says(&["Run r1 from 1.0.0 to 2.0.0 is not finished: 1 of 3 steps done"]);
    assert_eq!(seen.decisions[0], Decision::Resume);
}

#[tokio::test]
async fn an_unknown_version_is_typed() {
    let mut fake = Fake::new();
    fake.survey.version.deployed = None;
    fake.survey.version.range = Some(">=1,<2".to_owned());
    let seen = answered(fake, &["1.0.0"]).await;
    seen.says(&["Which version is deployed? Type it; it lies in >=1,<2."]);
    assert_eq!(seen.decisions, [Decision::SetFrom { version: "1.0.0".to_owned(), force: false }]);
}

#[tokio::test]
async fn a_refused_answer_is_asked_for_again_with_the_reason() {
    let mut fake = Fake::new();
    fake.refuse.push("choose_target");
    let seen = answered(fake, &["1"]).await;
    seen.says(&["Not possible: That cannot be."]);
    assert_eq!(seen.text.matches("Which version do you upgrade to?").count(), 3);
}

#[tokio::test]
async fn a_problem_of_the_survey_ends_with_its_own_exit_code() {
    let mut fake = Fake::new();
    fake.survey.problem = Some((Exit::CouldNotAsk, "The store does not answer.".to_owned()));
    answered(fake, &[]).await.ends(Exit::CouldNotAsk, false).says(&["The store does not answer."]);
}

#[tokio::test]
async fn nothing_from_outside_reaches_the_terminal_as_a_command() {
    let mut fake = rich();
    let evil = "\x1b]0;owned\x07\x1b[2J\r\u{9b}1A\u{202e}";
    fake.log.push(format!("line{evil}\nUpgrade done."));
    fake.notes[0].text.push_str(evil);
    fake.notes[0].items[0].text.push_str(evil);
    fake.checks[1].rows.push(format!("row{evil}"));
    fake.plan.steps[1].title.push_str(evil);
    fake.plan.steps[1].detail.push(evil.to_owned());
    let failed = StepState::Failed { error: format!("error{evil}"), transient: false };
    let fake = fake.fate("2.0.0/add", vec![failed]);
    let lines: Vec<_> = RICH.iter().copied().chain(["show 2", "2.0.0"]).collect();
    let seen = answered(fake, &lines).await;
    seen.says(&["    | line␛]0;owned␇␛[2J␍<9b>1A<202e>\n    | Upgrade done.\n", "row␛]0;owned", "error␛]0;owned"]);
    let odd: BTreeSet<_> = seen.text.chars().filter(|c| c.is_control() && *c != '\n').collect();
    assert_eq!(odd, BTreeSet::new());
}

/// A link without a runner behind it: events are what a test sends.
fn bare() -> (Client, mpsc::UnboundedSender<FromRunner>, mpsc::UnboundedReceiver<ToRunner>) {
    let (send, events) = mpsc::unbounded_channel();
    let (decisions, sent) = mpsc::unbounded_channel();
    (Client { events, decisions }, send, sent)
}

/// The events up to where step 2 of 3 is under way.
fn under_way() -> Vec<FromRunner> {
    let mut fake = Fake::new().fate("2.0.0/fill", vec![StepState::Running { attempt: 1 }]);
    let mut messages = fake.open();
    messages.extend(fake.decide(Decision::Resume));
    messages
}

fn event(seconds: i64, kind: EventKind) -> FromRunner {
    let at = jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(seconds);
    FromRunner::Event(Event { seq: 100, at, kind })
}

#[tokio::test(start_paused = true)]
async fn a_silent_step_gives_a_sign_of_life_every_ten_seconds() {
    let (client, send, _sent) = bare();
    under_way().into_iter().for_each(|message| send.send(message).expect("is connected"));
    let mut out = Vec::new();
    let ended = timeout(Duration::from_secs(35), run(client, yes(), &mut out, typed(&[]))).await;
    assert!(ended.is_err(), "the step never ends");
    let text = String::from_utf8(out).expect("lines are UTF-8");
    let pulses: Vec<_> = text.lines().filter(|line| line.contains("so far")).collect();
    assert_eq!(
        pulses,
        [
            "[2/3] running 2.0.0/fill Title of 2.0.0/fill, no progress available, 3 s expected, 10 s so far",
            "[2/3] running 2.0.0/fill Title of 2.0.0/fill, no progress available, 3 s expected, 20 s so far",
            "[2/3] running 2.0.0/fill Title of 2.0.0/fill, no progress available, 3 s expected, 30 s so far, nothing heard for 30 s",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_talkative_step_gives_signs_of_life_with_its_progress_all_the_same() {
    let (client, send, _sent) = bare();
    under_way().into_iter().for_each(|message| send.send(message).expect("is connected"));
    tokio::spawn(async move {
        let key = || "2.0.0/fill".to_owned();
        for second in 0_u32.. {
            let kind = EventKind::Progress {
                key: key(),
                done: u64::from(second) * 1000,
                total: Some(40_000),
                unit: "rows".to_owned(),
            };
            let line = EventKind::Log { key: key(), line: format!("batch {second}") };
            let at = i64::from(second) + 7;
            if send.send(event(at, kind)).is_err() || send.send(event(at, line)).is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    let mut out = Vec::new();
    let _ = timeout(Duration::from_millis(20_500), run(client, yes(), &mut out, typed(&[]))).await;
    let text = String::from_utf8(out).expect("lines are UTF-8");
    let pulses: Vec<_> = text.lines().filter(|line| line.contains("so far")).collect();
    assert_eq!(pulses.len(), 2, "{text}");
    assert!(pulses[1].contains(" of 40,000 rows ("), "{}", pulses[1]);
    assert!(pulses[1].contains(", 1,000/s, about "), "{}", pulses[1]);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_said_while_the_operator_thinks() {
    let (client, _runner) = Fake::new().connect();
    let (_keyboard, input) = mpsc::channel(1);
    let mut out = Vec::new();
    let _ = timeout(Duration::from_secs(120), run(client, Mode::Ask, &mut out, input)).await;
    let text = String::from_utf8(out).expect("lines are UTF-8");
    assert_eq!(text.lines().last(), Some("Type a number and press Enter; `quit` leaves, and nothing is changed."));
}

#[tokio::test(start_paused = true)]
async fn a_slow_survey_gives_signs_of_life_too() {
    let (client, _send, _sent) = bare();
    let mut out = Vec::new();
    let _ = timeout(Duration::from_secs(11), run(client, Mode::Ask, &mut out, typed(&[]))).await;
    assert_eq!(out, b"Still looking at the deployment, 10 s since the last news.\n");
}

#[tokio::test]
async fn attaching_asks_nothing_that_was_decided_already() {
    let (client, send, mut sent) = bare();
    let mut fake = Fake::new().fate("2.0.0/fill", vec![StepState::Running { attempt: 1 }]);
    let choice = MaintenanceChoice::AtStep;
    let approve = Decision::Approve {
        hash: "c0ffee".to_owned(),
        version: "2.0.0".to_owned(),
        irreversible: Vec::new(),
        at_end: AtEnd::Record,
    };
    let mut messages = fake.open();
    for decision in [Decision::Maintenance { choice }, approve, Decision::Stop] {
        messages.extend(fake.decide(decision));
    }
    messages.into_iter().for_each(|message| send.send(message).expect("is connected"));
    let mut out = Vec::new();
    let ending = run(client, Mode::Ask, &mut out, typed(&[])).await.expect("memory takes every line");
    assert_eq!((ending.exit, ending.detached), (Exit::Stopped, false));
    assert!(!String::from_utf8_lossy(&out).contains('?'));
    assert!(sent.try_recv().is_err());
}

#[tokio::test]
async fn a_watcher_is_asked_for_the_wheel_and_without_input_only_watches() {
    let (client, send, mut sent) = bare();
    let driver = Some(Actor { login: "anna".to_owned(), host: "db1".to_owned(), ..Actor::default() });
    send.send(FromRunner::Wheel { yours: false, driver, watchers: 1 }).expect("is connected");
    let (out, input) = (Vec::new(), typed(&[]));
    let task = tokio::spawn(async move {
        let mut out = out;
        let ending = run(client, Mode::Ask, &mut out, input).await.expect("memory takes every line");
        (ending, String::from_utf8_lossy(&out).into_owned())
    });
    let mut fake = Fake::new();
    let mut messages = fake.open();
    messages.extend(fake.decide(Decision::Stop));
    messages.into_iter().for_each(|message| send.send(message).expect("is connected"));
    let (ending, text) = task.await.expect("ends");
    assert_eq!(ending.exit, Exit::Stopped);
    assert!(text.starts_with("anna on db1 drives; you watch."), "{text}");
    assert!(sent.try_recv().is_err());
}

#[tokio::test]
async fn a_runner_that_is_gone_is_an_error_with_a_next_command() {
    let (client, send, _sent) = bare();
    drop(send);
    let mut out = Vec::new();
    let ending = run(client, Mode::Ask, &mut out, typed(&[])).await.expect("memory takes every line");
    assert_eq!(ending.exit, Exit::Internal);
    assert!(String::from_utf8_lossy(&out).contains("stepwell status"));
}
