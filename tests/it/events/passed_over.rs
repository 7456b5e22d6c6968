//! Lists with columns of other names: what is passed over is told, and how many tickets a row is for is not.

use std::fs;

use rustix::io::Errno;
use serde_json::{Value, json};

use super::{audited, made, told};
use crate::harness::TestEvent;

fn import(event: &TestEvent, name: &str, text: &str, more: &[&str]) -> (i32, Value) {
    let list = event.path(name);
    fs::write(&list, text).unwrap();
    told(event, &[&["import", list.to_str().unwrap()], more].concat())
}

const IGNORE: [&str; 1] = ["--ignore-columns"];

#[test]
fn a_column_that_says_how_many_is_not_passed_over() {
    let event = made(90, "");
    for (text, column) in [
        ("buyer,pieces\nann,2\n", "pieces"),
        ("buyer,Number of tickets\nann,two\n", "Number of tickets"),
        ("buyer;Anzahl Karten\nann;x\n", "Anzahl Karten"),
        ("buyer,How many?\nann,\n", "How many?"),
        ("buyer,guests\nann,2\n", "guests"),
        ("buyer,qty\nann,2\n", "qty"),
        ("buyer,Karten,note\nann,2,cash\n", "Karten"),
        // By its cells alone.
        ("buyer,phone,x\nann,030 1,2\nbob,,\n", "x"),
        ("{\"buyer\":\"ann\",\"seats\":2}\n", "seats"),
    ] {
        let (code, document) = import(&event, "list.txt", text, &IGNORE);
        let error = &document["error"];
        let what = if text.starts_with('{') {
            "member"
        } else {
            "column"
        };
        let message = format!(
            "has no {what} \"quantity\", and the {what} {column:?} seems to say how many: each row would be one ticket"
        );
        assert_eq!((code, &error["message"]), (2, &message.into()), "{text}");
        let hint = error["hint"].as_str().unwrap();
        assert!(
            hint.contains(&format!("call that {what} quantity")),
            "{hint}"
        );
        assert_eq!(event.ledger().len(), 2);
    }
    // Without a name it counts all the same.
    let (code, document) = import(&event, "list.csv", "buyer,,note\nann,2,\n", &IGNORE);
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        code == 2 && message.contains("a column without a name"),
        "{message}"
    );
    // Where the way out is offered, it is the quantity and not --ignore-columns.
    for (header, meant) in [
        ("buyer,pieces", "buyer,quantity"),
        ("buyer;Anzahl Karten", "buyer;quantity"),
        ("buyer,how many", "buyer,quantity"),
    ] {
        let (_, document) = import(&event, "list.csv", &format!("{header}\n"), &[]);
        let hint = document["error"]["hint"].as_str().unwrap();
        assert!(
            hint.ends_with(&format!("was this meant: {meant}")),
            "{hint}"
        );
    }
}

