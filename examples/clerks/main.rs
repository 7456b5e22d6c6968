//! Buyers give orders, clerks answer them, and a queue stands between: all are processes, and the tickets are
//! sold from a real event file.
//!
//! Prints how every order was answered, twice. First the clerks end by a note in the queue, one for each
//! clerk. Then they end when every order is answered, however many clerks there are, and two of them are
//! killed at the worst moments: nothing is lost and nothing is sold twice. Answers the chapter's programs on
//! producers and consumers, and the joinable queue that ends them.
//!
//! ```console
//! $ cargo run --example clerks
//! ```

mod orders;
mod staff;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::PoisonError;
use std::thread::{self, ScopedJoinHandle};

use rustix::process::{Signal, getpid, kill_process};
use tickets::office::{Order, Unobserved};
use tickets::{BoxOffice, Kind};

use orders::{Note, Orders};
use staff::Fates;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

const BUYERS: [&str; 2] = ["alice", "bob"];
const ORDERS_EACH: usize = 10;
const CLERKS: usize = 2;

/// A clerk is killed before it sells, or after it has sold and before it says so.
const BEFORE: &str = "before";
const AFTER: &str = "after";
/// Over which orders, when they are handed out for the first time.
const KILLED_OVER: [(&str, &str); 2] = [("alice-3", BEFORE), ("bob-2", AFTER)];

#[derive(Clone, Copy, PartialEq)]
enum Ending {
    ANoteForEachClerk,
    EveryOrderAnswered,
}

macro_rules! say {
    ($($words:tt)*) => { writeln!(io::stdout(), $($words)*) };
}

/// This program again, in a role.
fn child(role: &[&str]) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args(role).stdout(Stdio::piped());
    Ok(command)
}

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["buyer", name] => {
            for number in 1..=ORDERS_EACH {
                say!("{name}-{number}")?;
            }
            Ok(())
        }
        ["clerk", file] => answer_orders(file.as_ref()),
        _ => {
            say!("20 orders, 15 tickets; a clerk ends when it finds the note to go home")?;
            sell(Ending::ANoteForEachClerk, 15)?;
            say!("20 orders, 20 tickets; the clerks end when every order is answered")?;
            sell(Ending::EveryOrderAnswered, 20)
        }
    }
}

/// A clerk: an order a line comes in, and with it when to be killed over it; an answer a line goes out.
fn answer_orders(file: &Path) -> Outcome {
    let mut office = BoxOffice::at(file)?;
    for line in io::stdin().lines() {
        let line = line?;
        let (order, fate) = line.split_once(' ').unwrap_or((&line, ""));
        if fate == BEFORE {
            kill_process(getpid(), Signal::KILL)?;
        }
        let buyer = order.split('-').next().unwrap_or_default();
        // The order's name is its key: however often it is handed out, it is sold once.
        let order = Order::new(buyer, 1).key(order);
        let answer = match office.purchase(&order, &mut Unobserved) {
            Ok(sale) if sale.replayed => "sold already",
            Ok(_) => "sold",
            Err(error) if matches!(error.kind(), Kind::SoldOut { .. }) => "sold out",
            Err(error) => return Err(error.into()),
        };
        if fate == AFTER {
            kill_process(getpid(), Signal::KILL)?;
        }
        say!("{answer}")?;
    }
    Ok(())
}

fn sell(ending: Ending, stock: u32) -> Outcome {
    let doom = match ending {
        Ending::ANoteForEachClerk => &[][..],
        Ending::EveryOrderAnswered => &KILLED_OVER,
    };
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("tickets.json");
    fs::write(&file, format!("{{\"ticket\": {stock}}}"))?;

    let (orders, fates) = (&Orders::default(), &Fates::default());
    // Whoever fails closes the queue, so that nobody waits for ever.
    let or_close = |done: Outcome| done.inspect_err(|_| orders.close());
    thread::scope(|scope| {
        let give = |name| move || or_close(staff::buyer(name, orders));
        let work = || or_close(staff::clerk(&file, doom, orders, fates));
        let buyers = BUYERS.map(|name| scope.spawn(give(name)));
        let clerks = [(); CLERKS].map(|()| scope.spawn(work));
        let join = |thread: ScopedJoinHandle<'_, Outcome>| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a thread failed".into()))
        };
        buyers.into_iter().try_for_each(join)?;
        match ending {
            Ending::ANoteForEachClerk => (0..CLERKS).for_each(|_| orders.put(Note::GoHome)),
            Ending::EveryOrderAnswered => {
                orders.all_answered();
                orders.close();
            }
        }
        clerks.into_iter().try_for_each(join)
    })?;
    report(&file, fates)
}

/// Each order was answered once, and the ledger agrees.
fn report(file: &Path, fates: &Fates) -> Outcome {
    let fates = fates.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut sold, mut refused) = (Vec::new(), 0);
    for (order, fate) in fates.iter() {
        let [answer] = &fate.answers[..] else {
            return Err(format!("{order} was answered {} times", fate.answers.len()).into());
        };
        for when in &fate.killed {
            say!("  {order}: a clerk was killed {when} selling it; the next one says: {answer}")?;
        }
        match answer.as_str() {
            "sold out" => refused += 1,
            _ => sold.push(order.clone()),
        }
    }
    say!(
        "  {} orders answered once each: {} sold, {refused} sold out",
        fates.len(),
        sold.len()
    )?;

    let office = BoxOffice::at(file)?;
    let mut ledger = Vec::new();
    office.sales(None, &mut |sale| {
        ledger.push(sale.key.unwrap_or_default().to_owned());
        ControlFlow::Continue(())
    })?;
    ledger.sort();
    if ledger != sold
        || fates.len() != BUYERS.len() * ORDERS_EACH
        || !office.audit()?.findings.is_empty()
    {
        return Err(format!("the ledger says otherwise: {ledger:?}").into());
    }
    let count = office.query()?;
    say!(
        "  the ledger has the same {}, each once; {} left",
        count.sold,
        count.left
    )?;
    Ok(())
}
