//! An evening: two services over three nodes sell to 2,000 buyers while the leader is killed twice.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::nodes::Nodes;
use super::service::{Service, tickets};
use crate::figure::Figure;
use crate::load::{self, Outcome};
use crate::{Result, note, serve};

const STOCK: usize = 200;
const BUYERS: usize = 2_000;
/// The buyers arrive within such a time, so that there is something left to sell behind each kill.
const WITHIN: Duration = Duration::from_secs(80);
/// The leader is killed when so many are sold, and once more when more are than the first time.
const FIRST: u64 = 10;
/// How long a dead node stays away.
const AWAY: Duration = Duration::from_secs(1);
/// When all are asked again, so many at a time.
const AT_ONCE: usize = 64;
/// How long it may take until more is sold.
const PATIENCE: Duration = Duration::from_secs(60);

/// Holds it; an error where one ticket too many was sold, or one too few, or an answer was taken back.
pub(super) fn hold(program: &Path, place: &Path) -> Result<Vec<Figure>> {
    let mut nodes = Nodes::start(place)?;
    let event = nodes.address("evening")?;
    tickets(program, &event, &["init", &STOCK.to_string()])?;
    let services = [0, 1]
        .map(|at| Service::of_event(program, &event, &place.join(format!("service-{at}.log"))));
    let [one, other] = services;
    let (one, other) = (one?, other?);
    let addresses = [one.address, other.address];
    let rush = std::thread::spawn(move || load::rush(&addresses, BUYERS, WITHIN));
    let mut pauses = Vec::new();
    let mut sold = 0;
    for kill in 1..=2 {
        sold = until_sold(program, &event, (sold + 1).max(FIRST))?;
        if sold >= STOCK as u64 {
            return Err("all were sold before the leader was killed twice".to_owned());
        }
        let (leader, _) = nodes.leader()?;
        nodes.kill(leader);
        let began = Instant::now();
        note(&format!(
            "the leader is killed, {kill} of 2: {sold} of {STOCK} are sold"
        ));
        sold = until_sold(program, &event, sold + 1)?;
        pauses.push(began.elapsed().as_secs_f64());
        std::thread::park_timeout(AWAY);
        nodes.start_again(leader)?;
        nodes.wait_until_well()?;
    }
    let rushed = rush.join().map_err(|_| "the buyers have panicked")?;
    let rushed = rushed.map_err(|error| format!("the rush: {error}"))?;
    let told = ids(&rushed, true)?;
    let again = load::retry(&addresses, BUYERS, AT_ONCE).map_err(|error| error.to_string())?;
    let all = ids(&again, false)?;
    let audit = tickets(program, &event, &["audit"])?;
    let number = |name: &str| audit.get(name).and_then(Value::as_u64);
    let is_exact =
        all.len() == STOCK && number("sold") == Some(STOCK as u64) && number("left") == Some(0);
    if !is_exact || !all.is_superset(&told) {
        return Err(format!(
            "{} were told that they bought of {STOCK}: {audit}",
            all.len()
        ));
    }
    let longest = pauses.iter().copied().fold(0.0, f64::max);
    Ok(vec![
        Figure::once("sold of 200", "sales", all.len() as f64).at_least(STOCK as f64),
        Figure::once("buyers, all told", "processes", again.len() as f64),
        Figure::once("leaders killed while it sold", "times", pauses.len() as f64).at_least(2.0),
        Figure::once("longest pause of the sales", "s", longest),
    ])
}

/// Waits until so many are sold. Returns how many.
fn until_sold(program: &Path, event: &str, many: u64) -> Result<u64> {
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end {
        let state = tickets(program, event, &["query"]);
        let sold = state.ok().and_then(|state| state.get("sold")?.as_u64());
        if let Some(sold) = sold.filter(|sold| *sold >= many) {
            return Ok(sold);
        }
    }
    Err(format!(
        "no more than {many} were sold in {} s",
        PATIENCE.as_secs()
    ))
}

/// What was answered as sold; whoever was answered was told one or the other, or to come later, or the first time that nobody
/// knows.
fn ids(outcomes: &[Outcome], is_first: bool) -> Result<HashSet<String>> {
    let mut ids = HashSet::new();
    for outcome in outcomes {
        let Outcome::Answered { status, body, .. } = outcome else {
            continue;
        };
        match status {
            200 | 201 if ids.insert(serve::id(body)?) => {}
            409 | 503 => {}
            // Nothing was said of it: who is told so asks again with the same key.
            500 if is_first
                && ["outcome_unknown", "io"]
                    .iter()
                    .any(|code| body.contains(&format!("\"code\":\"{code}\""))) => {}
            _ => return Err(format!("answered with {status}: {body}")),
        }
    }
    Ok(ids)
}
