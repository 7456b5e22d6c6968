//! `clerks`: every order is answered once, also when clerks are killed over them.

use super::{below, run};

#[test]
fn a_note_for_each_clerk_ends_them() {
    let output = run("clerks", &[]);
    let heading = "20 orders, 15 tickets; a clerk ends when it finds the note to go home";
    let answers = "20 orders answered once each: 15 sold, 5 sold out";
    let ledger = "the ledger has the same 15, each once; 0 left";
    assert_eq!(below(&output, heading), [answers, ledger]);
}

#[test]
fn no_order_is_lost_and_none_sold_twice_when_clerks_are_killed() {
    let output = run("clerks", &[]);
    let heading = "20 orders, 20 tickets; the clerks end when every order is answered";
    let expected = [
        "alice-3: a clerk was killed before selling it; the next one says: sold",
        "bob-2: a clerk was killed after selling it; the next one says: sold already",
        "20 orders answered once each: 20 sold, 0 sold out",
        "the ledger has the same 20, each once; 0 left",
    ];
    assert_eq!(below(&output, heading), expected);
}
