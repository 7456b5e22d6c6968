//! A line that somebody wrote on the ledger by hand.

use serde_json::{Map, Value};

use crate::ledger::Line;
use crate::store::file::event::EventFiles;
use crate::store::file::reader::kept_beside::ledger_and_copy;
use crate::store::file::reader::saved_line::is_spread;

/// What is wrong with a line that somebody wrote by hand.
pub(crate) const BY_HAND: &str =
    "it is whole and has no checksum: somebody wrote it by hand, for no crash leaves such a line";

/// A write that was cut ends where a sector begins, in bytes: a disk writes whole ones, and a killed process whole pages.
const SECTOR: u64 = 512;

/// Whether somebody wrote it by hand: a JSON object that does not end in a checksum, and is not put together by a crash. It
/// stands at `start`.
///
/// A crash leaves the beginning of a line, which is no object, and behind it anything that stood there before: with the end
/// of an older line it may be one. So one that begins as a line does is taken for one of these only where the two cannot meet.
pub(crate) fn is_by_hand(bytes: &[u8], start: u64) -> bool {
    let line = Line::as_written(bytes).trim_ascii();
    line.starts_with(b"{")
        && !is_spread(line)
        && line.contains(&b':')
        && !ends_in_a_checksum(line)
        && match serde_json::from_slice::<Map<String, Value>>(line) {
            Ok(members) => {
                !line.starts_with(BEGINNING) || members.len() > 1 && !may_be_pieced(line, start)
            }
            Err(_) => false,
        }
}

/// How every line begins.
const BEGINNING: &[u8] = b"{\"seq\":";

/// Whether the end of an older line may stand behind the beginning of a newer one: where a sector begins, less than a
/// checksum of it.
fn may_be_pieced(line: &[u8], start: u64) -> bool {
    (1..line.len()).any(|at| {
        let old = line.get(at..).unwrap_or_default();
        (start + at as u64).is_multiple_of(SECTOR) && is_end_of_a_checksum(old)
    })
}

/// Whether it is what ends a line, or the last bytes of that: `,"sum":"0123456789abcdef"}`.
fn is_end_of_a_checksum(bytes: &[u8]) -> bool {
    let Some(rest) = bytes.strip_suffix(b"\"}") else {
        return bytes == b"}";
    };
    let digits = rest
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_hexdigit());
    let name = rest.len() - digits.count().min(16);
    b",\"sum\":\"".ends_with(rest.get(..name).unwrap_or_default())
}

/// Whether its last member has a checksum for its value, whatever is left of the name before that.
fn ends_in_a_checksum(bytes: &[u8]) -> bool {
    const DIGITS: usize = 16;
    let rest = bytes.strip_suffix(b"\"}").unwrap_or_default();
    let (name, digits) = rest.split_at(rest.len().saturating_sub(DIGITS));
    digits.len() == DIGITS && digits.iter().all(u8::is_ascii_hexdigit) && name.ends_with(b"\":\"")
}

/// How lines that were written by hand are taken out again, by people, and what they were meant for is sold.
pub(crate) fn without_them(files: &EventFiles) -> String {
    let [ledger, kept] = ledger_and_copy(files);
    format!(
        "keep the ledger as it is, and take out what has no checksum: cp -p {ledger} {kept} && \
         grep ',\"sum\":\"[0-9a-f]\\{{16\\}}\"}}$' {kept} > {ledger}; then audit again; whom such a line names has no ticket: \
         'tickets book NAME' sells one"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{Op, Record, Sum};

    #[test]
    fn a_line_without_a_checksum_was_written_by_hand() {
        for line in [
            r#"{"op":"sell","buyer":"Ann","quantity":1}"#,
            r#" {"buyer":{"name":"Ann"}} "#,
            "\u{feff}{\"buyer\":\"Ann\"}\r",
            r#"{"seq":4,"buyer":"Ann","quantity":1}"#,
            r#"{"seq":4,"at":"2026-05-01T18:00:00.000Z","op":"sell","id":"4-opaopa","buyer":"Opa","quantity":1,"left":17}"#,
        ] {
            assert!(is_by_hand(line.as_bytes(), 600), "{line}");
        }
        for line in [
            "",
            "x",
            "[1]",
            "{",
            "{\"seq\":3,\"at\":",
            "{\"seq\":3}",
            "{}",
            "{\"um\":\"3927184a14b75a11\"}",
            "\"{}\"",
            "{}{}",
        ] {
            assert!(!is_by_hand(line.as_bytes(), 600), "{line}");
        }
    }

    /// Cut where a sector begins, and with zeros, newlines or an older line behind: of the same place, or of any other.
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
            let (begun, start) = (&new[..cut], 4 * SECTOR - cut as u64);
            let mut left = vec![begun.to_vec(), [begun, &[0; 8]].concat()];
            left.extend((0..old.len()).map(|from| [begun, &old[from..]].concat()));
            left.extend((0..cut).map(|from| [&[0; 8][..], &new[from..cut]].concat()));
            for bytes in left {
                for line in bytes.split(|byte| *byte == b'\n') {
                    let start = start + (line.as_ptr() as u64 - bytes.as_ptr() as u64);
                    assert!(
                        !is_by_hand(line, start),
                        "{}",
                        String::from_utf8_lossy(line)
                    );
                }
            }
        }
    }
}
