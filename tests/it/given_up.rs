//! What a forced restore or repair gives up is named: whose tickets they were, and where they still stand.

use std::fs;

use serde_json::{Value, json};

use crate::backups::{LEDGER, to};
use crate::harness::{Run, TestEvent};

/// An event of 20, saved after the first sale, from which more was sold, held, cancelled and renamed since. The second
/// line was damaged long ago. Returns the sales' ids, as they were made.
fn damaged() -> (TestEvent, Vec<String>) {
    let event = TestEvent::stock(20);
    let mut ids = vec![event.booked("ann")];
    let held = event.json("hold hal --quantity 2").1;
    ids.push(held["hold"]["id"].as_str().unwrap().to_owned());
    assert_eq!(to(&event, "backup DIR").0, 0);
    for buyer in ["bob --quantity 2", "cid", "dora --quantity 3"] {
        ids.push(event.booked(buyer));
    }
    for line in [
        "cancel 5",
        "cancel 6 --quantity 1",
        "rename 4 Bobby",
        "hold eve --quantity 4",
        "confirm 3",
        "cancel 2",
        "set --title Gala",
    ] {
        let (code, done) = event.json(line);
        assert_eq!(code, 0, "{line}: {done:#}");
        let id = done["hold"]["id"].as_str();
        ids.extend(id.map(str::to_owned));
    }
    let text = fs::read_to_string(event.path(LEDGER)).unwrap();
    fs::write(event.path(LEDGER), text.replacen("\"ann\"", "\"amn\"", 1)).unwrap();
    assert_eq!(event.json("audit").0, 6);
    (event, ids)
}

fn booking(id: &str, buyer: &str, quantity: u64, held: bool) -> Value {
    json!({"id": id, "buyer": buyer, "quantity": quantity, "held": held})
}

#[test]
fn a_forced_restore_over_old_damage_names_what_it_gives_up() {
    let (event, ids) = damaged();
    let (code, done) = to(&event, "restore DIR --force");
    assert_eq!(code, 0, "{done:#}");
    let given_up = &done["given_up"];
    let expected = [
        booking(&ids[2], "Bobby", 2, false),
        booking(&ids[4], "dora", 2, false),
        booking(&ids[5], "eve", 4, true),
        // Of a hold that the backup has as such.
        booking(&ids[1], "hal", 2, false),
    ];
    assert_eq!(given_up["bookings"], json!(expected), "{given_up:#}");
    assert_eq!(given_up["lines"], 10);
    assert_eq!(given_up["others"], json!({"cancel": 1, "set": 1}));
    let file = given_up["file"].as_str().unwrap();
    assert_eq!(done["kept"], json!([file]));
    let kept = fs::read_to_string(file).unwrap();
    assert!(kept.contains("Bobby") && kept.contains("eve"), "{kept}");
    // It does not add up, so that no restore takes it back.
    assert_eq!(done["undo"], Value::Null);
    event.assert_adds_up();
}

#[test]
fn people_are_told_in_as_many_words() {
    let (event, ids) = damaged();
    let run = event.run(&format!("restore {} --force", event.path("safe").display()));
    assert_eq!(run.code, Some(0), "{run:?}");
    let kept = event.names().into_iter();
    let kept = kept.filter(|name| name.starts_with("tickets.ledger.2"));
    let [file] = kept.collect::<Vec<_>>().try_into().unwrap();
    let file = event.path(&file).display().to_string();
    let expected = [
        format!(
            "warning: given up: 3 sales and 1 hold (10 tickets), 2 changes (cancel, set): only {file} has that"
        ),
        format!("warning: given up: 2 tickets for Bobby, sale {}", ids[2]),
        format!("warning: given up: 2 tickets for dora, sale {}", ids[4]),
        format!("warning: given up: 4 tickets for eve, hold {}", ids[5]),
        format!("warning: given up: 2 tickets for hal, sale {}", ids[1]),
        format!("warning: valid again: 1 ticket of amn, sale {}", ids[0]),
        "note: what was replaced did not add up: it is kept to be looked at, and no command puts it back as it is".to_owned(),
    ];
    assert_eq!(run.stderr.lines().collect::<Vec<_>>(), expected);
}

/// What a restore gives up that need not be forced is nothing.
#[test]
fn nothing_is_given_up_where_the_backup_has_all() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    assert_eq!(to(&event, "backup DIR").0, 0);
    for line in ["restore DIR", "restore DIR --force"] {
        let (code, done) = to(&event, line);
        assert_eq!((code, &done["given_up"]), (0, &Value::Null), "{done:#}");
    }
}

