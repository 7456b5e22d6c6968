//! Files that make no sense in hundreds of ways: every command ends with an exit code that means
//! something, in little memory, and never in a panic.

use std::fs;
use std::io::Write;
use std::process::Command;

use serde_json::{Value, json};

use crate::craft::{body, cancel, chained, line, sale};
use crate::harness::{Run, Shop, TICKETS};

/// What a process may use.
const MEMORY: u64 = 64 << 20;

const COMMANDS: [&[&str]; 8] = [
    &["query"],
    &["sales"],
    &["audit"],
    &["book", "zoe"],
    &["book", "zoe", "--key", "K"],
    &["cancel", "2-abcdef"],
    &["audit", "--repair"],
    &["buy", "--users", "1", "--lock", "--think", "0ms"],
];

/// Numbers that are none, or too large, and some that are fine.
pub(crate) const NUMBERS: &str = "-1 -0 0 1 3 1e3 1.5 1e400 00 0x1 null true \"3\" [] {} 9007199254740991 9007199254740992 \
     9223372036854775808 18446744073709551615 18446744073709551616";

/// A count, a ledger, and what is wrong with them.
pub(crate) struct Files {
    pub(crate) what: String,
    pub(crate) count: Vec<u8>,
    pub(crate) ledger: Vec<u8>,
}

/// Runs every second command on fresh copies of the files; on the next files, the others.
#[track_caller]
pub(crate) fn assert_no_harm(all: impl IntoIterator<Item = Files>) {
    let all: Vec<Files> = all.into_iter().collect();
    assert!(all.len() > 20, "only {} variants", all.len());
    let limited = Command::new("prlimit").arg("--version").output().is_ok();
    if !limited {
        eprintln!("no prlimit here: how much memory is used is not looked at");
    }
    for (at, files) in all.iter().enumerate() {
        for arguments in COMMANDS.iter().skip(at % 2).step_by(2) {
            let shop = Shop::in_memory(&files.count);
            fs::write(shop.path("tickets.ledger.jsonl"), &files.ledger).unwrap();
            let before = shop.contents();
            let run = run(&shop, arguments, limited.then_some(MEMORY));
            let place = format!("{}: {arguments:?}: {run:?}", files.what);
            assert_sensible(&run, &place);
            let changed = shop.contents() != before;
            assert!(!changed || arguments.len() > 1, "changed: {place}");
        }
    }
}

pub(crate) fn run(shop: &Shop, arguments: &[&str], memory: Option<u64>) -> Run {
    let mut command = Command::new(memory.map_or(TICKETS, |_| "prlimit"));
    if let Some(memory) = memory {
        command.args([&format!("--data={memory}"), TICKETS]);
    }
    command.env_remove("TICKETS_FILE").arg("-f").arg(&shop.file);
    Run::of(command.arg("--json").args(arguments).output().unwrap())
}

#[track_caller]
pub(crate) fn assert_sensible(run: &Run, place: &str) {
    assert!([0, 3, 4, 6].map(Some).contains(&run.code), "{place}");
    assert!(!run.stderr.contains("panicked"), "{place}");
    let documents = serde_json::from_str::<Value>(&run.stdout);
    let document = documents.unwrap_or_else(|e| panic!("{e}: {place}"));
    assert_eq!(document["ok"], run.code == Some(0), "{place}");
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

#[test]
fn no_count_does_harm() {
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
    assert_no_harm(counts.into_iter().map(|count| Files {
        what: String::from_utf8_lossy(&count[..count.len().min(120)]).into_owned(),
        count,
        ledger: ledger.clone(),
    }));
}

/// A ledger larger than the memory that there is.
#[test]
fn a_ledger_larger_than_the_memory_is_read() {
    const LITTLE: u64 = 16 << 20;
    if Command::new("prlimit").arg("--version").output().is_err() {
        eprintln!("skipped: no prlimit here");
        return;
    }
    for (part, chunks) in [("\n", 17), ("x", 65), ("{\"seq\":2}\n", 65), ("", 65)] {
        let shop = Shop::stock(9);
        let mut ledger = fs::File::create(shop.path("tickets.ledger.jsonl")).unwrap();
        if part.is_empty() {
            // NULs, which take no room.
            ledger.set_len(chunks << 20).unwrap();
        }
        let chunk = part.repeat((1 << 20) / part.len().max(1));
        for _ in 0..chunks {
            ledger.write_all(chunk.as_bytes()).unwrap();
        }
        for arguments in [
            &["query"][..],
            &["audit"],
            &["sales"],
            &["cancel", "2-abcdef"],
        ] {
            if arguments[0] == "cancel" {
                // Beside a count that counts one of its lines, nobody heals it.
                fs::write(&shop.file, tied("7", 4, 600)).unwrap();
            }
            let run = run(&shop, arguments, Some(LITTLE));
            assert_sensible(&run, &format!("{part:?}: {arguments:?}: {run:?}"));
        }
    }
}