#[test]
fn what_was_passed_over_is_told() {
    let event = made(90, "");
    // Years, postcodes and telephone numbers are none of tickets; with a quantity any number may stand beside it.
    for (at, (text, names, tickets)) in [
        (
            "buyer,Born,Phone\nann,1984,030\nbob,1990,\n",
            vec!["Born", "Phone"],
            2,
        ),
        ("buyer,quantity,guests\nann,2,2\n", vec!["guests"], 2),
        ("buyer,quantity,age\nann,,7\n", vec!["age"], 1),
        (
            "{\"buyer\":\"eve\",\"age\":8,\"town\":null}\n",
            vec!["age", "town"],
            1,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let left = event.json("query").1["left"].as_u64().unwrap();
        let (code, done) = import(&event, &format!("list-{at}"), text, &IGNORE);
        assert_eq!(
            (code, &done["passed_over"], &done["left"]),
            (0, &json!(names), &(left - tickets).into()),
            "{text}: {done:#}"
        );
    }
    let list = event.path("more.csv");
    let run = |text: &str, more: &str| {
        fs::write(&list, text).unwrap();
        event
            .run(&format!("import {}{more}", list.display()))
            .stderr
    };
    assert_eq!(
        run("buyer,Town\nmax,Kiel\n", " --ignore-columns"),
        "note: passed over: \"Town\"; nothing says how many, so each row is one ticket\n"
    );
    assert_eq!(
        run("buyer,Town,quantity\nzoe,Kiel,2\n", " --ignore-columns"),
        "note: passed over: \"Town\"\n"
    );
    assert_eq!(run("buyer\nkim\n", " --ignore-columns"), "");
    audited(&event);
}

/// What stands behind the second separator would be read as part of the name before it, and passed over with that.
#[test]
fn a_header_with_two_separators_is_refused_as_that() {
    let event = made(90, "");
    for (text, between, name) in [
        (
            "buyer,quantity;note\nann,2;cash\n",
            "commas and between semicolons",
            "quantity;note",
        ),
        (
            "buyer;town,Tickets\nann;Kiel,2\n",
            "semicolons and between commas",
            "town,Tickets",
        ),
        (
            "buyer,seats\tnote\nann,2\tx\n",
            "commas and between tabs",
            "seats\tnote",
        ),
    ] {
        for more in [&[][..], &IGNORE] {
            let (code, document) = import(&event, "list.csv", text, more);
            let message = document["error"]["message"].as_str().unwrap();
            let expected = format!(
                "has the names of its columns between {between}: {name:?} would be one of them"
            );
            assert_eq!((code, message), (2, &*expected), "{text}");
        }
    }
    // A name may have a comma in it.
    let text = "buyer;\"Town, street\"\nann;Kiel\n";
    assert_eq!(import(&event, "list.csv", text, &IGNORE).0, 0);
}

/// Of all that makes no sense, what keeps the rest from being sold is named.
#[test]
fn what_is_no_row_is_told_apart_from_what_can_be_refused() {
    let event = made(90, "");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    for (text, hint) in [
        (
            "buyer,quantity\nann,two\nbob,1,1\nmax,1\nzoe\n",
            "nothing was sold; lines 3, 5 are no rows as the first line has them, and what stands behind may not be \
             what it seems: correct those first; the others can be left to --rejects FILE",
        ),
        (
            "buyer,quantity\nbob,1,1\nmax,1\n",
            "nothing was sold; line 2 is no row as the first line has them, and what stands behind may not be what it \
             seems: correct that first",
        ),
    ] {
        let (code, document) = import(&event, "list.csv", text, &rejects);
        assert_eq!((code, &document["error"]["hint"]), (2, &hint.into()));
    }
    let text = "buyer,quantity\nann,two\nbob,1\nmax,1\n";
    assert_eq!(import(&event, "list.csv", text, &rejects).1["sold"], 2);
}

/// A file of refused rows that somebody has corrected, when the list is run once more.
#[test]
fn corrected_rows_are_not_overwritten_before_they_are_sold() {
    let event = made(90, "--max-per-sale 4");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let text = "buyer,quantity\nann,9\nbob,two\neve,1\n";
    assert_eq!(import(&event, "list.csv", text, &rejects).0, 4);
    let written = "buyer,quantity,key,note\nann,9,,\nbob,two,,\n";
    assert_eq!(fs::read_to_string(&again).unwrap(), written);
    // As it was written it is written again, also where a program has put another file of that name there.
    assert_eq!(import(&event, "list.csv", text, &rejects).1["replayed"], 1);
    fs::remove_file(&again).unwrap();
    fs::write(&again, written).unwrap();
    assert_eq!(import(&event, "list.csv", text, &rejects).1["replayed"], 1);
    for corrected in [
        written.replace(",9,", ",4,"),
        written.replace("two", "2"),
        written.replace("two", "2x"),
        format!("{written}max,1,,\n"),
        format!("{written}max,1,,\n").replace("quantity", "Quantity"),
        format!("{written}\"max,1,,\n"),
        "buyer,quantity,key,note\nann,4,,\nbob,2,,\n".to_owned(),
    ] {
        fs::write(&again, &corrected).unwrap();
        let lines = event.ledger().len();
        let (code, document) = import(&event, "list.csv", text, &rejects);
        assert_eq!(
            fs::read_to_string(&again).unwrap(),
            corrected,
            "{document:#}"
        );
        assert!([2, 4].contains(&code), "{corrected}: {document:#}");
        assert_eq!(
            (event.ledger().len(), &document["ok"]),
            (lines, &false.into())
        );
    }
    // What the hint says works; then the file may be used again.
    let (_, document) = import(&event, "list.csv", text, &rejects);
    let hint = document["error"]["hint"].as_str().unwrap();
    let sell = format!("import {} --batch list.csv'", again.display());
    assert!(hint.contains(&sell), "{hint}");
    let sell = sell.trim_end_matches('\'');
    let (code, done) = event.json(sell);
    assert_eq!((code, &done["sold"]), (0, &2.into()), "{done:#}");
    let (code, done) = import(&event, "list.csv", text, &rejects);
    assert_eq!((code, &done["replayed"]), (4, &1.into()), "{done:#}");
    assert_eq!(fs::read_to_string(&again).unwrap(), written);
    // The same of JSON lines.
    let again = event.path("again.jsonl");
    let rejects = ["--rejects", again.to_str().unwrap()];
    let text = "{\"buyer\":\"zoe\",\"quantity\":9}\n{\"buyer\":\"kim\",\"quantity\":\"two\"}\n";
    for _ in 0..2 {
        assert_eq!(import(&event, "list.jsonl", text, &rejects).0, 4);
    }
    let corrected = fs::read_to_string(&again).unwrap().replace('9', "4");
    fs::write(&again, &corrected).unwrap();
    let (code, document) = import(&event, "list.jsonl", text, &rejects);
    assert_eq!(
        (code, &document["error"]["code"]),
        (4, &"refused".into()),
        "{document:#}"
    );
    assert_eq!(fs::read_to_string(&again).unwrap(), corrected);
    audited(&event);
}

/// As a list of its own it would be sold once more when the list is corrected too.
#[test]
fn refused_rows_belong_to_their_list() {
    let event = made(90, "--max-per-sale 4");
    let again = event.path("again.csv");
    let rejects = ["--rejects", again.to_str().unwrap()];
    assert_eq!(
        import(&event, "my list.csv", "buyer,quantity\nann,9\n", &rejects).0,
        4
    );
    // Where the file system has no attributes, nothing tells whose rows they are.
    if rustix::fs::getxattr(&again, "user.tickets.written", &mut [0; 256][..])
        == Err(Errno::OPNOTSUPP)
    {
        return;
    }
    fs::write(&again, "buyer,quantity,key,note\nann,4,,\n").unwrap();
    let line = format!("import {}", again.display());
    let (code, document) = event.json(&line);
    let error = &document["error"];
    assert_eq!(
        (code, &error["message"]),
        (2, &"holds rows that were refused of the list \"my list.csv\": say that they belong to that".into())
    );
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains(" --batch 'my list.csv'"), "{hint}");
    assert_eq!(event.sales().len(), 0);
    let own = ["import", again.to_str().unwrap(), "--batch", "my list.csv"];
    assert_eq!(told(&event, &own).1["sold"], 1);
    assert_eq!(
        import(&event, "my list.csv", "buyer,quantity\nann,4\n", &[]).1["replayed"],
        1
    );
}

