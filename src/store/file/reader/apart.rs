//! A count and a ledger that belong together, and do not go by one name: one of them was renamed, or copied, without the
//! other.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ledger::Counted;
use crate::shown::quoted;
use crate::store::file::event::EventFiles;
use crate::store::file::files::directory::directory;
use crate::store::file::reader::sound_copy::{holds_all_of, holds_line, includes};

/// So many files are looked at beside a count.
const LOOKED_AT: usize = 10_000;

/// How the name of a ledger ends.
const LEDGER: &str = ".ledger.jsonl";

/// A ledger beside a count of another name, in which the line stands that the count includes last.
pub(crate) struct Apart<'a> {
    count: &'a Path,
    own: &'a Path,
    ledger: PathBuf,
    /// The count that goes by the ledger's name, and whether it is there; `None`: the ledger is one that was put away.
    named: Option<(PathBuf, bool)>,
    /// Others that have such a line, and go by the name of an event.
    others: Vec<PathBuf>,
}

/// So many others are told.
const OTHERS: usize = 4;

/// Looks for the ledger of a count that says so many are left: one of which every line adds up. One that has no count of its
/// own comes before one that has, as a copy of an event, and both before one that was put away, which is none beside a ledger of the count's own name: a restore has put
/// its older lines away, too. Nor is there any beside one that has the line which the count includes last: that is this
/// count's, whatever is wrong with it further up. A ledger in whose place another is to be moved has no line that the other
/// one lacks.
pub(crate) fn apart(files: &EventFiles, counted: Counted, left: u64) -> Option<Apart<'_>> {
    let has_own = files.ledger.symlink_metadata().is_ok();
    if has_own && holds_line(&files.ledger, counted) {
        return None;
    }
    let entries = fs::read_dir(directory(&files.count)).ok()?.flatten();
    let mut ledgers: Vec<(Rank, PathBuf)> = entries
        .take(LOOKED_AT)
        .filter_map(|entry| {
            let name = entry.file_name();
            let text = name.to_string_lossy();
            let is_kept = text.contains(".ledger.") && text.ends_with(".jsonl");
            let ledger = files.count.with_file_name(&name);
            let put_away = !text.ends_with(LEDGER);
            let is_asked = is_kept && ledger != files.ledger && !(put_away && has_own);
            if !is_asked {
                return None;
            }
            let rank = match put_away {
                true => Rank::PutAway,
                false if count_of(&ledger)?.1 => Rank::Counted,
                false => Rank::Uncounted,
            };
            Some((rank, ledger))
        })
        .collect();
    ledgers.sort();
    let mut fitting = ledgers.into_iter().filter(|(rank, ledger)| {
        let is_moved = *rank != Rank::Counted;
        includes(ledger, counted, left)
            && (!is_moved || !has_own || holds_all_of(ledger, &files.ledger))
    });
    let (rank, ledger) = fitting.next()?;
    let named = match rank {
        Rank::PutAway => None,
        Rank::Counted | Rank::Uncounted => Some(count_of(&ledger)?),
    };
    let others = fitting.take_while(|(other, _)| rank != Rank::PutAway && *other != Rank::PutAway);
    Some(Apart {
        count: &files.count,
        own: &files.ledger,
        ledger,
        named,
        others: others.take(OTHERS).map(|(_, ledger)| ledger).collect(),
    })
}

/// Which of several ledgers is rather that of a count, the first before the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It goes by the name of an event, and has no count.
    Uncounted,
    Counted,
    PutAway,
}

/// The count that goes by a ledger's name, and whether it is there.
fn count_of(ledger: &Path) -> Option<(PathBuf, bool)> {
    let stem = ledger.file_name()?.to_str()?.strip_suffix(LEDGER)?;
    let dotted = ledger.with_file_name(format!("{stem}.json"));
    let bare = ledger.with_file_name(stem);
    match (dotted.exists(), bare.is_file()) {
        (true, _) => Some((dotted, true)),
        (false, true) => Some((bare, true)),
        (false, false) => Some((dotted, false)),
    }
}

impl Apart<'_> {
    /// Which ledger that is, behind what is said of the lines that are missing. It may be another event's that has sold as
    /// much.
    pub(crate) fn told(&self) -> String {
        let ledger = self.ledger.display();
        let others = self.others.iter().map(|other| other.display().to_string());
        let others = match others.collect::<Vec<_>>() {
            others if others.is_empty() => String::new(),
            others => format!("; so has {}", others.join(", and ")),
        };
        let told = match &self.named {
            Some((count, true)) => {
                format!(
                    "; {ledger}, the ledger of {}, has such a line",
                    count.display()
                )
            }
            Some((_, false)) => format!(
                "; {ledger} has such a line: perhaps one of the two was renamed without the other"
            ),
            None => format!("; {ledger}, which was put away, has such a line"),
        };
        told + &others
    }

    /// What to do, if that is so.
    pub(crate) fn way_out(&self) -> String {
        let [count, own, ledger] =
            [self.count, self.own, &self.ledger].map(|path| quoted(path.as_os_str()));
        match &self.named {
            Some((named, true)) => {
                let named = quoted(named.as_os_str());
                format!(
                    "a copy of a count is no event: if this is one, say -f {named}; 'tickets -f {named} backup DIR' copies \
                     an event"
                )
            }
            Some((named, false)) => {
                let named = quoted(named.as_os_str());
                format!(
                    "a count and its ledger belong together and go by one name: mv {count} {named} gives the count its \
                     name back, and -f {named} names the event; or mv {ledger} {own} gives the ledger the count's"
                )
            }
            None => {
                format!(
                    "'tickets restore DIR' puts a backup back, if there is one; or mv {ledger} {own} gives the ledger its \
                     name back, if it is this count's: what was sold since it was put away is not in it, and what was \
                     given up when it was is valid again"
                )
            }
        }
    }
}
