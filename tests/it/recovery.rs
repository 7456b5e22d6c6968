//! What a crash or a person left is recovered or named, never guessed.

use std::fs;
use std::io::Write;
use std::process::Command;

use tickets_faults::orphan;

use crate::harness::{Run, TestEvent};

/// An event of five with three sold, and the texts of its files.
fn three_sold() -> (TestEvent, String, String) {
    let event = TestEvent::stock(5);
    assert_eq!(event.json("buy --users 3 --lock --think 0ms").1["left"], 2);
    let count = fs::read_to_string(&event.file).unwrap();
    let ledger = fs::read_to_string(event.path("tickets.ledger.jsonl")).unwrap();
    (event, count, ledger)
}

fn append(event: &TestEvent, bytes: &[u8]) {
    let mut ledger = fs::File::options()
        .append(true)
        .open(event.path("tickets.ledger.jsonl"))
        .unwrap();
    ledger.write_all(bytes).unwrap();
}

/// A process killed between its append and its publication.
#[test]
fn a_count_that_lags_behind_the_ledger_is_brought_up_to_it() {
    let (event, _, ledger) = three_sold();
    let ends: Vec<usize> = ledger.match_indices('\n').map(|(at, _)| at + 1).collect();
    let lagging = [
        "{\"ticket\": 5}".to_owned(),
        format!(
            "{{\"ticket\": 5, \"sold\": 0, \"seq\": 1, \"bytes\": {}}}",
            ends[0]
        ),
        format!(
            "{{\"ticket\": 4, \"sold\": 1, \"seq\": 2, \"bytes\": {}}}",
            ends[1]
        ),
        format!(
            "{{\"ticket\": 3, \"sold\": 2, \"seq\": 3, \"bytes\": {}}}",
            ends[2]
        ),
    ];
    for count in lagging {
        fs::write(&event.file, &count).unwrap();
        fs::write(event.path("tickets.ledger.jsonl"), &ledger).unwrap();
        let (code, answer) = event.json("query");
        assert_eq!(
            (code, &answer["left"], &answer["sold"]),
            (0, &2.into(), &3.into()),
            "{count}"
        );
        let (code, report) = event.json("buy --users 3 --lock --think 0ms");
        assert_eq!(
            (code, &report["stock"], &report["sold"]),
            (0, &2.into(), &2.into()),
            "{count}"
        );
        event.assert_adds_up();
    }
}

#[test]
fn a_torn_end_is_put_away_and_selling_goes_on() {
    let line = b"{\"seq\":5,\"at\":\"2026-05-01T18:00:00.000Z\",\"op\":\"sell\",\"id\":\"5-abc\"";
    for torn in [
        &line[..20],
        &line[..],
        &[0; 4096][..],
        &[0, 0, b'\n'][..],
        &b"\nx\n"[..],
        &b"xyz\nxyz\n"[..],
    ] {
        let (event, _, ledger) = three_sold();
        append(&event, torn);
        assert_eq!(event.json("query").1["left"], 2);
        let (code, report) = event.json("buy --users 3 --lock --think 0ms");
        assert_eq!((code, &report["sold"]), (0, &2.into()), "{report:#}");
        event.assert_adds_up();
        let put_away = event
            .names()
            .into_iter()
            .find(|name| name.contains(".torn-"))
            .unwrap();
        assert_eq!(fs::read(event.path(&put_away)).unwrap(), torn);
        let now = fs::read_to_string(event.path("tickets.ledger.jsonl")).unwrap();
        assert!(now.starts_with(&ledger));
    }
}

#[test]
fn a_newline_that_an_editor_took_away_is_put_back() {
    let (event, _, ledger) = three_sold();
    fs::write(event.path("tickets.ledger.jsonl"), ledger.trim_end()).unwrap();
    assert_eq!(event.json("query").1["left"], 2);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    event.assert_adds_up();
    assert_eq!(event.sales().len(), 4);

    // The same for a line that the count does not include yet.
    let (event, _, ledger) = three_sold();
    fs::write(&event.file, "{\"ticket\": 5}").unwrap();
    fs::write(event.path("tickets.ledger.jsonl"), ledger.trim_end()).unwrap();
    assert_eq!(event.json("query").1["left"], 2);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    event.assert_adds_up();
    assert_eq!(event.sales().len(), 4);
}

#[test]
fn a_count_changed_by_hand_is_drift_and_both_files_are_named() {
    let (event, count, _) = three_sold();
    for changed in [
        count.replace("\"ticket\": 2", "\"ticket\": 4"),
        "{\"ticket\": 3}".to_owned(),
    ] {
        fs::write(&event.file, &changed).unwrap();
        for line in ["query", "buy --users 2 --lock", "buy --users 2"] {
            let run = event.run(line);
            assert_eq!(run.code, Some(6), "{line}: {run:?}");
            assert!(
                run.stderr.contains("tickets.json:1: says"),
                "{}",
                run.stderr
            );
            assert!(
                run.stderr.contains("tickets.ledger.jsonl"),
                "{}",
                run.stderr
            );
            assert!(run.stderr.contains("hint:"), "{}", run.stderr);
        }
        assert_eq!(fs::read_to_string(&event.file).unwrap(), changed);
        assert_eq!(event.sales().len(), 3);
    }
}

