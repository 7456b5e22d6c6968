//! The state of a run at a moment, as it is shown.

use super::situation::Situation;
use super::state::{CountState, LockState, ProcessState};

impl Situation<'_> {
    /// What every process knows and is at.
    pub(super) fn states(&self) -> Vec<ProcessState> {
        let mut states = self.processes.clone();
        for (lane, row) in &self.rows {
            let Some(state) = states.get_mut(*row) else {
                continue;
            };
            let pending = self.pending(*lane);
            let old = pending.filter(|one| one.version != self.latest);
            let since = old.map(|one| self.passed.get(&one.version).copied().unwrap_or(one.step));
            state.stale = match (since, self.wrote_by_old.get(lane)) {
                (Some(since), _) => format!("out of date since step {since}"),
                (None, Some(since)) if pending.is_none() => {
                    format!("was out of date since step {since}")
                }
                _ => String::new(),
            };
            let held = self.holders.iter();
            let held = held.flat_map(|(file, holders)| holders.iter().map(move |one| (file, one)));
            let held = held.filter(|(_, (holder, _))| holder == lane);
            let names = held.map(|(file, (_, shared))| {
                let how = if *shared { ", shared" } else { "" };
                self.scene.marks.lock_name(*file) + how
            });
            state.holds = names.collect();
            let ended = self.ended.get(lane).into_iter().flatten();
            let ended = ended.map(|(file, step)| {
                let name = self.scene.marks.lock_name(*file);
                format!("{name}, as far as it knows: its lease ended at step {step}")
            });
            state.ended = ended.collect();
            let wish = self.waits_for(*lane);
            state.waits = wish.map_or_else(String::new, |wish| self.awaited(wish.file));
        }
        states
    }

    pub(super) fn awaited(&self, file: Option<u64>) -> String {
        match file {
            Some(file) => self.scene.marks.lock_name(file),
            None if self.scene.marks.locks.len() > 1 => "a lock".to_owned(),
            None => "the lock".to_owned(),
        }
    }

    /// Whether a process was killed by then.
    pub(super) fn is_killed(&self, lane: usize) -> bool {
        let process = self.row(lane).and_then(|row| self.processes.get(row));
        process.is_some_and(|process| process.killed)
    }

    /// What the count says.
    pub(super) fn count(&self) -> CountState {
        if let Some(cut) = self.cut {
            return CountState {
                cut_by: self.name(cut),
                unfilled: self.is_killed(cut),
                ..CountState::default()
            };
        }
        let Some(version) = self.timeline().versions.get(self.told) else {
            return CountState::default();
        };
        let as_written = self.is_as_written();
        CountState {
            version: Some(version.seq),
            left: version.left,
            by: version
                .writer
                .map_or_else(String::new, |writer| self.name(writer.lane)),
            cut_by: String::new(),
            unfilled: false,
            ahead: self.ahead().map_or_else(String::new, |at| self.version(at)),
            as_written,
            on_ledger: as_written && self.timeline().sales.on_ledger,
        }
    }

    /// Who holds each lock, and who waits for it: those that somebody has to do with, and one that is alone always.
    pub(super) fn locks(&self) -> Vec<LockState> {
        let mut locks: Vec<LockState> = Vec::new();
        let mut add = |name: String, holder: Option<String>, waits: Option<String>| {
            let at = locks.iter().position(|lock| lock.name == name);
            let at = at.unwrap_or_else(|| {
                locks.push(LockState {
                    name,
                    ..LockState::default()
                });
                locks.len() - 1
            });
            if let Some(lock) = locks.get_mut(at) {
                lock.holders.extend(holder);
                lock.waiting.extend(waits);
            }
        };
        if let [only] = self.scene.marks.locks[..] {
            add(self.scene.marks.lock_name(only), None, None);
        }
        for (file, holders) in &self.holders {
            for (lane, shared) in holders {
                let name = self.scene.marks.lock_name(*file);
                let how = if *shared { " (shared)" } else { "" };
                add(name, Some(self.name(*lane) + how), None);
            }
        }
        for lane in self.waits.keys() {
            if let Some(wish) = self.waits_for(*lane) {
                add(self.awaited(wish.file), None, Some(self.name(*lane)));
            }
        }
        locks
    }
}
