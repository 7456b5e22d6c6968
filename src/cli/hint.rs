//! Commands in hints: they name the event that the caller has named, so that a person who copies one hits no other.

use std::ffi::OsStr;

pub(crate) use crate::quoted;

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
            let Some((words, after)) = behind.split_once('\'') else {
                rendered.push_str(OPENS);
                rest = behind;
                continue;
            };
            rendered.push_str(&self.command(words));
            rest = after;
        }
        rendered.push_str(rest);
        rendered
    }

    /// A command line in quotes.
    pub(crate) fn command(&self, words: &str) -> String {
        let name = words.split(' ').next().unwrap_or_default();
        let event = if OF_AN_EVENT.contains(&name) {
            self.0.as_str()
        } else {
            ""
        };
        let quote = if event.contains('\'') || words.contains('\'') {
            '"'
        } else {
            '\''
        };
        format!("{quote}tickets{event} {words}{quote}")
    }
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
