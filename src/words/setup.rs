//! What the guided set-up says.

use crate::model::{Fact, StoreFound};
use crate::words::format::{bytes, visible};

pub const SYSTEM: &str = "System";
pub const DEPLOYMENT: &str = "Name";
pub const TITLE: &str = "Set up a deployment";
pub const SO_FAR: &str = "So far";
pub const THE_FILE: &str = "The file";
pub const HELP_TITLE: &str = "About this question";
pub const LOOKING: &str = "Looking...";
pub const CONNECTING: &str = "Connecting...";
pub const WRITING: &str = "Writing...";
pub const EMPTY: &str = "Type something first.";
pub const OPEN_QUOTE: &str = "A quote is not closed.";
pub const HIDDEN: &str = "(hidden)";
pub const LEFT_OUT: &str = "found each time";
pub const SAID_BEFORE: &str = "You said this before.";
/// Below the header, until the file is written.
pub const CLOSE_UNWRITTEN: &str = "nothing is written yet: safe to leave";
/// In plain lines, above the first question.
pub const WELCOME: &str =
    "There is no deployment file here. A few questions make one; nothing is written before you agree.";
/// In plain lines, below each question.
pub const TYPE_NUMBER: &str = "Type a number and press Enter; `back`, `?` for help, or `quit`.";
/// In plain lines: none of the choices.
pub const NOT_A_CHOICE: &str = "That is none of the choices.";
/// There is no more input, before the file was written.
pub const END_OF_INPUT: &str = "Input has ended. Nothing was written. Go on in a terminal: `stepwell`.";
/// The operator left.
pub const LEFT: &str = "You leave. Nothing was written. Begin again: `stepwell`.";
/// Words that lead elsewhere, in plain lines.
pub const BACK_WORD: &str = "back";
pub const QUIT_WORD: &str = "quit";
pub const HELP_WORD: &str = "?";
/// There is nothing to go back to.
pub const FIRST: &str = "This is the first question.";

pub const WHICH_SYSTEM: &str = "Which system is deployed here?";
pub const WHICH_SYSTEM_HELP: &str = "Stepwell upgrades the systems that it has definitions for. Others come from a folder: `stepwell --catalogue DIR`. \
     Definitions of a system of your own begin with `stepwell new NAME`.";
pub const NAME: &str = "What is this deployment called?";
pub const NAME_HELP: &str = "The name tells this deployment from others, on screens and in the records of its upgrades. It \
                             is chosen once: under another name, Stepwell no longer finds what it recorded. Use \
                             letters, digits, `-`, `_` and `.`, such as db1.";
pub const NOT_AN_ID: &str = "Use letters, digits, `-`, `_` and `.` only, and do not begin with `-`.";
pub const TYPED_HELP: &str = "It is not shown while you type. It is kept in a file of its own beside the deployment file, \
                              which you alone may read.";
pub const VARIABLE_HELP: &str =
    "The variable has to be set whenever `stepwell` is started, also by a timer or a service manager.";
pub const NOT_A_VARIABLE: &str = "A variable's name has letters, digits and `_`, and begins with no digit.";
pub const FILE_HELP: &str = "The file's whole text is the value, without the line break at its end. A relative path counts \
                             from the folder of the deployment file.";
pub const DOUBT_HELP: &str = "What you typed may be right and only not there yet: a database that is stopped, a variable \
                              that another shell sets. Stepwell tries it again each time it starts.";
pub const DOUBT_CHOICES: [&str; 2] = ["Type it again", "Take it as it is"];
pub const KEEP: &str = "Where shall the address with its password be kept?";
pub const KEEP_WARNING: &str = "It holds a password. Deployment files are often copied and shown to others.";
pub const KEEP_HELP: &str = "A file of its own can be read by you alone, and is named in the deployment file. An environment \
                             variable has to be set whenever `stepwell` is started.";
