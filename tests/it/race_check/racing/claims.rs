//! What is said of a run, held against all orders that its evidence allows.

use tickets::check::evidence::Evidence;
use tickets::check::{Anomaly, HistoryFinding, OverwrittenVersion};
use tickets::timeline::{Sight, Spot, Timeline};

use super::run::{Run, name};
use super::worlds::Worlds;
use crate::said::{arrows, drawn};

/// What was said that is not so.
pub(super) struct Claims<'a> {
    pub(super) run: &'a Run,
    pub(super) worlds: &'a Worlds,
    pub(super) untrue: Vec<String>,
    /// What is so in every order and was not said.
    pub(super) untold: Vec<String>,
    /// How often something is called not known.
    pub(super) open: usize,
}

/// The buyers that a text names, in its order.
pub(super) fn buyers(text: &str) -> Vec<usize> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let numbers = words.filter_map(|word| word.strip_prefix("user-"));
    numbers
        .map(|number| number.parse::<usize>().unwrap() - 1)
        .collect()
}

impl<'a> Claims<'a> {
    pub(super) fn of(run: &'a Run, worlds: &'a Worlds) -> Self {
        Self {
            run,
            worlds,
            untrue: Vec::new(),
            untold: Vec::new(),
            open: 0,
        }
    }

    /// What all orders show of reads and of the last write is drawn.
    pub(super) fn demand(&mut self, timeline: &Timeline) {
        for lane in &timeline.lanes {
            let at = buyers(&lane.name)[0];
            let is_known = self.worlds.fates[at].read.len() == 1;
            if let Some(Sight::OneOf(..)) = lane.operations[0].read
                && is_known
            {
                let read = &self.worlds.fates[at].read;
                self.untold.push(format!("{} read {read:?}", name(at)));
            }
        }
        let standing = timeline.versions.iter().filter(|one| one.survived);
        let standing: Vec<bool> = standing.map(|one| one.doubtful).collect();
        if self.worlds.perhaps_last.len() == 1 && standing != [false] {
            let last = &self.worlds.perhaps_last;
            self.untold.push(format!("{last:?} stands in the end"));
        }
    }

    pub(super) fn hold(&mut self, is_so: bool, claim: &str, what: impl FnOnce() -> String) {
        if !is_so {
            self.untrue.push(format!("{}: {claim}", what()));
        }
    }

    pub(super) fn is_lost(&mut self, claim: &str, at: usize) {
        let is_so = self.worlds.is_lost(at);
        self.hold(is_so, claim, || format!("{} is not overwritten", name(at)));
    }

