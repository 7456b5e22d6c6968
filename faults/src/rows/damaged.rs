//! Row 8: a file that is not what was written: bytes flipped, zeroed, cut off; lines swapped, lost, doubled,
//! foreign. `audit` names the file, or the damage is proven harmless: the numbers are the same, and so is
//! every sale.

mod damage;

use std::fs;

use serde_json::Value;

use crate::books::Books;
use crate::event::{Prepared, Variant};
use crate::program::Program;
use crate::row::{Fault, Row};
use crate::rows::damaged::damage::{Damage, bytes_of, lines};
use crate::test_event::{COUNT, LEDGER, LOCK, TestEvent};

/// What an event holds: left on hand, sold, every sale, and all else that it says of itself.
type Contents = (u64, u64, Vec<Value>, [Value; 3]);

pub(crate) fn strike(row: &mut Row) {
    for variant in [
        Variant::Foreign,
        Variant::Padded,
        Variant::Held,
        Variant::Closed,
    ] {
        every_damage(row, variant);
    }
    let program = row.program().clone();
    row.run("lock file", "lock file", true, || lock_file(&program));
}

fn every_damage(row: &mut Row, variant: Variant) {
    let program = row.program().clone();
    let prepared = Prepared::new(&program, variant);
    let other = Prepared::new(&program, variant);
    let whole = contents(&prepared.event).unwrap();
    let read = |prepared: &Prepared, file| fs::read(prepared.event.path(file)).unwrap();
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
    let event = prepared.copy();
    // All other lines of one that is closed are those of one that is not.
    let all = variant != Variant::Closed;
    let damages = damages.filter(|damage| all || damage.file == COUNT);
    for (at, mut damage) in damages.enumerate() {
        // Of long ones a slice takes a third.
        damage.in_slice &= !variant.is_lived() || at % 3 == 0;
        let name = format!("{}/{}/{}", prepared.label, damage.column, damage.name);
        row.run(damage.column, &name, damage.in_slice, || {
            for name in event.names() {
                fs::remove_file(event.path(&name)).unwrap();
            }
            prepared.event.copy_to(&event);
            let path = event.path(damage.file);
            match &damage.bytes {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
            judge(&event, damage.file, &whole)
        });
    }
}

/// What the program reads, if everything adds up.
fn contents(event: &TestEvent) -> Result<Contents, Value> {
    let (code, audit) = event.json("audit");
    if code != 0 {
        return Err(audit);
    }
    let (code, sales) = event.json("sales");
    if code != 0 {
        return Err(sales);
    }
    let sales = sales["sales"].as_array().unwrap().clone();
    // What is due counts as left there; until somebody needs it, a sale leaves it held.
    let left = audit["left"].as_u64().unwrap() - audit["due"].as_u64().unwrap_or(0);
    Ok((
        left,
        audit["sold"].as_u64().unwrap(),
        sales,
        [
            audit["held"].clone(),
            event.json("query").1,
            event.json("door").1,
        ],
    ))
}

fn judge(event: &TestEvent, file: &str, whole: &Contents) -> Fault {
    let (code, query) = event.json("query");
    // A query reads the end of the ledger only: it need not see the damage, but must not be deceived.
    if code == 0 {
        // How many are sold only an audit adds up.
        let but_sold = |mut query: Value| {
            query["sold"] = Value::Null;
            query
        };
        let (query, whole) = (but_sold(query), but_sold(whole.3[1].clone()));
        assert_eq!(query, whole, "the query was deceived");
    }
    let (code, audit) = event.json("audit");
    let told = contents(event);
    let fault = match code {
        0 => {
            assert_eq!(told.as_ref(), Ok(whole), "the damage was not seen");
            Fault::Harmless
        }
        1 | 6 => {
            name_the_file(file, &audit);
            // A list that is shown all the same is the right one.
            if let Ok((_, _, sales, _)) = told {
                assert_eq!(sales, whole.2, "{audit:#}");
            }
            Fault::Struck
        }
        code => panic!("exit code {code}: {audit:#}"),
    };
    if whole.3[1]["on_sale"] == "closed" {
        let (code, document) = event.json("book next --key next");
        assert!(
            [1, 4, 6].contains(&code),
            "sold, and it is closed: {document:#}"
        );
        return fault;
    }
    sell_or_refuse(event, whole);
    fault
}

/// Whether an error, or a finding, names the damaged file.
fn name_the_file(file: &str, audit: &Value) {
    let names = |value: &Value| {
        value["file"]
            .as_str()
            .is_some_and(|name| name.ends_with(file))
    };
    let Some(findings) = audit["findings"].as_array() else {
        let error = &audit["error"];
        assert!(
            ["missing", "integrity"].contains(&error["code"].as_str().unwrap()),
            "{audit:#}"
        );
        // The two files contradict each other: either may be the wrong one.
        assert!(
            names(error) || error["message"].as_str().unwrap().contains(file),
            "{audit:#}"
        );
        return;
    };
    let either = |finding: &Value| ["drift", "short"].contains(&finding["kind"].as_str().unwrap());
    assert!(
        findings
            .iter()
            .any(|finding| either(finding) || names(finding)),
        "{audit:#}"
    );
}

/// The next sale refuses and changes nothing, or sells and leaves every sale that was counted.
fn sell_or_refuse(event: &TestEvent, whole: &Contents) {
    let ledger = || fs::read(event.path(LEDGER)).ok();
    let before = ledger();
    let (code, document) = event.json("book next --key next");
    assert!([0, 1, 6].contains(&code), "exit code {code}: {document:#}");
    if code != 0 {
        assert_eq!(before, ledger(), "changed, and refused: {document:#}");
        return;
    }
    assert_eq!(document["left"], whole.0 - 1, "sold wrongly: {document:#}");
    // What was damaged further up is still named: a sale reads the end of the ledger only.
    if let Ok((left, _, sales, _)) = contents(event) {
        assert_eq!(left, whole.0 - 1, "{document:#}");
        assert_eq!(
            sales.get(..whole.2.len()),
            Some(&whole.2[..]),
            "a sale was lost"
        );
    }
}

/// The lock file holds nothing that could be damaged.
fn lock_file(program: &Program) -> Fault {
    let event = TestEvent::empty(program);
    fs::write(&event.file, "{\"ticket\": 3}\n").unwrap();
    fs::write(event.path(LOCK), [0xff; 300]).unwrap();
    assert_eq!(event.json("book alice").0, 0);
    fs::remove_file(event.path(LOCK)).unwrap();
    assert_eq!(event.json("book bob").0, 0);
    assert_eq!(event.json("audit").0, 0);
    assert_eq!(Books::of(&event).left, 1);
    Fault::Struck
}