#[test]
fn a_ledger_shorter_than_counted_or_missing_is_refused() {
    let (event, _, ledger) = three_sold();
    let cut = &ledger[..ledger.len() - 30];
    fs::write(event.path("tickets.ledger.jsonl"), cut).unwrap();
    let run = event.run("buy --users 2 --lock --think 0ms");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(
        run.stderr
            .contains("it is cut short, or belongs to another count"),
        "{}",
        run.stderr
    );
    fs::remove_file(event.path("tickets.ledger.jsonl")).unwrap();
    let run = event.run("query");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(
        run.stderr.contains("tickets.ledger.jsonl: is missing"),
        "{}",
        run.stderr
    );
}

/// Every byte of the last line, which every reader reads. (Of the lines before, `audit` will read
/// every byte; a reader of constant cost cannot.)
#[test]
fn a_flipped_byte_in_what_is_read_is_found() {
    let (event, _, ledger) = three_sold();
    let ends: Vec<usize> = ledger.match_indices('\n').map(|(at, _)| at + 1).collect();
    for at in ends[2] - 1..ledger.len() {
        let mut bytes = ledger.clone().into_bytes();
        bytes[at] ^= 1;
        fs::write(event.path("tickets.ledger.jsonl"), &bytes).unwrap();
        let run = event.run("query");
        assert_eq!(
            run.code,
            Some(6),
            "byte {at} ({:?}): {run:?}",
            char::from(bytes[at] ^ 1)
        );
    }
}

/// A reset killed between its commit and its new count.
#[test]
fn a_reset_killed_halfway_is_a_reset() {
    let (event, count, _) = three_sold();
    assert_eq!(event.json("reset 9").0, 0);
    fs::write(&event.file, count).unwrap();
    assert_eq!(event.json("query").1["left"], 9);
    let (code, report) = event.json("buy --users 2 --lock --think 0ms");
    assert_eq!(
        (code, &report["stock"], &report["left"]),
        (0, &9.into(), &7.into()),
        "{report:#}"
    );
    event.assert_adds_up();
}

#[test]
fn what_killed_processes_left_is_swept() {
    let event = TestEvent::stock(2);
    for of in ["tickets.json", "tickets.ledger.jsonl"] {
        fs::write(event.path(&orphan(of, 1)), "{}").unwrap();
    }
    assert_eq!(event.json("buy --users 2 --lock --think 0ms").0, 0);
    assert_eq!(
        event.names(),
        ["tickets.json", "tickets.json.lock", "tickets.ledger.jsonl"]
    );
}

#[test]
fn a_long_ledger_line_is_no_line() {
    let (event, _, _) = three_sold();
    append(&event, &vec![b'x'; 100_000]);
    assert_eq!(event.json("buy --users 1 --lock --think 0ms").0, 0);
    let put_away = event
        .names()
        .into_iter()
        .find(|name| name.contains(".torn-"))
        .unwrap();
    assert_eq!(
        fs::read(event.path(&put_away)).unwrap(),
        vec![b'x'; 100_000]
    );
    event.assert_adds_up();
}

/// The chapter's program, which knows of no ledger.
#[test]
fn a_sale_past_the_ledger_is_named_and_cured() {
    let event = TestEvent::with("{\"event\": \"Ball\", \"ticket\": 200, \"price\": 12.50}\n");
    event.booked("alice --quantity 2");
    event.booked("bob --key K");
    let program = "import json, sys\n\
                   f = sys.argv[1]\n\
                   d = json.load(open(f))\n\
                   d[\"ticket\"] -= 1\n\
                   json.dump(d, open(f, \"w\"))\n";
    match Command::new("python3")
        .args(["-c", program])
        .arg(&event.file)
        .output()
    {
        Ok(output) => assert!(output.status.success(), "{:?}", Run::of(output)),
        Err(error) => return eprintln!("skipped: no python3 here ({error})"),
    }
    assert_eq!(event.count()["ticket"], 196);
    for line in [
        "query",
        "book dave",
        "book bob --key K",
        "sales",
        "cancel 2-abcdef",
    ] {
        let run = event.run(line);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(6), ""),
            "{line}: {run:?}"
        );
        assert!(
            run.stderr
                .contains("tickets.json:1: says 196 left, but line 3 of"),
            "{run:?}"
        );
        assert!(
            run.stderr.contains("tickets.json audit --repair'"),
            "{run:?}"
        );
    }
    let (_, audit) = event.json("audit");
    assert_eq!(audit["findings"][0]["kind"], "drift", "{audit:#}");
    assert_eq!(event.json("audit --repair").0, 0);
    assert_eq!(event.count()["price"], 12.5);
    assert_eq!(event.json("book dave").1["left"], 196);
    event.assert_adds_up();
}
