//! The judgement itself, the gravest finding first.

use super::conservation::conservation;
use super::lost_update::{lost_updates, races};
use super::model::{FinalState, LastSale, StateFinding, StateVerdict, WrittenLine};
use crate::check::anomaly::Anomaly;
use crate::check::listing::names;
use crate::plural::count;

/// Judges a run.
#[must_use]
pub fn judge(after: &FinalState) -> StateVerdict {
    let sales = || {
        after
            .lines
            .iter()
            .filter(|line| line.change < 0 && !line.buyer.is_empty())
    };
    let taken = |line: &WrittenLine| line.change.unsigned_abs();
    let change = net(&after.lines);
    let oversold = change
        .saturating_add_unsigned(after.stock)
        .min(0)
        .unsigned_abs();
    let races = races(after);
    let overwritten = races.values().map(|writers| writers.len() as u64 - 1).sum();

    let mut findings = Vec::new();
    if oversold > 0 {
        findings.push(oversale(after, oversold));
    }
    findings.extend(lost_updates(after, &races));
    if !after.lost.is_empty() {
        findings.push(lost_sale(after));
    }
    findings.extend(conservation(after, change));
    if after.torn > 0 {
        findings.push(torn_write(after.torn));
    }
    StateVerdict {
        sold: sales()
            .filter(|line| line.own)
            .map(taken)
            .fold(0, u64::saturating_add),
        sales: sales().filter(|line| line.own).count() as u64,
        left: after.left,
        oversold,
        lost_updates: overwritten,
        findings,
    }
}

/// By how much the lines change what is left, all together.
fn net(lines: &[WrittenLine]) -> i64 {
    lines
        .iter()
        .fold(0, |sum: i64, line| sum.saturating_add(line.change))
}

fn torn_write(bytes: u64) -> StateFinding {
    StateFinding::new(
        Anomaly::TornWrite,
        format!(
            "{} on the ledger {} no whole line: a buyer was cut off while it wrote",
            count(bytes, "byte"),
            if bytes == 1 { "is" } else { "are" }
        ),
    )
}

fn lost_sale(after: &FinalState) -> StateFinding {
    StateFinding {
        buyers: after.lost.clone(),
        ..StateFinding::new(
            Anomaly::LostSale,
            format!(
                "{} was told that it bought, but the ledger has no such sale",
                names(&after.lost)
            ),
        )
    }
}

fn oversale(after: &FinalState, oversold: u64) -> StateFinding {
    let sold = after
        .lines
        .iter()
        .map(|line| line.change.min(0).unsigned_abs())
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
    StateFinding {
        kind: Anomaly::Oversold,
        buyers,
        read_seq: None,
        with: Vec::new(),
        read_from: Vec::new(),
        last: LastSale::default(),
        text: format!(
            "{} sold, but there {} only {}: {holders}",
            tickets(sold),
            were(after.stock),
            after.stock
        ),
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
