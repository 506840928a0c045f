//! What each screen is for, and what the words on it mean: one table, from which `?` takes what fits the screen.

/// A word with its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub word: &'static str,
    pub meaning: &'static str,
}

/// What the help says about a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    pub about: &'static str,
    /// Words on this screen, by their places in [`TERMS`].
    pub words: &'static [&'static str],
}

pub const KEYS: &str = "Keys that work here";
pub const WORDS: &str = "Words on this screen";
/// The words of the whole wizard.
pub const ALL_WORDS: &str = "Other words";

/// `Help: Checks`.
pub fn title(screen: &str) -> String {
    format!("Help: {screen}")
}

/// The page of the wizard's screen with this number, from 0.
pub fn page(screen: usize) -> Page {
    PAGES.get(screen).copied().unwrap_or(PAGES[0])
}

/// The terms of a page in the order of the table; then all others.
pub fn terms(page: Page) -> (Vec<Term>, Vec<Term>) {
    TERMS.iter().copied().partition(|term| page.words.contains(&term.word))
}

/// What the guided set-up is for.
pub const SET_UP: &str = "A few questions make the deployment file: which system runs here, where its data are, and what \
                          only you know. Each answer is tried at once. Nothing is written before you have read the file \
                          and agreed.";

const PAGES: [Page; 8] = [
    Page {
        about: "What was found, without changing anything: the databases, the version and how it is known, and what you or \
                the definitions say about this host. Choose the version to upgrade to. An upgrade that was interrupted is \
                offered here first.",
        words: &["system", "deployment", "store", "fact", "release", "hop", "run", "definitions"],
    },
    Page {
        about: "What changes for you and your users, a page for each release on the way. Items under Breaking changes and \
                Security are read one by one; what you read is kept with the run.",
        words: &["release", "hop", "run", "journal"],
    },
    Page {
        about: "Questions to the system that only read. A failed check has to be mended; a warning can be overridden with a \
                reason. Each shows what it found and how to mend it. Ask again as often as you like.",
        words: &["check", "override", "store", "hop", "lease", "must and should"],
    },
    Page {
        about: "In maintenance, users can do less, or nothing, so that nobody writes what a step is changing. Here the run \
                begins: from now on what is done is recorded, and what the run changed about the service is put back on \
                every way out that is safe.",
        words: &["maintenance", "run", "plan", "step", "abandon"],
    },
    Page {
        about: "Everything that will be done, in order. Enter opens a step with the very SQL or command. You approve by \
                typing the version; until then the data stay as they are.",
        words: &[
            "plan",
            "step",
            "hop",
            "kinds of steps",
            "floor",
            "point of no return",
            "backup",
            "optional",
            "estimate",
            "set aside",
            "mark",
            "verify",
        ],
    },
    Page {
        about: "The steps as they are carried out, the current one with its progress and its last sign of life, and below \
                what programs say. The steps run in a process of their own: this window may be closed unless the line below the \
                header says otherwise.",
        words: &[
            "step",
            "safe point",
            "detach",
            "attach",
            "wheel",
            "waits",
            "failed",
            "unknown",
            "set aside",
            "lease",
            "fence",
            "mark",
            "downtime",
            "estimate",
        ],
    },
    Page {
        about: "The work is done and was proved. Type the version to record it: from then on Stepwell takes it for the version \
                of this deployment.",
        words: &["verify", "maintenance", "journal", "floor", "set aside"],
    },
    Page {
        about: "How it ended, the state that service and data are in, and what to type next. It is printed again on the normal \
                screen when you leave.",
        words: &["downtime", "backup", "journal", "abandon", "run"],
    },
];

macro_rules! terms {
    ($($word:literal: $meaning:literal,)*) => { [$(Term { word: $word, meaning: $meaning },)*] };
}

