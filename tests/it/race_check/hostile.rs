//! Evidence that makes no sense: an error that says where, never a panic, never a green light.

use std::fs;
use std::io::Read;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tickets::Kind;
use tickets::check::evidence::{
    self, EvidenceRecord, EvidenceStep, LockPath, MAX_LINE, OperationOutcome, PathInode, Whole,
    WriteNonce,
};
use tickets::check::judge;
use tickets::check::proof;

use crate::harness::{Run, TestEvent};
use crate::hostile::{assert_sensible, limited};

const HEADER: &str = "{\"evidence\":1,\"run\":\"r\",\"stock\":2,\"first\":0}\n";
const SALE: &str = "{\"buyer\":\"a\",\"invoke\":1,\"return\":2,\"read\":0,\"seen\":2,\"write\":1,\"left\":1,\"nonce\":\"n\",\"outcome\":\"sold\"}\n";

fn error(text: &[u8]) -> (Kind, u64, String) {
    let error = evidence::read_lines(text, "run.jsonl".as_ref()).unwrap_err();
    (error.kind(), error.place().unwrap().line, error.to_string())
}

/// Evidence whose last line makes no sense, and a part of what is said of it.
pub(super) fn nonsense() -> Vec<(String, &'static str)> {
    let step = |step: &str, t: u64, more: &str| {
        format!("{{\"step\":\"{step}\",\"buyer\":\"a\",\"t\":{t}{more}}}\n")
    };
    let begun = step("invoke", 5, "");
    let intend = step("intend", 6, ",\"read\":0,\"write\":1,\"nonce\":\"n\"");
    let (intended, wrote) = (begun.clone() + &intend, step("wrote", 6, ""));
    let sold_out = step("return", 6, ",\"outcome\":\"sold_out\"");
    let all = [
        ("\u{0}\u{0}\n".to_owned(), "it is zeros"),
        (SALE[..40].to_owned(), "it ends in the middle"),
        ("{\"buyer\":5}\n".to_owned(), "where a string belongs"),
        ("[]\n".to_owned(), ""),
        ("null\n".to_owned(), "null stands where"),
        (
            "{\"buyr\":\"a\"}\n".to_owned(),
            "the member \"buyr\" is not known",
        ),
        (
            SALE.replace("\"invoke\":1", "\"invoke\":3"),
            "time runs backwards",
        ),
        (SALE.replace("\"seen\":2", "\"seen\":-1"), "-1 stands where"),
        (
            SALE.replace("\"seen\":2", "\"seen\":18446744073709551615"),
            "\"seen\" is above",
        ),
        (
            SALE.replace("\"seen\":2", "\"seen\":2,\"seen\":2"),
            "is there twice",
        ),
        (SALE.replace("\"n\"", "\"N\""), "a nonce is"),
        (SALE.replace("\"a\"", "\"\""), "a buyer's name"),
        (
            SALE.replace("\"sold\"", "\"bought\""),
            "\"bought\" is not known",
        ),
        (SALE.replace("\"return\":2,", ""), "\"return\" is missing"),
        (HEADER.to_owned(), "a second header"),
        (step("read", 5, ",\"seq\":1"), "has not begun"),
        (begun.clone() + &begun, "begins before it ended"),
        (begun.clone() + &step("wrote", 4, ""), "time runs backwards"),
        (begun.clone() + &wrote, "did not say what"),
        (intended.clone() + &wrote + &wrote, "twice that it wrote"),
        (intended.clone() + &wrote + &intend, "after it wrote"),
        (intended + &wrote + &sold_out, "it bought nothing"),
        (
            begun.clone() + &step("lock_released", 6, ""),
            "released that was not got",
        ),
        (begun.clone() + &step("jump", 6, ""), "no step"),
        (
            begun.clone() + &step("return", 6, ",\"outcome\":\"killed\""),
            "the step \"killed\" says that",
        ),
        (
            begun.clone() + &step("return", 6, ",\"outcome\":\"open\""),
            "leave it out",
        ),
        (
            begun.clone()
                + &step(
                    "lock_got",
                    6,
                    ",\"device\":8,\"inode\":4,\"path_device\":8,\"path_inode\":null",
                ),
            "no file has that name",
        ),
        (
            "{\"final\":1,\"left\":1,\"lines\":1}\n{\"committed\":1,\"left\":1,\"buyer\":\"a\",\"quantity\":1}\n"
                .to_owned(),
            "\"final\" stands last",
        ),
        (format!("\u{feff}{SALE}"), "byte order mark"),
        (begun.clone() + SALE, "in the middle"),
        (
            "{\"final\":1,\"left\":1,\"lines\":3}\n".to_owned(),
            "it was cut",
        ),
        (
            "{\"final\":1,\"left\":1}\n{\"final\":1,\"left\":1}\n".to_owned(),
            "a second final",
        ),
        (
            SALE.replace("\"read\"", "\"lock\":{},\"read\""),
            "is missing",
        ),
    ];
    all.into_iter()
        .chain(out_of_bounds())
        .map(|(lines, said)| (HEADER.to_owned() + &lines, said))
        .collect()
}

