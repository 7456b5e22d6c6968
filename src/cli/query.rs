//! `tickets query`: how many are left.

use std::path::Path;

use serde::Serialize;

use super::event_life::told;
use super::left::in_words;
use super::screen::Screen;
use crate::office::OnSale;
use crate::{BoxOffice, Kind, Result};

pub(super) fn query(file: &Path, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(file)?;
    match office.state() {
        Ok(count) => {
            if count.rebuilt {
                screen.notes(&[format!(
                    "{} is missing or empty: counted from the ledger; the next sale writes it anew",
                    office.path().display()
                )]);
            }
            let document = QueryDocument {
                ok: true,
                command: "query",
                left: count.left,
                sold: count.sold,
                held: count.held,
                on_sale: count.on_sale,
                title: count.title.as_deref(),
            };
            screen.result(&document, |out| {
                if screen.quiet {
                    return writeln!(out, "{}", count.left);
                }
                write!(out, "{}", in_words(&count))?;
                match count.on_sale {
                    OnSale::Open | OnSale::SoldOut => writeln!(out),
                    other => writeln!(out, "; {}", told(other)),
                }
            });
            Ok(0)
        }
        Err(error) if error.kind() == Kind::Integrity => {
            // What the count says is told beside the reason not to trust it.
            screen.error("query", &error, office.written_count().ok());
            Ok(error.kind().exit_code())
        }
        Err(error) => Err(error),
    }
}

#[derive(Serialize)]
struct QueryDocument<'a> {
    ok: bool,
    command: &'static str,
    left: u64,
    sold: u64,
    held: u64,
    on_sale: OnSale,
    title: Option<&'a str>,
}