    pub(super) fn is_by(&mut self, claim: &str, at: usize, by: usize) {
        let is_so = self.worlds.is_by(at, by);
        self.hold(is_so, claim, || {
            format!("{} is not overwritten by {}", name(at), name(by))
        });
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
            // One of several who got no answer wrote that version too.
            Anomaly::LostUpdate if found.operations.len() < 2 => {
                let at = buyers(&found.buyers[0])[0];
                let write = self.run.deeds[at].write;
                let is_another = |one: &&usize| **one != at && self.run.deeds[**one].write == write;
                let is_so = self.run.truly_wrote.iter().any(|one| is_another(&one));
                self.hold(self.worlds.wrote(at) && is_so, text, || {
                    "it did not write, or nobody else wrote that version".to_owned()
                });
            }
            Anomaly::LostUpdate => self.sentence(text),
            Anomaly::Oversold => {
                let all = self.run.deeds.iter().enumerate();
                let sold = all.filter(|(at, _)| self.run.is_sale(*at));
                let sold: u64 = sold.map(|(_, deed)| deed.quantity).sum();
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
            // By what is so whatever is guessed.
            Anomaly::Conservation | Anomaly::StaleRead => {}
            Anomaly::Phantom => self.denied(found),
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

    /// Who was told that it failed wrote all the same.
    fn denied(&mut self, found: &HistoryFinding) {
        let at = found.buyers.first().map(|name| buyers(name)[0]);
        let deed = at.map(|at| &self.run.deeds[at]);
        let is_so = deed.is_some_and(|deed| deed.failed && deed.truly_wrote);
        let is_told = found.text.contains("was told failed, but ");
        self.hold(is_so && is_told, &found.text, || "it did not".to_owned());
    }

    /// What is said as a fact whatever those did who got no answer: of this run everything is known.
    pub(super) fn facts(&mut self, found: &[HistoryFinding], drawn: &str) {
        let wrote = self.run.truly_wrote.iter();
        let sold: u64 = wrote.map(|at| self.run.deeds[*at].quantity).sum();
        for found in found {
            let text = &found.text;
            match found.kind {
                Anomaly::Conservation => {
                    let (_, less) = text.split_once(" in stock less ").unwrap_or_default();
                    let (many, _) = less.split_once(" sold is not the ").unwrap_or_default();
                    let is_so = match many.strip_prefix("at least ") {
                        Some(least) => least.parse().is_ok_and(|least| sold >= least),
                        None => many.parse() == Ok(sold),
                    };
                    let left = self.run.last.map(|last| last.1);
                    let is_off = Some(self.run.stock) != left.map(|left| left + sold);
                    self.hold(is_so && is_off, text, || format!("{sold} were sold"));
                }
                Anomaly::TornRead | Anomaly::DirtyRead | Anomaly::Gap => {
                    self.untrue
                        .push(format!("nothing was torn, nor lost: {text}"));
                }
                Anomaly::Phantom => self.denied(found),
                _ => {}
            }
        }
        let last = self.run.truly_wrote.last().map(|at| name(*at));
        for line in drawn
            .lines()
            .filter(|line| line.contains(", stands in the end"))
        {
            let by = line
                .split_once(", by ")
                .map(|(_, by)| by.split(',').next().unwrap());
            let is_so = by == last.as_deref();
            self.hold(is_so, line, || "another stands".to_owned());
        }
    }

    /// The picture and the drawing in a terminal.
    pub(super) fn drawing(&mut self, timeline: &Timeline) {
        self.model(timeline);
        for line in timeline.to_text(160) {
            self.line(&line.to_string());
        }
        let svg = timeline.to_svg();
        let drawn = drawn(timeline);
        for (sale, by) in &drawn.columns {
            self.is_lost("beside its lane", buyers(sale)[0]);
            if let Some(by) = by {
                self.is_by("beside its lane", buyers(sale)[0], buyers(by)[0]);
            }
        }
        for sale in &drawn.tree {
            self.is_lost("in the tree", buyers(sale)[0]);
        }
        for (sale, by) in &drawn.arrows {
            self.is_by("by an arrow", buyers(sale)[0], buyers(by)[0]);
        }
        for (from, to) in arrows(timeline, &svg, "quiet") {
            let is_so = self.worlds.fates[buyers(&to)[0]].read == [Some(buyers(&from)[0])].into();
            self.hold(is_so, "whose write a read saw", || {
                format!("{from} to {to}")
            });
        }
    }

    /// What is drawn: what each read, who has no ticket, and who may stand in the end.
    fn model(&mut self, timeline: &Timeline) {
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
                // Not the number of a version that nobody is known to have written.
                Some(Sight::Torn(what)) if !what.starts_with("version ") => {
                    self.untrue.push(format!("{} read {what}", name(at)));
                }
                _ => {}
            }
        }
        let found = timeline.findings.iter();
        for finding in found.filter(|found| found.harm.starts_with("no ticket")) {
            for at in finding.places.iter().copied().map(whose) {
                let is_so = self.worlds.fates[at].beyond == [true].into();
                let claim = || format!("{} has a ticket", name(at));
                self.hold(is_so, &finding.sentence, claim);
            }
        }
        let versions = timeline.versions.iter().enumerate();
        let standing = versions.filter(|(_, one)| one.survived);
        let standing: Vec<_> = standing.map(|(at, _)| writer(at)).collect();
        let is_one = |last| standing.is_empty() || standing.contains(last);
        let is_so = self.worlds.last.iter().all(is_one);
        self.hold(is_so, &format!("{standing:?}"), || {
            "who may stand".to_owned()
        });
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
            let is_so = self.worlds.perhaps_last == [by].into();
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
