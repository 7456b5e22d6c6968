//! What is said of a run, held against all orders that its evidence allows.

use tickets::check::evidence::Evidence;
use tickets::check::{Anomaly, HistoryFinding, OverwrittenVersion};
use tickets::timeline::{Sight, Spot, Timeline};

use super::run::{Run, name};
use super::worlds::Worlds;
use crate::said::{Drawn, arrows, drawn};

/// What was said that is not so.
pub(super) struct Claims<'a> {
    run: &'a Run,
    worlds: &'a Worlds,
    pub(super) untrue: Vec<String>,
}

/// The buyers that a text names, in its order.
fn buyers(text: &str) -> Vec<usize> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let numbers = words.filter_map(|word| word.strip_prefix("user-"));
    numbers
        .map(|number| number.parse::<usize>().unwrap() - 1)
        .collect()
}

impl<'a> Claims<'a> {
    pub(super) fn of(run: &'a Run, worlds: &'a Worlds) -> Self {
        let untrue = Vec::new();
        Self {
            run,
            worlds,
            untrue,
        }
    }

    fn hold(&mut self, is_so: bool, claim: &str, what: impl FnOnce() -> String) {
        if !is_so {
            self.untrue.push(format!("{}: {claim}", what()));
        }
    }

    /// One sentence of a lost update.
    pub(super) fn sentence(&mut self, text: &str) {
        let (head, tail) = text.split_once(": ").unwrap();
        let writers = buyers(head);
        let wrote: u64 = head
            .rsplit_once("wrote version ")
            .unwrap()
            .1
            .parse()
            .unwrap();
        for at in &writers {
            let does = self.worlds.wrote(*at) && self.run.deeds[*at].write == Some(wrote);
            self.hold(does, text, || format!("{} did not write that", name(*at)));
        }
        if let Some((_, saw)) = head.split_once('(') {
            let left: u64 = saw.split(' ').next().unwrap().parse().unwrap();
            let saw = |at: &usize| self.run.deeds[*at].seen.is_none_or(|seen| seen == left);
            let all = writers.iter().all(saw);
            self.hold(all, text, || "not all saw so many".to_owned());
        }
        for part in tail.split("; ") {
            self.part(text, part, &writers);
        }
    }

    fn part(&mut self, text: &str, part: &str, writers: &[usize]) {
        let (part, kept) = match part.split_once(", and the count goes by ") {
            Some((part, kept)) => (part, Some(buyers(kept)[0])),
            None => (part, None),
        };
        if let Some(kept) = kept {
            let fate = &self.worlds.fates[kept];
            let counts = self.worlds.wrote(kept) && fate.by == [None].into();
            self.hold(counts, text, || {
                format!("the count does not go by {}", name(kept))
            });
        }
        let named = buyers(part);
        let others = |kept: usize| writers.iter().copied().filter(move |at| *at != kept);
        let is_open = part.starts_with("whether ") || part.starts_with("which of them wrote ");
        if is_open || part.starts_with("which of them overwrote ") {
            self.at_one_time(text, if named.is_empty() { writers } else { &named });
        } else if let Some((last, over)) = part.split_once(" wrote last") {
            let last = buyers(last)[0];
            for at in others(last) {
                let is_so = self.worlds.is_before(at, last);
                self.hold(is_so, text, || {
                    format!("{} did not write before {}", name(at), name(last))
                });
            }
            if let Some(over) = over.strip_prefix(" and overwrote ") {
                self.is_by(text, buyers(over)[0], last);
            } else {
                assert_eq!(over, "", "{text}");
            }
        } else if let Some((by, over)) = part.split_once(" overwrote ") {
            self.is_by(text, buyers(over)[0], buyers(by)[0]);
        } else if part.starts_with("the sales of the other ") {
            let last = buyers(text.split(": ").nth(1).unwrap())[0];
            others(last).for_each(|at| self.is_lost(text, at));
        } else if part.starts_with("the other ") {
            others(kept.unwrap()).for_each(|at| self.is_lost(text, at));
            self.by_whom(text, part);
        } else if part.starts_with("both were overwritten")
            || part.starts_with("all were overwritten")
        {
            writers.iter().for_each(|at| self.is_lost(text, *at));
            self.by_whom(text, part);
        } else if part.starts_with("of these ") {
            let seq = self.run.deeds[writers[0]].write;
            let many = format!("of these {} sales the count shows one", writers.len());
            let is_so = part == many && self.run.last.map(|last| last.0) == seq;
            self.hold(is_so, text, || {
                "the count does not show one of them".to_owned()
            });
        } else if let Some((gone, from)) = part.split_once(", who had gone on from ") {
            let from = buyers(from.split(", w").next().unwrap());
            let from = if from.is_empty() { writers } else { &from };
            for at in buyers(gone) {
                self.is_lost(text, at);
                let mut read = self.worlds.fates[at].read.iter();
                let is_so = read.all(|whose| self.grew(*whose, from));
                self.hold(is_so, text, || {
                    format!("{} did not go on from that", name(at))
                });
            }
        } else if let Some((late, early)) = part.split_once(" wrote after ") {
            let (late, early) = (buyers(late)[0], buyers(early)[0]);
            let is_so = self.worlds.is_before(early, late);
            self.hold(is_so, text, || {
                format!("{} did not write after that", name(late))
            });
            if part.ends_with(", whose sale is overwritten") {
                self.is_lost(text, early);
            }
        } else if part.ends_with(" was overwritten") || part.ends_with(" were overwritten") {
            named.into_iter().for_each(|at| self.is_lost(text, at));
        } else if let Some((_, read)) = part.split_once("which of them ") {
            let read = read
                .strip_suffix(" read is not known")
                .unwrap_or_else(|| panic!("{text}"));
            for at in buyers(read) {
                let may = |at: &&usize| self.worlds.fates[**at].by.contains(&None);
                let is_so =
                    self.worlds.fates[at].read.len() > 1 && writers.iter().filter(may).count() > 1;
                self.hold(is_so, text, || format!("what {} read is known", name(at)));
            }
        } else if part == "whose sale the count goes by is not known" {
            let may = |at: &&usize| self.worlds.fates[**at].by.contains(&None);
            let is_so = writers.iter().filter(may).count() > 1;
            self.hold(is_so, text, || "that is known".to_owned());
        } else {
            let is_silent = part.starts_with("what ") && part.ends_with(" read is not said");
            assert!(is_silent, "{part:?} of {text}");
        }
    }

