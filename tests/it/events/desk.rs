//! A club's desk: who has what, by name, and what was noted of it.

use serde_json::{Value, json};

use super::{held, made, told};
use crate::harness::{Run, TestEvent};

fn run(event: &TestEvent, words: &[&str]) -> Run {
    Run::of(event.command(words).output().unwrap())
}

#[test]
fn who_has_only_a_hold_is_found() {
    let event = made(20, "");
    let ulla = held(&event, "Ulla -n 2");
    held(&event, "Ulli");
    event.booked("bob");
    let file = event.file.display();
    let run = event.run("sales --name ulla");
    let hint =
        format!("note: 1 hold is of that name: 'tickets -f {file} sales --held --name ulla'\n");
    assert_eq!((run.stdout.as_str(), run.stderr), ("no sales\n", hint));
    assert_eq!(event.run("-q sales --name ulla").stderr, "");
    let run = event.run("sales --held --name ULLA");
    assert!(
        run.stdout.contains(&ulla) && run.stdout.ends_with("1 hold: 2 tickets\n"),
        "{run:?}"
    );
    let (code, document) = event.json("sales --held --name ulla");
    assert_eq!(
        (code, &document["total"]),
        (0, &json!({"holds": 1, "quantity": 2}))
    );
    assert_eq!(document["holds"][0]["id"], Value::from(ulla));
    // Sales where holds were asked for, and a sale beside a hold.
    let run = event.run("sales --held --name bob");
    let hint = format!("note: 1 sale is of that name: 'tickets -f {file} sales --name bob'\n");
    assert_eq!(
        (run.stdout.as_str(), run.stderr),
        ("nothing is held\n", hint)
    );
    event.booked("Ulla");
    assert!(
        event
            .run("sales --name Ulla")
            .stderr
            .contains("1 hold is of that name")
    );
    // A part of a name, of a hold too.
    let like = "note: --name finds a whole name; these are like it: Ulla, Ulli\n";
    for line in ["sales --name ull", "sales --held --name ull"] {
        assert_eq!(event.run(line).stderr, like, "{line}");
    }
    assert_eq!(event.run("sales --held --name zoe").stderr, "");
}

