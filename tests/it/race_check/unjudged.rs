//! What a verdict says that it could not judge.

use std::fs;

use crate::harness::TestEvent;

/// What a run of the program itself says of its own evidence, for people and for programs.
fn checked(event: &TestEvent, text: &str) -> (String, serde_json::Value) {
    fs::write(event.path("run.jsonl"), text).unwrap();
    let run = |json: &[&str]| {
        let path = event.path("run.jsonl");
        let mut command = event.command(json);
        command.args(["race", "check"]).arg(path);
        crate::harness::Run::of(command.output().unwrap())
    };
    (run(&[]).stdout, run(&["--json"]).document().1)
}

/// A clean run is called so without more words only where its evidence leaves nothing unsaid.
#[test]
fn what_could_not_be_judged_is_said_where_nothing_was_found() {
    let event = TestEvent::stock(2);
    let line = format!(
        "buy --users 8 --lock --think 0ms --evidence {}",
        event.path("whole.jsonl").display()
    );
    assert_eq!(event.json(&line).0, 0);
    let whole = fs::read_to_string(event.path("whole.jsonl")).unwrap();
    let without = |part: &str| -> String {
        let lines = whole.split_inclusive('\n');
        lines.filter(|line| !line.contains(part)).collect()
    };
    let (told, document) = checked(&event, &whole);
    assert!(
        told.starts_with("clean  16 operations") && !told.contains("note"),
        "{told}"
    );
    assert_eq!(
        (&document["unanswered"], &document["final"]),
        (&0.into(), &true.into())
    );
    let returns = whole.matches("\"step\":\"return\"").count();
    assert_eq!(returns, 16);
    // A buyer does one operation at a time, so that only the last of each can be left without an answer.
    let unanswered: String = whole
        .split_inclusive('\n')
        .filter(|line| !line.contains("\"step\":\"return\"") || line.contains("\"query\""))
        .collect();
    for (text, unanswered, last, wanted) in [
        (
            unanswered.clone(),
            8,
            true,
            "8 of 16 operations have no answer",
        ),
        (
            without("\"final\""),
            0,
            false,
            "ends without the final count",
        ),
        // Cut at the end of a line, in the middle of what the buyers did.
        (
            whole.split_inclusive('\n').take(60).collect(),
            usize::MAX,
            false,
            "no answer ('return')",
        ),
    ] {
        let (told, document) = checked(&event, &text);
        assert!(told.starts_with("clean as far as it goes  "), "{told}");
        assert!(told.contains(wanted), "{wanted}: {told}");
        assert_eq!(document["final"], last, "{document:#}");
        let many = document["unanswered"].as_u64().unwrap();
        assert!(
            many == unanswered as u64 || unanswered == usize::MAX && many > 0,
            "{document:#}"
        );
        // What is found is what the exit code tells.
        assert_eq!(document["ok"], true, "{document:#}");
    }
}

/// A lock around the write alone lets the read grow old: that is said also where it went well.
#[test]
fn a_read_outside_the_lock_is_said() {
    for (how, outside) in [("--lock=write-only", true), ("--lock", false)] {
        let event = TestEvent::stock(9);
        let file = event.path("rush.jsonl");
        let line = format!(
            "buy --users 1 --think 0ms {how} --evidence {}",
            file.display()
        );
        assert_eq!(event.json(&line).0, 0, "{how}");
        let (told, document) = checked(&event, &fs::read_to_string(&file).unwrap());
        let word = if outside {
            "clean as far as it goes  2 operations"
        } else {
            "clean  2 operations"
        };
        assert!(told.starts_with(word), "{how}: {told}");
        assert_eq!(
            document["read_outside"],
            u64::from(outside),
            "{how}: {document:#}"
        );
        let words = "1 sale was written under a lock that was not held when the count was read";
        assert_eq!(told.contains(words), outside, "{how}: {told}");
    }
}

