//! Mistakes on purpose, for the fault harness: a row of it that does not notice one is worth nothing.
//!
//! Nothing of this is in a build without the feature `known-bad`, and no release build has it. Each
//! mistake stands where it would be made, in one line:
//!
//! ```text
//! known_bad!(NoSync => return Ok(()));
//! ```
//!
//! Which one is made says `TICKETS_KNOWN_BAD`, by its name in [`Mistake::NAMES`].

/// Makes a mistake instead, in a build of the fault harness that was told to; nothing in any other.
macro_rules! known_bad {
    ($($mistake:ident)|+ => $instead:expr) => {
        #[cfg(feature = "known-bad")]
        if false $(|| $crate::known_bad::Mistake::$mistake.is_made())+ {
            $instead;
        }
    };
}

#[cfg(feature = "known-bad")]
pub(crate) use mistakes::{Mistake, cut_at_newline, delete_lock_file, poll};

#[cfg(feature = "known-bad")]
mod mistakes {
    use std::fs::{self, File};
    use std::io;
    use std::os::unix::fs::FileExt;
    use std::path::Path;
    use std::time::Duration;

    use crate::store::file::backoff::Backoff;

    #[cfg(not(debug_assertions))]
    compile_error!("the feature known-bad makes mistakes on purpose: no release has it");

