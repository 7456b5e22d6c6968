use super::*;

/// A line: what it does, its sale or hold, how many, and how many are left then.
fn record(seq: u64, (op, id, quantity, left): (Op, &'static str, i64, u64)) -> Record<'static> {
    let takes = matches!(op, Op::Sell | Op::Hold);
    Record {
        id: takes.then(|| id.into()),
        reference: op.refers().then(|| id.into()),
        ..Record::new(op, seq, quantity, left)
    }
}

/// The kinds of what is wrong with the last of these lines; nothing is with those before it.
fn wrong(lines: &[(Op, &'static str, i64, u64)]) -> Vec<Anomaly> {
    let mut books = Books::default();
    let mut wrong = Vec::new();
    for (seq, line) in (1..).zip(lines) {
        assert_eq!(wrong, [], "before line {seq}: {lines:?}");
        let found = books.enter(&record(seq, *line));
        wrong = found.into_iter().map(|(kind, _)| kind).collect();
    }
    wrong
}

#[test]
fn what_was_so_no_longer_is_named() {
    use Anomaly::{Conservation, Oversold, Phantom, StaleDecision};
    use Op::{Cancel, Close, Confirm, Expire, Hold, Open, Release, Rename, Reopen, Sell};
    let (open, hold) = ((Open, "", 4, 4), (Hold, "2-a", 2, 2));
    let sale = (Sell, "2-a", 2, 2);
    let ends = [
        (Confirm, "2-a", 2, 2),
        (Release, "2-a", 2, 4),
        (Expire, "2-a", 2, 4),
    ];
    for first in ends {
        assert_eq!(wrong(&[open, hold, first]), [], "{first:?}");
        for second in ends {
            let left = if second.0 == Confirm {
                first.3
            } else {
                first.3 + 2
            };
            let second = (second.0, "2-a", 2, left);
            let found = wrong(&[open, hold, first, second]);
            assert_eq!(found.first(), Some(&StaleDecision), "{first:?}, {second:?}");
        }
        assert_eq!(
            wrong(&[open, hold, first, (Rename, "2-a", 0, first.3)]).is_empty(),
            first.0 == Confirm
        );
    }
    let cancel = (Cancel, "2-a", 2, 4);
    let name = |left| (Rename, "2-a", 0, left);
    assert_eq!(wrong(&[open, sale, name(2), cancel]), []);
    assert_eq!(wrong(&[open, sale, cancel, name(4)]), [StaleDecision]);
    assert_eq!(
        wrong(&[open, sale, cancel, (Cancel, "2-a", 1, 5)]),
        [StaleDecision, Conservation]
    );
    assert_eq!(wrong(&[open, hold, (Cancel, "2-a", 2, 4)]), [StaleDecision]);
    assert_eq!(wrong(&[open, (Confirm, "9-z", 1, 4)]), [Phantom]);
    let (close, late) = ((Close, "", 0, 4), (Sell, "3-a", 1, 3));
    assert_eq!(wrong(&[open, close, late]), [StaleDecision]);
    assert_eq!(wrong(&[open, close, close]), [StaleDecision]);
    assert_eq!(
        wrong(&[open, close, (Reopen, "", 0, 4), (Sell, "4-a", 1, 3)]),
        []
    );
    assert_eq!(wrong(&[open, (Sell, "2-a", 5, 0)]), [Oversold]);
    assert_eq!(wrong(&[open, (Sell, "2-a", 1, 2)]), [Conservation]);
}

#[test]
fn numbers_keys_and_rules_are_looked_at() {
    let mut books = Books::default();
    let kinds = |found: Vec<LineFault>| found.into_iter().map(|(kind, _)| kind).collect::<Vec<_>>();
    let keyed = |seq, id, left| Record {
        key: Some("k".into()),
        ..record(seq, (Op::Sell, id, 1, left))
    };
    books.enter(&record(1, (Op::Open, "", 5, 5)));
    assert_eq!(kinds(books.enter(&keyed(2, "2-a", 4))), []);
    assert_eq!(
        kinds(books.enter(&keyed(3, "3-a", 3))),
        [Anomaly::StaleDecision]
    );
    let again = record(3, (Op::Sell, "3-b", 1, 2));
    assert_eq!(kinds(books.enter(&again)), [Anomaly::LostUpdate]);
    let far = record(7, (Op::Sell, "7-a", 1, 1));
    assert_eq!(kinds(books.enter(&far)), [Anomaly::Gap]);
    let rules = EventSettings {
        max_per_sale: Some(0),
        ..EventSettings::default()
    };
    assert_eq!(kinds(books.enter(&Record::set(8, 1, rules))), []);
    let more = record(9, (Op::Hold, "9-a", 1, 0));
    assert_eq!(kinds(books.enter(&more)), [Anomaly::StaleDecision]);
    assert_eq!((books.of(Fate::Sold), books.of(Fate::Held)), (4, 1));
}
