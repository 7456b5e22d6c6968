//! Locks that are not the one that is meant to keep others out.

use tickets::check::{Anomaly, judge};

use super::unsaid::read;

/// A lock for another purpose splits none, also where its holder dies before it reads.
#[test]
fn who_dies_under_a_lock_for_another_purpose_splits_none() {
    let step = |buyer: &str, step: &str, t: u64, members: &str| {
        format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
    };
    let file = |inode: u64| format!(",\"device\":1,\"inode\":{inode}");
    let sale = [
        "{\"evidence\":1,\"stock\":3,\"first\":0}\n".to_owned(),
        step("a", "invoke", 1, ""),
        step("a", "lock_got", 2, &file(4)),
        step("a", "read", 3, ",\"seq\":0,\"left\":3"),
    ]
    .concat();
    let end = [
        step("a", "intend", 18, ",\"read\":0,\"write\":1,\"nonce\":\"a\""),
        step("a", "wrote", 19, ""),
        step("a", "lock_released", 20, &file(4)),
        step("a", "return", 21, ",\"outcome\":\"sold\",\"left\":2"),
        "{\"final\":1,\"left\":2}\n".to_owned(),
    ]
    .concat();
    let began = step("d", "invoke", 5, "") + &step("d", "lock_got", 6, &file(5));
    let released = step("d", "lock_released", 7, &file(5));
    let killed = step("d", "killed", 8, "");
    let failed = step("d", "return", 8, ",\"outcome\":\"failed\"");
    for own in [
        String::new(),
        killed.clone(),
        released.clone() + &killed,
        released + &failed,
        failed,
    ] {
        let text = [&sale[..], &began, &own, &end].concat();
        let evidence = read(&text);
        let verdict = judge(&evidence);
        assert_eq!(verdict.counts, [], "{text}");
    }
    // Where nobody says what it read, what holds the locks is all there is to judge.
    let bare = |buyer: &str, from: u64, inode: u64| {
        step(buyer, "invoke", from, "")
            + &step(buyer, "lock_got", from + 1, &file(inode))
            + &step(buyer, "lock_released", from + 9, &file(inode))
            + &step(buyer, "killed", from + 10, "")
    };
    let mut lines: Vec<String> = [bare("a", 1, 4), bare("d", 3, 5)]
        .concat()
        .lines()
        .map(|line| format!("{line}\n"))
        .collect();
    lines.sort_by_key(|line| {
        let (_, t) = line.split_once("\"t\":").unwrap();
        let end = t.find([',', '}']).unwrap();
        t[..end].parse::<u64>().unwrap()
    });
    let text = "{\"evidence\":1,\"stock\":3,\"first\":0}\n".to_owned() + &lines.concat();
    assert_eq!(judge(&read(&text)).count(Anomaly::SplitLock), 1, "{text}");
}
