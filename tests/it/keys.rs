//! Idempotency keys: however often an order with a key is given, it is sold once.

use std::collections::HashSet;
use std::fs;

use serde_json::{Value, json};

use crate::harness::{Run, TestEvent};
use crate::{craft, crafted};

/// Books with arguments that need not be words.
fn book(event: &TestEvent, arguments: &[&str]) -> (i32, Value) {
    let arguments = [&["--json", "book"], arguments].concat();
    Run::of(event.command(arguments).output().unwrap()).document()
}

#[test]
pub(crate) fn the_same_order_again_gives_the_same_sale_again() {
    let event = TestEvent::stock(5);
    let (_, first) = event.json("book alice --quantity 2 --key web-1");
    assert_eq!(
        (&first["replayed"], &first["left"]),
        (&false.into(), &3.into())
    );
    event.booked("bob");
    let ledger = event.ledger();
    let (code, again) = event.json("book alice --quantity 2 --key web-1");
    let expected = json!({
        "ok": true, "command": "book", "sale": first["sale"], "left": 2, "replayed": true,
    });
    assert_eq!((code, again), (0, expected));
    let run = event.run("book alice --quantity 2 --key web-1");
    assert!(
        run.stdout
            .contains(", as before: the key is known\n2 left\n"),
        "{run:?}"
    );
    assert_eq!(event.ledger(), ledger);
    event.assert_adds_up();
}

#[test]
pub(crate) fn another_order_with_the_key_is_refused() {
    let event = TestEvent::stock(20);
    let id = event.booked("alice --quantity 2 --key web-1");
    let before = event.contents();
    for line in [
        "bob --quantity 2",
        "alice --quantity 1",
        "Alice --quantity 2",
    ] {
        let (code, document) = event.json(&format!("book {line} --key web-1"));
        assert_eq!((code, &document["error"]["code"]), (4, &"refused".into()));
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains(&id), "{message}");
    }
    assert_eq!(event.contents(), before);
    // Keys that are like it are keys of their own.
    for key in ["web-", "web-11", "Web-1", "web-1 ", " web-1", "web"] {
        let (code, document) = book(&event, &["zoe", "--key", key]);
        assert_eq!((code, &document["replayed"]), (0, &false.into()), "{key:?}");
    }
    event.assert_adds_up();
}

