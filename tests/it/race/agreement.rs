//! Who was overwritten, and by whom: one answer in sentences, arrows, columns and trees, of the lab as of evidence, beside
//! plain sets of sales.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use tickets::check::evidence::read_lines;
use tickets::check::final_state::StateFinding;
use tickets::check::{Anomaly, judge, overwritten};
use tickets::lab::explore::replay;
use tickets::lab::{LabStep, LabSteps};
use tickets::{LockKind, draw};

use super::trial;
use crate::said::{Drawn, arrows, drawn, overwrote, told};

/// All orders in which so many buyers can make two steps each.
fn schedules(users: usize) -> Vec<Vec<usize>> {
    fn go_on(left: &mut Vec<usize>, so_far: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if left.iter().all(|steps| *steps == 0) {
            all.push(so_far.clone());
        }
        for buyer in 0..left.len() {
            if left[buyer] > 0 {
                left[buyer] -= 1;
                so_far.push(buyer);
                go_on(left, so_far, all);
                so_far.pop();
                left[buyer] += 1;
            }
        }
    }
    let mut all = Vec::new();
    go_on(&mut vec![2; users], &mut Vec::new(), &mut all);
    all
}

/// Who overwrote whom: each count is the set of sales that it knows. A sale that the last count does not know was
/// overwritten by whoever wrote the first count without it behind the last one with it.
fn by_sets(schedule: &[usize]) -> BTreeMap<usize, usize> {
    let mut read: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut counts: Vec<(usize, BTreeSet<usize>)> = Vec::new();
    for buyer in schedule {
        let now = counts.last().map(|last| last.1.clone()).unwrap_or_default();
        match read.remove(buyer) {
            None => drop(read.insert(*buyer, now)),
            Some(mut known) => {
                known.insert(*buyer);
                counts.push((*buyer, known));
            }
        }
    }
    let all: BTreeSet<usize> = schedule.iter().copied().collect();
    let lost = all.into_iter().filter_map(|sale| {
        let last = counts.iter().rposition(|(_, known)| known.contains(&sale));
        let next = counts.get(last.unwrap() + 1);
        next.map(|(by, _)| (sale, *by))
    });
    lost.collect()
}

/// Whose write each read saw.
fn saw_by_sets(schedule: &[usize]) -> BTreeSet<(String, String)> {
    let mut begun = BTreeSet::new();
    let (mut last, mut saw) = (None, BTreeSet::new());
    for buyer in schedule {
        if begun.insert(*buyer) {
            saw.extend(last.map(|last| (name(last), name(*buyer))));
        } else {
            last = Some(*buyer);
        }
    }
    saw
}

fn name(buyer: usize) -> String {
    format!("user-{}", buyer + 1)
}

/// The same run as evidence: a step lasts from its number to the next.
fn evidence(schedule: &[usize], stock: usize) -> String {
    let mut lines = format!("{{\"evidence\":1,\"stock\":{stock},\"first\":1}}\n");
    let (mut read, mut version) = (BTreeMap::new(), (1, stock));
    for (at, buyer) in schedule.iter().enumerate() {
        let (who, at) = (name(*buyer), 10 * at);
        let mut add = |step: &str, t: usize, rest: String| {
            writeln!(
                lines,
                "{{\"step\":\"{step}\",\"buyer\":\"{who}\",\"t\":{t}{rest}}}"
            )
            .unwrap();
        };
        match read.remove(buyer) {
            None => {
                add("invoke", at + 1, String::new());
                let (seq, left) = version;
                add("read", at + 5, format!(",\"seq\":{seq},\"left\":{left}"));
                read.insert(*buyer, version);
            }
            Some((seq, left)) => {
                version = (seq + 1, left - 1);
                let rest = format!(",\"read\":{seq},\"write\":{}", seq + 1);
                add("intend", at + 1, rest);
                add("wrote", at + 5, String::new());
                add("return", at + 6, ",\"outcome\":\"sold\"".to_owned());
            }
        }
    }
    lines + &format!("{{\"final\":{},\"left\":{}}}\n", version.0, version.1)
}