/// A corrected row is a new one: whoever has tickets of the old one is named.
#[test]
fn whose_row_was_corrected_after_it_was_sold_is_named() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str, more: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}{more}", list.display()))
    };
    let text = "buyer,quantity\nPaul,2\nAnn,1\nAnn,1\nBob,1\n";
    assert_eq!(
        run(text, "").stderr,
        format!(
            "note: 1 row stands in the list before, too, and is a sale of its own: row 4 (Ann); 'tickets -f {} cancel ID' \
             takes one back that was meant once\n",
            event.file.display()
        )
    );
    let paul = event.sales()[0]["id"].as_str().unwrap().to_owned();
    let corrected = text.replace("Paul,2", "paul,3");
    let again = run(&corrected, "");
    let named = format!(
        "note: these had tickets from this list already, and have more now: paul (row 2) sale {paul} of 2 tickets; where \
         a row was corrected, 'tickets -f {} cancel ID' takes the older sale back\n",
        event.file.display()
    );
    assert!(again.stderr.ends_with(&named), "{again:?}");
    // Rows that stand in the list are none of another run, and what is cancelled is nobody's.
    assert_eq!(event.json(&format!("cancel {paul}")).0, 0);
    let more = format!("{corrected}Ann,1\nPaul,1\n");
    let again = run(&more, "");
    assert!(!again.stderr.contains("these had tickets"), "{again:?}");
    // Nor is what was bought otherwise, or of another list.
    event.booked("Zoe");
    let other = run("buyer\nZoe\nBob\n", " --batch other").stderr;
    assert!(!other.contains("these had tickets"), "{other}");
    audited(&event);
}

