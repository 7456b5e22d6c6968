//! Whatever the model says, it is drawn.

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;

fn time() -> impl Strategy<Value = u64> {
    prop_oneof![0u64..20, Just(u64::MAX), any::<u64>()]
}

fn doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        Just(Doing::Query),
        Just(Doing::Wait),
        (0..3_u64).prop_map(Doing::Stuck),
        (0u64..40).prop_map(Doing::Hold),
        (0u64..3).prop_map(Doing::Share),
        Just(Doing::Read),
        Just(Doing::Think),
        Just(Doing::Truncate),
        Just(Doing::Write),
        Just(Doing::Sync),
        ".{0,9}".prop_map(Doing::Point),
    ]
}

fn operation() -> impl Strategy<Value = DrawnOperation> {
    let spans = vec((doing(), time(), time()), 0..5);
    let read = prop_oneof![
        (0usize..9).prop_map(Sight::Version),
        ".{0,90}".prop_map(Sight::Torn)
    ];
    let outcome = prop_oneof![
        any::<u64>().prop_map(DrawnOutcome::Sold),
        Just(DrawnOutcome::NoneLeft),
        any::<u64>().prop_map(DrawnOutcome::Told),
        Just(DrawnOutcome::Failed),
        Just(DrawnOutcome::Unknown)
    ];
    let parts = (
        spans,
        option::of(read),
        option::of(0usize..9),
        option::of(outcome),
    );
    let parts = (parts, option::of(time()), any::<u64>());
    parts.prop_map(|((spans, read, wrote, outcome), killed, quantity)| {
        let spans = spans
            .into_iter()
            .map(|(doing, from, to)| Span::new(doing, from, to));
        DrawnOperation {
            spans: spans.collect(),
            looked: wrote,
            read,
            wrote,
            outcome,
            killed,
            quantity,
        }
    })
}

fn place() -> impl Strategy<Value = Spot> {
    (0usize..22, 0usize..9).prop_map(|(lane, operation)| Spot { lane, operation })
}

fn version() -> impl Strategy<Value = DrawnVersion> {
    let parts = (any::<u64>(), option::of(any::<u64>()), option::of(place()));
    (parts, option::of(0usize..9), any::<bool>()).prop_map(
        |((seq, left, writer), parent, survived)| DrawnVersion {
            seq,
            left,
            writer,
            parent,
            survived,
            ..DrawnVersion::default()
        },
    )
}

fn finding() -> impl Strategy<Value = DrawnFinding> {
    let clash = prop_oneof![
        Just(Clash::Writes),
        Just(Clash::WriteRead),
        Just(Clash::Reads),
        Just(Clash::OwnWrites),
        Just(Clash::Holds),
        Just(Clash::Waits),
        Just(Clash::Unfilled),
        Just(Clash::Whole)
    ];
    let locks = btree_set((place(), time()), 0..3);
    let places = (vec(place(), 0..4), vec(place(), 0..4), locks);
    let words = (".{0,20}", ".{0,200}", ".{0,40}");
    (words, clash, places).prop_map(|((kind, sentence, harm), clash, (places, also, locks))| {
        DrawnFinding {
            kind,
            takes: harm.len() % 3,
            clash,
            sentence,
            beside: places.iter().rev().take(1).copied().collect(),
            places,
            locks,
            also,
            of_end: harm.len() % 2 == 1,
            harm,
        }
    })
}

fn timeline() -> impl Strategy<Value = Timeline> {
    let lane = (".{0,30}", vec(operation(), 0..9));
    let lane = lane.prop_map(|(name, operations)| Lane { name, operations });
    let odds = option::of(vec((time(), any::<f64>()), 0..6));
    let words = (".{0,120}", ".{0,120}", any::<bool>());
    let parts = (
        vec(lane, 0..22),
        vec(version(), 0..60),
        vec(finding(), 0..30),
        odds,
    );
    (words, parts).prop_map(
        |((title, subtitle, steps), (lanes, versions, findings, odds))| Timeline {
            clock: None,
            subtitle,
            time: if steps {
                Time::Steps
            } else {
                Time::Nanoseconds
            },
            lanes,
            versions,
            incomplete: findings.len() > 20,
            findings,
            no_odds: odds.is_none().then(|| title.clone()),
            odds,
            publishes: steps,
            locks: LockFacts::default(),
            sales: SaleFacts::default(),
            unreadable: !steps,
            title,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_model_says_is_drawn(timeline in timeline()) {
        let svg = timeline.to_svg();
        prop_assert!(super::tests::balanced(&svg).is_ok(), "{:?}", super::tests::balanced(&svg));
        prop_assert!(!svg.contains("=\"NaN") && !svg.contains("=\"inf") && !svg.contains("=\"-inf"));
        prop_assert!(svg.len() < 1_000_000);
        let page = page(&timeline.title, &[&timeline, &timeline]);
        prop_assert_eq!(page.matches("<script").count(), 2, "its own two");
        prop_assert!(page.len() < 3_000_000, "{}", page.len());
        prop_assert!(!page.contains("NaN"));
        for room in [40, 80, 132] {
            for line in timeline.to_text(room) {
                let line = line.to_string();
                prop_assert!(words::columns(&line) <= room, "{} columns: {line}", words::columns(&line));
                prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            }
        }
    }
}
