//! What random histories come to seldom: each of these had the verdict, its proof or the search disagree.

use tickets::check::{judge, proof};

use super::contradicted::found;
use super::forged::forgeries;
use super::in_between::evidence;
use super::unsaid::read;

fn line(version: u64, buyer: &str, quantity: u64, left: u64) -> String {
    format!(
        "{{\"committed\":{version},\"left\":{left},\"buyer\":\"{buyer}\",\"quantity\":{quantity},\"nonce\":\"{buyer}\"}}\n"
    )
}

#[test]
fn a_write_of_which_nobody_says_when_it_was_done_was_done_before_the_answer() {
    let text = |returned: u64| {
        let lines = format!(
            "
            a invoke 10
            a lock_got 20 device=8 inode=1 path_device=8 path_inode=1
            a read 30 seq=0 left=5
            a intend 40 read=0 write=1 nonce=a
            a lock_released 45
            b invoke 50 quantity=0
            b read 52 seq=0 left=5
            b return 54 outcome=query left=5
            a return {returned} outcome=sold left=4
            "
        );
        evidence(5, &lines) + &line(1, "a", 1, 4)
    };
    let said = "unlocked_write: a wrote version 1 outside a lock that keeps others out: b still read version 0 after a had let it go at 35 ns";
    assert_eq!(found(&text(81)), [said]);
    // Who began after the answer read stale, which tells nothing of the lock.
    let stale = found(&text(48));
    assert!(
        stale.len() == 1 && stale[0].starts_with("stale_read"),
        "{stale:?}"
    );
}

#[test]
fn a_sale_that_is_not_on_the_ledger_stands_among_the_others_by_its_time() {
    let text = evidence(
        3,
        "
        a invoke 10
        a read 12 seq=0 left=3
        a intend 14 read=0 write=1 nonce=z
        a wrote 20
        a return 25 outcome=sold
        b invoke 30
        b read 32 seq=0 left=3
        b intend 34 read=0 write=1 nonce=b
        b wrote 40
        b return 45 outcome=sold
        ",
    );
    let text = text.replace("\"step\":\"invoke\"", "\"step\":\"invoke\",\"quantity\":2");
    let all = found(&(text + &line(1, "b", 2, 1)));
    let oversold = all.iter().find(|text| text.starts_with("oversold"));
    assert!(
        oversold.is_some_and(|text| text.contains("the first too many is b")),
        "{all:#?}"
    );
}

#[test]
fn a_final_count_of_a_version_that_by_the_ledger_is_nobodys_is_a_gap() {
    let text = evidence(
        4,
        "
        a invoke 10
        a read 20 seq=0 left=4
        a intend 30 read=0 write=1 nonce=a
        a wrote 40
        a return 50 outcome=unknown
        ",
    );
    let said = "gap: the final count says version 1, which nobody is known to have written";
    let last = "{\"final\":1,\"left\":4,\"lines\":0}\n";
    assert_eq!(found(&(text + last)), [said]);
}

#[test]
fn who_failed_and_wrote_the_next_version_made_it_and_not_who_skipped_one() {
    let text = evidence(
        4,
        "
        a invoke 10 quantity=2
        a read 20 seq=0 left=4
        a intend 30 read=0 write=2 nonce=a
        a wrote 40
        a return 50 outcome=sold left=2
        b invoke 60
        b read 70 seq=1 left=2
        b intend 80 read=1 write=2 nonce=b
        b wrote 90
        b return 100 outcome=failed
        2 final 1
        ",
    );
    let all = found(&text);
    assert!(
        !all.iter().any(|text| text.starts_with("conservation")),
        "{all:#?}"
    );
}

const THREE: &str = "
    a invoke 10
    b invoke 11
    c invoke 12
    a lock_got 20 device=8 inode=2 shared=true
    b lock_got 21 device=8 inode=2 shared=true
    c lock_got 22 device=8 inode=1
    ";

/// `a` asks for what `c` has: those are two locks. `b`, who holds what `a` does for less long, does not.
#[test]
fn two_locks_that_one_wants_both_are_not_split_and_another_pair_is() {
    let both = "a lock_wanted 30 device=8 inode=1\n";
    let text = evidence(
        3,
        &format!("{THREE}{both}b lock_released 40\na lock_released 41\n"),
    );
    let all = judge(&read(&text)).findings;
    let split = |at: u32| all.iter().any(|found| found.operations == [at, 2]);
    assert!(split(1) && !split(0), "{all:#?}");
    let two = THREE.lines();
    let two: Vec<&str> = two.filter(|line| !line.trim().starts_with('b')).collect();
    let evidence = read(&evidence(3, &format!("{}\n{both}", two.join("\n"))));
    assert!(judge(&evidence).counts.is_empty());
    for forged in forgeries(&evidence) {
        assert!(proof::accept(&evidence, &forged).is_err(), "{forged:#?}");
    }
}

#[test]
fn without_a_ledger_too_one_operation_bought_twice() {
    let text = |end: &str| {
        let lines = format!(
            "
            a invoke 10
            a read 20 seq=0 left=5
            a intend 30 read=0 write=1 nonce=x
            a read 40 seq=1 left=4
            a intend 50 read=1 write=2 nonce=y
            {end}
            "
        );
        evidence(5, &lines)
    };
    let said = "phantom: a meant to write version 1, and later version 2, in one operation: version 1 was read, and is nobody else's, so that it bought twice";
    let sold = "a wrote 60\na return 81 outcome=sold left=3\n2 final 3";
    assert_eq!(found(&text(sold)), [said]);
    // The second was not written, for all that is known.
    assert_eq!(found(&text("a killed 60\n1 final 4")), [""; 0]);
}

#[test]
fn a_read_without_a_checksum_does_not_keep_that_of_an_earlier_one() {
    let text = |again: &str| {
        let lines = format!(
            "
            a invoke 10 quantity=0
            a read 20 seq=0 left=5 sum=00000000000000aa
            a read 30 seq=0 left=5{again}
            a return 40 outcome=query
            b invoke 50 quantity=0
            b read 60 seq=0 left=5 sum=00000000000000bb
            b return 70 outcome=query
            "
        );
        found(&evidence(5, &lines))
    };
    assert_eq!(text(""), [""; 0]);
    assert_eq!(text(" sum=00000000000000bb"), [""; 0]);
    assert_eq!(text(" sum=00000000000000aa").len(), 1);
}
