//! Rushes that record evidence: it is judged right, beside arithmetic of the tests' own.

mod deaths;
mod paths;
mod runs;

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;
use tickets::check::evidence::{self, Evidence};
use tickets::check::proof;
use tickets::check::{HistoryVerdict, judge};

use crate::harness::TestEvent;

/// The evidence, and its judgement, of which the second checker has accepted each finding.
#[track_caller]
fn judged(path: &Path) -> (Evidence, HistoryVerdict) {
    let evidence = evidence::read(path).unwrap();
    let verdict = judge(&evidence);
    for finding in &verdict.findings {
        let accepted = proof::accept(&evidence, finding);
        assert_eq!(accepted, Ok(()), "{finding:?} in {}", path.display());
    }
    (evidence, verdict)
}

/// How many sales were overwritten, as the ledger says: each version is one sale's.
fn lost_updates(event: &TestEvent) -> u64 {
    let mut versions: HashMap<u64, u64> = HashMap::new();
    for sale in event.sales() {
        *versions.entry(sale["seq"].as_u64().unwrap()).or_default() += 1;
    }
    versions.values().map(|writers| writers - 1).sum()
}

/// How many findings of a kind a report counts.
fn count(counts: &Value, kind: &str) -> u64 {
    let counts = counts.as_array().unwrap().iter();
    counts
        .filter(|count| count["kind"] == kind)
        .map(|count| count["count"].as_u64().unwrap())
        .sum()
}

/// What the rush says of its evidence, and what `race check` says of the file, must be one.
#[track_caller]
fn assert_consistent(event: &TestEvent, line: &str, (code, report): &(i32, Value), file: &str) {
    let path = event.path(file);
    let (check, document) = event.json(&format!("race check {}", path.display()));
    let told = &report["evidence"];
    assert_eq!(told["counts"], document["counts"], "{line}: {report:#}");
    assert_eq!(told["operations"], document["operations"], "{line}");
    let kinds = |findings: &Value| {
        let findings = findings.as_array().unwrap().iter();
        let mut kinds: Vec<String> = findings.map(|f| f["kind"].to_string()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    let (by_rush, by_check) = (kinds(&report["findings"]), kinds(&document["findings"]));
    for kind in &by_check {
        assert!(by_rush.contains(kind), "{line}: {kind} not in {report:#}");
    }
    assert_eq!(*code == 6, check == 6, "{line}: {report:#} {document:#}");
}
