use super::*;

fn tally(left: u64, sold: u64, seq: u64, bytes: u64) -> Tally {
    Tally {
        seq,
        bytes,
        left,
        sold,
        ..Tally::default()
    }
}

#[test]
fn foreign_members_keep_their_order_and_their_letters() {
    let text = "{\"b\": 1e400, \"ticket_num\": 7, \"a\": {\"x\":[1, 2.50]}}";
    let count = CountFile::parse(text).unwrap();
    let sold = count.counting(&tally(6, 1, 2, 311));
    let expected = "{\"b\": 1e400, \"ticket_num\": 6, \"sold\": 1, \"seq\": 2, \"bytes\": 311, \
                    \"a\": {\"x\":[1, 2.50]}}\n";
    assert_eq!(sold.render(), expected);
    assert_eq!(CountFile::parse(expected).unwrap(), sold);
    assert_eq!(sold.restarted(7).render(), format!("{text}\n"));
}

#[test]
fn the_edits_of_two_people_are_both_kept() {
    let read = |text: &str| CountFile::parse(text).unwrap();
    let base = r#"{"ticket": 5, "a": 1, "b": 2, "c": 3}"#;
    for (first, second, both) in [
        (
            r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m1": [1, 2.50]}"#,
            r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m2": 0}"#,
            r#"{"ticket": 4, "a": 1, "b": 2, "c": 3, "m1": [1, 2.50], "m2": 0}"#,
        ),
        (
            r#"{"ticket": 5, "a": 9, "b": 2}"#,
            r#"{"m2": 0, "ticket": 5, "a": 1, "b": 1e2, "c": 3}"#,
            r#"{"m2": 0, "ticket": 4, "a": 9, "b": 1e2}"#,
        ),
        // Of two who change one member the later counts.
        (
            r#"{"ticket": 5, "a": 9, "b": 2, "c": 4}"#,
            r#"{"ticket": 5, "a": 8, "b": 2, "c": 3}"#,
            r#"{"ticket": 4, "a": 8, "b": 2, "c": 4}"#,
        ),
        (
            r#"{"ticket": 5, "a": 9, "b": 2, "c": 3}"#,
            r#"{"ticket_num": 5, "b": 2, "c": 3}"#,
            r#"{"ticket_num": 4, "b": 2, "c": 3}"#,
        ),
        // One spells the count otherwise, and the other adds a member.
        (
            r#"{"ticket_num": 5, "a": 1, "b": 2, "c": 3}"#,
            r#"{"ticket": 5, "a": 1, "b": 2, "c": 3, "m": 0}"#,
            r#"{"ticket_num": 4, "a": 1, "b": 2, "c": 3, "m": 0}"#,
        ),
        (
            "{\n  \"ticket\": 5,\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}",
            r#"{"ticket": 5, "b": 2, "c": 3}"#,
            "{\n  \"ticket\": 4,\n  \"b\": 2,\n  \"c\": 3\n}",
        ),
    ] {
        let ours = read(base).counting(&tally(4, 1, 2, 9));
        let once = ours.taking_over(&read(base), &read(first));
        assert_eq!(once.restarted(5), read(first).restarted(5));
        assert_eq!((once.ticket, once.counted), (4, ours.counted));
        let twice = once.taking_over(&ours, &read(second));
        assert_eq!(twice.counted, ours.counted);
        assert_eq!(twice.restarted(4).render(), format!("{both}\n"));
    }
}

#[test]
fn a_file_with_a_member_a_line_stays_so() {
    let text = "{\n    \"ticket\": 2,\n    \"venue\": \"hall\"\n}";
    let sold = CountFile::parse(text).unwrap().counting(&tally(1, 1, 2, 9));
    let expected = "{\n  \"ticket\": 1,\n  \"sold\": 1,\n  \"seq\": 2,\n  \"bytes\": 9,\n  \
                    \"venue\": \"hall\"\n}\n";
    assert_eq!(sold.render(), expected);
}

/// Such a count is synced before its name means it: no ledger says what stands in it.
#[test]
fn what_the_ledger_cannot_tell_makes_a_count_personal() {
    for (text, personal) in [
        ("{\"ticket\": 2}", false),
        ("{\"ticket\":2}", false),
        (
            "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 9}",
            false,
        ),
        (
            "{\"ticket\": 2, \"sold\": 1, \"seq\": 2, \"bytes\": 9, \"venue\": 1}",
            true,
        ),
        ("{\"venue\": null, \"ticket\": 2}", true),
        ("{\"ticket_num\": 2}", true),
        ("{\n\"ticket\": 2}", true),
        ("{\"ticket\": 2\n}\n", true),
        ("{\"ticket\": 2}\n\n", false),
    ] {
        let count = CountFile::parse(text).unwrap();
        assert_eq!(count.is_personal(), personal, "{text}");
        // So are the later versions of it.
        let sold = count.counting(&tally(1, 2, 3, 99));
        assert_eq!(sold.is_personal(), personal, "{text}");
    }
}

#[test]
fn a_fault_is_named_with_its_place() {
    let fault = |text| CountFile::parse(text).unwrap_err();
    let found = fault("{\n \"ticket\": 2.5}");
    assert_eq!((found.line, found.column), (2, 12));
    assert_eq!(found.message, "\"ticket\" is 2.5, not a whole number");
    for (text, part) in [
        ("", "empty"),
        (" \n", "empty"),
        ("{\"ticket\": 2", "it ends in the middle"),
        ("[1]", "is not an object"),
        ("{\"ticket\": 2}}", "something stands behind its end"),
        ("{\"ticket\": 2, \"ticket_num\": 2}", "both"),
        ("{\"tickets\": 2}", "neither"),
        ("{\"ticket\": -1}", "below zero"),
        ("{\"ticket\": \"2\"}", "\"2\", not a whole number"),
        ("{\"ticket\": 1e400}", "1e400, not a whole number"),
        ("{\"ticket\": 9007199254740992}", "more than"),
        ("{\"ticket\": 18446744073709551616}", "more than"),
        ("{\"ticket\": 2, \"ticket\": 2}", "twice"),
        ("{\"ticket\": 2, \"a\": 1, \"a\": 2}", "twice"),
        ("{\"ticket\": 2, \"seq\": 1}", "some, but not all"),
    ] {
        let fault = fault(text);
        assert!(fault.message.contains(part), "{text}: {}", fault.message);
    }
    assert_eq!(
        CountFile::parse("\u{feff}{\"ticket\": 2}").unwrap().ticket,
        2
    );
}

#[test]
fn deep_nesting_is_no_harm() {
    let deep = format!(
        "{{\"ticket\": 2, \"x\": {}{}}}",
        "[".repeat(200_000),
        "]".repeat(200_000)
    );
    assert_eq!(CountFile::parse(&deep).unwrap().ticket, 2);
}
