//! What a file is to hold that a command writes, and how one is known that an earlier command wrote.

/// What a file is to hold, and how one is known that an earlier command wrote: what another program wrote is not
/// ours to write over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contents {
    /// As in "is not a picture that this program drew".
    pub(crate) name: &'static str,
    /// Whether this program wrote a file that begins so.
    pub(crate) is_own: fn(&[u8]) -> bool,
}

/// How a picture begins.
pub(crate) const SVG: &str = "<svg data-drawn-by=\"tickets\" ";

/// How a page begins.
pub(crate) const PAGE: &str = "<!doctype html>\n<html data-drawn-by=\"tickets\" ";

impl Contents {
    /// So many bytes tell whose a file is.
    pub(crate) const HEAD: u64 = 64;

    /// Evidence, a JSON object a line.
    pub(crate) const EVIDENCE: Self = Self {
        name: "evidence that a rush of this program wrote",
        is_own: |head| is_own_evidence(head).unwrap_or(false),
    };
}

/// The name of a rush is eight hexadecimal digits.
fn is_own_evidence(head: &[u8]) -> Option<bool> {
    let (run, rest) = head
        .strip_prefix(b"{\"evidence\":1,\"run\":\"")?
        .split_first_chunk::<8>()?;
    let digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    Some(run.iter().all(digit) && rest.starts_with(b"\",\"stock\":"))
}

/// The first letters of a file, on one line.
pub(crate) fn beginning(head: &[u8]) -> String {
    const SHOWN: usize = 24;
    let text = String::from_utf8_lossy(head);
    let line = text.lines().next().unwrap_or_default();
    let part: String = line.chars().take(SHOWN).collect();
    let more = if part.len() < text.trim_end().len() {
        "…"
    } else {
        ""
    };
    part + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_of_a_rush_is_known_by_its_name() {
        for (head, own) in [
            (
                &br#"{"evidence":1,"run":"0123abcf","stock":2"#[..],
                Some(true),
            ),
            (br#"{"evidence":1,"run":"0123abcg","stock":2"#, Some(false)),
            (br#"{"evidence":1,"run":"0123abcf","first":2"#, Some(false)),
            (
                br#"{"evidence":1,"run":"0123abcdef","stock":2"#,
                Some(false),
            ),
            (br#"{"evidence":1,"run":"0123"#, None),
            (br#"{"evidence":1,"stock":2"#, None),
        ] {
            assert_eq!(
                is_own_evidence(head),
                own,
                "{}",
                String::from_utf8_lossy(head)
            );
        }
    }
}
