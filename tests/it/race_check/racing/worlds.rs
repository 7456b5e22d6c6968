//! All orders of reads and writes that the evidence allows, and what is so in every one of them.

use std::collections::BTreeSet;

use super::run::{Deed, Run};

/// What nobody who knows the evidence alone can rule out.
#[derive(Debug, Default)]
pub(super) struct Worlds {
    pub(super) many: usize,
    /// By buyer.
    pub(super) fates: Vec<Fate>,
    /// Whose count is the last.
    pub(super) last: BTreeSet<Option<usize>>,
    /// The same, whatever they are taken for.
    pub(super) perhaps_last: BTreeSet<Option<usize>>,
    /// Who may have been the first to sell too many.
    pub(super) too_many: BTreeSet<Option<usize>>,
    /// How many versions grew from the first.
    pub(super) roots: BTreeSet<usize>,
}

/// What may have become of one buyer.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    /// Whether it wrote.
    pub(super) wrote: BTreeSet<bool>,
    /// By whom it was overwritten; `None`: it was not.
    pub(super) by: BTreeSet<Option<usize>>,
    /// Whose version it read; `None`: the first one.
    pub(super) read: BTreeSet<Option<usize>>,
    /// Who may have written after it.
    pub(super) before: BTreeSet<usize>,
    /// Whether it was sold when too few were left.
    pub(super) beyond: BTreeSet<bool>,
    /// How many versions grew from what it wrote.
    pub(super) children: BTreeSet<usize>,
}

/// A version: its number, how many are left, who wrote it, and the one that it grew from.
#[derive(Debug, Clone, Copy)]
struct Version {
    seq: u64,
    left: u64,
    by: Option<usize>,
    parent: Option<usize>,
}

/// One order, as far as it goes.
struct World<'a> {
    run: &'a Run,
    /// Who writes in it.
    writes: &'a [bool],
    versions: Vec<Version>,
    /// By buyer: the version that it read.
    read: Vec<Option<usize>>,
    wrote: Vec<Option<usize>>,
}

impl Worlds {
    /// `believed`: which of those without an answer, of whom nothing tells whether they wrote, are taken to have.
    pub(super) fn of(run: &Run, believed: &[bool]) -> Self {
        let total = run.deeds.len();
        let mut perhaps_last = BTreeSet::new();
        let mut all = Self::default();
        for choice in 0..1_u32 << total {
            let writes: Vec<bool> = (0..total).map(|at| (choice >> at) & 1 == 1).collect();
            if !(0..total).all(|at| may(run, at, writes[at])) {
                continue;
            }
            let one = Self::with(run, &writes);
            perhaps_last.extend(one.last.iter().copied());
            if (0..total).all(|at| !is_guess(run, at) || writes[at] == believed[at]) {
                all = one;
            }
        }
        Self {
            perhaps_last,
            ..all
        }
    }

    /// Those in which these wrote.
    fn with(run: &Run, writes: &[bool]) -> Self {
        let total = run.deeds.len();
        let mut all = Self {
            fates: vec![Fate::default(); total],
            ..Self::default()
        };
        let mut world = World {
            run,
            writes,
            versions: vec![Version {
                seq: 0,
                left: run.stock,
                by: None,
                parent: None,
            }],
            read: vec![None; total],
            wrote: vec![None; total],
        };
        world.go_on(0, &mut all);
        all
    }

    /// Whether a sale was overwritten, whatever else is so.
    pub(super) fn is_lost(&self, at: usize) -> bool {
        self.wrote(at) && !self.fates[at].by.contains(&None)
    }

    pub(super) fn wrote(&self, at: usize) -> bool {
        self.fates[at].wrote == [true].into()
    }

    pub(super) fn is_by(&self, at: usize, by: usize) -> bool {
        self.wrote(at) && self.fates[at].by == [Some(by)].into()
    }

    pub(super) fn is_before(&self, at: usize, other: usize) -> bool {
        self.wrote(at) && self.wrote(other) && !self.fates[other].before.contains(&at)
    }

    /// Whether what was done in truth is one of these orders, for all that they tell.
    pub(super) fn has_truth(&self, run: &Run) -> bool {
        let all = run.deeds.iter().zip(&self.fates);
        let mut all = all.map(|(deed, fate)| {
            let wrote = fate.wrote.contains(&deed.truly_wrote);
            let read = deed.truly_read.filter(|_| deed.read.is_some());
            wrote && read.is_none_or(|read| fate.read.contains(&read))
        });
        all.all(|is_one| is_one) && self.last.contains(&run.truly_wrote.last().copied())
    }
}

/// Whether a buyer may have written, or may not have, by what it says or the ledger does.
fn may(run: &Run, at: usize, writes: bool) -> bool {
    let deed = &run.deeds[at];
    if deed.write.is_none() {
        return !writes;
    }
    match &run.ledger {
        Some(ledger) => ledger.contains(&at) == writes,
        None if deed.sold || deed.wrote.is_some() => writes,
        None if deed.failed => !writes,
        None => true,
    }
}

