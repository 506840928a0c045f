//! What the front ends without screens say, in whole lines.
//!
//! Text that is not Stepwell's own is made visible here or by the writer of lines, whichever comes first. Text of
//! several lines is shown as a block with a bar before each line, so that it cannot pass for a line of Stepwell's.

pub mod ask;
pub mod checks;
pub mod found;
pub mod give;
pub mod guide;
pub mod plan;
pub mod run;

use super::format::visible;
use crate::model::Service;

/// Foreign text of several lines, each behind a bar.
pub fn block(text: &str) -> String {
    text.lines().map(bar).collect::<Vec<_>>().join("\n")
}

/// One line of foreign text behind a bar.
pub fn bar(line: &str) -> String {
    format!("    | {}", visible(line)).trim_end().to_owned()
}

/// What users of the service notice now.
pub fn service(service: Service) -> &'static str {
    match service {
        Service::Up => "The service is up.",
        Service::Maintenance => "The service is in maintenance.",
        Service::Down => "The service is down, because the program that would serve cannot read the data.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_lines_cannot_pass_for_own_ones() {
        assert_eq!(block("a\nUpgrade done.\x1b[2J"), "    | a\n    | Upgrade done.␛[2J");
    }
}
