//! What a run of a scenario has left, judged: each line by the books, each answer by what they said at some moment
//! between the first step and the last of the process that was told it.

use super::super::protocol::{Answer, WorkerEnd};
use super::super::run::{Move, Run, buyer_name};
use super::Scenario;
use super::act::Act;
use super::ledger_lines::{EnteredLine, LedgerLines};
use crate::check::Anomaly;
use crate::check::books::{Books, Fate};
use crate::check::final_state::{StateFinding, StateVerdict};
use crate::error::Result;
use crate::ledger::{CountFile, Op};
use crate::plural::count;

/// What a run has left.
struct Left<'r> {
    ledger: LedgerLines,
    /// How many lines stood there before it.
    begun: usize,
    acts: Vec<Act>,
    moves: &'r [Move],
    ends: &'r [Option<WorkerEnd>],
}

/// Judges a run; of the ledger with how many lines of it stood there before.
pub(in crate::lab) fn judge(
    scenario: Scenario,
    (ledger, begun): (&[u8], usize),
    count_file: &Result<CountFile>,
    moves: Vec<Move>,
    ends: Vec<Option<WorkerEnd>>,
) -> Run {
    let left = Left {
        ledger: LedgerLines::read(ledger, begun, &moves),
        begun,
        acts: scenario.acts().into_iter().take(ends.len()).collect(),
        moves: &moves,
        ends: &ends,
    };
    let mut findings = left.lines();
    findings.extend(left.expiries());
    findings.extend(left.answers());
    findings.extend(left.unanswered());
    findings.extend(left.count(count_file));
    let books = left.books();
    let verdict = StateVerdict {
        sold: books.of(Fate::Sold),
        sales: left.written().count() as u64,
        left: count_file.as_ref().ok().map(|count_file| count_file.ticket),
        oversold: (books.of(Fate::Sold) + books.of(Fate::Held)).saturating_sub(books.stock),
        lost_updates: findings
            .iter()
            .filter(|finding| finding.kind == Anomaly::LostUpdate)
            .count() as u64,
        findings,
    };
    Run {
        verdict,
        left: left.written().map(|line| line.seq).collect(),
        sellers: Vec::new(),
        story: left.story(),
        moves,
        ends,
    }
}

