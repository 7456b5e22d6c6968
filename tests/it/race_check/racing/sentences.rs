//! The sentences of lost updates, part by part.

use super::claims::{Claims, buyers};
use super::run::{Writer, name};

/// A sentence, and whom it says to have written one version.
struct Sentence<'a> {
    text: &'a str,
    writers: Vec<usize>,
}

impl Sentence<'_> {
    fn others(&self, than: usize) -> Vec<usize> {
        let all = self.writers.iter().copied();
        all.filter(|at| *at != than).collect()
    }
}

impl Claims<'_> {
    /// One sentence of a lost update.
    pub(super) fn sentence(&mut self, text: &str) {
        let (head, tail) = text.split_once(": ").unwrap();
        let writers = buyers(head.split('(').next().unwrap());
        let (_, wrote) = head.rsplit_once("wrote version ").unwrap();
        let wrote: u64 = wrote.parse().unwrap();
        for at in &writers {
            let does = self.worlds.wrote(*at) && self.run.deeds[*at].write == Some(wrote);
            self.hold(does, text, || format!("{} did not write that", name(*at)));
        }
        let had_read = head.split_once('(').map(|(_, rest)| rest);
        let had_read = had_read.map(|rest| rest.split(')').next().unwrap());
        self.whose(text, &writers, had_read.unwrap_or_default());
        let saw = had_read.and_then(|had_read| had_read.split("; ").last());
        if let Some(saw) = saw.and_then(|saw| saw.strip_suffix(" left")) {
            let left: u64 = saw.parse().unwrap();
            let saw = |at: &usize| self.run.deeds[*at].seen.is_none_or(|seen| seen == left);
            let all = writers.iter().all(saw);
            self.hold(all, text, || "not all saw so many".to_owned());
        }
        let said = Sentence { text, writers };
        for part in tail.split("; ") {
            let (part, kept) = match part.split_once(", and the count goes by ") {
                Some((part, kept)) => (part, Some(buyers(kept)[0])),
                None => (part, None),
            };
            if let Some(kept) = kept {
                let fate = &self.worlds.fates[kept];
                let counts = self.worlds.wrote(kept) && fate.by == [None].into();
                let claim = || format!("the count does not go by {}", name(kept));
                self.hold(counts, text, claim);
            }
            let is_understood = self.order(&said, part)
                || self.overwritten(&said, part, kept)
                || self.open(&said, part);
            assert!(is_understood, "{part:?} of {text}");
        }
    }

    /// Whose version each had read, where they had read several.
    fn whose(&mut self, text: &str, writers: &[usize], had_read: &str) {
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for part in had_read.split("; ") {
            if let Some((who, whose)) = part.split_once(" that of ") {
                let whose = buyers(whose)[0];
                pairs.extend(buyers(who).into_iter().map(|at| (at, whose)));
            } else if !part.ends_with(" left") {
                // Each another's, in the order of the writers.
                let whose = buyers(&part.replace("'s", ""));
                pairs.extend(writers.iter().copied().zip(whose));
            }
        }
        for (at, whose) in pairs {
            let is_so = self.worlds.fates[at].read == [Some(whose)].into();
            let claim = || format!("{} did not read what {} wrote", name(at), name(whose));
            self.hold(is_so, text, claim);
        }
    }

    /// Who wrote before whom.
    fn order(&mut self, said: &Sentence<'_>, part: &str) -> bool {
        let text = said.text;
        let named = buyers(part);
        if part.starts_with("whether ") || part.starts_with("which of them wrote ") {
            let all = if named.is_empty() {
                &said.writers
            } else {
                &named
            };
            self.at_one_time(text, all);
            let is_last = |at: &&usize| {
                let mut others = said.writers.iter().filter(|other| other != at);
                others.all(|other| self.worlds.is_before(*other, **at))
            };
            if let Some(last) = said.writers.iter().find(is_last) {
                self.untold
                    .push(format!("{} wrote last: {text}", name(*last)));
            }
        } else if let Some((_, over)) = part.split_once(" wrote last") {
            for at in said.others(named[0]) {
                self.is_before(text, at, named[0]);
            }
            if over.starts_with(" and overwrote ") {
                self.is_by(text, named[1], named[0]);
            } else {
                assert_eq!(over, "", "{text}");
            }
        } else if part.contains(" wrote after ") {
            self.is_before(text, named[1], named[0]);
            // Of two of several it may not be known.
            if part.ends_with(", whose sale is overwritten") {
                self.is_lost(text, named[1]);
            }
        } else {
            return false;
        }
        true
    }

    /// Who was overwritten.
    fn overwritten(&mut self, said: &Sentence<'_>, part: &str, kept: Option<usize>) -> bool {
        let text = said.text;
        let mut all_lost = |all: &[usize]| all.iter().for_each(|at| self.is_lost(text, *at));
        if part.contains(" overwrote ") {
            let named = buyers(part);
            self.is_by(text, named[1], named[0]);
        } else if part.starts_with("the sales of the other ") {
            let (_, last) = text.split_once(": ").unwrap();
            all_lost(&said.others(buyers(last)[0]));
        } else if part.starts_with("the other ") {
            all_lost(&said.others(kept.unwrap()));
            self.by_whom(text, part);
        } else if part.starts_with("both were ") || part.starts_with("all were ") {
            all_lost(&said.writers);
            self.by_whom(text, part);
        } else if let Some((gone, from)) = part.split_once(", who had gone on from ") {
            let (from, _) = from.split_once(", w").unwrap();
            let from = buyers(from);
            let from = if from.is_empty() {
                &said.writers
            } else {
                &from
            };
            all_lost(&buyers(gone));
            for at in buyers(gone) {
                let mut read = self.worlds.fates[at].read.iter();
                let is_so = read.all(|whose| self.grew(*whose, from));
                let claim = || format!("{} did not go on from that", name(at));
                self.hold(is_so, text, claim);
            }
        } else if part.ends_with(" was overwritten") || part.ends_with(" were overwritten") {
            all_lost(&buyers(part));
        } else {
            return false;
        }
        true
    }

    /// What is left open, and what the count shows.
    fn open(&mut self, said: &Sentence<'_>, part: &str) -> bool {
        let text = said.text;
        let may_stand = |at: &&usize| self.worlds.fates[**at].by.contains(&None);
        let is_open = said.writers.iter().filter(may_stand).count() > 1;
        if part.starts_with("of these ") {
            let seq = self.run.deeds[said.writers[0]].write;
            let many = format!("of these {} sales the count shows one", said.writers.len());
            // At most, where somebody without an answer may have written that count.
            let is_told = part.strip_suffix(" at most").unwrap_or(part) == many;
            let is_so = is_told && self.run.last.map(|last| last.0) == seq;
            self.hold(is_so, text, || "the count shows none of them".to_owned());
        } else if (part.starts_with("which of them ") || part.starts_with("whose sale "))
            && part.ends_with(" read is not known")
        {
            for at in buyers(part) {
                self.left_open(text, is_open && self.worlds.fates[at].read.len() > 1);
            }
        } else if part.starts_with("whose sale the count goes by is not known: ") {
            // It depends on who wrote of those who got no answer.
            assert!(part.ends_with(" may have written too"), "{text}");
            let all = buyers(part);
            assert!(!all.is_empty(), "{text}");
            for deed in all.into_iter().map(|at| &self.run.deeds[at]) {
                assert!(deed.is_pending() && deed.wrote.is_none(), "{text}");
            }
        } else if part == "whose sale the count goes by is not known" {
            self.left_open(text, is_open);
        } else {
            return part.starts_with("what ") && part.ends_with(" read is not said");
        }
        true
    }

    fn left_open(&mut self, text: &str, is_open: bool) {
        self.open += 1;
        if !is_open {
            self.untold.push(format!("it is known: {text}"));
        }
    }

    /// Whether what a buyer read is what one of these wrote, or grew from it.
    fn grew(&self, whose: Writer, from: &[usize]) -> bool {
        whose.is_some_and(|at| {
            let mut read = self.worlds.fates[at].read.iter();
            from.contains(&at) || read.all(|whose| self.grew(*whose, from))
        })
    }

    fn is_before(&mut self, text: &str, early: usize, late: usize) {
        let is_so = self.worlds.is_before(early, late);
        let claim = || format!("{} did not write before {}", name(early), name(late));
        self.hold(is_so, text, claim);
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
}
