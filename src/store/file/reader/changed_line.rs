//! A line that is not as this program writes one: it stands in its place and was edited or damaged, or somebody wrote it by
//! hand.

use serde::de::IgnoredAny;

use crate::ledger::{Line, Op, Record, UNFIT};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::edited::ledger_and_copy;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;

/// What is wrong with a line that somebody wrote by hand.
pub(crate) const BY_HAND: &str =
    "it is whole and has no checksum: somebody wrote it by hand, for no crash leaves such a line";

/// Whether somebody wrote it by hand: a JSON object that neither begins as a line does nor ends in a checksum.
///
/// A crash leaves the beginning of a line, and behind it anything: with the end of an older line it may be an object. So none
/// that begins as a line does is taken for one of these.
pub(crate) fn is_by_hand(bytes: &[u8]) -> bool {
    let bytes = Line::as_written(bytes).trim_ascii();
    bytes.starts_with(b"{")
        && !bytes.starts_with(b"{\"seq\":")
        && !ends_in_a_checksum(bytes)
        && serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

/// Whether its last member is a checksum, right or not.
fn ends_in_a_checksum(bytes: &[u8]) -> bool {
    const LONGEST: usize = r#","sum":"0123456789abcdef"}"#.len();
    let end = bytes.get(bytes.len().saturating_sub(LONGEST)..);
    let mut parts = end.unwrap_or_default().windows(7);
    parts.any(|part| part == b"\"sum\":\"")
}

/// How lines that were written by hand are taken out again, by people, and what they were meant for is sold.
pub(crate) fn without_them(files: &EventFiles) -> String {
    let [ledger, kept] = ledger_and_copy(files);
    format!(
        "keep the ledger as it is, and take out what has no checksum: cp -p {ledger} {kept} && \
         grep ',\"sum\":\"[0-9a-f]*\"}}$' {kept} > {ledger}; then audit again; whom such a line names has no ticket: \
         'tickets book NAME' sells one"
    )
}

/// What such a line is, as it stands; `None`: what is wrong with it is something else.
pub(crate) fn changed(bytes: &[u8], line: u64, why: &str) -> Option<String> {
    let found = Line::parse(bytes, None).ok().filter(|_| why == UNFIT)?;
    let is_here = found.record.seq == line;
    is_here.then(|| {
        format!(
            "{why}: somebody edited it, or it is damaged; as it stands it is {}",
            what(&found.record)
        )
    })
}

/// The same of the line with this number in a ledger.
pub(crate) fn changed_in(ledger: &LedgerFile, line: u64, why: &str) -> Option<String> {
    if why != UNFIT {
        return None;
    }
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    let mut at = 0;
    while let Ok(Some(raw_line)) = raw_lines.next() {
        at += 1;
        if at == line {
            return changed(raw_line.bytes, line, why);
        }
    }
    None
}

/// `sale 4-q4sdn1 of alice`
fn what(record: &Record<'_>) -> String {
    let what = match record.op {
        Op::Sell => "sale",
        op => op.name(),
    };
    let id = record.id.as_deref().or(record.reference.as_deref());
    let id = id.map_or_else(String::new, |id| format!(" {id}"));
    let buyer = record.buyer.as_deref().filter(|buyer| !buyer.is_empty());
    let buyer = buyer.map_or_else(String::new, |buyer| format!(" of {buyer}"));
    format!("{what}{id}{buyer}")
}

/// What to do about such a line of somebody's sales.
pub(crate) fn undo(line: u64) -> String {
    format!(
        "undo what was edited in line {line}, for rename ID NAME is what gives a sale another name; a backup that was made \
         since has that line as it was, and 'tickets restore DIR' puts all of one back; this cannot be repaired without guessing"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Sum;

    #[test]
    fn a_line_without_a_checksum_was_written_by_hand() {
        for line in [
            r#"{"op":"sell","buyer":"Ann","quantity":1}"#,
            r#" {"buyer":{"name":"Ann"}} "#,
            "\u{feff}{}\r",
        ] {
            assert!(is_by_hand(line.as_bytes()), "{line}");
        }
        for line in [
            "",
            "x",
            "[1]",
            "{",
            "{\"seq\":3,\"at\":",
            "{\"seq\":3}",
            "\"{}\"",
            "{}{}",
        ] {
            assert!(!is_by_hand(line.as_bytes()), "{line}");
        }
    }

    /// Cut anywhere, and with zeros, newlines or an older line behind: of the same place, or of any other.
    #[test]
    fn what_a_crash_leaves_was_not() {
        let line = |seq, buyer: &'static str| {
            let record = Record {
                buyer: Some(buyer.into()),
                note: Some("{}, \"paid\"".into()),
                ..Record::new(Op::Sell, seq, 1, 10)
            };
            record.encode(Sum::default()).unwrap().0
        };
        let (new, old) = (line(9, "Ann {Smith}"), line(4, "{}Bob"));
        for cut in 0..=new.len() {
            let begun = &new[..cut];
            let mut left = vec![begun.to_vec(), [begun, &[0; 8]].concat()];
            left.extend((0..old.len()).map(|from| [begun, &old[from..]].concat()));
            left.extend((0..cut).map(|from| [&[0; 8][..], &new[from..cut]].concat()));
            for bytes in left {
                for line in bytes.split(|byte| *byte == b'\n') {
                    assert!(!is_by_hand(line), "{}", String::from_utf8_lossy(line));
                }
            }
        }
    }
}