/// More than people read is told by its number, and programs are told all.
#[test]
fn very_many_sales_are_given_up_by_name_and_number() {
    let event = TestEvent::stock(99);
    event.booked("ann");
    assert_eq!(to(&event, "backup DIR").0, 0);
    let mut list = vec!["buyer".to_owned()];
    list.extend((0..30).map(|at| format!("buyer-{at}")));
    fs::write(event.path("list.csv"), list.join("\n")).unwrap();
    let import = format!("import {}", event.path("list.csv").display());
    assert_eq!(event.json(&import).0, 0);
    let run = event.run(&format!("restore {} --force", event.path("safe").display()));
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].starts_with("warning: given up: 30 sales (30 tickets): only "));
    assert!(
        lines[21].starts_with("warning: given up: 10 more, in "),
        "{run:?}"
    );
    // They are brought back, and given up once more.
    assert_eq!(event.json(&import).0, 0);
    let done = to(&event, "restore DIR --force").1;
    let names = done["given_up"]["bookings"].as_array().unwrap();
    assert_eq!(names.len(), 30);
}

/// A ledger that was cut: how much is gone, and whose the line was that was cut in its middle.
#[test]
fn a_forced_repair_says_how_much_it_goes_on_without() {
    for (cut, whose) in [(Cut::Whole, None), (Cut::Middle, Some("dora"))] {
        let event = TestEvent::stock(9);
        for buyer in ["ann", "bob", "dora --quantity 3"] {
            event.booked(buyer);
        }
        let text = fs::read_to_string(event.path(LEDGER)).unwrap();
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        let (end, gone) = match cut {
            // With the last two lines.
            Cut::Whole => (text[..last - 1].rfind('\n').unwrap() + 1, 2),
            Cut::Middle => (text.rfind(",\"left\"").unwrap() + 4, 1),
        };
        fs::write(event.path(LEDGER), &text[..end]).unwrap();
        // What is only tried gives nothing up.
        assert_eq!(event.json("audit --repair").1["given_up"], Value::Null);
        let (code, done) = event.json("audit --repair --force");
        assert_eq!(code, 0, "{done:#}");
        let given_up = &done["given_up"];
        assert_eq!(given_up["lost"], gone, "{done:#}");
        let buyers = given_up["bookings"].as_array().unwrap();
        let buyers: Vec<_> = buyers.iter().map(|it| it["buyer"].as_str()).collect();
        assert_eq!(buyers, Vec::from_iter(whose.map(Some)));
        let said = json!({"line": 4, "left": 4, "sold": 5, "held": 0});
        assert_eq!(given_up["count"], said);
        let file = given_up["file"].as_str().unwrap();
        let kept: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!((&kept["ticket"], &kept["sold"]), (&4.into(), &5.into()));
    }
}

/// An older ledger was put back that has as many lines, or more, of other sales: what the count said is given up all the same.
#[test]
fn a_forced_repair_says_that_what_the_count_said_is_not_on_another_ledger() {
    for (others, lines) in [(&["gus"][..], 3), (&["gus", "ida -n 2", "jo -n 2"], 5)] {
        let event = TestEvent::stock(20);
        event.booked("ann");
        let older = fs::read(event.path(LEDGER)).unwrap();
        let count = fs::read(&event.file).unwrap();
        for buyer in others {
            event.booked(buyer);
        }
        let other = fs::read(event.path(LEDGER)).unwrap();
        fs::write(event.path(LEDGER), older).unwrap();
        fs::write(&event.file, count).unwrap();
        event.booked("dora -n 3");
        fs::write(event.path(LEDGER), other).unwrap();
        let (code, done) = event.json("audit --repair --force");
        assert_eq!((code, &done["records"]), (0, &json!(lines)), "{done:#}");
        let given_up = &done["given_up"];
        assert_eq!(given_up["lost"], 1, "{done:#}");
        let said = json!({"line": 3, "left": 16, "sold": 4, "held": 0});
        assert_eq!(given_up["count"], said, "{done:#}");
        let file = given_up["file"].as_str().unwrap();
        let kept: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!((&kept["ticket"], &kept["sold"]), (&16.into(), &4.into()));
    }
}

enum Cut {
    Whole,
    Middle,
}

#[test]
fn a_forced_repair_tells_people_too() {
    let event = TestEvent::stock(9);
    event.booked("ann");
    let id = event.booked("dora --quantity 3");
    let text = fs::read_to_string(event.path(LEDGER)).unwrap();
    fs::write(
        event.path(LEDGER),
        &text[..text.rfind(",\"left\"").unwrap() + 4],
    )
    .unwrap();
    let run: Run = event.run("audit --repair --force");
    let lines: Vec<&str> = run.stderr.lines().collect();
    let told = "warning: given up: at least 1 line that the count included and the ledger lacks (it said 5 left and 4 sold at line 3): \
         only ";
    assert!(lines[0].starts_with(told), "{run:?}");
    assert_eq!(
        lines[1],
        format!("warning: given up: 3 tickets for dora, sale {id}")
    );
    assert_eq!(lines.len(), 2, "{run:?}");
}