fn agree(schedule: &[usize], users: usize) {
    let named: Vec<String> = schedule
        .iter()
        .map(|buyer| (buyer + 1).to_string())
        .collect();
    let named = named.join(" ");
    let pairs = by_sets(schedule);
    let lost: BTreeSet<String> = pairs.keys().map(|sale| name(*sale)).collect();
    let over: BTreeSet<_> = pairs
        .iter()
        .map(|(sale, by)| (name(*sale), name(*by)))
        .collect();
    let by_whom = over.iter().cloned().map(|(sale, by)| (sale, Some(by)));
    let by_whom: BTreeMap<_, _> = by_whom.collect();
    // By the lab.
    let trial = trial(users, users as u64, LockKind::None);
    let steps = LabSteps(schedule.iter().copied().map(LabStep::Go).collect());
    let run = replay(&trial, &steps).unwrap();
    let is_lost = |found: &&StateFinding| found.kind == Anomaly::LostUpdate;
    let found: Vec<_> = run.verdict.findings.iter().filter(is_lost).collect();
    let sentences = found.iter().map(|found| found.text.as_str());
    assert_eq!(told(sentences.clone()), lost, "{named}: {found:#?}");
    assert!(overwrote(sentences).is_subset(&over), "{named}: {found:#?}");
    let timeline = draw::run(&trial, &run, None);
    let picture = drawn(&timeline);
    // Of more than three, an arrow that would cross a text is left out: who overwrote the sale stands beside its lane.
    let known = if users > 3 && picture.arrows.is_subset(&over) {
        &picture.arrows
    } else {
        &over
    };
    let expected = Drawn {
        columns: by_whom,
        tree: lost.clone(),
        arrows: known.clone(),
    };
    assert_eq!(picture, expected, "{named}");
    let saw = arrows(&timeline, &timeline.to_svg(), "quiet");
    assert!(saw.is_subset(&saw_by_sets(schedule)), "{named}: {saw:?}");
    for line in timeline.to_text(160) {
        let line = line.to_string();
        if let Some((before, whose)) = line.split_once(" over user-") {
            let by = before
                .split_whitespace()
                .find(|word| word.starts_with("user-"));
            let whose = format!("user-{}", whose.split('\'').next().unwrap());
            let pair = (whose, by.unwrap().to_owned());
            assert!(over.contains(&pair), "{named}: {line}");
        }
    }
    // By its evidence, in which a buyer that read before another wrote may have read that as well: what is not known is not
    // said.
    let text = evidence(schedule, users);
    let evidence = read_lines(text.as_bytes(), "run.jsonl".as_ref()).unwrap();
    let verdict = judge(&evidence);
    let groups = overwritten(&evidence, &verdict);
    let lost_updates = verdict.findings.iter();
    let lost_updates = lost_updates.filter(|found| found.kind == Anomaly::LostUpdate);
    let all = groups.iter().map(|one| one.text.as_str());
    let all = all.chain(lost_updates.map(|found| found.text.as_str()));
    assert!(overwrote(all).is_subset(&over), "{named}: {groups:#?}");
    let drawn = drawn(&draw::recorded(&evidence, &verdict));
    assert_eq!(
        told(groups.iter().map(|one| one.text.as_str())),
        lost,
        "{named}: {groups:#?}"
    );
    assert_eq!(drawn.tree, lost, "{named}");
    assert!(drawn.columns.keys().eq(&lost), "{named}: {drawn:?}");
    let named_by = drawn.columns.iter();
    let mut named_by = named_by.filter_map(|(sale, by)| Some((sale.clone(), by.clone()?)));
    assert!(
        named_by.all(|pair| over.contains(&pair)),
        "{named}: {drawn:?}"
    );
    assert!(drawn.arrows.is_subset(&over), "{named}: {drawn:?}");
}

#[test]
fn sentence_arrow_column_and_tree_name_the_same_as_overwritten() {
    let all = schedules(3);
    assert_eq!(all.len(), 90);
    for schedule in all {
        agree(&schedule, 3);
    }
    // Of four, no arrow of which goes back in time: overwritten for a moment only, with what had gone on from it, and in a fork of its own.
    for schedule in [
        [0, 1, 0, 2, 1, 3, 3, 2],
        [0, 1, 1, 2, 2, 3, 3, 0],
        [0, 1, 1, 2, 3, 2, 3, 0],
        [1, 2, 2, 1, 0, 3, 0, 3],
    ] {
        agree(&schedule, 4);
    }
}

/// A schedule by a seed: all steps of so many buyers, shuffled.
fn shuffled(users: usize, mut seed: u64) -> Vec<usize> {
    let mut steps: Vec<usize> = (0..users).flat_map(|buyer| [buyer; 2]).collect();
    for at in (1..steps.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        steps.swap(at, (seed >> 33) as usize % (at + 1));
    }
    steps
}

#[test]
fn of_four_to_six_buyers_no_overwritten_sale_stands_without_who_overwrote_it() {
    for users in 4..=6 {
        for seed in 0..60 {
            agree(&shuffled(users, seed), users);
        }
    }
}
