//! Newlines behind the last line: room that whoever sells a lot makes, and sells into.

use std::fs;
use std::io::Write;

use tickets::BoxOffice;
use tickets::office::{DEFAULT_WAIT, Durability, Order, Unobserved};

use crate::harness::TestEvent;

fn blank(event: &TestEvent) -> usize {
    let text = fs::read(event.path("tickets.ledger.jsonl")).unwrap();
    text.iter().rev().take_while(|&&byte| byte == b'\n').count() - 1
}

fn append(event: &TestEvent, bytes: &[u8]) {
    let path = event.path("tickets.ledger.jsonl");
    let mut ledger = fs::OpenOptions::new().append(true).open(path).unwrap();
    ledger.write_all(bytes).unwrap();
}

#[test]
fn who_sells_once_makes_no_room_and_who_sells_a_lot_takes_it_away_again() {
    let event = TestEvent::stock(2000);
    assert_eq!(event.json("book alice").0, 0);
    assert_eq!(blank(&event), 0);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut most = 0;
    for _ in 0..1000 {
        assert!(office.book("bob", 1).is_ok());
        most = most.max(blank(&event));
    }
    // It ran out, and was made anew.
    assert!((60_000..70_000).contains(&most), "{most}");
    drop(office);
    assert_eq!(blank(&event), 0);
    event.assert_adds_up();
    assert_eq!(event.count()["sold"], 1001);
}

#[test]
fn all_sell_into_the_room_that_one_has_made() {
    let event = TestEvent::stock(200);
    let mut first = BoxOffice::at(&event.file).unwrap();
    let mut second = BoxOffice::at(&event.file).unwrap();
    for _ in 0..20 {
        assert!(first.book("first", 1).is_ok());
    }
    assert!(blank(&event) > 60_000);
    for turn in 0..10 {
        assert!(first.book("first", 1).is_ok());
        assert!(second.book("second", 2).is_ok());
        assert_eq!(event.json("book third --key k").1["replayed"], turn > 0);
        assert_eq!(event.json("buy --users 2 --lock --think 0ms --force").0, 0);
        assert_eq!(
            first.query().unwrap().sold,
            second.query().unwrap().sold,
            "turn {turn}"
        );
    }
    assert_eq!(event.json("audit").1["sold"], 20 + 10 + 20 + 1 + 20);
    assert!(blank(&event) > 40_000);
    // Killed: the room stays, and harms nobody.
    std::mem::forget(first);
    std::mem::forget(second);
    assert_eq!(event.json("book fourth").0, 0);
    assert_eq!(event.json("cancel 2- ").0, 4);
    event.assert_adds_up();
    assert_eq!(event.json("reset --force 5").0, 0);
    let archive = event
        .names()
        .into_iter()
        .find(|name| name.ends_with("Z.jsonl"));
    let archive = fs::read(event.path(&archive.unwrap())).unwrap();
    assert!(!archive.ends_with(b"\n\n"));
}

/// Neither looks at the count before it writes, and the ledger stays as long as it is: all that tells is the
/// line itself.
#[test]
fn nobody_writes_over_what_another_has_sold_into_the_room() {
    let event = TestEvent::stock(200);
    let mut offices = [(); 3].map(|()| BoxOffice::at(&event.file).unwrap());
    let mut sold = Vec::new();
    for turn in 0..60 {
        // The first one makes the room, then all sell into it in turn.
        let seller = if turn < 20 { 0 } else { turn % 3 };
        let buyer = format!("of {seller}, turn {turn}");
        let order = Order::new(&buyer, 1).durability(Durability::Process);
        let sale = offices[seller].purchase(&order, &mut Unobserved).unwrap();
        assert_eq!((sale.seq, sale.left), (turn as u64 + 2, 199 - turn as u64));
        sold.push((sale.id, buyer));
    }
    assert!(blank(&event) > 50_000);
    let text = |line: &serde_json::Value, member: &str| line[member].as_str().unwrap().to_owned();
    let sales = event.sales();
    let sales: Vec<_> = sales
        .iter()
        .map(|sale| (text(sale, "id"), text(sale, "buyer")))
        .collect();
    assert_eq!(sales, sold);
    drop(offices);
    assert_eq!(event.json("book last").0, 0);
    event.assert_adds_up();
}

