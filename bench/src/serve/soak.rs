//! A soak: clients of all kinds at a low rate for a long time, and what memory and descriptors the service has meanwhile.
//!
//! It is looked at when it is at rest: all clients have gone, and their connections are closed.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::Server;
use super::{client, visitors};
use crate::args::ServeArgs;
use crate::figure::Figure;
use crate::figure_report::FigureReport;
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::{Result, note};

/// More than are ever sold.
const STOCK: u64 = 1_000_000_000;

/// By how much the service may grow from the warm-up to the end, in MiB: what it knows of each key, and what an allocator keeps.
const GROWTH: f64 = 8.0;

/// By how many descriptors, however long it takes: what a clerk opens when it is first needed.
const OPENED: f64 = 8.0;

/// For how long connections may stay open once their clients have gone: longer than any is waited for.
const REST: Duration = Duration::from_secs(60);

/// What the service has when it is at rest.
#[derive(Debug, Clone, Copy)]
struct AtRest {
    resident: f64,
    own: f64,
    descriptors: usize,
}

/// Soaks for so long, and as long again a tenth of it before, to warm up.
pub(super) fn run(args: &ServeArgs, time: Duration) -> Result<FigureReport> {
    let tickets = args.program.find()?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    let place = scratch.subdirectory("soak")?;
    let event = place.join("tickets.json");
    tell(
        &tickets,
        &event,
        &["init", &STOCK.to_string(), "--hold", "15m"],
    )?;
    let server = Server::start_on(&tickets, &place)?;
    let listening = server.sockets()?;
    let (mut visits, mut sold) = (0, 0);
    let mut seen = Vec::new();
    let parts = [
        ("warm", time / 10),
        ("first", time / 2),
        ("second", time / 2),
    ];
    for (word, time) in parts {
        note(&format!("soaking: {word}, {} s", time.as_secs()));
        let came = visitors::come(server.address, word, args.rate, Instant::now() + time)?;
        (visits, sold) = (visits + came.0, sold + came.1);
        seen.push(at_rest(&server, listening)?);
    }
    let [start, middle, end] = seen[..] else {
        return Err("a part is missing".to_owned());
    };
    judge_sales(&server, sold)?;
    server.end()?;
    tell(&tickets, &event, &["audit"])?;
    judge(start, end)?;
    let about = format!(
        "{visits} visits within {} s, {} a second of each of six kinds:",
        (time + time / 10).as_secs(),
        args.rate
    );
    let report = FigureReport::new(machine, figures([start, middle, end]), args.common.quick);
    let sizes = [("seconds", time.as_secs()), ("visits", visits as u64)];
    Ok(report.of(&sizes, about))
}

fn figures(seen: [AtRest; 3]) -> Vec<Figure> {
    let mut figures = Vec::new();
    for (when, at) in ["start", "middle", "end"].into_iter().zip(seen) {
        let name = |what: &str| format!("{what} at the {when}");
        figures.push(Figure::once(&name("resident memory"), "MiB", at.resident));
        figures.push(Figure::once(&name("memory of its own"), "MiB", at.own));
        figures.push(Figure::once(
            &name("descriptors"),
            "",
            at.descriptors as f64,
        ));
    }
    let [start, _, end] = seen;
    let grown = Figure::once(
        "resident memory gained",
        "MiB",
        end.resident - start.resident,
    );
    let open = end.descriptors as f64 - start.descriptors as f64;
    figures.push(grown.at_most(GROWTH));
    figures.push(Figure::once("descriptors gained", "", open).at_most(OPENED));
    figures
}

fn judge(start: AtRest, end: AtRest) -> Result<()> {
    let flat = end.resident - start.resident <= GROWTH && end.own - start.own <= GROWTH;
    if !flat {
        return Err(format!(
            "memory grows by more than {GROWTH} MiB: {start:?}, {end:?}"
        ));
    }
    if end.descriptors as f64 - start.descriptors as f64 > OPENED {
        return Err(format!(
            "more than {OPENED} descriptors stay open: {start:?}, {end:?}"
        ));
    }
    Ok(())
}

/// Waits until nobody is connected any more.
fn at_rest(server: &Server, listening: usize) -> Result<AtRest> {
    let began = Instant::now();
    loop {
        let open = server.sockets()?;
        if open <= listening {
            break;
        }
        if began.elapsed() > REST {
            return Err(format!("{open} sockets are open, and nobody is there"));
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(AtRest {
        resident: server.memory_mib("VmRSS:")?,
        own: server.memory_mib("RssAnon:")?,
        descriptors: server.descriptors()?,
    })
}

/// As many are sold as the clients were told.
fn judge_sales(server: &Server, sold: i64) -> Result<()> {
    let answer = client::ask(server.address, "GET /api/v1/event", &[], "")?.is(200)?;
    let count: Option<Value> = serde_json::from_str(&answer.body).ok();
    let counted = count.and_then(|count| count.get("sold")?.as_i64());
    if counted == Some(sold) {
        return Ok(());
    }
    Err(format!("{counted:?} are sold, and clients bought {sold}"))
}

/// Runs a command on the event, which must succeed.
fn tell(tickets: &Path, event: &Path, arguments: &[&str]) -> Result<()> {
    let output = Command::new(tickets)
        .arg("-f")
        .arg(event)
        .args(arguments)
        .output()
        .map_err(|error| format!("could not start {}: {error}", tickets.display()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("tickets {}: {said}", arguments.join(" ")))
}
