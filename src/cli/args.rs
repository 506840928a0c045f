//! Commands and options.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use clap_complete::Shell;

use crate::model::{Pace, Window};
use crate::record::Tape;
use crate::schema::Document;
use crate::tui::FASTEST;
use crate::words::screens::no_speed;

/// Walks you through the upgrade of a self-hosted, stateful service
#[derive(Clone, Debug, Parser)]
#[command(name = "stepwell", version, before_help = BEFORE, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Args {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The deployment file
    #[arg(short, long, value_name = "FILE", default_value = "stepwell.yaml", global = true, help_heading = COMMON)]
    pub deployment: PathBuf,
    /// More definitions: a folder with one folder for each system
    #[arg(long, value_name = "DIR", env = "STEPWELL_CATALOGUE", global = true, help_heading = COMMON)]
    pub catalogue: Option<PathBuf>,
    /// The system that is deployed here, for the set-up of a deployment
    #[arg(long, value_name = "NAME", global = true, help_heading = COMMON)]
    pub system: Option<String>,
    /// The version to upgrade to; the newest one when not given
    #[arg(long, value_name = "VERSION", global = true, help_heading = COMMON)]
    pub to: Option<String>,
    /// The version that is deployed, where the data leave it open; with --force against what they say
    #[arg(long, value_name = "VERSION", global = true, help_heading = COMMON)]
    pub from: Option<String>,
    /// Run this action alone, without an upgrade and its version; may be repeated, needs --force
    #[arg(long, value_name = "NAME", global = true, help_heading = COMMON)]
    pub tag: Vec<String>,
    /// Let --from override what was found, --tag run, and forget end an unfinished run
    #[arg(long, global = true, help_heading = COMMON)]
    pub force: bool,
    /// Go on although a check warns, and say why
    #[arg(long, value_name = "CHECK=REASON", value_parser = pair, global = true, help_heading = COMMON)]
    pub accept: Vec<(String, String)>,
    /// Begin steps between these hours only, in this host's time
    #[arg(long, value_name = "22:00-04:00", global = true, help_heading = COMMON)]
    pub window: Option<Window>,
    /// How hard batches press on the database: gentle, normal or full
    #[arg(long, value_name = "PACE", global = true, help_heading = COMMON)]
    pub pace: Option<Pace>,
    /// A secret from a file
    #[arg(long, value_name = "NAME=@FILE", value_parser = pair, global = true, help_heading = COMMON)]
    pub secret: Vec<(String, String)>,
    /// One JSON document, or one event a line
    #[arg(long, global = true, help_heading = COMMON)]
    pub json: bool,
    /// Whole lines and numbered questions instead of screens
    #[arg(long, global = true, help_heading = COMMON)]
    pub plain: bool,
    /// Draw with ASCII signs only
    #[arg(long, global = true, help_heading = COMMON)]
    pub ascii: bool,
    /// Colours: 16 of them, or none; none by default where NO_COLOR is set
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true, global = true, help_heading = COMMON)]
    pub color: Color,
    /// How much moves on the screen: 10 frames a second, 4 (the default over SSH) or 1
    #[arg(long, value_name = "HOW", value_enum, global = true, help_heading = COMMON)]
    pub motion: Option<Motion>,
    /// Run the steps in this process instead of one that outlives the terminal
    #[arg(long, global = true, help_heading = COMMON)]
    pub foreground: bool,
    /// Write down what the screens show, for asciinema; no keys, and no secrets
    #[arg(long, value_name = "FILE.cast", global = true, help_heading = COMMON)]
    pub record: Option<PathBuf>,
    /// What --record writes to
    #[arg(skip)]
    pub tape: Option<Arc<Tape>>,
}

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// As `NO_COLOR` says
    #[default]
    Auto,
    Never,
    #[value(name = "16")]
    Sixteen,
}