    macro_rules! mistakes {
        ($($name:literal $mistake:ident: $what:literal;)+) => {
            /// What is done wrong.
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub(crate) enum Mistake {
                $(#[doc = $what] $mistake,)+
            }

            impl Mistake {
                /// The names, as `TICKETS_KNOWN_BAD` has them.
                const NAMES: &[(&str, Self)] = &[$(($name, Self::$mistake),)+];
            }
        };
    }

    mistakes! {
        "no-sync" NoSync: "Nothing is synced.";
        "sync-retried" SyncRetried: "A sync that fails is tried again.";
        "no-rewrite" NoRewrite: "What others left unproven is not written again before a sync.";
        "answer-first" AnswerFirst: "A sale is answered before it is synced.";
        "known-believed" KnownBelieved: "What the ledger says already is answered as it stands there.";
        "publish-first" PublishFirst: "The count is published before the sync.";
        "members-unsynced" MembersUnsynced: "What only the count says is not synced.";
        "directory-unsynced" DirectoryUnsynced: "No directory is synced.";
        "count-first" CountFirst: "The count is published before the line is written.";
        "count-in-place" CountInPlace: "The count is written over.";
        "mode-lost" ModeLost: "A file that takes another's place does not take its mode.";
        "acl-lost" AclLost: "A file that takes another's place takes its mode, and not its list.";
        "wide-at-first" WideAtFirst: "A temporary file may be opened by all until it is whole.";
        "archive-bare" ArchiveBare: "What is archived has the mode of any new file.";
        "lock-on-data" LockOnData: "The file is locked that is replaced.";
        "lock-deleted" LockDeleted: "The lock file is deleted when the lock is given up.";
        "lock-unverified" LockUnverified: "The lock of a file counts whether it has its name or not.";
        "lock-polled" LockPolled: "A process that waits for the lock naps and looks again.";
        "key-unlocked" KeyUnlocked: "A key is looked for before the lock is taken, and no more.";
        "key-forgotten" KeyForgotten: "A key is not written down.";
        "newline-cut" NewlineCut: "A line without a newline is cut off.";
        "short-kept" ShortKept: "What a short write left is not taken back.";
        "short-taken" ShortTaken: "A short write is taken for a whole one.";
        "sum-unchecked" SumUnchecked: "A line's checksum is not compared.";
        "drift-believed" DriftBelieved: "A count that contradicts the ledger is believed.";
        "clock-trusted" ClockTrusted: "A line that is later than the clock is refused.";
        "map-unread" MapUnread: "A clean sync is believed, whatever the map of the blocks says.";
        "ledger-unlocked" LedgerUnlocked: "The lock file is locked, and the ledger is not.";
        "publish-unlocked" PublishUnlocked: "The count is published without the name lock.";
        "edit-lost" EditLost: "What was replaced is not looked at.";
        "lost-write-refused" LostWriteRefused: "A lost write before whole lines is taken for damage.";
        "archive-orphaned" ArchiveOrphaned: "A ledger that is being archived is taken for an orphaned file.";
        "reset-unasked" ResetUnasked: "A reset takes a ledger that is shorter than its count for an empty event.";
        "expiry-unlocked" ExpiryUnlocked: "Which holds are due is looked at before the lock is taken, and no more.";
        "lookup-unlocked" LookupUnlocked: "What a sale or a hold has become is looked up before the lock is taken, and no more.";
        "close-unlocked" CloseUnlocked: "Whether the sale is closed is looked at before the lock is taken, and no more.";
        "rules-unlocked" RulesUnlocked: "The rules of a sale are read before the lock is taken, and no more.";
        "set-unlocked" SetUnlocked: "A change of the rules is made to those read before the lock is taken.";
        "head-unlocked" HeadUnlocked: "What is left is read before the lock is taken, and no more.";
        "import-unlocked" ImportUnlocked: "Which keys of a list are known is looked at before the lock is taken, and no more.";
        "expiry-lost" ExpiryLost: "Of a hold whose time has come one ticket is given back, however many it has.";
        "end-unlooked" EndUnlooked: "A hold is confirmed or released whatever has become of it.";
        "confirm-by-clock" ConfirmByClock: "A hold whose time has come cannot be confirmed, though nobody needed it.";
        "import-unkeyed" ImportUnkeyed: "The lines of an import do not say which rows they sold.";
        "close-forgotten" CloseForgotten: "That the sale is closed is not looked for.";
        "set-forgotten" SetForgotten: "An event is sold by what it was made with, whatever was set since.";
        "index-believed" IndexBelieved: "What says where holds and rules stand is believed without its checksum.";
        "rule-believed" RuleBelieved: "A rule is read without a look at the line before it.";
        "count-uncapped" CountUncapped: "The count is read however long it is.";
        "drain-cut" DrainCut: "A service that is told to end cuts its connections.";
        "look-kept" LookKept: "A service answers what it saw first.";
        "order-kept" OrderKept: "An order whose client has gone is done.";
        "batch-unseen" BatchUnseen: "An order of a batch is decided without a look at the keys of those before it.";
        "body-awaited" BodyAwaited: "A service that is told to end waits for the rest of a body.";
        "fence-ignored" FenceIgnored: "On a cluster who holds the lock writes without a look at whether it holds it still.";
        "unknown-failed" UnknownFailed: "An order that was sent to a cluster and not answered is said to have failed.";
        "read-lagging" ReadLagging: "An event on a cluster is read from whichever node is asked, however far it lags behind.";
        "hold-leased" HoldLeased: "The lines of a hold on a cluster go with a lease, which ends.";
        "socket-leaked" SocketLeaked: "The socket of a connection is never closed.";
    }

    impl Mistake {
        /// Whether it is to be made.
        pub(crate) fn is_made(self) -> bool {
            let told = std::env::var("TICKETS_KNOWN_BAD").unwrap_or_default();
            Self::NAMES.contains(&(told.as_str(), self))
        }
    }

    /// Cuts a file after its last newline.
    pub(crate) fn cut_at_newline(file: &File) -> io::Result<()> {
        let mut bytes = vec![0; file.metadata()?.len() as usize];
        file.read_exact_at(&mut bytes, 0)?;
        let newline = bytes.iter().rposition(|&byte| byte == b'\n');
        file.set_len(newline.map_or(0, |at| at as u64 + 1))
    }

    /// Deletes the event's lock file; leaves the ledger, which is locked too.
    pub(crate) fn delete_lock_file(path: &Path) {
        if path.extension().is_some_and(|end| end == "lock") {
            let _ = fs::remove_file(path);
        }
    }

    /// Takes a lock without queueing for it.
    pub(crate) fn poll(mut attempt: impl FnMut() -> io::Result<bool>) -> io::Result<()> {
        let mut backoff = Backoff::napping(Duration::from_millis(1));
        while !attempt()? {
            backoff.pause();
        }
        Ok(())
    }
}
