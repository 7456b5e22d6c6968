//! Words for drawings: names made harmless and short, sentences in lines, numbers and times.

use crate::shown::shown;

/// How many columns of a terminal a letter takes, at most: in doubt two, so that a line that is
/// measured here is never too long.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f => 0,
        0x1100..=0x11ff
        | 0x231a..=0x231b
        | 0x2329..=0x232a
        | 0x23e9..=0x23f3
        | 0x25fd..=0x25fe
        | 0x2600..=0x27bf
        | 0x2b1b..=0x2b1c
        | 0x2b50..=0x2b55
        | 0x2e80..=0xa4cf
        | 0xa960..=0xa97f
        | 0xac00..=0xd7ff
        | 0xf900..=0xfaff
        | 0xfe10..=0xfe1f
        | 0xfe30..=0xfe6f
        | 0xff01..=0xff60
        | 0xffe0..=0xffe6
        | 0x1_6fe0..=0x1_b2ff
        | 0x1_d300..=0x1_d37f
        | 0x1_f000..=0x1_faff
        | 0x2_0000.. => 2,
        _ => 1,
    }
}

/// How many columns a text takes, at most.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// The beginning of a text that fits.
pub(super) fn head(text: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices() {
        taken += columns_of(c);
        if taken > room {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The end of a text that fits.
pub(super) fn tail(text: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, c) in text.char_indices().rev() {
        taken += columns_of(c);
        if taken > room {
            return text.get(at + c.len_utf8()..).unwrap_or_default();
        }
    }
    text
}

/// Cleaned, and shortened in the middle where it is longer than `room` columns: names often differ
/// at their end.
pub(super) fn short(text: &str, room: usize) -> String {
    let text = shown(text);
    if columns(&text) <= room {
        return text;
    }
    let rest = room.saturating_sub(1);
    let end = tail(&text, rest / 2);
    format!("{}…{end}", head(&text, rest - columns(end)))
}

/// Cleaned, and of what is longer than `room` columns the first words, with a mark that there are more.
pub(super) fn first_words(text: &str, room: usize) -> String {
    let text = shown(text);
    if columns(&text) <= room {
        return text;
    }
    let head = head(&text, room.saturating_sub(columns(CUT)));
    let is_whole = text
        .get(head.len()..)
        .is_some_and(|rest| rest.starts_with([' ', ',', ';', ':']));
    match head.rsplit_once(' ') {
        Some((words, last)) => {
            let words = if is_whole && !last.is_empty() {
                head
            } else {
                words
            };
            format!("{}{CUT}", words.trim_end_matches([',', ';', ':']))
        }
        None => short(&text, room),
    }
}

/// Behind what was cut.
pub(super) const CUT: &str = " …";

/// Cleaned, in lines of at most `room` columns; a word that is longer than a line is cut.
pub(super) fn wrapped(text: &str, room: usize) -> Vec<String> {
    let room = room.max(2);
    let text = shown(text);
    let mut lines: Vec<String> = Vec::new();
    let mut taken = room;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let mut word = word;
        let mut wide = columns(word);
        if taken + 1 + wide <= room
            && let Some(line) = lines.last_mut()
        {
            line.push(' ');
            line.push_str(word);
            taken += 1 + wide;
            continue;
        }
        while wide > room {
            let part = head(word, room);
            lines.push(part.to_owned());
            word = word.get(part.len()..).unwrap_or_default();
            wide = columns(word);
        }
        lines.push(word.to_owned());
        taken = wide;
    }
    lines
}

/// A text for between two tags, or in an attribute.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in shown(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // XML has no way to write these.
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}

/// `12345` as `12,345`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 sale`, `12,345 sales`.
pub(super) fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", thousands(number))
}

/// A length of time, with four digits at most.
pub(super) fn duration(nanoseconds: u64) -> String {
    let scaled = |unit: f64, name: &str| {
        let value = nanoseconds as f64 / unit;
        let digits = match value {
            v if v < 10.0 => 2,
            v if v < 100.0 => 1,
            _ => 0,
        };
        format!("{value:.digits$} {name}")
    };
    match nanoseconds {
        0 => "0".to_owned(),
        1..1_000 => format!("{nanoseconds} ns"),
        1_000..1_000_000 => scaled(1e3, "µs"),
        1_000_000..1_000_000_000 => scaled(1e6, "ms"),
        _ => scaled(1e9, "s"),
    }
}
