//! Judges a rush from the ledger lines it appended and the count it left behind.
//!
//! Every sale writes the version after the one it read (its `seq`). So two sales with one `seq`
//! read the same version, and the one that wrote last overwrote the other: a lost update. No search
//! over orders is needed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::ledger::{Op, Record};

/// A ledger line of the run, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The version it wrote: one more than the one it read.
    pub seq: u64,
    /// Where it ends in the ledger, in bytes.
    pub end: u64,
    /// Who bought; empty for a line that is no sale.
    pub buyer: String,
    /// By how much it changes what is left: negative for a sale.
    pub change: i64,
    /// How many were left after it.
    pub left: u64,
    /// Whether the run that is judged wrote it, or somebody else meanwhile.
    pub own: bool,
    /// Whether its buyer was told that it bought, and that the count shows it: then the count must include it.
    pub told: bool,
}

impl Written {
    /// A line of the ledger that ends there. `run`: whose lines are its own.
    pub(crate) fn of(record: &Record<'_>, end: u64, run: Option<&str>, told: bool) -> Self {
        Self {
            seq: record.seq,
            end,
            change: match record.op {
                Op::Sell => record.quantity.saturating_neg(),
                Op::Open | Op::Cancel | Op::Adjust => record.quantity,
            },
            left: record.left,
            own: record.rush.as_deref() == run,
            told,
            buyer: record.buyer.as_deref().unwrap_or_default().to_owned(),
        }
    }
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aftermath {
    /// How many were left before the run.
    pub stock: u64,
    /// The version before the run.
    pub seq: u64,
    /// The ledger lines since then, in the order in which they stand.
    pub lines: Vec<Written>,
    /// How many are left as `tickets.json` says; `None` when it cannot be read.
    pub left: Option<u64>,
    /// How far `tickets.json` counts the ledger, in bytes.
    pub counted: u64,
    /// The same two before the run, where the count may have been behind the ledger.
    pub before: Option<(u64, u64)>,
    /// Bytes on the ledger that are no line.
    pub torn: u64,
    /// Who was told that it bought, while the ledger has no such sale.
    pub lost: Vec<String>,
    /// Why `tickets.json` cannot be read.
    pub unreadable: Option<String>,
    /// Whether another ledger has taken this one's place: then the count says nothing about it.
    pub replaced: bool,
}

/// What kind of anomaly a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Anomaly {
    /// Two sales read the same version; the later one overwrote the earlier.
    LostUpdate,
    /// More was sold than there was.
    Oversold,
    /// What is left and what was sold do not add up to the stock.
    Conservation,
    /// Bytes on the ledger that are no line.
    TornWrite,
    /// A buyer was told that it bought, and the ledger has no such sale.
    LostSale,
    /// Bytes were read that no version has.
    TornRead,
    /// A version was read that was never committed.
    DirtyRead,
    /// A version is missing.
    Gap,
    /// A version that does not follow the one that its writer read, or that nobody intended.
    Phantom,
    /// A buyer was told that too few are left, while there were enough.
    FalseSoldOut,
    /// An older version was read after a newer one had been answered.
    StaleRead,
    /// Two held one lock at once.
    BrokenLock,
    /// Two locked different files for the same purpose.
    SplitLock,
    /// A file was locked that the lock's path no longer meant.
    DeadInodeLock,
    /// A sale was written outside the hold of a lock.
    UnlockedWrite,
    /// Two wait for one another.
    Deadlock,
    /// A buyer failed.
    Failed,
}

impl Anomaly {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LostUpdate => "lost update",
            Self::Oversold => "oversold",
            Self::Conservation => "conservation",
            Self::TornWrite => "torn write",
            Self::LostSale => "lost sale",
            Self::TornRead => "torn read",
            Self::DirtyRead => "dirty read",
            Self::Gap => "gap",
            Self::Phantom => "phantom",
            Self::FalseSoldOut => "false sold-out",
            Self::StaleRead => "stale read",
            Self::BrokenLock => "broken lock",
            Self::SplitLock => "split lock",
            Self::DeadInodeLock => "dead-inode lock",
            Self::UnlockedWrite => "unlocked write",
            Self::Deadlock => "deadlock",
            Self::Failed => "failed",
        }
    }
}