impl Left<'_> {
    /// The books at the end.
    fn books(&self) -> Books {
        self.ledger.books.last().cloned().unwrap_or_default()
    }

    /// The lines that the run wrote.
    fn written(&self) -> impl Iterator<Item = &EnteredLine> {
        self.ledger.lines.iter().skip(self.begun)
    }

    /// What is wrong with lines.
    fn lines(&self) -> Vec<StateFinding> {
        let wrong = self.written().flat_map(|line| {
            let of = move |(kind, text): &(Anomaly, String)| {
                let writer = line.writer.map(buyer_name);
                let by = writer.as_deref().unwrap_or("nobody");
                finding(
                    *kind,
                    &writer,
                    format!("line {}, by {by}, {text}", line.seq),
                )
            };
            line.wrong.iter().map(of)
        });
        let mut found: Vec<_> = wrong.collect();
        if self.ledger.torn > 0 {
            let text = format!("{} bytes on the ledger are no whole line", self.ledger.torn);
            found.push(finding(Anomaly::TornWrite, &None, text));
        }
        found
    }

    /// Holds that were ended for nobody, or by a clock that does not say that they are due.
    fn expiries(&self) -> Vec<StateFinding> {
        let lines: Vec<_> = self.written().collect();
        let ends = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.op == Op::Expire);
        let wrong = ends.filter_map(|(at, line)| {
            let behind = lines.get(at + 1..).unwrap_or_default();
            let next = behind.iter().find(|line| line.op != Op::Expire);
            let needed = next.is_some_and(|next| next.op == Op::Sell && next.writer == line.writer);
            let why = match line.writer {
                _ if !needed => "for nobody: no sale of the same process stands behind it",
                Some(process) if !self.is_late(process) => "by a clock that is before its time",
                _ => return None,
            };
            let (writer, seq) = (line.writer.map(buyer_name), line.seq);
            let text = format!("line {seq} ends a hold {why}");
            Some(finding(Anomaly::StaleDecision, &writer, text))
        });
        wrong.collect()
    }

    /// Whether a process read a clock that was past the time.
    fn is_late(&self, process: usize) -> bool {
        let mut own = self.moves.iter().filter(|step| step.buyer == process);
        own.any(|step| step.late)
    }

    /// Answers that the ledger does not bear out, and processes that had none.
    fn answers(&self) -> Vec<StateFinding> {
        let mut found = Vec::new();
        for (process, (end, act)) in self.ends.iter().zip(&self.acts).enumerate() {
            let name = Some(buyer_name(process));
            let failed = |message: &str| {
                let text = format!("{} failed: {message}", buyer_name(process));
                finding(Anomaly::Failed, &name, text)
            };
            match end {
                Some(WorkerEnd::Answered { answers }) => {
                    let wrong = answers.iter().filter_map(|answer| {
                        let (kind, why) = self.wrong_answer(process, *act, answer)?;
                        let (command, told) = (act.command(), answer.word());
                        let user = buyer_name(process);
                        let text = format!("{user} ({command}) was told {told}, but {why}");
                        Some(finding(kind, &name, text))
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
        act: Act,
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
    fn unanswered(&self) -> Vec<StateFinding> {
        let mut found = Vec::new();
        let mut ops: Vec<Op> = self.acts.iter().filter_map(|act| act.writes()).collect();
        ops.dedup();
        for op in ops {
            let own = |line: &&EnteredLine| line.op == op && self.was_answered(line);
            let lines = self.written().filter(own).count();
            let told = self.done().filter(|act| act.writes() == Some(op)).count();
            if lines != told {
                let text = format!(
                    "{} told that it was done, and the ledger has {} that {}",
                    if told == 1 {
                        "1 was".to_owned()
                    } else {
                        format!("{told} were")
                    },
                    count(lines as u64, "line"),
                    if lines == 1 { "says so" } else { "say so" },
                );
                found.push(finding(Anomaly::WrongAnswer, &None, text));
            }
        }
        let books = self.books();
        for act in self.done().filter(|act| !act.is_done(&books)) {
            let text = format!("what '{}' has changed is not so in the end", act.command());
            found.push(finding(Anomaly::LostUpdate, &None, text));
        }
        found
    }

    /// Whether the process that wrote a line came to its end: one that was killed may have written it.
    fn was_answered(&self, line: &EnteredLine) -> bool {
        let end = line.writer.map(|writer| self.ends.get(writer));
        !matches!(end, Some(Some(None)))
    }

    /// The command of each answer that it is done.
    fn done(&self) -> impl Iterator<Item = Act> {
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

    /// Whether the count says what the ledger says up to the line that it names, and whether it names what was answered.
    fn count(&self, count_file: &Result<CountFile>) -> Option<StateFinding> {
        let wrong = |text| Some(finding(Anomaly::Conservation, &None, text));
        let count_file = match count_file {
            Ok(count_file) => count_file,
            Err(error) => return wrong(format!("the count cannot be read any more: {error}")),
        };
        let Some(counted) = count_file.counted else {
            return wrong("the count names no line of the ledger".to_owned());
        };
        let (seq, left) = (counted.seq, count_file.ticket);
        let (sold, held) = (counted.sold, counted.held);
        let mut books = self.ledger.books.iter();
        let fits = books.any(|books| {
            let own = (
                books.seq,
                books.left,
                books.of(Fate::Sold),
                books.of(Fate::Held),
            );
            own == (seq, left, sold, held)
        });
        if !fits {
            let text = format!(
                "the count has {left} left, {sold} sold and {held} held at line {seq}, where the ledger has others"
            );
            return wrong(text);
        }
        let answered = |line: &&EnteredLine| self.was_answered(line);
        let last = self.written().filter(answered).map(|line| line.seq).max();
        if last.is_some_and(|last| last > seq) {
            return wrong(format!(
                "the count ends at line {seq}, behind which others were answered"
            ));
        }
        None
    }

    /// The lines in their order, and what each process was told.
    fn story(&self) -> Vec<String> {
        let lines = self.written().map(EnteredLine::told);
        let told = self.ends.iter().map(|end| match end {
            Some(WorkerEnd::Answered { answers }) => {
                let words: Vec<_> = answers.iter().map(Answer::word).collect();
                words.join(", ")
            }
            Some(_) => "failed".to_owned(),
            None => "never".to_owned(),
        });
        lines.chain(told).collect()
    }
}

fn finding(kind: Anomaly, buyer: &Option<String>, text: String) -> StateFinding {
    StateFinding {
        kind,
        buyers: buyer.iter().cloned().collect(),
        read_seq: None,
        text,
    }
}
