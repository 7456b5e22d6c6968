//! Row 17: known mistakes, made one at a time in a build that has them, and the rows that must notice.

pub mod judge;

/// A mistake, and the row that must notice it.
#[derive(Debug, Clone, Copy)]
pub struct Mutant {
    /// Its name, as `TICKETS_KNOWN_BAD` has it.
    pub name: &'static str,
    /// The row.
    pub row: &'static str,
    /// Which of its cases; `None`: its slice.
    pub case: Option<&'static str>,
}

/// All that are known.
pub const MUTANTS: &[Mutant] = &[
    by("count-in-place", "killed", "killed/Foreign/book"),
    by("count-first", "killed", "killed/Plain/book"),
    by("mode-lost", "killed", "killed/Plain/book"),
    by("key-forgotten", "killed", "killed/Plain/book"),
    by("key-unlocked", "paused", "paused/Plain/book, book"),
    by("no-sync", "refused", "refused/Plain/adjust/not synced"),
    by("sync-retried", "refused", "refused/Plain/book/fdatasync"),
    by("no-rewrite", "refused", "refused/Plain/adjust/not synced"),
    by("publish-first", "refused", "refused/Plain/book/not synced"),
    by("answer-first", "refused", "refused/Plain/book/not synced"),
    by("no-sync", "replay", "replay/Plain/book/"),
    by("answer-first", "replay", "replay/Plain/book/"),
    by("publish-first", "replay", "replay/Plain/book/"),
    by("directory-unsynced", "replay", "replay/First/book/"),
    by("members-unsynced", "replay", "replay/Foreign/book/"),
    by(
        "no-rewrite",
        "replay",
        "replay/Plain/2 unsynced, sectors/book/",
    ),
    by(
        "lost-write-refused",
        "replay",
        "replay/Torn/2 unsynced, a page's end/book/",
    ),
    by("no-sync", "cuts", "cuts/ext4 ordered/cut 1"),
    by("known-believed", "relay", "relay/killed/Plain/book, book"),
    by("no-rewrite", "relay", "relay/refused/Plain/book, adjust"),
    by(
        "lost-write-refused",
        "relay",
        "relay/two killed/Plain/a page's end",
    ),
    by("publish-unlocked", "edits", "edits/Plain/Locked/fdatasync"),
    by("edit-lost", "edits", "edits/Plain/Member/fchmod"),
    by(
        "reset-unasked",
        "losses",
        "losses/Plain/tickets.ledger.jsonl/empty",
    ),
    by("archive-orphaned", "losses", "losses/Foreign/Reset/rename:"),
    by("ledger-unlocked", "names", "names/hard link, itself/"),
    by("map-unread", "relay", "relay/lacking/Plain/book/"),
    by(
        "map-unread",
        "write-back",
        "write-back/ext4, 4 KiB/one by one/",
    ),
    by("no-sync", "ordered", "ordered/Plain/book/alone"),
    by("answer-first", "ordered", "ordered/Plain/book/alone"),
    by("publish-first", "ordered", "ordered/Plain/book/alone"),
    by("members-unsynced", "ordered", "ordered/Foreign/book/alone"),
    by("no-rewrite", "ordered", "ordered/Plain/adjust/after book"),
    by("known-believed", "ordered", "ordered/Plain/book/after book"),
    by("short-kept", "cut-short", "cut-short/Plain/book/book"),
    by("short-taken", "cut-short", "cut-short/Plain/book/book"),
    by("short-taken", "full", "full/Page end"),
    by("lock-polled", "queue", "queue/a few in order"),
    by("acl-lost", "access", "access/carol is named/root/022"),
    by("mode-lost", "access", "access/of the group/bob/022"),
    by("wide-at-first", "access", "access/of its owner/Plain/book/"),
    by(
        "archive-bare",
        "access",
        "access/the ledger is not of all/root/022",
    ),
    by("expiry-lost", "killed", "killed/Held/expire"),
    by("end-unlooked", "killed", "killed/Held/confirm"),
    by("end-unlooked", "paused", "paused/Held/confirm, release"),
    by("import-unkeyed", "killed", "killed/Held/import"),
    by("import-unkeyed", "delayed", "delayed/import"),
    by("close-forgotten", "killed", "killed/Held/close"),
    by("close-forgotten", "delayed", "delayed/close"),
    by("set-forgotten", "killed", "killed/Held/set"),
    by("expiry-lost", "clock", "clock/needed first/confirm"),
    by("confirm-by-clock", "clock", "clock/ended first/confirm"),
    by(
        "index-believed",
        "damaged",
        "Held/bit flipped/tickets.json/bit 1",
    ),
    by(
        "rule-believed",
        "damaged",
        "Held/bit flipped/tickets.ledger.jsonl/bit 3 of byte 24",
    ),
    by("lock-on-data", "delayed", "delayed/Plain"),
    by("lock-deleted", "delayed", "delayed/Plain"),
    by("lock-unverified", "lock-file", "lock-file/"),
    by("drift-believed", "people", "people/seed 0"),
    by("count-uncapped", "hostile", "hostile/1 GiB"),
    by("clock-trusted", "clock", "clock/Plain/book"),
    by("key-forgotten", "ended", "ended/book/"),
    by(
        "sum-unchecked",
        "damaged",
        "bit flipped/tickets.ledger.jsonl/bit 0",
    ),
    by("newline-cut", "damaged", "Foreign/cut off/tickets.ledger"),
    by(
        "drift-believed",
        "damaged",
        "bit flipped/tickets.json/bit 0",
    ),
    by("expiry-unlocked", "scenarios", "scenarios/confirm-expire/2"),
    by(
        "lookup-unlocked",
        "scenarios",
        "scenarios/confirm-release/2",
    ),
    by("lookup-unlocked", "scenarios", "scenarios/cancel-rename/2"),
    by("close-unlocked", "scenarios", "scenarios/close-book/2"),
    by("rules-unlocked", "scenarios", "scenarios/set-book/2"),
    by("set-unlocked", "scenarios", "scenarios/set-book/3"),
    by("head-unlocked", "scenarios", "scenarios/hold-hold/2"),
    by("import-unlocked", "scenarios", "scenarios/import-import/2"),
    by("drain-cut", "drained", "drained/seed 19"),
    by("drain-cut", "served", "served/SIGTERM/fdatasync"),
    by("key-forgotten", "served", "served/killed/fdatasync"),
    by("sync-retried", "served", "served/refused/fdatasync"),
    by("batch-unseen", "served", "served/together/alone"),
    by("answer-first", "served", "served/together/fdatasync:EIO"),
    by("look-kept", "beside", "beside/reset"),
    by("order-kept", "beside", "beside/gone while they wait"),
    by("body-awaited", "beside", "beside/half way"),
    by(
        "confirm-by-clock",
        "beside",
        "beside/clock/ended first/confirmed",
    ),
    by("expiry-lost", "beside", "beside/clock/needed first"),
    by("socket-leaked", "beside", "beside/soak, short"),
    by("fence-ignored", "cluster", "cluster/paused/holder"),
    by("unknown-failed", "cluster", "cluster/lost/answer"),
    by("read-lagging", "cluster", "cluster/cut off/asked alone"),
    by("hold-leased", "cluster", "cluster/held/to its end"),
];

const fn by(name: &'static str, row: &'static str, case: &'static str) -> Mutant {
    Mutant {
        name,
        row,
        case: Some(case),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::ROWS;

    #[test]
    fn every_row_has_a_mistake_to_notice() {
        for row in ROWS {
            let noticed = MUTANTS.iter().any(|mutant| mutant.row == row.name);
            assert!(
                noticed,
                "no mistake is known that {:?} must notice",
                row.name
            );
        }
        for mutant in MUTANTS {
            let row = ROWS.iter().any(|row| row.name == mutant.row);
            assert!(row, "there is no row {:?}", mutant.row);
        }
    }
}
