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
    assert_eq!(event.json(&format!("confirm {hold}")).0, 0);
    let confirmed = moment(&event, "confirm");
    let since = buyers(&event, &format!("--since {confirmed}"));
    assert_eq!(since.first().map(String::as_str), Some("Kim"), "{since:?}");
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
    // Nobody else is meant whose name is like that.
    event.booked("Annemarie");
    let hint = told(&event, &["show", "anne"]).1["error"]["hint"].clone();
    assert!(
        hint.as_str().unwrap().contains("\"Anne\" is cancelled"),
        "{hint}"
    );
    // One that ended for somebody else's sake.
    let due = held(&event, "Zoe -n 3 --for 0s");
    event.booked("Max -n 8");
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

#[test]
fn a_sale_that_is_over_is_not_reopened_without_a_word() {
    let event = made(9, "--until 2026-01-01");
    assert_eq!(event.json("close").0, 0);
    let run = event.run("reopen");
    let way = format!(
        "'tickets -f {} set --until=' takes that end away",
        event.file.display()
    );
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (Some(0), "the sale is over\n")
    );
    assert!(
        run.stderr
            .starts_with("warning: the sale is over: 2026-01-0"),
        "{run:?}"
    );
    assert!(run.stderr.contains(&way), "{run:?}");
    assert_eq!(event.json("close").0, 0);
    let document = event.json("reopen").1;
    assert!(
        document["warning"].as_str().unwrap().contains(&way),
        "{document:#}"
    );
    assert_eq!(event.json("set --until=").0, 0);
    assert_eq!(event.run("reopen").stderr, "");
}

#[test]
fn a_limit_is_named_with_the_way_to_change_it_and_is_taken_away_in_any_words() {
    let event = made(90, "--max-per-sale 3 --max-per-buyer 4");
    for (order, option) in [
        ("Ann -n 5", "--max-per-sale"),
        ("Bob -n 3", "--max-per-buyer"),
    ] {
        event.json("book Bob -n 3");
        let (code, document) = event.json(&format!("book {order}"));
        let hint = document["error"]["hint"].as_str().unwrap();
        assert_eq!(code, 4, "{document:#}");
        assert!(
            hint.ends_with(&format!("set {option} N' changes that limit")),
            "{hint}"
        );
    }
    for none in ["0", "none", "None", ""] {
        let set = |value: &str| {
            let values =
                ["--max-per-sale", "--max-per-buyer"].map(|option| format!("{option}={value}"));
            let (code, document) = told(&event, &["set", &values[0], &values[1]]);
            assert_eq!(code, 0, "{document:#}");
            document["event"].clone()
        };
        assert_eq!(set("7")["max_per_sale"], 7);
        let event = set(none);
        assert_eq!(
            [&event["max_per_sale"], &event["max_per_buyer"]],
            [&Value::Null; 2],
            "{none:?}"
        );
    }
    assert_eq!(
        event.json("set --until 2100-01-01").1["event"]["until"]
            .as_str()
            .map(str::len),
        Some(20)
    );
    assert_eq!(
        event.json("set --until none --from None").1["event"]["until"],
        Value::Null
    );
    let run = event.run("set --max-per-sale many");
    assert!(
        run.code == Some(2) && run.stderr.contains("0 or none for no limit"),
        "{run:?}"
    );
}

/// A person has one name, however many spaces stand in it.
#[test]
fn spaces_within_a_name_make_nobody_else() {
    let event = made(90, "--max-per-buyer 3");
    let book = |name: &str| told(&event, &["book", name, "-n", "2"]).0;
    assert_eq!(
        [book("Mr Smith"), book("Mr  Smith"), book("mr   smith")],
        [0, 4, 4]
    );
    assert_eq!(
        [book("Zo\u{eb} M"), book("zo\u{eb}  m"), book("MrSmith")],
        [0, 4, 0]
    );
    assert_eq!(told(&event, &["set", "--max-per-buyer", "none"]).0, 0);
    assert_eq!(book("Mr  Smith"), 0);
    let guests = event.json("door").1["guests"].clone();
    assert_eq!(guests.as_array().unwrap().len(), 3, "{guests:#}");
    let found = told(&event, &["sales", "--name", "MR SMITH"]).1;
    assert_eq!(found["total"]["sales"], 2);
}

/// What is held is no sale yet.
#[test]
fn a_hold_that_is_renamed_is_called_one() {
    let event = made(9, "");
    let hold = held(&event, "Kim -n 2");
    let renamed = |what: &str| format!("renamed  2 tickets for Kim B., {what} {hold}\n");
    let run = |name: &str| {
        let mut command = event.command(["rename", &hold, name]);
        crate::harness::Run::of(command.output().unwrap())
    };
    assert_eq!(run("Kim B.").stdout, renamed("hold"));
    assert_eq!(event.json(&format!("confirm {hold}")).0, 0);
    assert_eq!(run("Kim B.").stdout, renamed("sale"));
    let other = held(&event, "Max");
    assert_eq!(event.json(&format!("release {other}")).0, 0);
    let message = told(&event, &["rename", &other, "Moritz"]).1["error"]["message"].clone();
    assert_eq!(message, format!("hold {other} has ended"));
}
