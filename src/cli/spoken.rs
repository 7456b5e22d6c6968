//! What the help and the documents tell people to type: the grammar must accept it.

use clap::{CommandFactory, Parser};

use super::args::Cli;

/// The words of a command line as a shell would split them, up to a pipe, a redirection, the next command or
/// a comment: after `#`, or after two spaces as in the help.
fn words(line: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let (mut word, mut quote) = (None::<String>, None::<char>);
    let mut before = ' ';
    for character in line.chars() {
        match (quote, character) {
            (Some(end), c) if c == end => quote = None,
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, '|' | '>' | ';' | '#') => break,
            (None, ' ') if before == ' ' && !all.is_empty() => break,
            (None, ' ') => all.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
        before = character;
    }
    all.extend(word);
    all
}

/// Fails unless the grammar accepts it.
fn accept(line: &str, place: &str) {
    if let Err(error) = Cli::try_parse_from(words(line)) {
        let help = clap::error::ErrorKind::DisplayHelp;
        assert!(error.kind() == help, "{place} says\n{line}\nbut {error}");
    }
}

/// Every command, with the words that lead to it.
fn commands(command: &clap::Command, name: &str, all: &mut Vec<(String, clap::Command)>) {
    all.push((name.to_owned(), command.clone()));
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        commands(sub, &format!("{name} {}", sub.get_name()), all);
    }
}

#[test]
fn every_help_has_examples_that_the_grammar_accepts_and_says_how_it_exits() {
    let mut all = Vec::new();
    commands(&Cli::command(), "tickets", &mut all);
    let serves = usize::from(cfg!(feature = "serve"));
    assert_eq!(all.len(), 37 + serves, "a command came or went");
    for (name, command) in &all {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        let examples: Vec<&str> = help
            .lines()
            .filter_map(|line| line.strip_prefix("  tickets "))
            .collect();
        let own = name.strip_prefix("tickets").unwrap_or_default().trim();
        assert!(
            help.starts_with("Examples:\n  tickets ") && help.contains(own),
            "{name}: {help}"
        );
        assert!(
            help.contains("Exits ") || help.contains("Exit codes:"),
            "{name} does not say how it exits"
        );
        for example in examples {
            assert!(example.len() <= 70, "wider than a screen of 80: {example}");
            accept(&format!("tickets {example}"), &format!("{name} --help"));
        }
    }
}

#[test]
fn no_help_is_wider_than_a_screen() {
    let mut all = Vec::new();
    let mut whole = Cli::command();
    whole.build();
    commands(&whole, "tickets", &mut all);
    for (name, command) in all {
        let help = command.term_width(80).render_long_help().to_string();
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn every_command_in_the_documents_is_one() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for name in [
        "README.md",
        "CHANGELOG.md",
        "docs/chapter.md",
        "docs/design.md",
        "docs/evidence.md",
    ] {
        let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
        // Elsewhere a name in passing need not be a whole line.
        let quoted = text
            .split("```")
            .step_by(2)
            .flat_map(|prose| prose.split('`').skip(1).step_by(2))
            .map(|code| code.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|code| {
                name == "README.md" && code.starts_with("tickets ") && code.contains(" --")
            });
        let shown = text.lines().filter_map(|line| line.strip_prefix("$ "));
        let shown = shown.filter(|line| line.starts_with("tickets "));
        for line in quoted.chain(shown.map(str::to_owned)) {
            if ["FILE", "DIR", " N", "…"]
                .iter()
                .all(|it| !line.contains(it))
            {
                accept(&line, name);
                seen += 1;
            }
        }
    }
    assert!(seen >= 35, "{seen} command lines: are they still read?");
}

#[test]
fn a_line_is_split_as_a_shell_would() {
    let line = "tickets race find 'a && b <= 2' --lock=x   what it is | not";
    assert_eq!(
        words(line),
        ["tickets", "race", "find", "a && b <= 2", "--lock=x"]
    );
    assert_eq!(
        words("tickets book \"Bob S\" | jq ."),
        ["tickets", "book", "Bob S"]
    );
    assert_eq!(words("tickets query; echo $?"), ["tickets", "query"]);
}