/// What is too deep, too large, or no text.
fn out_of_bounds() -> Vec<(String, &'static str)> {
    vec![
        ("[".repeat(MAX_LINE / 2) + "\n", ""),
        (
            format!(
                "{{\"lock\":{}{}}}\n",
                "{\"lock\":".repeat(5000),
                "}".repeat(5000)
            ),
            "is not known",
        ),
        ("{\"buyer\":\"\\ud800\"}\n".to_owned(), "hex escape"),
        ("{\"invoke\":1e400}\n".to_owned(), "number out of range"),
        (
            format!("{{\"pid\":{}}}\n", "9".repeat(60_000)),
            "number out of range",
        ),
    ]
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    for (text, said) in nonsense() {
        let (kind, line, message) = error(text.as_bytes());
        let shown: String = text.chars().take(300).collect();
        assert_eq!(kind, Kind::Integrity, "{shown}");
        assert_eq!(line, text.lines().count() as u64, "{shown}: {message}");
        assert!(message.contains(said), "{shown}: {message}");
        assert!(message.len() < 500, "{}", message.len());
    }
    for (bytes, said) in [
        (&[0x1f, 0x8b, 8, 0][..], "gzip"),
        (b"\xff\xfe{\0", "UTF-16"),
        (&[0; 4096], "a power cut"),
        (
            b"{\"evidence\":1,\"run\":\"\xe9\",\"stock\":2,\"first\":0}\n",
            "not UTF-8",
        ),
        (
            &[&[0x1f, 0x8b][..], &vec![0; 2 * MAX_LINE][..]].concat(),
            "gzip",
        ),
    ] {
        let (kind, line, message) = error(bytes);
        assert_eq!((kind, line), (Kind::Integrity, 1));
        assert!(message.contains(said), "{message}");
    }
    assert!(error(b"").2.contains("empty"));
    assert!(error(SALE.as_bytes()).2.contains("header"));
}

#[test]
fn a_line_of_a_gibibyte_is_refused_at_once() {
    let long = HEADER.as_bytes().chain(std::io::repeat(b' ').take(1 << 30));
    let long = std::io::BufReader::new(long);
    let error = evidence::read_lines(long, "run.jsonl".as_ref()).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("run.jsonl:2: the line is longer than {MAX_LINE} bytes")
    );
}

/// Files that are larger than the memory that the command may have.
#[test]
fn what_is_large_takes_little_memory() {
    const LITTLE: u64 = 8 << 20;
    let event = TestEvent::empty();
    let path = event.path("run.jsonl");
    let check = || {
        let mut command = limited(LITTLE);
        let told = command.args(["--json", "race", "check"]).arg(&path);
        Run::of(told.output().unwrap())
    };
    // A line of 1 GiB: NULs, which take no room on disk.
    fs::write(&path, HEADER).unwrap();
    let file = fs::File::options().append(true).open(&path).unwrap();
    file.set_len(1 << 30).unwrap();
    let run = check();
    assert_sensible(&run, &format!("{run:?}"));
    assert!(run.stdout.contains("it is zeros"), "{run:?}");
    // Ten million empty lines around a sound run.
    let mut text = clean().replacen('\n', &"\n".repeat(5_000_000), 1);
    text.push_str(&"\n".repeat(5_000_000));
    fs::write(&path, text).unwrap();
    let run = check();
    assert_eq!(run.code, Some(0), "{run:?}");
    // As many bytes of nonsense.
    fs::write(&path, "[\n".repeat(5_000_000)).unwrap();
    let run = check();
    assert_sensible(&run, &format!("{run:?}"));
    assert!(run.stdout.contains("\"line\":1,"), "{run:?}");
}

