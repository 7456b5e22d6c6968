//! The chapter's repaired ticket program still races: its purchase is locked, its query is not.
//!
//! Prints what two buyers do when one queries while the other writes: as the program stands, and with each of
//! two cures. Nothing is left to chance: the first buyer stops in the middle of its write until the second
//! has queried, or waits. Answers the chapter's program with the lock; `tickets race locks` proves the same
//! in its last row, and `examples/judge_another_program.rs` judges the program without it.
//!
//! ```console
//! $ cargo run --example torn_query
//! ```

mod buyer;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use buyer::{Buyer, Cure};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [name, cure, file, stops] = &arguments[..] {
        let buyer = Buyer {
            name,
            file: file.as_ref(),
            cure: Cure::named(cure).ok_or("no such cure")?,
            stops: stops == STOPS,
        };
        return buyer.query_and_buy();
    }
    for (cure, name) in Cure::ALL {
        show(cure, name)?;
    }
    for (cure, name) in Cure::ALL.into_iter().skip(1) {
        kill(cure, name)?;
    }
    Ok(())
}

const STOPS: &str = "stops";

/// This program again, as a buyer.
struct Process {
    child: Child,
    words: BufReader<ChildStdout>,
}

impl Process {
    fn start(name: &str, cure: &str, file: &Path, stops: &str) -> Outcome<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args([name, cure])
            .arg(file)
            .arg(stops)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let words = child.stdout.take().ok_or("a buyer without a pipe")?;
        let words = BufReader::new(words);
        Ok(Self { child, words })
    }

    /// Prints what it says, up to a line with one of these in it, or its end.
    fn relay_until(&mut self, stops: &[&str]) -> Outcome {
        let mut line = String::new();
        while self.words.read_line(&mut line)? > 0 {
            write!(io::stdout(), "  {line}")?;
            if stops.iter().any(|words| line.contains(words)) {
                break;
            }
            line.clear();
        }
        Ok(())
    }

    fn end(mut self) -> Outcome {
        drop(self.child.stdin.take());
        self.relay_until(&[])?;
        self.child.wait()?;
        Ok(())
    }
}

/// Two tickets, in a file of their own.
fn event() -> Outcome<(tempfile::TempDir, PathBuf)> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("tickets.json");
    fs::write(&file, r#"{"ticket_num":2}"#)?;
    Ok((directory, file))
}

fn in_the_end(file: &Path, expected: &str) -> Outcome {
    let count = fs::read_to_string(file)?;
    writeln!(io::stdout(), "  in the end the file says '{count}'")?;
    if count != expected {
        return Err(format!("it should say {expected:?}").into());
    }
    Ok(())
}

/// The second queries while the first writes.
fn show(cure: Cure, name: &str) -> Outcome {
    writeln!(io::stdout(), "{name}")?;
    let (_directory, file) = event()?;
    let mut first = Process::start("user-1", name, &file, STOPS)?;
    first.relay_until(&["not yet"])?;
    let mut second = Process::start("user-2", name, &file, "")?;
    second.relay_until(&["waits for the lock", "dies"])?;
    first.end()?;
    second.end()?;
    let left = i32::from(cure == Cure::None);
    in_the_end(&file, &format!("{{\"ticket_num\":{left}}}"))
}

/// The difference between the cures.
fn kill(cure: Cure, name: &str) -> Outcome {
    writeln!(io::stdout(), "{name}, and the buyer is killed")?;
    let (_directory, file) = event()?;
    let mut buyer = Process::start("user-1", name, &file, STOPS)?;
    buyer.relay_until(&["not yet"])?;
    buyer.child.kill()?;
    buyer.end()?;
    let whole = r#"{"ticket_num":2}"#;
    in_the_end(
        &file,
        if cure == Cure::AtomicReplacement {
            whole
        } else {
            ""
        },
    )
}