/// One anomaly, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind.
    pub kind: Anomaly,
    /// The buyers concerned, in the order in which they wrote.
    pub buyers: Vec<String>,
    /// The version that they all read, for a lost update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_seq: Option<u64>,
    /// The whole finding as a sentence.
    pub text: String,
}

/// The judgement of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// How many the run sold, by the ledger.
    pub sold: u64,
    /// The number of its sales.
    pub sales: u64,
    /// How many are left, by `tickets.json`; `None` when it cannot be read.
    pub left: Option<u64>,
    /// How many were sold that did not exist.
    pub oversold: u64,
    /// How many sales were overwritten by another that had read the same version.
    pub lost_updates: u64,
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.findings.is_empty()
    }

    /// Adds the judgement of what the same run did on another ledger.
    pub(crate) fn add(&mut self, other: Self) {
        self.sold += other.sold;
        self.sales += other.sales;
        self.left = other.left;
        self.oversold += other.oversold;
        self.lost_updates += other.lost_updates;
        self.findings.extend(other.findings);
    }
}

/// Judges a run.
#[must_use]
pub fn judge(after: &Aftermath) -> Verdict {
    let sales = || {
        after
            .lines
            .iter()
            .filter(|line| line.change < 0 && !line.buyer.is_empty())
    };
    let taken = |line: &Written| line.change.unsigned_abs();
    let change = net(&after.lines);
    let oversold = change
        .saturating_add_unsigned(after.stock)
        .min(0)
        .unsigned_abs();
    let races = races(after);
    let lost_updates = races.values().map(|racers| racers.len() as u64 - 1).sum();

    let mut findings = Vec::new();
    if oversold > 0 {
        findings.push(oversale(after, oversold));
    }
    findings.extend(
        races
            .iter()
            .map(|(seq, racers)| lost_update(after, *seq, racers)),
    );
    if !after.lost.is_empty() {
        findings.push(lost_sale(after));
    }
    findings.extend(conservation(after, change));
    if after.torn > 0 {
        findings.push(finding(
            Anomaly::TornWrite,
            format!(
                "{} bytes on the ledger are no whole line: a buyer was cut off while it wrote",
                after.torn
            ),
        ));
    }
    Verdict {
        sold: sales()
            .filter(|line| line.own)
            .map(taken)
            .fold(0, u64::saturating_add),
        sales: sales().filter(|line| line.own).count() as u64,
        left: after.left,
        oversold,
        lost_updates,
        findings,
    }
}

/// By how much the lines change what is left, all together.
fn net(lines: &[Written]) -> i64 {
    lines
        .iter()
        .fold(0, |sum: i64, line| sum.saturating_add(line.change))
}

fn finding(kind: Anomaly, text: String) -> Finding {
    Finding {
        kind,
        buyers: Vec::new(),
        read_seq: None,
        text,
    }
}

fn lost_sale(after: &Aftermath) -> Finding {
    Finding {
        buyers: after.lost.clone(),
        ..finding(
            Anomaly::LostSale,
            format!(
                "{} was told that it bought, but the ledger has no such sale",
                names(&after.lost)
            ),
        )
    }
}

/// The lines that share a version, by version.
fn races(after: &Aftermath) -> BTreeMap<u64, Vec<&Written>> {
    let mut versions: BTreeMap<u64, Vec<&Written>> = BTreeMap::new();
    for line in &after.lines {
        versions.entry(line.seq).or_default().push(line);
    }
    versions.retain(|_, writers| writers.len() > 1);
    versions
}

