//! A ledger that an editor has saved in its own way: lines that end in CR LF or in blanks, a byte order mark before the first,
//! another encoding, blank lines, a copy of a line, a remark between lines. Whether all that was written is there shows
//! without these bytes, for each line's checksum is made upon the one before it.

use std::collections::{BTreeSet, HashMap};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Kind};
use crate::ledger::{CountFile, Sum};
use crate::store::file::event::EventFiles;
use crate::store::file::reader::kept_beside::ledger_and_copy;
use crate::store::file::reader::ledger_file::LedgerFile;
use crate::store::file::reader::raw_lines::RawLines;
use crate::store::file::reader::saved_line::{EditorMark, as_before};

/// So many lines that are none of the ledger's are named; one with more is another text.
const EXTRA: usize = 16;

/// What an editor has put into a ledger.
pub(crate) struct Edited {
    /// The line of the ledger at which it begins.
    pub(crate) line: u64,
    marks: BTreeSet<EditorMark>,
    /// Blank lines stand between lines.
    blank: bool,
    /// Lines that stand there and are none of the ledger's.
    extra: Vec<ExtraLine>,
    /// Without these bytes each line fits, and the last one is there that the count includes.
    all: bool,
}

/// One of them.
#[derive(Clone, Copy)]
struct ExtraLine {
    /// Its number in the file, and that of the line which it is a copy of.
    at: u64,
    copy_of: Option<u64>,
}

/// What an editor has put into this ledger; `None`: nothing, or its first line that does not add up is changed otherwise.
pub(crate) fn edited(files: &EventFiles, ledger: &LedgerFile) -> Option<Edited> {
    if ledger.is_utf16() {
        return Some(Edited {
            line: 1,
            marks: BTreeSet::from([EditorMark::Utf16]),
            blank: false,
            extra: Vec::new(),
            all: false,
        });
    }
    let count = CountFile::look(&files.count).ok();
    let counted = count.and_then(|(count, _)| count?.counted);
    let mut walk = Walk::default();
    let (mut bytes, mut counts) = (0, false);
    let mut raw_lines = RawLines::new(&ledger.file, 0);
    while let Ok(Some(raw_line)) = raw_lines.next() {
        let Some(length) = walk.one_more(raw_line.bytes) else {
            if walk.is_over {
                break;
            }
            continue;
        };
        bytes += length + 1;
        counts |= counted.is_some_and(|it| (it.seq, it.bytes) == (walk.line, bytes));
    }
    // Behind the last line no other proves that one is none of the ledger's: only a copy is none for sure.
    if walk.pending.iter().all(|extra| extra.copy_of.is_some()) {
        walk.take_pending(walk.line + 1);
    }
    let line = walk.first?;
    Some(Edited {
        line,
        marks: walk.marks,
        blank: walk.blank,
        all: !walk.is_over && walk.pending.is_empty() && counts,
        extra: walk.extra,
    })
}

/// The lines of a ledger one after the other, as they were written.
#[derive(Default)]
struct Walk {
    sum: Sum,
    /// How many lines of the ledger there were, and how many in the file.
    line: u64,
    at: u64,
    /// The first line of the ledger that, or before which, something is otherwise.
    first: Option<u64>,
    marks: BTreeSet<EditorMark>,
    blank: bool,
    /// A blank line was the last one.
    is_blank: bool,
    extra: Vec<ExtraLine>,
    /// Those behind which no line of the ledger has come yet.
    pending: Vec<ExtraLine>,
    /// The lines by the hashes of their bytes, with their numbers in the file.
    known: HashMap<u64, u64>,
    is_over: bool,
}

impl Walk {
    /// One more line of the file. Returns how long it was as it was written; `None`: it is none of the ledger's.
    fn one_more(&mut self, bytes: &[u8]) -> Option<u64> {
        self.at += 1;
        if bytes.trim_ascii().is_empty() {
            self.is_blank = true;
            return None;
        }
        let Some((written, sum, marks)) = as_before(bytes, self.sum) else {
            let copy_of = self.known.get(&xxh3_64(bytes)).copied();
            // A line that begins as those of the ledger do was one, or is somebody's.
            if copy_of.is_none() && bytes.starts_with(b"{") || self.pending.len() == EXTRA {
                self.is_over = true;
            } else {
                let at = self.at;
                self.pending.push(ExtraLine { at, copy_of });
            }
            return None;
        };
        (self.sum, self.line) = (sum, self.line + 1);
        self.take_pending(self.line);
        if std::mem::take(&mut self.is_blank) {
            self.blank = true;
            self.first.get_or_insert(self.line);
        }
        if !marks.is_empty() {
            self.marks.extend(marks);
            self.first.get_or_insert(self.line);
        }
        self.known.insert(xxh3_64(bytes), self.at);
        Some(written.len() as u64)
    }

