//! Every command, with what its help says.

use std::path::Path;

use clap::Subcommand;

use super::event::{
    DoorArgs, HoldArgs, HoldEndArgs, ImportArgs, RenameArgs, SetArgs, ShowArgs, TurnArgs,
};
use super::event_help;
use super::help;
use super::keeping::{
    AuditArgs, BackupArgs, CopyArgs, DoctorArgs, InitArgs, ResetArgs, RestoreArgs, SalesArgs,
};
use super::manual::{CompletionsArgs, ManArgs};
use super::race::RaceCommand;
use super::rush::BuyArgs;
use super::selling::{AdjustArgs, BookArgs, CancelArgs};
#[cfg(feature = "serve")]
use super::serve::{self, ServeArgs};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
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
    #[command(after_help = event_help::HOLD)]
    Hold(HoldArgs),

    /// Make a sale of a hold
    #[command(after_help = event_help::CONFIRM)]
    Confirm(HoldEndArgs),

    /// Give a hold back to the stock
    #[command(after_help = event_help::RELEASE)]
    Release(HoldEndArgs),

    /// Correct the buyer's name on a sale
    #[command(after_help = event_help::RENAME)]
    Rename(RenameArgs),

    /// One sale or hold: all that happened to it
    #[command(after_help = event_help::SHOW)]
    Show(ShowArgs),

    /// Sell to all of a list: each row is sold or refused by itself, and sold once however often it is run
    #[command(after_help = event_help::IMPORT)]
    Import(ImportArgs),

    /// Show or change what the event is sold by: title, limits, from when until when
    #[command(after_help = event_help::SET)]
    Set(SetArgs),

    /// End the sale for now: no sale and no hold
    #[command(after_help = event_help::CLOSE)]
    Close(TurnArgs),

    /// Go on with the sale
    #[command(after_help = event_help::REOPEN)]
    Reopen(TurnArgs),

    /// Who may come in: valid sales by name
    #[command(after_help = event_help::DOOR)]
    Door(DoorArgs),

    /// The count and the last sales, live
    #[command(after_help = event_help::WATCH)]
    Watch,

    /// Cancel a sale, or a part of it: its tickets are left again
    #[command(after_help = help::CANCEL)]
    Cancel(CancelArgs),

    /// Add tickets to the stock, or take away some that are left
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

    /// Copy an event between a file and a cluster, every line checked
    #[command(after_help = help::COPY)]
    Copy(CopyArgs),

    /// Start the event anew; the old ledger is archived, not deleted
    #[command(after_help = help::RESET)]
    Reset(ResetArgs),

    /// Sell over HTTP, beside all who sell here
    #[cfg(feature = "serve")]
    #[command(after_help = serve::HELP)]
    Serve(ServeArgs),

    /// What can go wrong: every way in which a few buyers can meet, run with real processes
    #[command(subcommand, after_help = help::RACE)]
    Race(RaceCommand),

    /// Do locks, atomic replace and sync work here, and how fast
    #[command(after_help = help::DOCTOR)]
    Doctor(DoctorArgs),

    /// Completions for a shell, on stdout
    #[command(after_help = help::COMPLETIONS)]
    Completions(CompletionsArgs),

    /// The manual, on stdout, or as a page for each command in a directory
    #[command(after_help = help::MAN)]
    Man(ManArgs),
}

impl Command {
    /// The events that are named behind the command.
    pub(crate) fn events(&self) -> Vec<&Path> {
        match self {
            Self::Copy(arguments) => vec![&arguments.from, &arguments.to],
            #[cfg(feature = "serve")]
            Self::Serve(arguments) => arguments
                .events
                .iter()
                .map(std::path::PathBuf::as_path)
                .collect(),
            _ => Vec::new(),
        }
    }

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
            Self::Copy(_) => "copy",
            Self::Reset(_) => "reset",
            #[cfg(feature = "serve")]
            Self::Serve(_) => "serve",
            Self::Completions(_) => "completions",
            Self::Man(_) => "man",
            Self::Doctor(_) => "doctor",
            Self::Race(race) => race.name(),
        }
    }
}
