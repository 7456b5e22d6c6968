//! The command line: the one place that prints.

mod args;
mod bare_thread;
mod booking;
mod books;
mod buy;
mod cell;
mod doctor;
mod hint;
mod json;
mod lab;
mod manual;
mod overdue;
mod picture;
mod race;
mod screen;
mod signals;
#[cfg(test)]
mod spoken;
mod usage;
mod verdict;

use clap::FromArgMatches as _;
use clap::parser::ValueSource;
use serde::Serialize;

use args::{Cli, Command, Reset};
use hint::Event;
use screen::Screen;
use tickets::{BoxOffice, Kind, Result, shown};

/// Runs the command line; returns the exit code.
pub(crate) fn run() -> u8 {
    let parsed = args::grammar().try_get_matches().and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        let by_default = matches.value_source("file") == Some(ValueSource::DefaultValue);
        let event = if by_default {
            Event::default()
        } else {
            Event::named(cli.file.as_os_str())
        };
        Ok((cli, event))
    });
    let (cli, event) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage::tell(error),
    };
    let screen = Screen::new(cli.json, cli.quiet).of(event);
    let name = cli.command.name();
    let code = match dispatch(&cli, &screen) {
        Ok(code) => code,
        Err(error) => {
            screen.error(name, &error, None);
            error.kind().exit_code()
        }
    };
    screen.close(code)
}

fn dispatch(cli: &Cli, screen: &Screen) -> Result<u8> {
    if let Command::Buy(_) | Command::Race(_) | Command::Doctor(_) = &cli.command {
        signals::keep_children();
    }
    match &cli.command {
        Command::Query => query(cli, screen),
        Command::Buy(arguments) => buy::run(cli, arguments, screen),
        Command::Book(arguments) => booking::book(cli, arguments, screen),
        Command::Cancel(arguments) => booking::cancel(cli, arguments, screen),
        Command::Adjust(arguments) => booking::adjust(cli, arguments, screen),
        Command::Sales(arguments) => books::sales(cli, arguments, screen),
        Command::Audit(arguments) => books::audit(cli, arguments, screen),
        Command::Reset(arguments) => reset(cli, arguments, screen),
        Command::Completions { shell } => Ok(manual::completions(*shell, screen)),
        Command::Man { directory } => manual::pages(directory.as_deref(), screen),
        Command::Race(race) => lab::run(race, &cli.file, screen),
        Command::Doctor(arguments) => doctor::run(cli, arguments, screen),
    }
}

fn query(cli: &Cli, screen: &Screen) -> Result<u8> {
    let office = BoxOffice::at(&cli.file)?;
    match office.query() {
        Ok(count) => {
            let document = QueryDocument {
                ok: true,
                command: "query",
                ticket: count.left,
                sold: count.sold,
            };
            screen.result(&document, |out| {
                writeln!(out, "{} left, {} sold", count.left, count.sold)
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

fn reset(cli: &Cli, arguments: &Reset, screen: &Screen) -> Result<u8> {
    let (force, wait) = (arguments.force, arguments.wait.limit);
    let done = BoxOffice::at(&cli.file)?.reset(arguments.stock, force, wait)?;
    let document = ResetDocument {
        ok: true,
        command: "reset",
        file: cli.file.display().to_string(),
        ticket: done.stock,
        archived: done.archive.map(|path| path.display().to_string()),
    };
    screen.result(&document, |out| {
        writeln!(out, "{} left", document.ticket)?;
        let file = shown(&document.file);
        match &document.archived {
            Some(archive) => {
                let archive = shown(archive);
                writeln!(out, "{file} was reset; the old ledger is kept as {archive}")
            }
            None => writeln!(out, "{file} was reset"),
        }
    });
    Ok(0)
}

#[derive(Serialize)]
struct QueryDocument {
    ok: bool,
    command: &'static str,
    ticket: u64,
    sold: u64,
}

#[derive(Serialize)]
struct ResetDocument {
    ok: bool,
    command: &'static str,
    file: String,
    ticket: u64,
    archived: Option<String>,
}
