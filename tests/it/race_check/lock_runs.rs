//! Runs under locks of which everything is known: who held and waited for what and when, and which of them waited for one
//! another. What is found, said and drawn is that and nothing else.
//!
//! `TICKETS_LOCK_RUNS=200000 cargo test --test it lock_runs` makes that many; `TICKETS_LOCK_SEED=N` those of another seed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use tickets::check::{Anomaly, judge, proof};
use tickets::draw;
use tickets::timeline::{Doing, Timeline};

use super::unsaid::read;

const SEED: u64 = 20_261_129;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Act {
    Want(usize),
    Read,
    Release,
    Return,
}

/// From when to when a lock was held or waited for; without an end where that never came.
type Interval = (usize, u64, Option<u64>);

#[derive(Debug, Default)]
struct Buyer {
    script: Vec<Act>,
    next: usize,
    /// What it holds, and the intervals of all that it held and waited for.
    held: Vec<usize>,
    holds: Vec<Interval>,
    waits: Vec<Interval>,
    waiting: Option<usize>,
    over: bool,
}

/// Some who waited for one another, each for the next, and who ended that, how and when.
#[derive(Debug, Clone, PartialEq)]
struct Cycle {
    members: Vec<usize>,
    /// Since when each waits.
    since: Vec<u64>,
    end: Option<(usize, &'static str, u64)>,
}

#[derive(Debug, Default)]
struct Run {
    buyers: Vec<Buyer>,
    cycles: Vec<Cycle>,
    time: u64,
    /// The last time that the evidence has.
    stamped: u64,
    text: String,
}

fn name(buyer: usize) -> String {
    format!("user-{}", buyer + 1)
}

impl Run {
    fn owner(&self, lock: usize) -> Option<usize> {
        self.buyers.iter().position(|one| one.held.contains(&lock))
    }

    fn step(&mut self, at: usize, step: &str, more: &str) {
        let (name, t) = (name(at), self.time);
        self.stamped = t;
        writeln!(
            self.text,
            "{{\"step\":\"{step}\",\"buyer\":\"{name}\",\"t\":{t}{more}}}"
        )
        .unwrap();
    }

    fn locked(&mut self, at: usize, step: &str, lock: usize) {
        self.step(at, step, &format!(",\"device\":8,\"inode\":{lock}"));
    }

    /// Makes the next step of a buyer, which may wait, die or give up.
    fn go_on(&mut self, at: usize, random: &mut Xoshiro256PlusPlus) {
        self.time += 1;
        let is_blocked = |run: &Self| {
            let waiting = run.buyers[at].waiting;
            waiting.is_some_and(|lock| run.owner(lock).is_some())
        };
        match random.random_range(0..60) {
            0 => return self.end(at, "killed"),
            1 if is_blocked(self) => return self.end(at, "gave up"),
            _ if is_blocked(self) => return,
            _ => {}
        }
        if let Some(lock) = self.buyers[at].waiting.take() {
            self.locked(at, "lock_got", lock);
            let time = self.time;
            let buyer = &mut self.buyers[at];
            buyer.waits.last_mut().unwrap().2 = Some(time);
            buyer.holds.push((lock, time, None));
            buyer.held.push(lock);
            return;
        }
        let act = self.buyers[at].script[self.buyers[at].next];
        self.buyers[at].next += 1;
        match act {
            Act::Want(lock) => {
                self.locked(at, "lock_wanted", lock);
                let time = self.time;
                let buyer = &mut self.buyers[at];
                buyer.waiting = Some(lock);
                buyer.waits.push((lock, time, None));
                self.note_cycle(at);
            }
            Act::Read => self.step(at, "read", ",\"seq\":0,\"left\":2"),
            Act::Release => self.release(at),
            Act::Return => {
                self.step(at, "return", ",\"outcome\":\"query\"");
                self.buyers[at].over = true;
            }
        }
    }

    fn release(&mut self, at: usize) {
        self.step(at, "lock_released", "");
        let lock = self.buyers[at].held.pop().unwrap();
        self.let_go(at, lock);
    }

    fn let_go(&mut self, at: usize, lock: usize) {
        let time = self.time;
        let mut holds = self.buyers[at].holds.iter_mut();
        let hold = holds.rfind(|hold| hold.0 == lock && hold.2.is_none());
        hold.unwrap().2 = Some(time);
    }

