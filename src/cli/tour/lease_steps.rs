//! The last step of the walk: a lock that ends by itself, on a cluster or as it was recorded there.

use super::claims;
use super::step::{TourShow, TourStep};

const NAME: &str = "lease";
const TITLE: &str = "A lock that ends by itself";
const QUESTION: &str =
    "Its lease has ended while it was stopped. How could the buyer know, when it wakes?";
const ANSWER: &str = "It cannot: between any check and the write it may be stopped again. The cluster must compare, in the one \
                      step that writes, that the lock is held still (exclusive), or that nothing has changed (cas). Elsewhere a fencing token does it: a \
                      number that grows with each holder, and a write with an older one is refused.";

/// Where no cluster is at hand.
pub(super) static RECORDED: TourStep = TourStep {
    name: NAME,
    title: TITLE,
    does: "On several machines no kernel frees the lock of a process that died. So a lease holds it, here of 2 s (the cluster \
           notes a little later that it has ended), and its end is told to nobody. This run was recorded on a cluster (--place \
           etcd://… runs it on yours), and comes with the program: what is shown below is typed where its source is. user-2 was \
           stopped while it held the lock, until user-1 had bought the only ticket.",
    look: "when user-1 takes the lock, and when user-2 writes: the sentence says when it began to, the chart when it was done",
    shows: &[TourShow {
        line: "tickets race check src/cli/tour/lease.jsonl",
        keep: &["oversold", "ended lock", "        ms", "#", "  ● ", "  <- "],
        claim: "a buyer sells under a lock that has ended",
        holds: claims::recorded_lease,
        otherwise: None,
    }],
    question: QUESTION,
    answer: ANSWER,
};

/// Where there is one.
pub(super) static ON_CLUSTER: TourStep = TourStep {
    name: NAME,
    title: TITLE,
    does: "On several machines no kernel frees the lock of a process that died. So a lease holds it, and its end is told to \
           nobody. Here it is one more step, tried at every place; then the same where the cluster compares, as it writes, that \
           the lock is held still.",
    look: "the step after the lease ends",
    shows: &[
        TourShow {
            line: "tickets race prove --users 2 --lock=lease --place '{place}'",
            keep: &["race", "  step", "#", "ended lock"],
            claim: "a buyer sells under a lock that has ended",
            holds: claims::lease,
            otherwise: None,
        },
        TourShow {
            line: "tickets race prove --users 2 --lock --place '{place}'",
            keep: &["safe"],
            claim: "every schedule is right where the write is compared",
            holds: claims::none_is_bad,
            otherwise: None,
        },
    ],
    question: QUESTION,
    answer: ANSWER,
};
