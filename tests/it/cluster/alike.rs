//! The same orders on a file and on a cluster come to the same; and what is copied is the same, to the byte.

use std::fs;

use serde_json::Value;

use super::{keys, on_cluster};
use crate::harness::TestEvent;

/// What is ordered, in this order. `{sale}` and `{hold}` are the ids of the last ones.
const ORDERS: [&str; 24] = [
    "init 20 --title Gala --max-per-sale 6 --hold 1h",
    "book ann -n 2 --key k1 --note paid",
    "book ann -n 2 --key k1 --note paid",
    "book bob -n 7",
    "hold carol -n 3 --for 0s",
    "hold dave -n 4 --key h1",
    "confirm {hold}",
    "cancel {sale} -n 1 --reason ill",
    "hold eve -n 2",
    "release {hold} --reason no",
    "rename {sale} Bea",
    "adjust +5 --reason balcony",
    "adjust -3 --reason pillar",
    "close --reason tonight",
    "book zoe",
    "reopen",
    "set --max-per-buyer 9 --title Revue",
    "book fred -n 6",
    "book gina -n 6",
    "book hugo -n 6",
    "book ida -n 1 --key k1",
    "cancel 999-abcdef",
    "book jim -n 1",
    "book kim -n 1",
];

/// Gives all orders; exit codes and documents, without what differs each time.
fn given(event: &TestEvent) -> Vec<(i32, Value)> {
    let (mut sale, mut hold) = (String::new(), String::new());
    let answers = ORDERS.iter().map(|order| {
        let line = order.replace("{sale}", &sale).replace("{hold}", &hold);
        let (code, mut answer) = event.json(&line);
        for (member, id) in [("sale", &mut sale), ("hold", &mut hold)] {
            if let Some(own) = answer[member]["id"].as_str() {
                own.clone_into(id);
            }
        }
        plain(&mut answer);
        (code, answer)
    });
    answers.collect()
}

/// Takes away what differs each time: times, the random part of ids, sums; and, of a hint, the event's name.
fn plain(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value.as_str()) {
                    ("at" | "until" | "sum" | "hint" | "due", Some(_)) => *value = Value::Null,
                    ("id" | "ref", Some(id)) => *value = id.split('-').next().unwrap().into(),
                    ("ids", _) => *value = value.as_array().unwrap().len().into(),
                    ("message", Some(text)) if text.contains('-') => *value = Value::Null,
                    _ => plain(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(plain),
        _ => {}
    }
}

fn plain_ledger(event: &TestEvent) -> Vec<Value> {
    let mut lines = event.ledger();
    lines.iter_mut().for_each(plain);
    lines
}

#[test]
fn the_same_orders_leave_the_same_lines_and_are_answered_alike() {
    let file = TestEvent::empty();
    let in_file = given(&file);
    on_cluster(|| {
        let cluster = TestEvent::empty();
        assert!(cluster.is_on_cluster());
        let on_cluster = given(&cluster);
        for ((order, file), cluster) in ORDERS.iter().zip(&in_file).zip(&on_cluster) {
            assert_eq!(file, cluster, "{order}");
        }
        assert_eq!(plain_ledger(&file), plain_ledger(&cluster));
        cluster.assert_adds_up();
        for line in [
            "query",
            "sales",
            "sales --held",
            "door",
            "set",
            "show 3",
            "audit",
        ] {
            let [mut file, mut cluster] = [&file, &cluster].map(|event| event.json(line));
            plain(&mut file.1);
            plain(&mut cluster.1);
            assert_eq!(file, cluster, "{line}");
        }
        let count = |event: &TestEvent| {
            let mut count = event.count();
            count.as_object_mut().unwrap().remove("cluster");
            // Where lines begin depends on how long ids and times are, which is always the same.
            count["index"]["sum"] = Value::Null;
            count["index"]["due"] = Value::Null;
            count
        };
        assert_eq!(count(&file), count(&cluster));
    });
}

#[test]
fn a_backup_of_a_cluster_is_one_of_a_file_and_goes_back_whole() {
    on_cluster(|| {
        let event = TestEvent::empty();
        given(&event);
        let ledger = event.ledger_text();
        let name = event.file.file_name().unwrap().to_str().unwrap().to_owned();
        let kept = event.path("kept");
        let (code, saved) = event.json(&format!("backup {}", kept.display()));
        assert_eq!(code, 0, "{saved:#}");
        let copy = fs::read_to_string(kept.join(format!("{name}.ledger.jsonl"))).unwrap();
        assert_eq!(copy, ledger, "the concatenated lines are the file's ledger");

        // What the backup lacks is not lost unasked, and what is replaced is kept.
        event.booked("late");
        let line = format!("restore {}", kept.display());
        let (code, refused) = event.json(&line);
        assert_eq!(
            (code, &refused["error"]["code"]),
            (4, &"refused".into()),
            "{refused:#}"
        );
        let (code, done) = event.json(&format!("{line} --force"));
        assert_eq!(code, 0, "{done:#}");
        assert_eq!(event.ledger_text(), ledger);
        assert!(
            done["kept"][0]
                .as_str()
                .unwrap()
                .ends_with("/ledger/000001"),
            "{done:#}"
        );
        assert!(
            keys(&event.file)
                .iter()
                .any(|key| key.starts_with("ledger/000001/"))
        );
        assert_eq!(event.json("audit").0, 0);

        // A key of a line that was put back is still sold once; the same again changes nothing.
        assert_eq!(
            event.json("book ann -n 2 --key k1 --note paid").1["replayed"],
            true
        );
        let before = keys(&event.file);
        assert_eq!(event.json(&line).0, 0);
        assert_eq!(keys(&event.file), before);

        // The copy is an event in a file.
        let file = TestEvent::empty_in(&std::env::temp_dir()).at(kept.join(format!("{name}.json")));
        assert_eq!(file.json("audit").0, 0);
        let answer = |event: &TestEvent| event.json("query");
        assert_eq!(answer(&file), answer(&event));
    });
}

