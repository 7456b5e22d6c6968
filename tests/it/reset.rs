//! `reset` starts an event anew and loses nothing.

use std::fs;
use std::process::Command;

use crate::harness::{Run, TestEvent, eventually, flocks, signal};

#[test]
fn reset_gives_the_opening_stock_back_and_keeps_the_old_ledger() {
    let event = TestEvent::with("{\"ticket_num\": 5, \"event\": \"Ball\"}\n");
    assert_eq!(event.json("buy --users 3 --lock --think 0ms").0, 0);
    let ledger = fs::read(event.path("tickets.ledger.jsonl")).unwrap();
    let (code, document) = event.json("reset");
    assert_eq!((code, &document["left"]), (0, &5.into()), "{document:#}");
    assert_eq!(
        fs::read_to_string(&event.file).unwrap(),
        "{\"ticket_num\": 5, \"event\": \"Ball\"}\n"
    );
    let archive = document["archived"].as_str().unwrap();
    assert_eq!(fs::read(archive).unwrap(), ledger);
    assert_eq!(event.ledger().len(), 1, "a new ledger, just opened");
    assert_eq!(event.json("buy --users 8 --lock --think 0ms").1["sold"], 5);
    event.assert_adds_up();
}

#[test]
fn reset_takes_a_stock() {
    let event = TestEvent::stock(2);
    let run = event.run("reset 7");
    assert!(run.stdout.starts_with("7 left\n"), "{run:?}");
    assert_eq!(
        fs::read_to_string(&event.file).unwrap(),
        "{\"ticket\": 7}\n"
    );
    assert_eq!(event.json("reset").1["left"], 7);
    assert_eq!(event.json("reset 0").1["left"], 0);
}

#[test]
fn reset_makes_the_event_to_practise_on_and_no_other() {
    let event = TestEvent::empty();
    let (code, error) = event.json("reset 5");
    assert_eq!((code, &error["error"]["code"]), (1, &"missing".into()));
    assert_eq!(event.names(), [""; 0]);
    let run = Run::of(event.without_file("reset").output().unwrap());
    assert!(run.stdout.starts_with("2 left\n"), "{run:?}");
    let made = fs::read_to_string(event.path("data/tickets.json")).unwrap();
    assert_eq!(made, "{\"ticket\": 2}\n");
    let rush = ["buy", "--users", "3", "--lock", "--think", "0ms"];
    let mut command = event.without_file("--json");
    let (code, report) = Run::of(command.args(rush).output().unwrap()).document();
    assert_eq!((code, &report["sold"]), (0, &2.into()), "{report:#}");
}

/// A torn tail holds no sale, and is somebody's all the same.
#[test]
fn reset_keeps_a_torn_tail_in_the_archive() {
    let preallocation = [b'\n'; 300];
    for torn in [
        &b"{\"seq\":3,\"at\":\""[..],
        b"\0\0\0\0\n",
        &[&preallocation[..], b"{\"seq\":3"].concat(),
    ] {
        let event = TestEvent::stock(5);
        event.booked("alice");
        let path = event.path("tickets.ledger.jsonl");
        let ledger = [&fs::read(&path).unwrap()[..], torn].concat();
        fs::write(&path, &ledger).unwrap();
        let (code, document) = event.json("reset --force");
        assert_eq!(code, 0, "{document:#}");
        let archive = fs::read(document["archived"].as_str().unwrap()).unwrap();
        assert_eq!(archive, ledger);
        assert_eq!(event.ledger().len(), 1);
        event.booked("bob");
        event.assert_adds_up();
    }
}

