//! Steps of one operation with equal stamps, as of a clock that ticks slowly: they were done in the order of their lines.

use tickets::check::{Anomaly, judge, proof};

use super::in_between::evidence;
use super::unsaid::read;

/// What was found, each proven.
fn told(lines: &str) -> Vec<(Anomaly, String)> {
    let evidence = read(&evidence(5, lines));
    let verdict = judge(&evidence);
    for found in &verdict.findings {
        assert_eq!(proof::accept(&evidence, found), Ok(()), "{found:?}");
    }
    let found = verdict.findings.into_iter();
    found.map(|one| (one.kind, one.text)).collect()
}

/// Two locks in opposite orders: each has got its first and wants the other one by `wanted`.
fn crossed(wanted: u64, end: &str) -> String {
    format!(
        "
        cat invoke 1
        bob invoke 2
        cat lock_got 12 device=8 inode=43
        cat lock_wanted {wanted} device=8 inode=42
        bob lock_got 15 device=8 inode=42
        bob lock_wanted 22 device=8 inode=43
        {end}
        0 final 5
        "
    )
}

#[test]
fn who_asks_for_a_lock_with_the_stamp_of_the_one_that_it_got_waits_on() {
    let killed = "
        cat killed 93
        bob lock_got 95 device=8 inode=43
        bob read 96 seq=0 left=5
        bob return 99 outcome=query left=5";
    for (end, how) in [
        ("", "neither ever goes on"),
        (killed, "neither went on until cat was killed at 92 ns"),
    ] {
        let found = told(&crossed(12, end));
        assert_eq!(found, told(&crossed(13, end)));
        let [(Anomaly::Deadlock, text)] = &found[..] else {
            panic!("{found:?}");
        };
        assert!(text.ends_with(how), "{text}");
    }
}

/// Two who hold a lock together, and each of whom asks to have it alone with the stamp of its read.
#[test]
fn who_asks_for_a_lock_with_the_stamp_of_its_read_waits_on() {
    let upgrade = |wanted: u64| {
        format!(
            "
            ann invoke 1
            bob invoke 2
            ann lock_got 5 device=8 inode=42 shared=true
            bob lock_got 6 device=8 inode=42 shared=true
            ann read 10 seq=0 left=5
            ann lock_wanted {} device=8 inode=42 shared=false
            bob read 20 seq=0 left=5
            bob lock_wanted {wanted} device=8 inode=42 shared=false
            bob killed 93
            0 final 5
            ",
            wanted - 10
        )
    };
    let found = told(&upgrade(20));
    assert_eq!(found, told(&upgrade(21)));
    assert!(matches!(&found[..], [(Anomaly::Deadlock, _)]), "{found:?}");
}

/// What comes behind the release was done without the lock, and what comes before the lock was got, too.
#[test]
fn a_write_behind_its_lock_is_outside_of_it() {
    let behind = |intend: u64| {
        format!(
            "
            ann invoke 1
            ann lock_got 5 device=8 inode=42
            ann read 10 seq=0 left=5
            ann lock_released 20
            ann intend {intend} read=0 write=1
            ann wrote 25
            ann return 30 outcome=sold left=4
            1 final 4
            "
        )
    };
    let before = |got: u64| {
        format!(
            "
            ann invoke 1
            ann read 3 seq=0 left=5
            ann intend 5 read=0 write=1
            ann wrote 10
            ann lock_got {got} device=8 inode=42
            ann lock_released 20
            ann return 30 outcome=sold left=4
            1 final 4
            "
        )
    };
    for (equal, later) in [(behind(20), behind(21)), (before(10), before(11))] {
        let found = told(&equal);
        assert_eq!(found, told(&later), "{equal}");
        let [(Anomaly::UnlockedWrite, text)] = &found[..] else {
            panic!("{equal} {found:?}");
        };
        assert_eq!(
            text,
            "ann wrote version 1 outside a lock that keeps others out"
        );
    }
    // Within it, though at its ends.
    let within = told(
        "
        ann invoke 1
        ann lock_got 5 device=8 inode=42
        ann read 5 seq=0 left=5
        ann intend 5 read=0 write=1
        ann wrote 20
        ann lock_released 20
        ann return 20 outcome=sold left=4
        1 final 4
        ",
    );
    assert_eq!(within, []);
}