/// A program cannot take what stands in front of a damage for the whole.
#[test]
fn of_a_damaged_ledger_no_totals_are_told() {
    let whole = |audit: &Value| {
        let totals = ["capacity", "sold", "held", "left"].map(|name| audit[name].as_u64());
        (totals, audit["verified_up_to"].clone())
    };
    let (event, _) = damaged();
    let (code, audit) = event.json("audit");
    assert_eq!((code, &audit["records"]), (6, &1.into()));
    let up_to = json!({"line": 1, "capacity": 20, "sold": 0, "held": 0, "left": 20});
    assert_eq!(whole(&audit), ([None; 4], up_to), "{audit:#}");
    assert_eq!(audit["left"], Value::Null);
    // Where the count includes lines that are gone.
    let event = TestEvent::stock(9);
    event.booked("ann");
    event.booked("bob");
    let text = fs::read_to_string(event.path(LEDGER)).unwrap();
    let last = text.trim_end().rfind('\n').unwrap() + 1;
    fs::write(event.path(LEDGER), &text[..last]).unwrap();
    let up_to = json!({"line": 2, "capacity": 9, "sold": 1, "held": 0, "left": 8});
    assert_eq!(whole(&event.json("audit").1), ([None; 4], up_to));
    fs::remove_file(event.path(LEDGER)).unwrap();
    let up_to = json!({"line": 0, "capacity": 0, "sold": 0, "held": 0, "left": 0});
    assert_eq!(whole(&event.json("audit").1), ([None; 4], up_to));
    // Where the ledger is whole its totals are those of the event, whatever the count says.
    fs::write(event.path(LEDGER), &text).unwrap();
    fs::write(&event.file, "{\"ticket\": 3}\n").unwrap();
    let (code, audit) = event.json("audit");
    let totals = [9, 2, 0, 7].map(Some);
    assert_eq!(
        (code, whole(&audit)),
        (6, (totals, Value::Null)),
        "{audit:#}"
    );
}

/// A hold that was confirmed since the backup is a sale, and whoever has a ticket again that was cancelled is named: before
/// it is forced, and after.
#[test]
fn a_refused_restore_names_whose_tickets_it_would_give_up_and_whose_are_valid_again() {
    let event = TestEvent::stock(40);
    let held = event.json("hold Bob -n 2").1["hold"]["id"].clone();
    let kim = event.booked("Kim -n 4");
    let lea = event.booked("Lea");
    let due = event.json("hold Max -n 3").1["hold"]["id"].clone();
    let (held, due) = (held.as_str().unwrap(), due.as_str().unwrap());
    assert_eq!(to(&event, "backup DIR").0, 0);
    for line in [
        format!("confirm {held}"),
        format!("cancel {kim} -n 1"),
        format!("rename {lea} Lena"),
        format!("cancel {kim}"),
        format!("release {due}"),
    ] {
        assert_eq!(event.json(&line).0, 0, "{line}");
    }
    let names = [
        format!("given up: 2 tickets for Bob, sale {held}"),
        format!("valid again: 4 tickets of Kim, sale {kim}"),
        format!("called Lea again: {lea}"),
        format!("held again: 3 tickets of Max, hold {due}"),
    ];
    let (code, refused) = to(&event, "restore DIR");
    let error = &refused["error"];
    let [message, hint] = ["message", "hint"].map(|it| error[it].as_str().unwrap());
    assert_eq!(code, 4, "{refused:#}");
    assert!(
        message.ends_with("has 5 lines that the backup lacks, 1 sale among them"),
        "{message}"
    );
    assert!(
        hint.ends_with(&format!(". By that {}", names.join("; "))),
        "{hint}"
    );
    let run = event.run(&format!("restore {} --force", event.path("safe").display()));
    let told: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(run.code, Some(0), "{run:?}");
    for name in &names {
        assert!(
            told.contains(&&*format!("warning: {name}")),
            "{name}: {run:?}"
        );
    }
    event.assert_adds_up();
}

/// Of very many a few are named, and the number of the others.
#[test]
fn a_refused_restore_names_a_few() {
    let event = TestEvent::stock(40);
    assert_eq!(to(&event, "backup DIR").0, 0);
    for at in 0..8 {
        event.booked(&format!("buyer-{at}"));
    }
    let hint = to(&event, "restore DIR").1["error"]["hint"].clone();
    let hint = hint.as_str().unwrap();
    assert!(
        hint.contains("buyer-4") && !hint.contains("buyer-5"),
        "{hint}"
    );
    assert!(hint.ends_with("; and 3 more"), "{hint}");
}
