//! What is said about scripts, and about runs that were kept for recordings.

pub const COMMANDS: &str = "The commands are `events`, `size`, `title`, `still`, `start`, `show`, `wait`, `press`, `type`, `pause`, \
                            `marker` and `kill`.";
pub const QUOTES: &str = "Put text between double quotes; inside, \\\" is a quote and \\\\ a backslash.";
pub const SIZE_HELP: &str = "Write columns and rows, such as `size 80x24`.";
pub const TIME_HELP: &str = "Write a number and a unit, such as `pause 2s` or `pause 400ms`.";
pub const KEYS_HELP: &str = "Keys are single characters, enter, esc, tab, space, backspace, delete, up, down, left, right, \
                             home, end, pageup, pagedown, f1 and ctrl-c and the like; `down*3` presses one three times.";
pub const EVENTS_HELP: &str =
    "Name the file in which the runner's words are kept, beside the script: `events demo.jsonl`.";
pub const ORDER_HELP: &str = "Move the line up, before the first thing that is done.";
pub const ONCE_HELP: &str = "Leave one of the two lines.";
pub const START_HELP: &str = "Open the wizard first: `start \"stepwell\"`.";
pub const OPEN_HELP: &str = "Leave the wizard first, with keys or with `kill`.";
pub const OWN_HELP: &str = "Only Stepwell's own commands are carried out, such as `show \"stepwell status\"`.";
pub const AGAIN_HELP: &str = "Change the line, or keep a run that fits it: stepwell record SCRIPT --live -d FILE";
pub const BROKEN_HELP: &str = "Keep the run anew: stepwell record SCRIPT --live -d FILE";
pub const LIVE_HELP: &str = "See what there is with `stepwell status`.";

/// An unknown command, and one that is spelled like it.
pub fn no_command(word: &str, near: Option<&str>) -> (String, String) {
    let help = near.map_or(COMMANDS.to_owned(), |near| format!("Did you mean `{near}`? {COMMANDS}"));
    (format!("`{word}` is no command"), help)
}

pub fn wants(command: &str, what: &str) -> String {
    format!("`{command}` wants {what}")
}

pub fn too_much(command: &str) -> String {
    format!("`{command}` wants nothing more")
}

pub fn no_key(word: &str) -> String {
    format!("no key is called `{word}`")
}

pub fn too_late(command: &str) -> String {
    format!("`{command}` stands after something was done")
}

pub fn twice(command: &str) -> String {
    format!("`{command}` stands here a second time")
}

pub const UNCLOSED: &str = "the quote is not closed";
pub const UNQUOTED: &str = "text stands between quotes";
pub const NO_EVENTS: &str = "the script does not say where the runner's words are kept";
pub const NOTHING: &str = "the script does nothing";
pub const NO_WIZARD: &str = "no wizard is open here";
pub const STILL_OPEN: &str = "a wizard is open here";
pub const NOT_OWN: &str = "this is no command of Stepwell";

/// The text never came. `next` is what the run that was kept went on with, if anything.
pub fn never(text: &str, next: Option<&str>, screen: &str) -> String {
    let why = match next {
        Some(act) => format!("the run that was kept goes on with {act}, which nothing here does"),
        None => "the run that was kept is over".to_owned(),
    };
    format!("`{text}` does not come: {why}; last on the screen: {}", glance(screen))
}

/// The text did not come in time, of a living runner.
pub fn too_long(text: &str, screen: &str) -> String {
    format!("`{text}` does not come; last on the screen: {}", glance(screen))
}

/// The beginning of what a screen shows, on one line.
fn glance(screen: &str) -> String {
    const LETTERS: usize = 240;
    let lines = screen.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = lines.filter(|line| !line.is_empty() && !line.starts_with('─')).collect::<Vec<_>>().join(" | ");
    match text.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Another thing was done than in the run that was kept.
pub fn differs(done: &str, kept: Option<&str>) -> String {
    let kept = kept.map_or("was over then".to_owned(), |act| format!("went on with {act}"));
    format!("this does {done}, and the run that was kept {kept}")
}

pub fn unreadable(error: &str) -> String {
    format!("this is nothing that a run said: {error}")
}

pub const CUT_OFF: &str = "the file breaks off in this line";
pub const NOT_KEPT: &str = "this is no file of a run that was kept";

pub fn newer(format: u64) -> String {
    format!("this was kept in format {format}, which a newer Stepwell reads")
}

/// What a shell says of a program that was killed.
pub const KILLED: &str = "Killed";

pub const NO_RUNNER: &str = "nothing is running that could be killed";

pub fn cannot_kill(error: &str) -> String {
    format!("the runner cannot be killed: {error}")
}

pub const ESCAPES: &str = "only \\\" and \\\\ may stand here";
pub const LEAVE_OUT: &str = "Leave the rest of the line out.";
pub const STARTS: &str = "the wizard's start";
pub const TAKES_OVER: &str = "taking over";
pub const LEAVES: &str = "leaving the wizard";
pub const KILLS: &str = "`kill`";

pub fn decides(decision: &str) -> String {
    format!("the decision {decision}")
}

pub fn shows(command: &str) -> String {
    format!("`show \"{command}\"`")
}

pub fn no_format(file: &str) -> String {
    format!("error: {file} is no recording that can be written; its name ends with .cast, .svg or .txt")
}

pub fn cannot_read(file: &str, error: &str) -> String {
    format!("error: {file} cannot be read: {error}")
}

pub fn cannot_write(file: &str, error: &str) -> String {
    format!("error: {file} cannot be written: {error}")
}

pub const NO_SCREENS: &str = "error: --record writes down screens, and there are none here; nothing was done\n\
                              It belongs to the wizard, `demo`, `run` and `attach` in a terminal, without --plain and \
                              --json; `run` also without --foreground.";
pub const NOT_WHOLE: &str = "The recording is not whole: its file could not be written to any more.";

pub fn no_cast(file: &str) -> String {
    format!("error: {file} is no name for a recording; nothing was done\nIts name ends with .cast.")
}

pub fn there_already(file: &str) -> String {
    format!("error: {file} is there already; nothing was done\nRemove it, or choose another name.")
}

pub const NO_REPLAY: &str = "error: a run is played back on a screen, and there is none here; nothing was changed\n\
                             Leave out --replay to have it told as Markdown, and --plain and --json to see it.";
