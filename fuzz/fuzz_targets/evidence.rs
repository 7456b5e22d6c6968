//! Evidence of any bytes: refused, or judged, and every finding is borne out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tickets::check::judge;
use tickets::check::{evidence, proof};

/// The checker of findings is slow on purpose.
const MOST: usize = 200;

fuzz_target!(|bytes: &[u8]| {
    let Ok(evidence) = evidence::read_lines(bytes, "evidence".as_ref()) else {
        return;
    };
    let verdict = judge(&evidence);
    if evidence.operations.len() > MOST {
        return;
    }
    for finding in &verdict.findings {
        if let Err(why) = proof::accept(&evidence, finding) {
            panic!("{why}: {finding:?}");
        }
    }
});
