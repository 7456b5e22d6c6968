//! The threads that speak for buyers and for clerks, each of which is a process.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::orders::{Note, Orders};
use crate::{Outcome, child};

/// What came of an order: the answers to it, which must be one, and when clerks were killed over it.
#[derive(Default)]
pub(crate) struct Fate {
    pub(crate) answers: Vec<String>,
    pub(crate) killed: Vec<&'static str>,
}

/// By the name of the order.
pub(crate) type Fates = Mutex<BTreeMap<String, Fate>>;

/// Starts a buyer and puts its orders into the queue. While there is no room they wait in its pipe, and when
/// that is full, the buyer waits.
pub(crate) fn buyer(name: &str, orders: &Orders) -> Outcome {
    let mut buyer = child(&["buyer", name])?.spawn()?;
    let words = buyer.stdout.take().ok_or("a buyer without a pipe")?;
    for order in BufReader::new(words).lines() {
        orders.put(Note::Order(order?));
    }
    if !buyer.wait()?.success() {
        return Err(format!("{name} failed").into());
    }
    Ok(())
}

/// A clerk's process. It ends with its input, and so with this program.
struct Clerk {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Clerk {
    fn employ(file: &Path) -> Outcome<Self> {
        let file = file.to_str().ok_or("the path is no text")?;
        let mut process = child(&["clerk", file])?.stdin(Stdio::piped()).spawn()?;
        let pipes = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = pipes else {
            return Err("a clerk without pipes".into());
        };
        let output = BufReader::new(output);
        Ok(Self {
            process,
            input,
            output,
        })
    }

    /// Its answer; `None` when it has died over it.
    fn ask(&mut self, order: &str, fate: &str) -> Outcome<Option<String>> {
        // Written in one piece. If the clerk is dead already, this fails, and the reading ends at once.
        let _ = self.input.write_all(format!("{order} {fate}\n").as_bytes());
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        // A line without its end is no answer.
        Ok(answer.strip_suffix('\n').map(str::to_owned))
    }

    fn end(mut self) -> Outcome {
        drop(self.input);
        let status = self.process.wait()?;
        if !status.success() {
            return Err(format!("a clerk ended with {status}").into());
        }
        Ok(())
    }
}

/// Takes orders out of the queue, one after the other, and has them answered. An order is out of its hands
/// only when it is answered: if the clerk dies over it, the next clerk gets it.
pub(crate) fn clerk(
    file: &Path,
    doom: &[(&str, &'static str)],
    orders: &Orders,
    fates: &Fates,
) -> Outcome {
    let mut clerk = Clerk::employ(file)?;
    while let Some(Note::Order(order)) = orders.take() {
        let mut fate = Fate::default();
        let mut doom = doom
            .iter()
            .filter(|(doomed, _)| *doomed == order)
            .map(|(_, when)| *when);
        let answer = loop {
            let when = doom.next();
            if let Some(answer) = clerk.ask(&order, when.unwrap_or_default())? {
                break answer;
            }
            let status = clerk.process.wait()?;
            let Some(when) = when else {
                return Err(format!("a clerk died over {order}: {status}").into());
            };
            fate.killed.push(when);
            clerk = Clerk::employ(file)?;
        };
        let mut all = fates.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(order).or_insert(fate).answers.push(answer);
        drop(all);
        orders.answered();
    }
    clerk.end()
}
