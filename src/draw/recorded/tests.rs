//! What the page of a recorded run says of its steps.

use crate::check;
use crate::check::evidence::read_lines;
use crate::timeline::{PageStep, Steps};

mod written;

fn steps(text: &str) -> Steps {
    let evidence = read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    let verdict = check::judge(&evidence);
    Steps::of(&super::timeline(&evidence, &verdict))
}

/// The steps in which this is done, with what they mean.
fn done<'s>(steps: &'s Steps, who: &str, does: &str) -> Vec<(usize, &'s PageStep)> {
    let all = steps.steps.iter().enumerate();
    all.filter(|(_, step)| {
        let name = step.who.map(|who| steps.processes[who].as_str());
        name == Some(who) && step.does.starts_with(does)
    })
    .collect()
}

/// A lock that ended with its lease was given up by nobody.
#[test]
fn whose_lease_ends_does_nothing() {
    let steps = steps(include_str!("../../cli/tour/lease.jsonl"));
    let [(_, takes)] = done(&steps, "user-2", "takes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert!(
        takes
            .why
            .ends_with("until it is given up, or until its lease ends.")
    );
    let reads = done(&steps, "user-2", "reads");
    let why = &reads.last().unwrap().1.why;
    assert!(
        why.ends_with("waits until it has written, or until its lease ends."),
        "{why}"
    );
    assert!(done(&steps, "user-2", "gives up").is_empty());
    let [(ends, end)] = done(&steps, "user-2", "its lease ends")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert_eq!(
        end.why,
        "By now it has ended, for somebody else gets the lock: when it did, is not recorded. user-2 does nothing, and is not told."
    );
    let row = end.who.unwrap();
    assert_eq!(
        end.processes[row].did, "reads: 1 left",
        "it did nothing since"
    );
    assert!(end.processes[row].holds.is_empty());
    let believes = format!("the lock, as far as it knows: its lease ended at step {ends}");
    for (at, step) in steps.steps.iter().enumerate() {
        let state = &step.processes[row];
        let is_told = !state.told.is_empty();
        let ended = (ends..).contains(&at) && !is_told;
        let expected: &[String] = if ended {
            std::slice::from_ref(&believes)
        } else {
            &[]
        };
        assert_eq!(state.ended, expected, "step {at}");
    }
    // Nobody holds it beside another.
    assert!(
        steps
            .steps
            .iter()
            .all(|step| step.locks.iter().all(|lock| lock.holders.len() < 2))
    );
    let [(other, _)] = done(&steps, "user-1", "takes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert_eq!(ends + 1, other);
}

/// Two lock the file that they replace, and read through what they have locked.
const GONE_FILE: &str = r#"{"evidence":1,"stock":1,"first":0}
{"step":"invoke","buyer":"a","t":100,"quantity":1}
{"step":"lock_wanted","buyer":"a","t":110,"device":1,"inode":7}
{"step":"lock_got","buyer":"a","t":120,"device":1,"inode":7,"path_device":1,"path_inode":7}
{"step":"read","buyer":"a","t":130,"seq":0,"left":1}
{"step":"invoke","buyer":"b","t":140,"quantity":1}
{"step":"lock_wanted","buyer":"b","t":150,"device":1,"inode":7}
{"step":"intend","buyer":"a","t":200,"read":0,"write":1,"nonce":"n1"}
{"step":"wrote","buyer":"a","t":210}
{"step":"lock_released","buyer":"a","t":220}
{"step":"lock_got","buyer":"b","t":230,"device":1,"inode":7,"path_device":1,"path_inode":8}
{"step":"return","buyer":"a","t":235,"outcome":"sold"}
{"step":"read","buyer":"b","t":240,"seq":0,"left":1}
{"step":"intend","buyer":"b","t":300,"read":0,"write":1,"nonce":"n2"}
{"step":"wrote","buyer":"b","t":310}
{"step":"lock_released","buyer":"b","t":320}
{"step":"return","buyer":"b","t":330,"outcome":"sold"}
"#;

#[test]
fn what_was_old_when_it_was_read_is_told_from_what_others_wrote_since() {
    let steps = steps(GONE_FILE);
    let [(_, takes)] = done(&steps, "b", "takes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert_eq!(
        takes.why,
        "The file of the lock is not the one of its name any more: another has taken its place since it was opened, or it was \
         removed. Whoever opens the file by its name from here on gets another lock, and does not wait for the lock."
    );
    let [(_, wrote)] = done(&steps, "a", "writes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    let [(_, writes)] = done(&steps, "b", "writes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    let since = wrote.number;
    let read = done(&steps, "b", "reads")[0].1.number;
    let old = format!(
        "It read 1 left (version 0) at step {read}, which was old then: out of date since step {since}. By now what was written last \
         is 0 left (version 1 by a). It does not look again: it writes 0 left."
    );
    let old = old.replace(" (version 0)", "");
    let why = writes.why.replace(" (version 0)", "");
    assert!(why.starts_with(&old), "{why}");
    assert!(
        why.ends_with("So 2 tickets are sold, but there was only 1: what it saw was gone."),
        "{why}"
    );
}

/// The count of c comes after those who went on from its sale; `wrote`: when c says that it was done, `returned`: when it was over.
fn late(wrote: u64, returned: u64) -> String {
    let mut lines = vec![
        (100, r#""step":"invoke","buyer":"c","quantity":1"#),
        (110, r#""step":"read","buyer":"c","seq":1,"left":3"#),
        (
            120,
            r#""step":"intend","buyer":"c","read":1,"write":2,"nonce":"c1""#,
        ),
        (wrote, r#""step":"wrote","buyer":"c""#),
        (
            returned,
            r#""step":"return","buyer":"c","outcome":"sold","left":2"#,
        ),
    ];
    for (at, [invoke, read, intend, wrote, sold]) in [
        (
            200,
            [
                r#""step":"invoke","buyer":"d","quantity":1"#,
                r#""step":"read","buyer":"d","seq":2,"left":2"#,
                r#""step":"intend","buyer":"d","read":2,"write":3,"nonce":"d1""#,
                r#""step":"wrote","buyer":"d""#,
                r#""step":"return","buyer":"d","outcome":"sold","left":1"#,
            ],
        ),
        (
            300,
            [
                r#""step":"invoke","buyer":"e","quantity":1"#,
                r#""step":"read","buyer":"e","seq":3,"left":1"#,
                r#""step":"intend","buyer":"e","read":3,"write":4,"nonce":"e1""#,
                r#""step":"wrote","buyer":"e""#,
                r#""step":"return","buyer":"e","outcome":"sold","left":0"#,
            ],
        ),
    ] {
        lines.extend((at..).step_by(10).zip([invoke, read, intend, wrote, sold]));
    }
    lines.sort_unstable();
    let lines = lines
        .iter()
        .map(|(at, line)| format!("{{{line},\"t\":{at}}}\n"));
    let ledger = [("c", 2, 2), ("d", 3, 1), ("e", 4, 0)].map(|(buyer, version, left)| {
        format!(
            "{{\"committed\":{version},\"nonce\":\"{buyer}1\",\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":1}}\n"
        )
    });
    format!(
        "{{\"evidence\":1,\"stock\":3,\"first\":1}}\n{}{}{{\"final\":2,\"left\":2,\"lines\":3}}\n",
        lines.collect::<String>(),
        ledger.concat()
    )
}

#[test]
fn a_count_that_comes_late_is_a_step_and_the_first_violation() {
    let steps = steps(&late(400, 420));
    let [(at, step)] = done(&steps, "c", "publishes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert_eq!(step.does, "publishes its count: 2 left, over a newer one");
    assert_eq!(
        step.why,
        "Its sale was written before. Its count comes only by now, and replaces a newer one, which said 0 left (version 4 by e). The \
         sales of d and e are not in it."
    );
    assert_eq!(steps.steps[at - 1].count.left, Some(0));
    let last = &steps.steps.last().unwrap().count;
    assert_eq!(
        (last.left, last.version, last.by.as_str()),
        (Some(2), Some(2), "c")
    );
    let [violation] = &steps.key_steps[..] else {
        panic!("{:?}", steps.key_steps);
    };
    assert_eq!(violation.step, at);
    assert_eq!(
        violation.sentence,
        "c publishes its count: 2 left, over a newer one"
    );
    assert!(
        steps
            .findings
            .iter()
            .any(|finding| finding.kind.contains("lost sale"))
    );
}

/// Who had long been told of its sale has put nothing over those that came after.
#[test]
fn of_an_old_count_that_no_step_can_have_written_the_page_says_that_it_does_not_know() {
    let steps = steps(&late(130, 140));
    assert!(done(&steps, "c", "publishes").is_empty());
    let last = steps.steps.last().unwrap();
    assert_eq!(
        last.does,
        "in the end the count says 2 left (version 2 by c)"
    );
    assert_eq!(
        last.why,
        "What was written last, as far as is known, is 0 left (version 4 by e). Who put this count over that one, and when, is not known."
    );
    assert_eq!((last.who, last.count.left), (None, Some(2)));
    let [violation] = &steps.key_steps[..] else {
        panic!("{:?}", steps.key_steps);
    };
    assert_eq!(violation.step, steps.steps.len() - 1);
    assert_eq!(violation.sentence, last.does);
}

/// Of a count of which nobody says how many it leaves, it is said which version it is.
#[test]
fn who_reads_an_unsaid_count_goes_by_its_version() {
    let steps = steps(
        r#"{"evidence":1,"stock":2,"first":0}
{"step":"invoke","buyer":"ann","t":10,"quantity":1}
{"step":"read","buyer":"ann","t":20,"seq":0}
{"step":"intend","buyer":"ann","t":30,"read":0,"write":1,"nonce":"a"}
{"step":"wrote","buyer":"ann","t":40}
{"step":"return","buyer":"ann","t":50,"outcome":"sold"}
{"step":"invoke","buyer":"bob","t":60,"quantity":1}
{"step":"read","buyer":"bob","t":70,"seq":1}
{"step":"intend","buyer":"bob","t":80,"read":1,"write":2,"nonce":"b"}
{"step":"wrote","buyer":"bob","t":90}
{"step":"return","buyer":"bob","t":100,"outcome":"sold"}
"#,
    );
    let why = |does: &str| done(&steps, "bob", does)[0].1.why.as_str();
    assert_eq!(
        why("reads"),
        "It goes by version 1 by ann. Nothing keeps another process from reading the same before it has written."
    );
    assert_eq!(
        why("writes"),
        "It read version 1 by ann at step 4, and nobody has written since: it makes that version 2 by bob."
    );
}

/// Who wants several writes as many less; who is turned away, or dies first, writes nothing.
#[test]
fn a_read_says_what_each_of_those_who_go_by_it_will_write() {
    let invoke = |buyer: &str, at: u64, quantity: u64| {
        format!(
            r#"{{"step":"invoke","buyer":"{buyer}","t":{at},"quantity":{quantity}}}
{{"step":"read","buyer":"{buyer}","t":{},"seq":0,"left":4}}
"#,
            at + 5
        )
    };
    let writes = |buyer: &str, at: u64, left: u64| {
        format!(
            r#"{{"step":"intend","buyer":"{buyer}","t":{at},"read":0,"write":1,"nonce":"{buyer}"}}
{{"step":"wrote","buyer":"{buyer}","t":{}}}
{{"step":"return","buyer":"{buyer}","t":{},"outcome":"sold","left":{left}}}
"#,
            at + 5,
            at + 6
        )
    };
    let turned_away = r#"{"step":"return","buyer":"ann","t":70,"outcome":"sold_out","left":4}"#;
    let killed = r#"{"step":"killed","buyer":"cat","t":300}"#;
    let reads = |all: &[(&str, u64)]| -> String {
        let all = (1..).zip(all);
        all.map(|(at, (who, many))| invoke(who, at * 10, *many))
            .collect()
    };
    let why = |text: &str, who: &str| {
        let steps = steps(&format!(
            "{{\"evidence\":1,\"stock\":4,\"first\":0}}\n{text}"
        ));
        done(&steps, who, "reads")[0].1.why.clone()
    };
    let one = reads(&[("ann", 5), ("bob", 2), ("cat", 1)]) + turned_away + "\n";
    let one = one + &writes("bob", 80, 2) + killed + "\n";
    assert_eq!(why(&one, "ann"), "That is not enough: it buys nothing.");
    assert_eq!(
        why(&one, "bob"),
        "ann has read the same. bob goes by 4 left, and will write 2 less."
    );
    assert_eq!(
        why(&one, "cat"),
        "ann and bob have read the same. bob goes by 4 left, and will write 2 less."
    );
    let two = reads(&[("bob", 2), ("dan", 2)]) + &writes("bob", 80, 2) + &writes("dan", 90, 2);
    assert_eq!(
        why(&two, "dan"),
        "bob has read the same and has not written yet: both go by 4 left, and each will write 2 less."
    );
    let three = reads(&[("bob", 2), ("dan", 1), ("eve", 3)])
        + &writes("bob", 80, 2)
        + &writes("dan", 90, 3)
        + &writes("eve", 100, 1);
    assert_eq!(
        why(&three, "dan"),
        "bob has read the same and has not written yet: both go by 4 left; bob will write 2 less and dan one less."
    );
    assert_eq!(
        why(&three, "eve"),
        "bob and dan have read the same and have not written yet: each of them goes by 4 left; bob will write 2 less, dan one less \
         and eve 3 less."
    );
    // Nothing is kept from the others until somebody has written who never does.
    let alone = reads(&[("cat", 1)]) + killed + "\n";
    assert_eq!(
        why(&alone, "cat"),
        "It goes by 4 left. Nothing keeps another process from reading the same."
    );
}

/// How many are sold in the end by the steps of a page, and at which of them that is said; `None`: it is said of none.
fn last_total(text: &str) -> (Option<String>, String) {
    let steps = steps(text);
    let totals = steps.steps.iter().rev().filter_map(|step| {
        let (_, total) = step.why.split_once("So ")?;
        total.split_once(" sold, but").map(|(total, _)| total)
    });
    let mut totals = totals.map(str::to_owned);
    let total = totals.next();
    let oversold = steps.findings.iter();
    let mut oversold = oversold.filter(|finding| finding.kind.contains("oversold"));
    let sentence = oversold.next().map(|one| one.sentence.clone());
    (total, sentence.unwrap_or_default())
}

/// The last total of a page is that of its finding: also of reads that do not say what was left, where one of several may have been
/// read; of who does not say what it wrote; and of who is taken for having written.
#[test]
fn the_last_total_is_that_of_the_finding() {
    // Two went by version 0, one by a version 1, of which there are two, and one by version 0 again.
    let forked = r#"{"evidence":1,"stock":2,"first":0}
{"step":"invoke","buyer":"eve","t":34,"quantity":1}
{"step":"invoke","buyer":"dan","t":42,"quantity":2}
{"step":"read","buyer":"eve","t":51,"seq":0}
{"step":"intend","buyer":"eve","t":54,"read":0,"write":1,"nonce":"n0"}
{"step":"invoke","buyer":"ann","t":72,"quantity":1}
{"step":"read","buyer":"dan","t":78,"seq":0}
{"step":"wrote","buyer":"eve","t":90}
{"step":"return","buyer":"eve","t":92,"outcome":"sold"}
{"step":"intend","buyer":"dan","t":95,"read":0,"write":1,"nonce":"n1"}
{"step":"read","buyer":"ann","t":106,"seq":1}
{"step":"intend","buyer":"ann","t":120,"read":1,"write":2,"nonce":"n3"}
{"step":"wrote","buyer":"dan","t":165}
{"step":"wrote","buyer":"ann","t":166}
{"step":"return","buyer":"ann","t":169,"outcome":"sold"}
{"step":"return","buyer":"dan","t":177,"outcome":"sold"}
{"committed":1,"nonce":"n0","left":1,"buyer":"eve","quantity":1}
{"committed":1,"nonce":"n1","left":0,"buyer":"dan","quantity":2}
{"committed":2,"nonce":"n3","left":0,"buyer":"ann","quantity":1}
"#;
    let (total, sentence) = last_total(forked);
    assert_eq!(total.as_deref(), Some("4 tickets are"));
    assert!(sentence.starts_with("4 tickets were sold"), "{sentence}");
    // What cy wrote is not known, only that it was told of it.
    let silent = r#"{"evidence":1,"stock":1,"first":0}
{"step":"invoke","buyer":"ann","t":10,"quantity":1}
{"step":"read","buyer":"ann","t":20,"seq":0,"left":1}
{"step":"intend","buyer":"ann","t":30,"read":0,"write":1,"nonce":"a"}
{"step":"wrote","buyer":"ann","t":40}
{"step":"return","buyer":"ann","t":50,"outcome":"sold","left":0}
{"step":"invoke","buyer":"cy","t":60,"quantity":3}
{"step":"read","buyer":"cy","t":70,"seq":0,"left":1}
{"step":"return","buyer":"cy","t":80,"outcome":"sold"}
"#;
    let (total, sentence) = last_total(silent);
    assert_eq!(total.as_deref(), Some("4 tickets are"));
    assert!(sentence.starts_with("4 tickets were sold"), "{sentence}");
    // bob was killed, and somebody read what only he can have written: he may have written, and does not say so.
    let guessed = r#"{"evidence":1,"stock":2,"first":0}
{"step":"invoke","buyer":"bob","t":10,"quantity":1}
{"step":"read","buyer":"bob","t":20,"seq":0,"left":2}
{"step":"intend","buyer":"bob","t":30,"read":0,"write":1,"nonce":"b"}
{"step":"killed","buyer":"bob","t":40}
{"step":"invoke","buyer":"ann","t":50,"quantity":1}
{"step":"read","buyer":"ann","t":60,"seq":1,"left":1}
{"step":"invoke","buyer":"cy","t":70,"quantity":2}
{"step":"read","buyer":"cy","t":75,"seq":1,"left":1}
{"step":"intend","buyer":"ann","t":80,"read":1,"write":2,"nonce":"a"}
{"step":"wrote","buyer":"ann","t":85}
{"step":"return","buyer":"ann","t":90,"outcome":"sold","left":0}
{"step":"intend","buyer":"cy","t":95,"read":1,"write":2,"nonce":"c"}
{"step":"wrote","buyer":"cy","t":100}
{"step":"return","buyer":"cy","t":110,"outcome":"sold"}
"#;
    let (total, sentence) = last_total(guessed);
    assert_eq!(total.as_deref(), Some("at least 3 tickets are"));
    assert!(
        sentence.starts_with("at least 3 tickets were sold"),
        "{sentence}"
    );
}

/// What is done at the very time of a write, and before it in the order of the steps, does not come after it.
#[test]
fn nobody_has_written_since_but_others() {
    let steps = steps(
        r#"{"evidence":1,"stock":3,"first":0}
{"step":"invoke","buyer":"cat","t":52,"quantity":1}
{"step":"read","buyer":"cat","t":60,"seq":0}
{"step":"invoke","buyer":"bob","t":70,"quantity":1}
{"step":"intend","buyer":"cat","t":70,"read":0,"write":1,"nonce":"n0"}
{"step":"return","buyer":"cat","t":79,"outcome":"sold"}
{"step":"lock_wanted","buyer":"bob","t":79,"device":8,"inode":42,"shared":false}
{"step":"lock_got","buyer":"bob","t":79,"device":8,"inode":42,"path_device":8,"path_inode":42}
{"step":"read","buyer":"bob","t":79,"seq":0}
{"step":"intend","buyer":"bob","t":79,"read":0,"write":1,"nonce":"n2"}
{"step":"lock_released","buyer":"bob","t":79,"device":8,"inode":42}
{"step":"return","buyer":"bob","t":82,"outcome":"sold"}
{"committed":1,"nonce":"n0","left":2,"buyer":"cat","quantity":1}
{"committed":1,"nonce":"n2","left":2,"buyer":"bob","quantity":1}
"#,
    );
    let [(_, writes)] = done(&steps, "cat", "writes")[..] else {
        panic!("{:#?}", steps.steps);
    };
    assert!(
        writes.why.contains("nobody has written since"),
        "{}",
        writes.why
    );
}

/// Where somebody may have gone on from a sale who does not say so, nobody knows that it was overwritten, nor by whom.
#[test]
fn what_another_may_have_gone_on_from_is_perhaps_overwritten() {
    let run = r#"{"evidence":1,"stock":2,"first":0}
{"step":"invoke","buyer":"ann","t":10}
{"step":"invoke","buyer":"cy","t":12}
{"step":"invoke","buyer":"dan","t":13}
{"step":"read","buyer":"ann","t":20,"seq":0,"left":2}
{"step":"read","buyer":"cy","t":22,"seq":0,"left":2}
{"step":"intend","buyer":"ann","t":30,"read":0,"write":1,"nonce":"a"}
{"step":"read","buyer":"dan","t":40,"seq":1,"left":1}
{"step":"wrote","buyer":"ann","t":50}
{"step":"return","buyer":"ann","t":51,"outcome":"sold"}
{"step":"intend","buyer":"cy","t":60,"read":0,"write":1,"nonce":"c"}
{"step":"intend","buyer":"dan","t":61,"read":1,"write":2,"nonce":"d"}
{"step":"wrote","buyer":"cy","t":70}
{"step":"return","buyer":"cy","t":71,"outcome":"sold"}
{"step":"return","buyer":"dan","t":80,"outcome":"unknown"}
"#;
    let drawn = |text: &str| {
        let evidence = read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
        let verdict = check::judge(&evidence);
        let timeline = super::timeline(&evidence, &verdict);
        let tree = timeline.to_text(200);
        let tree: Vec<String> = tree.iter().map(ToString::to_string).collect();
        (tree.join("\n"), timeline.to_svg())
    };
    let (tree, svg) = drawn(run);
    assert!(tree.contains("by ann, perhaps overwritten"), "{tree}");
    assert!(!svg.contains("overwritten by cy"), "{svg}");
    // Where it was told that it did not, the sale is.
    let (tree, svg) = drawn(&run.replace(r#""outcome":"unknown""#, r#""outcome":"failed""#));
    assert!(tree.contains("by ann, overwritten"), "{tree}");
    assert!(svg.contains("overwritten by cy"), "{svg}");
}
