//! Rows that equal sales of other lists: what is sold twice, what is told, and `--skip-sold`, which sells nothing twice.

use std::fs;

use serde_json::Value;

use super::import;
use crate::events::{audited, made, told};
use crate::harness::Run;

const CHOIR: &str = "buyer,quantity,note\nAnna,1,\nBert,2,\nCarl,1,front\nDora,1,\n";
const BAND: &str = "buyer,quantity\nEmil,1\nFred,1\nGerd,1\n";
const ALL: &str = "buyer,quantity,note\nAnna,1,\nBert,2,\nCarl,1,front\nDora,1,\nEmil,1,\nFred,1,\nGerd,1,\nNew,3,\n";

/// How many rows were sold, were sold before, and were taken for sold.
fn counts(done: &Value) -> [Option<u64>; 3] {
    ["sold", "replayed", "skipped"].map(|name| done[name].as_u64())
}

/// Message and hint of a refusal.
#[track_caller]
fn refusal((code, error): (i32, Value)) -> [String; 2] {
    assert_eq!(code, 4, "{error:#}");
    ["message", "hint"].map(|it| error["error"][it].as_str().unwrap().to_owned())
}

#[test]
pub(crate) fn a_list_of_several_lists_sells_what_is_new_in_it_once() {
    let event = made(90, "");
    assert_eq!(import(&event, "chor.csv", CHOIR, &[]).0, 0);
    assert_eq!(import(&event, "band.csv", BAND, &[]).0, 0);
    let [message, hint] = refusal(import(&event, "alle.csv", ALL, &[]));
    assert!(
        message.starts_with("7 of 8 rows that are not sold as of \"alle.csv\" equal sales of the lists \"chor.csv\" and \"band.csv\""),
        "{message}"
    );
    let [first, second] = [
        "--skip-sold' sells what is new in it, and nothing twice; ",
        "--batch alle.csv' sells those rows once more",
    ]
    .map(|told| hint.find(told).unwrap_or_else(|| panic!("{hint}")));
    assert!(first < second, "{hint}");
    assert!(
        !hint.contains("chor.csv") && !hint.contains("band.csv"),
        "{hint}"
    );
    // The same however often.
    for expected in [[1, 0, 7], [0, 1, 7], [0, 1, 7]] {
        let (code, done) = import(&event, "alle.csv", ALL, &["--skip-sold"]);
        assert_eq!((code, counts(&done)), (0, expected.map(Some)), "{done:#}");
        assert_eq!(done["rows"], 8);
    }
    let list = event.path("alle.csv");
    let run = event.run(&format!("import {} --skip-sold", list.display()));
    assert!(
        run.stdout
            .starts_with("imported  8 rows: 0 sold, 1 sold before, 7 skipped as sold\n"),
        "{run:?}"
    );
    assert!(
        run.stderr.starts_with(
            "note: 7 rows equal sales of a list and are not sold again: row 2 (Anna), row 3 (Bert)"
        ),
        "{run:?}"
    );
    // Whose name is not known is told as such.
    fs::remove_file(event.path("band.csv")).unwrap();
    let [message, _] = refusal(import(&event, "all.csv", &ALL.replace("New", "Newer"), &[]));
    assert!(
        message.contains("the list \"chor.csv\" and a list of another name, and"),
        "{message}"
    );
    assert_eq!(audited(&event)[1], 11);
}