/// The same attempt, or the same line of the ledger, told twice: it cannot have taken place twice.
#[test]
fn who_says_the_same_twice_is_not_clean() {
    let line = "{\"committed\":1,\"nonce\":\"n\",\"left\":1,\"buyer\":\"a\",\"quantity\":1}\n";
    let read = |text: &[String]| {
        let text = text.concat();
        evidence::read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap()
    };
    let (header, sale, line) = (HEADER.to_owned(), SALE.to_owned(), line.to_owned());
    assert!(judge(&read(&[header.clone(), sale.clone(), line.clone()])).is_clean());
    // At one time nobody does two things: that is no evidence at all.
    let at_once = [header.clone(), sale.clone(), sale.clone()].concat();
    assert!(evidence::read_lines(at_once.as_bytes(), "run.jsonl".as_ref()).is_err());
    let later = sale.replace("\"invoke\":1,\"return\":2", "\"invoke\":3,\"return\":4");
    assert_ne!(later, sale);
    // Nor has one attempt two operations.
    let both = [header.clone(), sale.clone(), later.clone()].concat();
    assert!(evidence::read_lines(both.as_bytes(), "run.jsonl".as_ref()).is_err());
    let other = later.replace("\"nonce\":\"n\"", "\"nonce\":\"o\"");
    assert_ne!(other, later);
    for twice in [
        vec![header.clone(), sale.clone(), other.clone(), line.clone()],
        vec![header.clone(), sale.clone(), other],
        vec![header, sale, line.clone(), line],
    ] {
        let evidence = read(&twice);
        let verdict = judge(&evidence);
        assert!(!verdict.is_clean(), "{twice:?}");
        for finding in &verdict.findings {
            assert_eq!(proof::accept(&evidence, finding), Ok(()), "{finding:?}");
        }
    }
}

#[test]
fn evidence_with_nothing_to_judge_is_no_clean_run() {
    let event = TestEvent::empty();
    let path = event.path("run.jsonl");
    let blind = "{\"buyer\":\"a\",\"invoke\":1,\"return\":2,\"outcome\":\"sold\"}\n";
    for (lines, said) in [
        ("", "no operations"),
        (blind, "no operation says which version it read"),
        (
            "{\"step\":\"invoke\",\"buyer\":\"a\",\"t\":1}\n{\"step\":\"read\",\"buyer\":\"a\",\"t\":2,\"seq\":0}\n",
            "no operation was answered that says what it read",
        ),
    ] {
        fs::write(&path, HEADER.to_owned() + lines).unwrap();
        let told = event
            .command(["race", "check", path.to_str().unwrap()])
            .output()
            .unwrap();
        assert_eq!(told.status.code(), Some(6));
        assert!(String::from_utf8(told.stderr).unwrap().contains(said));
    }
    let told = event
        .command(["race", "check", "nowhere.jsonl"])
        .output()
        .unwrap();
    assert_eq!(told.status.code(), Some(1));
}

/// A clean run with every kind of line.
pub(super) fn clean() -> String {
    let lock = "\"sold\",\"lock\":{\"got\":1,\"released\":2,\"device\":1,\"inode\":2}";
    let mut text = HEADER.to_owned() + &SALE.replace("\"sold\"", lock);
    for (at, step) in [
        EvidenceStep::Invoke { quantity: 1 },
        EvidenceStep::LockWanted {
            lock: None,
            shared: Some(true),
        },
        EvidenceStep::LockGot {
            lock: evidence::File {
                device: 1,
                inode: 2,
            },
            path: LockPath::Unsaid,
            shared: false,
            leased: false,
        },
        EvidenceStep::Read {
            seq: 1,
            left: Some(1),
            sum: Some(9),
        },
        EvidenceStep::Intend {
            read: 1,
            write: 2,
            nonce: WriteNonce::new("x.y-z_0"),
        },
        EvidenceStep::Wrote,
        EvidenceStep::LockReleased { lock: None },
        EvidenceStep::Return {
            outcome: OperationOutcome::Sold,
            left: Some(0),
        },
    ]
    .into_iter()
    .enumerate()
    {
        let record = EvidenceRecord::Step {
            buyer: "b\"\u{1F3AB}".into(),
            pid: 7,
            at: 10 + at as u64,
            step,
        };
        let mut line = Vec::new();
        record.write_to(&mut line);
        assert_eq!(EvidenceRecord::parse(&line), Ok(record));
        text += std::str::from_utf8(&line).unwrap();
    }
    text += "{\"committed\":1,\"nonce\":\"n\",\"left\":1,\"buyer\":\"a\",\"quantity\":1,\"sum\":\"0000000000000009\"}\n{\"committed\":2,\"left\":0,\"buyer\":\"b\\\"🎫\",\"quantity\":1}\n{\"final\":2,\"left\":0,\"lines\":2}\n";
    text
}