/// The same list under another name is sold once more: most of its rows equal sales of a list.
#[test]
fn a_list_that_was_sold_under_another_name_is_told() {
    let event = made(90, "");
    let list = event.path("list.csv");
    let run = |text: &str, more: &str| {
        fs::write(&list, text).unwrap();
        event.run(&format!("import {}{more}", list.display()))
    };
    let text = "buyer,quantity,note\nPaul,2,\nAnn,1,front\nBob,1,\n";
    assert_eq!(run(text, "").stderr, "");
    let again = run(text, " --batch other");
    let ids: Vec<_> = event
        .sales()
        .iter()
        .skip(3)
        .map(|it| it["id"].clone())
        .collect();
    let ids: Vec<&str> = ids.iter().filter_map(|id| id.as_str()).collect();
    let [paul, ann, bob] = ids[..] else {
        panic!("{ids:?}")
    };
    assert_eq!(
        again.stderr,
        format!(
            "note: all 3 rows equal sales of a list of another name: row 2 (Paul), row 3 (Ann), row 4 (Bob); if that \
             is meant once, 'tickets -f {} cancel ID' takes back what was sold now: {paul} {ann} {bob}\n",
            event.file.display()
        )
    );
    assert_eq!(event.json("query").1["left"], 82);
    // A note of another kind is another row; some guests of a list are on another, too, and are told.
    assert_eq!(run("buyer,note\nAnn,back\n", " --batch third").stderr, "");
    let one = run("buyer\nBob\nCara\n", " --batch fourth").stderr;
    let told = "note: 1 of these 2 rows equals a sale of a list of another name: row 2 (Bob); if";
    assert!(one.starts_with(told), "{one}");
    // The rows of one list of both names: nothing is sold.
    assert_eq!(run(text, " --batch other").stderr, "");
    audited(&event);
}

/// A refused row before which an equal one was sold is that row still in the file of refused rows: it is sold from there, once, and
/// no sale of the same list is taken for that of another.
#[test]
fn a_refused_row_that_equals_a_sold_one_is_sold_from_the_file_of_refused_rows() {
    for name in ["list.csv", "list.jsonl"] {
        let event = made(3, "");
        let (text, rejects) = match name {
            "list.csv" => (
                "buyer,quantity\nGast,1\nAnna,1\nGast,1\nGast,1\nBob,2\n",
                "again.csv",
            ),
            _ => (
                "{\"buyer\":\"Gast\"}\n{\"buyer\":\"Anna\"}\n{\"buyer\":\"Gast\"}\n{\"buyer\":\"Gast\"}\n\
                 {\"buyer\":\"Bob\",\"quantity\":2}\n",
                "again.jsonl",
            ),
        };
        let again = event.path(rejects);
        let again_name = again.to_str().unwrap();
        let (code, done) = import(&event, name, text, &["--rejects", again_name]);
        assert_eq!((code, &done["sold"]), (3, &3.into()), "{done:#}");
        let refused = fs::read_to_string(&again).unwrap();
        assert_eq!(refused.matches("refused-2-").count(), 1, "{refused}");
        assert_eq!(event.json("adjust +9 --reason chairs").0, 0);
        // As of its list each is sold once, however often.
        for (sold, replayed) in [(2, 0), (0, 2)] {
            let (code, done) = told(&event, &["import", again_name, "--batch", name]);
            let counts = (&done["sold"], &done["replayed"]);
            assert_eq!(
                (code, counts),
                (0, (&sold.into(), &replayed.into())),
                "{done:#}"
            );
        }
        // So they are by the list, and with one more only that is new.
        let list = event.path(name);
        let run = || event.run(&format!("import {}", list.display()));
        assert_eq!((run().code, event.sales().len()), (Some(0), 5));
        let more = format!(
            "{text}{}",
            if rejects == "again.csv" {
                "Gast,1\n"
            } else {
                "{\"buyer\":\"Gast\"}\n"
            }
        );
        fs::write(&list, more).unwrap();
        let run = run();
        assert_eq!((run.code, event.sales().len()), (Some(0), 6), "{run:?}");
        assert!(!run.stderr.contains("another name"), "{run:?}");
        // A row that is corrected is another one, whatever key it has.
        let corrected = refused.replace("Gast", "Gustav");
        fs::write(&again, corrected).unwrap();
        let (code, done) = told(&event, &["import", again_name, "--batch", name]);
        assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
        let key = event.sales().last().unwrap()["key"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(key.starts_with("import-"), "{key}");
        audited(&event);
    }
}

/// Where nobody says that it is another list, such a one is refused before anything is sold, with the name that it had.
#[test]
fn a_list_that_lies_there_under_another_name_is_not_sold_once_more() {
    let event = made(90, "");
    let text = "buyer,quantity,note\nPaul,2,\nAnn,1,front\nBob,1,\n";
    assert_eq!(import(&event, "mitglieder.csv", text, &[]).0, 0);
    let more = format!("{text}Cara,1,\n");
    let (code, error) = import(&event, "mitglieder (2).csv", &more, &[]);
    let [message, hint] = ["message", "hint"].map(|it| error["error"][it].as_str().unwrap());
    assert_eq!(code, 4, "{error:#}");
    assert_eq!(
        message,
        "3 of 4 rows that are not sold as of \"mitglieder (2).csv\" equal sales of the list \"mitglieder.csv\", and would be \
         sold once more: row 2 (Paul), row 3 (Ann), row 4 (Bob)"
    );
    assert!(
        hint.contains(" --batch mitglieder.csv\" sells what is new in it"),
        "{hint}"
    );
    assert!(hint.contains(" --batch 'mitglieder (2).csv'"), "{hint}");
    assert_eq!(event.json("query").1["left"], 86);
    // As of that, one row is new.
    let as_of_that = ["--batch", "mitglieder.csv"];
    let (code, done) = import(&event, "mitglieder (2).csv", &more, &as_of_that);
    assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    // Where that file is gone, its name is not known.
    fs::remove_file(event.path("mitglieder.csv")).unwrap();
    let (code, error) = import(&event, "other.csv", text, &[]);
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        code == 4 && message.contains("equal sales of a list of another name"),
        "{error:#}"
    );
    // Some guests of one list are on another, too, and who says that it is another list is believed.
    let (code, done) = import(
        &event,
        "party.csv",
        "buyer,quantity,note\nPaul,2,\nBob,1,\nDan,1,\n",
        &[],
    );
    assert_eq!((code, &done["sold"]), (0, &3.into()), "{done:#}");
    let as_another = ["--batch", "mitglieder (2).csv"];
    assert_eq!(
        import(&event, "mitglieder (2).csv", &more, &as_another).1["sold"],
        4
    );
    audited(&event);
}

