//! Runs to draw in tests.

use super::Doing::{Hold, Point, Query, Read, Sync, Think, Truncate, Wait, Write};
use super::*;

fn at(lane: usize, operation: usize) -> Spot {
    Spot { lane, operation }
}

fn lane(name: impl Into<String>, operations: Vec<DrawnOperation>) -> Lane {
    Lane {
        name: name.into(),
        operations,
    }
}

fn sold(spans: Vec<Span>, read: usize, wrote: usize) -> DrawnOperation {
    DrawnOperation {
        spans,
        read: Some(Sight::Version(read)),
        looked: None,
        wrote: Some(wrote),
        outcome: Some(DrawnOutcome::Sold(1)),
        killed: None,
        quantity: 1,
    }
}

fn lost_update<const N: usize>(places: [Spot; N], sentence: impl Into<String>) -> DrawnFinding {
    DrawnFinding {
        kind: "lost update".to_owned(),
        clash: Clash::Writes,
        sentence: sentence.into(),
        places: places.to_vec(),
        ..DrawnFinding::default()
    }
}

/// In which order the eight write, by the times below.
const ORDER: [usize; 8] = [0, 5, 2, 7, 4, 1, 6, 3];

/// Eight buyers without a lock, who all read version 1 and all write version 2.
pub(super) fn eight() -> Timeline {
    let buyer = |at: u64| {
        let read = 3_000 + at * 1_700;
        let write = 12_400_000 + (at * 5 % 8) * 9_300;
        let spans = vec![
            Span::new(Query, 0, 1_200 + at * 130),
            Span::new(Read, read, read + 14_000),
            Span::new(Think, read + 14_000, write),
            Span::new(Write, write, write + 21_000),
            Span::new(Sync, write + 21_000, 13_900_000 + at * 4_000),
        ];
        lane(
            format!("buyer-{}", at + 1),
            vec![sold(spans, 0, (at * 5 % 8) as usize + 1)],
        )
    };
    let mut versions = vec![DrawnVersion::first(1, 2)];
    versions.extend(ORDER.map(|at| DrawnVersion::after(0, 2, 1).by(at, 0)));
    versions[8] = versions[8].clone().survived();
    Timeline {
        title: "8 buyers, no lock, 2 tickets".to_owned(),
        subtitle: "8 processes, lock: none, think 12ms, seed 7, all at once".to_owned(),
        lanes: (0..8).map(buyer).collect(),
        versions,
        findings: vec![lost_update(
            ORDER.map(|lane| at(lane, 0)),
            "buyer-1, buyer-6, buyer-3, buyer-8, buyer-5, buyer-2, buyer-7 and buyer-4 all read version 1 (2 left) and all wrote version 2: buyer-4 wrote last; the sales of the other 7 are overwritten; of these 8 sales the count shows one",
        )],
        ..Timeline::default()
    }
}

/// Two buyers and the smallest schedule that loses an update.
pub(super) fn schedule() -> Timeline {
    let spans = |steps: [u64; 4]| {
        let doing = [
            Point("start".to_owned()),
            Read,
            Write,
            Point("done".to_owned()),
        ];
        let steps = doing.into_iter().zip(steps);
        steps.map(|(doing, k)| Span::new(doing, k, k + 1)).collect()
    };
    Timeline {
        clock: None,
        title: "2 buyers, no lock: the smallest race".to_owned(),
        subtitle: "who makes each step: alice, alice, bob, bob, bob, bob, alice, alice".to_owned(),
        time: Time::Steps,
        lanes: vec![
            lane("alice", vec![sold(spans([0, 1, 6, 7]), 0, 2)]),
            lane("bob", vec![sold(spans([2, 3, 4, 5]), 0, 1)]),
        ],
        versions: vec![
            DrawnVersion::first(1, 2),
            DrawnVersion::after(0, 2, 1).by(1, 0),
            DrawnVersion::after(0, 2, 1).by(0, 0).survived(),
        ],
        findings: vec![lost_update(
            [at(1, 0), at(0, 0)],
            "alice and bob both read version 1 (2 left) and both wrote version 2: alice wrote last and overwrote bob",
        )],
        incomplete: false,
        publishes: false,
        locks: LockFacts::default(),
        sales: SaleFacts::default(),
        unreadable: false,
        // A buyer that is not done takes the next step, each with the same chance.
        odds: Some(vec![
            (0, 0.375),
            (1, 0.375),
            (2, 0.25),
            (3, 0.5),
            (4, 1.0),
            (8, 1.0),
        ]),
        no_odds: None,
    }
}

