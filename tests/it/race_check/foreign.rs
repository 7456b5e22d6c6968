//! Evidence of other programs: what contradicts itself is found, what is there is drawn, and nothing else; and
//! it may come through a pipe.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::harness::{Run, TICKETS, TestEvent};

const HEADER: &str = "{\"evidence\":1,\"stock\":9,\"first\":0}\n";
const SALES: &str = r#"{"buyer":"ann","invoke":0,"return":10000,"read":0,"seen":9,"write":1,"left":7,"quantity":2,"outcome":"sold","nonce":"a","intend":6000,"wrote":7000}
{"buyer":"bob","invoke":11000,"return":19000,"read":1,"seen":7,"write":2,"left":6,"quantity":1,"outcome":"sold","nonce":"b","intend":15000,"wrote":16000}
"#;
const LINES: &str = r#"{"committed":1,"nonce":"a","left":7,"buyer":"ann","quantity":2}
{"committed":2,"nonce":"b","left":6,"buyer":"bob","quantity":1}
{"final":2,"left":6,"lines":2}
"#;

fn check(text: &str) -> (i32, serde_json::Value) {
    let event = TestEvent::empty();
    fs::write(event.path("run.jsonl"), text).unwrap();
    event.json(&format!("race check {}", event.path("run.jsonl").display()))
}

#[test]
fn a_line_that_contradicts_its_buyer_or_its_neighbours_is_found() {
    let whole = [HEADER, SALES, LINES].concat();
    assert_eq!(check(&whole).0, 0);
    for (what, by, words) in [
        // Another quantity than was wanted, with a nonce and by the buyer's name alone.
        (
            "\"ann\",\"quantity\":2",
            "\"ann\",\"quantity\":3",
            "ann wanted 2 with version 1, but the ledger says that it was 3 for ann",
        ),
        (
            "\"nonce\":\"a\",\"left\":7,\"buyer\":\"ann\",\"quantity\":2",
            "\"left\":7,\"buyer\":\"ann\",\"quantity\":1",
            "ann wanted 2",
        ),
        // Somebody else.
        (
            "\"buyer\":\"ann\",\"quantity\"",
            "\"buyer\":\"zoe\",\"quantity\"",
            "the ledger says that it was 2 for zoe",
        ),
        (
            "\"buyer\":\"bob\",\"quantity\"",
            "\"buyer\":\"ann\",\"quantity\"",
            "the ledger says that it was 1 for ann",
        ),
        (
            "\"nonce\":\"b\",\"left\":6,\"buyer\":\"bob\"",
            "\"left\":6,\"buyer\":\"zoe\"",
            "version 2 is on the ledger, for zoe, and is no operation's here",
        ),
        // What the line before leaves, less its own.
        (
            "\"nonce\":\"a\",\"left\":7,\"buyer\"",
            "\"nonce\":\"a\",\"left\":8,\"buyer\"",
            "does not add up",
        ),
        (
            "\"nonce\":\"b\",\"left\":6,\"buyer\"",
            "\"nonce\":\"b\",\"left\":5,\"buyer\"",
            "does not add up",
        ),
        (
            "\"left\":6,\"lines\":2",
            "\"left\":5,\"lines\":2",
            "does not add up",
        ),
    ] {
        let text = whole.replacen(what, by, 1);
        assert_ne!(text, whole, "{what}");
        let (code, document) = check(&text);
        assert_eq!(code, 6, "{by}: {document:#}");
        let findings = document["findings"].to_string();
        assert!(findings.contains(words), "{by}: {findings}");
    }
}

