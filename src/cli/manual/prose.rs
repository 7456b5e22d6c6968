//! What stands below a command's options in its help, taken apart for its page: examples, prose, exit codes.

/// A command's help below its options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Prose {
    /// The lines of the examples, without their indent.
    pub(super) examples: Vec<String>,
    /// The paragraphs between.
    pub(super) paragraphs: Vec<String>,
    /// A table of exit codes: the code, and what it says.
    pub(super) codes: Vec<(String, String)>,
    /// The sentences about exit codes.
    pub(super) exits: Vec<String>,
}

/// Where a line belongs.
#[derive(Clone, Copy)]
enum Block {
    Examples,
    Codes,
}

impl Prose {
    pub(super) fn of(text: &str) -> Self {
        let mut prose = Self::default();
        let mut block = Block::Examples;
        for line in text.lines() {
            match (line.strip_prefix("  "), block) {
                (Some(line), Block::Examples) => prose.examples.push(line.to_owned()),
                (Some(line), Block::Codes) => {
                    let (code, says) = line.split_once("  ").unwrap_or((line, ""));
                    prose.codes.push((code.to_owned(), says.trim().to_owned()));
                }
                (None, _) if line == "Examples:" => block = Block::Examples,
                (None, _) if line == "Exit codes:" => block = Block::Codes,
                (None, Block::Examples) if line.is_empty() => {
                    if !prose.examples.is_empty() {
                        prose.examples.push(String::new());
                    }
                }
                (None, _) if line.is_empty() => {}
                (None, _) => prose.paragraph(line),
            }
        }
        while prose.examples.last().is_some_and(String::is_empty) {
            prose.examples.pop();
        }
        prose
    }

    /// A paragraph, which may end with sentences about exit codes.
    fn paragraph(&mut self, text: &str) {
        let sentences = text
            .find(". Exits ")
            .map(|at| at + 2)
            .or_else(|| text.starts_with("Exits ").then_some(0));
        let (before, exits) = text.split_at(sentences.unwrap_or(text.len()));
        if !before.is_empty() {
            self.paragraphs.push(before.trim_end().to_owned());
        }
        if !exits.is_empty() {
            self.exits.push(exits.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_is_taken_apart() {
        let text = "Examples:\n  a b     c\n\n  d\n\nOne. Two. Exits 3 when four.\n\nExit codes:\n  0  done\n  \
                    128 + n  stopped\n\nExits 5.";
        let owned = |texts: &[&str]| {
            texts
                .iter()
                .map(|&text| text.to_owned())
                .collect::<Vec<_>>()
        };
        let expected = Prose {
            examples: owned(&["a b     c", "", "d"]),
            paragraphs: owned(&["One. Two."]),
            codes: vec![
                ("0".to_owned(), "done".to_owned()),
                ("128 + n".to_owned(), "stopped".to_owned()),
            ],
            exits: owned(&["Exits 3 when four.", "Exits 5."]),
        };
        assert_eq!(Prose::of(text), expected);
    }
}
