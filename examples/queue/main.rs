//! A queue with room for three, between processes: full and empty, waiting and not waiting, first in first
//! out and last in first out, and two children that talk through it.
//!
//! Prints what is put and taken, and who waits. Answers the chapter's programs on the queue and on
//! communication between processes.
//!
//! ```console
//! $ cargo run --example queue
//! ```

mod bounded;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::process::{self, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bounded::Queue;

type Outcome = Result<(), Box<dyn Error>>;

const NOT_AT_ALL: Option<Duration> = Some(Duration::ZERO);
const A_MOMENT: Option<Duration> = Some(Duration::from_millis(20));
const AS_LONG_AS_IT_TAKES: Option<Duration> = None;

macro_rules! say {
    ($($words:tt)*) => { writeln!(io::stdout(), $($words)*) };
}

/// This program again, to put something into the queue or to take something out of it.
fn child(what: &str, name: &str) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([what, name]).stdin(Stdio::null());
    Ok(command)
}

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let me = process::id();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["put", name] => {
            let words = format!("greetings from {me}");
            say!("  process {me} puts \"{words}\"")?;
            Queue::open(name)?.put(&words, 0, AS_LONG_AS_IT_TAKES)?;
            say!("  process {me} has put it")?;
        }
        ["take", name] => {
            let words = Queue::open(name)?.take(AS_LONG_AS_IT_TAKES)?;
            say!("  process {me} took \"{}\"", words.unwrap_or_default())?;
        }
        _ => {
            let name = format!("/tickets-{me}");
            let queue = Queue::create(&name, 3)
                .map_err(|error| format!("this system has no queue for us: {error}"))?;
            say!("a queue with room for 3, {name}")?;
            fill_and_drain(&queue)?;
            full_blocks(&queue, &name)?;
            last_in_first_out(&queue)?;
            two_children(&name)?;
        }
    }
    Ok(())
}

fn put(queue: &Queue, number: &str, wait: Option<Duration>) -> Outcome {
    let done = if queue.put(number, 0, wait)? {
        "done"
    } else {
        "no room"
    };
    let full = if queue.is_full()? { ", full" } else { "" };
    say!("  put {number}: {done}{full}")?;
    Ok(())
}

fn take(queue: &Queue, wait: Option<Duration>) -> Outcome {
    let taken = queue.take(wait)?;
    let empty = if queue.is_empty()? { ", empty" } else { "" };
    say!("  take: {}{empty}", taken.as_deref().unwrap_or("nothing"))?;
    Ok(())
}

fn fill_and_drain(queue: &Queue) -> Outcome {
    say!("without waiting")?;
    for number in ["1", "2", "3", "4"] {
        put(queue, number, NOT_AT_ALL)?;
    }
    say!("waiting for 20 ms at most")?;
    put(queue, "4", A_MOMENT)?;
    say!("first in, first out")?;
    for _ in 1..=4 {
        take(queue, NOT_AT_ALL)?;
    }
    say!("waiting for 20 ms at most")?;
    take(queue, A_MOMENT)
}

/// Another process wants to put something into the full queue.
fn full_blocks(queue: &Queue, name: &str) -> Outcome {
    say!("full blocks")?;
    for number in ["1", "2", "3"] {
        queue.put(number, 0, NOT_AT_ALL)?;
    }
    let mut child = child("put", name)?.stdout(Stdio::piped()).spawn()?;
    let words = BufReader::new(child.stdout.take().ok_or("no words")?);
    let mut words = words.lines();
    let mut next = || words.next().ok_or("it has ended");
    say!("{}", next()??)?;
    // It has nothing left to sleep over but the queue.
    let end = Instant::now() + Duration::from_secs(30);
    while !fs::read_to_string(format!("/proc/{}/status", child.id()))?.contains("State:\tS") {
        if Instant::now() > end {
            return Err("it does not wait".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    say!("  process {} sleeps: there is no room", child.id())?;
    take(queue, NOT_AT_ALL)?;
    say!("{}", next()??)?;
    child.wait()?;
    for _ in 1..=3 {
        take(queue, NOT_AT_ALL)?;
    }
    Ok(())
}

/// The later, the more urgent.
fn last_in_first_out(queue: &Queue) -> Outcome {
    say!("last in, first out")?;
    for (number, priority) in [("1", 1), ("2", 2), ("3", 3)] {
        queue.put(number, priority, NOT_AT_ALL)?;
        say!("  put {number}")?;
    }
    for _ in 1..=3 {
        take(queue, NOT_AT_ALL)?;
    }
    Ok(())
}

fn two_children(name: &str) -> Outcome {
    say!("two children talk")?;
    let taker = child("take", name)?.stdout(Stdio::piped()).spawn()?;
    let putter = child("put", name)?.status()?;
    let taker = taker.wait_with_output()?;
    io::stdout().write_all(&taker.stdout)?;
    if !(putter.success() && taker.status.success()) {
        return Err("a child failed".into());
    }
    Ok(())
}