/// The largest stock that every JSON reader holds exactly.
#[test]
fn an_event_of_the_largest_stock_opens_and_no_larger_one() {
    let most = (1_u64 << 53) - 1;
    for line in ["reset 9007199254740991", "query"] {
        let event = TestEvent::stock(most);
        assert_eq!(event.json(line).1["left"], most);
        assert_eq!(event.json("book alice").1["left"], most - 1);
        assert_eq!(event.ledger()[0]["quantity"], most);
        let (code, document) = event.json("audit");
        assert_eq!((code, &document["capacity"]), (0, &most.into()));
        assert_eq!(event.json("adjust +1 --reason x").0, 4);
        event.assert_adds_up();
    }
    let event = TestEvent::stock(most + 1);
    assert_eq!(event.json("book alice").0, 6);
    let event = TestEvent::stock(2);
    assert_eq!(event.json("reset 9007199254740992").0, 2);
}

/// Such a count ties the event to no line of a ledger.
#[test]
fn a_count_of_no_line_opens_without_a_ledger() {
    let event = TestEvent::with("{\"ticket\": 5, \"sold\": 0, \"seq\": 0, \"bytes\": 0}\n");
    assert_eq!(event.json("query").1["left"], 5);
    assert_eq!(event.json("book alice").1["left"], 4);
    event.assert_adds_up();
    let event = TestEvent::with("{\"ticket\": 5, \"sold\": 0, \"seq\": 1, \"bytes\": 0}\n");
    assert_eq!(event.json("book alice").0, 6);
}

#[test]
fn reset_is_the_way_out_of_a_race() {
    let event = TestEvent::stock(2);
    assert_eq!(event.json("buy --users 8 --together").0, 6);
    let run = event.run("buy --users 8 --lock --think 0ms");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(
        run.stderr
            .contains("tickets.ledger.jsonl:3: this line does not add up"),
        "{}",
        run.stderr
    );
    let (code, document) = event.json("query");
    assert_eq!(
        (code, &document["left"], &document["error"]["code"]),
        (6, &1.into(), &"integrity".into())
    );
    assert_eq!(event.json("reset").1["left"], 2);
    assert_eq!(event.json("buy --users 8 --lock --think 0ms").0, 0);
    event.assert_adds_up();
}

#[test]
fn reset_over_a_broken_count_needs_a_number() {
    let event = TestEvent::with("");
    assert_eq!(event.json("reset").0, 6);
    assert_eq!(fs::read(&event.file).unwrap(), b"");
    assert_eq!(event.json("reset 2").0, 0);
    assert_eq!(
        fs::read_to_string(&event.file).unwrap(),
        "{\"ticket\": 2}\n"
    );
}

#[test]
fn what_a_broken_count_held_is_kept() {
    let event = TestEvent::with("{\"ticket\": 2, \"event\": \"Ball\",}");
    let (code, document) = event.json("reset 2");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(code == 4 && message.contains("is no event"), "{document:#}");
    let (code, document) = event.json("reset 2 --force");
    assert_eq!(code, 0, "{document:#}");
    let kept = event
        .names()
        .into_iter()
        .find(|name| name.contains("broken"))
        .unwrap();
    assert_eq!(
        fs::read_to_string(event.path(&kept)).unwrap(),
        "{\"ticket\": 2, \"event\": \"Ball\",}"
    );
}

#[test]
fn reset_waits_for_a_rush_that_holds_the_lock() {
    let event = TestEvent::stock(5);
    let lock = event.path("tickets.json.lock");
    let rush = event.start("--json buy --users 1 --lock --think 1h");
    let holder = eventually("the buyer holds the lock", || {
        // The rush itself held it before, when it got the event ready.
        let holder = flocks(&lock).first().map(|(pid, _)| *pid);
        holder.filter(|pid| *pid != rush.id().cast_signed())
    });
    let (code, document) = event.json("reset --wait 100ms");
    assert_eq!(
        (code, &document["error"]["code"]),
        (5, &"busy".into()),
        "{document:#}"
    );
    assert_eq!(document["error"]["holder"], holder, "{document:#}");
    assert_eq!(event.count()["ticket"], 5);

    let reset = event.start("--json reset 9 --wait 60s");
    eventually("the reset waits", || {
        flocks(&lock).iter().any(|(_, waits)| *waits).then_some(())
    });
    signal(rush.id().cast_signed(), "INT");
    assert_eq!(rush.wait_with_output().unwrap().status.code(), Some(130));
    let (code, document) = Run::of(reset.wait_with_output().unwrap()).document();
    assert_eq!((code, &document["left"]), (0, &9.into()));
    assert_eq!(event.count()["ticket"], 9);
}