    /// Those that stand before this line are none of the ledger's.
    fn take_pending(&mut self, line: u64) {
        if !self.pending.is_empty() {
            self.first.get_or_insert(line);
            self.extra.append(&mut self.pending);
        }
    }
}

impl Edited {
    /// Whether each line fits without what the editor has put in, and the last one is there that the count includes.
    pub(crate) fn has_all(&self) -> bool {
        self.all
    }

    /// That nothing is sold from such a ledger, and how it is had back.
    pub(crate) fn error(&self, files: &EventFiles) -> Error {
        let whether = if self.all {
            "what was sold is all there"
        } else {
            "whether what was sold is all there shows when that is out"
        };
        let message = format!("{}: {whether}", self.what());
        let error = Error::new(Kind::Integrity, message).at(&files.ledger, self.line, 0);
        error.hint(format!(
            "nothing more was sold; 'tickets audit' says more; {}; 'tickets restore DIR' puts a backup back instead",
            self.way_out(files)
        ))
    }

    /// What is otherwise.
    pub(crate) fn what(&self) -> String {
        let has = |mark| self.marks.contains(&mark);
        let mut all = Vec::new();
        match (
            has(EditorMark::ByteOrderMark),
            has(EditorMark::CarriageReturn),
        ) {
            (true, true) => {
                all.push("its lines end in CR LF, and a byte order mark stands before the first");
            }
            (true, false) => all.push("a byte order mark stands before its first line"),
            (false, true) => all.push("its lines end in CR LF"),
            (false, false) => {}
        }
        if has(EditorMark::Utf16) {
            all.push("its text is UTF-16");
        }
        if has(EditorMark::Blanks) {
            all.push("blanks stand before or behind a line");
        }
        if has(EditorMark::Spread) {
            all.push("blanks stand between the members of a line");
        }
        if has(EditorMark::Encoding) {
            all.push("its letters are in another encoding (WINDOWS-1252)");
        }
        if self.blank {
            all.push("blank lines stand between its lines");
        }
        let editors = !all.is_empty();
        let mut text = all.join(", and ");
        if editors {
            text += ", as some editors save a text";
        }
        for ExtraLine { at, copy_of } in &self.extra {
            let and = if text.is_empty() { "" } else { "; " };
            let what = match copy_of {
                Some(line) => format!("line {at} is line {line} once more"),
                None => format!("line {at} is none of a ledger's"),
            };
            text = format!("{text}{and}{what}");
        }
        text
    }

    /// How these bytes are taken out again, by people.
    pub(crate) fn way_out(&self, files: &EventFiles) -> String {
        let [ledger, kept] = ledger_and_copy(files);
        let has = |mark| self.marks.contains(&mark);
        let mut commands = Vec::new();
        if has(EditorMark::ByteOrderMark) {
            commands.push("tail -c +4".to_owned());
        }
        if has(EditorMark::Utf16) {
            commands.push("iconv -f UTF-16 -t UTF-8".to_owned());
        }
        // What editors save as UTF-16 they mostly save with CR LF.
        if has(EditorMark::CarriageReturn) || has(EditorMark::Utf16) {
            commands.push("tr -d '\\r'".to_owned());
        }
        if has(EditorMark::Encoding) {
            commands.push("iconv -f WINDOWS-1252 -t UTF-8".to_owned());
        }
        if !self.extra.is_empty() {
            let lines = self.extra.iter().map(|extra| format!("{}d", extra.at));
            commands.push(format!("sed '{}'", lines.collect::<Vec<_>>().join(";")));
        }
        if has(EditorMark::Blanks) {
            let blank = r"\([[:blank:]]\|\xc2\xa0\)*";
            commands.push(format!("LC_ALL=C sed 's/^{blank}//;s/{blank}$//'"));
        }
        if has(EditorMark::Spread) {
            let string = r#"("([^"\\]|\\.)*")"#;
            commands.push(format!("LC_ALL=C sed -E 's/{string}|[[:blank:]]+/\\1/g'"));
        }
        if self.blank {
            commands.push("grep .".to_owned());
        }
        if let Some(first) = commands.first_mut() {
            let from = if first.starts_with("tr ") { " < " } else { " " };
            first.push_str(from);
            first.push_str(&kept);
        }
        let without = format!("{} > {ledger}", commands.join(" | "));
        let first = if self.all {
            "none of it is lost: keep the ledger as it is, and take out what the editor has put in"
        } else {
            "keep the ledger as it is, and take out first what the editor has put in"
        };
        format!("{first}: cp -p {ledger} {kept} && {without}; then audit again")
    }
}