/// Who sells into that room looks at the names only now and then. A reset waits for longer than that before
/// it gives the ledger's name away, or a sale would go to the ledger that was archived.
#[test]
fn who_sells_into_the_room_notices_a_reset_between_two_sales() {
    let event = TestEvent::in_memory(r#"{"ticket": 1000}"#);
    let mut seller = BoxOffice::at(&event.file).unwrap();
    let mut other = BoxOffice::at(&event.file).unwrap();
    let order = Order::new("alice", 1).durability(Durability::Process);
    for round in 0..50 {
        for left in (1000 - 20..1000).rev() {
            let sale = seller.purchase(&order, &mut Unobserved).unwrap();
            assert_eq!(sale.left, left, "round {round}");
        }
        let old = fs::read(event.path("tickets.ledger.jsonl")).unwrap();
        if round % 2 == 1 {
            // With such a count a reset puts the ledger away as it is, its room included.
            fs::write(&event.file, "{").unwrap();
        }
        let reset = other.reset(None, true, DEFAULT_WAIT).unwrap();
        // Not a moment later.
        let sale = seller.purchase(&order, &mut Unobserved).unwrap();
        assert_eq!((sale.seq, sale.left), (2, 999), "round {round}");
        let archive = fs::read(reset.archive.unwrap()).unwrap();
        let sold = old.trim_ascii_end();
        assert_eq!(archive.trim_ascii_end(), sold, "round {round}");
        other.reset(None, true, DEFAULT_WAIT).unwrap();
    }
    drop((seller, other));
    assert_eq!(event.json("audit").0, 0);
}

/// A line behind blank ones was written by somebody who knew of no room: it must not be lost, nor
/// overwritten.
#[test]
fn a_line_behind_blank_ones_stops_the_sale() {
    let event = TestEvent::stock(10);
    for _ in 0..3 {
        assert_eq!(event.json("book alice").0, 0);
    }
    let path = event.path("tickets.ledger.jsonl");
    let text = fs::read_to_string(&path).unwrap();
    let last = text.lines().last().unwrap();
    let head = text.strip_suffix(&format!("{last}\n")).unwrap();
    fs::write(&path, format!("{head}\n{last}\n")).unwrap();
    // The count counts two sales, and the third stands behind a blank line.
    let end = head.len();
    fs::write(
        &event.file,
        format!("{{\"ticket\": 8, \"sold\": 2, \"seq\": 3, \"bytes\": {end}}}"),
    )
    .unwrap();
    for line in ["query", "book bob", "audit"] {
        assert_eq!(event.run(line).code, Some(6), "{line}");
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        format!("{head}\n{last}\n")
    );
}

#[test]
fn bytes_in_the_preallocation_that_are_no_line_are_quarantined() {
    let event = TestEvent::stock(10);
    assert_eq!(event.json("book alice").0, 0);
    append(&event, b"\n\n{\"seq\":3,\"at\n\n\n");
    assert_eq!(event.json("query").1["left"], 9);
    assert_eq!(event.json("audit").0, 6);
    assert_eq!(event.json("book bob").0, 0);
    assert!(event.names().iter().any(|name| name.contains(".torn-")));
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

/// A disk writes in any order: of lines that no sync covered, any sectors may be missing, or what any one
/// write wrote, with whole lines behind.
#[test]
fn a_write_that_a_power_cut_lost_is_quarantined_with_what_is_behind_it() {
    let sold = TestEvent::stock(50);
    assert_eq!(sold.json("book alice").0, 0);
    let count = fs::read(&sold.file).unwrap();
    let ledger = "tickets.ledger.jsonl";
    let end = fs::read(sold.path(ledger)).unwrap().len();
    for name in ["b", "c", "d", "e", "f", "g"] {
        let name = name.repeat(200);
        assert_eq!(sold.json(&format!("book {name}")).0, 0);
    }
    let all = fs::read(sold.path(ledger)).unwrap();
    let lines = all.split_inclusive(|&byte| byte == b'\n');
    let lines = lines.scan(0, |end, line| {
        *end += line.len();
        Some(*end - line.len()..*end)
    });
    let sectors = (0..all.len() / 512).map(|sector| sector * 512..(sector + 1) * 512);
    let holes = sectors.chain(lines);
    let holes = holes.map(|hole| hole.start.max(end)..hole.end);
    let holes = holes.filter(|hole| hole.start < hole.end && hole.end < all.len());
    let holes = holes.collect::<Vec<_>>();
    assert!(holes.len() > 7, "{holes:?}");
    for (at, hole) in holes.into_iter().enumerate() {
        for missing in [b'\n', 0] {
            let told = format!("{hole:?} is {missing}");
            let event = TestEvent::stock(50);
            let mut bytes = all.clone();
            bytes[hole.clone()].fill(missing);
            fs::write(event.path(ledger), &bytes).unwrap();
            // What the count includes was synced: there it is damage, which an audit finds.
            fs::copy(&sold.file, &event.file).unwrap();
            for command in ["audit", "audit --repair"] {
                assert_eq!(event.run(command).code, Some(6), "{command}: {told}");
            }
            // Before it was published, nobody had an answer for it.
            fs::write(&event.file, &count).unwrap();
            let before = bytes[..hole.start].iter().rposition(|&byte| byte == b'\n');
            let torn = before.unwrap() + 1;
            let (code, query) = event.json("query");
            assert_eq!(code, 0, "{told}: {query:#}");
            let (code, audit) = event.json("audit");
            let finding = &audit["findings"][0]["kind"];
            assert_eq!((code, finding), (6, &"torn_tail".into()), "{told}");
            let repair = ["book zoe", "audit --repair"][at % 2];
            assert_eq!(event.run(repair).code, Some(0), "{repair}: {told}");
            let names = event.names();
            let put_away = names.iter().find(|name| name.contains(".torn-")).unwrap();
            assert_eq!(fs::read(event.path(put_away)).unwrap(), &bytes[torn..]);
            event.assert_adds_up();
            assert_eq!(event.json("audit").0, 0, "{told}");
        }
    }
}
