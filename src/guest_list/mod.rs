//! The guest list for others than this program: a page to print, and rows for a spreadsheet.
//!
//! What the command line prints and what the service answers is one text.

mod cell;
mod page;
mod rows;

pub(crate) use cell::{MARK, cell, text};
pub(crate) use page::{ENGLISH, GuestListPage, GuestListWords, STYLE};
pub(crate) use rows::csv;
