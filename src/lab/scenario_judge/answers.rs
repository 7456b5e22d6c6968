//! What the processes of a run were told, judged by the ledger.

use super::super::protocol::{Answer, WorkerEnd};
use super::super::run::buyer_name;
use super::super::scenario::CommandCall;
use super::judge::{RunLeft, finding};
use super::ledger_lines::EnteredLine;
use crate::check::Anomaly;
use crate::check::final_state::StateFinding;
use crate::ledger::Op;
use crate::plural::count;

impl RunLeft<'_> {
    /// Answers that the ledger does not bear out, and processes that had none.
    pub(super) fn answers(&self) -> Vec<StateFinding> {
        let mut found = Vec::new();
        for (process, (end, act)) in self.ends.iter().zip(&self.acts).enumerate() {
            let user = buyer_name(process);
            let failed = |message: &str| {
                let text = format!("{user} failed: {message}");
                finding(Anomaly::Failed, Some(process), text)
            };
            match end {
                Some(WorkerEnd::Answered { answers }) => {
                    let wrong = answers.iter().filter_map(|answer| {
                        let (kind, why) = self.wrong_answer(process, *act, answer)?;
                        let (command, told) = (act.command(), answer.word());
                        let text = format!("{user} ({command}) was told {told}, but {why}");
                        Some(finding(kind, Some(process), text))
                    });
                    found.extend(wrong);
                }
                Some(WorkerEnd::Torn { message } | WorkerEnd::Failed { message }) => {
                    found.push(failed(message));
                }
                Some(WorkerEnd::Sold { .. } | WorkerEnd::SoldOut) => {
                    found.push(failed("it was no part of the scenario"));
                }
                None => {}
            }
        }
        found
    }

    /// Why an answer is wrong at every moment at which it may have been given.
    fn wrong_answer(
        &self,
        process: usize,
        act: CommandCall,
        answer: &Answer,
    ) -> Option<(Anomaly, &'static str)> {
        let (from, to) = self.ledger.period(self.begun, self.moves, process);
        let mut moments = self.ledger.books.get(from..=to).unwrap_or_default().iter();
        let stands = |from: usize, id: &str| {
            let lines = self.ledger.lines.get(from..to).unwrap_or_default();
            let op = act.writes();
            lines
                .iter()
                .any(|line| Some(line.op) == op && line.id == id)
        };
        match answer {
            Answer::Done { id } if act.writes().is_some() => {
                let lost = !stands(from, id);
                lost.then_some((Anomaly::LostSale, "no such line was written then"))
            }
            Answer::Done { .. } => {
                let undone = !moments.any(|books| act.is_done(books));
                undone.then_some((Anomaly::LostSale, "at no moment it was so"))
            }
            Answer::Replayed { id } => {
                let lost = !stands(0, id);
                lost.then_some((Anomaly::LostSale, "no such line stood there"))
            }
            Answer::Refused { code } => {
                let late = self.is_late(process);
                let right = moments.any(|books| act.refusal(books, late) == Some(code));
                let kind = match &**code {
                    "sold_out" => Anomaly::FalseSoldOut,
                    _ => Anomaly::WrongAnswer,
                };
                (!right).then_some((kind, "at no moment that was right"))
            }
        }
    }

    /// Lines of which nobody was told, and answers of which several are for one line; and changes of the rules that
    /// another one took back.
    pub(super) fn unanswered(&self) -> Vec<StateFinding> {
        let mut found = Vec::new();
        let mut ops: Vec<Op> = Vec::new();
        for op in self.acts.iter().filter_map(|act| act.writes()) {
            if ops.contains(&op) {
                continue;
            }
            ops.push(op);
            let own = |line: &&EnteredLine| line.op == op && self.was_answered(line);
            let lines = self.written().filter(own).count();
            let told = self.done().filter(|act| act.writes() == Some(op)).count();
            if lines != told {
                let were = if told == 1 { "was" } else { "were" };
                let lines = count(lines as u64, "line");
                let text = format!(
                    "{told} {were} told that it was done, and the ledger has {lines} of it"
                );
                found.push(finding(Anomaly::WrongAnswer, None, text));
            }
        }
        let books = self.books();
        for act in self.done().filter(|act| !act.is_done(&books)) {
            let text = format!("what '{}' has changed is not so in the end", act.command());
            found.push(finding(Anomaly::LostUpdate, None, text));
        }
        found
    }

    /// The command of each answer that it is done.
    fn done(&self) -> impl Iterator<Item = CommandCall> {
        let acts = self.ends.iter().zip(&self.acts);
        acts.flat_map(|(end, act)| {
            let answers = match end {
                Some(WorkerEnd::Answered { answers }) => answers.as_slice(),
                _ => &[],
            };
            let done = answers
                .iter()
                .filter(|answer| matches!(answer, Answer::Done { .. }));
            done.map(|_| *act)
        })
    }
}
