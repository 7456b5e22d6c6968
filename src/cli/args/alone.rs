//! The grammar of one command alone: most command lines are in order, and are read by this.
//!
//! The grammar of all commands has a place for each of them, and clap gives each a copy of the options that every
//! command takes: more than half of what a short command needed to start. This has one command, and no help: it reads
//! what the whole grammar reads, and of what it does not read the whole grammar says why.

use clap::{Args as _, Command, Subcommand as _};

use super::event::{
    DoorArgs, HoldArgs, HoldEndArgs, ImportArgs, RenameArgs, SetArgs, ShowArgs, TurnArgs,
};
use super::globals::Globals;
use super::keeping::{
    AuditArgs, BackupArgs, CopyArgs, DoctorArgs, InitArgs, ResetArgs, RestoreArgs, SalesArgs,
};
use super::manual::{CompletionsArgs, ManArgs};
use super::race::RaceCommand;
use super::rush::BuyArgs;
use super::selling::{AdjustArgs, BookArgs, CancelArgs};
#[cfg(feature = "serve")]
use super::serve::ServeArgs;

/// A command's name, and what adds to it all that it takes.
type Alone = (&'static str, fn(Command) -> Command);

const COMMANDS: &[Alone] = &[
    ("init", InitArgs::augment_args),
    ("query", nothing),
    ("buy", BuyArgs::augment_args),
    ("book", BookArgs::augment_args),
    ("hold", HoldArgs::augment_args),
    ("confirm", HoldEndArgs::augment_args),
    ("release", HoldEndArgs::augment_args),
    ("rename", RenameArgs::augment_args),
    ("show", ShowArgs::augment_args),
    ("import", ImportArgs::augment_args),
    ("set", SetArgs::augment_args),
    ("close", TurnArgs::augment_args),
    ("reopen", TurnArgs::augment_args),
    ("door", DoorArgs::augment_args),
    ("watch", nothing),
    ("cancel", CancelArgs::augment_args),
    ("adjust", AdjustArgs::augment_args),
    ("sales", SalesArgs::augment_args),
    ("audit", AuditArgs::augment_args),
    ("backup", BackupArgs::augment_args),
    ("restore", RestoreArgs::augment_args),
    ("copy", CopyArgs::augment_args),
    ("reset", ResetArgs::augment_args),
    #[cfg(feature = "serve")]
    ("serve", ServeArgs::augment_args),
    ("race", race),
    ("doctor", DoctorArgs::augment_args),
    ("completions", CompletionsArgs::augment_args),
    ("man", ManArgs::augment_args),
];

fn nothing(command: Command) -> Command {
    command
}

fn race(command: Command) -> Command {
    RaceCommand::augment_subcommands(command).subcommand_required(true)
}

/// The program with the first command that these words name, or with none. Where that word is something else, as in
/// `-f query book`, this does not read them.
pub(super) fn grammar(words: &[String]) -> Command {
    let program = Command::new(env!("CARGO_PKG_NAME"))
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true);
    let program = Globals::augment_args(program);
    let named = |word: &String| COMMANDS.iter().find(|(name, _)| name == word);
    match words.iter().find_map(named) {
        Some((name, takes)) => program.subcommand(Command::new(*name).defer(*takes)),
        None => program,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that a command reads: its options and places, and those of the commands below it.
    fn reads(command: &Command) -> Vec<String> {
        let own = command.get_arguments().map(|option| format!("{option:?}"));
        let below = command.get_subcommands().filter(|c| c.get_name() != "help");
        let below = below.flat_map(|c| [vec![c.get_name().to_owned()], reads(c)].concat());
        own.chain(below).collect()
    }

    #[test]
    fn a_command_alone_reads_what_it_reads_among_all() {
        let mut all = super::super::grammar::plain();
        all.build();
        for among in all.get_subcommands() {
            let name = among.get_name();
            if name == "help" {
                continue;
            }
            let mut alone = grammar(&["-q".to_owned(), name.to_owned(), "query".to_owned()]);
            alone.build();
            let own = alone.find_subcommand(name).map(reads);
            assert!(own == Some(reads(among)), "{name}");
        }
        assert_eq!(all.get_subcommands().count(), COMMANDS.len() + 1);
    }

    #[test]
    fn a_command_alone_is_sound() {
        for (name, _) in COMMANDS {
            grammar(&[(*name).to_owned()]).debug_assert();
        }
        grammar(&[]).debug_assert();
    }
}
