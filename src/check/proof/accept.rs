//! Whether the evidence bears a finding out.

use super::case::Case;
use crate::check::evidence::{Evidence, Operation};
use crate::check::history::{HistoryFinding, sentence};

/// Accepts a finding, or says why the evidence does not bear it out.
pub fn accept(evidence: &Evidence, finding: &HistoryFinding) -> Result<(), String> {
    let found = finding.operations.iter();
    let found: Vec<&Operation> = found.filter_map(|at| evidence.operation(*at)).collect();
    if found.len() != finding.operations.len() || found.len() > 2 {
        return Err("it names operations that there are not".to_owned());
    }
    let names = found.iter().map(|did| evidence.names.name(did.buyer));
    if !names.eq(finding.buyers.iter().map(String::as_str)) {
        return Err("its buyers are not those of its operations".to_owned());
    }
    if finding.text != sentence(evidence, finding) {
        return Err("its sentence is not that of its operations".to_owned());
    }
    let case = Case {
        evidence,
        version: finding.version,
    };
    let holds = match found.as_slice() {
        [] => case.nobody(finding.kind),
        [one] => case.one(finding.kind, one),
        [one, other, ..] => !std::ptr::eq(*one, *other) && case.two(finding.kind, one, other),
    };
    if holds {
        Ok(())
    } else {
        Err(format!("the evidence does not show {:?}", finding.kind))
    }
}
