//! Counts and ledgers that make no sense in hundreds of ways. The benchmark and the fuzzers' seeds are made of
//! them too.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::craft::{body, cancel, chained, line, sale};

/// Numbers that are none, or too large, and some that are fine.
const NUMBERS: &str = "-1 -0 0 1 3 1e3 1.5 1e400 00 0x1 null true \"3\" [] {} 9007199254740991 9007199254740992 \
     9223372036854775808 18446744073709551615 18446744073709551616";

/// A count, a ledger, and what is wrong with them.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) what: String,
    pub(crate) count: Vec<u8>,
    pub(crate) ledger: Vec<u8>,
}

fn opening() -> Value {
    line(1, "open", 9, 9, &json!({}))
}

/// A sound ledger: nine opened, two sold under a key, one of them given back, one more sold.
pub(crate) fn sound() -> Vec<Value> {
    vec![
        opening(),
        sale(2, 2, 7, Some("K")),
        cancel(3, 2, 1, 8),
        sale(4, 1, 7, None),
    ]
}

pub(crate) fn tied(ticket: &str, seq: usize, bytes: usize) -> Vec<u8> {
    let count =
        format!("{{\"ticket\": {ticket}, \"sold\": 2, \"seq\": {seq}, \"bytes\": {bytes}}}");
    count.into_bytes()
}

/// Every hostile pair of files.
pub(crate) fn all() -> Vec<Files> {
    [counts(), lines(), ledgers()].concat()
}

/// A sound ledger beside counts that are not.
pub(crate) fn counts() -> Vec<Files> {
    let ledger = chained(sound().iter().map(body));
    let bytes = ledger.len().to_string();
    let whole = [
        ("ticket", "7"),
        ("sold", "2"),
        ("seq", "4"),
        ("bytes", &bytes),
    ];
    let mut counts: Vec<Vec<u8>> = Vec::new();
    for (name, _) in whole {
        for number in NUMBERS.split(' ') {
            let members = whole.map(|(other, value)| {
                format!(
                    "\"{other}\": {}",
                    if other == name { number } else { value }
                )
            });
            counts.push(format!("{{{}}}", members.join(", ")).into());
        }
    }
    let text = tied("7", 4, ledger.len());
    counts.extend((0..text.len()).step_by(5).map(|at| text[..at].to_vec()));
    for at in (0..text.len()).step_by(7) {
        for byte in [b'\0', b'\xff', b'"', b'{', b'\n'] {
            let mut noise = text.clone();
            noise[at] = byte;
            counts.push(noise);
        }
    }
    let member = |value: String| format!("{{\"ticket\": 9, \"x\": {value}}}").into_bytes();
    let many: Vec<_> = (0..70_000).map(|at| format!("\"{at}\": 1")).collect();
    counts.extend([
        member("[".repeat(500_000)),
        member(format!("{}{}", "[".repeat(500_000), "]".repeat(500_000))),
        member(format!(
            "{}1{}",
            "{\"a\":".repeat(150_000),
            "}".repeat(150_000)
        )),
        member("9".repeat(1_000_000)),
        member(format!("\"{}\"", "\\u0000".repeat(150_000))),
        member("\"\\ud800\"".to_owned()),
        format!("{{{}, \"ticket\": 9}}", many.join(", ")).into(),
        b"{\"ticket\": 9, \"ticket\": 9}".to_vec(),
        b"{\"\\u0074icket\": 9, \"ticket\": 9}".to_vec(),
        b"{\"\\u0074icket\": 9}".to_vec(),
        b"{\"ticket\": 9, \"ticket_num\": 9}".to_vec(),
        b"\xef\xbb\xbf{\"ticket\": 9}".to_vec(),
        b"\xff\xfe{\0}\0".to_vec(),
        b"[{\"ticket\": 9}]".to_vec(),
        vec![b'\n'; 1 << 20],
        vec![0; 1 << 20],
        vec![b'{'; (1 << 20) + 1],
    ]);
    let files = counts.into_iter().map(|count| Files {
        what: String::from_utf8_lossy(&count[..count.len().min(120)]).into_owned(),
        count,
        ledger: ledger.clone(),
    });
    files.collect()
}

/// Lines with right checksums, each member of which is nonsense in turn: as the last line, and before
/// one. Beside a count that counts them, and one that counts none.
pub(crate) fn lines() -> Vec<Files> {
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
    files.collect()
}

/// Ledgers of all kinds.
pub(crate) fn ledgers() -> Vec<Files> {
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
    files.collect()
}
