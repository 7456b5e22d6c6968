//! The program: its command line, and the one place that prints. Knows nothing of how files are kept.

mod again;
mod args;
mod audit;
mod bare_thread;
mod booking;
mod buy;
mod check;
mod check_notes;
mod clock;
mod completions;
mod copy;
mod doctor;
mod document;
mod door;
mod error_document;
mod event_life;
mod given_up;
mod held_too;
mod hint;
mod holding;
mod import;
mod init;
mod json;
mod keeping;
mod kept;
mod lab;
mod left;
mod manual;
mod name_for_id;
mod nearby;
mod overdue;
mod picture;
mod process;
mod query;
mod sales;
mod screen;
#[cfg(feature = "serve")]
mod serve;
mod settings;
mod show;
mod slips;
#[cfg(test)]
mod spoken;
mod tour;
mod usage;
mod verdict;
mod watch;
mod width;

use std::path::Path;
use std::process::ExitCode;

use clap::parser::ValueSource;

use crate::store::place::is_address;
use crate::{Error, Kind, Result, name_closed_directory, serve_as_child};
use args::{Cli, ColorArg, Command};
use hint::EventFlag;
use screen::Screen;

/// The program `tickets`, from its arguments to its exit code. It prints, and takes over what signals do.
#[must_use]
pub fn main() -> ExitCode {
    process::outlive_size_limit();
    serve_as_child().unwrap_or_else(|| ExitCode::from(completions::answer().unwrap_or_else(run)))
}

/// Runs the command line; returns the exit code.
fn run() -> u8 {
    let (cli, event) = match parsed() {
        Ok(parsed) => parsed,
        Err(error) => return usage::tell(error),
    };
    match cli.globals.color {
        ColorArg::Auto => anstream::ColorChoice::Auto,
        ColorArg::Always => anstream::ColorChoice::Always,
        ColorArg::Never => anstream::ColorChoice::Never,
    }
    .write_global();
    let names_none = event.is_none();
    let screen = Screen::new(cli.globals.json, cli.globals.quiet).of(event);
    let code = match dispatch(&cli, &screen) {
        Ok(code) => code,
        Err(error) => {
            let error = name_closed_directory(nearby::told(error, &cli.globals.file));
            let error = of_its_event(error, &cli.command);
            screen.error(cli.command.name(), &error, None);
            error.kind().exit_code()
        }
    };
    if names_none && !screen.json && !screen.quiet {
        let note: Vec<String> = nearby::unnamed(&cli.command).into_iter().collect();
        screen.notes(&note);
    }
    screen.close(code)
}

/// The same error of a command that names its events behind it, not by `-f`: its hints name the one that it is about.
fn of_its_event(error: Error, command: &Command) -> Error {
    let named = command.events();
    let is_about = |event: &&Path| error.place().is_some_and(|place| *place.file == **event);
    let event = match named.as_slice() {
        [one] => Some(*one),
        all => all.iter().copied().find(is_about),
    };
    let Some((event, hint)) = event.zip(error.hint_text()) else {
        return error;
    };
    let by_path = hint.replace("-f PATH names it", "name it by its path");
    let hint = EventFlag::named(event.as_os_str()).hint(&by_path);
    error.hint(hint)
}

/// The command, and the event as the hints name it.
fn parsed() -> std::result::Result<(Cli, EventFlag), clap::Error> {
    let (matches, cli) = args::parse()?;
    slips::refuse_bare_number(&matches)?;
    let event = match matches.value_source("file") {
        Some(ValueSource::DefaultValue) => EventFlag::default(),
        _ => EventFlag::named(cli.globals.file.as_os_str()),
    };
    Ok((cli, event))
}

fn dispatch(cli: &Cli, screen: &Screen) -> Result<u8> {
    if let Command::Buy(_) | Command::Race(_) | Command::Doctor(_) = &cli.command {
        process::keep_children();
    }
    let file = &cli.globals.file;
    refuse_on_cluster(file, &cli.command)?;
    match &cli.command {
        Command::Init(arguments) => init::init(file, arguments, screen),
        Command::Query => query::query(file, screen),
        Command::Buy(arguments) => buy::run(file, arguments, screen),
        Command::Book(arguments) => booking::book(file, arguments, screen),
        Command::Hold(arguments) => holding::hold(file, arguments, screen),
        Command::Confirm(arguments) => holding::confirm(file, arguments, screen),
        Command::Release(arguments) => holding::release(file, arguments, screen),
        Command::Rename(arguments) => event_life::rename(file, arguments, screen),
        Command::Show(arguments) => show::show(file, arguments, screen),
        Command::Import(arguments) => import::import(file, arguments, screen),
        Command::Set(arguments) => event_life::set(file, arguments, screen),
        Command::Close(arguments) => event_life::close(file, arguments, screen),
        Command::Reopen(arguments) => event_life::reopen(file, arguments, screen),
        Command::Door(arguments) => door::door(file, arguments, screen),
        Command::Watch => watch::watch(file, screen),
        Command::Cancel(arguments) => booking::cancel(file, arguments, screen),
        Command::Adjust(arguments) => booking::adjust(file, arguments, screen),
        Command::Sales(arguments) => sales::sales(file, arguments, screen),
        Command::Audit(arguments) => audit::audit(file, arguments, screen),
        Command::Backup(arguments) => keeping::backup(file, arguments, screen),
        Command::Restore(arguments) => keeping::restore(file, arguments, screen),
        Command::Copy(arguments) => copy::copy(arguments, screen),
        Command::Reset(arguments) => keeping::reset(file, arguments, screen),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::serve(file, arguments, screen),
        Command::Completions(arguments) => Ok(completions::registration(arguments.shell, screen)),
        Command::Man(arguments) => manual::pages(arguments.directory.as_deref(), screen),
        Command::Race(race) => lab::run(race, file, screen, &|arguments| {
            tour::tour(arguments, file, screen, dispatch)
        }),
        Command::Doctor(arguments) => doctor::run(file, arguments, screen),
    }
}

/// Refuses on a cluster what is about files.
fn refuse_on_cluster(file: &Path, command: &Command) -> Result<()> {
    let why = match command {
        Command::Doctor(arguments) if arguments.place.is_none() => {
            "a directory is examined, not a cluster: 'etcdctl endpoint health' examines that"
        }
        _ => return Ok(()),
    };
    if !is_address(file) {
        return Ok(());
    }
    Err(Error::new(Kind::Usage, why).at(file, 0, 0))
}