#[test]
fn a_backup_of_a_file_goes_to_a_cluster_where_none_is() {
    on_cluster(|| {
        let event = TestEvent::empty();
        let name = event.file.file_name().unwrap().to_str().unwrap().to_owned();
        let file = TestEvent::empty_in(&std::env::temp_dir());
        let file_name = file.path(&format!("{name}.json"));
        let file = file.at(file_name);
        given(&file);
        let kept = event.path("kept");
        assert_eq!(file.json(&format!("backup {}", kept.display())).0, 0);
        let (code, done) = event.json(&format!("restore {}", kept.display()));
        assert_eq!(
            (code, &done["kept"]),
            (0, &serde_json::json!([])),
            "{done:#}"
        );
        let ledger = fs::read_to_string(file.path(&format!("{name}.ledger.jsonl"))).unwrap();
        assert_eq!(
            event.ledger_text(),
            ledger.trim_end_matches('\n').to_owned() + "\n"
        );
        assert_eq!(event.json("audit").0, 0);
        event.assert_adds_up();
    });
}

#[test]
fn a_reset_begins_another_ledger_and_keeps_the_old_one() {
    on_cluster(|| {
        let event = TestEvent::empty();
        let (code, missing) = event.json("query");
        assert_eq!(
            (code, &missing["error"]["code"]),
            (1, &"missing".into()),
            "{missing:#}"
        );
        let (code, made) = event.json("init 5");
        assert_eq!(code, 0, "{made:#}");
        assert_eq!(event.json("init 7").0, 4);
        let sale = event.booked("ann --key k");
        assert_eq!(event.json("reset").0, 4, "a ticket is booked");
        assert_eq!(event.json(&format!("cancel {sale}")).0, 0);
        let (code, reset) = event.json("reset 9");
        assert_eq!((code, &reset["left"]), (0, &9.into()), "{reset:#}");
        assert!(
            reset["archived"]
                .as_str()
                .unwrap()
                .ends_with("/ledger/000001"),
            "{reset:#}"
        );
        assert_eq!(event.ledger().len(), 2, "it is for real still");
        assert_eq!(event.json("book ann --key k").1["replayed"], false);
        assert_eq!(event.json("query").1["left"], 8);
        assert_eq!(event.json("audit").0, 0);
        let kept = keys(&event.file);
        assert_eq!(
            kept.iter()
                .filter(|key| key.starts_with("ledger/000001/"))
                .count(),
            4
        );
    });
}

#[test]
fn a_copy_there_and_back_is_the_same_to_the_byte() {
    on_cluster(|| {
        let file = TestEvent::empty_in(&std::env::temp_dir());
        given(&file);
        let ledger = file.ledger_text();
        let cluster = TestEvent::empty();
        let address = cluster.file.display().to_string();
        let copy = |from: &str, to: &str| file.json(&format!("copy {from} {to}"));
        let (code, copied) = copy(file.file.to_str().unwrap(), &address);
        assert_eq!(
            (code, &copied["seq"]),
            (0, &file.ledger().len().into()),
            "{copied:#}"
        );
        assert_eq!(
            cluster.ledger_text(),
            ledger.trim_end_matches('\n').to_owned() + "\n"
        );
        cluster.assert_adds_up();

        let back = file.path("back.json");
        let (code, copied) = copy(&address, back.to_str().unwrap());
        assert_eq!(code, 0, "{copied:#}");
        let text = fs::read_to_string(file.path("back.ledger.jsonl")).unwrap();
        assert_eq!(text, cluster.ledger_text());
        let back = TestEvent::empty_in(&std::env::temp_dir()).at(back);
        assert_eq!(back.json("audit").0, 0);
        assert_eq!(back.json("query"), file.json("query"));

        // An order with a key is known wherever it is given, and what is there is left alone.
        for event in [&cluster, &back] {
            assert_eq!(
                event.json("book ann -n 2 --key k1 --note paid").1["replayed"],
                true
            );
            let (code, refused) = copy(file.file.to_str().unwrap(), event.file.to_str().unwrap());
            assert_eq!(
                (code, &refused["error"]["code"]),
                (4, &"refused".into()),
                "{refused:#}"
            );
        }
        // From cluster to cluster, and what was never sold from.
        let other = TestEvent::empty();
        assert_eq!(copy(&address, other.file.to_str().unwrap()).0, 0);
        assert_eq!(other.ledger_text(), cluster.ledger_text());
        let unsold = file.path("unsold.json");
        fs::write(&unsold, "{\"ticket\": 7}").unwrap();
        let third = TestEvent::empty();
        assert_eq!(
            copy(unsold.to_str().unwrap(), third.file.to_str().unwrap()).0,
            0
        );
        assert_eq!(third.json("query").1["left"], 7);
    });
}
