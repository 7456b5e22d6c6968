//! What may become of a file.

use crate::test_event::LEDGER;

/// A ledger of more lines is long.
const LONG: usize = 11;

/// A damaged file: what was done to it, and what stands in it now; nothing, when it is gone.
pub(super) struct Damage {
    pub(super) column: &'static str,
    pub(super) name: String,
    pub(super) file: &'static str,
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) in_slice: bool,
}

/// Bytes of a file are changed, or it is cut.
pub(super) fn bytes_of(file: &'static str, whole: &[u8]) -> Vec<Damage> {
    let mut damages = Vec::new();
    let mut push = |column, name: String, bytes, in_slice| {
        damages.push(Damage {
            column,
            name: format!("{file}/{name}"),
            file,
            bytes: Some(bytes),
            in_slice,
        });
    };
    for at in 0..whole.len() {
        let in_slice = at % 16 == 0 || at == whole.len() - 1;
        let changed = |byte: u8| {
            let mut bytes = whole.to_vec();
            bytes[at] = byte;
            bytes
        };
        for bit in 0..8 {
            let name = format!("bit {bit} of byte {at}");
            push(
                "bit flipped",
                name,
                changed(whole[at] ^ (1 << bit)),
                (8 * at + bit) % 37 == 0,
            );
        }
        push("byte zeroed", format!("byte {at}"), changed(0), in_slice);
        push(
            "cut off",
            format!("at byte {at}"),
            whole[..at].to_vec(),
            in_slice,
        );
        let mut bytes = whole.to_vec();
        bytes[at..].fill(0);
        push("zeroed on", format!("from byte {at}"), bytes, in_slice);
    }
    damages
}

/// Lines of the ledger are swapped, lost, doubled, or those of another event.
pub(super) fn lines(ledger: &[u8], other: &[u8]) -> Vec<Damage> {
    let split = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.trim_ascii_end().split(|&byte| byte == b'\n');
        lines.map(|line| [line, b"\n"].concat()).collect()
    };
    let (ours, foreign) = (split(ledger), split(other));
    let padding = ledger.get(ours.concat().len()..).unwrap_or_default();
    let mut damages = Vec::new();
    // Of a long ledger a slice takes every so manyth.
    let stride = if ours.len() > LONG { LONG } else { 1 };
    let mut push = |column, name: String, lines: &[Vec<u8>]| {
        damages.push(Damage {
            column,
            name,
            file: LEDGER,
            bytes: Some([&lines.concat(), padding].concat()),
            in_slice: damages.len() % stride == 0,
        });
    };
    for at in 0..ours.len() {
        for to in at + 1..ours.len() {
            let mut lines = ours.clone();
            lines.swap(at, to);
            push("line swapped", format!("{at} and {to}"), &lines);
        }
        let mut lines = ours.clone();
        lines.remove(at);
        push("line lost", format!("{at}"), &lines);
        for to in at + 1..=ours.len() {
            let mut lines = ours.clone();
            lines.insert(to, ours[at].clone());
            push("line doubled", format!("{at} at {to}"), &lines);
        }
        for to in 0..=ours.len() {
            let mut lines = ours.clone();
            lines.insert(to, foreign[at].clone());
            push("line foreign", format!("{at} at {to}"), &lines);
            if to < ours.len() {
                lines.remove(to + 1);
                push("line foreign", format!("{at} instead of {to}"), &lines);
            }
        }
    }
    damages
}
