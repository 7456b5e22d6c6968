//! The quick way through a line of evidence: JSON as programs write it, without blanks, escapes or nulls.
//!
//! Whatever is not of this shape is left to `serde_json`, which also words all errors. So this may give up
//! on any line, but never understand one otherwise; the tests compare the two.

use std::borrow::Cow;

use super::file::PathInode;
use super::members::{RecordMembers, RecordText};
use super::record::{OperationOutcome, WholeHold};

/// The members of a plain line; `None` where it is not plain, or an error.
pub(super) fn members(line: &[u8]) -> Option<RecordMembers<'_>> {
    let mut scan = PlainScan {
        text: std::str::from_utf8(line).ok()?,
        at: 0,
    };
    let mut members = RecordMembers::default();
    scan.object(|scan, key| scan.member(key, &mut members))?;
    (scan.at == line.len()).then_some(members)
}

/// Goes through a text, byte by byte.
struct PlainScan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> PlainScan<'a> {
    fn next(&mut self) -> Option<u8> {
        let byte = self.text.as_bytes().get(self.at).copied();
        self.at += 1;
        byte
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    /// An object with at least one member; each is handed over at its value.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        loop {
            let key = self.text()?;
            self.expect(b':')?;
            member(self, key)?;
            match self.next()? {
                b',' => {}
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn text(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let from = self.at;
        loop {
            match self.next()? {
                b'"' => return self.text.get(from..self.at - 1),
                b'\\' | ..b' ' => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<u64> {
        let from = self.at;
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.text.as_bytes().get(self.at) {
            // Numbers of nineteen digits fit.
            number = number
                .wrapping_mul(10)
                .wrapping_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = self.at - from;
        let leading = digits > 1 && self.text.as_bytes().get(from) == Some(&b'0');
        (!leading && (1..20).contains(&digits)).then_some(number)
    }

    fn word(&mut self) -> Option<bool> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let value = rest.starts_with(b"true");
        if !value && !rest.starts_with(b"false") {
            return None;
        }
        self.at += if value { 4 } else { 5 };
        Some(value)
    }

    fn member(&mut self, key: &str, members: &mut RecordMembers<'a>) -> Option<()> {
        let text = match key {
            "buyer" => &mut members.buyer,
            "nonce" => &mut members.nonce,
            "step" => &mut members.step,
            "sum" => &mut members.sum,
            "run" => &mut members.run,
            "spoiled" => &mut members.spoiled,
            _ => return self.other_member(key, members),
        };
        set(text, RecordText(Cow::Borrowed(self.text()?)))
    }

    fn other_member(&mut self, key: &str, members: &mut RecordMembers<'a>) -> Option<()> {
        let number = match key {
            "t" => &mut members.t,
            "invoke" => &mut members.invoke,
            "return" => &mut members.returned,
            "read" => &mut members.read,
            "read_at" => &mut members.read_at,
            "seen" => &mut members.seen,
            "write" => &mut members.write,
            "left" => &mut members.left,
            "seq" => &mut members.seq,
            "device" => &mut members.device,
            "inode" => &mut members.inode,
            "path_device" => &mut members.path_device,
            "path_inode" => {
                return set(&mut members.path_inode, PathInode::Of(self.number()?));
            }
            "intend" => &mut members.intend,
            "wrote" => &mut members.wrote,
            "committed" => &mut members.committed,
            "evidence" => &mut members.evidence,
            "stock" => &mut members.stock,
            "first" => &mut members.first,
            "final" => &mut members.last,
            "lines" => &mut members.lines,
            "outcome" => return set(&mut members.outcome, outcome(self.text()?)?),
            "lock" => return set(&mut members.lock, self.lock()?),
            "pid" => return set(&mut members.pid, self.number()?.try_into().ok()?),
            "quantity" => return set(&mut members.quantity, self.number()?.try_into().ok()?),
            "torn" => return set(&mut members.torn, self.word()?),
            "shared" => return set(&mut members.shared, self.word()?),
            "leased" => return set(&mut members.leased, self.word()?),
            _ => return None,
        };
        set(number, self.number()?)
    }

    fn lock(&mut self) -> Option<WholeHold> {
        let (mut device, mut inode) = (None, None);
        let (mut shared, mut leased) = (None, None);
        let (mut wanted, mut got, mut released) = (None, None, None);
        let (mut path_device, mut path_inode) = (None, None);
        self.object(|scan, key| {
            let number = match key {
                "wanted" => &mut wanted,
                "got" => &mut got,
                "released" => &mut released,
                "device" => &mut device,
                "inode" => &mut inode,
                "path_device" => &mut path_device,
                "path_inode" => {
                    return set(&mut path_inode, PathInode::Of(scan.number()?));
                }
                "shared" => return set(&mut shared, scan.word()?),
                "leased" => return set(&mut leased, scan.word()?),
                _ => return None,
            };
            set(number, scan.number()?)
        })?;
        Some(WholeHold {
            wanted,
            got,
            released,
            device: device?,
            inode: inode?,
            path_device,
            path_inode,
            shared: shared.unwrap_or(false),
            leased: leased.unwrap_or(false),
        })
    }
}

fn outcome(code: &str) -> Option<OperationOutcome> {
    OperationOutcome::ALL
        .into_iter()
        .find(|one| one.code() == code)
}

/// Sets what was not set before: a member that stands there twice is an error.
fn set<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Lines with every member that there is.
    const LINES: [&str; 5] = [
        r#"{"evidence":1,"run":"night-1","stock":2,"first":0}"#,
        r#"{"step":"lock_got","buyer":"user-1","pid":7,"t":1200,"device":8,"inode":42,"path_device":8,"path_inode":42,"shared":true,"leased":true,"seq":0,"torn":false}"#,
        r#"{"buyer":"user-1","quantity":2,"invoke":1000,"return":1700,"read":0,"seen":2,"sum":"00000000000000ff","write":1,"left":1,"nonce":"k3v9xq","intend":18446744073709551615,"wrote":1,"outcome":"sold_out","lock":{"wanted":1100,"got":1200,"released":1600,"device":8,"inode":42,"path_device":1,"path_inode":2,"shared":false,"leased":true}}"#,
        r#"{"committed":1,"final":1,"lines":2,"outcome":"open","buyer":"žluťoučký"}"#,
        r#"{"path_inode":null,"lock":{"device":8,"inode":42,"path_device":8,"path_inode":null}}"#,
    ];

    #[test]
    fn what_is_plain_is_understood_at_once() {
        for line in LINES.into_iter().filter(|line| !line.contains("null")) {
            let plain = line.replace("18446744073709551615", "9223372036854775807");
            let members = members(plain.as_bytes());
            assert!(members.is_some(), "{plain}");
            assert_eq!(members, RecordMembers::of(plain.as_bytes()).ok());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_understood_at_once_is_what_serde_understands(
            which in 0..LINES.len(),
            changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..4, any::<u8>(), 0..20_usize), 1..4),
        ) {
            let mut line = LINES[which].as_bytes().to_vec();
            let bytes = b"0123456789-+.eE\"\\,:{}[] ";
            for (at, how, byte, other) in changes {
                let at = at.index(line.len());
                match how {
                    0 => line[at] = byte,
                    1 => line[at] = bytes[other],
                    2 => line.insert(at, bytes[other]),
                    _ => drop(line.remove(at)),
                }
            }
            if let Some(plain) = members(&line) {
                prop_assert_eq!(Ok(plain), RecordMembers::of(&line));
            }
        }

        #[test]
        fn members_in_any_order_once_or_twice_are_what_serde_understands(
            which in proptest::collection::vec((0..LINES.len(), any::<prop::sample::Index>()), 0..5),
        ) {
            let members_of = |line: &'static str| line[1..line.len() - 1].split(',').collect::<Vec<_>>();
            let chosen = which.iter().map(|(line, at)| {
                let all = members_of(LINES[*line]);
                all[at.index(all.len())]
            });
            let line = format!("{{{}}}", chosen.collect::<Vec<_>>().join(","));
            if let Some(plain) = members(line.as_bytes()) {
                prop_assert_eq!(Ok(plain), RecordMembers::of(line.as_bytes()));
            }
        }
    }
}
