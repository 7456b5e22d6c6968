//! Threads: start and join, one process for all of them, names and number, what ends with the program.
//!
//! Prints what the main thread and the others see. Answers the chapter's programs on starting threads, on
//! threads with names of their own, and on daemon threads, alone and beside one that is no daemon.
//!
//! ```console
//! $ cargo run --example threads
//! ```

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::process::{self, Command, Stdio};
use std::sync::mpsc::channel;
use std::thread::{self, Builder};
use std::time::Duration;

/// A line on standard output. Who cannot write has nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// One process, and one memory: two threads add up what the main thread owns.
fn start_and_join() {
    say("start and join");
    let (main, prices) = (process::id(), [10, 20, 30, 40]);
    let sum: u32 = thread::scope(|scope| {
        let add = |part: &[u32]| (process::id(), part.iter().sum::<u32>());
        let (first, second) = prices.split_at(2);
        let threads = [first, second].map(|part| scope.spawn(move || add(part)));
        let joined = threads.map(|thread| thread.join().unwrap_or_default());
        for (process, sum) in joined {
            say(&format!("  a thread of process {process}: I added {sum}"));
        }
        joined.iter().map(|(_, sum)| sum).sum()
    });
    say(&format!(
        "  the main thread of process {main}: all of it is {sum}"
    ));
}

fn names_and_number() -> io::Result<()> {
    say("names and number");
    let (begun, begins) = channel();
    let mut threads = Vec::new();
    for name in ["clerk-1", "clerk-2"] {
        let begun = begun.clone();
        let (go, gone) = channel::<()>();
        let thread = Builder::new().name(name.into()).spawn(move || {
            let name = thread::current().name().unwrap_or("nobody").to_owned();
            let _ = begun.send(name);
            let _ = gone.recv();
        })?;
        threads.push((thread, go));
        // One after the other, so that they come in this order.
        say(&format!("  {}", begins.recv().unwrap_or_default()));
    }
    let number = fs::read_dir("/proc/self/task")?.count();
    say(&format!(
        "  threads of this process: {number}, with the main one"
    ));
    for (thread, go) in threads {
        drop(go);
        let _ = thread.join();
    }
    Ok(())
}

/// What a program does of which all threads but the main one are forgotten, or all but one.
fn forgotten(joined: bool) {
    let (begun, begins) = channel();
    let daemon = begun.clone();
    thread::spawn(move || {
        let _ = daemon.send("  daemon: I begin an hour's work");
        thread::sleep(Duration::from_secs(3600));
        say("  daemon: I end");
    });
    say(begins.recv().unwrap_or_default());
    let other = joined.then(|| {
        thread::spawn(|| {
            say("  other: I begin");
            thread::yield_now();
            say("  other: I end");
        })
    });
    if let Some(other) = other {
        let _ = other.join();
    }
    say("  main: I end");
}

fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1).as_deref() {
        Some("forgotten") => forgotten(false),
        Some("joined") => forgotten(true),
        _ => {
            start_and_join();
            names_and_number()?;
            for (role, heading) in [
                (
                    "forgotten",
                    "a thread that nobody joins ends with the program",
                ),
                (
                    "joined",
                    "a program waits for the threads that it joins, and for no others",
                ),
            ] {
                say(heading);
                let mut program = Command::new(env::current_exe()?);
                let status = program.arg(role).stdin(Stdio::null()).status()?;
                say(&format!("  the program has ended, {status}"));
            }
        }
    }
    Ok(())
}
