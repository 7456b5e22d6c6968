//! Words of others where people read them: names, files, messages of the system, lines of a ledger or of
//! evidence. Each passes through here on its way to a terminal, a drawing or a table.

/// A text of somebody else's on one line: what steers a terminal, begins a line or turns the direction of
/// what stands behind it is written out, as `\n` or `\u{1b}`.
///
/// ```
/// assert_eq!(tickets::shown("a\u{1b}[2J\nerror: b"), r"a\u{1b}[2J\nerror: b");
/// ```
#[must_use]
pub fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if steers(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Whether it is a letter that is not seen itself, and changes how others are: of C0 and C1, line separators,
/// marks of direction, and what else has no width.
#[must_use]
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