    /// Whether what a buyer read is what one of these wrote, or grew from it.
    fn grew(&self, whose: Option<usize>, from: &[usize]) -> bool {
        whose.is_some_and(|at| {
            from.contains(&at)
                || self.worlds.fates[at]
                    .read
                    .iter()
                    .all(|whose| self.grew(*whose, from))
        })
    }

    fn is_lost(&mut self, claim: &str, at: usize) {
        let is_so = self.worlds.is_lost(at);
        self.hold(is_so, claim, || format!("{} is not overwritten", name(at)));
    }

    fn is_by(&mut self, claim: &str, at: usize, by: usize) {
        let is_so = self.worlds.is_by(at, by);
        self.hold(is_so, claim, || {
            format!("{} is not overwritten by {}", name(at), name(by))
        });
    }

    /// Each of several with who overwrote it.
    fn by_whom(&mut self, text: &str, part: &str) {
        if let Some((_, pairs)) = part.split_once('(') {
            for pair in buyers(pairs).chunks(2) {
                self.is_by(text, pair[0], pair[1]);
            }
        }
    }

    /// Each of these says from when to when it wrote, and so that they overlap.
    fn at_one_time(&mut self, text: &str, all: &[usize]) {
        if !text.contains("they wrote at the same time") {
            return;
        }
        let window = |at: &usize| {
            let deed = &self.run.deeds[*at];
            Some((deed.intend?, deed.wrote?))
        };
        let windows: Vec<_> = all.iter().map(window).collect();
        let meet = windows.iter().all(|one| {
            let mut others = windows.iter();
            others.all(|other| match (one, other) {
                (Some(one), Some(other)) => one.0 < other.1 && other.0 < one.1,
                _ => false,
            })
        });
        self.hold(meet, text, || "they did not write at one time".to_owned());
    }

    pub(super) fn group(&mut self, evidence: &Evidence, group: &OverwrittenVersion) {
        self.sentence(&group.text);
        for at in &group.with {
            let buyer = evidence.operations[*at as usize].buyer;
            self.is_lost(&group.text, buyers(evidence.names.name(buyer))[0]);
        }
    }

    /// A finding of the verdict.
    pub(super) fn finding(&mut self, found: &HistoryFinding) {
        let text = &found.text;
        match found.kind {
            Anomaly::LostUpdate => self.sentence(text),
            Anomaly::Oversold => {
                let sold = self.run.deeds.iter().filter(|deed| deed.sold);
                let sold: u64 = sold.map(|deed| deed.quantity).sum();
                let stock = self.run.stock;
                self.hold(sold > stock, text, || "not so many were sold".to_owned());
                if let Some((_, first)) = text.split_once("the first too many is ") {
                    let first = [Some(buyers(first)[0])].into();
                    let is_so = self.worlds.too_many == first;
                    self.hold(is_so, text, || "the first is another".to_owned());
                } else if found.version.is_some() {
                    self.untrue.push(format!("unexpected: {text}"));
                }
            }
            Anomaly::Conservation => {
                let wrote = self.run.truly_wrote.iter();
                let sold: u64 = wrote.map(|at| self.run.deeds[*at].quantity).sum();
                let says = format!("less {sold} sold is not");
                let left = self.run.last.map(|last| last.1);
                let is_so =
                    text.contains(&says) && Some(self.run.stock) != left.map(|left| left + sold);
                self.hold(is_so, text, || "it adds up".to_owned());
            }
            Anomaly::StaleRead => {}
            Anomaly::LostSale => {
                let at = found
                    .operations
                    .first()
                    .map(|_| buyers(&found.buyers[0])[0]);
                self.is_lost(text, at.unwrap());
            }
            kind => self.untrue.push(format!("unexpected {kind:?}: {text}")),
        }
    }

