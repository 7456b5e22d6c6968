//! Long options with one dash: `-key` would be `-k` with the value `ey`.

use clap::Command;
use clap::error::ErrorKind;

/// An error where a word of the command line is the name of an option of its command, and one dash stands before it.
pub(super) fn refuse(words: &[String], grammar: &dyn Fn() -> Command) -> Result<(), clap::Error> {
    let options = words.iter().take_while(|word| *word != "--");
    let suspects = options.filter_map(|word| name_behind_one_dash(word));
    let suspects: Vec<&str> = suspects.collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let mut all = grammar();
    all.build();
    let command = named(&all, words);
    let is_meant = |name: &&&str| {
        command
            .get_arguments()
            .any(|option| option.get_long() == Some(**name))
    };
    let Some(name) = suspects.iter().find(is_meant) else {
        return Ok(());
    };
    let message = format!("'-{name}' has one dash: write --{name}");
    Err(all.error(ErrorKind::UnknownArgument, message))
}

fn name_behind_one_dash(word: &str) -> Option<&str> {
    let name = word.strip_prefix('-')?.split('=').next()?;
    let is_name = name.len() > 2
        && !name.starts_with('-')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    is_name.then_some(name)
}

/// The command that these words lead to.
fn named<'c>(grammar: &'c Command, words: &[String]) -> &'c Command {
    words.iter().fold(grammar, |command, word| {
        command.find_subcommand(word).unwrap_or(command)
    })
}