/// Three buyers who lock the file that they replace: two inodes are held at once.
pub(super) fn split_lock() -> Timeline {
    let us = |n: u64| n * 1_000;
    let buyer = |name: &str, inode, [want, got, read, write, free]: [u64; 5], seen, wrote| {
        let spans = vec![
            Span::new(Wait, us(want), us(got)),
            Span::new(Hold(inode), us(got), us(free)),
            Span::new(Read, us(read), us(read) + 9_000),
            Span::new(Write, us(write), us(write) + 30_000),
        ];
        lane(name, vec![sold(spans, seen, wrote)])
    };
    let mut killed = buyer("mallory", 4_718_593, [15, 700, 720, 900, 960], 2, 9);
    killed.operations[0].spans.truncate(3);
    killed.operations[0].spans[1].to = us(900);
    killed.operations[0].killed = Some(us(900));
    killed.operations[0].wrote = None;
    Timeline {
        title: "4 buyers, lock on the data file".to_owned(),
        subtitle: "lock: data-file, writes: replace, class 3!:4".to_owned(),
        lanes: vec![
            buyer("alice", 4_718_592, [0, 2, 30, 90, 160], 0, 1),
            buyer("bob", 4_718_592, [10, 162, 300, 480, 640], 1, 3),
            buyer("carol", 4_718_593, [200, 204, 250, 330, 560], 1, 2),
            killed,
        ],
        versions: vec![
            DrawnVersion::first(1, 3),
            DrawnVersion::after(0, 2, 2).by(0, 0),
            DrawnVersion::after(1, 3, 1).by(2, 0),
            DrawnVersion::after(1, 3, 1).by(1, 0).survived(),
        ],
        findings: vec![
            DrawnFinding {
                kind: "split lock".to_owned(),
                clash: Clash::Holds,
                sentence: "bob and carol held the locks of two files at once, for 356 µs: the file had been replaced while bob waited".to_owned(),
                places: vec![at(1, 0), at(2, 0)],
                ..DrawnFinding::default()
            },
            lost_update(
                [at(2, 0), at(1, 0)],
                "bob and carol both read version 2 (2 left) and both wrote version 3: bob wrote last and overwrote carol",
            ),
        ],
        ..Timeline::default()
    }
}

/// The chapter's program: a query without the lock reads what a writer has just emptied.
pub(super) fn torn() -> Timeline {
    let writer = vec![
        Span::new(Hold(77), 0, 7),
        Span::new(Point("start".to_owned()), 0, 1),
        Span::new(Read, 1, 2),
        Span::new(Think, 2, 3),
        Span::new(Truncate, 3, 4),
        Span::new(Write, 5, 6),
        Span::new(Point("done".to_owned()), 6, 7),
    ];
    let asked = DrawnOperation {
        spans: vec![Span::new(Query, 4, 5)],
        read: Some(Sight::Torn("an empty file".to_owned())),
        outcome: Some(DrawnOutcome::Failed),
        ..DrawnOperation::default()
    };
    Timeline {
        title: "the chapter's own repair: exclusive lock, written in place".to_owned(),
        subtitle: "a query takes no lock".to_owned(),
        time: Time::Steps,
        lanes: vec![
            lane("buyer", vec![sold(writer, 0, 1)]),
            lane("querier", vec![asked]),
        ],
        versions: vec![
            DrawnVersion::first(1, 2),
            DrawnVersion::after(0, 2, 1).by(0, 0).survived(),
        ],
        findings: vec![DrawnFinding {
            kind: "torn read".to_owned(),
            clash: Clash::WriteRead,
            sentence: "querier read an empty file: buyer had truncated it at step 4 and wrote it at step 6".to_owned(),
            places: vec![at(0, 0), at(1, 0)],
            ..DrawnFinding::default()
        }],
        ..Timeline::default()
    }
}

