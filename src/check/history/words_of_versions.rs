//! Findings about versions in words: who read and wrote which.

use super::phrases::Phrases;
use super::possible_forks::PossibleForks;
use crate::check::evidence::{CommittedLine, Operation, OperationOutcome, UNSAID};
use crate::check::fork_words::reading;
use crate::check::listing::choice;

impl Phrases<'_> {
    pub(super) fn lost_update(&self, forks: &PossibleForks<'_>, version: u64) -> String {
        if self.finding.operations.len() < 2 {
            return self.lost_to_somebody(version);
        }
        let (a, b) = (self.who(0), self.who(1));
        let (one, other) = (self.operation(0), self.operation(1));
        // Two versions of one number may have left unequal counts.
        let saw = match (one.left_at_read(), other.left_at_read()) {
            (left, same) if left == same && left != UNSAID => Some(left),
            _ => None,
        };
        let written = version.saturating_add(1);
        let overwritten = match self.finding.operations[..] {
            [one, other] => forks.of_two([one, other]),
            _ => String::new(),
        };
        let silent: Vec<&str> = [(&a, &one), (&b, &other)]
            .into_iter()
            .filter(|(_, did)| did.read == UNSAID)
            .map(|(who, _)| who.as_ref())
            .collect();
        if !silent.is_empty() {
            let silent = silent.join(" and ");
            return format!(
                "{a} and {b} both wrote version {written}: {overwritten}; what {silent} read is not said"
            );
        }
        let had_read = reading(version, saw, 2, &forks.whose(&self.finding.operations));
        format!("{a} and {b} {had_read} and both wrote version {written}: {overwritten}")
    }

    /// That a sale wrote a version that somebody else wrote too, and not who.
    fn lost_to_somebody(&self, version: u64) -> String {
        let (who, did) = (self.who(0), self.operation(0));
        let written = version.saturating_add(1);
        let all = self.evidence.operations.iter();
        let others = all
            .filter(|other| other.write == written && other.is_pending() && other.wrote == UNSAID);
        let others = others.map(|other| self.evidence.names.name(other.buyer).to_owned());
        let others: Vec<String> = others.collect();
        let left = match did.left_at_read() {
            UNSAID => String::new(),
            left => format!(" ({left} left)"),
        };
        format!(
            "{who} read version {version}{left} and wrote version {written}, which {} wrote too: which of them is not said",
            choice(&others)
        )
    }

    pub(super) fn stale(&self, version: u64) -> String {
        if self.finding.operations.len() < 2 {
            return self.backwards(version);
        }
        let (late, early) = (self.operation(0), self.operation(1));
        let (a, b) = (self.who(0), self.who(1));
        let (began, over) = (self.time(late.invoke), self.time(early.over()));
        if is_of_the_future(&late, &early, version) {
            return format!(
                "{b} read version {version} and was answered at {over}, before {a}, who wrote it, began at {began}: two clocks, or \
                 an 'invoke' that was stamped too late"
            );
        }
        let still = match self.oldest_read() {
            UNSAID => format!("wrote version {}", late.write),
            read => format!("read version {read}"),
        };
        if early.is_denied() && early.write == version {
            let failed = early.outcome.code();
            return format!(
                "{a} began at {began}, after {b} had written version {version} and was told {failed} at {over}, and still {still}"
            );
        }
        let clocks = self.of_two_clocks();
        format!(
            "{a} began at {began}, after {b} had been answered at {over} with version {version}, and still {still}{clocks}"
        )
    }

    /// That who was answered had read what the other wrote, who began only then: where nobody else can have written that.
    fn of_two_clocks(&self) -> String {
        let (late, early) = (self.operation(0), self.operation(1));
        let all = self.evidence.operations.iter();
        let mut writers = all.filter(|did| did.write == late.write);
        let is_alone = writers.next().is_some() && writers.next().is_none();
        if late.write == UNSAID || early.read == UNSAID || early.read < late.write || !is_alone {
            return String::new();
        }
        let (a, b, read) = (self.who(0), self.who(1), early.read);
        let whose = if read == late.write {
            format!("which {a} wrote")
        } else {
            format!("which grew from what {a} wrote")
        };
        format!(
            "; {b} had read version {read}, {whose}: two clocks, or an 'invoke' that was stamped too late"
        )
    }

    pub(super) fn torn(&self) -> String {
        let (who, did) = (self.who(0), self.operation(0));
        if let Some(version) = self.finding.version
            && let Some(unlike) = self.unlike_sums(version)
        {
            return unlike;
        }
        if let Some(more) = self.finding.version.and_then(|at| self.seen_besides(at)) {
            return more;
        }
        match (self.finding.version, did.seen) {
            (None, _) => {
                let at = self.finding.operations.first().copied();
                let torn = at.and_then(|at| self.evidence.torn_reads_of(at).next());
                let until =
                    torn.or(Some(did.read_at).filter(|at| *at != UNSAID && did.read == UNSAID));
                format!(
                    "what {who} read between {} and {} made no sense: empty, cut or mixed",
                    self.time(did.invoke),
                    self.time(until.unwrap_or_else(|| did.over()))
                )
            }
            (Some(version), UNSAID) => {
                format!("{who} read bytes that are not those of version {version}")
            }
            (Some(version), left) => format!(
                "{who} read version {version} with {left} left, which is not what that version holds"
            ),
        }
    }

    pub(super) fn dirty(&self, version: u64) -> String {
        let who = self.who(0);
        if version < self.evidence.first {
            return format!(
                "{who} read version {version}, which is older than the first of the run, {}",
                self.evidence.first
            );
        }
        let mut all = self.evidence.operations.iter();
        match all.find(|other| other.write == version) {
            Some(other) if other.is_denied() => format!(
                "{who} read version {version}, which {} meant to write, and was told {}",
                self.evidence.names.name(other.buyer),
                other.outcome.code()
            ),
            Some(other) => format!(
                "{who} read version {version}, which {} meant to write but never committed",
                self.evidence.names.name(other.buyer)
            ),
            None => format!("{who} read version {version}, which nobody meant to write"),
        }
    }

    pub(super) fn phantom(&self) -> String {
        let did = self.operation(0);
        match (self.finding.operations.is_empty(), self.finding.version) {
            (true, version) => self.strange(version.unwrap_or_default()),
            (false, Some(version)) => match self.contradicted(&did) {
                Some(line) => format!(
                    "{} wanted {} with version {version}, but the ledger says that it was {} for {}",
                    self.who(0),
                    did.quantity,
                    line.quantity,
                    self.evidence.names.name(line.buyer)
                ),
                None if self.evidence.ledger.is_none() => format!(
                    "{} was told {}, but wrote version {version}",
                    self.who_or_others(&did),
                    did.outcome.code()
                ),
                None => format!(
                    "{} was told {}, but the ledger has its version {version}",
                    self.who(0),
                    did.outcome.code()
                ),
            },
            (false, None) if did.write <= self.evidence.first => format!(
                "{} wrote version {}, but version {} was there before it began",
                self.who(0),
                did.write,
                self.evidence.first
            ),
            (false, None) => format!(
                "{} read version {} and wrote version {}, which is not the next",
                self.who(0),
                did.read,
                did.write
            ),
        }
    }

    /// The first buyer, or who else may have written in its place.
    fn who_or_others(&self, did: &Operation) -> String {
        let others = self.evidence.or_written_by(did).into_iter();
        let others = others.filter_map(|at| self.evidence.operation(at));
        let others = others.map(|other| self.evidence.names.name(other.buyer));
        let all = std::iter::once(self.who(0)).chain(others);
        let all: Vec<String> = all.map(str::to_owned).collect();
        choice(&all)
    }

    /// The line that an operation wrote, where it says of it what it did not want.
    fn contradicted(&self, did: &Operation) -> Option<&CommittedLine> {
        let fails = did.outcome != OperationOutcome::Sold && !did.is_pending();
        let mut lines = self.evidence.ledger.iter().flatten();
        lines.find(|line| !fails && line.is_of(did))
    }

    pub(super) fn gap(&self, version: u64) -> String {
        if self.finding.operations.is_empty() {
            let is_last = self.evidence.last.is_some_and(|last| last.seq == version);
            let mut lines = self.evidence.ledger.iter().flatten();
            if is_last && !lines.any(|line| line.seq == version) {
                return format!(
                    "the final count says version {version}, which nobody is known to have written"
                );
            }
            return format!(
                "version {version} is missing, or does not stand behind the one before it"
            );
        }
        format!(
            "{} wrote version {version}, but versions before it are missing",
            self.who(0)
        )
    }
}

/// Whether a version was read, and that answered, before who wrote it began.
pub(crate) fn is_of_the_future(late: &Operation, early: &Operation, version: u64) -> bool {
    late.write == version && early.write != version
}