/// Whether nothing tells whether it wrote but what somebody saw.
fn is_guess(run: &Run, at: usize) -> bool {
    let deed = &run.deeds[at];
    run.ledger.is_none() && deed.is_pending() && deed.wrote.is_none()
}

/// Between which times it read.
fn reads_between(deed: &Deed) -> (u64, u64) {
    let until = [deed.read_at, deed.intend, deed.wrote, answered(deed)];
    (
        deed.invoke,
        until.into_iter().flatten().min().unwrap_or(u64::MAX),
    )
}

/// Between which times it wrote.
fn writes_between(deed: &Deed) -> (u64, u64) {
    let from = [Some(deed.invoke), deed.read_at, deed.intend];
    // What failed may come about behind the answer.
    let until = [deed.wrote, answered(deed).filter(|_| !deed.failed)];
    let until = until.into_iter().flatten().min().unwrap_or(u64::MAX);
    (from.into_iter().flatten().max().unwrap(), until)
}

/// By when it was answered, where what it did was done by then.
fn answered(deed: &Deed) -> Option<u64> {
    deed.returned.filter(|_| !deed.is_pending())
}

impl World<'_> {
    /// Makes every next step that is possible; `now`: not before that.
    fn go_on(&mut self, now: u64, all: &mut Worlds) {
        let mut is_over = true;
        for at in 0..self.run.deeds.len() {
            let deed = &self.run.deeds[at];
            match (self.read[at], self.wrote[at]) {
                (None, _) if deed.read.is_some() || self.writes[at] => {
                    is_over = false;
                    let (from, until) = reads_between(deed);
                    let latest = self.versions.len() - 1;
                    if now.max(from) < until && may_read(deed, self.versions[latest]) {
                        self.read[at] = Some(latest);
                        self.go_on(now.max(from), all);
                        self.read[at] = None;
                    }
                }
                (Some(read), None) if self.writes[at] => {
                    is_over = false;
                    let (from, until) = writes_between(deed);
                    let before = self.versions[read];
                    let is_next =
                        deed.write == Some(before.seq + 1) && deed.quantity <= before.left;
                    let done = self.versions.len() - 1;
                    let of_ledger = self.run.ledger.as_ref();
                    let in_turn = of_ledger.is_none_or(|all| all.get(done) == Some(&at));
                    if now.max(from) < until && is_next && in_turn {
                        self.wrote[at] = Some(self.versions.len());
                        self.versions.push(Version {
                            seq: before.seq + 1,
                            left: before.left - deed.quantity,
                            by: Some(at),
                            parent: Some(read),
                        });
                        self.go_on(now.max(from), all);
                        self.versions.pop();
                        self.wrote[at] = None;
                    }
                }
                _ => {}
            }
        }
        if is_over {
            self.note(all);
        }
    }

    /// Notes what is so in this order, if it ends as it is said.
    fn note(&self, all: &mut Worlds) {
        let last = self.versions[self.versions.len() - 1];
        let fits = |end: (u64, u64)| end == (last.seq, last.left);
        if !self.run.last.is_none_or(fits) || self.run.exact.is_some_and(|whose| whose != last.by) {
            return;
        }
        all.many += 1;
        all.last.insert(last.by);
        // By version: which sales it knows.
        let mut knows: Vec<BTreeSet<usize>> = Vec::new();
        for version in &self.versions {
            let before = version.parent.map(|parent| knows[parent].clone());
            knows.push(before.into_iter().flatten().chain(version.by).collect());
        }
        for (at, fate) in all.fates.iter_mut().enumerate() {
            let by = |version: usize| self.versions[version].by;
            fate.read.extend(self.read[at].map(by));
            fate.wrote.insert(self.wrote[at].is_some());
            let Some(wrote) = self.wrote[at] else {
                continue;
            };
            let last = knows.iter().rposition(|known| known.contains(&at)).unwrap();
            fate.by
                .insert(self.versions.get(last + 1).and_then(|next| next.by));
            fate.before.extend(
                self.versions[wrote + 1..]
                    .iter()
                    .filter_map(|later| later.by),
            );
            let children = self.versions.iter().filter(|one| one.parent == Some(wrote));
            fate.children.insert(children.count());
        }
        let roots = self.versions.iter().filter(|one| one.parent == Some(0));
        all.roots.insert(roots.count());
        let mut rest = self.run.stock;
        let sold = self.versions.iter().filter_map(|version| version.by);
        let mut first = None;
        for at in sold.filter(|at| self.run.is_sale(*at)) {
            let left = rest.checked_sub(self.run.deeds[at].quantity);
            rest = left.unwrap_or(rest);
            all.fates[at].beyond.insert(left.is_none());
            first = first.or(left.is_none().then_some(at));
        }
        all.too_many.insert(first);
    }
}

fn may_read(deed: &Deed, version: Version) -> bool {
    let is_seq = deed.read.is_none_or(|read| read == version.seq);
    let is_left = deed.seen.is_none_or(|seen| seen == version.left);
    is_seq && is_left && deed.exact.is_none_or(|whose| whose == version.by)
}