/// `--motion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Motion {
    Full,
    Reduced,
    Off,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// The wizard (the same as no command)
    Wizard,
    /// A sample deployment with an embedded database, and the wizard on it
    Demo(Demo),
    /// The release notes on the path; changes nothing
    Notes,
    /// The checks: PASS, WARN, FAIL, SKIP and counts; changes nothing
    Check,
    /// The plan, as a guide to read; changes nothing
    Plan {
        /// Write it to a file as well, as JSON
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Upgrade without the wizard; a new run needs --yes or --plan-hash
    Run(Run),
    /// What an upgrade does, how far it is, whether the service is up, what to type next
    Status,
    /// This deployment's runs
    History,
    /// A run as Markdown, for a ticket or a change record; changes nothing
    Report {
        /// The run; the newest one when not given
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// Play it back on the run screen instead
        #[arg(long)]
        replay: bool,
        /// So many times as fast as it was
        #[arg(long, value_name = "N", default_value = "4", value_parser = speed, requires = "replay")]
        speed: u32,
    },
    /// Back to a run that is going on
    Attach,
    /// Pause a run at its next safe point
    Pause,
    /// Let a paused run go on
    Go,
    /// Change how hard the batches of a run press on the database
    Pace {
        /// gentle, normal or full
        #[arg(value_name = "PACE")]
        pace: Pace,
    },
    /// Stop a run at its next safe point; it can go on later
    Stop,
    /// End an unfinished run where it stands; what was done stays done
    Abandon,
    /// Before a service start: start CMD if the data fit its program, upgrade first if that may happen by itself,
    /// otherwise refuse
    Guard {
        /// The program to start and its arguments
        #[arg(value_name = "CMD", last = true, required = true)]
        command: Vec<std::ffi::OsString>,
    },
    /// Put a run's backup back: everything since is lost
    Restore {
        /// The run; the newest one when not given
        #[arg(value_name = "RUN")]
        run: Option<String>,
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Take the lease from a runner of another host that is gone
    Takeover {
        /// The host of its holder, which says that you mean this one
        #[arg(value_name = "HOST")]
        holder: Option<String>,
    },
    /// Remove Stepwell's tables from the stores; with --force also while a run is not finished
    Forget {
        /// Do it without asking
        #[arg(long)]
        yes: bool,
    },
    /// Check definitions of systems for mistakes
    Lint {
        /// Folders of systems
        #[arg(value_name = "DIR", required = true)]
        paths: Vec<PathBuf>,
    },
    /// A catalogue to begin with, for a system of your own
    New {
        /// The system's name: letters, digits, `-`, `_` and `.`
        system: String,
        /// The folder that is made; named after the system when not given
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// JSON Schemas of definitions and deployment files, for editors; without a name, those that there are
    Schema {
        /// system, release or deployment
        #[arg(value_name = "NAME", value_parser = document)]
        document: Option<Document>,
        /// Write them to this folder
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// A recording of the wizard, from a script
    Record {
        /// What is done, one thing a line
        script: PathBuf,
        /// Where it is written: .cast for asciinema, .svg moves by itself, .txt has the last screen; may be repeated
        #[arg(long, value_name = "FILE", required_unless_present = "live")]
        out: Vec<PathBuf>,
        /// Do it all on the deployment, and keep its run for recordings
        #[arg(long, conflicts_with = "out")]
        live: bool,
    },
    /// A script that completes commands and options in a shell
    Completions {
        /// bash, zsh, fish, elvish or powershell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Manual pages, one for each command
    Man {
        /// The folder that they are written to
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Make definitions of those that another program has
    Import {
        #[command(subcommand)]
        source: Import,
    },
    #[command(hide = true)]
    Runner,
    #[command(hide = true)]
    Shim {
        folder: PathBuf,
        seconds: u64,
        #[arg(last = true, allow_hyphen_values = true)]
        argv: Vec<String>,
    },
    /// The sample system's own program
    #[command(hide = true)]
    Keepsake {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

/// `stepwell import`.
#[derive(Clone, Debug, Subcommand)]
pub enum Import {
    /// ACA-Py's default_version_upgrade_config.yml; --to adds a version that it does not list
    Acapy {
        file: PathBuf,
        /// The folder that is made
        #[arg(long, value_name = "DIR", default_value = "acapy")]
        out: PathBuf,
    },
}

/// `stepwell demo`.
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    /// Where the sample deployment is made, or found again
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// How many secrets it holds
    #[arg(long, value_name = "N", default_value_t = crate::demo::DEFAULT_ROWS)]
    pub rows: u64,
    /// Make the deployment, print its path, open nothing
    #[arg(long)]
    pub build_only: bool,
}

/// `stepwell run`.
#[derive(Clone, Debug, clap::Args)]
pub struct Run {
    /// Approve the plan, the notes as read, and the version bump
    #[arg(long)]
    pub yes: bool,
    /// Approve only the plan with this hash
    #[arg(long, value_name = "HASH")]
    pub plan_hash: Option<String>,
    /// Go past points of no return
    #[arg(long)]
    pub allow_irreversible: bool,
    /// Answer a question of the plan
    #[arg(long, value_name = "STEP=VALUE", value_parser = pair)]
    pub answer: Vec<(String, String)>,
    /// Answer questions that have a default with it
    #[arg(long)]
    pub defaults: bool,
    /// Do not enter maintenance, and say why
    #[arg(long, value_name = "REASON")]
    pub skip_maintenance: Option<String>,
}

impl Args {
    /// Whether a version or a tag was named for a command that acts on it: then there may be something to do although
    /// no newer release is there.
    pub fn names_work(&self) -> bool {
        self.plans() && (self.from.is_some() || !self.tag.is_empty())
    }

    fn plans(&self) -> bool {
        matches!(
            self.command,
            Some(Command::Plan { .. } | Command::Check | Command::Notes | Command::Run(_) | Command::Runner)
        )
    }

    /// Whether `--tag` stands where it means something.
    ///
    /// # Errors
    /// With what stands in its way.
    pub fn tags_fit(&self) -> Result<(), &'static str> {
        match () {
            () if self.tag.is_empty() => Ok(()),
            () if !self.plans() => Err("--tag belongs to `stepwell plan`, `stepwell check` and `stepwell run`"),
            () if self.to.is_some() => Err("--tag runs actions without an upgrade: leave out --to"),
            () if !self.force => Err("--tag runs actions outside of an upgrade: add --force if that is what you mean"),
            () => Ok(()),
        }
    }

    /// Whether `--record` stands where there are screens.
    pub fn shows_screens(&self) -> bool {
        let screens = match &self.command {
            None | Some(Command::Wizard | Command::Demo(_) | Command::Attach) => true,
            Some(Command::Run(_)) => !self.foreground,
            _ => false,
        };
        screens && !self.plain && !self.json
    }

    /// `--accept`, by check.
    pub fn accepted(&self) -> BTreeMap<String, String> {
        self.accept.iter().cloned().collect()
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, both of them not empty".to_owned()),
    }
}

fn speed(text: &str) -> Result<u32, String> {
    let speed = text.parse().ok().filter(|speed| (1..=FASTEST).contains(speed));
    speed.ok_or_else(|| no_speed(FASTEST))
}

fn document(text: &str) -> Result<Document, String> {
    let known = Document::ALL.into_iter().find(|document| document.name() == text);
    known.ok_or_else(|| format!("expected {}", Document::ALL.map(Document::name).join(", ")))
}

const COMMON: &str = "Common options";

const BEFORE: &str = "Without a command: the wizard for ./stepwell.yaml, which it makes with you where there is none.\n\
                      To try it on a sample: stepwell demo";

const EXIT_CODES: &str = "\
Exit codes:
  0 done, or nothing to do          7 another runner has this deployment
  1 an error inside Stepwell        8 the plan is not the approved one
  2 wrong usage                     9 an upgrade is needed (status, guard)
  3 an invalid definition or file  10 no path to the target
  4 a check failed                 11 a store or version could not be asked
  5 a step failed; `run` goes on   12 stopped at a safe point
  6 an operator is needed          129, 130, 143 hang-up, interrupt, terminated";
