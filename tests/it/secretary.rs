//! What somebody at a desk came upon in an hour: lists that go on to the next event, hints that are typed, texts with a dash.

use std::fs;

use crate::harness::{Run, TestEvent};

fn run(event: &TestEvent, words: &[&str]) -> Run {
    Run::of(event.command(words).output().unwrap())
}

/// A run in the directory of the event, which is named by its file's name.
fn here(event: &TestEvent, line: &[&str]) -> Run {
    let mut command = event.without_file(line[0]);
    command.args(&line[1..]).current_dir(event.directory());
    Run::of(command.output().unwrap())
}

#[test]
fn a_line_break_keeps_words_apart_on_a_printed_list() {
    let event = TestEvent::stock(9);
    let sold = run(
        &event,
        &["book", "Anna", "--note", "Loge\n2 Kinder\tTel 030\r\n12"],
    );
    assert_eq!(sold.code, Some(0), "{sold:?}");
    let page = run(&event, &["door", "--format", "html"]).stdout;
    assert!(
        page.contains("<small>Loge 2 Kinder Tel 030  12</small>"),
        "{page}"
    );
}

const NAMES: [&str; 8] = [
    "Anna + Bernd",
    "Smith - Jones",
    "=1+1",
    "'+ Groß",
    "Fr. Dr. Meier -- Loge",
    "+49 170 1234567",
    r"AC\new \\ x",
    "a@b.example",
];

