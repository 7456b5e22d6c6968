//! Clients that arrive at their times, whether or not those before them were answered, each by a connection of its own.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// After so long a client counts as never answered.
const NEVER: Duration = Duration::from_secs(60);

/// One client in so many goes before it is answered.
const VANISHES: usize = 10;

/// What a client does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It waits for its answer.
    Waits,
    /// It sends its order, and closes a moment later.
    Leaves,
    /// It closes half way through the body.
    BreaksOff,
}

impl Manner {
    /// That of the client of this number.
    pub(crate) fn of(number: usize) -> Self {
        match number % (2 * VANISHES) {
            0 => Self::Leaves,
            VANISHES => Self::BreaksOff,
            _ => Self::Waits,
        }
    }
}

/// What a client got.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// An answer, so long after it arrived.
    Answered {
        status: u16,
        body: String,
        took: Duration,
    },
    /// It went.
    Gone,
    /// None, and why.
    Unanswered(String),
}

/// What the client of this number sends: one ticket, under a key of its own.
fn order(number: usize) -> String {
    let body = format!("{{\"buyer\":\"buyer-{number}\",\"quantity\":1}}");
    let length = body.len();
    format!(
        "POST /api/v1/sales HTTP/1.1\r\nHost: rush\r\nConnection: close\r\nIdempotency-Key: rush-{number}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// So many clients arrive within this time, evenly, at each of these in turn. What each got, by its number.
pub(crate) fn rush(
    addresses: &[SocketAddr],
    clients: usize,
    within: Duration,
) -> io::Result<Vec<Outcome>> {
    let files = raise_limit(clients as u64 + 64);
    if files < clients as u64 + 64 {
        let message = format!("{clients} connections, and only {files} descriptors: ulimit -n");
        return Err(io::Error::other(message));
    }
    runtime()?.block_on(async {
        let begin = Instant::now() + Duration::from_millis(50);
        let mut all = JoinSet::new();
        for number in 0..clients {
            let share = number as f64 / clients as f64;
            let address = at(addresses, number)?;
            all.spawn(async move {
                let arrives = begin + within.mul_f64(share);
                sleep_until(arrives).await;
                (number, client(address, number, Manner::of(number)).await)
            });
        }
        collected(all).await
    })
}

/// The same clients again, so many at a time, each until it is told that it has its ticket or that there is none.
/// Their last status, by their numbers.
pub(crate) fn retry(
    addresses: &[SocketAddr],
    clients: usize,
    at_once: usize,
) -> io::Result<Vec<Outcome>> {
    runtime()?.block_on(async {
        let mut all = JoinSet::new();
        for first in 0..at_once {
            let address = at(addresses, first)?;
            all.spawn(async move {
                let mut done = Vec::new();
                for number in (first..clients).step_by(at_once) {
                    done.push((number, until_told(address, number).await));
                }
                done
            });
        }
        let mut outcomes = vec![Outcome::Gone; clients];
        while let Some(done) = all.join_next().await {
            for (number, outcome) in done? {
                if let Some(place) = outcomes.get_mut(number) {
                    *place = outcome;
                }
            }
        }
        Ok(outcomes)
    })
}

/// Where the client of this number orders.
fn at(addresses: &[SocketAddr], number: usize) -> io::Result<SocketAddr> {
    let turn = number % addresses.len().max(1);
    let address = addresses.get(turn).copied();
    address.ok_or_else(|| io::Error::other("nobody sells"))
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

async fn collected(mut all: JoinSet<(usize, Outcome)>) -> io::Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    while let Some(done) = all.join_next().await {
        outcomes.push(done?);
    }
    outcomes.sort_by_key(|(number, _)| *number);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

async fn until_told(address: SocketAddr, number: usize) -> Outcome {
    let begin = Instant::now();
    loop {
        let outcome = client(address, number, Manner::Waits).await;
        let later = match &outcome {
            Outcome::Answered { status, .. } => *status == 503,
            Outcome::Gone | Outcome::Unanswered(_) => true,
        };
        if !later || begin.elapsed() > NEVER {
            return outcome;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

/// One client, from its connection on.
async fn client(address: SocketAddr, number: usize, manner: Manner) -> Outcome {
    let arrived = Instant::now();
    let asked = timeout(NEVER, ask(address, number, manner)).await;
    let took = arrived.elapsed();
    match asked {
        Ok(Ok(None)) => Outcome::Gone,
        Ok(Ok(Some((status, body)))) => Outcome::Answered { status, body, took },
        Ok(Err(error)) => Outcome::Unanswered(error.to_string()),
        Err(_) => Outcome::Unanswered(format!("no answer within {} s", NEVER.as_secs())),
    }
}

/// The status and the body that were answered; `None`: it went before.
async fn ask(
    address: SocketAddr,
    number: usize,
    manner: Manner,
) -> io::Result<Option<(u16, String)>> {
    let stream = TcpStream::connect(address).await?;
    let order = order(number);
    let half = order.len() - 20;
    match manner {
        Manner::Waits => send(&stream, order.as_bytes()).await?,
        Manner::Leaves => {
            send(&stream, order.as_bytes()).await?;
            sleep(Duration::from_millis(number as u64 % 30)).await;
            return Ok(None);
        }
        Manner::BreaksOff => {
            send(&stream, order.as_bytes().get(..half).unwrap_or_default()).await?;
            return Ok(None);
        }
    }
    let answer = receive(&stream).await?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    let status =
        status.ok_or_else(|| io::Error::other("the connection ended without an answer"))?;
    Ok(Some((status, body.to_owned())))
}

async fn send(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(sent) => bytes = bytes.get(sent..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// All until the other end closes.
async fn receive(stream: &TcpStream) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut buffer) {
            Ok(0) => return Ok(all),
            Ok(read) => all.extend_from_slice(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// How many descriptors this process may have, which it asks for first.
fn raise_limit(wanted: u64) -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current.is_some_and(|current| current < wanted) {
        let most = limit.maximum.unwrap_or(wanted);
        let mut raised = limit;
        raised.current = Some(most.min(wanted));
        if setrlimit(Resource::Nofile, raised).is_ok() {
            limit = raised;
        }
    }
    limit.current.unwrap_or(u64::MAX)
}
