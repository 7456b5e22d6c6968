//! What must not depend on the length of the ledger, how fast it is audited, and many commands at
//! once.

mod audit;
mod grow;
mod holds;
mod import;
mod locks;
mod order;
mod queue;
mod sale;

use std::path::Path;
use std::process::Command;

use crate::args::LedgerArgs;
use crate::figure_report::FigureReport;
use crate::machine::Machine;
use crate::run::Finished;
use crate::run::excerpt;
use crate::scratch::Scratch;
use crate::{Result, note};
use grow::Events;

/// The parts, by the names that `--only` looks at.
const PARTS: [&str; 6] = [LIBRARY, COMMAND, AUDIT, QUEUE, DUE, IMPORT];
const LIBRARY: &str = "one more sale, library";
const COMMAND: &str = "one more sale, command";
const AUDIT: &str = "audit";
const QUEUE: &str = "at once";
const DUE: &str = "due holds";
const IMPORT: &str = "import";

/// How much of everything there is.
struct Sizes {
    sales: u64,
    buyers: usize,
    /// Sales on each ledger, by the library and by the command.
    sales_timed: u32,
    audits: u32,
    /// The rows of a list, and how often it is imported.
    rows: u64,
    imports: u32,
}

/// Measures the parts the command line asks for.
pub(crate) fn run(args: &LedgerArgs) -> Result<FigureReport> {
    let sizes = sizes(args);
    let parts = choose(args.only.as_deref().unwrap_or(""))?;
    let tickets = args.program.find()?;
    let wants = |part| parts.contains(&part);
    if wants(COMMAND) || wants(QUEUE) || wants(DUE) {
        probe(&tickets, "book")?;
    }
    if wants(IMPORT) {
        probe(&tickets, "import")?;
    }
    if wants(AUDIT) {
        probe(&tickets, "audit")?;
    }

    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let mut figures = Vec::new();
    if wants(QUEUE) {
        figures.extend(queue::queue(&scratch, sizes.buyers, &tickets)?);
    }
    if wants(LIBRARY) || wants(COMMAND) || wants(AUDIT) {
        note(&format!("making a ledger of {} sales", sizes.sales));
        let events = Events::grow(&scratch, sizes.sales)?;
        if wants(LIBRARY) || wants(COMMAND) {
            let held = holds::open(&scratch, sizes.sales)?;
            let runs = sizes.sales_timed;
            if wants(LIBRARY) {
                figures.extend(sale::library(&events, &held, runs)?);
            }
            if wants(COMMAND) {
                figures.extend(sale::command(&events, &held, runs, &tickets)?);
            }
        }
        if wants(AUDIT) {
            figures.extend(audit::audit(&events, sizes.audits, &tickets)?);
        }
    }
    if wants(DUE) {
        let sizes = (sizes.sales, sizes.audits);
        figures.extend(holds::due(&scratch, sizes, &tickets)?);
    }
    if wants(IMPORT) {
        let sizes = (sizes.rows, sizes.imports);
        figures.extend(import::import(&scratch, sizes, &tickets)?);
    }
    let about = format!("the long ledger has {} sales", sizes.sales);
    let report = FigureReport::new(machine, figures, args.common.quick);
    Ok(report.of(&[("sales", sizes.sales)], about))
}

fn sizes(args: &LedgerArgs) -> Sizes {
    let (sales, buyers, sales_timed, audits) = if args.common.quick {
        (2_000, 40, 5, 1)
    } else {
        (1_000_000, 2_000, 200, 5)
    };
    let (rows, imports) = if args.common.quick {
        (200, 1)
    } else {
        (10_000, 9)
    };
    Sizes {
        sales: args.sales.unwrap_or(sales),
        buyers: args.buyers.map_or(buyers, |buyers| buyers as usize),
        sales_timed,
        audits,
        rows,
        imports,
    }
}

/// The parts whose name contains the given text.
fn choose(only: &str) -> Result<Vec<&'static str>> {
    let parts = PARTS.into_iter().filter(|part| part.contains(only));
    let parts: Vec<_> = parts.collect();
    if parts.is_empty() {
        let names = PARTS.join("\n  ");
        return Err(format!(
            "no part's name contains {only:?}; the parts are:\n  {names}"
        ));
    }
    Ok(parts)
}

/// Whether the program has a command at all.
pub(crate) fn probe(tickets: &Path, command: &str) -> Result<()> {
    let tried = Command::new(tickets)
        .args(command.split(' '))
        .arg("--help")
        .output();
    let name = tickets.display();
    let tried = tried.map_err(|error| format!("could not start {name}: {error}"))?;
    if tried.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&tried.stderr);
    let said = said.lines().next().unwrap_or("(nothing)").to_owned();
    Err(format!(
        "{name} has no command `{command}` ({said}); build it anew, or measure other parts with --only"
    ))
}

/// A command must have done what it should.
pub(crate) fn same_code(what: &str, finished: &Finished) -> Result<()> {
    match finished.code {
        Some(0) => Ok(()),
        code => {
            let code = code.map_or("a signal".to_owned(), |code| code.to_string());
            let said = excerpt(&finished.stderr);
            Err(format!("`{what}` ended with {code}: {said}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LIBRARY, choose};

    #[test]
    fn only_chooses_by_name_and_names_what_there_is() {
        assert_eq!(choose("library"), Ok(vec![LIBRARY]));
        assert_eq!(choose("").map(|parts| parts.len()), Ok(6));
        assert!(choose("nonsense").is_err_and(|said| said.contains("audit")));
    }
}
