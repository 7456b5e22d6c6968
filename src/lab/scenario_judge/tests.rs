//! The judge, asked about runs that no sound program makes.

use super::super::protocol::{Answer, Point, SeenCount, WorkerEnd};
use super::super::run::Move;
use super::super::scenario::Scenario;
use super::*;
use crate::check::Anomaly::{
    self, Conservation, FalseSoldOut, LostSale, LostUpdate, StaleDecision, WrongAnswer,
};
use crate::check::books::{Books, Fate};
use crate::ledger::{CountFile, EventSettings, Op, Record, Sum, Tally};

/// A run of a scenario: the lines that it wrote, each with the process that wrote it, and what each was told.
struct Told {
    scenario: Scenario,
    lines: Vec<(usize, Record<'static>)>,
    answers: Vec<Answer>,
    /// Who read a late clock.
    late: Vec<usize>,
    /// Which line the count names.
    counted: u64,
}

fn done(id: &str) -> Answer {
    Answer::Done { id: id.to_owned() }
}

fn refused(code: &str) -> Answer {
    let code = code.to_owned();
    Answer::Refused { code }
}

fn line(op: Op, seq: u64, id: &'static str, left: u64) -> Record<'static> {
    let takes = matches!(op, Op::Sell | Op::Hold);
    Record {
        id: takes.then(|| id.into()),
        reference: op.refers().then(|| id.into()),
        buyer: Some("ann".into()),
        ..Record::new(op, seq, 1, left)
    }
}

/// What stands there before: Bob's hold and Carol's, or nothing.
fn before(scenario: Scenario) -> Vec<Record<'static>> {
    let stock = scenario.stock();
    let mut lines = vec![
        Record::open(stock, None),
        Record::set(2, stock, EventSettings::default()),
    ];
    if scenario == Scenario::ConfirmExpire {
        lines.push(line(Op::Hold, 3, "3-b", 1));
        lines.push(line(Op::Hold, 4, "4-c", 0));
    }
    lines
}

impl Told {
    /// The kinds of what is found.
    fn judged(&self) -> Vec<Anomaly> {
        let before = before(self.scenario);
        let begun = before.len();
        let (mut ledger, mut sum) = (Vec::new(), Sum::default());
        let (mut moves, mut left) = (Vec::new(), 0);
        let step = |buyer, point, seen, late| Move {
            buyer,
            point,
            seen,
            looked: None,
            busy: false,
            killed: false,
            late,
        };
        let mut books = Books::default();
        let mut counted = CountFile::fresh(0);
        let all = before.iter().map(|record| (None, record));
        let own = self
            .lines
            .iter()
            .map(|(writer, record)| (Some(*writer), record));
        for (writer, record) in all.chain(own) {
            let (bytes, own_sum) = record.encode(sum).unwrap();
            ledger.extend_from_slice(&bytes);
            sum = own_sum;
            books.enter(record);
            left = record.left;
            if let Some(writer) = writer {
                let seq = record.seq;
                let late = self.late.contains(&writer);
                moves.push(step(writer, Point::Clock, None, late));
                moves.push(step(
                    writer,
                    Point::Write,
                    Some(SeenCount { left, seq }),
                    false,
                ));
            }
            if record.seq == self.counted {
                let (seq, left) = (record.seq, record.left);
                let [sold, held] = [Fate::Sold, Fate::Held].map(|fate| books.of(fate));
                counted = CountFile::fresh(0).counting(&Tally {
                    seq,
                    left,
                    sold,
                    held,
                    ..Tally::default()
                });
            }
        }
        // Those who wrote nothing look at the end.
        for process in 0..self.answers.len() {
            if moves.iter().all(|step: &Move| step.buyer != process) {
                moves.push(step(
                    process,
                    Point::Read,
                    Some(SeenCount { left, seq: 0 }),
                    false,
                ));
            }
        }
        let ends = self.answers.iter().map(|answer| {
            let answers = vec![answer.clone()];
            Some(WorkerEnd::Answered { answers })
        });
        let run = judge(
            self.scenario,
            (&ledger, begun),
            &Ok(counted),
            moves,
            ends.collect(),
        );
        run.verdict
            .findings
            .iter()
            .map(|finding| finding.kind)
            .collect()
    }
}

fn expiry() -> Told {
    Told {
        scenario: Scenario::ConfirmExpire,
        lines: vec![
            (1, line(Op::Expire, 5, "3-b", 1)),
            (1, line(Op::Sell, 6, "6-a", 0)),
        ],
        answers: vec![refused("expired"), done("6-a")],
        late: vec![1],
        counted: 6,
    }
}

#[test]
fn a_run_that_is_right_is_found_right() {
    assert_eq!(expiry().judged(), []);
    let confirmed = Told {
        lines: vec![(0, line(Op::Confirm, 5, "3-b", 0))],
        answers: vec![done("3-b"), refused("sold_out")],
        counted: 5,
        ..expiry()
    };
    assert_eq!(confirmed.judged(), []);
}

#[test]
fn a_hold_ends_by_a_clock_that_says_so_and_for_who_needs_it() {
    let early = Told {
        late: Vec::new(),
        ..expiry()
    };
    assert_eq!(early.judged(), [StaleDecision]);
    let for_nobody = Told {
        lines: vec![(1, line(Op::Expire, 5, "3-b", 1))],
        answers: vec![refused("expired"), refused("sold_out")],
        counted: 5,
        ..expiry()
    };
    let found = for_nobody.judged();
    assert!(found.contains(&StaleDecision), "{found:?}");
}

#[test]
fn an_answer_that_the_ledger_does_not_bear_out_is_found() {
    let answered = |answers: [Answer; 2]| {
        let told = Told {
            answers: answers.to_vec(),
            ..expiry()
        };
        told.judged()
    };
    assert_eq!(
        answered([done("3-b"), done("6-a")]),
        [LostSale, WrongAnswer]
    );
    assert_eq!(answered([refused("cancelled"), done("6-a")]), [WrongAnswer]);
    assert_eq!(
        answered([refused("expired"), refused("closed")]),
        [WrongAnswer; 2]
    );
    // A line that nobody was told of.
    assert_eq!(
        answered([refused("expired"), refused("sold_out")]),
        [WrongAnswer]
    );
    let nobody = Told {
        scenario: Scenario::HoldHold,
        lines: Vec::new(),
        answers: vec![refused("sold_out"), refused("sold_out")],
        late: Vec::new(),
        counted: 2,
    };
    assert_eq!(nobody.judged(), [FalseSoldOut; 2]);
    let id = "6-a".to_owned();
    assert_eq!(
        answered([Answer::Replayed { id }, done("6-a")]),
        [LostSale],
        "that line is no confirmation"
    );
}

#[test]
fn a_count_that_ends_before_what_was_answered_is_found() {
    for counted in [0, 4, 5] {
        let told = Told {
            counted,
            ..expiry()
        };
        assert_eq!(told.judged(), [Conservation], "{counted}");
    }
}

#[test]
fn a_change_of_the_rules_that_another_takes_back_is_found() {
    let rules = |seq, most, title: Option<&str>| {
        let settings = EventSettings {
            max_per_sale: most,
            title: title.map(str::to_owned),
            ..Default::default()
        };
        Record::set(seq, 4, settings)
    };
    let told = |last| Told {
        scenario: Scenario::SetBook,
        lines: vec![(2, rules(3, None, Some("Gala"))), (0, last)],
        answers: vec![done(""), refused("limit"), done("")],
        late: Vec::new(),
        counted: 4,
    };
    assert_eq!(told(rules(4, Some(1), Some("Gala"))).judged(), []);
    assert_eq!(told(rules(4, Some(1), None)).judged(), [LostUpdate]);
    // Nothing forbids the sale.
    let found = told(rules(4, Some(2), Some("Gala"))).judged();
    assert!(found.contains(&WrongAnswer), "{found:?}");
}
