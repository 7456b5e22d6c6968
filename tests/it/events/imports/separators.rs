//! What spreadsheets put before a header, and columns that say how many beside the quantity.

use std::fs;

use super::{import, refusals};
use crate::events::{audited, made, told};

/// As Excel writes it: a line of its own says what separates cells.
#[test]
fn a_first_line_says_what_separates_cells() {
    let event = made(90, "");
    for (at, text) in [
        "sep=;\r\nbuyer;quantity;note\r\nann, the first;2;\r\nbob;many;\r\n",
        "\u{feff}sep=,\nbuyer,quantity\nann;x,2\nbob,many\n",
        "\"sep=\t\"\nbuyer\tquantity\nann\t2\nbob\tmany\n",
        // A header of one column tells nothing of itself.
        "SEP=;\n\nbuyer\nann\n;\n\"a;b;\"\n",
    ]
    .into_iter()
    .enumerate()
    {
        let again = event.path(&format!("again-{at}.csv"));
        let rejects = ["--rejects", again.to_str().unwrap()];
        let (code, done) = import(&event, &format!("list-{at}.csv"), text, &rejects);
        if at == 3 {
            assert_eq!((code, &done["sold"]), (0, &2.into()), "{done:#}");
            continue;
        }
        assert_eq!((code, &done["sold"]), (4, &1.into()), "{text:?}: {done:#}");
        // Lines are counted with that one.
        assert_eq!(refusals(&done), [(4, "usage")]);
        // What was refused is written down as the list was: as a spreadsheet opens it.
        let written = fs::read_to_string(&again).unwrap();
        let separator = [";", ",", "\t"][at];
        let mark = if at == 1 { "\u{feff}" } else { "" };
        let columns = ["buyer", "quantity", "key", "note"].join(separator);
        let head = format!("{mark}sep={separator}\n{columns}\n");
        assert!(written.starts_with(&head), "{written:?}");
        // It is sold from there, when it is corrected, and written over by the next run.
        assert_eq!(
            import(&event, &format!("list-{at}.csv"), text, &rejects).0,
            4
        );
        let corrected = written.replace("many", "3");
        let name = again.file_name().unwrap().to_str().unwrap();
        let of = format!("list-{at}.csv");
        let (code, done) = import(&event, name, &corrected, &["--batch", &of]);
        assert_eq!((code, &done["sold"]), (0, &1.into()), "{done:#}");
    }
    audited(&event);
}

#[test]
fn a_separator_that_is_none_and_a_header_behind_it_are_told_by_their_lines() {
    let event = made(9, "");
    for (text, line, said) in [
        (
            "sep=|\nbuyer|quantity\n",
            1,
            "says by \"sep=\" that \"|\" stands between cells",
        ),
        (
            "sep=\nbuyer\n",
            1,
            "says by \"sep=\" that \"\" stands between cells",
        ),
        ("sep=;\nname;quantity\nann;2\n", 2, "has a column \"name\""),
        ("\n\nname,quantity\nann,2\n", 3, "has a column \"name\""),
        (
            "sep=,\nbuyer;quantity\nann;2\n",
            2,
            "between commas and between semicolons",
        ),
        ("sep=;\n", 2, "has no column \"buyer\""),
    ] {
        let (code, document) = import(&event, "list.csv", text, &[]);
        let error = &document["error"];
        assert_eq!(
            (code, &error["line"]),
            (2, &line.into()),
            "{text:?}: {document:#}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(said), "{text:?}: {message}");
    }
}

/// A row whose quantity is empty is one ticket, unless something else in it says how many.
#[test]
fn a_row_that_says_how_many_elsewhere_is_refused_with_that_column() {
    let event = made(90, "");
    let again = event.path("again.csv");
    let again = again.to_str().unwrap();
    let ignore = ["--ignore-columns"];
    let text = "buyer,quantity,Seats,phone\nann,2,9,030\nbob,,3,040\ncat,,1,\ndan,,,5\neve,,two,\n";
    let (code, document) = import(&event, "list.csv", text, &ignore);
    let rows = document["error"]["rows"].as_array().unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["row"].as_u64().unwrap(),
                row["message"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(code, 2, "{document:#}");
    assert_eq!(
        rows,
        [
            (
                3,
                "it has no quantity, and its column \"Seats\" says 3: which of them is it?"
            ),
            (
                6,
                "it has no quantity, and its column \"Seats\" says two: which of them is it?"
            ),
        ]
    );
    assert_eq!(event.sales().len(), 0);
    let (code, done) = import(
        &event,
        "list.csv",
        text,
        &["--ignore-columns", "--rejects", again],
    );
    assert_eq!((code, &done["left"]), (4, &86.into()), "{done:#}");
    assert_eq!(refusals(&done), [(3, "usage"), (6, "usage")]);
    // Uncorrected they are not sold from there: without that column each would be one ticket.
    let (code, document) = told(&event, &["import", again, "--batch", "list.csv"]);
    assert_eq!(
        (code, &document["error"]["bad"]),
        (2, &2.into()),
        "{document:#}"
    );
    let written = fs::read_to_string(again)
        .unwrap()
        .replace("3?", "3")
        .replace("two?", "2");
    fs::write(again, written).unwrap();
    let (code, done) = told(&event, &["import", again, "--batch", "list.csv"]);
    assert_eq!((code, &done["left"]), (0, &81.into()), "{done:#}");
    // The same of JSON lines.
    let text = "{\"buyer\":\"max\",\"quantity\":2,\"seats\":9}\n{\"buyer\":\"moe\",\"seats\":3}\n{\"buyer\":\"mia\",\"seats\":1}\n\
                {\"buyer\":\"mo\",\"seats\":null}\n";
    let (code, document) = import(&event, "list.jsonl", text, &ignore);
    assert_eq!(
        (code, &document["error"]["line"]),
        (2, &2.into()),
        "{document:#}"
    );
    assert_eq!(
        document["error"]["message"],
        "it has no quantity, and its member \"seats\" says 3: which of them is it?"
    );
    let (code, done) = import(
        &event,
        "list.jsonl",
        &text.replace(",\"seats\":3", ",\"quantity\":3"),
        &ignore,
    );
    assert_eq!((code, &done["left"]), (0, &74.into()), "{done:#}");
    audited(&event);
}