/// What a learner does in a fresh clone leaves nothing for git to see.
#[test]
fn after_a_rush_and_a_reset_a_clone_is_clean() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let clone = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let output = Command::new("git")
            .current_dir(clone.path())
            .args(arguments)
            .output();
        output.map(|output| {
            (
                output.status.success(),
                String::from_utf8(output.stdout).unwrap(),
            )
        })
    };
    if git(&["--version"]).is_err() {
        eprintln!("skipped: no git here");
        return;
    }
    fs::create_dir(clone.path().join("data")).unwrap();
    fs::copy(root.join(".gitignore"), clone.path().join(".gitignore")).unwrap();
    fs::copy(
        root.join("data/tickets.json"),
        clone.path().join("data/tickets.json"),
    )
    .unwrap();
    let commit = [
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.org",
        "commit",
        "-qm",
        "all",
    ];
    assert!(
        git(&["init", "-q"]).unwrap().0
            && git(&["add", "-A"]).unwrap().0
            && git(&commit).unwrap().0
    );
    let tickets = |line: &str| {
        let mut command = Command::new(crate::harness::TICKETS);
        command
            .current_dir(clone.path())
            .env_remove("TICKETS_FILE")
            .args(line.split(' '));
        command.output().unwrap().status.code()
    };
    assert_eq!(tickets("buy --users 8 --lock --think 0ms"), Some(0));
    assert_eq!(tickets("reset"), Some(0));
    assert_eq!(tickets("buy --users 8 --together"), Some(6));
    assert_eq!(tickets("reset"), Some(0));
    assert_eq!(git(&["status", "--porcelain"]).unwrap().1, "");
}

#[test]
fn reset_keeps_off_real_bookings() {
    let event = TestEvent::stock(200);
    for buyer in ["alice", "bob", "carol"] {
        event.booked(buyer);
    }
    let ledger = fs::read(event.path("tickets.ledger.jsonl")).unwrap();
    let before = event.contents();
    for line in ["reset", "reset 9"] {
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["error"]["code"]),
            (4, &"refused".into()),
            "{document:#}"
        );
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.starts_with("3 tickets are booked"), "{message}");
        assert!(
            document["error"]["hint"]
                .as_str()
                .unwrap()
                .contains("--force")
        );
        assert_eq!(event.contents(), before);
    }
    // With the count gone too: nothing is made in its place.
    fs::remove_file(&event.file).unwrap();
    assert_eq!(event.run("reset").code, Some(4));
    assert!(
        !event.names().contains(&"tickets.json".to_owned()),
        "{:?}",
        event.names()
    );
    fs::write(&event.file, &before[0].1).unwrap();
    let (code, document) = event.json("reset --force 9");
    assert_eq!((code, &document["left"]), (0, &9.into()), "{document:#}");
    assert_eq!(
        fs::read(document["archived"].as_str().unwrap()).unwrap(),
        ledger
    );

    // Cancelled bookings and a rush's are none.
    let ids = [event.booked("alice --quantity 2"), event.booked("bob")];
    let (code, _) = event.json("buy --users 3 --lock --think 0ms --force");
    assert_eq!(code, 0);
    assert_eq!(event.json(&format!("cancel {} -n 1", ids[0])).0, 0);
    assert_eq!(event.json(&format!("cancel {}", ids[1])).0, 0);
    let (code, document) = event.json("reset");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        code == 4 && message.starts_with("1 ticket is booked"),
        "{document:#}"
    );
    assert_eq!(event.json(&format!("cancel {}", ids[0])).0, 0);
    assert_eq!(event.json("reset").1["left"], 9);
    assert_eq!(event.ledger().len(), 1);
}

