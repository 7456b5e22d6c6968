//! Sells from a program of your own: a night at the door, from a file in a temporary directory.
//!
//! ```console
//! $ cargo run --example sell_from_your_program
//! alice bought 2, 1 left
//! bob wanted 2: asked for 2, 1 left
//! carol bought 1, 0 left
//! ```

use std::io::Write;

use tickets::{BoxOffice, Kind};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("tickets.json");
    std::fs::write(&file, "{\"ticket\": 3}")?;

    // Any number of processes may have the same file open like this.
    let mut office = BoxOffice::at(&file)?;
    let mut out = std::io::stdout();
    for (name, quantity) in [("alice", 2), ("bob", 2), ("carol", 1)] {
        match office.book(name, quantity) {
            // On the ledger, and on disk, when the call returns.
            Ok(sale) => writeln!(out, "{name} bought {}, {} left", sale.quantity, sale.left)?,
            Err(error) if matches!(error.kind(), Kind::SoldOut { .. }) => {
                writeln!(out, "{name} wanted {quantity}: {error}")?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
