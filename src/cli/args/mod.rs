//! The command line's grammar, its help and its values. Knows nothing of what a command does.

mod alone;
mod candidates;
mod cell_separator;
mod command;
mod compare;
mod dash_texts;
mod event;
mod event_help;
mod globals;
mod grammar;
mod help;
mod ignored;
mod keeping;
mod lab;
mod manual;
mod moment;
mod one_dash;
mod picture_kind;
mod race;
mod rush;
mod selling;
#[cfg(feature = "serve")]
mod serve;
mod tour;
mod value;

pub(crate) use command::Command;
pub(crate) use compare::CompareArgs;
pub(crate) use event::{
    DoorArgs, DoorFormat, HoldArgs, HoldEndArgs, ImportArgs, RenameArgs, SetArgs, SettingsArgs,
    ShowArgs, TurnArgs,
};
pub(crate) use globals::ColorArg;
pub(crate) use grammar::{Cli, grammar, parse, read};
pub(crate) use keeping::{
    AuditArgs, BackupArgs, CopyArgs, DoctorArgs, Format, InitArgs, ResetArgs, RestoreArgs,
    SalesArgs,
};
pub(crate) use lab::{
    FindArgs, LocksArgs, MAX_EXHAUSTIVE, ProveArgs, ReplayArgs, SelfcheckArgs, TrialArgs,
};
pub(crate) use picture_kind::PictureKind;
pub(crate) use race::RaceCommand;
pub(crate) use rush::BuyArgs;
pub(crate) use selling::{AdjustArgs, BookArgs, CancelArgs};
#[cfg(feature = "serve")]
pub(crate) use serve::{LogArg, ServeArgs};
pub(crate) use tour::{TOUR_STEPS, TourArgs};
pub(crate) use value::{DEFAULT_FILE, LockArg};
