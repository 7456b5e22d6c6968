//! Of what a command printed, that which matters.

use anstream::adapter::strip_str;

/// Stands for lines that are not shown.
const CUT: &str = "…";

/// The paragraphs of a text that begin in one of these ways, and a mark where some are left out. Nothing given: all of it.
/// A paragraph is a line and those below it that are indented as far as what stands behind a label is.
pub(super) fn cut(text: &str, keep: &[&str]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let (mut keeps, mut left_out, mut begins) = (keep.is_empty(), false, true);
    for line in text.lines() {
        let plain = strip_str(line).to_string();
        if plain.trim().is_empty() {
            begins = true;
            // One empty line between what is shown, and none before the first.
            if keeps
                && lines
                    .last()
                    .is_some_and(|last| !last.is_empty() && last != CUT)
            {
                lines.push(String::new());
            }
            continue;
        }
        if begins || !plain.starts_with(CONTINUED) {
            keeps = keep.is_empty() || keep.iter().any(|beginning| is_begun(&plain, beginning));
        }
        begins = false;
        if keeps {
            if std::mem::take(&mut left_out) && lines.last().is_none_or(|last| last != CUT) {
                lines.push(CUT.to_owned());
            }
            lines.push(line.to_owned());
        } else {
            left_out = true;
        }
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    if left_out {
        lines.push(CUT.to_owned());
    }
    lines
}

/// What is wrapped stands behind so much room.
const CONTINUED: &str = "      ";

fn is_begun(line: &str, beginning: &str) -> bool {
    if beginning != "#" {
        return line.starts_with(beginning);
    }
    let number = line.trim_start();
    number.len() < line.len() && number.starts_with(|first: char| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "2 buyers\n\nrace  one is\n      bad\ncount  all\n      were run\n\n  step  user-1\n     1  reads\n    10  writes\n\nodds  50 %\n";

    #[test]
    fn what_is_kept_is_whole_and_what_is_cut_is_marked() {
        assert_eq!(cut("a\n\n\nb\n", &[]), ["a", "", "b"]);
        assert_eq!(
            cut(TEXT, &["race", "  step", "#"]),
            [
                "…",
                "race  one is",
                "      bad",
                "…",
                "  step  user-1",
                "     1  reads",
                "    10  writes",
                "…"
            ]
        );
        assert_eq!(cut(TEXT, &["odds"]), ["…", "odds  50 %"]);
        assert_eq!(cut(TEXT, &["nothing"]), ["…"]);
    }

    #[test]
    fn colours_do_not_hide_how_a_line_begins() {
        assert_eq!(
            cut("\u{1b}[31mrace\u{1b}[0m  bad\nx\n", &["race"]),
            ["\u{1b}[31mrace\u{1b}[0m  bad", "…"]
        );
    }
}
