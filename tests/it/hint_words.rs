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
