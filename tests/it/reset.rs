//! `reset` starts an event anew and loses nothing.

use std::fs;
use std::process::Command;

use crate::harness::{Run, Shop, eventually, flocks, signal};

#[test]
fn reset_gives_the_opening_stock_back_and_keeps_the_old_ledger() {
    let shop = Shop::with("{\"ticket_num\": 5, \"event\": \"Ball\"}\n");
    assert_eq!(shop.json("buy --users 3 --lock --think 0ms").0, 0);
    let ledger = fs::read(shop.path("tickets.ledger.jsonl")).unwrap();
    let (code, document) = shop.json("reset");
    assert_eq!((code, &document["ticket"]), (0, &5.into()), "{document:#}");
    assert_eq!(
        fs::read_to_string(&shop.file).unwrap(),
        "{\"ticket_num\": 5, \"event\": \"Ball\"}\n"
    );
    let archive = document["archived"].as_str().unwrap();
    assert_eq!(fs::read(archive).unwrap(), ledger);
    assert_eq!(shop.ledger().len(), 1, "a new ledger, just opened");
    assert_eq!(shop.json("buy --users 8 --lock --think 0ms").1["sold"], 5);
    shop.assert_adds_up();
}

#[test]
fn reset_takes_a_stock_and_makes_an_event() {
    let shop = Shop::empty();
    let run = shop.run("reset 7");
    assert!(run.stdout.starts_with("7 left\n"), "{run:?}");
    assert_eq!(fs::read_to_string(&shop.file).unwrap(), "{\"ticket\": 7}\n");
    assert_eq!(shop.json("reset").1["ticket"], 7);
    assert_eq!(shop.json("reset 0").1["ticket"], 0);
    fs::remove_file(&shop.file).unwrap();
    let fresh = Shop::empty();
    assert_eq!(fresh.json("reset").1["ticket"], 2);
    let deeper = fresh.path("a/b/gig.json");
    let output = Command::new(crate::harness::TICKETS)
        .arg("-f")
        .arg(&deeper)
        .args(["reset", "3"])
        .output()
        .unwrap();
    let run = Run::of(output);
    assert!(run.stdout.starts_with("3 left\n"), "{run:?}");
    assert!(deeper.exists());
}

/// A torn tail holds no sale, and is somebody's all the same.
#[test]
fn reset_keeps_a_torn_tail_in_the_archive() {
    let padding = [b'\n'; 300];
    for torn in [
        &b"{\"seq\":3,\"at\":\""[..],
        b"\0\0\0\0\n",
        &[&padding[..], b"{\"seq\":3"].concat(),
    ] {
        let shop = Shop::stock(5);
        shop.booked("alice");
        let path = shop.path("tickets.ledger.jsonl");
        let ledger = [&fs::read(&path).unwrap()[..], torn].concat();
        fs::write(&path, &ledger).unwrap();
        let (code, document) = shop.json("reset --force");
        assert_eq!(code, 0, "{document:#}");
        let archive = fs::read(document["archived"].as_str().unwrap()).unwrap();
        assert_eq!(archive, ledger);
        assert_eq!(shop.ledger().len(), 1);
        shop.booked("bob");
        shop.assert_adds_up();
    }
}

/// The largest stock that every JSON reader holds exactly.
#[test]
fn an_event_of_the_largest_stock_opens_and_no_larger_one() {
    let most = (1_u64 << 53) - 1;
    for line in ["reset 9007199254740991", "query"] {
        let shop = Shop::stock(most);
        assert_eq!(shop.json(line).1["ticket"], most);
        assert_eq!(shop.json("book alice").1["left"], most - 1);
        assert_eq!(shop.ledger()[0]["quantity"], most);
        let (code, document) = shop.json("audit");
        assert_eq!((code, &document["capacity"]), (0, &most.into()));
        assert_eq!(shop.json("adjust +1 --reason x").0, 4);
        shop.assert_adds_up();
    }
    let shop = Shop::stock(most + 1);
    assert_eq!(shop.json("book alice").0, 6);
    let shop = Shop::stock(2);
    assert_eq!(shop.json("reset 9007199254740992").0, 2);
}