/// What was found stays where it is.
pub const LEAVE_OUT: &str = "Where it is now: Stepwell looks there each time";
pub const SECRET_CHOICES: [&str; 3] =
    ["In an environment variable", "In a file that is there", "I type it now; it gets a file of its own"];
pub const WRITE_CHOICES: [&str; 2] = ["Write it and go on", "Go back and change something"];
pub const WRITE_HELP: &str = "The file can be changed with any editor later, and written anew by hand. Only you may read \
                              it. A file that is there already is never written over.";

/// The places for an address with a password.
pub fn keep_choices(file: &str) -> [String; 3] {
    [
        format!("In a file of its own, {file}, for you alone"),
        "In an environment variable that you set".to_owned(),
        "In the deployment file all the same".to_owned(),
    ]
}

/// `keepsake: Keepsake. A small secrets service.`
pub fn offer(name: &str, title: &str, about: &str) -> String {
    let about = if about.is_empty() { String::new() } else { format!(". {}", visible(about)) };
    format!("{}: {}{about}", visible(name), visible(title))
}

/// Definitions that cannot be used.
pub fn broken_offer(name: &str) -> String {
    format!("{} (its definitions have mistakes)", visible(name))
}

/// `System: Keepsake`.
pub fn so_far(ask: &str, shown: &str) -> String {
    format!("{}: {}", visible(ask), visible(shown))
}

/// What was found without asking.
pub fn detected(shown: &str) -> String {
    format!("Found here: {}", visible(shown))
}

/// What is usual.
pub fn default(shown: &str) -> String {
    format!("Usual: {}", visible(shown))
}

/// The place of a store.
pub fn where_is(title: &str) -> String {
    format!("Where is {}?", visible(title))
}

/// What can be typed for a store.
pub fn store_help(engines: &[String]) -> String {
    let forms: Vec<&str> = engines
        .iter()
        .map(|engine| match engine.as_str() {
            "sqlite" => "the path of an SQLite file",
            "postgres" => "postgresql://user:password@host:5432/database",
            "mysql" => "mysql://user:password@host:3306/database, also for MariaDB",
            other => other,
        })
        .collect();
    format!(
        "Type {}. `env:NAME` takes its address from an environment variable, `file:PATH` from a file. Stepwell connects \
         at once, and only reads.",
        forms.join(", or ")
    )
}

/// What the definitions say about a fact.
pub fn fact_help(fact: &Fact) -> String {
    let mut help: Vec<&str> = fact.help.iter().map(String::as_str).collect();
    if fact.list {
        help.push("Spaces or commas separate several; quotes hold one together that has any in it.");
    }
    if fact.per_release {
        help.push("`{{ release }}` in it stands for each release's version.");
    }
    if fact.secret {
        help.push("It is secret: the deployment file says only where it comes from.");
    }
    help.join(" ")
}

/// Where a secret is.
pub fn where_from(ask: &str) -> String {
    format!("{}: where does Stepwell find it?", visible(ask))
}

/// Which variable holds it.
pub fn variable(ask: &str) -> String {
    format!("{}: in which environment variable?", visible(ask))
}

/// Which file holds it.
pub fn file(ask: &str) -> String {
    format!("{}: in which file?", visible(ask))
}

/// It could not be tried.
pub fn doubt(ask: &str) -> String {
    format!("{}: what now?", visible(ask))
}

/// It was taken without having been tried.
pub fn untried(shown: &str) -> String {
    format!("{shown} (not tried)")
}

/// A value's place.
pub fn from_variable(name: &str) -> String {
    format!("from the variable {}", visible(name))
}

/// A value's place.
pub fn from_file(path: &str) -> String {
    format!("from the file {}", visible(path))
}

/// Whether to write the file.
pub fn write(path: &str) -> String {
    format!("Shall Stepwell write {}?", visible(path))
}

/// A file with a secret, besides.
pub fn kept_in(path: &str) -> String {
    format!("Also written: {}, for you alone", visible(path))
}