/// What is held is no booking, but somebody's all the same.
#[test]
fn a_reset_says_what_is_booked_and_what_is_held() {
    let event = TestEvent::stock(9);
    let refused = |said: &str| {
        let (code, document) = event.json("reset 5");
        let error = &document["error"];
        let message = format!("{said}: a reset would start the event anew without them");
        assert_eq!((code, &error["message"]), (4, &message.into()));
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.contains(" adjust +N --reason TEXT'"), "{hint}");
    };
    let hold = |line: &str| {
        event.json(line).1["hold"]["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let first = hold("hold ann");
    refused("1 ticket is held");
    let second = hold("hold bob -n 2");
    refused("3 tickets are held");
    event.booked("eve -n 2");
    refused("2 tickets are booked, and 3 are held");
    assert_eq!(event.json(&format!("confirm {second}")).0, 0);
    refused("4 tickets are booked, and 1 is held");
    assert_eq!(event.json(&format!("release {first}")).0, 0);
    refused("4 tickets are booked");
}

#[test]
fn a_rush_keeps_off_real_bookings() {
    let event = TestEvent::stock(9);
    let id = event.booked("alice");
    let before = event.contents();
    for line in [
        "buy --users 2 --think 0ms",
        "buy --users 2 --together",
        "buy --users 2 --threads",
        "buy --users 2 --lock --think 0ms",
        "buy --users 2 --lock --think 0ms --threads",
        "buy --users 2 --lock=shared",
    ] {
        let (code, document) = event.json(line);
        assert_eq!(
            (code, &document["error"]["code"]),
            (4, &"refused".into()),
            "{document:#}"
        );
        let hint = document["error"]["hint"].as_str().unwrap();
        let way = "echo '{\"ticket\": 50}' > other.json";
        assert!(hint.contains(way), "{hint}");
        // Whoever has given the lock is not told to.
        assert_eq!(
            hint.contains("--lock "),
            !line.contains("--lock "),
            "{hint}"
        );
        assert_eq!(event.contents(), before, "{line}");
    }
    let forced = "buy --users 2 --lock --think 0ms --force";
    assert_eq!(event.json(forced).1["sold"], 2);
    // What others wait for is not taken by a second rush either.
    assert_eq!(event.json("buy --users 2 --lock --think 0ms").0, 4);
    assert_eq!(event.json(&format!("cancel {id}")).0, 0);
    assert_eq!(event.json("buy --users 2 --together").0, 6);
    // The race has broken the ledger; what is booked behind the break is safe all the same.
    assert_eq!(event.json("reset").0, 0);
    event.booked("bob");
    assert_eq!(event.json("buy --users 2 --think 0ms").0, 4);
    event.assert_adds_up();
}

/// A disk that fails while a new event gets its name.
#[test]
fn an_event_that_gets_no_name_is_not_made() {
    let event = TestEvent::empty();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-etrace=renameat2"]);
    command.args(["-einject=renameat2:error=EIO:when=1"]);
    command
        .arg(crate::harness::TICKETS)
        .env_remove("TICKETS_FILE")
        .current_dir(event.directory());
    let Ok(output) = command.args(["--json", "reset", "5"]).output() else {
        return eprintln!("skipped: no strace here");
    };
    let (code, document) = Run::of(output).document();
    let told = |member: &str| document["error"][member].as_str().unwrap_or_default();
    assert_eq!(code, 1, "{document:#}");
    assert!(
        told("message").starts_with("could not create") && told("file").ends_with("tickets.json"),
        "{document:#}"
    );
    assert!(fs::read_dir(event.path("data")).unwrap().next().is_none());
    let run = Run::of(event.without_file("reset").output().unwrap());
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn an_event_that_a_reset_makes_is_not_called_reset() {
    let event = TestEvent::empty();
    let run = Run::of(event.without_file("reset").output().unwrap());
    assert!(run.stdout.contains("data/tickets.json was made"), "{run:?}");
    let run = Run::of(event.without_file("reset").output().unwrap());
    assert!(
        run.stdout.contains("data/tickets.json was reset"),
        "{run:?}"
    );
}