/// Many buyers in turn, of whom each reads what the one before wrote; each sells `each` times.
pub(super) fn in_turn(buyers: usize, each: usize) -> Timeline {
    let mut lanes: Vec<Lane> = (0..buyers)
        .map(|at| lane(format!("buyer-{}", at + 1), Vec::new()))
        .collect();
    let total = buyers * each;
    let mut versions = vec![DrawnVersion::first(1, total as u64)];
    for sale in 0..total {
        let from = sale as u64 * 50_000;
        let spans = vec![
            Span::new(Wait, from.saturating_sub(40_000), from),
            Span::new(Hold(9), from, from + 45_000),
            Span::new(Read, from + 1_000, from + 9_000),
            Span::new(Write, from + 20_000, from + 40_000),
        ];
        let buyer = sale % buyers;
        let operation = lanes[buyer].operations.len();
        let seq = sale as u64 + 2;
        versions
            .push(DrawnVersion::after(sale, seq, (total - sale - 1) as u64).by(buyer, operation));
        lanes[buyer].operations.push(sold(spans, sale, sale + 1));
    }
    let last = versions.len() - 1;
    versions[last].survived = true;
    Timeline {
        title: format!(
            "{} buyers, {} sales",
            words::thousands(buyers as u64),
            words::thousands(total as u64)
        ),
        subtitle: "lock: broken-on-purpose".to_owned(),
        lanes,
        versions,
        ..Timeline::default()
    }
}

/// The same, but one sale read the same version as the one before it.
pub(super) fn one_race(buyers: usize, each: usize) -> Timeline {
    let mut timeline = in_turn(buyers, each);
    let sale = buyers * each / 2;
    let (first, second) = (
        at(sale % buyers, sale / buyers),
        at((sale + 1) % buyers, (sale + 1) / buyers),
    );
    let racer = &mut timeline.lanes[second.lane].operations[second.operation];
    racer.read = Some(Sight::Version(sale));
    for span in &mut racer.spans {
        span.from -= 38_000;
        span.to -= 38_000;
    }
    timeline.versions[sale + 2].parent = Some(sale);
    timeline.versions[sale + 2].seq -= 1;
    let names = [first, second].map(|place| timeline.lanes[place.lane].name.clone());
    timeline.findings.push(lost_update(
        [first, second],
        format!("{} and {} both read version {} and both wrote version {}: {1} wrote last and overwrote {0}", names[0], names[1], sale + 1, sale + 2),
    ));
    timeline
}

/// As many buyers without a lock, who all read version 1: each with the one who wrote last is a
/// finding.
pub(super) fn crowd(buyers: usize) -> Timeline {
    let lanes = (0..buyers).map(|buyer| {
        let at = buyer as u64 * 1_000;
        let write = at + 10_000_000;
        let spans = vec![
            Span::new(Read, at, at + 9_000),
            Span::new(Write, write, write + 20_000),
        ];
        lane(
            format!("buyer-{}", buyer + 1),
            vec![sold(spans, 0, buyer + 1)],
        )
    });
    let mut versions = vec![DrawnVersion::first(1, buyers as u64)];
    versions
        .extend((0..buyers).map(|buyer| DrawnVersion::after(0, 2, buyers as u64 - 1).by(buyer, 0)));
    let last = buyers - 1;
    versions[buyers].survived = true;
    let finding = |buyer| {
        let sentence = format!("buyer-{} overwrote buyer-{}", last + 1, buyer + 1);
        lost_update([at(buyer, 0), at(last, 0)], sentence)
    };
    Timeline {
        title: format!("{buyers} buyers, no lock"),
        lanes: lanes.collect(),
        versions,
        findings: (0..last).map(finding).collect(),
        ..Timeline::default()
    }
}

/// As many buyers without a lock who think for a moment, as a rush records them: the read so close to the write, where
/// time is cut out, that their words have no room beside one another.
pub(super) fn rush(buyers: usize) -> Timeline {
    let lanes = (0..buyers).map(|buyer| {
        let at = buyer as u64;
        let read = 1_000_000 + (at * 7 % buyers as u64) * 400_000;
        let write = 80_000_000 + at * 1_100_000;
        let spans = vec![
            Span::new(Query, read - 300_000, read - 100_000),
            Span::new(Read, read, read + 90_000),
            Span::new(Think, read + 90_000, write),
            Span::new(Write, write, write + 120_000),
        ];
        lane(
            format!("user-{}", buyer + 1),
            vec![sold(spans, 0, buyer + 1)],
        )
    });
    let mut versions = vec![DrawnVersion::first(1, 2)];
    versions.extend((0..buyers).map(|buyer| DrawnVersion::after(0, 2, 1).by(buyer, 0)));
    versions[buyers].survived = true;
    let places: Vec<Spot> = (0..buyers).map(|buyer| at(buyer, 0)).collect();
    let finding = DrawnFinding {
        places,
        ..lost_update([], "all read version 1 and all wrote version 2")
    };
    Timeline {
        title: format!("{buyers} buyers, 2 tickets, no lock"),
        lanes: lanes.collect(),
        versions,
        findings: vec![finding],
        ..Timeline::default()
    }
}
