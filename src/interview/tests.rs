//! The questions without anybody around them: errands are answered here as a surveyor would.

use super::*;
use crate::definition::{load_deployment, shipped};
use crate::model::FactSource;

/// An interview about a system that is shipped, with its name given.
fn about(system: &str) -> (Interview, Option<Errand>) {
    let catalogue = shipped::load(system).expect("is shipped").expect("is valid");
    let offers = vec![Offer { name: system.to_owned(), catalogue: Ok(Arc::new(catalogue)) }];
    let mut interview = Interview::new("/srv/here/stepwell.yaml".into(), offers, Some(system));
    let errand = interview.answer(Reply::Text("db1".to_owned()));
    (interview, errand)
}

fn nothing_known() -> News {
    News::Proposed(Some(Proposal::default()))
}

fn fits(server: bool) -> News {
    News::Tried(Outcome::Fits { found: None, server })
}

fn ask(interview: &Interview) -> String {
    interview.question().expect("a question").ask
}

/// Answers until the question holds `text`, taking each value as it comes.
#[track_caller]
fn walk_to(interview: &mut Interview, mut errand: Option<Errand>, text: &str) {
    for _ in 0..100 {
        errand = match errand {
            Some(Errand { ticket, task: Task::Propose { .. } }) => interview.hear(ticket, nothing_known()),
            Some(Errand { ticket, task: Task::Try { .. } }) => interview.hear(ticket, fits(false)),
            Some(Errand { task: Task::Write { .. }, .. }) => panic!("`{text}` was not asked"),
            None if ask(interview).contains(text) => return,
            None => match interview.question().expect("a question").kind {
                Kind::Choice { .. } => interview.answer(Reply::Pick(0)),
                Kind::Line { .. } => interview.answer(Reply::Text("a".to_owned())),
            },
        };
    }
    panic!("`{text}` does not come");
}

/// Tries what is answered, with this outcome.
#[track_caller]
fn tried(interview: &mut Interview, reply: Reply, news: News) -> Option<Errand> {
    let errand = interview.answer(reply).expect("an errand");
    assert!(matches!(errand.task, Task::Try { .. }));
    assert!(interview.question().is_none(), "nothing is asked while it is tried");
    interview.hear(errand.ticket, news)
}

/// What would be written.
fn text(interview: &mut Interview) -> (String, Vec<(PathBuf, String)>) {
    match interview.answer(Reply::Pick(0)).map(|errand| errand.task) {
        Some(Task::Write { text, secrets, .. }) => (text, secrets),
        _ => panic!("nothing is written"),
    }
}

fn load(text: &str) -> crate::definition::Deployment {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("stepwell.yaml");
    std::fs::write(&path, text).expect("works");
    load_deployment(&path).unwrap_or_else(|findings| panic!("{findings}\n{text}"))
}

#[test]
fn a_fact_that_leads_to_the_database_is_asked_before_it_and_others_after() {
    let (mut interview, errand) = about("barbican");
    let mut asked = Vec::new();
    let mut errand = errand;
    for _ in 0..100 {
        errand = match errand {
            Some(Errand { ticket, task: Task::Propose { .. } }) => interview.hear(ticket, nothing_known()),
            Some(Errand { ticket, .. }) => interview.hear(ticket, fits(false)),
            None => {
                asked.push(ask(&interview));
                match interview.question().expect("a question").kind {
                    Kind::Choice { .. } if asked.last().is_some_and(|ask| ask.contains("write")) => break,
                    Kind::Choice { .. } => interview.answer(Reply::Pick(0)),
                    Kind::Line { .. } => interview.answer(Reply::Text("a".to_owned())),
                }
            }
        };
    }
    assert_eq!(
        asked[..3],
        ["Path of barbican.conf", "Where is Barbican's database?", "Path of barbican-api-paste.ini"]
    );
    assert_eq!(asked.len(), 18, "{asked:#?}");
}

#[test]
fn a_password_is_kept_apart_and_shown_nowhere() {
    let (mut interview, errand) = about("barbican");
    walk_to(&mut interview, errand, "Where is Barbican's database?");
    let url = "postgresql://scott:tiger@db/barbican";
    let none = tried(&mut interview, Reply::Text(url.to_owned()), fits(true));
    assert!(none.is_none(), "where it is kept is asked first");
    assert!(format!("{:?}", interview.question()).contains("holds a password"));
    let errand = interview.answer(Reply::Pick(0));
    walk_to(&mut interview, errand, "Shall Stepwell write");
    let seen = format!("{:?}{:?}{:?}", interview.question(), interview.so_far(), interview);
    assert!(!seen.contains("tiger"), "{seen}");
    let (text, secrets) = text(&mut interview);
    assert_eq!(secrets, [(PathBuf::from("/srv/here/stepwell-db.url"), url.to_owned())]);
    let written = load(&text);
    assert_eq!(written.stores["db"], crate::definition::Source::File("stepwell-db.url".into()));
    assert_eq!(written.journal, crate::definition::JournalPlace::Store("db".to_owned()), "other hosts see it there");
}