/// Equal in the name as people compare names, in the quantity and in the note.
#[test]
pub(crate) fn each_sale_stands_for_one_row() {
    let event = made(90, "--max-per-sale 4");
    let list = "buyer,quantity,note\nGast,1,\nWei\u{df},1,\nCarl,2,bar\nDora,1,\nOld,1,\nKate,1,\n";
    assert_eq!(import(&event, "a.csv", list, &[]).0, 0);
    let id = |buyer: &str| -> String {
        let sales = event.sales();
        let sale = sales.iter().find(|sale| sale["buyer"] == buyer).unwrap();
        sale["id"].as_str().unwrap().to_owned()
    };
    assert_eq!(event.json(&format!("cancel {}", id("Dora"))).0, 0);
    assert_eq!(event.json(&format!("rename {} New", id("Old"))).0, 0);
    event.booked("Zoe");
    let more = "buyer,quantity,note,key\nGast,1,,\nGAST,1,,\nWEISS,1,,\nCarl,2,door,\nDora,1,,\nOld,1,,\nNew,1,,\n\
                Zoe,1,,\nKate,1,,own\nMax,9,,\n";
    let rejects = event.path("again.csv");
    let options = ["--skip-sold", "--rejects", rejects.to_str().unwrap()];
    for expected in [[6, 0, 3], [0, 6, 3]] {
        let (code, done) = import(&event, "b.csv", more, &options);
        assert_eq!((code, counts(&done)), (4, expected.map(Some)), "{done:#}");
    }
    let refused = fs::read_to_string(&rejects).unwrap();
    assert_eq!(refused, "buyer,quantity,key,note\nMax,9,,\n");
    let gast = event
        .sales()
        .iter()
        .filter(|sale| sale["buyer"] == "GAST")
        .count();
    assert_eq!(gast, 1);
    assert_eq!(audited(&event)[1], 6 + 1 + 7);
}

/// A refused row before which an equal one was taken for sold is none that was.
#[test]
fn a_refused_row_is_sold_from_its_file_though_an_equal_one_was_skipped() {
    let event = made(2, "");
    assert_eq!(import(&event, "a.csv", "buyer\nGast\n", &[]).0, 0);
    let rejects = event.path("again.csv");
    let path = rejects.to_str().unwrap();
    let list = "buyer\nGast\nGast\nGast\n";
    let (code, done) = import(&event, "b.csv", list, &["--skip-sold", "--rejects", path]);
    assert_eq!((code, counts(&done)), (3, [1, 0, 1].map(Some)), "{done:#}");
    assert_eq!(event.json("adjust +9 --reason chairs").0, 0);
    for expected in [[1, 0, 0], [0, 1, 0]] {
        let (code, done) = told(&event, &["import", path, "--batch", "b.csv", "--skip-sold"]);
        assert_eq!((code, counts(&done)), (0, expected.map(Some)), "{done:#}");
    }
    let (_, done) = import(&event, "b.csv", list, &["--skip-sold"]);
    assert_eq!(counts(&done), [0, 2, 1].map(Some), "{done:#}");
    assert_eq!(audited(&event)[1], 3);
}

/// The imports in quotes that a hint names, without the event that each names.
fn imports(hint: &str) -> Vec<String> {
    let commands = hint.split("'tickets ").skip(1);
    let commands = commands.filter_map(|it| Some(it.split_once("import ")?.1));
    let ends = commands.filter_map(|it| it.split('\'').next());
    ends.map(|it| format!("import {it}")).collect()
}

