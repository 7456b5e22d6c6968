//! What is sold of a list, what is refused, and what is said of both.

use std::fs;

use serde_json::{Value, json};

use super::{import, refusals};
use crate::events::{audited, held, last_ops, made};

#[test]
pub(crate) fn a_list_is_sold_row_by_row_and_once() {
    let event = made(5, "--max-per-sale 3");
    let list = event.path("friends.csv");
    fs::write(
        &list,
        "Quantity,buyer,note\n1,ann,\n,bob,pays at the door\n4,carol,\n2,dave,\n1,ann,\n9,eve,\n",
    )
    .unwrap();
    let line = format!(
        "import {} --rejects {}",
        list.display(),
        event.path("again.csv").display()
    );
    let (code, done) = event.json(&line);
    assert_eq!(code, 4, "{done:#}");
    assert_eq!(
        [
            &done["rows"],
            &done["sold"],
            &done["replayed"],
            &done["left"]
        ],
        [6, 4, 0, 0]
    );
    let told = refusals(&done);
    assert_eq!(told, [(4, "limit"), (7, "limit")]);
    let again = fs::read_to_string(event.path("again.csv")).unwrap();
    assert_eq!(again, "buyer,quantity,key,note\ncarol,4,,\neve,9,,\n");
    let (code, done) = event.json(&line);
    assert_eq!(
        (code, &done["sold"], &done["replayed"]),
        (4, &0.into(), &4.into()),
        "{done:#}"
    );
    // What was corrected is sold, and nothing else.
    fs::write(
        &list,
        "Quantity,buyer,note\n1,ann,\n,bob,pays at the door\n1,carol,\n2,dave,\n1,ann,\n",
    )
    .unwrap();
    let (code, done) = event.json(&line);
    assert_eq!(
        (code, &done["refused"][0]["code"]),
        (3, &"sold_out".into()),
        "{done:#}"
    );
    assert_eq!(event.json("adjust +1 --reason more").0, 0);
    assert_eq!(event.json(&line).1["sold"], 1);
    let rows = "{\"buyer\":\"zoe\"}\n\n{\"buyer\":\"zoe\",\"key\":\"k\",\"quantity\":2}\n";
    fs::write(event.path("more.jsonl"), rows).unwrap();
    assert_eq!(event.json("adjust +9 --reason more").0, 0);
    let line = format!("import {}", event.path("more.jsonl").display());
    assert_eq!(event.json(&line).1["sold"], 2);
    assert_eq!(
        event.json("book zoe --quantity 2 --key k").1["replayed"],
        true
    );
    for wrong in [
        "name\nann\n",
        "buyer,buyer\na,b\n",
        "buyer,quantity\nann,few\n",
        "buyer\n\"\"\n",
        "{\"buyer\":3}\n",
    ] {
        fs::write(&list, wrong).unwrap();
        let before = event.contents();
        assert_eq!(
            event.json(&format!("import {}", list.display())).0,
            2,
            "{wrong:?}"
        );
        assert_eq!(event.contents().len(), before.len());
    }
    assert_eq!(event.json("import -").0, 2);
    audited(&event);
}

#[test]
pub(crate) fn a_list_that_is_sold_says_so() {
    let event = made(5, "");
    let done = import(&event, "a.csv", "buyer,quantity\nann,2\nbob,\n", &[]);
    let expected = json!({"ok": true, "command": "import", "rows": 2, "sold": 2, "replayed": 0, "refused": [], "left": 2});
    assert_eq!(done, (0, expected));
    let (code, done) = import(
        &event,
        "b.csv",
        "buyer,quantity\nmax,2\neve,3\nzoe,1\n",
        &[],
    );
    assert_eq!(code, 3, "{done:#}");
    assert_eq!((&done["ok"], &done["sold"]), (&true.into(), &1.into()));
    let rows: Vec<&Value> = done["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["row"])
        .collect();
    assert_eq!(rows, [3, 4]);
    let run = event.run(&format!("import {}", event.path("b.csv").display()));
    assert_eq!(run.code, Some(3));
    assert_eq!(
        run.stdout,
        "refused  row 3: asked for 3, none left\nrefused  row 4: asked for 1, none left\nimported  3 rows: 0 sold, 1 sold before, 2 refused\n0 left\n"
    );
    audited(&event);
}

/// Each row is decided by all rows before it: limits, and holds that are due.
#[test]
pub(crate) fn the_rows_of_one_write_know_of_one_another() {
    let event = made(4, "--max-per-buyer 2");
    held(&event, "due -n 2 --for 0s");
    held(&event, "kept --for 1h");
    let (code, done) = import(&event, "list.csv", "buyer\nAnn\nANN\nann\nbob\neve\n", &[]);
    assert_eq!(code, 4, "{done:#}");
    let told = refusals(&done);
    assert_eq!(told, [(4, "limit"), (6, "sold_out")], "{done:#}");
    assert_eq!(last_ops(&event, 4), ["sell", "expire", "sell", "sell"]);
    assert_eq!(audited(&event), [0, 3, 1]);
    assert_eq!(event.json("close").0, 0);
    let (code, done) = import(&event, "more.csv", "buyer\nzoe\n", &[]);
    assert_eq!((code, &done["refused"][0]["code"]), (4, &"closed".into()));
}

/// The lists of an event are for another one: read by the event itself their rows are sold already. What was added to one is
/// sold, and what was refused stays so until somebody corrects it.
#[test]
fn the_lists_of_an_event_are_not_sold_to_it_once_more() {
    let event = made(20, "");
    event.booked("ann -n 2");
    event.booked("bob -n 3 --key b1");
    let more = "--ignore-columns";
    for (line, name, added) in [
        ("door --format csv", "door.csv", "cat,1,,\n"),
        ("sales --format csv", "sales.csv", ""),
        ("sales --format jsonl", "sales.jsonl", ""),
    ] {
        let text = event.run(line).stdout + added;
        let (code, error) = import(&event, name, &text, &[more]);
        assert_eq!(code, 2, "{line}: {error:#}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("of this event, sold already"), "{message}");
        assert!(message.contains("for another event"), "{message}");
    }
    assert_eq!(audited(&event), [15, 5, 0]);
    let text = event.run("door --format csv").stdout + "cat,1,,\n";
    let again = event.path("again.csv");
    let rejects = [more, "--rejects", again.to_str().unwrap()];
    let (code, done) = import(&event, "door.csv", &text, &rejects);
    assert_eq!((code, &done["sold"]), (4, &1.into()), "{done:#}");
    let (code, done) = import(
        &event,
        "more.csv",
        &fs::read_to_string(&again).unwrap(),
        &["--batch", "door.csv"],
    );
    assert_eq!(code, 2, "{done:#}");
    assert_eq!(audited(&event), [14, 6, 0]);
    // Another event has none of these sales, and a sale that was cancelled does not stand.
    let other = made(20, "");
    let done = import(&other, "door.csv", &text, &[more]).1;
    assert_eq!(done["sold"], 3, "{done:#}");
    let list =
        "buyer,quantity,id\nann,2,ID\n".replace("ID", event.sales()[0]["id"].as_str().unwrap());
    assert_eq!(event.json("cancel 3").0, 0);
    assert_eq!(import(&event, "ann.csv", &list, &[more]).1["sold"], 1);
}
