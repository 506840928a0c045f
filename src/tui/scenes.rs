//! Every place that an operator sees, for the tests that look at all of them.

use crossterm::event::KeyCode;

use super::fixture::{Wizard, survey};
use super::replay::Replay;
use super::update::Msg;
use crate::link::FromRunner;
use crate::model::*;

/// A name, and what leads there from a wizard that was just opened.
pub type Scene = (&'static str, fn(Wizard) -> Wizard);

pub const SCENES: &[Scene] = &[
    ("0-looking", |w| w),
    ("1-deployment", Wizard::surveyed),
    ("1-unfinished", |w| w.with_survey(interrupted())),
    ("1-interrupted", |w| {
        let mut survey = interrupted();
        if let Some(run) = &mut survey.unfinished {
            run.state = RunState::Running;
            run.error = None;
        }
        w.with_survey(survey)
    }),
    ("1-again", |w| {
        let ended = jiff::Timestamp::from_second(1_699_990_000).expect("is a time");
        let (run, from, to) = ("r0".into(), "2.8.1".into(), "2.9.0".into());
        let last = LastRun { run, from, to, tags: Vec::new(), state: RunState::Abandoned, ended };
        w.with_survey(Survey { last: Some(Box::new(last)), ..survey() })
    }),
    ("1-problem", |w| w.with_survey(without_a_way())),
    ("1-version", |w| then(w.with_survey(of_unknown_version()), |w| w.enter())),
    ("1-force", |w| {
        then(w.with_survey(of_unknown_version()), |w| {
            w.enter();
            w.line("2.7.0");
            w.take(refused("The table `pots` is newer than 2.7.0."));
        })
    }),
    ("2-notes", |w| {
        then(w.surveyed(), |w| {
            w.enter();
            w.enter();
        })
    }),
    ("2-search", |w| {
        then(w.surveyed(), |w| {
            w.enter();
            w.press("/sett");
        })
    }),
    ("2-found", |w| {
        then(w.surveyed(), |w| {
            w.enter();
            w.press("/");
            w.line("settings");
        })
    }),
    ("2-not-found", |w| {
        then(w.surveyed(), |w| {
            w.enter();
            w.press("/");
            w.line("saucer");
        })
    }),
    ("3-checks", |w| w.surveyed().at_checks()),
    ("3-override", |w| then(w.surveyed().at_checks(), |w| w.enter())),
    ("4-maintenance", |w| w.surveyed().at_maintenance()),
    ("4-skip", |w| {
        then(w.surveyed().at_maintenance(), |w| {
            w.press("jj");
            w.enter();
        })
    }),
    ("5-plan", |w| w.surveyed().at_plan()),
    ("5-plan-end", |w| then(w.surveyed().at_plan(), |w| w.press("G"))),
    ("5-step", |w| {
        then(w.surveyed().at_plan(), |w| {
            w.press("jjj");
            w.enter();
        })
    }),
    ("5-question", |w| then(w.surveyed().at_plan(), |w| w.press("a"))),
    ("5-no-return", |w| {
        then(w.surveyed().at_plan(), |w| {
            w.press("a");
            w.enter();
            w.line("no");
        })
    }),
    ("5-at-end", |w| {
        then(w.surveyed().at_plan(), |w| {
            w.press("a");
            w.enter();
            w.line("yes");
        })
    }),
    ("5-approve", |w| {
        then(w.surveyed().at_plan(), |w| {
            w.press("a");
            w.enter();
            w.line("yes");
            w.enter();
            w.press("3.0");
        })
    }),
    ("5-abandon", |w| {
        then(w.surveyed().at_plan(), |w| {
            w.press("qjj");
            w.enter();
        })
    }),
    ("5-refused", |w| then(w.surveyed().at_plan(), |w| w.take(refused("The plan changed while it was approved.")))),
    ("6-run", |w| w.surveyed().at_backfill()),
    ("6-items", |w| w.surveyed().at_items()),
    ("6-items-failed", |w| {
        then(w.surveyed().at_items(), |w| {
            let error = "the north house has no key".to_owned();
            w.step("2.9.0/sign/south", StepState::Failed { error, transient: false });
            w.state(RunState::Failed);
        })
    }),
    ("6-waiting", |w| {
        then(w.surveyed().at_backfill(), |w| {
            let reason = "exit status 75, expected 0: kiln: connection reset".to_owned();
            let until = w.model.now;
            w.step("2.9.0/sign", StepState::Waiting { reason, attempt: 3, until, outside: false });
        })
    }),
    ("6-paused", |w| then(w.surveyed().at_backfill(), |w| w.press("p"))),
    ("6-watching", |w| {
        then(w.surveyed().at_backfill(), |w| {
            let driver = Some(Actor { login: "noor".into(), sudo_user: None, host: "studio".into(), pid: 42 });
            w.take(heard(FromRunner::Wheel { yours: false, driver, watchers: 1 }));
        })
    }),
    ("6-failed", |w| then(w.surveyed().at_backfill(), failed)),
    ("6-decide", |w| {
        then(w.surveyed().at_backfill(), |w| {
            failed(w);
            w.enter();
        })
    }),
    ("6-skip-step", |w| {
        then(w.surveyed().at_backfill(), |w| {
            w.until_step("3.0.0/report");
            w.step("3.0.0/report", StepState::Failed { error: "exit status 1".into(), transient: false });
            w.state(RunState::Failed);
            w.press("k");
        })
    }),
    ("6-settle", |w| {
        then(w.surveyed().at_backfill(), |w| {
            w.step("2.9.0/sign", StepState::Unknown { intent: "sign every pot.".into() });
            w.state(RunState::NeedsOperator);
            w.enter();
        })
    }),
    ("6-question", |w| {
        then(w.surveyed().at_backfill(), |w| {
            w.until_step("3.0.0/glazes");
            w.step("3.0.0/glazes", StepState::Asking);
            w.state(RunState::NeedsOperator);
        })
    }),
    ("6-quit", |w| then(w.surveyed().at_backfill(), |w| w.press("q"))),
    ("6-stop", |w| then(w.surveyed().at_backfill(), |w| w.press("s"))),
    ("6-stopped", |w| then(w.surveyed().at_backfill(), |w| w.state(RunState::Stopped))),
    ("6-earlier", |w| {
        then(w.surveyed().at_backfill(), |w| {
            for _ in 0..3 {
                w.key(KeyCode::Esc);
            }
        })
    }),
    ("6-gone", |w| then(w.surveyed().at_backfill(), |w| w.take(heard(FromRunner::Gone)))),
    ("6-replay", |w| {
        then(w.surveyed().at_backfill(), |w| {
            w.model.wheel.yours = false;
            w.model.replay = Some(Replay { speed: 4, paused: true, over: false });
        })
    }),
    ("7-confirm", |w| w.surveyed().at_confirm()),
    ("7-version", |w| {
        then(w.surveyed().at_confirm(), |w| {
            w.enter();
            w.line("3.0.1");
        })
    }),
    ("8-end", |w| {
        then(w.surveyed().at_confirm(), |w| {
            w.enter();
            w.line("3.0.0");
        })
    }),
    ("help", |w| then(w.surveyed().at_backfill(), |w| w.press("?"))),
];

fn then(mut w: Wizard, more: fn(&mut Wizard)) -> Wizard {
    more(&mut w);
    w
}

fn heard(from: FromRunner) -> Msg {
    Msg::FromRunner(Box::new(from))
}

fn refused(reason: &str) -> Msg {
    heard(FromRunner::Refused { reason: reason.to_owned() })
}

fn failed(w: &mut Wizard) {
    let error = "the disk is full while writing pots.db".to_owned();
    w.step("2.9.0/sign", StepState::Failed { error, transient: false });
    w.state(RunState::Failed);
}

impl Wizard {
    /// All steps before this one are done.
    fn until_step(&mut self, key: &str) {
        let keys: Vec<String> = self.model.state.steps.iter().map(|row| row.key.clone()).collect();
        for before in keys.iter().take_while(|other| *other != key) {
            self.step(before, StepState::Done { adopted: false });
        }
    }
}

fn interrupted() -> Survey {
    let at = |second| jiff::Timestamp::from_second(second).expect("is a time");
    Survey {
        unfinished: Some(Box::new(Unfinished {
            tags: Vec::new(),
            run: "r0".into(),
            from: "2.8.1".into(),
            to: "3.0.0".into(),
            state: RunState::Stopped,
            began: at(1_699_990_000),
            last: at(1_699_998_000),
            done: 3,
            total: 10,
            at: Some("Sign every pot".into()),
            error: Some("the kiln is cold".into()),
            approved: true,
            service: Service::Maintenance,
        })),
        ..survey()
    }
}

fn without_a_way() -> Survey {
    let mut found = survey();
    found.stores[0].error = Some("connection refused (os error 111)".into());
    found.problem = Some((Exit::CouldNotAsk, "The store `main` does not answer. Start it, and begin again.".into()));
    found
}

fn of_unknown_version() -> Survey {
    let mut found = survey();
    found.version.deployed = None;
    found.version.range = Some(">=2.8,<2.9".into());
    found
}