/// A column without a name is told by its place where something stands in it.
#[test]
fn a_column_without_a_name_is_named_by_its_place() {
    let event = made(90, "");
    let text = "buyer,quantity,,\nAnna,2,,\nBert,1,wheelchair,\n";
    let (code, error) = import(&event, "list.csv", text, &[]);
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        code == 2 && message.starts_with("it has something in column 3, which has no name"),
        "{message}"
    );
    let (code, done) = import(&event, "list.csv", text, &IGNORE);
    assert_eq!(
        (code, &done["passed_over"]),
        (0, &json!(["column 3"])),
        "{done:#}"
    );
    fs::write(
        event.path("more.csv"),
        text.replace("Anna", "Zoe").replace("Bert", "Ben"),
    )
    .unwrap();
    let line = format!(
        "import {} --ignore-columns",
        event.path("more.csv").display()
    );
    assert_eq!(
        event.run(&line).stderr,
        "note: passed over: column 3, which has no name\n"
    );
    // Nothing stands in any.
    let text = "buyer,quantity,,\nKim,2,,\n";
    assert_eq!(
        import(&event, "none.csv", text, &IGNORE).1["passed_over"],
        Value::Null
    );
    // Two of them are two.
    let text = "buyer,,,note\nEve,x,2,\n";
    let (code, error) = import(&event, "two.csv", text, &IGNORE);
    let message = error["error"]["message"].as_str().unwrap();
    assert!(
        code == 2 && message.contains("column 3, a column without a name"),
        "{message}"
    );
    audited(&event);
}

/// A list of sales, as this program writes it, sells no ticket that was cancelled.
#[test]
fn a_list_of_sales_sells_no_cancelled_ticket_again() {
    let event = made(90, "");
    for line in [
        "book Tabby -n 4",
        "cancel 3 -n 3",
        "book Gone -n 5",
        "cancel 5",
        "book Ann -n 2",
    ] {
        assert_eq!(event.json(line).0, 0, "{line}");
    }
    let sheet = event.run("sales --format csv").stdout;
    let lines = event.run("sales --format jsonl").stdout;
    for (name, text) in [("s.csv", &sheet), ("s.jsonl", &lines)] {
        let other = made(50, "");
        assert!(text.contains("Tabby"), "{text}");
        let (code, error) = import(&other, name, text, &IGNORE);
        assert_eq!(
            (code, &error["error"]["code"]),
            (2, &"usage".into()),
            "{error:#}"
        );
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("'tickets door --format csv'"), "{message}");
        // The others are sold where these are written down.
        let again = other.path("again");
        let rejects = ["--ignore-columns", "--rejects", again.to_str().unwrap()];
        let (code, done) = import(&other, name, text, &rejects);
        assert_eq!(
            (code, &done["sold"], &done["left"]),
            (4, &1.into(), &48.into()),
            "{done:#}"
        );
        audited(&other);
    }
    // Columns that say nothing of the kind.
    let text = "buyer,quantity,cancelled,valid\nann,2,no,yes\nbob,1,0,1\n";
    assert_eq!(import(&event, "list.csv", text, &IGNORE).1["sold"], 2);
}