/// From event to event, each sold from the list of the one before.
#[test]
fn names_and_notes_go_from_one_event_to_the_next_as_they_were() {
    let first = TestEvent::stock(90);
    for name in NAMES {
        let note = format!("{name}\n- bar");
        let sold = run(&first, &["book", "--note", &note, "--", name]);
        assert_eq!(sold.code, Some(0), "{sold:?}");
    }
    let raw = run(&first, &["door", "--format", "csv", "--raw"]).stdout;
    for name in NAMES {
        assert!(raw.contains(name), "{raw}");
    }
    for export in [
        &["door", "--format", "csv"][..],
        &["door", "--format", "csv", "--raw"],
        &["sales", "--format", "csv"],
        &["sales", "--format", "csv", "--bom"],
    ] {
        let mut list = run(&first, export).stdout;
        for year in 0..3 {
            let next = TestEvent::stock(90);
            let path = next.path("list.csv");
            fs::write(&path, &list).unwrap();
            let imported = run(
                &next,
                &["import", path.to_str().unwrap(), "--ignore-columns"],
            );
            assert_eq!(imported.code, Some(0), "{imported:?}");
            let (_, sales) = next.json("sales");
            let sales = sales["sales"].as_array().unwrap();
            // In a raw list such an apostrophe cannot be told from one that was put there.
            let is_raw = export.contains(&"--raw");
            for name in NAMES
                .iter()
                .filter(|name| !is_raw || !name.starts_with('\''))
            {
                let sale = sales.iter().find(|sale| sale["buyer"] == *name);
                let sale =
                    sale.unwrap_or_else(|| panic!("{year} {export:?}: {name:?}: {sales:#?}"));
                let note = sale["note"].as_str().unwrap();
                assert!(note.starts_with(name), "{year} {export:?}: {note:?}");
            }
            list = run(&next, export).stdout;
        }
    }
    assert!(
        run(&first, &["door", "--help"])
            .stdout
            .contains("apostrophe")
    );
    let refused = run(&first, &["door", "--raw"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(
        refused.stderr.contains("--raw is for --format csv"),
        "{refused:?}"
    );
}

/// Somebody's own list has what stands there.
#[test]
fn what_a_list_of_somebodys_own_has_is_taken_as_it_is() {
    let event = TestEvent::stock(9);
    let list = event.path("own.csv");
    fs::write(&list, "buyer,note\nRock '-n' Roll,C:\\new\n").unwrap();
    assert_eq!(
        run(&event, &["import", list.to_str().unwrap()]).code,
        Some(0)
    );
    let (_, sales) = event.json("sales");
    assert_eq!(sales["sales"][0]["buyer"], "Rock '-n' Roll");
    assert_eq!(sales["sales"][0]["note"], "C:\\new");
}

#[test]
fn the_event_that_is_missing_is_the_one_that_is_made() {
    let event = TestEvent::empty();
    assert_eq!(
        here(&event, &["-f", "quiz.json", "init", "5"]).code,
        Some(0)
    );
    for line in [
        &["-f", "quiz.json", "copy", "gala.json", "x.json"][..],
        &["copy", "gala.json", "x.json"],
        #[cfg(feature = "serve")]
        &["-f", "quiz.json", "serve", "gala.json"],
        #[cfg(feature = "serve")]
        &["serve", "quiz.json", "gala.json"],
    ] {
        let run = here(&event, line);
        assert_eq!(run.code, Some(1), "{run:?}");
        let told = "name it by its path; 'tickets -f gala.json init 200' makes";
        assert!(run.stderr.contains(told), "{line:?}: {run:?}");
    }
}

#[test]
fn a_word_that_is_no_command_makes_no_directory_of_pages() {
    let event = TestEvent::empty();
    let run = here(&event, &["man", "bakcup"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(
        run.stderr.contains("did you mean 'tickets man backup'?"),
        "{run:?}"
    );
    assert!(run.stderr.contains("'tickets man ./bakcup'"), "{run:?}");
    assert_eq!(event.names(), [""; 0]);
    assert_eq!(here(&event, &["man", "./bakcup"]).code, Some(0));
    assert_eq!(
        here(&event, &["man", "bakcup"]).code,
        Some(0),
        "it is there now"
    );
}

/// The key of a receipt opens the sale that it was made for, and no other.
#[test]
fn a_receipts_key_is_nobody_elses() {
    let event = TestEvent::stock(9);
    let key = "p-0123456789abcdef0123456789abcdef";
    for words in [
        &["book", "Anna", "--key", "p-1"][..],
        &["hold", "Anna", "-k", key],
        &["cancel", "2", "--key", "p-1"],
        &["adjust", "+1", "--reason", "x", "--key", key],
    ] {
        let run = run(&event, words);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(
            run.stderr
                .contains("keys that begin with p- are made by the page"),
            "{run:?}"
        );
    }
    let list = event.path("last.csv");
    let rows = format!("id,buyer,key\n7-k3v9xq,Anna,{key}\n8-k3v9xq,Bernd,own\n");
    fs::write(&list, rows).unwrap();
    let words = ["import", list.to_str().unwrap(), "--ignore-columns"];
    let imported = run(&event, &words);
    assert_eq!(imported.code, Some(0), "{imported:?}");
    assert!(
        imported.stderr.contains("the keys of 1 row were left out"),
        "{imported:?}"
    );
    let again = run(&event, &words);
    assert!(again.stdout.contains("0 sold, 2 sold before"), "{again:?}");
    let ledger = event.ledger_text();
    assert!(
        !ledger.contains(key) && ledger.contains("\"own\""),
        "{ledger}"
    );
}

#[test]
fn a_time_that_is_still_to_come_was_yesterday() {
    let event = TestEvent::stock(9);
    event.booked("anna");
    // One of the two is to come.
    for time in ["00:00", "23:59:59"] {
        let run = run(&event, &["sales", "--since", time]);
        assert!(run.stdout.contains("anna"), "{time}: {run:?}");
    }
}

#[test]
fn a_text_may_begin_with_a_dash() {
    let event = TestEvent::stock(9);
    for words in [
        &["book", "Anna", "--note", "- bar bezahlt"][..],
        &["set", "--title", "- Krug -"],
    ] {
        let run = run(&event, words);
        assert_eq!(run.code, Some(0), "{run:?}");
    }
    assert_eq!(event.json("sales").1["sales"][0]["note"], "- bar bezahlt");
    assert!(run(&event, &["set"]).stdout.contains("- Krug -"));
    for (words, told) in [
        (&["book", "B", "--note", "-x"][..], "--note=-x"),
        (&["book", "-1+1"], "book -- -1+1'"),
        (&["book", "Anna", "-2"], "'--quantity 2' says how many"),
    ] {
        let run = run(&event, words);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.stderr.contains(told), "{words:?}: {run:?}");
    }
}

/// Also a second time: the directory is there then.
#[test]
fn the_way_back_may_be_gone_twice() {
    let event = TestEvent::stock(9);
    event.booked("anna");
    let run = run(&event, &["reset", "--force"]);
    assert!(
        run.stderr.contains("note: to undo that: mkdir -p "),
        "{run:?}"
    );
}

#[test]
fn nobody_has_bought_what_is_only_held() {
    let event = TestEvent::stock(9);
    assert_eq!(run(&event, &["hold", "Anna"]).code, Some(0));
    let door = run(&event, &["door"]);
    assert_eq!(door.stdout, "nobody has bought yet\n");
    let told = "note: nobody has bought yet; 1 ticket is held besides";
    assert!(door.stderr.starts_with(told), "{door:?}");
}
