//! Row 8: a file that is not what was written: bytes flipped, zeroed, cut off; lines swapped, lost, doubled,
//! foreign. `audit` names the file, or the damage is proven harmless: the numbers are the same, and so is
//! every sale.

use std::fs;
use std::ops::ControlFlow;

use serde_json::Value;
use tickets::office::Flaw;
use tickets::{BoxOffice, Kind};

use super::event::{Prepared, Variant, memory};
use super::{Fault, Row};
use crate::harness::Shop;

const COUNT: &str = "tickets.json";
const LEDGER: &str = "tickets.ledger.jsonl";

/// What an event holds: left, sold, and every sale.
type Contents = (u64, u64, Vec<Value>);

/// A damaged file: what was done to it, and what stands in it now; nothing, when it is gone.
struct Damage {
    column: &'static str,
    name: String,
    file: &'static str,
    bytes: Option<Vec<u8>>,
    in_slice: bool,
}

#[test]
fn damage_anywhere_is_named_or_harmless() {
    let mut row = Row::new("damaged");
    for variant in [Variant::Foreign, Variant::Padded] {
        strike(&mut row, variant);
    }
    row.end();
}

fn strike(row: &mut Row, variant: Variant) {
    let prepared = Prepared::new(variant);
    let other = Prepared::new(variant);
    let whole = contents(&prepared.shop).unwrap();
    let read = |prepared: &Prepared, file| fs::read(prepared.shop.path(file)).unwrap();
    let ledger = read(&prepared, LEDGER);
    let damages = bytes_of(COUNT, &read(&prepared, COUNT))
        .into_iter()
        .chain(bytes_of(LEDGER, &ledger))
        .chain(lines(&ledger, &read(&other, LEDGER)))
        .chain([COUNT, LEDGER].map(|file| Damage {
            column: "file lost",
            name: file.to_owned(),
            file,
            bytes: None,
            in_slice: true,
        }));
    let shop = prepared.copy();
    for (number, damage) in damages.enumerate() {
        let name = format!("{}/{}/{}", prepared.label, damage.column, damage.name);
        row.run(damage.column, &name, damage.in_slice, || {
            for file in [COUNT, LEDGER] {
                fs::write(shop.path(file), read(&prepared, file)).unwrap();
            }
            let path = shop.path(damage.file);
            match &damage.bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
            judge(&shop, damage.file, &whole, number % 101 == 0)
        });
    }
}

fn bytes_of(file: &'static str, whole: &[u8]) -> Vec<Damage> {
    let mut damages = Vec::new();
    let mut push = |column, name: String, bytes, in_slice| {
        damages.push(Damage {
            column,
            name: format!("{file}/{name}"),
            file,
            bytes: Some(bytes),
            in_slice,
        });
    };
    for at in 0..whole.len() {
        let third = at % 3 == 0 || at == whole.len() - 1;
        let changed = |byte: u8| {
            let mut bytes = whole.to_vec();
            bytes[at] = byte;
            bytes
        };
        for bit in 0..8 {
            let name = format!("bit {bit} of byte {at}");
            push(
                "bit flipped",
                name,
                changed(whole[at] ^ (1 << bit)),
                bit == 0 || at % 16 == 0,
            );
        }
        push("byte zeroed", format!("byte {at}"), changed(0), third);
        push(
            "cut off",
            format!("at byte {at}"),
            whole[..at].to_vec(),
            third,
        );
        let mut bytes = whole.to_vec();
        bytes[at..].fill(0);
        push("zeroed on", format!("from byte {at}"), bytes, third);
    }
    damages
}