fn oversale(after: &Aftermath, oversold: u64) -> Finding {
    let sold = after
        .lines
        .iter()
        .filter(|line| line.change < 0)
        .map(|line| line.change.unsigned_abs())
        .fold(0, u64::saturating_add);
    let holders = match oversold {
        1 => "1 ticket that was sold does not exist".to_owned(),
        n => format!("{n} tickets that were sold do not exist"),
    };
    let mut left = after.stock.cast_signed();
    let mut buyers = Vec::new();
    for line in &after.lines {
        left = left.saturating_add(line.change);
        if line.change < 0 && left < 0 {
            buyers.push(line.buyer.clone());
        }
    }
    Finding {
        kind: Anomaly::Oversold,
        buyers,
        read_seq: None,
        text: format!(
            "{} sold, but there {} only {}: {holders}",
            tickets(sold),
            were(after.stock),
            after.stock
        ),
    }
}

fn lost_update(after: &Aftermath, seq: u64, racers: &[&Written]) -> Finding {
    let buyers: Vec<String> = racers.iter().map(|line| line.buyer.clone()).collect();
    let read = seq.saturating_sub(1);
    // What they read: what the lines of that version left, one value or, after an earlier race,
    // several.
    let saw = racers.first().map_or(0, |line| {
        line.left
            .saturating_add_signed(line.change.saturating_neg())
    });
    let same = racers.iter().all(|line| {
        line.left
            .saturating_add_signed(line.change.saturating_neg())
            == saw
    });
    let count = if same {
        format!(" ({saw} left)")
    } else {
        String::new()
    };
    let last = buyers.last().map_or("", String::as_str);
    let others = buyers.len() - 1;
    let overwritten = if others == 1 {
        format!(
            "{last} wrote last and overwrote {}",
            buyers.first().map_or("", String::as_str)
        )
    } else {
        format!("{last} wrote last and overwrote the other {others}")
    };
    let both = if others == 1 { "both" } else { "all" };
    let survivor = if after
        .lines
        .iter()
        .any(|line| line.end == after.counted && line.seq == seq)
    {
        format!("; of these {} sales the count shows one", buyers.len())
    } else {
        String::new()
    };
    Finding {
        kind: Anomaly::LostUpdate,
        text: format!(
            "{} {both} read version {read}{count} and {both} wrote version {seq}: {overwritten}{survivor}",
            names(&buyers)
        ),
        buyers,
        read_seq: Some(read),
    }
}

/// What the count says must be what the ledger adds up to, up to the line that the count names; and
/// it must name the last line whose buyer was told that it bought, or a later one.
fn conservation(after: &Aftermath, change: i64) -> Option<Finding> {
    if after.replaced {
        return None;
    }
    let Some(told) = after.left else {
        let why = after.unreadable.as_deref().unwrap_or("unreadable");
        return Some(finding(
            Anomaly::Conservation,
            format!("the count cannot be read any more: {why}"),
        ));
    };
    let mut left = after.stock.cast_signed();
    let mut before = after.seq;
    let mut linear = true;
    // Where the count ends: before the first line, or behind one of them.
    let is_old = told == after.stock || after.before == Some((told, after.counted));
    let mut counted = (after.counted <= first_start(after) && is_old).then_some(0);
    for (at, line) in after.lines.iter().enumerate() {
        linear &= before.checked_add(1) == Some(line.seq);
        before = line.seq;
        left = left.saturating_add(line.change);
        if line.end == after.counted && left == told.cast_signed() {
            counted = Some(at + 1);
        }
    }
    if linear && let Some(counted) = counted {
        let behind = after.lines.get(counted..).unwrap_or_default();
        let missed = behind.iter().any(|line| line.own && line.told);
        return missed.then(|| stale_count(after, counted));
    }
    let expected = after.stock.cast_signed().saturating_add(change);
    (expected != told.cast_signed()).then(|| {
        finding(
            Anomaly::Conservation,
            format!(
                "it does not add up: {} in stock less {} sold is not the {told} left that tickets.json says",
                after.stock,
                change.min(0).unsigned_abs(),
            ),
        )
    })
}

/// No line of the run ends here or before.
fn first_start(after: &Aftermath) -> u64 {
    after
        .lines
        .first()
        .map_or(u64::MAX, |line| line.end.saturating_sub(1))
}

