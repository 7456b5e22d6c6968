//! What is certain is said, whatever else is open: who wrote last, and whose sale is overwritten.

use tickets::check::{Anomaly, judge, overwritten};

use super::unsaid::{HEADER, both, read, sale};

/// A sale with its times: begun, read, about to write, and written.
fn timed(buyer: &str, [invoke, read_at, intend, wrote]: [u64; 4], seen: (u64, u64)) -> String {
    let at = format!(",\"read_at\":{read_at},\"intend\":{intend},\"wrote\":{wrote}");
    sale(buyer, [invoke, wrote + 5], seen, &at)
}

/// What is said of each version that several wrote, and of each pair of them.
fn told(text: &str) -> (Vec<String>, Vec<String>) {
    let evidence = read(text);
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict).into_iter();
    let pairs = verdict.findings.into_iter();
    let pairs = pairs.filter(|found| found.kind == Anomaly::LostUpdate);
    let end = |text: String| text.rsplit_once(" wrote version ").unwrap().1.to_owned();
    (
        groups.map(|group| end(group.text)).collect(),
        pairs.map(|found| end(found.text)).collect(),
    )
}

/// Ann and bob wrote one after the other; which of their versions cy read, nobody knows.
#[test]
fn who_wrote_last_is_said_where_only_the_version_that_was_read_is_open() {
    let two = timed("ann", [10, 15, 20, 30], (0, 3)) + &timed("bob", [10, 15, 40, 50], (0, 3));
    let text = HEADER.to_owned() + &two + &timed("cy", [12, 60, 70, 80], (1, 2));
    let open = "1: bob wrote last; which of them cy read is not known";
    assert_eq!(told(&text), (vec![open.to_owned()], vec![open.to_owned()]));
    // Also where nobody says when it was read.
    let unsaid = text.replace("\"read_at\":60,", "");
    assert_eq!(told(&unsaid).0, [open]);
    // Who wrote at one time with somebody after whom it did not is not said to have.
    let three = timed("ann", [10, 15, 20, 30], (0, 3))
        + &timed("bob", [10, 15, 40, 60], (0, 3))
        + &timed("cy", [10, 15, 50, 70], (0, 3));
    let (groups, _) = told(&(HEADER.to_owned() + &three));
    let open = "1: whether bob or cy wrote last is not known: they wrote at the same time; ann was overwritten";
    assert_eq!(groups, [open]);
    // Nor is that they wrote at one time said where one does not say when it began to.
    let half = three.replace("\"intend\":50,", "");
    let (groups, _) = told(&(HEADER.to_owned() + &half));
    let open = "1: whether bob or cy wrote last is not said; ann was overwritten";
    assert_eq!(groups, [open]);
}

/// Cy read what ann wrote; dan, whose count is the final one, read that or what bob wrote: cy's sale is overwritten in any case.
#[test]
fn what_is_overwritten_in_any_case_is_called_so_beside_what_is_open() {
    let sales = [
        timed("ann", [10, 15, 20, 30], (0, 3)),
        timed("bob", [10, 15, 40, 50], (0, 3)),
        timed("cy", [31, 39, 70, 80], (1, 2)),
        timed("dan", [32, 60, 90, 100], (1, 2)),
    ];
    let text = HEADER.to_owned() + &sales.concat() + "{\"final\":2,\"left\":1}\n";
    let (groups, _) = told(&text);
    let expected = [
        "1: bob wrote last; which of them dan read is not known",
        "2: dan wrote last and overwrote cy; of these 2 sales the count shows one",
    ];
    assert_eq!(groups, expected);
    let (drawn, svg) = both(&text);
    for drawn in [&drawn, &svg] {
        assert!(drawn.contains("by cy, overwritten"), "{drawn}");
        assert_eq!(drawn.matches(", overwritten").count(), 1, "{drawn}");
    }
    assert!(drawn.contains("writes: 1 left over cy's"), "{drawn}");
    assert!(svg.contains("sale overwritten by dan"), "{svg}");
}

/// Of more versions of one number than are looked at one by one it is not said either which was read, nor which stands.
#[test]
fn of_many_versions_of_one_number_any_may_have_been_read() {
    let one = |at: u64| timed(&format!("user-{at}"), [1, 2, 10 * at, 10 * at + 5], (0, 3));
    let many: String = (1..=90).map(one).collect();
    let text = HEADER.to_owned() + &many + &timed("cy", [3, 2_000, 2_010, 2_020], (1, 2));
    let (groups, _) = told(&text);
    let open = "1: user-90 wrote last; which of them cy read is not known";
    assert_eq!(groups, [open]);
    let (drawn, svg) = both(&text);
    for drawn in [&drawn, &svg] {
        assert!(drawn.contains("read one of 90, not known which"), "{drawn}");
        assert!(!drawn.contains(", overwritten"), "{drawn}");
        assert!(!drawn.contains("whose write a read saw"), "{drawn}");
    }
}

/// Cy began after ann had written and read before bob did, dan began when bob was answered: each read another's.
#[test]
fn who_read_one_version_each_of_a_number_is_said_to() {
    let sales = [
        timed("ann", [10, 15, 20, 30], (0, 3)),
        timed("bob", [10, 15, 40, 50], (0, 3)),
        timed("cy", [31, 35, 80, 90], (1, 2)),
        timed("dan", [56, 60, 100, 110], (1, 2)),
    ];
    let evidence = read(&(HEADER.to_owned() + &sales.concat()));
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict);
    let pairs = verdict.findings.iter();
    let pairs = pairs.filter(|found| found.kind == Anomaly::LostUpdate);
    let texts = groups.iter().map(|one| &one.text);
    let texts: Vec<_> = texts.chain(pairs.map(|found| &found.text)).collect();
    let wanted =
        "cy and dan read a version 1 each (ann's, bob's; 2 left) and both wrote version 2: ";
    assert_eq!(
        texts.iter().filter(|text| text.starts_with(wanted)).count(),
        2,
        "{texts:#?}"
    );
}
