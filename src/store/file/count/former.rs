//! What lies beside a count without a ledger, and shows that tickets were sold by it: a backup, a ledger that was put away, or
//! a count that was.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shown::quoted;
use crate::store::file::count::kept::{BROKEN, REPLACED};
use crate::store::file::files::directory::directory;

/// So many files are looked at beside a count.
const LOOKED_AT: usize = 10_000;

/// What shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FormerSales {
    /// The directory of a backup.
    Backup(PathBuf),
    /// A ledger or a count that was put away.
    PutAway(PathBuf),
}

/// Looks for it; a backup comes before what was put away, and the name that is last of each kind before the others: it is
/// the newest of those whose names have their time.
pub(crate) fn former_sales(count: &Path, ledger: &Path) -> Option<FormerSales> {
    let place = directory(count);
    let name_of_ledger = ledger.file_name()?;
    let stem = count.file_stem()?.to_string_lossy().into_owned();
    let ledger_stem = Path::new(name_of_ledger).file_stem()?.to_string_lossy();
    let starts = [
        format!("{ledger_stem}."),
        format!("{stem}.{BROKEN}-"),
        format!("{stem}.{REPLACED}-"),
    ];
    let (mut backup, mut put_away) = (None, None);
    for entry in fs::read_dir(place).ok()?.flatten().take(LOOKED_AT) {
        let name = entry.file_name();
        let path = count.with_file_name(&name);
        if path.join(name_of_ledger).is_file() {
            backup = backup.max(Some(path));
        } else if starts
            .iter()
            .any(|start| name.to_string_lossy().starts_with(start))
            && path.is_file()
            && path != ledger
        {
            put_away = put_away.max(Some(path));
        }
    }
    let put_away = put_away.map(FormerSales::PutAway);
    backup.map(FormerSales::Backup).or(put_away)
}

impl FormerSales {
    /// What to do, where the ledger is missing.
    pub(crate) fn way_back(&self) -> String {
        match self {
            Self::Backup(place) => {
                let place = quoted(place.as_os_str());
                format!(
                    "its ledger is gone, which has what was sold: put that back where it was moved away, or 'tickets restore \
                     {place}' puts back the backup that is there"
                )
            }
            Self::PutAway(file) => format!(
                "{} was put away here when tickets were sold, and the ledger is gone: put that back, or 'tickets restore DIR' \
                 puts a backup back",
                file.display()
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_comes_first_and_then_the_newest_that_was_put_away() {
        let place = tempfile::tempdir().unwrap();
        let at = |name: &str| place.path().join(name);
        let found = || former_sales(&at("club.json"), &at("club.ledger.jsonl"));
        fs::write(at("club.json"), "{").unwrap();
        fs::write(at("clubs.broken-1.json"), "{").unwrap();
        fs::create_dir(at("other")).unwrap();
        assert_eq!(found(), None);
        for name in [
            "club.broken-1.json",
            "club.ledger.1.jsonl",
            "club.ledger.2.jsonl",
        ] {
            fs::write(at(name), "").unwrap();
            assert_eq!(found(), Some(FormerSales::PutAway(at(name))));
        }
        fs::write(at("other/club.ledger.jsonl"), "").unwrap();
        assert_eq!(found(), Some(FormerSales::Backup(at("other"))));
    }
}
