//! A deployment in a folder of its own, and commands on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use tempfile::TempDir;

use super::files::Snapshot;
use super::pty::{Opening, Screen};
use super::runner::Runner;
use super::{PATIENCE, database, process, program};

/// The sample deployment that `stepwell demo` makes.
#[derive(Debug)]
pub struct Demo {
    rows: u32,
}

impl Demo {
    pub fn with_rows(rows: u32) -> Demo {
        Demo { rows }
    }

    #[track_caller]
    pub fn build(self) -> Deployment {
        let demo = Deployment::empty();
        let dir = demo.dir().to_string_lossy().into_owned();
        demo.run(["demo", "--build-only", "--dir", &dir, "--rows", &self.rows.to_string()]).exit(0);
        demo
    }
}

/// A folder for a deployment, with a home and a catalogue beside it. When it is dropped, every process that belongs to
/// it is ended.
#[derive(Debug)]
pub struct Deployment {
    folder: TempDir,
}

impl Deployment {
    pub fn empty() -> Deployment {
        let folder = tempfile::Builder::new().prefix("stepwell-").tempdir().expect("a folder for a test");
        let deployment = Deployment { folder };
        for folder in [deployment.dir(), deployment.home()] {
            fs::create_dir(folder).expect("a folder in an empty one");
        }
        deployment
    }

    /// Where `stepwell.yaml` is, and commands are run.
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("here")
    }

    /// The home of everything that this test starts.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Definitions that are known besides the shipped ones, if a test writes any there.
    pub fn catalogue(&self) -> PathBuf {
        self.folder.path().join("upgrades")
    }

    /// Writes a file of the deployment.
    pub fn write(&self, name: &str, text: &str) -> &Self {
        fs::write(self.dir().join(name), text).expect(name);
        self
    }

    /// The deployment's database: the only file in its folder that is one.
    #[track_caller]
    pub fn database(&self) -> PathBuf {
        let found: Vec<PathBuf> = fs::read_dir(self.dir())
            .expect("the deployment's folder")
            .map(|entry| entry.expect("an entry").path())
            .filter(|path| path.is_file() && fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3\0")))
            .collect();
        match <[PathBuf; 1]>::try_from(found) {
            Ok([path]) => path,
            Err(found) => panic!("one database was expected, not {found:?}"),
        }
    }

    #[track_caller]
    pub fn dump(&self) -> String {
        database::dump(&self.database())
    }

    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(&self.dir())
    }

    fn environment(&self) -> Vec<(String, String)> {
        let mut environment = super::environment(&self.home());
        if self.catalogue().exists() {
            environment.push(("STEPWELL_CATALOGUE".into(), self.catalogue().to_string_lossy().into_owned()));
        }
        environment
    }

    /// Runs the program without a terminal until it ends.
    #[track_caller]
    pub fn run<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Ran {
        self.run_with(args, &[])
    }

    /// The same with more in its environment.
    #[track_caller]
    pub fn run_with<'a>(&self, args: impl IntoIterator<Item = &'a str>, more: &[(&str, &str)]) -> Ran {
        self.run_within(PATIENCE, args, more)
    }

    /// The same where other programs take their time.
    #[track_caller]
    pub fn run_within<'a>(
        &self,
        patience: Duration,
        args: impl IntoIterator<Item = &'a str>,
        more: &[(&str, &str)],
    ) -> Ran {
        let args: Vec<&str> = args.into_iter().collect();
        let mut command = assert_cmd::Command::new(program());
        command.args(&args).current_dir(self.dir()).env_clear().envs(self.environment());
        let output = command.envs(more.iter().copied()).timeout(patience).output();
        let output = output.unwrap_or_else(|error| panic!("stepwell {}: {error}", args.join(" ")));
        Ran { command: format!("stepwell {}", args.join(" ")), output }
    }

    /// Starts a run without a terminal, and follows its events.
    #[track_caller]
    pub fn start_runner(&self) -> Runner {
        self.start(["run", "--yes", "--allow-irreversible", "--defaults", "--json"])
    }

    /// Starts a command that prints events.
    #[track_caller]
    pub fn start<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Runner {
        Runner::start(self.command(args), &self.home())
    }

    /// A command that is still to be started, as it is on this deployment.
    pub fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> std::process::Command {
        let mut command = std::process::Command::new(program());
        command.args(args).current_dir(self.dir()).env_clear().envs(self.environment());
        command
    }

    /// Carries an unfinished or new upgrade to its end, without a terminal and without questions.
    #[track_caller]
    pub fn finish(&self) -> Ran {
        self.run(["run", "--yes", "--allow-irreversible", "--defaults"])
    }

    /// The program in a terminal of its own; `.start()` opens it.
    pub fn terminal<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Opening {
        self.in_terminal(program()).args(args)
    }

    /// Another program that knows of the deployment, such as a shell, in a terminal of its own.
    pub fn in_terminal(&self, program: &Path) -> Opening {
        let opening = Screen::open(program, &self.dir(), &self.home());
        self.environment().iter().fold(opening, |opening, (name, value)| opening.env(name, value))
    }

    /// The exit code of `stepwell status`.
    pub fn status(&self) -> i32 {
        self.run(["status"]).code()
    }

    /// Ends every process of this deployment with a signal that none of them can catch: a power failure.
    pub fn lose_power(&self) {
        process::kill_all(&self.home());
    }
}

impl Drop for Deployment {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return process::kill_all(&self.home());
        }
        // A second panic would hide the first.
        for left in process::at_home(&self.home()) {
            process::kill(left.pid);
        }
    }
}

/// A command that has ended. Its methods fail with all that it wrote.
#[derive(Debug)]
pub struct Ran {
    command: String,
    output: Output,
}

impl Ran {
    #[track_caller]
    pub fn exit(self, code: i32) -> Self {
        assert_eq!(self.output.status.code(), Some(code), "{self}");
        self
    }

    /// Whether it was ended by SIGKILL.
    pub fn was_killed(&self) -> bool {
        std::os::unix::process::ExitStatusExt::signal(&self.output.status) == Some(9)
    }

    /// The exit code.
    #[track_caller]
    pub fn code(&self) -> i32 {
        self.output.status.code().unwrap_or_else(|| panic!("ended by a signal: {self}"))
    }

    /// Standard error holds `text`.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr().contains(text), "`{text}` is not in standard error of {self}");
        self
    }

    /// Standard output holds `text`.
    #[track_caller]
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout().contains(text), "`{text}` is not in standard output of {self}");
        self
    }

    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Ran { command, output } = self;
        write!(f, "`{command}` ({}):\n{}\n-- standard error:\n{}", output.status, self.stdout(), self.stderr())
    }
}
