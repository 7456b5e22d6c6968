//! A command in a hint has the words that the caller has given, whatever is in them.

use std::fs;
use std::process::Command;

use crate::harness::{Run, TICKETS, TestEvent};

/// A command that is to be given again, of another event, has all the words that it was given with.
#[test]
fn a_command_for_another_event_keeps_its_words() {
    let event = TestEvent::empty();
    let own = |words: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.env_remove("TICKETS_FILE").args(words);
        Run::of(command.current_dir(event.directory()).output().unwrap())
    };
    assert_eq!(own(&["-f", "ball.json", "init", "9"]).code, Some(0));
    let book = ["book", "Ann O'Neil", "-n", "2", "--note", "--"];
    for words in [
        &book[..],
        &[&["-f", "bal.json"][..], &book].concat(),
        &[&["--file=bal.json", "-q"][..], &book].concat(),
        &[&["-qfbal.json", "--color", "never"][..], &book].concat(),
    ] {
        let words = &words[..words.len() - 2];
        let told = own(words).stderr;
        let (_, line) = told
            .split_once("\"tickets ")
            .expect("a command in double quotes");
        let (line, _) = line.split_once('"').unwrap();
        let quiet = if words.iter().any(|word| word.starts_with("-q")) {
            "-q "
        } else {
            ""
        };
        let color = if words.contains(&"never") {
            "--color never "
        } else {
            ""
        };
        let all = format!(r"-f ball.json {quiet}{color}book 'Ann O'\''Neil' -n 2");
        assert_eq!(line, all, "{told}");
    }
}

/// An import that is to be given again keeps its options, and names with spaces stay whole.
#[test]
fn an_import_that_is_told_keeps_its_options() {
    let event = TestEvent::stock(9);
    let run = |words: &[&str]| Run::of(event.command(words).output().unwrap());
    let [list, again] = ["my list.csv", "my again.csv"].map(|name| event.path(name));
    let [list_name, again_name] = [&list, &again].map(|path| path.to_str().unwrap());
    let named = |run: &Run, words: &str| {
        let line = format!("\"tickets -f {} {words}\"", event.file.display());
        assert!(run.stderr.contains(&line), "{line}: {run:?}");
    };
    fs::write(&list, b"buyer,quantity,age\nZo\xeb,2,3\n").unwrap();
    let options = ["--rejects", again_name, "--ignore-columns"];
    let told = run(&[&["import", list_name][..], &options].concat());
    let anew = list_name.replace(".csv", ".utf8.csv");
    named(
        &told,
        &format!("import '{anew}' --batch 'my list.csv' --ignore-columns --rejects '{again_name}'"),
    );
    fs::write(&list, "buyer,quantity,age\nZoe,99,3\n").unwrap();
    let told = run(&[&["import", list_name][..], &options].concat());
    named(
        &told,
        &format!("import '{again_name}' --batch 'my list.csv'"),
    );
    let told = run(&["import", again_name, "--ignore-columns"]);
    named(
        &told,
        &format!("import '{again_name}' --batch 'my list.csv' --ignore-columns"),
    );
    fs::write(&again, "buyer,quantity,key,note\nZoe,9,,\n").unwrap();
    let told = run(&[&["import", list_name][..], &options].concat());
    named(
        &told,
        &format!("import '{again_name}' --batch 'my list.csv'"),
    );
}

/// What undoes a forced command names an event where the caller has named one, and else none.
#[test]
fn what_undoes_a_reset_names_the_event_as_the_caller_did() {
    let event = TestEvent::empty();
    for (name, option) in [
        (&[][..], " "),
        (&["-f", "my gala.json"], " -f 'my gala.json' "),
    ] {
        let own = |words: &[&str]| {
            let mut command = Command::new(TICKETS);
            command.env_remove("TICKETS_FILE").args(name).args(words);
            Run::of(command.current_dir(event.directory()).output().unwrap())
        };
        let made = if name.is_empty() {
            own(&["reset", "5"])
        } else {
            own(&["init", "5"])
        };
        assert_eq!(made.code, Some(0), "{made:?}");
        assert_eq!(own(&["book", "ann"]).code, Some(0));
        let told = own(&["reset", "--force"]).stderr;
        assert!(
            told.contains(&format!(" && tickets{option}restore ")),
            "{told}"
        );
    }
}

