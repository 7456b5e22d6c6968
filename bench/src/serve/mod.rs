//! The service in a rush: many buyers arrive within a second, each by a connection of its own, and do not wait for each
//! other; one in ten goes before it is answered. Or a soak: few clients for a long time.

mod client;
mod server;
mod soak;
mod visitors;

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::args::ServeArgs;
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::load::{self, Outcome};
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::table::thousands;
use crate::{Result, note};
use server::Server;

const STOCK: usize = 200;
const WITHIN: Duration = Duration::from_secs(1);
/// Nobody is answered later than so many seconds after arriving.
const SLOWEST: f64 = 10.0;
const MIB: f64 = 256.0;
/// When all are asked again, so many at a time.
const AT_ONCE: usize = 64;

/// What came of one rush.
#[derive(Debug, Default)]
struct Rush {
    /// How many were answered with each status.
    statuses: BTreeMap<u16, usize>,
    /// The seconds that each waited for its answer, in order.
    times: Vec<f64>,
    /// The ids of what was answered as sold.
    sold: HashSet<String>,
}

/// Measures rushes, or soaks.
pub(crate) fn run(args: &ServeArgs) -> Result<FigureReport> {
    match args.soak {
        Some(time) => soak::run(args, time),
        None => rushes(args),
    }
}

fn rushes(args: &ServeArgs) -> Result<FigureReport> {
    let tickets = args.program.find()?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let clients = args
        .clients
        .unwrap_or(if args.common.quick { 500 } else { 10_000 }) as usize;
    let runs = args.runs.number(args.common.quick);
    let mut columns = BTreeMap::<(usize, &str), Vec<f64>>::new();
    for run in 0..runs {
        note(&format!(
            "measuring: {clients} arrive within a second, {} of {runs}",
            run + 1
        ));
        let place = scratch.subdirectory(&format!("rush-{run}"))?;
        let values = once(&tickets, &place, clients)?;
        for (at, (name, value)) in values.into_iter().enumerate() {
            columns.entry((at, name)).or_default().push(value);
        }
    }
    let mut figures = Vec::new();
    for ((_, name), values) in columns {
        figures.push(bound(name, values)?);
    }
    let about = format!(
        "{} buyers arrive within {} s for {STOCK} tickets, one in ten goes before it is answered:",
        thousands(clients as f64),
        WITHIN.as_secs()
    );
    let report = FigureReport::new(machine, figures, args.common.quick);
    Ok(report.of(
        &[("clients", clients as u64), ("stock", STOCK as u64)],
        about,
    ))
}

fn bound(name: &str, values: Vec<f64>) -> Result<Figure> {
    let (unit, most) = match name {
        "slowest answer" => ("s", Some(SLOWEST)),
        "peak memory" => ("MiB", Some(MIB)),
        "median answer" | "p99 answer" | "all asked again" => ("s", None),
        _ => ("", None),
    };
    let figure = Figure::of(name.to_owned(), unit, values)?;
    Ok(match most {
        Some(most) => figure.at_most(most),
        None if name == "sold" => figure.at_least(STOCK as f64),
        None => figure,
    })
}

/// One rush on a fresh event, and the same buyers again until each is told.
fn once(tickets: &Path, place: &Path, clients: usize) -> Result<Vec<(&'static str, f64)>> {
    let problem = |error: std::io::Error| format!("the rush: {error}");
    let server = Server::start(tickets, place, STOCK as u64)?;
    let before = server.descriptors()?;
    let first = Rush::of(&load::rush(&[server.address], clients, WITHIN).map_err(problem)?)?;
    let sold = sold(place)?;
    if sold > STOCK || first.sold.len() > sold {
        return Err(format!(
            "{sold} were sold of {STOCK}, and {} answered",
            first.sold.len()
        ));
    }
    let peak = server.peak_mib();
    let began = Instant::now();
    let again = load::retry(&[server.address], clients, AT_ONCE).map_err(problem)?;
    let seconds = began.elapsed().as_secs_f64();
    let again = Rush::of(&again)?;
    let after = self::sold(place)?;
    if after != STOCK || again.sold.len() != STOCK || !again.sold.is_superset(&first.sold) {
        let answered = again.sold.len();
        return Err(format!(
            "asked again: {after} were sold of {STOCK}, and {answered} answered"
        ));
    }
    let open = server.descriptors()?;
    server.end()?;
    let status = |wanted| first.statuses.get(&wanted).copied().unwrap_or(0) as f64;
    let times = &first.times;
    let time = |percent: usize| times.get(times.len() * percent / 100).copied();
    Ok(vec![
        ("sold", sold as f64),
        ("answered with 201", status(201)),
        ("answered with 409", status(409)),
        ("answered with 503", status(503)),
        ("median answer", time(50).unwrap_or(0.0)),
        ("p99 answer", time(99).unwrap_or(0.0)),
        ("slowest answer", times.last().copied().unwrap_or(0.0)),
        ("peak memory", peak),
        ("all asked again", seconds),
        ("descriptors left open", open.saturating_sub(before) as f64),
    ])
}

impl Rush {
    /// Everybody who stayed must have been answered, and with nothing but a sale, a refusal or "later".
    fn of(outcomes: &[Outcome]) -> Result<Self> {
        let mut rush = Self::default();
        for outcome in outcomes {
            let (status, body, took) = match outcome {
                Outcome::Answered { status, body, took } => (*status, body, took),
                Outcome::Gone => continue,
                Outcome::Unanswered(why) => {
                    return Err(format!("somebody was not answered: {why}"));
                }
            };
            *rush.statuses.entry(status).or_default() += 1;
            rush.times.push(took.as_secs_f64());
            match status {
                200 | 201 if rush.sold.insert(id(body)?) => {}
                409 | 503 => {}
                _ => return Err(format!("answered with {status}: {body}")),
            }
        }
        rush.times.sort_by(f64::total_cmp);
        Ok(rush)
    }
}

/// The id of the sale that is answered.
pub(crate) fn id(body: &str) -> Result<String> {
    let answer: Option<Value> = serde_json::from_str(body).ok();
    let id = answer.and_then(|answer| Some(answer.pointer("/sale/id")?.as_str()?.to_owned()));
    id.ok_or_else(|| format!("no sale is in {body:?}"))
}

/// How many sales stand on the ledger.
fn sold(place: &Path) -> Result<usize> {
    let ledger: PathBuf = place.join("tickets.ledger.jsonl");
    let text =
        fs::read_to_string(&ledger).map_err(|error| format!("{}: {error}", ledger.display()))?;
    Ok(text.matches("\"op\":\"sell\"").count())
}