/// Every word that a screen uses in a sense of its own.
pub const TERMS: [Term; 35] = terms! {
    "system": "what is upgraded, such as Barbican.",
    "definitions": "files that say what the upgrades of a system consist of. Stepwell brings some; --catalogue adds others. \
                    Those of one system are its catalogue.",
    "deployment": "your instance of the system, described in stepwell.yaml.",
    "store": "a database of the deployment.",
    "fact": "what only you know about the deployment, or what was detected: a path, a list of services.",
    "release": "a version with its notes, checks and steps.",
    "hop": "the way from one required stop to the next. Some releases may not be skipped; each of them ends a hop.",
    "check": "a question that only reads, with the answer that an upgrade needs.",
    "must and should": "a check that must pass stands in the way until it does; one that should pass can be overridden.",
    "override": "go on although a check warns. Your reason is kept with the run.",
    "maintenance": "the state of the service in which its data can be changed safely. What it means here is what the steps on \
                    the maintenance screen do.",
    "plan": "the ordered steps of all hops. What you approve is exactly this plan; a change in it has to be approved again.",
    "step": "one piece of work of the plan.",
    "kinds of steps": "sql: statements in a database. backfill: rows in batches, each of them safe by itself. command: a \
                       program. file: a change of a file. http: a call to a service. question: asked of you. wait: until \
                       something is so. backup: a copy that is proved to open. check: a proof. look: notes an answer that must \
                       stay the same.",
    "floor": "the lowest version that can still read the data. It only rises. A service below it cannot be started on these \
              data.",
    "point of no return": "a step after which only the backup leads back to the version you came from. Each is confirmed by \
                           itself before the run.",
    "backup": "a copy of a store that was opened and checked. `stepwell restore` puts it back; everything since is lost then.",
    "optional": "a step that you may skip when it fails. Your reason is kept with the run.",
    "estimate": "how long a step takes, from its definition or from its rate so far.",
    "run": "one execution of a plan. It begins at the maintenance screen and can be interrupted and continued.",
    "journal": "the record of a run: each step, decision and version. After an interruption it says where to go on.",
    "lease": "the right to carry out steps on a deployment. One runner holds it at a time; `stepwell takeover` frees that of a \
              holder that is gone.",
    "fence": "a number in each database that grows when another runner takes over, so that a late one cannot write any more.",
    "mark": "a note in the database itself that a step took effect, written in the same transaction. After a crash it decides \
             whether the step happened.",
    "set aside": "rows or items that failed alone while the others went on. They are named, and have to be mended or waived \
                  before the upgrade counts as complete.",
    "verify": "prove the result before the service comes back: counts, sums and answers that must be right or unchanged.",
    "safe point": "a moment between two batches or steps at which everything is recorded and nothing is half done.",
    "detach": "close this window and leave the run to itself. `stepwell attach` returns to it.",
    "attach": "look at a run that goes on elsewhere. The steps do not run in the window.",
    "wheel": "of several windows on a run one decides, the others watch. `w` takes over.",
    "waits": "the step goes on by itself as soon as what it names is over: a lock, a lost connection, another try, an hour.",
    "failed": "the step does not go on by itself. Everything before it is done and stays done; you decide whether it is tried \
               again.",
    "unknown": "nobody was alive to see the end of a step, and nothing tells whether it happened. Look, then say it.",
    "downtime": "the time in maintenance.",
    "abandon": "end a run where it stands. What was done stays done; maintenance is left where that is safe.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_a_page_is_explained_and_every_explanation_has_a_page() {
        for page in PAGES {
            let unknown: Vec<_> =
                page.words.iter().filter(|word| TERMS.iter().all(|term| term.word != **word)).collect();
            assert!(unknown.is_empty(), "without an explanation: {unknown:?}");
        }
        let unused: Vec<_> =
            TERMS.iter().filter(|term| PAGES.iter().all(|page| !page.words.contains(&term.word))).collect();
        assert!(unused.is_empty(), "on no screen: {unused:?}");
    }
}
