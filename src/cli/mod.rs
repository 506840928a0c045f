//! The command line: arguments in, one of the front ends on a session, an exit code out.

/// Prints a line to standard output, as the standard macro does. A reader that went away is no error of ours:
/// `stepwell plan | head`.
macro_rules! println {
    () => { println!("") };
    ($($line:tt)*) => {{
        use std::io::Write as _;
        let _ = std::io::stdout().write_fmt(format_args!("{}\n", format_args!($($line)*)));
    }};
}

mod account;
mod args;
mod control;
mod demo;
#[cfg(test)]
mod examples_tests;
mod farewell;
mod forget;
mod guard;
mod helpers;
mod history;
mod import;
mod load;
mod look;
mod new;
mod pages;
mod past;
mod record;
mod replay;
mod report;
mod restore;
mod run;
mod runner;
mod schema;
mod session;
mod set_up;
mod status;
mod surveyor;
mod takeover;
mod typed;
mod witness;
mod wizard;

use std::process::ExitCode;

use clap::Parser;

use crate::model::Exit;
use args::{Args, Command};

/// Why a command did not do what was asked: the exit code, and sentences for standard error.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    text: String,
}

impl Failure {
    fn new(exit: Exit, text: impl Into<String>) -> Failure {
        Failure { exit, text: text.into() }
    }

    /// Says it on standard error; the code to end with.
    fn say(self) -> u8 {
        if !self.text.is_empty() {
            eprintln!("{}", self.text.trim_end());
        }
        self.exit.code()
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        // A reader that went away is no error of ours: `stepwell plan | head`.
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Failure::new(Exit::Done, "");
        }
        Failure::new(Exit::Internal, format!("error: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Failure::new(Exit::Internal, format!("error: {error}"))
    }
}

/// The program.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            let _ = e.print();
            return ExitCode::from(if e.use_stderr() { Exit::Usage.code() } else { Exit::Done.code() });
        }
    };
    let code = match record::begin(args) {
        Ok(args) => {
            let tape = args.tape.clone();
            let code = command(args).unwrap_or_else(|failure| failure.say());
            tape.inspect(|tape| record::end(tape, code));
            code
        }
        Err(failure) => failure.say(),
    };
    ExitCode::from(code)
}

fn command(args: Args) -> Result<u8, Failure> {
    args.tags_fit().map_err(|reason| Failure::new(Exit::Usage, format!("error: {reason}; nothing was changed")))?;
    // The shim has a runtime of its own, as small as it can be.
    if let Some(Command::Shim { folder, seconds, argv }) = &args.command {
        crate::step::shim::main(folder, *seconds, argv)?;
        return Ok(0);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let exit = runtime.block_on(async {
        match args.command.clone() {
            Some(Command::Keepsake { args }) => return Ok(crate::demo::keepsake(args).await),
            None | Some(Command::Wizard) => wizard::run(&args).await,
            Some(Command::Demo(demo)) => demo::run(&args, &demo).await,
            Some(Command::Notes) => look::notes(&args).await,
            Some(Command::Check) => look::check(&args).await,
            Some(Command::Plan { out }) => look::plan(&args, out.as_deref()).await,
            Some(Command::Run(run)) => run::run(&args, &run).await,
            Some(Command::Status) => status::run(&args).await,
            Some(Command::History) => history::run(&args).await,
            Some(Command::Report { run, replay: true, speed }) => replay::run(&args, run.as_deref(), speed).await,
            Some(Command::Report { run, .. }) => account::run(&args, run.as_deref()).await,
            Some(Command::Attach) => run::attach(&args).await,
            Some(Command::Pause) => control::run(&args, crate::model::Decision::Pause).await,
            Some(Command::Pace { pace }) => control::run(&args, crate::model::Decision::Pace { pace }).await,
            Some(Command::Go) => control::run(&args, crate::model::Decision::Go).await,
            Some(Command::Stop) => control::run(&args, crate::model::Decision::Stop).await,
            Some(Command::Abandon) => control::abandon(&args).await,
            Some(Command::Guard { command }) => guard::run(&args, &command).await,
            Some(Command::Restore { run, yes }) => restore::run(&args, run.as_deref(), yes).await,
            Some(Command::Takeover { holder }) => takeover::run(&args, holder.as_deref()).await,
            Some(Command::Forget { yes }) => forget::run(&args, yes).await,
            Some(Command::Lint { paths }) => load::lint(&paths, args.json),
            Some(Command::New { system, out }) => new::run(&system, out.as_deref()),
            Some(Command::Record { script, out, live }) => record::run(&args, &script, &out, live).await,
            Some(Command::Schema { document, out }) => schema::run(document, out.as_deref()),
            Some(Command::Completions { shell }) => pages::completions(shell),
            Some(Command::Man { dir }) => pages::manual(&dir),
            Some(Command::Import { source }) => import::run(&args, &source),
            Some(Command::Runner) => runner::run(&args).await,
            Some(Command::Shim { .. }) => Ok(Exit::Internal),
        }
        .map(Exit::code)
    });
    // A read of standard input that nobody waits for any more must not keep the process.
    runtime.shutdown_background();
    exit
}
