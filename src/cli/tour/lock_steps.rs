//! Further steps of the walk: the query that the tutorial forgot, and locks that are none.

use super::claims;
use super::step::{TourShow, TourStep};

pub(super) static LOCKS: [TourStep; 4] = [
    TourStep {
        name: "torn-query",
        title: "The query that the repaired program forgot",
        does: "The tutorial's repaired program locks the purchase. Its query, before that, takes no lock; and to open a file for \
               writing cuts it to nothing first.",
        look: "what user-2 reads; then the same with a file that is replaced in one step",
        shows: &[
            TourShow {
                line: "tickets race prove --users 2 --lock --writes in-place --query",
                keep: &["race", "  step", "#", "torn read"],
                claim: "a query reads an empty file",
                holds: claims::torn_read,
                otherwise: None,
            },
            TourShow {
                line: "tickets race prove --users 2 --lock --query",
                keep: &["safe"],
                claim: "replaced in one step, the file is never torn",
                holds: claims::none_is_bad,
                otherwise: None,
            },
        ],
        question: "The lock works, and nobody is overwritten. Why does it not help user-2?",
        answer: "A lock keeps out those who ask for it, and the query does not ask. Either readers lock too, or nothing half \
                 written is ever to be seen: write another file, then give it the name.",
    },
    TourStep {
        name: "locks",
        title: "Which locks are none",
        does: "No lock, and four that flock gives on one file or another, with each way of writing, tried by two and by three \
               buyers in all schedules. The last row is the tutorial's repaired program. (Other locks, as a file made with O_EXCL, \
               are judged by a recorded run: 'tickets race check'.)",
        look: "the rows with a 0, and what they have in common",
        shows: &[TourShow {
            line: "tickets race locks",
            keep: &[
                "bad schedules",
                "lock ",
                "none",
                "exclusive",
                "shared",
                "data-file",
                "write-only",
                "tutorial",
            ],
            claim: "exclusive is right, and the mistakes are found out",
            holds: claims::scoreboard,
            otherwise: None,
        }],
        question: "Which rows have a 0 for three buyers too, and why?",
        answer: "Those where one holds the lock at a time, on a file that stays, from the read to the write, and where readers \
                 ask for it too or the file is replaced in one step. The row tutorial lacks only the last of the four. The lock \
                 data-file, replaced, lacks the second, and tests with two buyers do not show it.",
    },
    TourStep {
        name: "shared-and-late",
        title: "A lock that all hold, and a lock that comes too late",
        does: "A shared lock is for reading: all who want it get it. And a lock around the write alone is taken when what was \
               read may be old.",
        look: "who holds the lock when user-2 reads",
        shows: &[
            TourShow {
                line: "tickets race prove --users 2 --lock=shared",
                keep: &["  step", "#", "why"],
                claim: "a shared lock oversells",
                holds: claims::oversells,
                otherwise: None,
            },
            TourShow {
                line: "tickets race prove --users 2 --lock=write-only",
                keep: &["  step", "#", "why"],
                claim: "a lock around the write alone oversells",
                holds: claims::oversells,
                otherwise: None,
            },
        ],
        question: "And a lock that is given up too early, before the write?",
        answer: "The same: another reads the count that is about to be overwritten. A lock must be held from the read until the \
                 sale is written, and by one alone. (Where a ledger decides, its line is that write; the count is a copy, and may \
                 follow behind the lock.)",
    },
    TourStep {
        name: "data-file",
        title: "The lock of a file that is replaced",
        does: "Why not lock tickets.json itself? Because it is replaced: the lock is on the file that was opened, not on the \
               name. These buyers lock the open file and then read by the name, so it takes three to see it; who reads through the \
               file that it has locked breaks with two.",
        look: "which file each one locks: A or B",
        shows: &[TourShow {
            line: "tickets race find oversold --lock=data-file",
            keep: &["  step", "#", "oversold"],
            claim: "three buyers oversell two tickets under it",
            holds: claims::oversells,
            otherwise: None,
        }],
        question: "In step 5 user-2 gets the lock of file A. What is file A by then?",
        answer: "A file without a name: user-1 has put another in its place. user-3 opens that one, B, so two hold a lock at one \
                 time. Lock a file that stays.",
    },
];