#[test]
fn a_password_that_was_found_can_stay_where_it_is() {
    let (mut interview, errand) = about("barbican");
    walk_to(&mut interview, errand, "Path of barbican.conf");
    let errand = tried(&mut interview, Reply::Text("/etc/b.conf".to_owned()), fits(false)).expect("goes on");
    let found = Proposal {
        values: Some(vec!["mysql://u:tiger@h/d".to_owned()]),
        source: Some(FactSource::Detected),
        found: Some("MariaDB 10.11, u@h, database d".to_owned()),
    };
    interview.hear(errand.ticket, News::Proposed(Some(found)));
    let question = interview.question().expect("a question");
    assert!(question.known.contains(&"Found here: (hidden)".to_owned()), "{question:?}");
    assert!(!format!("{question:?}").contains("tiger"));
    assert_eq!(question.kind, Kind::Line { preset: String::new(), proposed: true, hidden: false });
    tried(&mut interview, Reply::Take, fits(true));
    assert_eq!(ask(&interview), words::KEEP);
    let errand = interview.answer(Reply::Pick(0));
    walk_to(&mut interview, errand, "Shall Stepwell write");
    let (text, secrets) = text(&mut interview);
    assert!(secrets.is_empty() && !text.contains("tiger") && text.contains("db is not written here"), "{text}");
    assert!(load(&text).stores.is_empty());
}

#[test]
fn what_does_not_do_is_asked_again_with_what_was_typed() {
    let (mut interview, errand) = about("keepsake");
    walk_to(&mut interview, errand, "Where is Keepsake's database?");
    let unfit = News::Tried(Outcome::Unfit("a mysql database does not serve here".to_owned()));
    tried(&mut interview, Reply::Text("mysql://h/d".to_owned()), unfit);
    let question = interview.question().expect("a question");
    assert_eq!(question.trouble.as_deref(), Some("a mysql database does not serve here"));
    assert_eq!(question.kind, Kind::Line { preset: "mysql://h/d".to_owned(), proposed: true, hidden: false });
    let unsure = || News::Tried(Outcome::Unsure("there is no file /x".to_owned()));
    tried(&mut interview, Reply::Text("/x".to_owned()), unsure());
    assert_eq!(interview.question().expect("a question").trouble.as_deref(), Some("there is no file /x"));
    assert!(interview.answer(Reply::Pick(0)).is_none());
    assert_eq!(ask(&interview), "Where is Keepsake's database?");
    tried(&mut interview, Reply::Text("/x".to_owned()), unsure());
    let errand = interview.answer(Reply::Pick(1));
    walk_to(&mut interview, errand, "Shall Stepwell write");
    assert!(interview.so_far().iter().any(|line| line.contains("(not tried)")), "{:?}", interview.so_far());
    assert_eq!(load(&text(&mut interview).0).stores["db"], crate::definition::Source::Plain("sqlite:////x".to_owned()));
}

#[test]
fn going_back_keeps_answers_and_news_of_what_was_left_change_nothing() {
    let (mut interview, errand) = about("keepsake");
    walk_to(&mut interview, errand, "Folder that holds");
    let late = interview.answer(Reply::Text("/srv/keepsake".to_owned())).expect("an errand");
    // Back while the answer is tried.
    let proposing = interview.back();
    assert_eq!(ask(&interview), words::NAME);
    assert!(proposing.is_none() && interview.hear(late.ticket, fits(false)).is_none());
    assert_eq!(ask(&interview), words::NAME);
    let errand = interview.answer(Reply::Text("db2".to_owned())).expect("an errand");
    interview.hear(errand.ticket, nothing_known());
    let question = interview.question().expect("a question");
    assert_eq!(question.kind, Kind::Line { preset: String::new(), proposed: false, hidden: false });
    assert_eq!(question.number, Some((3, 6)));
    let errand = tried(&mut interview, Reply::Text("/srv/keepsake".to_owned()), fits(false));
    walk_to(&mut interview, errand, "Where is Keepsake's database?");
    let errand = interview.back();
    walk_to(&mut interview, errand, "Folder that holds");
    let question = interview.question().expect("a question");
    assert_eq!(question.kind, Kind::Line { preset: "/srv/keepsake".to_owned(), proposed: true, hidden: false });
    assert_eq!(question.known, [words::SAID_BEFORE]);
    let back = interview.back();
    assert!(back.is_none() && !interview.can_go_back(), "the system was named before the first question");
}

#[test]
fn a_name_that_is_no_id_and_an_open_quote_are_refused() {
    let (mut interview, errand) = about("keepsake");
    walk_to(&mut interview, errand, "Command that runs keepsake");
    assert!(interview.answer(Reply::Text("a 'b".to_owned())).is_none());
    assert_eq!(interview.question().expect("a question").trouble.as_deref(), Some(words::OPEN_QUOTE));
    let errand = tried(&mut interview, Reply::Text("sudo 'my keepsake', -v".to_owned()), fits(false));
    assert!(errand.is_none());
    let (text, _) = text(&mut interview);
    let list = ["sudo", "my keepsake", "-v"].map(str::to_owned).to_vec();
    assert_eq!(load(&text).facts["program"], crate::definition::FactInput::List(list));
    let mut fresh = about("keepsake").0;
    fresh.back();
    for name in ["", "two words", "-x"] {
        assert!(fresh.answer(Reply::Text(name.to_owned())).is_none());
        assert_eq!(fresh.question().expect("a question").trouble.as_deref(), Some(words::NOT_AN_ID), "{name}");
    }
}

#[test]
fn every_answer_is_written_as_it_was_given() {
    for value in ["no", "15.0", "~", "a: b # c", "{{ x }}", "'", "\"", "tab\tand\\", "é漢", "[x]", "&a", "-", "1e3"] {
        let (mut interview, errand) = about("keepsake");
        walk_to(&mut interview, errand, "Folder that holds");
        let errand = tried(&mut interview, Reply::Text(value.to_owned()), fits(false));
        walk_to(&mut interview, errand, "Shall Stepwell write");
        let (text, _) = text(&mut interview);
        let expected = crate::definition::FactInput::One(crate::definition::Source::Plain(value.to_owned()));
        assert_eq!(load(&text).facts["dir"], expected, "{text}");
        assert!(text.contains("  # Folder that holds keepsake.sqlite.\n  dir: "), "{text}");
    }
}