/// Two who bought at one time, under these locks.
fn two_under(locks: [&str; 2]) -> String {
    let [ann, bob] = locks;
    let lines = [
        r#"{"evidence":1,"stock":2,"first":0}"#.to_owned(),
        format!(
            r#"{{"buyer":"ann","invoke":10,"return":400,"read":0,"read_at":25,"seen":2,"write":1,"left":1,"nonce":"a","outcome":"sold","lock":{ann}}}"#
        ),
        format!(
            r#"{{"buyer":"bob","invoke":15,"return":410,"read":1,"read_at":125,"seen":1,"write":2,"left":0,"nonce":"b","outcome":"sold","lock":{bob}}}"#
        ),
        r#"{"committed":1,"nonce":"a","left":1,"buyer":"ann","quantity":1}"#.to_owned(),
        r#"{"committed":2,"nonce":"b","left":0,"buyer":"bob","quantity":1}"#.to_owned(),
        r#"{"final":2,"left":0,"lines":2}"#.to_owned(),
    ];
    lines.join("\n")
}

/// A lock file that is made to take the lock and removed to give it up is another one for each holder.
#[test]
fn a_lock_file_that_is_new_for_each_holder_is_no_split_lock() {
    let event = TestEvent::empty();
    let ann = r#"{"got":20,"released":90,"device":8,"inode":41,"path_device":8,"path_inode":41}"#;
    let bob = |got: u64| {
        format!(
            r#"{{"got":{got},"released":390,"device":8,"inode":42,"path_device":8,"path_inode":42}}"#
        )
    };
    let (told, document) = checked(&event, &two_under([ann, &bob(120)]));
    assert!(told.starts_with("clean  2 operations"), "{told}");
    assert_eq!(document["verdict"], "clean", "{document:#}");
    let (told, document) = checked(&event, &two_under([ann, &bob(89)]));
    assert!(
        told.starts_with("split lock: ann locked one file"),
        "{told}"
    );
    assert_eq!(document["verdict"], "anomalies", "{document:#}");
    assert_eq!(
        document["counts"].as_array().unwrap().len(),
        1,
        "{document:#}"
    );
}

#[test]
fn locks_that_could_not_be_judged_are_said_and_are_not_bare_clean() {
    let event = TestEvent::empty();
    let bare = r#"{"device":8,"inode":41,"path_device":8,"path_inode":41}"#;
    let kept = r#"{"got":20,"device":8,"inode":41,"path_device":8,"path_inode":41}"#;
    let timed =
        r#"{"got":120,"released":190,"device":8,"inode":41,"path_device":8,"path_inode":41}"#;
    for (locks, many, words) in [
        (
            [bare, bare],
            2,
            "2 operations name a lock and not from when to when",
        ),
        (
            [bare, timed],
            1,
            "1 operation names a lock and not from when to when",
        ),
        (
            [kept, timed],
            1,
            "1 operation names a lock and not from when to when",
        ),
    ] {
        let (told, document) = checked(&event, &two_under(locks));
        assert!(
            told.starts_with("clean as far as it goes  2 operations"),
            "{told}"
        );
        assert!(told.contains(words), "{told}");
        assert!(!told.contains("no operation held a lock"), "{told}");
        assert_eq!(document["untimed_locks"], many, "{document:#}");
        assert_eq!(
            document["verdict"], "clean_as_far_as_it_goes",
            "{document:#}"
        );
        assert_eq!(document["ok"], true, "{document:#}");
    }
    let whole = r#"{"got":20,"released":90,"device":8,"inode":41,"path_device":8,"path_inode":41}"#;
    let (told, document) = checked(&event, &two_under([whole, timed]));
    assert!(told.starts_with("clean  2 operations"), "{told}");
    assert_eq!(document["untimed_locks"], 0, "{document:#}");
}

/// A run that hangs is no clean one, whatever the final count shows.
#[test]
fn a_run_in_which_nobody_was_answered_is_not_judged() {
    for end in [
        "{\"final\":1,\"left\":1}\n",
        "{\"final\":0,\"left\":2}\n",
        "",
    ] {
        let text = "{\"evidence\":1,\"stock\":2,\"first\":0}\n\
            {\"step\":\"invoke\",\"buyer\":\"a\",\"t\":1}\n\
            {\"step\":\"read\",\"buyer\":\"a\",\"t\":2,\"seq\":0,\"left\":2}\n\
            {\"step\":\"intend\",\"buyer\":\"a\",\"t\":3,\"read\":0,\"write\":1,\"nonce\":\"a\"}\n"
            .to_owned()
            + end;
        let event = TestEvent::empty();
        fs::write(event.path("run.jsonl"), &text).unwrap();
        let run = event.run(&format!("race check {}", event.path("run.jsonl").display()));
        assert_eq!(run.code, Some(6), "{run:?}");
    }
}
