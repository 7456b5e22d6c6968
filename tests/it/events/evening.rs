//! What somebody stumbles over who sells the first evening.

use serde_json::Value;

use super::{held, made, told};
use crate::harness::TestEvent;

/// The moment of the ledger's last line of this kind, as `--since` takes it.
#[track_caller]
fn moment(event: &TestEvent, op: &str) -> String {
    let ledger = event.ledger();
    let line = ledger.iter().rfind(|line| line["op"] == op).unwrap();
    line["at"].as_str().unwrap().to_owned()
}

/// The buyers of the sales that a list has.
#[track_caller]
fn buyers(event: &TestEvent, arguments: &str) -> Vec<String> {
    let document = event.json(&format!("sales {arguments}")).1;
    let sales = document["sales"].as_array().unwrap();
    let buyer = |sale: &Value| sale["buyer"].as_str().unwrap().to_owned();
    sales.iter().map(buyer).collect()
}

/// The money comes when it is confirmed.
#[test]
fn a_hold_is_a_sale_since_it_was_confirmed() {
    let event = made(9, "");
    let hold = held(&event, "Kim -n 2");
    event.booked("Ann");
    let before = moment(&event, "sell");
    assert_eq!(event.json(&format!("confirm {hold}")).0, 0);
    let confirmed = moment(&event, "confirm");
    assert!(before < confirmed, "two lines of one millisecond");
    assert_eq!(buyers(&event, &format!("--since {before}")), ["Kim", "Ann"]);
    assert_eq!(buyers(&event, &format!("--since {confirmed}")), ["Kim"]);
    let sales = event.json("sales").1;
    assert_eq!(sales["sales"][0]["at"], confirmed);
}

/// Somebody asks for tickets that were given back.
#[test]
fn what_somebody_had_is_told_by_the_name() {
    let event = made(9, "");
    let sale = event.booked("Anne -n 2");
    assert_eq!(event.json(&format!("cancel {sale}")).0, 0);
    let hold = held(&event, "Kim --for 1h");
    assert_eq!(event.json(&format!("release {hold}")).0, 0);
    let file = event.file.display();
    for (name, had) in [
        (
            "anne",
            format!("sale {sale} of 2 tickets for \"Anne\" is cancelled"),
        ),
        (
            "KIM",
            format!("hold {hold} of 1 ticket for \"Kim\" was released"),
        ),
    ] {
        let id = if name == "KIM" { &hold } else { &sale };
        let show = format!("'tickets -f {file} show {id}'");
        for command in ["show", "cancel", "confirm", "release"] {
            let (code, document) = told(&event, &[command, name]);
            let hint = &document["error"]["hint"];
            assert_eq!(
                (code, hint),
                (4, &format!("that is a name; {had}: {show}").into())
            );
        }
        let note = format!("note: {had}: {show}\n");
        let run = event.run(&format!("sales --held --name {name}"));
        assert!(run.stderr.contains(&note), "{run:?}");
    }
    for list in ["sales", "sales --held", "sales --changes"] {
        let run = event.run(&format!("{list} --name kim"));
        assert!(
            run.stderr.contains(&format!("hold {hold} of 1 ticket")),
            "{run:?}"
        );
    }
    // One that ended for somebody else's sake.
    let due = held(&event, "Zoe -n 3 --for 0s");
    event.booked("Max -n 9");
    let hint = told(&event, &["confirm", "zoe"]).1["error"]["hint"].clone();
    let hint = hint.as_str().unwrap();
    assert!(
        hint.contains(&format!("hold {due} of 3 tickets for \"Zoe\" has ended")),
        "{hint}"
    );
}

/// The same key again, by mistake or on purpose.
#[test]
fn what_a_known_key_was_given_with_is_told() {
    let event = made(20, "");
    let sale = event.booked("Door -n 3 --key d1");
    let file = event.file.display().to_string();
    let run = |line: &str| event.run(line).stdout;
    let adjusted = ["adjusted  the stock by +5", "cancelled  1 ticket of Door"];
    for (line, done) in [
        ("adjust +5 --reason more --key a".to_owned(), adjusted[0]),
        (format!("cancel {sale} -n 1 --key c"), adjusted[1]),
        (
            format!("cancel {sale} --key e"),
            "cancelled  2 tickets of Door",
        ),
    ] {
        let first = run(&line);
        assert!(
            first.starts_with(done) && !first.contains("as before"),
            "{first}"
        );
        let again = run(&line);
        assert!(again.starts_with(done), "{file}: {again}");
        assert!(
            again
                .lines()
                .next()
                .unwrap()
                .ends_with(", as before: the key is known"),
            "{again}"
        );
    }
    let noted = told(
        &event,
        &["book", "Ann", "--key", "k", "--note", "paid cash"],
    );
    assert_eq!(noted.0, 0);
    let hint = |words: &[&str]| {
        let (code, document) = told(&event, words);
        assert_eq!(code, 4, "{document:#}");
        document["error"]["hint"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let note = "only the note differs: it was \"paid cash\", and stays;";
    for other in [
        &["book", "Ann", "--key", "k"][..],
        &["book", "Ann", "--key", "k", "--note", "x"],
    ] {
        assert!(hint(other).starts_with(note), "{other:?}");
    }
    for other in [
        &["book", "Bob", "--key", "k"][..],
        &["book", "Ann", "-n", "2", "--key", "k"],
    ] {
        assert_eq!(hint(other), "", "{other:?}");
    }
    held(&event, "Kim --key h");
    let other = hint(&["hold", "Kim", "--key", "h", "--note", "x"]);
    assert!(
        other.starts_with("only the note differs: it was none"),
        "{other}"
    );
}