/// Zero is a time; and what a program does not say it did is not drawn.
#[test]
fn whoever_begins_at_time_zero_is_drawn_and_no_step_is_made_up() {
    let steps = r#"{"step":"invoke","buyer":"ann","t":0}
{"step":"invoke","buyer":"bob","t":0}
{"step":"read","buyer":"ann","t":0,"seq":0,"left":9}
{"step":"read","buyer":"bob","t":10,"seq":0,"left":9}
{"step":"intend","buyer":"ann","t":20,"read":0,"write":1,"nonce":"a"}
{"step":"intend","buyer":"bob","t":30,"read":0,"write":1,"nonce":"b"}
{"step":"wrote","buyer":"bob","t":40}
{"step":"wrote","buyer":"ann","t":50}
{"step":"return","buyer":"ann","t":9000,"outcome":"sold"}
{"step":"return","buyer":"bob","t":9900,"outcome":"sold"}
{"step":"invoke","buyer":"cyd","t":0}
{"step":"intend","buyer":"cyd","t":60,"read":0,"write":1,"nonce":"c"}
{"step":"killed","buyer":"cyd","t":70}
"#;
    let whole = SALES.replace("\"invoke\":11000", "\"invoke\":0").replace(
        "\"read\":1,\"seen\":7,\"write\":2",
        "\"read\":0,\"seen\":9,\"write\":1",
    );
    for (text, names) in [
        (steps, &["ann", "bob", "cyd"][..]),
        (&whole, &["ann", "bob"]),
    ] {
        let event = TestEvent::empty();
        let (file, svg) = (event.path("run.jsonl"), event.path("run.svg"));
        fs::write(&file, [HEADER, text].concat()).unwrap();
        let line = format!("race check {} --timeline {}", file.display(), svg.display());
        let run = event.run(&line);
        assert_eq!(run.code, Some(6), "{run:?}");
        for drawn in [fs::read_to_string(&svg).unwrap(), run.stdout.clone()] {
            for name in names {
                assert!(drawn.contains(name), "{name}: {drawn}");
            }
            for step in ["sync", "publish"] {
                assert!(!drawn.to_lowercase().contains(step), "{step}: {drawn}");
            }
        }
        let of_cyd = run
            .stdout
            .lines()
            .find(|line| line.trim_start().starts_with("cyd "));
        assert!(
            of_cyd.is_none_or(|drawn| !drawn.contains("write")),
            "{run:?}"
        );
    }
}

/// What somebody else sold beside a rush was made at any time: it has no place in time.
#[test]
fn a_sale_of_somebody_else_beside_a_rush_has_no_place_in_its_drawing() {
    let sale = r#"{"buyer":"zoe (not of this run)","invoke":0,"quantity":1,"read":2,"write":3,"nonce":"c","outcome":"open"}
"#;
    let lines = LINES.replace(
        "{\"final\":2,\"left\":6,\"lines\":2}",
        "{\"committed\":3,\"nonce\":\"c\",\"left\":5,\"buyer\":\"zoe (not of this run)\",\"quantity\":1}\n{\"final\":3,\"left\":5,\"lines\":3}",
    );
    let event = TestEvent::empty();
    let (file, svg) = (event.path("run.jsonl"), event.path("run.svg"));
    fs::write(&file, [HEADER, SALES, sale, &lines].concat()).unwrap();
    let line = format!("race check {} --timeline {}", file.display(), svg.display());
    let run = event.run(&line);
    assert_eq!(run.code, Some(0), "{run:?}");
    let drawn = fs::read_to_string(&svg).unwrap();
    assert!(
        drawn.contains(">ann<") && !drawn.contains(">zoe"),
        "{drawn}"
    );
}

