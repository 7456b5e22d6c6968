//! Ledgers that make no sense in hundreds of ways.

use std::collections::BTreeSet;
use std::fs;

use crate::craft::{body, chained, sale};
use crate::harness::Shop;
use crate::hostile::{Files, NUMBERS, assert_no_harm, assert_sensible, run, sound, tied};

/// Lines with right checksums, each member of which is nonsense in turn: as the last line, and before
/// one. Beside a count that counts them, and one that counts none.
#[test]
fn no_line_does_harm() {
    let odd = [
        "null",
        "\"\"",
        "\"-\"",
        "\"2-\"",
        "7",
        "\"\\u0000\"",
        "\"2-abcdef\"",
        "[[]]",
    ];
    let replaces = [
        "{\"seq\":18446744073709551615,\"bytes\":18446744073709551615,\"opened\":\"\",\"end\":0}",
        "{\"seq\":4,\"bytes\":1,\"opened\":\"x\",\"end\":18446744073709551615}",
        "{\"seq\":-1,\"bytes\":1,\"opened\":\"x\",\"end\":1}",
        "{}",
        "[]",
    ];
    let numbers: Vec<_> = NUMBERS.split(' ').collect();
    let mut all = Vec::new();
    for at in 1..=3 {
        let lines = sound();
        let members = lines[at].as_object().unwrap().keys().cloned();
        let names = members.chain(["key".to_owned(), "ref".to_owned(), "replaces".to_owned()]);
        for name in names.collect::<BTreeSet<_>>() {
            let values: &[&str] = match name.as_str() {
                "seq" | "quantity" | "left" => &numbers,
                "replaces" => &replaces,
                _ => &odd,
            };
            all.extend(
                values
                    .iter()
                    .map(|value| (at, name.clone(), (*value).to_owned())),
            );
        }
    }
    let files = all
        .into_iter()
        .enumerate()
        .map(|(number, (at, name, value))| {
            let lines = sound();
            // The last two in full, or what comes after them too.
            let end = if number % 2 == 0 { at + 1 } else { lines.len() };
            let ledger = chained(lines[..end].iter().enumerate().map(|(index, line)| {
                let mut line = line.clone();
                if index == at {
                    line[&name] = "HERE".into();
                }
                body(&line).replace("\"HERE\"", &value)
            }));
            let what = format!("line {} of {end}: {name} is {value}", at + 1);
            let left = &lines[end - 1]["left"];
            let left = if name == "left" && end == at + 1 {
                value
            } else {
                left.to_string()
            };
            let count = match number % 3 {
                0 => b"{\"ticket\": 9}".to_vec(),
                _ => tied(&left, end, ledger.len()),
            };
            Files {
                what,
                count,
                ledger,
            }
        });
    assert_no_harm(files);
}

/// Whoever looks for a line by its number believes no number.
#[test]
fn no_number_of_an_old_line_does_harm() {
    for number in [0, 1, 4, u64::MAX - 1, u64::MAX] {
        for at in 1..3 {
            let mut lines = [sound(), vec![sale(5, 1, 6, None)]].concat();
            lines[at]["seq"] = number.into();
            let ledger = chained(lines.iter().map(body));
            let shop = Shop::in_memory(tied("6", 5, ledger.len()));
            fs::write(shop.path("tickets.ledger.jsonl"), &ledger).unwrap();
            for id in ["2", "3", "5", "6", &number.to_string()] {
                let id = format!("{id}-xxxxxx");
                let run = run(&shop, &["cancel", &id], None);
                assert_sensible(&run, &format!("{number} in line {}: {run:?}", at + 1));
                assert_ne!(run.code, Some(0), "there is no such sale");
            }
        }
    }
}

#[test]
fn no_ledger_does_harm() {
    let whole = chained(sound().iter().map(body));
    let mut ledgers: Vec<Vec<u8>> = Vec::new();
    ledgers.extend((0..whole.len()).step_by(17).map(|at| whole[..at].to_vec()));
    for at in (0..whole.len()).step_by(23) {
        for byte in [b'\0', b'\xff', b'\n'] {
            let mut noise = whole.clone();
            noise[at] = byte;
            ledgers.push(noise);
        }
    }
    for length in [16_000, 16_383, 16_384, 16_385, 100_000] {
        let mut long = sale(5, 1, 6, None);
        long["note"] = "x".repeat(length - 180).into();
        let lines = [sound(), vec![long, sale(6, 1, 5, None)]].concat();
        ledgers.push(chained(lines.iter().map(body)));
        ledgers.push(chained(lines[..5].iter().map(body)));
    }
    let deep = format!(",\"x\":{}{}", "[".repeat(7000), "]".repeat(7000));
    let twice = [
        ",\"left\":7",
        ",\"seq\":2",
        ",\"op\":\"sell\"",
        ",\"x\":1,\"x\":2",
        &deep,
    ];
    for more in twice {
        let bodies = sound()
            .iter()
            .map(|line| body(line) + more)
            .collect::<Vec<_>>();
        ledgers.push(chained(bodies));
    }
    let orphan = "},\"sum\":\"0000000000000000\"}\n".repeat(1000);
    ledgers.extend([
        b"{}\n".repeat(50_000),
        b"\n".repeat(100_000),
        b" \n".repeat(100_000),
        b"\r\n".repeat(100_000),
        whole.repeat(3),
        [whole.clone(), vec![b'\n'; 70_000]].concat(),
        [whole.clone(), vec![0; 70_000]].concat(),
        [whole.clone(), vec![b'\n'; 70_000], whole.clone()].concat(),
        [&whole[..], b"\n{\"seq\":5"].concat(),
        orphan.into_bytes(),
        chained([b"\xff\xfe".as_slice(), b"{", b"[", b""]),
    ]);
    let files = ledgers.into_iter().flat_map(|ledger| {
        let what =
            String::from_utf8_lossy(&ledger[ledger.len().saturating_sub(120)..]).into_owned();
        let what = format!("{} bytes that end in {what:?}", ledger.len());
        [b"{\"ticket\": 9}".to_vec(), tied("7", 4, whole.len())].map(|count| Files {
            what: what.clone(),
            count,
            ledger: ledger.clone(),
        })
    });
    assert_no_harm(files);
}