/// A list, what was refused of it, both corrected, and the second sold as a list of its own: whatever is asked for then, a hint that
/// says that nothing is sold twice is right.
#[test]
fn what_is_said_to_sell_nothing_twice_sells_nothing_twice() {
    for asked in [
        "import DIR/v.csv",
        "import DIR/v.csv --rejects DIR/vn.csv",
        "import DIR/v.csv --batch vn.csv",
        "import DIR/vn.csv --batch v.csv",
    ] {
        let event = made(90, "");
        let rejects = event.path("vn.csv");
        let own = rejects.to_str().unwrap();
        let list = "buyer,quantity\nvera,1\nwalt,x\nute,x\nyuri,x\n";
        assert_eq!(import(&event, "v.csv", list, &["--rejects", own]).0, 4);
        let refused = fs::read_to_string(&rejects).unwrap();
        fs::remove_file(&rejects).unwrap();
        fs::write(event.path("v.csv"), list.replace('x', "2")).unwrap();
        let (_, done) = import(&event, "vn.csv", &refused.replace('x', "2"), &[]);
        assert_eq!(done["sold"], 3, "{done:#}");
        let line = asked.replace("DIR", event.directory().to_str().unwrap());
        let [_, hint] = refusal(event.json(&line));
        let said = hint.split_once(" sells what is new in it, and nothing twice");
        let commands = imports(said.unwrap().0);
        let [command] = commands.as_slice() else {
            panic!("{hint}");
        };
        for _ in 0..2 {
            let (code, done) = event.json(command);
            assert_eq!((code, &done["sold"]), (0, &0.into()), "{hint}: {done:#}");
        }
        assert_eq!(audited(&event)[1], 7, "{asked:?}");
        // As a list of its own it is known still, where nothing is written over it.
        if !asked.contains("--rejects") {
            let (code, done) = told(&event, &["import", own]);
            assert_eq!((code, &done["replayed"]), (0, &3.into()), "{done:#}");
        }
    }
}

/// Of whatever part of a list, with other rows or none.
#[test]
fn any_row_that_is_sold_twice_is_told() {
    let event = made(90, "");
    assert_eq!(import(&event, "a.csv", CHOIR, &[]).0, 0);
    let list = event.path("b.csv");
    fs::write(&list, "buyer,quantity\nAnna,1\nBert,2\nHugo,1\nIda,1\n").unwrap();
    let run = |more: &str| -> Run { event.run(&format!("import {}{more}", list.display())) };
    let done = run("");
    let sales = event.sales();
    let [anna, bert] = ["Anna", "Bert"].map(|buyer| {
        let sale = sales.iter().rfind(|sale| sale["buyer"] == buyer).unwrap();
        sale["id"].as_str().unwrap()
    });
    let note = format!(
        "note: 2 of these 4 rows equal sales of a list of another name: row 2 (Anna), row 3 (Bert); if that is meant once, \
         'tickets -f {} cancel ID' takes back what was sold now: {anna} {bert}\n",
        event.file.display()
    );
    assert_eq!(done.stderr, note);
    // What was sold before is none of these.
    fs::write(
        &list,
        "buyer,quantity,note\nAnna,1,\nBert,2,\nCARL,1,front\nJan,1,\n",
    )
    .unwrap();
    let done = run("");
    assert!(
        done.stderr.contains(
            "1 of these 2 rows equals a sale of a list of another name: row 4 (CARL); if"
        ),
        "{done:?}"
    );
    audited(&event);
}

/// A first name in a column of its own is not passed over: those of one family would be one.
#[test]
fn first_names_are_not_passed_over() {
    let event = made(20, "");
    for header in [
        "Name;Vorname;Anzahl",
        "buyer;Vorname;quantity",
        "buyer;First name;quantity",
    ] {
        let list = format!("{header}\nGray;Ann;1\nGray;Bob;1\n");
        for options in [&[][..], &["--ignore-columns"]] {
            let (code, error) = import(&event, "v.csv", &list, options);
            assert_eq!(code, 2, "{error:#}");
            let [message, hint] =
                ["message", "hint"].map(|it| error["error"][it].as_str().unwrap());
            assert!(
                message.contains("two people of one name would be taken for one"),
                "{message}"
            );
            assert!(
                hint.contains("the whole name into one column, buyer")
                    && !hint.contains("--ignore-columns"),
                "{hint}"
            );
        }
    }
    let member = r#"{"buyer":"Gray","vorname":"Ann"}"#;
    let list = format!("{{\"buyer\":\"Hill\",\"vorname\":\"\"}}\n{member}\n");
    let (code, error) = import(&event, "v.jsonl", &list, &["--ignore-columns"]);
    let message = error["error"]["message"].as_str().unwrap();
    assert_eq!((code, &error["error"]["line"]), (2, &2.into()), "{error:#}");
    assert!(
        message.contains("a member \"vorname\": without what stands there"),
        "{message}"
    );
    let list = "buyer;quantity\n\"Gray, Ann\";1\n\"Gray, Bob\";1\n";
    assert_eq!(counts(&import(&event, "v.csv", list, &[]).1)[0], Some(2));
}

