//! Racing runs of which everything is known, and evidence of them that says less: nothing that is said of it is untrue in
//! any order of reads and writes that it allows.
//!
//! `TICKETS_RACES=200000 cargo test --test it racing -- --nocapture` makes that many; `TICKETS_RACE_SEED=N` makes those of
//! another seed.

use rand::SeedableRng;
use rand::rngs::Xoshiro256PlusPlus;
use tickets::check::evidence::read_lines;
use tickets::check::{judge, overwritten, proof};
use tickets::draw;
use tickets::timeline::Timeline;

mod claims;
mod run;
mod sentences;
mod worlds;

use claims::Claims;
use run::Run;
use worlds::Worlds;

const SEED: u64 = 20_261_129;
/// So many cases of which something untrue was said are told.
const TOLD: usize = 5;

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// How much is known of a run, and how much of that is said.
#[derive(Debug, Default)]
struct Counts {
    /// Runs in which a version was written more than once.
    forked: usize,
    /// Runs of which something else is so than what those are taken for who got no answer.
    guessed: usize,
    /// Runs of which all orders show that.
    contradicted: usize,
    /// Sales that were overwritten in all orders, and those that are called so.
    overwritten: usize,
    said: usize,
    /// What is called not known.
    open: usize,
}

/// What is said of a run that is not so, and the whole drawing.
fn judged(run: &Run, counts: &mut Counts) -> (Vec<String>, String, Worlds) {
    let evidence = read_lines(run.text.as_bytes(), "run.jsonl".as_ref());
    let evidence = evidence.unwrap_or_else(|e| panic!("{e}\n{}", run.text));
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict);
    for finding in &verdict.findings {
        let proven = proof::accept(&evidence, finding);
        assert_eq!(proven, Ok(()), "{finding:?}\n{}", run.text);
    }
    let timeline = draw::recorded(&evidence, &verdict);
    let worlds = Worlds::of(run, &believed(run, &timeline));
    let mut claims = Claims::of(run, &worlds);
    let mut untold = Vec::new();
    let drawn = timeline.to_text(160);
    let drawn: Vec<String> = drawn.iter().map(ToString::to_string).collect();
    let drawn = drawn.join("\n");
    claims.facts(&verdict.findings, &drawn);
    if worlds.has_truth(run) {
        let findings = verdict.findings.iter();
        findings.for_each(|finding| claims.finding(finding));
        for group in &groups {
            claims.group(&evidence, group);
        }
        claims.drawing(&timeline);
        counts.forked += usize::from(!groups.is_empty());
        let lost = (0..run.deeds.len()).filter(|at| worlds.is_lost(*at));
        counts.overwritten += lost.count();
        counts.said += drawn.matches(", overwritten").count();
        counts.open += claims.open;
        if !run.has_guesses() {
            claims.demand(&timeline);
            untold = std::mem::take(&mut claims.untold);
        }
    } else {
        assert!(run.has_guesses(), "{worlds:#?}\n{run:#?}");
        counts.guessed += 1;
        counts.contradicted += usize::from(worlds.many == 0);
    }
    claims.untrue.extend(untold);
    (claims.untrue, drawn, worlds)
}

/// By buyer: whether it is taken to have written, as it is drawn.
fn believed(run: &Run, timeline: &Timeline) -> Vec<bool> {
    let mut believed = vec![false; run.deeds.len()];
    for lane in &timeline.lanes {
        for at in claims::buyers(&lane.name) {
            believed[at] = lane.operations.iter().any(|one| one.wrote.is_some());
        }
    }
    believed
}

#[test]
fn whatever_is_said_of_a_race_is_so_in_every_order_that_its_evidence_allows() {
    let (seed, mut counts) = (number("TICKETS_RACE_SEED", SEED), Counts::default());
    let mut untrue = Vec::new();
    for seed in seed..seed + number("TICKETS_RACES", 3_000) {
        let run = run::run(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
        if run.has_ambiguous_guesses() || run.has_lies() {
            continue;
        }
        let (said, drawn, worlds) = judged(&run, &mut counts);
        if !said.is_empty() && untrue.len() < TOLD {
            let again = format!("TICKETS_RACE_SEED={seed} TICKETS_RACES=1");
            untrue.push(format!(
                "{again}\n{said:#?}\n{}\n{drawn}\n{worlds:?}",
                run.text
            ));
        }
    }
    println!("{counts:?}");
    assert!(untrue.is_empty(), "{}", untrue.join("\n\n"));
    assert!(counts.forked > 0, "{counts:?}");
    // What those are taken for who got no answer is seldom known to be wrong: only by what somebody read of several orders.
    let runs = number("TICKETS_RACES", 3_000) as usize;
    assert!(counts.contradicted <= runs / 200 + 1, "{counts:?}");
}
