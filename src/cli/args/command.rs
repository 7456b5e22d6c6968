//! The grammar: every command, with what its help says.

use std::path::PathBuf;

use clap::builder::Resettable;
use clap::{
    ArgMatches, ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand,
    ValueEnum,
};
use clap_complete::engine::ArgValueCompleter;

use super::candidates;
use super::event::{
    DoorArgs, HoldArgs, HoldEndArgs, ImportArgs, RenameArgs, SetArgs, ShowArgs, TurnArgs,
};
use super::help;
use super::ignored;
use super::keeping::{
    AuditArgs, BackupArgs, DoctorArgs, InitArgs, ResetArgs, RestoreArgs, SalesArgs,
};
use super::race::RaceCommand;
use super::rush::BuyArgs;
use super::selling::{AdjustArgs, BookArgs, CancelArgs};
use super::value::{DEFAULT_FILE, FILE_VARIABLE};

/// The grammar of the command line. An empty variable is one that is not set, as people who write unit files
/// and the like means it.
pub(crate) fn grammar() -> clap::Command {
    let is_empty = std::env::var_os(FILE_VARIABLE).is_some_and(|value| value.is_empty());
    let grammar = if is_empty {
        Cli::command().mut_arg("file", |file| file.env(Resettable::Reset))
    } else {
        Cli::command()
    };
    ignored::unsaid(grammar).color(asked_color())
}

/// What the command line says, in its words and as the program has it.
pub(crate) fn parse() -> Result<(ArgMatches, Cli), clap::Error> {
    let mut grammar = grammar();
    let matches = grammar.try_get_matches_from_mut(std::env::args_os())?;
    ignored::refuse(&mut grammar, &matches)?;
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((matches, cli))
}

/// When help and what is wrong with a command line are coloured, which are told before that is understood.
fn asked_color() -> ColorChoice {
    let words = std::env::args_os().skip(1);
    let words: Vec<_> = words
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let mut asked = words
        .iter()
        .zip(words.iter().skip(1).map(Some).chain([None]));
    let asked = asked.find_map(|(word, next)| match word.strip_prefix("--color")? {
        "" => next.cloned(),
        value => value.strip_prefix('=').map(str::to_owned),
    });
    match asked.as_deref() {
        Some("always") => ColorChoice::Always,
        Some("never") => ColorChoice::Never,
        _ => ColorChoice::Auto,
    }
}

/// A booking office in a file: sells a limited stock from tickets.json, from any number of
/// processes, and never oversells under its lock.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, subcommand_help_heading = "Commands", after_help = help::PROGRAM, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The event's count
    #[arg(
        short,
        long,
        global = true,
        env = FILE_VARIABLE,
        default_value = DEFAULT_FILE,
        value_name = "FILE",
        add = ArgValueCompleter::new(candidates::events),
        help_heading = GLOBAL
    )]
    pub(crate) file: PathBuf,

    /// Print exactly one JSON document on stdout, errors included
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,

    /// Print no more than the result
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub(crate) quiet: bool,

    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help = "When to colour what is printed; auto: on a terminal, unless $NO_COLOR is set",
        help_heading = GLOBAL
    )]
    pub(crate) color: ColorArg,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes stands under this heading in its help.
const GLOBAL: &str = "Global options";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a new event to sell from
    #[command(after_help = help::INIT)]
    Init(InitArgs),

    /// How many tickets are left
    #[command(after_help = help::QUERY)]
    Query,

    /// A rush: many buyers at once, each a process of its own
    #[command(after_help = help::BUY)]
    Buy(BuyArgs),

    /// Book tickets for somebody: one real sale, always locked
    #[command(after_help = help::BOOK)]
    Book(BookArgs),

    /// Keep tickets for somebody until a time
    #[command(after_help = help::HOLD)]
    Hold(HoldArgs),

    /// Make a sale of a hold
    #[command(after_help = help::CONFIRM)]
    Confirm(HoldEndArgs),

    /// Give a hold back to the stock
    #[command(after_help = help::RELEASE)]
    Release(HoldEndArgs),

    /// Correct the buyer's name on a sale
    #[command(after_help = help::RENAME)]
    Rename(RenameArgs),

    /// One sale or hold: all that happened to it
    #[command(after_help = help::SHOW)]
    Show(ShowArgs),

    /// Sell to all of a list: each row is sold or refused by itself, and sold once however often it is run
    #[command(after_help = help::IMPORT)]
    Import(ImportArgs),

    /// Change what the event is sold by: title, limits, from when until when
    #[command(after_help = help::SET)]
    Set(SetArgs),

    /// End the sale for now: no sale and no hold
    #[command(after_help = help::CLOSE)]
    Close(TurnArgs),

    /// Go on with the sale
    #[command(after_help = help::REOPEN)]
    Reopen(TurnArgs),

    /// Who may come in: valid sales by name
    #[command(after_help = help::DOOR)]
    Door(DoorArgs),

    /// The count and the last sales, live
    #[command(after_help = help::WATCH)]
    Watch,

    /// Cancel a sale, or a part of it: its tickets are left again
    #[command(after_help = help::CANCEL)]
    Cancel(CancelArgs),

    /// Add tickets to the stock, or take away some that are not sold
    #[command(after_help = help::ADJUST)]
    Adjust(AdjustArgs),

    /// List the sales
    #[command(after_help = help::SALES)]
    Sales(SalesArgs),

    /// Does everything add up: every line of the ledger, and the count
    #[command(after_help = help::AUDIT)]
    Audit(AuditArgs),

    /// Copy the event to a directory while others sell: a count and a ledger that add up
    #[command(after_help = help::BACKUP)]
    Backup(BackupArgs),

    /// Put a backup back; loses no sale, and keeps what it replaces
    #[command(after_help = help::RESTORE)]
    Restore(RestoreArgs),

    /// Start the event anew; the old ledger is archived, not deleted
    #[command(after_help = help::RESET)]
    Reset(ResetArgs),

    /// What can go wrong: every way in which a few buyers can meet, run with real processes
    #[command(subcommand, after_help = help::RACE)]
    Race(RaceCommand),

    /// Do locks, atomic replace and sync work here, and how fast
    #[command(after_help = help::DOCTOR)]
    Doctor(DoctorArgs),

    /// Completions for a shell, on stdout
    #[command(after_help = help::COMPLETIONS)]
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },

    /// The manual, on stdout, or as a page for each command in a directory
    #[command(after_help = help::MAN)]
    Man {
        /// Where to write a page for each command
        directory: Option<PathBuf>,
    },
}

impl Command {
    /// The command's name in JSON.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Init(_) => "init",
            Self::Query => "query",
            Self::Buy(_) => "buy",
            Self::Book(_) => "book",
            Self::Hold(_) => "hold",
            Self::Confirm(_) => "confirm",
            Self::Release(_) => "release",
            Self::Rename(_) => "rename",
            Self::Show(_) => "show",
            Self::Import(_) => "import",
            Self::Set(_) => "set",
            Self::Close(_) => "close",
            Self::Reopen(_) => "reopen",
            Self::Door(_) => "door",
            Self::Watch => "watch",
            Self::Cancel(_) => "cancel",
            Self::Adjust(_) => "adjust",
            Self::Sales(_) => "sales",
            Self::Audit(_) => "audit",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::Reset(_) => "reset",
            Self::Completions { .. } => "completions",
            Self::Man { .. } => "man",
            Self::Doctor(_) => "doctor",
            Self::Race(race) => race.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammar_is_sound() {
        grammar().debug_assert();
    }
}
