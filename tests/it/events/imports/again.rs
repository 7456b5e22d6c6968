//! The rows of a list that is imported again: by its batch, by keys of their own, after a cancellation.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use super::{import, refusals};
use crate::events::{audited, held, made};
use crate::harness::Run;

#[test]
pub(crate) fn a_row_with_a_key_is_one_order_with_others() {
    let event = made(9, "");
    event.booked("ann -n 2 --key mine");
    held(&event, "bob --key held");
    let rows =
        "buyer,quantity,key\nann,2,mine\neve,1,mine\nbob,1,held\nmax,1,new\nmax,1,new\nmax,2,new\n";
    let (code, done) = import(&event, "keys.csv", rows, &[]);
    assert_eq!(code, 4, "{done:#}");
    assert_eq!([&done["sold"], &done["replayed"]], [1, 2]);
    let told = refusals(&done);
    assert_eq!(told, [(3, "refused"), (4, "refused"), (7, "refused")]);
    let sale = event.sales().last().unwrap()["id"].clone();
    assert_eq!(
        event.json(&format!("cancel {}", sale.as_str().unwrap())).0,
        0
    );
    let (_, done) = import(&event, "keys.csv", "buyer,key\nmax,new\n", &[]);
    assert_eq!(done["refused"][0]["code"], "cancelled");
    audited(&event);
}

#[test]
pub(crate) fn standard_input_needs_a_batch_and_the_batch_makes_the_keys() {
    let event = made(9, "");
    let piped = |line: &str, text: &str| {
        let mut child = event
            .command(line.split(' '))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever refuses the command line does not read.
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        Run::of(child.wait_with_output().unwrap()).document()
    };
    assert_eq!(piped("--json import -", "buyer\nann\n").0, 2);
    let (code, done) = piped("--json import - --batch friends.csv", "buyer\nann\n");
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    // The base name of a file is its batch.
    let (_, done) = import(&event, "friends.csv", "buyer\nann\n", &[]);
    assert_eq!((&done["sold"], &done["replayed"]), (&0.into(), &1.into()));
    let (_, done) = import(&event, "others.csv", "buyer\nann\n", &[]);
    assert_eq!(done["sold"], 1);
    let (_, done) = import(
        &event,
        "again.csv",
        "buyer\nann\n",
        &["--batch", "others.csv"],
    );
    assert_eq!(done["replayed"], 1);
    let (_, done) = piped(
        "--json import - --batch x",
        "{\"buyer\":\"eve\",\"quantity\":2,\"note\":\"cash\"}\n",
    );
    assert_eq!(done["sold"], 1);
    assert_eq!(event.sales().last().unwrap()["note"], "cash");
    audited(&event);
}

/// Two lists of one name: what the second shares with the first is not sold, and is named.
#[test]
pub(crate) fn rows_that_were_sold_before_as_of_another_list_are_named() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str, more: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}{more}", list.display()))
    };
    assert_eq!(run("buyer,quantity\nann,2\nbob,1\n", "").stderr, "");
    let again = run("buyer,quantity\nzoe,1\nann,2\n", "");
    let note = |rows: &str| {
        format!(
            "note: {rows}; if that was another list, give this one a name of its own: --batch NAME\n"
        )
    };
    assert_eq!(
        again.stderr,
        note("1 row was sold before as of the list \"list.csv\": row 3 (ann)")
    );
    assert_eq!(
        again.stdout,
        "imported  2 rows: 1 sold, 1 sold before\n86 left\n"
    );
    assert_eq!(
        run("buyer,quantity\nann,2\n", " --batch second").stdout,
        "imported  1 row: 1 sold\n84 left\n"
    );
    let many: Vec<String> = (0..7).map(|at| format!("guest-{at}\n")).collect();
    let many = many.concat();
    assert_eq!(run(&format!("buyer\n{many}"), "").code, Some(0));
    let named = (0..5).map(|at| format!("row {} (guest-{at})", at + 2));
    let named = named.collect::<Vec<_>>().join(", ");
    assert_eq!(
        run(&format!("buyer\n{many}eve\n"), "").stderr,
        note(&format!(
            "7 rows were sold before as of the list \"list.csv\": {named} and 2 more"
        ))
    );
    // The whole list again, and rows by keys of their own, say it of themselves.
    assert_eq!(run(&format!("buyer\n{many}eve\n"), "").stderr, "");
    assert_eq!(run("buyer,key\nmax,k\n", "").stderr, "");
    assert_eq!(run("buyer,key\nmax,k\nbea,l\n", "").stderr, "");
    assert_eq!(run("buyer\neve\nnew\n", " -q").stderr, "");
}

#[test]
pub(crate) fn a_row_whose_sale_was_cancelled_is_told_as_that_sale() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}", list.display()))
    };
    assert_eq!(run("buyer,key\nann,\nbob,own\n").code, Some(0));
    let ids: Vec<String> = event
        .sales()
        .iter()
        .map(|sale| sale["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(event.json(&format!("cancel {}", ids[0])).0, 0);
    let told = run("buyer,key\nann,\nbob,own\n");
    let refused = format!(
        "refused  row 2: it is sale {}, of which 1 of 1 was cancelled since\n",
        ids[0]
    );
    assert!(
        told.code == Some(4) && told.stdout.starts_with(&refused),
        "{told:?}"
    );
    let note = "note: a row whose sale was cancelled is not sold again by itself: with a key of its own in its column key it is\n";
    assert!(told.stderr.ends_with(note), "{told:?}");
    assert_eq!(run("buyer,key\nann,anew\nbob,own\n").code, Some(0));
    assert_eq!(event.json(&format!("cancel {}", ids[1])).0, 0);
    let told = run("buyer,key\nann,anew\nbob,own\n");
    assert!(
        told.stdout
            .contains("row 3: the key \"own\" belongs to sale "),
        "{told:?}"
    );
    assert!(
        told.stderr.contains("with another key in its column key"),
        "{told:?}"
    );
}
