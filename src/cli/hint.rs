//! Commands in hints: they name the event that the caller has named, so that a person who copies one hits no other.

use std::ffi::{OsStr, OsString};

pub(crate) use crate::quoted;
pub(super) use crate::shown::quoted_word;

/// The commands that `-f` matters to.
const OF_AN_EVENT: [&str; 24] = [
    "hold", "confirm", "release", "rename", "show", "import", "set", "close", "reopen", "door",
    "watch", "init", "query", "buy", "book", "cancel", "adjust", "sales", "audit", "backup",
    "copy", "restore", "reset", "doctor",
];

/// How a command is told to take the event that was named: ` -f gig.json`, or nothing where none was.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventFlag(String);

impl EventFlag {
    /// The event with this file.
    pub(crate) fn named(file: &OsStr) -> Self {
        Self(format!(" -f {}", quoted(file)))
    }

    /// Whether none was named.
    pub(crate) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// A hint in which each command of an event, written as `'tickets audit'`, is told which event that is,
    /// unless it says so itself.
    pub(crate) fn hint(&self, hint: &str) -> String {
        const OPENS: &str = "'tickets ";
        let (mut rendered, mut rest) = (String::new(), hint);
        while let Some((before, behind)) = rest.split_once(OPENS) {
            rendered.push_str(before);
            let words = end_of_words(behind).and_then(|end| behind.split_at_checked(end));
            let Some((words, after)) = words else {
                rendered.push_str(OPENS);
                rest = behind;
                continue;
            };
            rendered.push_str(&self.command(words));
            rest = after.strip_prefix('\'').unwrap_or(after);
        }
        rendered.push_str(rest);
        rendered
    }

    /// What stands behind `tickets` in a line for a shell, and names the event.
    pub(crate) fn option(&self) -> &str {
        &self.0
    }

    /// A command line in quotes with all of these words, in their order.
    pub(crate) fn command_line(&self, words: &[OsString]) -> String {
        let words = words.iter().map(|word| quoted_word(word));
        let words = words.collect::<Vec<_>>().join(" ");
        let line = format!("tickets{} {words}", self.0);
        let quote = quote(&line);
        format!("{quote}{line}{quote}")
    }

    /// A command line in quotes.
    pub(crate) fn command(&self, words: &str) -> String {
        let name = words.split(' ').next().unwrap_or_default();
        let event = if OF_AN_EVENT.contains(&name) {
            self.0.as_str()
        } else {
            ""
        };
        let line = format!("tickets{event} {words}");
        let quote = quote(&line);
        format!("{quote}{line}{quote}")
    }
}

/// What such a command line stands between.
fn quote(line: &str) -> char {
    if line.contains('\'') { '"' } else { '\'' }
}

/// Between which quotes a letter of a command stands.
enum Within {
    Nothing,
    /// `'…'`
    Single,
    /// `$'…'`
    Dollar,
    /// `"…"`
    Double,
}

/// Where the quote stands that ends these words of a command. One of them may have quotes of its own, as [`quoted`] puts
/// them: a single one opens it behind a space, or behind a quote that is a part of it.
fn end_of_words(text: &str) -> Option<usize> {
    let (mut within, mut before, mut behind_escaped) = (Within::Nothing, ' ', false);
    let mut letters = text.char_indices();
    while let Some((at, c)) = letters.next() {
        let goes_on = std::mem::take(&mut behind_escaped) || before == ' ';
        match (&within, c) {
            (Within::Nothing | Within::Dollar, '\\') => {
                letters.next();
                behind_escaped = true;
            }
            (Within::Nothing, '"') => within = Within::Double,
            (Within::Nothing, '\'') if before == '$' => within = Within::Dollar,
            (Within::Nothing, '\'') if goes_on => within = Within::Single,
            (Within::Nothing, '\'') => return Some(at),
            (Within::Single | Within::Dollar, '\'') | (Within::Double, '"') => {
                within = Within::Nothing;
            }
            _ => {}
        }
        before = c;
    }
    None
}

/// A command line of no event, in quotes.
pub(crate) fn command(words: &str) -> String {
    EventFlag::default().command(words)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn commands_of_an_event_are_told_which() {
        let hint = "it's so; 'tickets audit' says more, 'tickets race locks' too; 'tickets -f b.json reset 2'";
        let named = |file: &str| EventFlag::named(OsStr::new(file)).hint(hint);
        assert_eq!(EventFlag::default().hint(hint), hint);
        assert_eq!(
            named("gig.json"),
            hint.replace("'tickets audit'", "'tickets -f gig.json audit'")
        );
        assert_eq!(
            named("a b.json"),
            hint.replace("'tickets audit'", "\"tickets -f 'a b.json' audit\"")
        );
        assert_eq!(
            EventFlag::default().hint("'tickets query"),
            "'tickets query"
        );
    }

    /// Words that have quotes of their own end no command.
    #[test]
    fn quoted_words_of_a_command_stay_in_it() {
        let event = EventFlag::named(OsStr::new("g.json"));
        for word in [
            "my list.csv",
            "it's",
            "'",
            "a'",
            "\\",
            "a\u{1b}'\\",
            "$HOME",
        ] {
            let import = format!("import {} --batch x", quoted(OsStr::new(word)));
            let hint = format!("it's so: 'tickets {import}'; 'tickets audit'");
            assert_eq!(
                event.hint(&hint),
                format!(
                    "it's so: {}; {}",
                    event.command(&import),
                    event.command("audit")
                )
            );
        }
        let hint = "'tickets book \"O'Brien\"' or not";
        assert_eq!(
            EventFlag::default().hint(hint),
            "\"tickets book \"O'Brien\"\" or not"
        );
    }

    #[test]
    fn a_shell_reads_a_word_as_it_was() {
        for word in [
            "gig.json",
            "a b",
            "it's",
            "$HOME",
            "`id`",
            "-x.json",
            "",
            "a\nb",
            "\u{1b}[2J'",
            "\u{202e}x\\",
            "~",
            "*",
        ] {
            let script = format!("printf '%s\\n' {}", quoted(OsStr::new(word)));
            let output = std::process::Command::new("bash")
                .args(["-c", &script])
                .output();
            let read = String::from_utf8(output.unwrap().stdout).unwrap();
            let lead = if word.starts_with('-') { "./" } else { "" };
            assert_eq!(read, format!("{lead}{word}\n"), "{script}");
        }
        assert_eq!(quoted(OsStr::from_bytes(b"a\xff1")), r"$'a\3771'");
    }
}