fn stale_count(after: &Aftermath, counted: usize) -> Finding {
    let behind = after.lines.get(counted..).unwrap_or_default();
    let missed: Vec<String> = behind
        .iter()
        .filter(|line| line.told)
        .map(|line| line.buyer.clone())
        .collect();
    let writer = counted
        .checked_sub(1)
        .and_then(|at| after.lines.get(at))
        .map_or("somebody", |line| line.buyer.as_str());
    Finding {
        buyers: missed.clone(),
        ..finding(
            Anomaly::Conservation,
            format!(
                "{writer} wrote its count of {} last, over the newer one: the count misses {}",
                after.left.unwrap_or_default(),
                names(&missed)
            ),
        )
    }
}

fn tickets(n: u64) -> String {
    match n {
        1 => "1 ticket was".to_owned(),
        n => format!("{n} tickets were"),
    }
}

fn were(n: u64) -> &'static str {
    if n == 1 { "was" } else { "were" }
}

/// Names in a sentence: all of them up to eight, else the first six and how many more.
pub(super) fn names(names: &[String]) -> String {
    let (shown, more) = if names.len() <= 8 {
        (names.len(), 0)
    } else {
        (6, names.len() - 6)
    };
    let shown: Vec<&str> = names.iter().take(shown).map(String::as_str).collect();
    match (shown.as_slice(), more) {
        ([], _) => "nobody".to_owned(),
        (list, 1..) => format!("{} and {more} more", list.join(", ")),
        ([one], _) => (*one).to_owned(),
        ([first @ .., last], _) => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sale of one: its seq, what it left, who.
    fn sale(seq: u64, left: u64, buyer: &str) -> Written {
        Written {
            seq,
            end: 0,
            buyer: buyer.to_owned(),
            change: -1,
            left,
            own: true,
            told: true,
        }
    }

    fn after(stock: u64, left: u64, counted_line: usize, lines: Vec<Written>) -> Aftermath {
        let lines: Vec<_> = lines
            .into_iter()
            .enumerate()
            .map(|(at, line)| Written {
                end: 100 * (at as u64 + 1),
                ..line
            })
            .collect();
        Aftermath {
            stock,
            seq: 1,
            counted: 100 * counted_line as u64,
            before: None,
            lines,
            left: Some(left),
            torn: 0,
            lost: Vec::new(),
            unreadable: None,
            replaced: false,
        }
    }

    fn kinds(verdict: &Verdict) -> Vec<Anomaly> {
        verdict
            .findings
            .iter()
            .map(|finding| finding.kind)
            .collect()
    }

    #[test]
    fn sales_one_after_another_are_safe() {
        let verdict = judge(&after(2, 0, 2, vec![sale(2, 1, "a"), sale(3, 0, "b")]));
        assert!(verdict.is_safe(), "{verdict:?}");
        assert_eq!(
            (verdict.sold, verdict.left, verdict.lost_updates),
            (2, Some(0), 0)
        );
    }

    #[test]
    fn eight_who_read_the_same_version_lose_seven_updates() {
        let lines = (1..=8).map(|n| sale(2, 1, &format!("user-{n}"))).collect();
        let verdict = judge(&after(2, 1, 8, lines));
        assert_eq!(
            (verdict.sold, verdict.oversold, verdict.lost_updates),
            (8, 6, 7)
        );
        assert_eq!(
            kinds(&verdict),
            [
                Anomaly::Oversold,
                Anomaly::LostUpdate,
                Anomaly::Conservation
            ]
        );
        assert_eq!(
            verdict.findings[0].text,
            "8 tickets were sold, but there were only 2: 6 tickets that were sold do not exist"
        );
        assert_eq!(verdict.findings[0].buyers.len(), 6);
        assert_eq!(
            verdict.findings[1].text,
            "user-1, user-2, user-3, user-4, user-5, user-6, user-7 and user-8 all read version 1 (2 left) and all wrote \
             version 2: user-8 wrote last and overwrote the other 7; of these 8 sales the count shows one"
        );
    }

    #[test]
    fn a_lost_update_needs_no_oversale() {
        let verdict = judge(&after(5, 4, 2, vec![sale(2, 4, "a"), sale(2, 4, "b")]));
        assert_eq!((verdict.oversold, verdict.lost_updates), (0, 1));
        assert_eq!(
            kinds(&verdict),
            [Anomaly::LostUpdate, Anomaly::Conservation]
        );
        assert_eq!(
            verdict.findings[0].text,
            "a and b both read version 1 (5 left) and both wrote version 2: b wrote last and overwrote a; of these 2 sales the count shows one"
        );
    }

    #[test]
    fn an_older_count_written_over_a_newer_one_is_found() {
        let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), sale(3, 0, "b")]));
        assert_eq!(kinds(&verdict), [Anomaly::Conservation]);
        assert_eq!(
            verdict.findings[0].text,
            "a wrote its count of 1 last, over the newer one: the count misses b"
        );
    }

    #[test]
    fn others_who_go_on_selling_are_no_anomaly() {
        let mut other = sale(3, 0, "other");
        other.own = false;
        let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), other]));
        assert!(verdict.is_safe(), "{verdict:?}");
        assert_eq!(verdict.sold, 1);
    }

    #[test]
    fn a_count_that_nobody_wrote_does_not_add_up() {
        let verdict = judge(&after(2, 2, 0, vec![sale(2, 1, "a")]));
        assert_eq!(kinds(&verdict), [Anomaly::Conservation]);
    }

    #[test]
    fn a_count_that_is_only_behind_is_no_anomaly() {
        let mut unheard = sale(3, 0, "b");
        unheard.told = false;
        let verdict = judge(&after(2, 1, 1, vec![sale(2, 1, "a"), unheard.clone()]));
        assert!(verdict.is_safe(), "{verdict:?}");
        unheard.seq = 2;
        let verdict = judge(&after(2, 2, 0, vec![unheard]));
        assert!(verdict.is_safe(), "{verdict:?}");
    }

    #[test]
    fn a_sale_that_was_told_and_is_on_no_ledger_is_lost() {
        let mut after = after(2, 1, 1, vec![sale(2, 1, "a")]);
        after.lost = vec!["b".to_owned()];
        let verdict = judge(&after);
        assert_eq!(kinds(&verdict), [Anomaly::LostSale]);
    }

    #[test]
    fn torn_bytes_are_told_with_their_number() {
        for torn in [0, 1, 2, 4097] {
            let after = Aftermath {
                torn,
                ..after(2, 1, 1, vec![sale(2, 1, "a")])
            };
            let verdict = judge(&after);
            let expected = match torn {
                0 => vec![],
                _ => vec![finding(
                    Anomaly::TornWrite,
                    format!(
                        "{torn} bytes on the ledger are no whole line: a buyer was cut off while it wrote"
                    ),
                )],
            };
            assert_eq!(verdict.findings, expected);
        }
    }

    #[test]
    fn hostile_numbers_are_no_harm() {
        let line = |seq, change| Written {
            change,
            ..sale(seq, u64::MAX, "x")
        };
        for seq in [0, 1, u64::MAX] {
            for change in [i64::MIN, i64::MAX, 0] {
                let lines = vec![line(seq, change), line(seq, change)];
                assert!(!judge(&after(u64::MAX >> 1, 3, 2, lines)).is_safe());
            }
        }
    }

    #[test]
    fn nothing_sold_is_safe() {
        assert!(judge(&after(0, 0, 0, vec![])).is_safe());
    }

    #[test]
    fn a_count_that_could_not_be_written_is_no_anomaly_where_the_buyers_were_told() {
        let unpublished = |told: bool| {
            let line = |seq, left, buyer| Written {
                told,
                ..sale(seq, left, buyer)
            };
            Aftermath {
                before: Some((9, 40)),
                counted: 40,
                ..after(7, 9, 0, vec![line(2, 6, "a"), line(3, 5, "b")])
            }
        };
        assert_eq!(kinds(&judge(&unpublished(false))), []);
        assert_eq!(kinds(&judge(&unpublished(true))), [Anomaly::Conservation]);
        let other = Aftermath {
            before: Some((8, 40)),
            ..unpublished(false)
        };
        assert_eq!(kinds(&judge(&other)), [Anomaly::Conservation]);
    }
}