#[test]
fn a_name_where_an_id_belongs_is_answered_with_the_ids() {
    let event = made(20, "");
    let hold = held(&event, "Ulla -n 2");
    let sale = event.booked("Bob");
    let file = event.file.display();
    let hint = |words: &[&str]| {
        let (code, document) = told(&event, words);
        assert_eq!(
            (code, &document["error"]["code"]),
            (4, &"refused".into()),
            "{document:#}"
        );
        document["error"]["hint"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let ulla = format!("that is a name; hold {hold} has 2 tickets for \"Ulla\": ");
    for words in [
        &["show", "ulla"][..],
        &["confirm", "ulla"],
        &["release", "ulla"],
    ] {
        assert_eq!(
            hint(words),
            format!("{ulla}'tickets -f {file} {} {hold} --json'", words[0])
        );
    }
    let rename = format!("{ulla}\"tickets -f {file} rename {hold} 'Ulla B.' --json\"");
    assert_eq!(hint(&["rename", "Ulla", "Ulla B."]), rename);
    // What the command does nothing to is told all the same.
    let asked =
        format!("that is a name, and an id is asked for: hold {hold} has 2 tickets for \"Ulla\"");
    assert_eq!(hint(&["cancel", "Ulla"]), asked);
    let asked =
        format!("that is a name, and an id is asked for: sale {sale} has 1 ticket for \"Bob\"");
    assert_eq!(hint(&["confirm", "bob"]), asked);
    assert!(hint(&["cancel", "bo"]).contains(&format!("cancel {sale} --json'")));
    for _ in 0..6 {
        event.booked("Bob");
    }
    assert!(hint(&["show", "bob"]).ends_with(" for \"Bob\" and others"));
    assert!(hint(&["show", "zoe"]).contains("nobody is called so"));
    // A number is an id, whoever is called so.
    event.booked("99 -n 1");
    for words in [["show", "99"], ["cancel", "99-aaaaaa"]] {
        assert!(!hint(&words).contains("name"), "{words:?}");
    }
    assert_eq!(event.json(&format!("cancel {sale}")).0, 0);
}

#[test]
fn what_was_noted_is_listed_where_somebody_looks() {
    let event = made(20, "");
    event.booked("zed");
    for line in ["sales", "sales --limit 3", "door"] {
        assert!(!event.run(line).stdout.contains("note"), "{line}");
    }
    let hold = held(&event, "Ann --note later");
    for words in [
        &["book", "Ann", "--note", "=pays <b>cash</b>"][..],
        &["confirm", &hold],
    ] {
        assert_eq!(run(&event, words).code, Some(0));
    }
    for line in ["sales", "sales --limit 3"] {
        let table = event.run(line).stdout;
        let lines: Vec<&str> = table.lines().collect();
        assert!(lines[0].ends_with("buyer  key  note"), "{table}");
        assert!(
            lines[2].ends_with("later") && lines[3].ends_with("=pays <b>cash</b>"),
            "{table}"
        );
    }
    let (_, document) = event.json("sales");
    let notes: Vec<&Value> = document["sales"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sale| &sale["note"])
        .collect();
    assert_eq!(
        notes,
        [&Value::Null, &json!("later"), &json!("=pays <b>cash</b>")]
    );
    let csv = event.run("sales --format csv").stdout;
    assert!(
        csv.contains(",,,later\n") && csv.contains(",'=pays <b>cash</b>\n"),
        "{csv}"
    );
    let both = "4: later (1); 5: =pays <b>cash</b> (1)";
    let door = event.run("door").stdout;
    assert!(door.lines().nth(1).unwrap().ends_with(both), "{door}");
    let csv = event.run("door --format csv").stdout;
    assert!(
        csv.lines()
            .nth(1)
            .unwrap()
            .ends_with(",4: later (1); 5: '=pays <b>cash</b> (1)"),
        "{csv}"
    );
    let html = event.run("door --format html").stdout;
    assert!(
        html.contains("<small>4: later (1)</small>") && html.contains("5: =pays &lt;b&gt;cash"),
        "{html}"
    );
    let (_, document) = event.json("door");
    assert_eq!(
        document["guests"][0]["notes"],
        json!(["later", "=pays <b>cash</b>"])
    );
    assert_eq!(document["guests"][1].get("notes"), None);
}

/// What happened to a sale is told in words, and as lines of the ledger to programs alone.
#[test]
fn a_sale_is_shown_in_words() {
    let event = made(20, "");
    let hold = held(&event, "Ulla -n 3 --for 1h --key k --note friday");
    for words in [
        &["confirm", &hold][..],
        &["cancel", &hold, "-n", "1", "--reason", "ill"],
        &["rename", &hold, "Ulla B."],
    ] {
        let mut command = event.command(words);
        assert_eq!(
            Run::of(command.env("USER", "carol").output().unwrap()).code,
            Some(0)
        );
    }
    let told = event.run(&format!("show {hold}")).stdout;
    let mut lines = told.lines();
    let first = format!("{hold}  3 tickets for Ulla B., 1 cancelled, 2 valid");
    assert_eq!(lines.next(), Some(&*first), "{told}");
    // Behind the time of each.
    let told_of: Vec<&str> = lines
        .map(|line| line.get(23..).unwrap_or_default())
        .collect();
    assert!(
        told_of[0].starts_with("held 3 tickets for Ulla until 20"),
        "{told}"
    );
    assert!(told_of[0].ends_with("; key k; note: friday"), "{told}");
    assert_eq!(
        told_of[1..],
        [
            "confirmed 3 tickets; by carol",
            "cancelled 1 ticket; reason: ill; by carol",
            "renamed from Ulla to Ulla B.; by carol",
        ]
    );
    assert!(!told.contains(['{', '"']), "{told}");
    let due = held(&event, "max -n 18 --for 0s");
    let back = held(&event, "eve");
    for (id, words) in [
        (due, "ended: 18 tickets"),
        (back.clone(), "held 1 ticket for eve"),
    ] {
        let told = event.run(&format!("show {id}")).stdout;
        assert!(told.contains(words), "{told}");
    }
    assert_eq!(event.json(&format!("release {back}")).0, 0);
    assert!(
        event
            .run(&format!("show {back}"))
            .stdout
            .contains("released 1 ticket")
    );
}

/// A list of sales says that some tickets are held, and which of them are due.
#[test]
fn a_list_that_leaves_holds_out_says_so() {
    let event = made(20, "");
    event.booked("ann");
    for line in ["sales", "door", "door --format csv"] {
        assert_eq!(event.run(line).stderr, "", "{line}");
    }
    let due = held(&event, "bob -n 2 --for 0s");
    let later = held(&event, "eve");
    let held = format!(
        "3 tickets are held besides: 'tickets -f {} sales --held'\n",
        event.file.display()
    );
    for (line, what) in [
        ("sales", "these are sales"),
        ("sales --format csv", "these are sales"),
        ("door", "these have bought"),
        ("door --format html", "these have bought"),
    ] {
        assert_eq!(
            event.run(line).stderr,
            format!("note: {what}; {held}"),
            "{line}"
        );
        assert_eq!(event.run(&format!("-q {line}")).stderr, "", "{line}");
    }
    for line in ["--json sales", "--json door"] {
        assert_eq!(event.run(line).stderr, "", "{line}");
    }
    let table = event.run("sales --held").stdout;
    let is_due: Vec<bool> = table
        .lines()
        .skip(1)
        .take(2)
        .map(|line| line.contains(", due "))
        .collect();
    assert_eq!(is_due, [true, false], "{table}");
    for (id, state) in [(&due, "held still, but due\n"), (&later, "held\n")] {
        let told = event.run(&format!("show {id}")).stdout;
        assert!(told.contains(&format!(", {state}")), "{told}");
    }
}

#[test]
fn holds_are_listed_for_programs_and_spreadsheets_too() {
    let event = made(20, "");
    let csv = "id,at,until,quantity,buyer,key,note\n";
    assert_eq!(event.run("sales --held --format csv").stdout, csv);
    let id = held(&event, "bob -n 2 --key k --note =1+1");
    held(&event, "eve");
    let document = event.json("sales --held").1;
    let hold = document["holds"][0].clone();
    let [at, until] = ["at", "until"].map(|name| hold[name].as_str().unwrap());
    let row = |note: &str| format!("{csv}{id},{at},{until},2,bob,k,{note}\n");
    assert_eq!(
        event.run("sales --held --name bob --format csv").stdout,
        row("'=1+1")
    );
    assert_eq!(
        event
            .run("sales --held --name bob --format csv --raw")
            .stdout,
        row("=1+1")
    );
    let lines = event.run("sales --held --format jsonl").stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((&lines[0], lines.len()), (&hold, 2));
    let json = event.run("sales --held --format json").stdout;
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), document);
}

/// What was changed of one buyer's sales, under that name or the one before.
#[test]
fn changes_are_found_by_name() {
    let event = made(20, "");
    event.booked("ann -n 2");
    event.booked("bob");
    for line in [
        "cancel 3 -n 1",
        "rename 3 Anna",
        "adjust +1 --reason more",
        "cancel 4",
    ] {
        assert_eq!(event.json(line).0, 0, "{line}");
    }
    let changes = |name: &str| {
        let document = event.json(&format!("sales --changes --name {name}")).1;
        let changes = document["changes"].as_array().unwrap().clone();
        let what = |it: &Value| {
            format!(
                "{} {}",
                it["change"].as_str().unwrap(),
                it["sale"].as_str().unwrap().split('-').next().unwrap()
            )
        };
        changes.iter().map(what).collect::<Vec<_>>()
    };
    assert_eq!(changes("ANN"), ["cancel 3", "rename 3"]);
    assert_eq!(changes("anna"), ["rename 3"]);
    assert_eq!(changes("bob"), ["cancel 4"]);
    assert_eq!(
        event.run("sales --changes --name zoe").stdout,
        "no changes\n"
    );
    assert_eq!(event.run("sales --changes --held").code, Some(2));
}
