//! A box office on the network, with a thread for each client.
//!
//! Without arguments it opens one on a free port of this machine, sends it clients of all kinds, many at
//! once, slow ones and such as vanish, and prints what each hears. Answers the chapter's server and client:
//! its echo in capital letters is the command `UPPER`, and `BUY` sells a ticket.
//!
//! ```console
//! $ cargo run --example tcp_box_office
//! $ cargo run --example tcp_box_office serve 127.0.0.1:3002 data/tickets.json     # for nc; until Ctrl-C
//! ```

mod server;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tickets::BoxOffice;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const STOCK: usize = 20;
const AT_ONCE: usize = 40;

macro_rules! say {
    ($($words:tt)*) => { writeln!(io::stdout(), $($words)*) };
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn call(office: SocketAddr) -> io::Result<Self> {
        TcpStream::connect(office).map(BufReader::new).map(Self)
    }

    fn send(&mut self, words: &str) -> io::Result<()> {
        self.0.get_mut().write_all(words.as_bytes())
    }

    fn hear(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        self.0.read_line(&mut answer)?;
        Ok(answer.trim_end().to_owned())
    }

    fn ask(&mut self, line: &str) -> io::Result<String> {
        self.send(&format!("{line}\n"))?;
        self.hear()
    }
}

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [serve, address, file] = &arguments[..]
        && serve == "serve"
    {
        let listener = TcpListener::bind(address)?;
        say!("listening on {}; Ctrl-C ends it", listener.local_addr()?)?;
        server::serve(&listener, file.as_ref(), &AtomicBool::new(false));
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("tickets.json");
    fs::write(&file, format!("{{\"ticket\": {STOCK}}}"))?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (office, closing) = (listener.local_addr()?, AtomicBool::new(false));
    say!("the box office listens on {office}, with {STOCK} tickets")?;
    thread::scope(|scope| {
        let server = scope.spawn(|| server::serve(&listener, &file, &closing));
        let done = visit(office, &file);
        closing.store(true, Ordering::Relaxed);
        // It looks when somebody comes.
        TcpStream::connect(office)?;
        server.join().map_err(|_| "the server failed")?;
        done
    })?;
    closed(&file)
}

fn visit(office: SocketAddr, file: &Path) -> Outcome {
    let mut alice = Client::call(office)?;
    for line in ["UPPER hello", "BUY alice", "SELL"] {
        say!("  alice: {line} -> {}", alice.ask(line)?)?;
    }
    say!("half a line holds up nobody, and sells nothing")?;
    let mut bob = Client::call(office)?;
    bob.send("BUY b")?;
    say!("  bob: BUY b")?;
    say!(
        "  carol: BUY carol -> {}",
        Client::call(office)?.ask("BUY carol")?
    )?;
    say!("  bob: ob -> {}", bob.ask("ob")?)?;

    say!("clients that vanish")?;
    Client::call(office)?.send("BUY dan")?;
    say!("  dan: BUY dan, and he is gone in the middle of his line")?;
    Client::call(office)?.send("BUY erin\n")?;
    say!("  erin: BUY erin, and she is gone without waiting for the answer")?;
    let end = Instant::now() + Duration::from_secs(30);
    while !buyers(file)?.contains(&"erin".to_owned()) {
        if Instant::now() > end {
            return Err("erin's whole line was not obeyed".into());
        }
        thread::sleep(Duration::from_millis(1));
    }

    say!("{AT_ONCE} clients at once")?;
    let start = Barrier::new(AT_ONCE);
    let answers = thread::scope(|scope| {
        let one = |number: usize| {
            let start = &start;
            scope.spawn(move || {
                let client = Client::call(office);
                start.wait();
                client?.ask(&format!("BUY client-{number}"))
            })
        };
        let clients: Vec<_> = (1..=AT_ONCE).map(one).collect();
        let answer = |client: thread::ScopedJoinHandle<'_, _>| client.join();
        clients
            .into_iter()
            .map(answer)
            .collect::<Result<io::Result<Vec<String>>, _>>()
    });
    let answers = answers.map_err(|_| "a client failed")??;
    let heard = |word: &str| answers.iter().filter(|it| it.starts_with(word)).count();
    let (sold, refused) = (heard("SOLD"), heard("NONE LEFT"));
    say!("  {sold} of them have a ticket, {refused} have heard NONE LEFT")?;
    Ok(())
}

/// Who stands on the ledger.
fn buyers(file: &Path) -> Outcome<Vec<String>> {
    let mut buyers = Vec::new();
    BoxOffice::at(file)?.sales(None, &mut |sale| {
        buyers.push(sale.buyer.to_owned());
        ControlFlow::Continue(())
    })?;
    Ok(buyers)
}

fn closed(file: &Path) -> Outcome {
    let (office, buyers) = (BoxOffice::at(file)?, buyers(file)?);
    let count = office.query()?;
    say!("closed: {} sold, {} left", count.sold, count.left)?;
    for name in ["dan", "erin"] {
        let times = buyers.iter().filter(|buyer| *buyer == name).count();
        say!("  {name} is on the ledger {times} times")?;
    }
    if !office.audit()?.findings.is_empty() || buyers.len() != STOCK {
        return Err("the ledger does not add up".into());
    }
    Ok(())
}