/// What a store is, in a sentence. `engine` is its product's name, `version` what it says of itself.
pub fn found(engine: &str, version: &str, store: &StoreFound) -> String {
    let size = store.size.map(|size| format!(", {}", bytes(size))).unwrap_or_default();
    format!("{} {}, {}{size}", visible(engine), visible(version), visible(&store.location))
}

/// `1 Deployment`'s place among the questions.
pub fn number(number: usize, of: usize) -> String {
    format!("Question {number} of {of}")
}

/// What was written, for the normal screen.
pub fn written(path: &str) -> String {
    format!("Written: {}", visible(path))
}

/// How to answer a line, in plain lines.
pub fn type_line(proposed: Option<&str>) -> String {
    match proposed {
        Some("") => {
            "Type it and press Enter; Enter alone takes what was found. Or `back`, `?` for help, `quit`.".to_owned()
        }
        Some(preset) => {
            format!(
                "Type it and press Enter; Enter alone takes `{}`. Or `back`, `?` for help, `quit`.",
                visible(preset)
            )
        }
        None => "Type it and press Enter. Or `back`, `?` for help, `quit`.".to_owned(),
    }
}

/// There is no terminal to ask on, and no file. `least`: a file to begin with.
pub fn no_file(path: &str, systems: &str) -> String {
    format!(
        "error: there is no {path}; nothing was changed\n\n\
         Stepwell needs a file that says which system is deployed here. The least it holds:\n\n\
         \x20   format: 1\n    system: barbican        # one of: {systems}\n    deployment: my-barbican\n\
         \x20   stores: {{ db: {{ url: {{ env: DATABASE_URL }} }} }}\n\n\
         Write it as ./stepwell.yaml, or name it with --deployment FILE. In a terminal, `stepwell` in a folder without\n\
         one asks for what it needs and writes it.\n\
         To see an upgrade without a system of your own, type: stepwell demo"
    )
}

/// At the top of the file.
pub fn remark_head(title: &str) -> String {
    format!(
        "What Stepwell has to know to upgrade {title}. It was asked for once and is yours to change; `stepwell status` \
         says whether it fits."
    )
}

/// Above a fact.
pub fn remark_fact(fact: &Fact) -> String {
    let mut remark = format!("{}.", fact.ask.trim_end_matches('.'));
    for more in [fact.help.as_deref(), fact.per_release.then_some("{{ release }} stands for each release's version.")]
        .into_iter()
        .flatten()
    {
        remark.push(' ');
        remark.push_str(more);
    }
    if !fact.choices.is_empty() {
        remark.push_str(&format!(" One of: {}.", fact.choices.join(", ")));
    }
    remark
}

/// Above an entry, or in its place when it is not written.
pub fn remark(about: &str, name: &str, left_out: bool) -> String {
    if left_out {
        format!("{name} is not written here, Stepwell finds it each time: {about}")
    } else {
        about.to_owned()
    }
}

/// Above the journal's place. `in_store`: in a database that other hosts see, too.
pub fn remark_journal(in_store: bool) -> &'static str {
    if in_store {
        "Where runs are recorded: in that store, where runners on other hosts see it, too."
    } else {
        "Where runs are recorded: in a file below .stepwell. It keeps other runners of this host away."
    }
}

/// In plain lines: an answer was taken, and what was found by it.
pub fn noted(line: &str) -> String {
    format!("  ok  {line}")
}

/// The last answer does not do.
pub fn trouble(why: &str) -> String {
    format!("Not possible: {}", visible(why))
}

/// Why a file is not written.
pub const EXISTS: &str = "it is there already, and nothing is written over it";

/// Nothing was written.
pub fn not_written(path: &str, reason: &str) -> String {
    format!("{} cannot be written: {}. Nothing was written.", visible(path), visible(reason))
}

pub const LEAVE_TITLE: &str = "Leave the set-up?";
pub const LEAVE_TEXT: &str = "Nothing is written yet. Your answers are not kept.";
pub const STAY: &str = "Stay here";
pub const LEAVE: &str = "Leave without a file";
