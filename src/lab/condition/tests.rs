use proptest::prelude::*;

use super::*;

fn facts() -> impl Strategy<Value = Facts> {
    let values = proptest::collection::vec(proptest::option::weighted(0.9, 0..4u64), 15);
    values.prop_map(|values| {
        let pairs = Fact::ALL.into_iter().zip(values);
        pairs.fold(Facts::default(), |facts, (fact, value)| {
            facts.with(fact, value)
        })
    })
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        (0..4u64).prop_map(Number::Given),
        any::<u64>().prop_map(Number::Given),
        (0..Fact::ALL.len()).prop_map(|at| Number::Of(Fact::ALL[at])),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let relation = (0..Relation::ALL.len()).prop_map(|at| Relation::ALL[at]);
    let leaf = prop_oneof![
        number().prop_map(Condition::Holds),
        (number(), relation, number())
            .prop_map(|(left, relation, right)| { Condition::Compare(left, relation, right) }),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let parts = || proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts().prop_map(Condition::Any),
            parts().prop_map(Condition::All),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

/// Rewrites what is known to be true or false in the text, until one letter is left: no tree, no
/// precedence by calls.
fn by_rewriting(condition: &str, facts: &Facts) -> bool {
    let word = |c: char| !(c.is_alphanumeric() || c == '_' || "<>=!".contains(c));
    let value = |word: &str| match Fact::named(word) {
        Some(fact) => facts.get(fact),
        None => Some(word.parse().unwrap()),
    };
    let spaced = condition.replace("!=", "\u{1}").replace('!', " ! ");
    let spaced = spaced
        .replace('\u{1}', "!=")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let (mut text, mut at) = (String::new(), 0);
    while at < words.len() {
        let next = words[at];
        if next.contains(word) || next == "!" {
            text += next;
            at += 1;
            continue;
        }
        let sign = words.get(at + 1).copied().unwrap_or("");
        let holds = match (sign, value(next)) {
            ("==" | "!=" | "<" | "<=" | ">" | ">=", left) => {
                let right = value(words[at + 2]);
                at += 3;
                match (left, right) {
                    (Some(left), Some(right)) => match sign {
                        "==" => left == right,
                        "!=" => left != right,
                        "<" => left < right,
                        "<=" => left <= right,
                        ">" => left > right,
                        _ => left >= right,
                    },
                    _ => sign == "!=",
                }
            }
            (_, value) => {
                at += 1;
                value.is_some_and(|value| value > 0)
            }
        };
        text.push(if holds { 'T' } else { 'F' });
    }
    // The stronger first: what stands further down waits until nothing above it is left.
    let strong = [("!T", "F"), ("!F", "T"), ("(T)", "T"), ("(F)", "F")];
    let and = [("T&&T", "T"), ("T&&F", "F"), ("F&&T", "F"), ("F&&F", "F")];
    let or = [("T||T", "T"), ("T||F", "T"), ("F||T", "T"), ("F||F", "F")];
    'again: while text.len() > 1 {
        for rules in [&strong[..], &and[..]] {
            for (from, to) in rules {
                if let Some(at) = text.find(from) {
                    text.replace_range(at..at + from.len(), to);
                    continue 'again;
                }
            }
        }
        // Not before a && on either side of it.
        for (from, to) in or {
            let free = |at: &usize| {
                let (before, after) = (&text[..*at], &text[at + from.len()..]);
                !before.ends_with("&&") && !after.starts_with("&&")
            };
            if let Some(at) = text.match_indices(from).map(|(at, _)| at).find(free) {
                text.replace_range(at..at + from.len(), to);
                continue 'again;
            }
        }
        panic!("{text} is left of {condition}");
    }
    text == "T"
}

proptest! {
    #[test]
    fn what_is_written_out_is_read_back(condition in condition()) {
        prop_assert_eq!(condition.to_string().parse::<Condition>(), Ok(condition));
    }

    #[test]
    fn it_holds_where_rewriting_its_text_says_so(condition in condition(), facts in facts()) {
        let text = condition.to_string();
        prop_assert_eq!(condition.holds(&facts), by_rewriting(&text, &facts), "{}", text);
    }

    #[test]
    fn precedence_is_that_of_the_rewriting(
        parts in proptest::collection::vec((0..15usize, any::<bool>(), any::<bool>()), 1..9),
        facts in facts(),
    ) {
        let mut text = String::new();
        for (at, (fact, not, and)) in parts.into_iter().enumerate() {
            if at > 0 {
                text += if and { " && " } else { " || " };
            }
            text += if not { "!" } else { "" };
            text += Fact::ALL[fact].name();
        }
        let condition: Condition = text.parse().unwrap();
        prop_assert_eq!(condition.holds(&facts), by_rewriting(&text, &facts), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ -~é\u{1f3ab}]{0,60}") {
        if let Err(problem) = text.parse::<Condition>() {
            prop_assert!((1..=text.chars().count() + 1).contains(&problem.column), "{problem:?}");
        }
    }

    #[test]
    fn nor_any_heap_of_its_signs(parts in proptest::collection::vec(0..12usize, 0..400)) {
        let signs = ["!", "(", ")", "&&", "||", "==", "<", "oversold", "3", " ", "=", "&"];
        let text: String = parts.into_iter().map(|at| signs[at]).collect();
        let _ = text.parse::<Condition>();
    }
}

fn problem(text: &str) -> (usize, String) {
    let problem = text.parse::<Condition>().unwrap_err();
    (
        problem.column,
        format!("{}; {}", problem.message, problem.hint),
    )
}

#[test]
fn an_error_points_at_its_column() {
    for (text, column, says) in [
        ("", 1, "missing at the end"),
        ("oversold &&", 12, "missing at the end"),
        ("oversold && switch <= 2", 13, "'switches' is one"),
        ("oversold & switches <= 2", 10, "write && for 'and'"),
        ("oversold and sold", 10, "&& or || is missing"),
        ("sold = 2", 6, "write == for 'is'"),
        ("lost_update > 1", 1, "'lost_updates' is one"),
        ("torn reads", 1, "'torn_reads' is one"),
        ("Sold == 1", 1, "'sold' is one"),
        ("x", 1, "the names are oversold, lost_updates"),
        ("(sold == 2", 1, "never closed"),
        ("sold == 2)", 10, "closes nothing"),
        ("(sold) == 2", 8, "cannot be compared"),
        ("1 < sold < 3", 10, "cannot follow another"),
        ("sold > -1", 8, "missing before '-'"),
        ("sold == 2x", 9, "no whole number"),
        ("sold == 18446744073709551616", 9, "no whole number"),
        ("é", 1, "there is no"),
        ("!= 2", 1, "missing before '!'"),
    ] {
        let (at, said) = problem(text);
        assert_eq!(at, column, "{text}: {said}");
        assert!(said.contains(says), "{text}: {said}");
    }
}

#[test]
fn what_is_too_deep_or_too_long_is_refused() {
    let deep = "(".repeat(60) + "sold" + &")".repeat(60);
    assert!(deep.parse::<Condition>().is_ok());
    for hostile in ["(", "!", "!("] {
        let (_, said) = problem(&hostile.repeat(2000));
        assert!(said.contains("within one another"), "{said}");
    }
    let wide = "sold||".repeat(600) + "1";
    assert!(wide.parse::<Condition>().is_ok());
    assert!(
        problem(&wide.repeat(2))
            .1
            .contains("longer than 4096 bytes")
    );
    assert!(problem(&"9".repeat(4000)).1.len() < 200);
}

#[test]
fn and_binds_closer_than_or() {
    let condition: Condition = "sold || left && !oversold".parse().unwrap();
    assert_eq!(condition.to_string(), "sold || (left && !oversold)");
    let none = Facts::default();
    assert!(!condition.holds(&none));
    assert!(condition.holds(&none.with(Fact::Sold, Some(1))));
    let unreadable: Condition = "left == 0 || left > 0 || left".parse().unwrap();
    assert!(!unreadable.holds(&none));
    assert!("left != 0".parse::<Condition>().unwrap().holds(&none));
}