#[test]
fn evidence_comes_through_a_pipe_or_is_refused_at_once() {
    let event = TestEvent::empty();
    let text = [HEADER, SALES, LINES].concat();
    let file = event.path("run.jsonl");
    fs::write(&file, &text).unwrap();
    let bash = |script: &str| {
        let mut command = Command::new("bash");
        command
            .args(["-c", script, TICKETS])
            .arg(&file)
            .current_dir(event.directory());
        Run::of(command.stdin(Stdio::null()).output().unwrap())
    };
    for script in [
        "\"$0\" race check <(cat \"$1\")",
        "\"$0\" race check <(sleep 0.2; cat \"$1\")",
        "\"$0\" race check - < \"$1\"",
        "cat \"$1\" | \"$0\" race check -",
        "cat \"$1\" | \"$0\" race check /dev/stdin",
        "mkfifo pipe; cat \"$1\" > pipe & sleep 0.2; \"$0\" race check pipe; rm pipe",
    ] {
        let run = bash(script);
        assert!(
            run.stdout.starts_with("clean  2 operations"),
            "{script}: {run:?}"
        );
    }
    // Nobody writes: no wait for somebody who might.
    let run = bash("mkfifo pipe; timeout 30 \"$0\" race check pipe");
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stderr.contains("nobody writes"), "{run:?}");
    let mut child = event
        .command(["--json", "race", "check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"{\"evidence\":9}\n")
        .unwrap();
    let (code, document) = Run::of(child.wait_with_output().unwrap()).document();
    assert_eq!(
        (code, &document["error"]["file"]),
        (6, &"standard input".into())
    );
}

/// A lock around the write alone, as whole operations record it: when they read is not said, so that it may have been
/// before the lock was there.
#[test]
fn a_run_that_leaves_unsaid_when_it_read_is_clean_as_far_as_it_goes() {
    let event = TestEvent::empty();
    let run = |members: &str| {
        let sale = format!(
            "{{\"evidence\":1,\"stock\":1,\"first\":0}}\n\
             {{\"buyer\":\"ann\",\"invoke\":10,\"return\":50,\"read\":0,\"seen\":1,\"write\":1,\"left\":0,\"nonce\":\"a\",\
             \"intend\":31,\"wrote\":35,\"outcome\":\"sold\",{members}\
             \"lock\":{{\"got\":30,\"released\":40,\"device\":1,\"inode\":2,\"path_device\":1,\"path_inode\":2}}}}\n\
             {{\"committed\":1,\"nonce\":\"a\",\"left\":0,\"buyer\":\"ann\",\"quantity\":1}}\n\
             {{\"final\":1,\"left\":0,\"lines\":1}}\n"
        );
        fs::write(event.path("run.jsonl"), sale).unwrap();
        let path = event.path("run.jsonl").display().to_string();
        let (code, verdict) = event.json(&format!("race check {path}"));
        assert_eq!(code, 0, "{verdict:#}");
        let text = event.run(&format!("race check {path}")).stdout;
        (verdict, text)
    };
    for (members, word, untimed, outside, note) in [
        (
            "",
            "clean_as_far_as_it_goes",
            1,
            0,
            "not say when the count was read",
        ),
        (
            "\"read_at\":20,",
            "clean_as_far_as_it_goes",
            0,
            1,
            "not held when the count was read",
        ),
        ("\"read_at\":30,", "clean", 0, 0, ""),
    ] {
        let (verdict, text) = run(members);
        assert_eq!(verdict["verdict"], word, "{members}: {verdict:#}");
        assert_eq!(verdict["read_untimed"], untimed, "{verdict:#}");
        assert_eq!(verdict["read_outside"], outside, "{verdict:#}");
        assert!(text.starts_with(&word.replace('_', " ")), "{text}");
        assert!(text.contains(note), "{text}");
    }
}

/// Who does not say what it read is not told to have read anything.
#[test]
fn a_sale_that_does_not_say_what_it_read_is_not_judged_by_that() {
    let event = TestEvent::empty();
    let sale = |buyer: &str, from: u64, members: &str| {
        format!(
            "{{\"buyer\":\"{buyer}\",\"invoke\":{from},\"return\":{},\"write\":1,{members}\"outcome\":\"sold\"}}\n",
            from + 50
        )
    };
    let check = |sales: &[String]| {
        let text = format!(
            "{{\"evidence\":1,\"stock\":9,\"first\":0}}\n{}",
            sales.concat()
        );
        fs::write(event.path("run.jsonl"), text).unwrap();
        event
            .json(&format!("race check {}", event.path("run.jsonl").display()))
            .1
    };
    let query = "{\"buyer\":\"eve\",\"quantity\":0,\"invoke\":1,\"return\":2,\"read\":0,\"outcome\":\"query\"}\n";
    let alone = check(&[query.to_owned(), sale("ann", 10, "")]);
    assert_eq!(alone["unjudged"], 1, "{alone:#}");
    let both = check(&[sale("ann", 10, ""), sale("bob", 20, "\"read\":0,")]);
    assert_eq!(both["unjudged"], 1, "{both:#}");
    let text = both["findings"][0]["text"].as_str().unwrap();
    assert!(
        text.starts_with("ann and bob both wrote version 1"),
        "{text}"
    );
    assert!(text.ends_with("what ann read is not said"), "{text}");
    let told = event.run(&format!("race check {}", event.path("run.jsonl").display()));
    assert!(!told.stdout.contains("both read"), "{told:?}");
}

/// Nobody gets a lock, or lets it go, after the answer.
#[test]
fn a_lock_of_after_the_answer_is_refused() {
    for lock in ["\"got\":60", "\"got\":30,\"released\":60"] {
        let (code, error) = check(&format!(
            "{HEADER}{{\"buyer\":\"ann\",\"invoke\":10,\"return\":50,\"read\":0,\"write\":1,\"outcome\":\"sold\",\
             \"lock\":{{{lock},\"device\":1,\"inode\":2}}}}\n"
        ));
        assert_eq!(code, 6, "{error:#}");
        let message = error["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("got, released, return must rise"),
            "{error:#}"
        );
    }
}

/// A buyer does one operation at a time, in whichever order its lines stand.
#[test]
fn a_buyer_that_does_two_operations_at_once_is_refused() {
    let query = |from: u64| {
        format!(
            "{{\"buyer\":\"ann\",\"quantity\":0,\"invoke\":{from},\"return\":{},\"read\":0,\"outcome\":\"query\"}}\n",
            from + 50
        )
    };
    for (one, other, refused) in [
        (10, 59, true),
        (59, 10, true),
        (10, 60, false),
        (60, 10, false),
    ] {
        let (code, document) = check(&format!("{HEADER}{}{}", query(one), query(other)));
        assert_eq!(code == 6, refused, "{document:#}");
        if refused {
            let message = document["error"]["message"].as_str().unwrap();
            assert!(
                message.contains("ann does two operations at once"),
                "{message}"
            );
        }
    }
}

/// Who was told that nothing was sold, and whose sale is on the ledger, took from the stock all the same.
#[test]
fn a_sale_that_was_denied_and_committed_is_a_phantom_and_nothing_else() {
    let text = "{\"evidence\":1,\"stock\":5,\"first\":0}\n\
        {\"buyer\":\"ann\",\"invoke\":10,\"return\":50,\"read\":0,\"seen\":5,\"write\":1,\"nonce\":\"a\",\"outcome\":\"failed\"}\n\
        {\"buyer\":\"bob\",\"invoke\":60,\"return\":90,\"read\":1,\"seen\":4,\"write\":2,\"left\":3,\"nonce\":\"b\",\"outcome\":\"sold\"}\n\
        {\"committed\":1,\"nonce\":\"a\",\"left\":4,\"buyer\":\"ann\",\"quantity\":1}\n\
        {\"committed\":2,\"nonce\":\"b\",\"left\":3,\"buyer\":\"bob\",\"quantity\":1}\n\
        {\"final\":2,\"left\":3,\"lines\":2}\n";
    let (code, verdict) = check(text);
    assert_eq!(code, 6, "{verdict:#}");
    let counts = verdict["counts"].as_array().unwrap();
    assert_eq!(counts.len(), 1, "{verdict:#}");
    assert_eq!(counts[0]["kind"], "phantom", "{verdict:#}");
    // The last of all, with nothing behind it.
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let cut = [lines[0], lines[1], lines[3], lines[5]].concat();
    let cut = cut.replace(
        "{\"final\":2,\"left\":3,\"lines\":2}",
        "{\"final\":1,\"left\":4,\"lines\":1}",
    );
    let verdict = check(&cut).1;
    assert_eq!(
        verdict["counts"].as_array().unwrap().len(),
        1,
        "{verdict:#}"
    );
}

/// An older count was put over a newer one in the end: each sale that the final count misses is named.
#[test]
fn each_sale_that_the_final_count_misses_is_found() {
    let sale = |buyer: &str, version: u64| {
        let (read, invoke) = (version - 1, 10_000 * version);
        format!(
            "{{\"buyer\":\"{buyer}\",\"invoke\":{invoke},\"return\":{},\"read\":{read},\"write\":{version},\"quantity\":1,\
             \"outcome\":\"sold\",\"nonce\":\"{buyer}\",\"intend\":{},\"wrote\":{}}}\n",
            invoke + 4000,
            invoke + 2000,
            invoke + 3000,
        )
    };
    let line = |buyer: &str, version: u64| {
        let left = 3 - version;
        format!(
            "{{\"committed\":{version},\"nonce\":\"{buyer}\",\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
        )
    };
    let buyers = [("ann", 1), ("bob", 2), ("cy", 3)];
    let mut text = "{\"evidence\":1,\"stock\":3,\"first\":0}\n".to_owned();
    text.extend(buyers.map(|(buyer, version)| sale(buyer, version)));
    text.extend(buyers.map(|(buyer, version)| line(buyer, version)));
    let (code, document) = check(&format!("{text}{{\"final\":3,\"left\":0}}\n"));
    assert_eq!(code, 0, "{document:#}");
    let (code, document) = check(&format!("{text}{{\"final\":1,\"left\":2}}\n"));
    assert_eq!(code, 6, "{document:#}");
    let findings = document["findings"].as_array().unwrap();
    let lost = findings
        .iter()
        .filter(|found| found["kind"] == "lost_sale")
        .map(|found| found["buyers"][0].as_str().unwrap());
    assert!(lost.eq(["bob", "cy"]), "{document:#}");
}