/// Such a count ties the event to no line of a ledger.
#[test]
fn a_count_of_no_line_opens_without_a_ledger() {
    let shop = Shop::with("{\"ticket\": 5, \"sold\": 0, \"seq\": 0, \"bytes\": 0}\n");
    assert_eq!(shop.json("query").1["ticket"], 5);
    assert_eq!(shop.json("book alice").1["left"], 4);
    shop.assert_adds_up();
    let shop = Shop::with("{\"ticket\": 5, \"sold\": 0, \"seq\": 1, \"bytes\": 0}\n");
    assert_eq!(shop.json("book alice").0, 6);
}

#[test]
fn reset_is_the_way_out_of_a_race() {
    let shop = Shop::stock(2);
    assert_eq!(shop.json("buy --users 8 --together").0, 6);
    let run = shop.run("buy --users 8 --lock --think 0ms");
    assert_eq!(run.code, Some(6), "{run:?}");
    assert!(
        run.stderr
            .contains("tickets.ledger.jsonl:2: this line does not add up"),
        "{}",
        run.stderr
    );
    let (code, document) = shop.json("query");
    assert_eq!(
        (code, &document["ticket"], &document["error"]["code"]),
        (6, &1.into(), &"integrity".into())
    );
    assert_eq!(shop.json("reset").1["ticket"], 2);
    assert_eq!(shop.json("buy --users 8 --lock --think 0ms").0, 0);
    shop.assert_adds_up();
}

#[test]
fn reset_over_a_broken_count_needs_a_number() {
    let shop = Shop::with("");
    assert_eq!(shop.json("reset").0, 6);
    assert_eq!(fs::read(&shop.file).unwrap(), b"");
    assert_eq!(shop.json("reset 2").0, 0);
    assert_eq!(fs::read_to_string(&shop.file).unwrap(), "{\"ticket\": 2}\n");
}

#[test]
fn what_a_broken_count_held_is_kept() {
    let shop = Shop::with("{\"ticket\": 2, \"event\": \"Ball\",}");
    let (code, document) = shop.json("reset 2");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(code == 4 && message.contains("is no event"), "{document:#}");
    let (code, document) = shop.json("reset 2 --force");
    assert_eq!(code, 0, "{document:#}");
    let kept = shop
        .names()
        .into_iter()
        .find(|name| name.contains("broken"))
        .unwrap();
    assert_eq!(
        fs::read_to_string(shop.path(&kept)).unwrap(),
        "{\"ticket\": 2, \"event\": \"Ball\",}"
    );
}

