//! Points at which a test ends the process as a power failure would: before and after everything that is to last.
//!
//! Only debug builds have them. `STEPWELL_KILL_POINTS=FILE` writes the name of each point that is passed, a line each;
//! `STEPWELL_KILL_AT=N` ends the process at the Nth of them.

/// Passes a point, if it is not the one where the process ends.
#[cfg(debug_assertions)]
pub fn kill_point(name: &str) {
    use std::io::Write as _;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{LazyLock, Mutex};

    static PASSED: AtomicU64 = AtomicU64::new(0);
    static AT: LazyLock<Option<u64>> = LazyLock::new(|| std::env::var("STEPWELL_KILL_AT").ok()?.parse().ok());
    static NAMES: LazyLock<Option<Mutex<std::fs::File>>> =
        LazyLock::new(|| Some(Mutex::new(std::fs::File::create(std::env::var_os("STEPWELL_KILL_POINTS")?).ok()?)));

    let passed = PASSED.fetch_add(1, Ordering::SeqCst) + 1;
    if let Some(names) = NAMES.as_ref()
        && let Ok(mut names) = names.lock()
    {
        let _ = writeln!(names, "{passed} {name}");
    }
    if *AT == Some(passed) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // It takes effect before the call returns, or nothing of what follows may be done.
        loop {
            std::thread::park();
        }
    }
}

/// Nothing, in what operators run.
#[cfg(not(debug_assertions))]
pub fn kill_point(_: &str) {}
