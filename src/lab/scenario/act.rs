//! What a process of a scenario does: one command, on what was there before it.

/// The number of the line that the commands are about: a hold of Bob's, or his sale.
pub(in crate::lab) const BOBS: &str = "3";

/// The rows that are imported: who buys one ticket, and under which key.
pub(in crate::lab) const ROWS: [(&str, &str); 2] = [("ann", "list-1"), ("dan", "list-2")];

/// One command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lab) enum CommandCall {
    Book(&'static str, u64),
    Hold(&'static str, u64),
    Confirm,
    Release,
    Cancel,
    Rename(&'static str),
    Close,
    LimitSale(u64),
    Retitle(&'static str),
    Import,
}

impl CommandCall {
    /// It as a command line.
    pub(in crate::lab) fn command(self) -> String {
        match self {
            Self::Book(buyer, 1) => format!("book {buyer}"),
            Self::Book(buyer, quantity) => format!("book {buyer} --quantity {quantity}"),
            Self::Hold(buyer, 1) => format!("hold {buyer}"),
            Self::Hold(buyer, quantity) => format!("hold {buyer} --quantity {quantity}"),
            Self::Confirm => format!("confirm {BOBS}"),
            Self::Release => format!("release {BOBS}"),
            Self::Cancel => format!("cancel {BOBS}"),
            Self::Rename(buyer) => format!("rename {BOBS} {buyer}"),
            Self::Close => "close".to_owned(),
            Self::LimitSale(most) => format!("set --max-per-sale {most}"),
            Self::Retitle(title) => format!("set --title {title}"),
            Self::Import => "import list.csv".to_owned(),
        }
    }
}
