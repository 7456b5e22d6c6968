//! What a run of a scenario has left, judged: each line by the books, each answer by what they said at some moment
//! between the first step and the last of the process that was told it.

use super::super::protocol::{Answer, WorkerEnd};
use super::super::run::{Move, Run, buyer_name};
use super::super::scenario::{CommandCall, Scenario};
use super::ledger_lines::{EnteredLine, LedgerLines};
use crate::check::Anomaly;
use crate::check::books::{Books, Fate};
use crate::check::final_state::{LastSale, StateFinding, StateVerdict};
use crate::error::Result;
use crate::ledger::{CountFile, Op};

/// What a run has left.
pub(super) struct RunLeft<'r> {
    pub(super) ledger: LedgerLines,
    /// How many lines stood there before it.
    pub(super) begun: usize,
    pub(super) acts: Vec<CommandCall>,
    pub(super) moves: &'r [Move],
    pub(super) ends: &'r [Option<WorkerEnd>],
}

/// Judges a run; of the ledger with how many lines of it stood there before.
pub(in crate::lab) fn judge(
    scenario: Scenario,
    (ledger, begun): (&[u8], usize),
    count_file: &Result<CountFile>,
    moves: Vec<Move>,
    ends: Vec<Option<WorkerEnd>>,
) -> Run {
    let left = RunLeft {
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

impl RunLeft<'_> {
    /// The books at the end.
    pub(super) fn books(&self) -> Books {
        self.ledger.books.last().cloned().unwrap_or_default()
    }

    /// The lines that the run wrote.
    pub(super) fn written(&self) -> impl Iterator<Item = &EnteredLine> {
        self.ledger.lines.iter().skip(self.begun)
    }

    /// What is wrong with lines.
    fn lines(&self) -> Vec<StateFinding> {
        let wrong = self.written().flat_map(|line| {
            let of = move |(kind, text): &(Anomaly, String)| {
                let by = line.writer.map_or_else(|| "nobody".to_owned(), buyer_name);
                let text = format!("line {}, by {by}, {text}", line.seq);
                finding(*kind, line.writer, text)
            };
            line.wrong.iter().map(of)
        });
        let mut found: Vec<_> = wrong.collect();
        if self.ledger.torn > 0 {
            let text = format!("{} bytes on the ledger are no whole line", self.ledger.torn);
            found.push(finding(Anomaly::TornWrite, None, text));
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
            let text = format!("line {} ends a hold {why}", line.seq);
            Some(finding(Anomaly::StaleDecision, line.writer, text))
        });
        wrong.collect()
    }

    /// Whether a process read a clock that was past the time.
    pub(super) fn is_late(&self, process: usize) -> bool {
        let mut own = self.moves.iter().filter(|step| step.buyer == process);
        own.any(|step| step.late)
    }

    /// Whether the process that wrote a line came to its end: one that was killed may have written it.
    pub(super) fn was_answered(&self, line: &EnteredLine) -> bool {
        let end = line.writer.map(|writer| self.ends.get(writer));
        !matches!(end, Some(Some(None)))
    }

    /// Whether the count says what the ledger says up to the line that it names, and whether it names what was answered.
    fn count(&self, count_file: &Result<CountFile>) -> Option<StateFinding> {
        let wrong = |text| Some(finding(Anomaly::Conservation, None, text));
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

/// A finding about this process.
pub(super) fn finding(kind: Anomaly, process: Option<usize>, text: String) -> StateFinding {
    StateFinding {
        last: LastSale::default(),
        kind,
        buyers: process.map(buyer_name).into_iter().collect(),
        read_seq: None,
        with: Vec::new(),
        read_from: Vec::new(),
        text,
    }
}
