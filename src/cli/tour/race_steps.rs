//! The first steps of the walk: the race, and the lock.

use super::claims;
use super::step::{TourShow, TourStep};

/// What an unlocked rush shows for sure.
static CHOSEN: TourShow = TourShow {
    line: "tickets race replay '8!:0' --stock 2",
    keep: &["oversold", "lost update"],
    claim: "all eight buy, of two tickets",
    holds: claims::all_eight_bought,
    otherwise: None,
};

pub(super) static RACE: [TourStep; 6] = [
    TourStep {
        name: "no-lock",
        title: "Eight buyers, two tickets, no lock",
        does: "Two tickets are left. Eight processes each read the count, think for a moment, and write it back less one. \
               Nothing keeps them apart. (Who types it instead says 'tickets reset 2' first: two tickets, anew.)",
        look: "the table: how many were sold, and how many the file says are left",
        shows: &[TourShow {
            line: "tickets buy --users 8",
            keep: &[" stock", "     2  ", "RACE"],
            claim: "more is sold than there is",
            holds: claims::oversold,
            otherwise: Some(&CHOSEN),
        }],
        question: "The file says that 1 is left. Could you tell from that number that too many were sold?",
        answer: "No: it is the number after one sale. The ledger has a line for each sale that was made, and the file tells how \
                 long the ledger is ('bytes'): longer than one sale makes it. Who looks at the number alone sees nothing, until \
                 people stand at the door.",
    },
    TourStep {
        name: "why",
        title: "Why all eight bought",
        does: "What happens is a matter of who goes when. A schedule says who makes each step, and any schedule can be run \
               again. In this one all eight read, and then all eight write. '8!:0' names it: number 0 of the 8! ways in which eight, \
               who write one after the other, can each have read the stock or what one before it wrote.",
        look: "what each has read before it writes",
        shows: &[TourShow {
            line: "tickets race replay '8!:0' --stock 2",
            keep: &[
                "  step",
                "     1",
                "     2",
                "     8",
                "     9",
                "    10",
                "    16",
                "lost update",
            ],
            claim: "all eight buy, of two tickets",
            holds: claims::all_eight_bought,
            otherwise: None,
        }],
        question: "Seven others had bought. Why did the eighth buyer get a ticket all the same?",
        answer: "It had read that 2 are left before anybody wrote, and goes by that: it writes what it has read, less one, over \
                 what the others wrote. Nor would a new look have helped: seven had each written that 1 is left, so that six of \
                 their sales were missing from the count.",
    },
    TourStep {
        name: "smallest",
        title: "The smallest race",
        does: "Eight are not needed. The lab runs every way in which a few buyers can meet, with real processes, one step at a \
               time, and shows the smallest that goes wrong.",
        look: "the odds: after which step is it certain",
        shows: &[TourShow {
            line: "tickets race prove --users 2",
            keep: &["race", "  step", "#", "odds", "oversold", "count"],
            claim: "the smallest race has four steps, and is lost after the second",
            holds: claims::smallest_race,
            otherwise: None,
        }],
        question: "After step 2 nothing has been written yet. Why can nobody save it any more?",
        answer: "Both have read that 1 is left, and nobody reads again. Whoever writes second writes over the first: step 2 is \
                 the point of no return.",
    },
    TourStep {
        name: "lock",
        title: "The lock",
        does: "Now each takes a lock before it reads, and gives it up when its sale is on the ledger. One at a time reads, thinks \
               and writes its sale; the others wait.",
        look: "the same table: sold, found none, left",
        shows: &[
            TourShow {
                line: "tickets reset 2",
                keep: &["2 left"],
                claim: "two tickets are left again",
                holds: claims::two_left,
                otherwise: None,
            },
            TourShow {
                line: "tickets buy --users 8 --lock",
                keep: &[" stock", "     2  ", "safe"],
                claim: "two are sold, and six find none left",
                holds: claims::two_sold,
                otherwise: None,
            },
        ],
        question: "Six found none left. Did the program fail them?",
        answer: "No. Two tickets were there and two were sold; six were told the truth. What was parallel is in turn now: that \
                 is the price.",
    },
    TourStep {
        name: "compare",
        title: "The same order, without the lock and with it",
        does: "Here is the smallest race again, and beside it the same order of turns under the lock. Whoever finds the lock \
               taken waits, and its turn passes. With its line on the ledger, written under the lock, a sale is made; \
               tickets.json is a copy of what the ledger says, which is published behind the lock (turn 7), so that nobody waits \
               for it. Whoever holds the lock goes by the ledger, where the count is replaced in one step, as here.",
        look: "turn 2, on both sides",
        shows: &[TourShow {
            line: "tickets race compare",
            keep: &["  turn", "#", "race", "safe", "differs"],
            claim: "the same order goes wrong without the lock, and well with it",
            holds: claims::lock_helps,
            otherwise: None,
        }],
        question: "In turn 3 user-2 was to write. What keeps it from that?",
        answer: "It has not read: it waits for the lock since turn 2. When it gets the lock it reads what user-1 has written, \
                 and finds none left.",
    },
    TourStep {
        name: "proof",
        title: "One run proves little",
        does: "A run shows one way of many, nearly always the same. The lab runs all in which three buyers can meet under the \
               lock, with one ticket, with two, and with three.",
        look: "how many schedules there are, and how many of them are right",
        shows: &[TourShow {
            line: "tickets race prove --users 3 --lock",
            keep: &["safe", "count"],
            claim: "every schedule under the lock is right",
            holds: claims::none_is_bad,
            otherwise: None,
        }],
        question: "Why not run the program a thousand times instead, and see?",
        answer: "Because the thousand runs may all be the same one. These are all that there are of three buyers, in the lab's \
                 steps, each of them once. Of more buyers it is an argument, and no count: one at a time has the lock, reads \
                 under it what all before have sold, and writes its sale before it gives the lock up.",
    },
];