#[test]
fn reset_waits_for_a_rush_that_holds_the_lock() {
    let shop = Shop::stock(5);
    let lock = shop.path("tickets.json.lock");
    let rush = shop.start("--json buy --users 1 --lock --think 1h");
    let holder = eventually("the buyer holds the lock", || {
        // The rush itself held it before, when it got the event ready.
        let holder = flocks(&lock).first().map(|(pid, _)| *pid);
        holder.filter(|pid| *pid != rush.id().cast_signed())
    });
    let (code, document) = shop.json("reset --wait 100ms");
    assert_eq!(
        (code, &document["error"]["code"]),
        (5, &"busy".into()),
        "{document:#}"
    );
    assert_eq!(document["error"]["holder"], holder, "{document:#}");
    assert_eq!(shop.count()["ticket"], 5);

    let reset = shop.start("--json reset 9 --wait 60s");
    eventually("the reset waits", || {
        flocks(&lock).iter().any(|(_, waits)| *waits).then_some(())
    });
    signal(rush.id().cast_signed(), "INT");
    assert_eq!(rush.wait_with_output().unwrap().status.code(), Some(130));
    let (code, document) = Run::of(reset.wait_with_output().unwrap()).document();
    assert_eq!((code, &document["ticket"]), (0, &9.into()));
    assert_eq!(shop.count()["ticket"], 9);
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
    let shop = Shop::stock(200);
    for buyer in ["alice", "bob", "carol"] {
        shop.booked(buyer);
    }
    let ledger = fs::read(shop.path("tickets.ledger.jsonl")).unwrap();
    let before = shop.contents();
    for line in ["reset", "reset 9"] {
        let (code, document) = shop.json(line);
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
        assert_eq!(shop.contents(), before);
    }
    // With the count gone too: nothing is made in its place.
    fs::remove_file(&shop.file).unwrap();
    assert_eq!(shop.run("reset").code, Some(4));
    assert!(
        !shop.names().contains(&"tickets.json".to_owned()),
        "{:?}",
        shop.names()
    );
    fs::write(&shop.file, &before[0].1).unwrap();
    let (code, document) = shop.json("reset --force 9");
    assert_eq!((code, &document["ticket"]), (0, &9.into()), "{document:#}");
    assert_eq!(
        fs::read(document["archived"].as_str().unwrap()).unwrap(),
        ledger
    );

    // Cancelled bookings and a rush's are none.
    let ids = [shop.booked("alice --quantity 2"), shop.booked("bob")];
    let (code, _) = shop.json("buy --users 3 --lock --think 0ms --force");
    assert_eq!(code, 0);
    assert_eq!(shop.json(&format!("cancel {} -n 1", ids[0])).0, 0);
    assert_eq!(shop.json(&format!("cancel {}", ids[1])).0, 0);
    let (code, document) = shop.json("reset");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(
        code == 4 && message.starts_with("1 ticket is booked"),
        "{document:#}"
    );
    assert_eq!(shop.json(&format!("cancel {}", ids[0])).0, 0);
    assert_eq!(shop.json("reset").1["ticket"], 9);
    assert_eq!(shop.ledger().len(), 1);
}

#[test]
fn a_rush_keeps_off_real_bookings() {
    let shop = Shop::stock(9);
    let id = shop.booked("alice");
    let before = shop.contents();
    for line in [
        "buy --users 2 --think 0ms",
        "buy --users 2 --together",
        "buy --users 2 --threads",
        "buy --users 2 --lock --think 0ms",
        "buy --users 2 --lock --think 0ms --threads",
        "buy --users 2 --lock=shared",
    ] {
        let (code, document) = shop.json(line);
        assert_eq!(
            (code, &document["error"]["code"]),
            (4, &"refused".into()),
            "{document:#}"
        );
        let hint = document["error"]["hint"].as_str().unwrap();
        assert!(hint.contains("'tickets -f other.json reset 50'"), "{hint}");
        assert!(!hint.contains("--lock"), "{hint}");
        assert_eq!(shop.contents(), before, "{line}");
    }
    let forced = "buy --users 2 --lock --think 0ms --force";
    assert_eq!(shop.json(forced).1["sold"], 2);
    // What others wait for is not taken by a second rush either.
    assert_eq!(shop.json("buy --users 2 --lock --think 0ms").0, 4);
    assert_eq!(shop.json(&format!("cancel {id}")).0, 0);
    assert_eq!(shop.json("buy --users 2 --together").0, 6);
    // The race has broken the ledger; what is booked behind the break is safe all the same.
    assert_eq!(shop.json("reset").0, 0);
    shop.booked("bob");
    assert_eq!(shop.json("buy --users 2 --think 0ms").0, 4);
    shop.assert_adds_up();
}

/// A disk that fails while a new event gets its name.
#[test]
fn an_event_that_gets_no_name_is_not_made() {
    let shop = Shop::empty();
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-etrace=renameat2"]);
    command.args(["-einject=renameat2:error=EIO:when=1"]);
    command
        .arg(crate::harness::TICKETS)
        .arg("-f")
        .arg(&shop.file);
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
    assert_eq!(shop.names(), [""; 0]);
    assert_eq!(shop.json("reset 5").0, 0);
}