/// A name where an id belongs: the same command with the id, and with all else that was given.
#[test]
fn a_command_with_the_id_keeps_its_words() {
    let event = TestEvent::stock(9);
    let id = event.booked("ann -n 3");
    for (words, told) in [
        (&["rename", "ann", "Ann Smith"][..], "rename ID 'Ann Smith'"),
        (&["-q", "cancel", "-n", "1", "ann"], "cancel -n 1 ID -q"),
        (&["show", "ann"], "show ID"),
    ] {
        let run = Run::of(event.command(words).output().unwrap());
        let line = format!(
            "tickets -f {} {}",
            event.file.display(),
            told.replace("ID", &id)
        );
        assert!(
            run.code == Some(4) && run.stderr.contains(&line),
            "{line}: {run:?}"
        );
    }
}

/// What stands beside a count, the directory that it is in, and a file of a backup: the right name is told.
#[test]
fn a_file_that_is_named_for_another_leads_to_that() {
    let event = TestEvent::empty();
    let own = |words: &[&str]| {
        let mut command = Command::new(TICKETS);
        command.env_remove("TICKETS_FILE").args(words);
        Run::of(command.current_dir(event.directory()).output().unwrap())
    };
    assert_eq!(own(&["-f", "d/my gala.json", "init", "9"]).code, Some(0));
    assert_eq!(own(&["-f", "d/my gala.json", "book", "ann"]).code, Some(0));
    for name in [
        "d/my gala.ledger.jsonl",
        "d/my gala.json.lock",
        "d/my gala.ledger.x.jsonl",
    ] {
        let told = own(&["-f", name, "query"]);
        assert!(
            told.code == Some(2) && told.stderr.ends_with(": say -f 'd/my gala.json'\n"),
            "{told:?}"
        );
    }
    let told = own(&["-f", "d", "book", "bob"]);
    assert!(
        told.stderr
            .ends_with("in it there is d/my gala.json: \"tickets -f 'd/my gala.json' book bob\"\n"),
        "{told:?}"
    );
    fs::create_dir(event.path("empty")).unwrap();
    for name in ["empty", "no.ledger.jsonl"] {
        let told = own(&["-f", name, "query"]);
        assert!(
            told.stderr
                .ends_with("give the path of a tickets.json with -f FILE\n"),
            "{told:?}"
        );
    }
    assert_eq!(
        own(&["-f", "d/my gala.json", "backup", "my safe"]).code,
        Some(0)
    );
    for (name, hint) in [
        (
            "my safe/my gala.json",
            "name that: \"tickets -f 'd/my gala.json' restore 'my safe'\"\n",
        ),
        (
            "my safe/my gala.ledger.jsonl",
            "name that: \"tickets -f 'd/my gala.json' restore 'my safe'\"\n",
        ),
        (
            "d/my gala.json",
            "name the directory that \"tickets -f 'd/my gala.json' backup DIR\" wrote to\n",
        ),
        (
            "list.csv",
            "name the directory that \"tickets -f 'd/my gala.json' backup DIR\" wrote to\n",
        ),
    ] {
        fs::write(event.path("list.csv"), "").unwrap();
        let told = own(&["-f", "d/my gala.json", "restore", name]);
        assert!(
            told.code == Some(2) && told.stderr.ends_with(hint),
            "{told:?}"
        );
        assert!(told.stderr.contains("is no directory"), "{told:?}");
    }
    let told = own(&["-f", "d/my gala.json", "import", "my safe", "--batch", "x"]);
    assert!(told.stderr.contains("restore DIR"), "{told:?}");
}