    /// The picture and the drawing in a terminal.
    pub(super) fn drawing(&mut self, timeline: &Timeline) {
        let whose = |spot: Spot| buyers(&timeline.lanes[spot.lane].name)[0];
        let writer = |version: usize| timeline.versions[version].writer.map(whose);
        for lane in &timeline.lanes {
            let at = buyers(&lane.name)[0];
            match &lane.operations[0].read {
                Some(Sight::Version(version)) => {
                    let is_so = self.worlds.fates[at].read == [writer(*version)].into();
                    let read = writer(*version).map_or("the first".to_owned(), name);
                    self.hold(is_so, &read, || format!("{} did not read", name(at)));
                }
                // The number of a version that nobody is known to have written.
                Some(Sight::Torn(what)) if what.starts_with("version ") => {}
                Some(Sight::Torn(what)) => self.untrue.push(format!("{} read {what}", name(at))),
                _ => {}
            }
        }
        for finding in timeline
            .findings
            .iter()
            .filter(|found| found.harm.starts_with("no ticket"))
        {
            for place in &finding.places {
                let at = whose(*place);
                let is_so = self.worlds.fates[at].beyond == [true].into();
                self.hold(is_so, &finding.sentence, || {
                    format!("{} has a ticket", name(at))
                });
            }
        }
        let text: Vec<String> = timeline
            .to_text(160)
            .iter()
            .map(ToString::to_string)
            .collect();
        text.iter().for_each(|line| self.line(line));
        let may_be_last = timeline
            .versions
            .iter()
            .enumerate()
            .filter(|(_, one)| one.survived);
        let may_be_last: Vec<_> = may_be_last.map(|(at, _)| writer(at)).collect();
        let is_so = self
            .worlds
            .last
            .iter()
            .all(|last| may_be_last.contains(last));
        self.hold(is_so, &format!("{may_be_last:?}"), || {
            "who may stand".to_owned()
        });
        let svg = timeline.to_svg();
        let Drawn {
            columns,
            tree,
            arrows: over,
        } = drawn(timeline);
        for (sale, by) in &columns {
            self.is_lost("beside its lane", buyers(sale)[0]);
            if let Some(by) = by {
                self.is_by("beside its lane", buyers(sale)[0], buyers(by)[0]);
            }
        }
        for sale in &tree {
            self.is_lost("in the tree", buyers(sale)[0]);
        }
        for (sale, by) in &over {
            self.is_by("by an arrow", buyers(sale)[0], buyers(by)[0]);
        }
        for (from, to) in arrows(timeline, &svg, "quiet") {
            let is_so = self.worlds.fates[buyers(&to)[0]].read == [Some(buyers(&from)[0])].into();
            self.hold(is_so, "whose write a read saw", || {
                format!("{from} to {to}")
            });
        }
    }

    /// A line of the drawing in a terminal.
    fn line(&mut self, line: &str) {
        if let Some((before, over)) = line.split_once(" over user-") {
            let over = buyers(&format!("user-{over}"))[0];
            self.is_by(line, over, buyers(before)[0]);
        }
        let Some((_, version)) = line.split_once("version ") else {
            return;
        };
        let seq = version.split(':').next().unwrap();
        if seq.parse::<u64>().is_err() {
            return;
        }
        let by = version.split_once("by ").map(|(_, by)| buyers(by)[0]);
        if version.contains(", overwritten") {
            self.is_lost(line, by.unwrap());
        }
        if version.contains(", stands in the end") {
            let is_so = self.worlds.last == [by].into();
            self.hold(is_so, line, || "it may not".to_owned());
        }
        if let Some((_, fork)) = version.split_once("fork: ") {
            let many: usize = fork.split(' ').next().unwrap().parse().unwrap();
            let grew = match by {
                Some(at) => &self.worlds.fates[at].children,
                None => &self.worlds.roots,
            };
            let is_so = if fork.contains(" or more ") {
                grew.iter().all(|least| *least >= many)
            } else {
                *grew == [many].into()
            };
            self.hold(is_so, line, || format!("{grew:?} grew from it"));
        }
    }
}