fn lines(ledger: &[u8], other: &[u8]) -> Vec<Damage> {
    let split = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let lines = bytes.trim_ascii_end().split(|&byte| byte == b'\n');
        lines.map(|line| [line, b"\n"].concat()).collect()
    };
    let (ours, foreign) = (split(ledger), split(other));
    let padding = ledger.get(ours.concat().len()..).unwrap_or_default();
    let mut damages = Vec::new();
    let mut push = |column, name: String, lines: &[Vec<u8>]| {
        damages.push(Damage {
            column,
            name,
            file: LEDGER,
            bytes: Some([&lines.concat(), padding].concat()),
            in_slice: true,
        });
    };
    for at in 0..ours.len() {
        for to in at + 1..ours.len() {
            let mut lines = ours.clone();
            lines.swap(at, to);
            push("line swapped", format!("{at} and {to}"), &lines);
        }
        let mut lines = ours.clone();
        lines.remove(at);
        push("line lost", format!("{at}"), &lines);
        for to in at + 1..=ours.len() {
            let mut lines = ours.clone();
            lines.insert(to, ours[at].clone());
            push("line doubled", format!("{at} at {to}"), &lines);
        }
        for to in 0..=ours.len() {
            let mut lines = ours.clone();
            lines.insert(to, foreign[at].clone());
            push("line foreign", format!("{at} at {to}"), &lines);
            if to < ours.len() {
                lines.remove(to + 1);
                push("line foreign", format!("{at} instead of {to}"), &lines);
            }
        }
    }
    damages
}

/// What the library reads, if everything adds up.
fn contents(shop: &Shop) -> Result<Contents, String> {
    let office = BoxOffice::at(&shop.file).map_err(|error| error.to_string())?;
    let audit = office.audit().map_err(|error| error.to_string())?;
    let mut sales = Vec::new();
    let listed = office.sales(None, &mut |sale| {
        sales.push(serde_json::to_value(sale).unwrap());
        ControlFlow::Continue(())
    });
    listed.map_err(|error| error.to_string())?;
    Ok((audit.left, audit.sold, sales))
}

fn judge(shop: &Shop, file: &str, whole: &Contents, by_hand: bool) -> Fault {
    let office = BoxOffice::at(&shop.file).unwrap();
    // A query reads the end of the ledger only: it need not see the damage, but must not be deceived.
    if let Ok(count) = office.query() {
        assert_eq!(count.left, whole.0, "the query was deceived");
    }
    let named = match office.audit() {
        Err(error) => {
            assert!(
                [Kind::Missing, Kind::Integrity].contains(&error.kind()),
                "{error}"
            );
            vec![error.to_string()]
        }
        Ok(audit) => {
            // The two files contradict each other: either may be the wrong one.
            let either = |flaw| [Flaw::Drift, Flaw::Short].contains(&flaw);
            let naming = audit
                .findings
                .iter()
                .filter(|finding| either(finding.kind) || finding.file.ends_with(file));
            let named = naming
                .map(|finding| finding.text.clone())
                .collect::<Vec<_>>();
            assert_eq!(
                named.is_empty(),
                audit.findings.is_empty(),
                "{:#?}",
                audit.findings
            );
            named
        }
    };
    if by_hand {
        let run = shop.run("audit");
        let wanted: &[i32] = if named.is_empty() { &[0] } else { &[6, 1] };
        assert!(wanted.contains(&run.code.unwrap()), "{run:?}");
        assert!(
            named.is_empty() || (run.stdout + &run.stderr).contains("tickets."),
            "the file is not named"
        );
    }
    let told = contents(shop);
    if named.is_empty() {
        assert_eq!(told.as_ref(), Ok(whole), "the damage was not seen");
        return Fault::Harmless;
    }
    // A list that is shown all the same is the right one.
    if let Ok((_, _, sales)) = told {
        assert_eq!(sales, whole.2, "{named:?}");
    }
    Fault::Struck
}

/// The lock file holds nothing that could be damaged.
#[test]
fn what_stands_in_the_lock_file_is_no_matter() {
    let shop = Shop::empty_in(memory());
    fs::write(&shop.file, "{\"ticket\": 3}\n").unwrap();
    fs::write(shop.path("tickets.json.lock"), [0xff; 300]).unwrap();
    assert_eq!(shop.json("book alice").0, 0);
    fs::remove_file(shop.path("tickets.json.lock")).unwrap();
    assert_eq!(shop.json("book bob").0, 0);
    assert_eq!(shop.json("audit").0, 0);
    shop.assert_adds_up();
}
