//! Processes, one after the other: start and join, who comes first, a zombie, an orphan, a child that ends
//! with its parent, and what a child gets of its parent's memory.
//!
//! Prints both sides of each, as a parent and its children see it; `docs/chapter.md` shows it. Answers the
//! chapter's programs on starting, joining, zombies, orphans and daemons, and its note on start methods.
//!
//! ```console
//! $ cargo run --example processes
//! ```
//!
//! The children are this program again, each in a role that its first argument names. Nothing here waits
//! for a time to pass: what must come first is made to come first, by the end of a pipe or of a process.

mod children;

use std::env;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, Command, Stdio};

use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

type Outcome = Result<(), Box<dyn Error>>;

/// A line on standard output.
macro_rules! say {
    ($($words:tt)*) => { writeln!(io::stdout(), $($words)*) };
}
pub(crate) use say;

/// This program again, in a role.
fn child(role: &str) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(role);
    Ok(command)
}

fn main() -> Outcome {
    if let Some(role) = env::args().nth(1) {
        return children::play(&role);
    }
    start_and_join()?;
    who_comes_first()?;
    zombie()?;
    orphan()?;
    daemon()?;
    memory()
}

fn start_and_join() -> Outcome {
    say!("start and join")?;
    say!("  parent: I am process {}", process::id())?;
    let mut started = child("introduce")?.spawn()?;
    let status = started.wait()?;
    say!("  parent: process {} has ended, {status}", started.id())?;
    Ok(())
}

/// The child waits for the end of its standard input: that decides what is left to chance otherwise.
fn who_comes_first() -> Outcome {
    say!("without join, the parent goes on at once")?;
    let mut started = child("work")?.stdin(Stdio::piped()).spawn()?;
    say!("  parent: I go on")?;
    drop(started.stdin.take());
    started.wait()?;

    say!("with join, it waits")?;
    let mut started = child("work")?.stdin(Stdio::piped()).spawn()?;
    // `wait` ends the child's input first.
    started.wait()?;
    say!("  parent: I go on")?;
    Ok(())
}

fn zombie() -> Outcome {
    say!("a zombie")?;
    let mut started = child("nothing")?.spawn()?;
    let pid = started.id();
    // Waits for its end, and leaves it unasked.
    let id = Pid::from_child(&started);
    waitid(
        WaitId::Pid(id),
        WaitIdOptions::EXITED | WaitIdOptions::NOWAIT,
    )?;
    let state = children::state(pid).ok_or("no zombie: the process is gone already")?;
    say!("  process {pid} has ended, and nobody has asked how: its state is {state}")?;
    let status = started.wait()?;
    let now = children::state(pid).unwrap_or("gone".into());
    say!("  asked now: {status}; process {pid} is {now}")?;
    Ok(())
}

fn orphan() -> Outcome {
    say!("an orphan")?;
    // Its words end when both have ended, the parent and the orphan that it leaves.
    let words = child("leave an orphan")?.output()?.stdout;
    io::stdout().write_all(&words)?;
    Ok(())
}

fn daemon() -> Outcome {
    say!("a daemon: a child that ends with its parent, however that ends")?;
    let mut parent = child("keep a daemon")?
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    // The parent says nothing: these are the child's words.
    let mut words = BufReader::new(parent.stdout.take().ok_or("no words")?);
    let mut begins = String::new();
    words.read_line(&mut begins)?;
    write!(io::stdout(), "{begins}")?;
    parent.kill()?;
    let status = parent.wait()?;
    say!("  parent: process {} was killed, {status}", parent.id())?;
    let mut rest = String::new();
    words.read_to_string(&mut rest)?;
    if !rest.is_empty() {
        return Err(format!("the child went on: {rest}").into());
    }
    say!("  the child has ended too, its work undone")?;
    Ok(())
}

fn memory() -> Outcome {
    say!("what a child gets of its parent's memory")?;
    children::COUNTER.store(7, std::sync::atomic::Ordering::Relaxed);
    say!("  spawn: the parent's counter is 7")?;
    child("count")?.status()?;
    // A shell forks for what stands in brackets. Safe Rust cannot: see docs/chapter.md.
    say!("  fork: the parent's counter is 7")?;
    let script = "n=7; (n=$((n + 1)); echo \"  fork: the child found 7, and made it $n\")
        echo \"  fork: the parent's counter is still $n\"";
    Command::new("sh").args(["-c", script]).status()?;
    say!("  forkserver: one clean process forks all others, as in 'tickets buy'")?;
    Ok(())
}
