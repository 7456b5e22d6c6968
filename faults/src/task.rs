//! What is asked for when a fault strikes.

use serde_json::Value;

use crate::event::{Prepared, Variant};
use crate::life::INIT;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Book,
    Cancel,
    Adjust,
    Reset,
    Query,
    Audit,
    Init,
    Hold,
    Confirm,
    Release,
    Rename,
    Close,
    Reopen,
    Set,
    Import,
    /// A sale that needs the tickets of a hold that is due.
    Expire,
    Door,
}

pub(crate) const TASKS: [Task; 17] = [
    Task::Book,
    Task::Cancel,
    Task::Adjust,
    Task::Reset,
    Task::Query,
    Task::Audit,
    Task::Init,
    Task::Hold,
    Task::Confirm,
    Task::Release,
    Task::Rename,
    Task::Close,
    Task::Reopen,
    Task::Set,
    Task::Import,
    Task::Expire,
    Task::Door,
];

/// Those of a sale's and an event's life, which a line of its own tells of.
pub(crate) const LIFE: [Task; 8] = [
    Task::Hold,
    Task::Confirm,
    Task::Release,
    Task::Rename,
    Task::Close,
    Task::Set,
    Task::Import,
    Task::Expire,
];

/// Those that change this event.
pub(crate) fn writers(variant: Variant) -> impl Iterator<Item = Task> {
    let fits = move |task: &Task| !task.only_reads() && task.fits(variant);
    TASKS.into_iter().filter(fits)
}

/// The name that a sale is given.
const NEW_NAME: &str = "Roberta";

/// The title that an event is given.
pub(crate) const NEW_TITLE: &str = "Winter";

/// How many rows are imported.
pub(crate) const ROWS: usize = 2;

impl Task {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Book => "book",
            Self::Cancel => "cancel",
            Self::Adjust => "adjust",
            Self::Reset => "reset --force",
            Self::Query => "query",
            Self::Audit => "audit",
            Self::Init => "init",
            Self::Hold => "hold",
            Self::Confirm => "confirm",
            Self::Release => "release",
            Self::Rename => "rename",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Set => "set",
            Self::Import => "import",
            Self::Expire => "expire",
            Self::Door => "door",
        }
    }

    /// The command line.
    pub(crate) fn line(self, prepared: &Prepared) -> String {
        let Prepared { id, hold, .. } = prepared;
        let line = match self {
            Self::Book => "book eve --key k".to_owned(),
            Self::Cancel => format!("cancel {id}"),
            Self::Adjust => "adjust +1 --reason x".to_owned(),
            Self::Reset => "reset --force".to_owned(),
            Self::Query => "query".to_owned(),
            Self::Audit => "audit".to_owned(),
            Self::Init => INIT.to_owned(),
            Self::Hold => "hold eve --for 1h --key h".to_owned(),
            Self::Confirm => format!("confirm {hold}"),
            Self::Release => format!("release {hold}"),
            Self::Rename => format!("rename {id} {NEW_NAME}"),
            Self::Close => "close --reason rain".to_owned(),
            Self::Reopen => "reopen".to_owned(),
            Self::Set => format!("set --title {NEW_TITLE}"),
            Self::Import => format!("import {} --batch b", prepared.list()),
            Self::Expire => "book eve --quantity 2 --key x".to_owned(),
            Self::Door => "door".to_owned(),
        };
        format!("--json {line}")
    }

    pub(crate) fn only_reads(self) -> bool {
        matches!(self, Self::Query | Self::Audit | Self::Door)
    }

    /// Whether it means something on this event.
    pub(crate) fn fits(self, variant: Variant) -> bool {
        match variant {
            Variant::Nothing => self == Self::Init,
            Variant::Closed => matches!(self, Self::Reopen | Self::Query),
            Variant::Held => !matches!(self, Self::Init | Self::Reopen),
            Variant::First => self != Self::Cancel && self.is_old_or(&[Self::Hold, Self::Import]),
            Variant::Torn => self.is_old_or(&[Self::Hold]),
            Variant::Padded => self.is_old_or(&[Self::Import]),
            Variant::Plain | Variant::Foreign => self.is_old_or(&[]),
        }
    }

    fn is_old_or(self, others: &[Self]) -> bool {
        let old = [
            Self::Book,
            Self::Cancel,
            Self::Adjust,
            Self::Reset,
            Self::Query,
            Self::Audit,
        ];
        old.contains(&self) || others.contains(&self)
    }

    /// How many lines it writes that say that it was done.
    pub(crate) fn marks(self) -> usize {
        if self == Self::Import { ROWS } else { 1 }
    }

    /// How many lines it writes on this event, but for the one that opens it.
    pub(crate) fn lines(self, variant: Variant) -> usize {
        match self {
            Self::Query | Self::Audit | Self::Door | Self::Reset => 0,
            // Its second row needs tickets that are due.
            Self::Import if variant == Variant::Held => ROWS + 1,
            Self::Import => ROWS,
            Self::Expire => 2,
            _ => 1,
        }
    }

    /// How many tickets are sold by it that were not before.
    pub(crate) fn sells(self) -> i64 {
        match self {
            Self::Book | Self::Confirm => 1,
            Self::Import | Self::Expire => 2,
            _ => 0,
        }
    }

    /// Whether its answer says how many are left.
    pub(crate) fn tells_left(self) -> bool {
        !matches!(self, Self::Rename | Self::Close | Self::Reopen | Self::Set)
    }

    /// Whether this line says that it was done; a sale's, under this key.
    pub(crate) fn is_on(self, line: &Value, prepared: &Prepared, key: &str) -> bool {
        let about = |op: &str, id: &str| line["op"] == op && line["ref"] == id;
        match self {
            Self::Book => line["op"] == "sell" && line["key"] == key,
            Self::Expire => line["op"] == "sell" && line["key"] == "x",
            Self::Hold => line["op"] == "hold" && line["key"] == "h",
            Self::Import => {
                let text = line["key"].as_str().unwrap_or_default();
                line["op"] == "sell" && (text == "i" || text.starts_with("import-"))
            }
            Self::Cancel => about("cancel", &prepared.id),
            Self::Confirm => about("confirm", &prepared.hold),
            Self::Release => about("release", &prepared.hold),
            Self::Rename => about("rename", &prepared.id) && line["buyer"] == NEW_NAME,
            Self::Adjust => line["op"] == "adjust" && line["reason"] == "x",
            Self::Close => line["op"] == "close" && line["reason"] == "rain",
            Self::Reopen => line["op"] == "reopen" && line["seq"].as_u64() > Some(20),
            Self::Set => line["op"] == "set" && line["event"]["title"] == NEW_TITLE,
            Self::Init => line["op"] == "set",
            Self::Reset | Self::Query | Self::Audit | Self::Door => false,
        }
    }
}
