//! Findings in words: what the ledger and the checksums say, where that is nobody's or contradicts itself.

use super::phrases::Phrases;
use crate::check::evidence::Operation;

impl Phrases<'_> {
    /// Checksums of one version that contradict each other.
    pub(super) fn unlike_sums(&self, version: u64) -> Option<String> {
        let last = self.evidence.last.filter(|last| last.seq == version);
        let last = last.and(self.evidence.last_sum);
        let lines = (0..).zip(self.evidence.ledger.iter().flatten());
        let lines = lines.filter(|(_, line)| line.seq == version);
        let sums = lines.filter_map(|(at, _)| {
            let mut sums = self.evidence.ledger_sums.iter();
            sums.find(|(line, _)| *line == at).map(|sum| sum.1)
        });
        let sums: Vec<u64> = sums.collect();
        let read = |at: usize| self.evidence.sum_of(*self.finding.operations.get(at)?);
        let (a, b) = (self.who(0), self.who(1));
        match (self.finding.operations.len(), &sums[..]) {
            (0, [own, ..]) => Some(format!(
                "the final count of version {version} has the checksum {:016x}, and that version has {own:016x} on the ledger",
                last?
            )),
            (2, _) => Some(format!(
                "{a} read version {version} with the checksum {:016x}, and {b} with {:016x}: it was written once at most",
                read(0)?,
                read(1)?
            )),
            (1, [own, ..]) if read(0).is_some_and(|sum| !sums.contains(&sum)) => Some(format!(
                "{a} read bytes that are not those of version {version}: their checksum is {:016x}, and that version has {own:016x} \
                 on the ledger",
                read(0)?
            )),
            (1, []) if last.is_some() && read(0).is_some() && last != read(0) => Some(format!(
                "{a} read version {version} with the checksum {:016x}, and the final count of that version has {:016x}",
                read(0)?,
                last?
            )),
            _ => None,
        }
    }

    /// Without a ledger: who wrote a version, and another too.
    fn bought_twice(&self, version: u64) -> Option<String> {
        let mut earlier = self.evidence.earlier_intents.iter();
        let intent = earlier.find(|intent| intent.write == version)?;
        let did = self.evidence.operation(intent.operation)?;
        let (who, next) = (self.evidence.names.name(did.buyer), did.write);
        Some(format!(
            "{who} meant to write version {version}, and later version {next}, in one operation: version {version} was read, and is \
             nobody else's, so that it bought twice"
        ))
    }

    /// A line of the ledger that is no operation's.
    pub(super) fn strange(&self, version: u64) -> String {
        let names = &self.evidence.names;
        let lines = || {
            let lines = self.evidence.ledger.iter().flatten();
            lines.filter(|line| line.seq == version)
        };
        let all = || self.evidence.operations.iter();
        let line = lines().find(|line| !all().any(|did| line.is_of(did)));
        let Some(line) = line.or_else(|| lines().next()) else {
            return self.bought_twice(version).unwrap_or_else(|| {
                format!("version {version} is on the ledger, and is no operation's here")
            });
        };
        let many = lines().filter(|other| *other == line).count();
        if many > 1 {
            return format!("{many} lines of version {version} on the ledger say the same");
        }
        let mut earlier = self.evidence.earlier_intents.iter();
        let retried = earlier.find_map(|intent| {
            let did = self.evidence.operation(intent.operation)?;
            let before = Operation {
                write: intent.write,
                nonce: intent.nonce,
                ..*did
            };
            line.is_of(&before).then_some(did)
        });
        if let Some(did) = retried {
            let (who, next) = (names.name(did.buyer), did.write);
            let mut ledger = self.evidence.ledger.iter().flatten();
            let sold = if ledger.any(|line| line.is_of(did)) {
                "both are on the ledger: it bought twice"
            } else {
                "the first is on the ledger"
            };
            return format!(
                "{who} meant to write version {version}, and later version {next}, in one operation, and {sold}"
            );
        }
        format!(
            "version {version} is on the ledger, for {}, and is no operation's here",
            names.name(line.buyer)
        )
    }
}
