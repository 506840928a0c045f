//! `stepwell record`: a script to a recording. With `--live`, to the run that recordings are made of. And `--record`,
//! which writes down a session as it happens.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use super::args::Args;
use super::{Failure, load, report, session};
use crate::definition::{Deployment, Findings};
use crate::link::Client;
use crate::model::Exit;
use crate::record::{Entries, Format, Live, Names, Outside, Script, Source, Tape, normal, perform};
use crate::words::record as words;

pub async fn run(args: &Args, path: &Path, out: &[PathBuf], live: bool) -> Result<Exit, Failure> {
    let formats = out
        .iter()
        .map(|file| {
            let known = file.extension().and_then(|end| end.to_str()).and_then(Format::of);
            known.ok_or_else(|| Failure::new(Exit::Usage, words::no_format(&file.display().to_string())))
        })
        .collect::<Result<Vec<Format>, Failure>>()?;
    let text = read(path)?;
    let script = Script::read(path, &text).map_err(|findings| invalid(&findings))?;
    if live {
        return keep(args, &script).await;
    }
    let kept = read(&script.events)?;
    let entries = Entries::read(&script.events, &kept).map_err(|findings| invalid(&findings))?;
    let film = crate::record::record(&script, entries).await.map_err(|findings| invalid(&findings))?;
    for (file, format) in out.iter().zip(formats) {
        std::fs::write(file, format.write(&film)).map_err(|e| unwritten(file, &e))?;
    }
    Ok(Exit::Done)
}

/// Begins what `--record` asks for, before anything else is done.
pub fn begin(args: Args) -> Result<Args, Failure> {
    let Some(file) = &args.record else { return Ok(args) };
    let name = file.display().to_string();
    if !args.shows_screens() || !report::has_screen() {
        return Err(Failure::new(Exit::Usage, words::NO_SCREENS));
    }
    if file.extension().is_none_or(|end| end != "cast") {
        return Err(Failure::new(Exit::Usage, words::no_cast(&name)));
    }
    let size = crossterm::terminal::size().unwrap_or((80, 24));
    let tape = Tape::make(file, size).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new(Exit::Usage, words::there_already(&name)),
        _ => Failure::new(Exit::Usage, words::cannot_write(&name, &e.to_string())),
    })?;
    Ok(Args { tape: Some(Arc::new(tape)), ..args })
}

/// The program ends with this code.
pub fn end(tape: &Tape, code: u8) {
    tape.ends(code);
    if !tape.is_whole() {
        eprintln!("{}", words::NOT_WHOLE);
    }
}

/// Carries the script out on the deployment, and keeps what its runner says.
async fn keep(args: &Args, script: &Script) -> Result<Exit, Failure> {
    let deployment = load::setup(args, None)?.deployment;
    let folder = std::path::absolute(deployment.path.parent().unwrap_or(Path::new(".")))?;
    let program = std::env::current_exe()?;
    // What belongs to this machine, and what everybody may see instead.
    let names = [(&program, "/usr/bin/stepwell".to_owned()), (&folder, format!("/srv/{}", deployment.id))];
    let mut names: Vec<(String, String)> =
        names.into_iter().map(|(path, name)| (path.display().to_string(), name)).collect();
    names.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
    let outside = Here { args: args.clone(), deployment, folder, program };
    let mut source = Source::Live(Live::new(Box::new(outside)));
    perform(script, &mut source).await.map_err(|findings| invalid(&findings))?;
    let Source::Live(live) = source else { return Ok(Exit::Internal) };
    let began = live.began();
    let text = normal(&live.into_entries(), began, &Names(names))?.write()?;
    std::fs::write(&script.events, text).map_err(|e| unwritten(&script.events, &e))?;
    Ok(Exit::Done)
}

/// This host's deployment.
#[derive(Debug)]
struct Here {
    args: Args,
    deployment: Deployment,
    folder: PathBuf,
    program: PathBuf,
}

impl Outside for Here {
    fn open(&mut self) -> Result<Client, String> {
        session::detached(&self.args, &self.deployment).map_err(|failure| failure.text)
    }

    fn print(&mut self, words: &[&str]) -> Result<Vec<String>, String> {
        let output = Command::new(&self.program).args(words).current_dir(&self.folder).output();
        let output = output.map_err(|e| e.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Ok(text.lines().map(str::to_owned).collect())
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|e| Failure::new(Exit::Usage, words::cannot_read(&path.display().to_string(), &e.to_string())))
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(Exit::Internal, words::cannot_write(&path.display().to_string(), &error.to_string()))
}

fn invalid(findings: &Findings) -> Failure {
    Failure::new(Exit::Invalid, findings.to_string())
}