#[test]
fn no_bytes_make_it_panic() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let text = clean();
    let clean = evidence::read_lines(text.as_bytes(), "r".as_ref()).unwrap();
    assert!(judge(&clean).is_clean(), "{:#?}", judge(&clean));
    let mut judged = 0;
    for _ in 0..20_000 {
        let mut bytes = text.clone().into_bytes();
        for _ in 0..random.random_range(1..4) {
            let at = random.random_range(0..bytes.len());
            match random.random_range(0..4) {
                0 => bytes[at] = random.random(),
                1 => bytes.truncate(at.max(1)),
                2 => bytes[at] = b"0123456789"[random.random_range(0..10)],
                _ => drop(bytes.remove(at)),
            }
        }
        if let Ok(evidence) = evidence::read_lines(&bytes[..], "r".as_ref()) {
            for finding in judge(&evidence).findings {
                assert_eq!(
                    proof::accept(&evidence, &finding),
                    Ok(()),
                    "{finding:?} {evidence:#?}"
                );
            }
            judged += 1;
        }
    }
    assert!(judged > 100, "{judged}");
}

#[test]
fn a_whole_operation_is_read_as_it_was_written() {
    let whole = EvidenceRecord::Whole(Whole {
        buyer: "eve\n".into(),
        pid: 3,
        quantity: 2,
        invoke: 5,
        returned: Some(9),
        read: Some(4),
        read_at: Some(5),
        seen: Some(8),
        sum: Some(u64::MAX),
        torn: false,
        write: Some(5),
        left: Some(6),
        nonce: WriteNonce::new("zzzzzzzzzzzz"),
        intend: Some(6),
        wrote: Some(7),
        outcome: OperationOutcome::Sold,
        lock: Some(evidence::WholeHold {
            wanted: Some(5),
            got: Some(6),
            released: Some(8),
            device: 1,
            inode: 2,
            path_device: Some(1),
            path_inode: Some(PathInode::Of(2)),
            shared: true,
            leased: true,
        }),
    });
    let mut line = Vec::new();
    whole.write_to(&mut line);
    assert_eq!(EvidenceRecord::parse(&line), Ok(whole));
    assert_eq!(WriteNonce::new("zzzzzzzzzzzzz"), None);
    assert_eq!(WriteNonce::new("..-_09az").unwrap().to_string(), "..-_09az");
}

/// What `docs/evidence.md` says that a line must have, and may have; each member with a value.
#[test]
fn the_members_that_must_be_there_are_those_of_the_document() {
    let document = include_str!("../../../docs/evidence.md");
    let value = |member: &str| match member {
        "run" | "buyer" | "nonce" | "spoiled" => "\"a\"".to_owned(),
        "sum" => "\"00000000000000ff\"".to_owned(),
        "torn" | "shared" | "leased" => "false".to_owned(),
        "outcome" => "\"sold\"".to_owned(),
        "lock" => r#"{"device":1,"inode":2}"#.to_owned(),
        _ => "1".to_owned(),
    };
    let line = |step: Option<&str>, members: &[&str]| {
        let told = members.iter().map(|member| match (*member, step) {
            ("step", Some(step)) => format!("\"step\":\"{step}\""),
            (member, _) => format!("\"{member}\":{}", value(member)),
        });
        format!("{{{}}}", told.collect::<Vec<_>>().join(","))
    };
    // Names stand in backticks, remarks in brackets.
    let named = |cell: &'static str| -> Vec<&'static str> {
        let cell = cell.split('(').next().unwrap();
        cell.split('`').skip(1).step_by(2).collect()
    };
    let table = document
        .split_once("| line | must have | may have |\n")
        .unwrap()
        .1;
    let rows = table.lines().skip(1).take_while(|row| row.starts_with('|'));
    let mut tried = 0;
    for row in rows {
        let cells: Vec<&str> = row.split('|').skip(1).collect();
        let (must, may) = (named(cells[1]), named(cells[2]));
        let is_lock = cells[0].contains("its `lock`");
        let kinds: Vec<Option<&str>> = if cells[0].contains("a step") {
            named(cells[0]).into_iter().map(Some).collect()
        } else {
            vec![None]
        };
        for step in kinds {
            let understood = |members: &[&str]| {
                let mut text = line(step, members);
                if is_lock {
                    let whole = r#"{"buyer":"a","invoke":1,"return":2,"outcome":"sold","lock":"#;
                    text = format!("{whole}{text}}}");
                }
                EvidenceRecord::parse(text.as_bytes()).map(drop)
            };
            assert_eq!(understood(&must), Ok(()), "{row}");
            assert_eq!(understood(&[&must[..], &may[..]].concat()), Ok(()), "{row}");
            for left_out in &must {
                let rest: Vec<&str> = must.iter().copied().filter(|it| it != left_out).collect();
                assert!(understood(&rest).is_err(), "{row}: without {left_out}");
                tried += 1;
            }
        }
    }
    assert!(tried > 40, "{tried}");
}