    /// A buyer dies, or gives up.
    fn end(&mut self, at: usize, how: &'static str) {
        let time = self.time;
        let ended = |cycle: &Cycle| cycle.end.is_none() && cycle.members.contains(&at);
        for cycle in self.cycles.iter_mut().filter(|cycle| ended(cycle)) {
            cycle.end = Some((at, how, time));
        }
        if let Some(wait) = self.buyers[at]
            .waiting
            .take()
            .and(self.buyers[at].waits.last_mut())
        {
            wait.2 = Some(time);
        }
        if how == "killed" {
            self.step(at, "killed", "");
            for lock in std::mem::take(&mut self.buyers[at].held) {
                self.let_go(at, lock);
            }
        } else {
            while !self.buyers[at].held.is_empty() {
                self.release(at);
                self.time += 1;
            }
            self.step(at, "return", ",\"outcome\":\"failed\"");
        }
        self.buyers[at].over = true;
    }

    /// Those who wait for one another since this one began to wait.
    fn note_cycle(&mut self, start: usize) {
        let mut members = vec![start];
        loop {
            let waiting = self.buyers[members[members.len() - 1]].waiting;
            match waiting.and_then(|lock| self.owner(lock)) {
                Some(owner) if owner == start => break,
                Some(owner) if !members.contains(&owner) => members.push(owner),
                _ => return,
            }
        }
        let since = members
            .iter()
            .map(|at| self.buyers[*at].waits.last().unwrap().1);
        let since = since.collect();
        self.cycles.push(Cycle {
            members,
            since,
            end: None,
        });
    }
}

fn script(random: &mut Xoshiro256PlusPlus, locks: usize) -> Vec<Act> {
    // All have had one lock in common: theirs is no split lock.
    let mut script = vec![Act::Want(locks), Act::Release];
    let mut held: Vec<usize> = Vec::new();
    for _ in 0..random.random_range(2..=6) {
        if !held.is_empty() && random.random_bool(0.15) {
            held.pop();
            script.push(Act::Release);
            continue;
        }
        let lock = random.random_range(0..locks);
        // Mostly it does not ask for what it has.
        if !held.contains(&lock) || random.random_bool(0.1) {
            script.extend([Act::Want(lock), Act::Read]);
            held.push(lock);
        }
    }
    script.extend(held.iter().map(|_| Act::Release));
    script.push(Act::Return);
    script
}

fn run(random: &mut Xoshiro256PlusPlus) -> Run {
    let (many, locks) = (random.random_range(1..=4), random.random_range(1..=4));
    let mut run = Run {
        text: "{\"evidence\":1,\"stock\":2,\"first\":0}\n".to_owned(),
        ..Run::default()
    };
    for at in 0..many {
        run.buyers.push(Buyer {
            script: script(random, locks),
            ..Buyer::default()
        });
        run.time += 1;
        run.step(at, "invoke", ",\"quantity\":0");
    }
    for _ in 0..random.random_range(5..150) {
        let at = random.random_range(0..many);
        if !run.buyers[at].over {
            run.go_on(at, random);
        }
    }
    run.text += "{\"final\":0,\"left\":2}\n";
    run
}

/// The sentence of a cycle in all rotations: nobody is its first.
fn sentences(cycle: &Cycle) -> BTreeSet<String> {
    let many = cycle.members.len();
    let time = |at: u64| format!("{} ns", at - 1);
    let end = match (cycle.end, many) {
        (None, 1) => "it never goes on".to_owned(),
        (None, 2) => "neither ever goes on".to_owned(),
        (None, _) => "none of them ever goes on".to_owned(),
        (Some((at, how, t)), many) => {
            let (who, went) = match many {
                1 => ("it".to_owned(), "it did not go on"),
                2 => (name(at), "neither went on"),
                _ => (name(at), "none of them went on"),
            };
            let how = if how == "killed" { "was killed" } else { how };
            format!("{went} until {who} {how} at {}", time(t))
        }
    };
    let rotated = (0..many).map(|first| {
        let at = |nth: usize| name(cycle.members[(first + nth) % many]);
        let waits = |nth: usize| format!("{} waits for a lock that {} holds", at(nth), at(nth + 1));
        let all = match many {
            1 => format!("{} waits for a lock that it holds itself", at(0)),
            2 => format!("{}, and {} waits for {} in turn", waits(0), at(1), at(0)),
            _ => {
                let waits: Vec<String> = (0..many - 1).map(waits).collect();
                let (last, first) = (at(many - 1), at(0));
                format!(
                    "{}, and {last} waits for one that {first} holds",
                    waits.join(", ")
                )
            }
        };
        format!("{all}: {end}")
    });
    rotated.collect()
}

/// What is drawn of locks, but for where it is that what never ended ends: at the end of all.
fn check_drawn(run: &Run, timeline: &Timeline) {
    for (at, buyer) in run.buyers.iter().enumerate() {
        let lane = timeline.lanes.iter().find(|lane| lane.name == name(at));
        let operation = &lane.unwrap().operations[0];
        let spans = |wanted: fn(&Doing) -> bool| -> Vec<(u64, u64)> {
            let spans = operation.spans.iter().filter(|span| wanted(&span.doing));
            let mut spans: Vec<_> = spans.map(|span| (span.from, span.to)).collect();
            spans.sort_unstable();
            spans
        };
        let of = |intervals: &[Interval]| {
            let mut all: Vec<(u64, Option<u64>)> =
                intervals.iter().map(|one| (one.1, one.2)).collect();
            all.sort_unstable();
            all
        };
        let holds = spans(|doing| doing.held().is_some());
        let mut waits =
            spans(|doing| matches!(doing, Doing::Wait | Doing::WaitFor(_) | Doing::Stuck(_)));
        // Who waits on when a deadlock is over waits for the same.
        for at in (1..waits.len()).rev() {
            let is_new = buyer.waits.iter().any(|wait| wait.1 == waits[at].0);
            if !is_new && waits[at - 1].1 == waits[at].0 {
                waits[at - 1].1 = waits.remove(at).1;
            }
        }
        for (drawn, true_ones) in [(holds, of(&buyer.holds)), (waits, of(&buyer.waits))] {
            let fits = drawn.len() == true_ones.len()
                && drawn.iter().zip(&true_ones).all(|(drawn, (from, to))| {
                    let ends = to.map_or(drawn.1 >= run.stamped, |to| drawn.1 == to);
                    drawn.0 == *from && ends
                });
            assert!(
                fits,
                "{drawn:?} {true_ones:?} of {}: {}",
                name(at),
                run.text
            );
        }
        let stuck = spans(|doing| matches!(doing, Doing::Stuck(_)));
        let stuck: BTreeSet<u64> = stuck.into_iter().map(|span| span.0).collect();
        let own = |cycles: &[Cycle]| {
            let waits = cycles
                .iter()
                .flat_map(|it| it.members.iter().zip(&it.since));
            let own = waits.filter(|(member, _)| **member == at);
            own.map(|(_, since)| *since).collect::<BTreeSet<u64>>()
        };
        assert_eq!(stuck, own(&run.cycles), "{}: {}", name(at), run.text);
    }
}

/// Whether a wait lies in two deadlocks, one after the other.
fn has_wait_of_two(run: &Run) -> bool {
    let mut before = BTreeSet::new();
    let mut waits = run
        .cycles
        .iter()
        .flat_map(|cycle| cycle.members.iter().zip(&cycle.since));
    waits.any(|wait| !before.insert(wait))
}

#[test]
fn whoever_waited_for_one_another_is_found_said_and_drawn() {
    let (seed, many) = (
        number("TICKETS_LOCK_SEED", SEED),
        number("TICKETS_LOCK_RUNS", 4_000),
    );
    let (mut lengths, mut of_two) = (BTreeSet::new(), 0);
    for seed in seed..seed + many {
        let run = run(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        let evidence = read(&run.text);
        let verdict = judge(&evidence);
        for found in &verdict.findings {
            assert_eq!(
                proof::accept(&evidence, found),
                Ok(()),
                "{found:?} {}",
                run.text
            );
            assert_eq!(
                found.kind,
                Anomaly::Deadlock,
                "seed {seed}: {found:?} {}",
                run.text
            );
        }
        let texts: Vec<&String> = verdict.findings.iter().map(|found| &found.text).collect();
        let is_told = |cycle: &&Cycle| {
            let all = sentences(cycle);
            texts.iter().filter(|text| all.contains(**text)).count() == 1
        };
        for cycle in &run.cycles {
            assert!(
                is_told(&cycle),
                "seed {seed}: {cycle:?} is not in {texts:#?}: {}",
                run.text
            );
        }
        assert_eq!(
            run.cycles.len(),
            texts.len(),
            "seed {seed}: {texts:#?} {:#?} {}",
            run.cycles,
            run.text
        );
        of_two += usize::from(has_wait_of_two(&run));
        lengths.extend(
            run.cycles
                .iter()
                .map(|cycle| (cycle.members.len(), cycle.end.map(|end| end.1))),
        );
        check_drawn(&run, &draw::recorded(&evidence, &verdict));
    }
    println!("{lengths:?} {of_two}");
    assert!(of_two > 0);
    let ends = [None, Some("killed"), Some("gave up")];
    assert!(
        (1..4).all(|many| ends.iter().all(|end| lengths.contains(&(many, *end)))),
        "{lengths:?}"
    );
}