#[test]
pub(crate) fn the_key_of_a_cancelled_sale_is_refused() {
    for part in ["", "--quantity 1"] {
        let event = TestEvent::stock(5);
        let id = event.booked("alice --quantity 2 --key web-1");
        assert_eq!(event.json(&format!("cancel {id} {part}")).0, 0);
        let before = event.contents();
        let (code, document) = event.json("book alice --quantity 2 --key web-1");
        assert_eq!(code, 4, "{document:#}");
        let message = document["error"]["message"].as_str().unwrap();
        let of = if part.is_empty() {
            "2 of 2 were"
        } else {
            "1 of 2 was"
        };
        let sale = format!("sale {id}, of which {of} cancelled since");
        assert!(message.ends_with(&sale), "{message}");
        let hint = document["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("a new order has another key"), "{hint}");
        assert_eq!(event.contents(), before);
    }
}

#[test]
pub(crate) fn a_refusal_does_not_use_the_key_up() {
    let event = TestEvent::stock(1);
    assert_eq!(event.json("book alice --quantity 2 --key web-1").0, 3);
    assert_eq!(event.json("adjust +1 --reason more").0, 0);
    let (code, document) = event.json("book alice --quantity 2 --key web-1");
    assert_eq!((code, &document["replayed"]), (0, &false.into()));
    // A replay needs no stock.
    let (code, document) = event.json("book alice --quantity 2 --key web-1");
    assert_eq!((code, &document["replayed"]), (0, &true.into()));
    event.assert_adds_up();
}

#[test]
pub(crate) fn one_key_in_many_processes_at_once_is_sold_once() {
    let event = TestEvent::stock(100);
    event.booked("early");
    let line = "book alice --quantity 3 --key web-1";
    let runs = event.in_a_queue((0..32).map(|_| line.to_owned()));
    assert!(runs.iter().all(|(code, _)| *code == 0), "{runs:#?}");
    let ids: HashSet<_> = runs
        .iter()
        .map(|(_, d)| d["sale"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let new = runs.iter().filter(|(_, d)| d["replayed"] == false).count();
    assert_eq!((new, event.sales().len()), (1, 2));
    assert_eq!(event.count()["ticket"], 96);
    event.assert_adds_up();
}

/// A member that is not ours may hold anything.
#[test]
fn a_key_inside_another_member_is_no_key() {
    let mut sale = craft::sale(2, 1, 4, None);
    sale["extra"] = json!({"key": "K", "op": "cancel", "ref": "2-abcdef"});
    let event = crafted::event(&[craft::line(1, "open", 5, 5, &json!({})), sale]);
    let (code, document) = event.json("book alice --key K");
    assert_eq!(
        (code, &document["replayed"]),
        (0, &false.into()),
        "{document:#}"
    );
    assert_eq!(event.json("sales").1["sales"][0]["cancelled"], 0);
    assert_eq!(event.json("cancel 2-abcdef").0, 0);
    event.assert_adds_up();
}

/// Texts that look like other lines' members, or are written down with other letters.
#[test]
fn no_text_confuses_the_search_for_a_key() {
    let event = TestEvent::stock(1000);
    let texts = [
        "K",
        "\"",
        "\\",
        "K\\",
        "K\\\"",
        "x\",\"key\":\"K",
        "\"key\":\"K\"",
        "\",\"op\":\"cancel\",\"ref\":\"2-abcdef",
        "\"op\":\"cancel\"",
        "K\n",
        "\\u004b",
        "\u{1b}[31mK",
        "\u{202e}K",
        "ключ \u{1f3ab}",
        "\u{7f}\u{9b}\u{85}",
        "e\u{301}",
        "\u{e9}",
        "/K/",
        "=K",
    ];
    let key = "key-of-them";
    // Each as a name, as a reason and as a key.
    let mut ids = HashSet::new();
    for text in texts {
        let steers = text.contains(char::is_control);
        assert_eq!(book(&event, &[text]).0 == 2, steers, "{text:?}");
        let name = if steers { "somebody" } else { text };
        let written = if name == "e\u{301}" { "\u{e9}" } else { name };
        let (code, sale) = book(&event, &[name]);
        assert_eq!(
            (code, &sale["sale"]["buyer"]),
            (0, &written.into()),
            "{sale:#}"
        );
        let id = sale["sale"]["id"].as_str().unwrap();
        let arguments = ["--json", "cancel", id, "--reason", text];
        let (code, document) = Run::of(event.command(arguments).output().unwrap()).document();
        assert_eq!(code, 0, "{document:#}");
        assert_eq!(
            book(&event, &["zoe", "--key", key]).1["replayed"],
            !ids.is_empty()
        );
        ids.insert(text);
    }
    let mut sales = Vec::new();
    for text in ids {
        let (code, sale) = book(&event, &["bob", "--key", text]);
        assert_eq!((code, &sale["replayed"]), (0, &false.into()), "{text:?}");
        sales.push((text, sale["sale"].clone()));
    }
    for (text, sale) in sales {
        let (code, again) = book(&event, &["bob", "--key", text]);
        assert_eq!((code, &again["replayed"]), (0, &true.into()), "{text:?}");
        assert_eq!(again["sale"], sale, "{text:?}");
    }
    event.assert_adds_up();
    assert_eq!(event.json("audit").0, 0);
}

#[test]
fn a_key_is_found_on_a_long_ledger_and_every_byte_before_it_counts() {
    let event = TestEvent::sold(4000);
    for at in [7, 107, 2007, 3907] {
        let (code, sale) = event.json(&format!("book buyer-{at} --key key-{at}"));
        assert_eq!((code, &sale["replayed"]), (0, &true.into()), "{sale:#}");
        let id = sale["sale"]["id"].as_str().unwrap();
        assert!(id.starts_with(&format!("{}-", at + 2)), "{id}");
        assert_eq!(event.json(&format!("book zoe --key key-{at}")).0, 4);
    }
    let (code, sale) = event.json("book alice --key new");
    assert_eq!((code, &sale["replayed"]), (0, &false.into()), "{sale:#}");
    assert_eq!(event.json("audit").0, 0);

    let path = event.path("tickets.ledger.jsonl");
    let ledger = fs::read(&path).unwrap();
    let ends: Vec<_> = memchr::memchr_iter(b'\n', &ledger).collect();
    for line in [0, 1, 1999, 3998] {
        let (start, end) = (if line == 0 { 0 } else { ends[line - 1] + 1 }, ends[line]);
        for at in [start, start + 9, start + (end - start) / 2, end - 3] {
            let mut flipped = ledger.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            let place = format!("byte {at}, {}", line + 1);
            let (code, document) = event.json("book zoe --key newer");
            assert_eq!(code, 6, "{place}: {document:#}");
            assert_eq!(document["error"]["line"], line + 1, "{place}: {document:#}");
            let (code, audit) = event.json("audit");
            assert_eq!(code, 6, "{place}: {audit:#}");
            assert_eq!(audit["findings"][0]["kind"], "ledger", "{place}: {audit:#}");
            assert_eq!(audit["findings"][0]["line"], line + 1, "{place}: {audit:#}");
            assert_eq!(fs::read(&path).unwrap(), flipped, "{place}: changed");
        }
    }
}

/// What one order looked for is no answer to the next one.
#[test]
fn one_office_tells_keys_and_sales_apart() {
    use tickets::BoxOffice;
    use tickets::office::{Change, Order, Unobserved};
    let event = TestEvent::stock(99);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut buy = |key: &str| {
        let order = Order::new("alice", 3).key(Some(key));
        let sale = office.purchase(&order, &mut Unobserved).unwrap();
        (sale.id, sale.replayed)
    };
    let (first, _) = buy("a");
    let (second, replayed) = buy("b");
    assert!(!replayed && first != second);
    for (key, id) in [("b", &second), ("a", &first), ("a", &first), ("b", &second)] {
        assert_eq!(buy(key), (id.clone(), true));
    }
    // The id of a sale is no key, and a key is no id.
    let (third, replayed) = buy(&first);
    assert!(!replayed);
    let mut give = |id: &str| {
        let given = office.cancel(id, Some(1), &Change::new()).unwrap();
        (given.id, given.kept)
    };
    for kept in [2, 1, 0] {
        for id in [&first, &second, &third] {
            assert_eq!(give(id), (id.clone(), kept));
        }
    }
    event.assert_adds_up();
}

/// Where a line stands is found by its number in a few looks.
#[test]
fn any_sale_of_a_long_ledger_is_found() {
    use tickets::BoxOffice;
    use tickets::office::Change;
    let event = TestEvent::sold(1500);
    let ids: Vec<_> = event
        .sales()
        .iter()
        .map(|sale| sale["id"].to_string())
        .collect();
    for at in [0, 1, 299, 300, 750, 1111, 1498, 1499] {
        let mut office = BoxOffice::at(&event.file).unwrap();
        let id = ids[at].trim_matches('"');
        let given = office.cancel(id, None, &Change::new()).unwrap();
        assert_eq!((given.buyer, given.kept), (format!("buyer-{at}"), 0));
    }
    let mut office = BoxOffice::at(&event.file).unwrap();
    assert!(office.cancel("99999-000000", None, &Change::new()).is_err());
    event.assert_adds_up();
}

/// What an office has found is of the ledger that it found it on.
#[test]
pub(crate) fn a_key_of_before_a_reset_is_not_known_any_more() {
    use tickets::BoxOffice;
    use tickets::office::{Order, Unobserved};
    let event = TestEvent::stock(9);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let mut buy = || {
        let order = Order::new("alice", 1).key(Some("a"));
        office.purchase(&order, &mut Unobserved).unwrap()
    };
    assert!(!buy().replayed);
    assert!(buy().replayed);
    assert_eq!(event.json("reset 9 --force").0, 0);
    let again = buy();
    assert!(!again.replayed);
    assert!(buy().replayed);
    assert_eq!(event.sales().len(), 1);
    assert_eq!(event.sales()[0]["id"], again.id);
    event.assert_adds_up();
}

/// Somebody else sells on the new ledger before the office has looked at it.
#[test]
fn what_was_looked_for_before_a_reset_is_no_answer_after_it() {
    use tickets::BoxOffice;
    use tickets::office::{Change, DEFAULT_WAIT, Order, Unobserved};
    let event = TestEvent::stock(9);
    let mut office = BoxOffice::at(&event.file).unwrap();
    let order = |key| Order::new("alice", 2).key(Some(key));
    let first = office.purchase(&order("a"), &mut Unobserved).unwrap();
    office.reset(None, true, DEFAULT_WAIT).unwrap();
    let id = event.booked("alice --quantity 2 --key b");
    let again = office.purchase(&order("b"), &mut Unobserved).unwrap();
    assert!(again.replayed && again.id == id);
    assert_eq!(event.sales().len(), 1);
    // By its id.
    let given = office.cancel(&id, Some(1), &Change::new()).unwrap();
    assert_eq!(given.kept, 1);
    office.reset(None, true, DEFAULT_WAIT).unwrap();
    let other = event.booked("bob --quantity 2");
    let given = office.cancel(&other, Some(1), &Change::new()).unwrap();
    assert_eq!((given.id, given.kept), (other, 1));
    assert!(office.cancel(&first.id, None, &Change::new()).is_err());
    event.assert_adds_up();
}