/// Some of a sale was cancelled since: its row is skipped as it was sold, and as it is by now, and once only.
#[test]
fn a_row_is_skipped_as_it_was_sold_and_as_some_of_it_was_cancelled() {
    let list = |rows: &str| format!("buyer;quantity\n{rows}");
    for (rows, skipped) in [
        ("Carla;2\n", 1),
        ("Carla;3\n", 1),
        ("carla;2\nCarla;3\n", 1),
        ("Carla;1\n", 0),
    ] {
        let event = made(20, "");
        let done = import(&event, "l.csv", &list("Anna;2\nBen;1\nCarla;3\n"), &[]).1;
        assert_eq!(counts(&done)[0], Some(3), "{done:#}");
        assert_eq!(event.json("cancel 5 -n 1").0, 0);
        let (code, done) = import(&event, "new.csv", &list(rows), &["--skip-sold"]);
        let sold = rows.lines().count() as u64 - skipped;
        let expected = [sold, 0, skipped].map(Some);
        assert_eq!((code, counts(&done)), (0, expected), "{rows} {done:#}");
        audited(&event);
    }
}

/// A sale was renamed, and the list corrected in the same way: the row is new, and who has tickets from this list is told.
#[test]
fn a_name_that_was_corrected_in_the_books_and_in_the_list_is_told() {
    let event = made(20, "");
    let list = "buyer;quantity\nAnna-M\u{fc}ler;2\nKlein;2\n";
    assert_eq!(counts(&import(&event, "q.csv", list, &[]).1)[0], Some(2));
    assert_eq!(event.json("rename 3 Anna-M\u{fc}ller").0, 0);
    let corrected = "buyer;quantity\nAnna-M\u{fc}ller;2\nKlein;2\nNeu;1\n";
    let list = event.path("q.csv");
    fs::write(&list, corrected).unwrap();
    let run: Run = event.run(&format!("import {}", list.display()));
    assert!(run.stdout.contains("2 sold, 1 sold before"), "{run:?}");
    assert!(
        run.stderr.contains("these had tickets from this list already, and have more now: Anna-M\u{fc}ller (row 2) sale 3-"),
        "{run:?}"
    );
}

/// A copy in another encoding: the command that writes it anew names its batch, and says nothing of whether it is sold.
#[test]
fn a_copy_that_is_written_anew_is_a_copy_still() {
    let event = made(40, "");
    let list = "buyer;quantity\nJ\u{fc}rgen;2\nKlein;2\nZo\u{eb};1\n";
    assert_eq!(import(&event, "list.csv", list, &[]).0, 0);
    let batch = ["--batch", "excel.csv"];
    let [message, hint] = refusal(import(&event, "excel.utf8.csv", list, &batch));
    assert!(
        message.starts_with(
            "3 of 3 rows that are not sold as of \"excel.csv\" equal sales of the list \"list.csv\""
        ),
        "{message}"
    );
    assert!(
        hint.contains("excel.utf8.csv --batch excel.utf8.csv' sells those rows once more"),
        "{hint}"
    );
    // Of the same list nothing is sold twice, and of a new one all.
    let (code, done) = import(&event, "list.utf8.csv", list, &["--batch", "list.csv"]);
    assert_eq!(
        (code, counts(&done)[..2].to_vec()),
        (0, vec![Some(0), Some(3)])
    );
    let again = ["--batch", "excel.utf8.csv"];
    let (code, done) = import(&event, "excel.utf8.csv", list, &again);
    assert_eq!((code, counts(&done)[0]), (0, Some(3)), "{done:#}");
    audited(&event);
}
