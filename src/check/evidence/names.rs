//! Names and files by number, so that an operation is a few words long.

use std::hash::{BuildHasher, RandomState};

/// Distinct names, each kept once.
#[derive(Debug, Clone, Default)]
pub struct Names {
    text: String,
    /// Where each name ends in `text`, in bytes.
    ends: Vec<u64>,
    /// Open addressing: a name's number and 1, or 0; at most half full.
    slots: Vec<u32>,
    hasher: RandomState,
}

impl Names {
    /// The number of a name, which is new or was seen before. `None` when there are 2^32 - 2 others.
    pub fn number(&mut self, name: &str) -> Option<u32> {
        if self.slots.len() <= 2 * self.ends.len() {
            self.grow();
        }
        let slot = self.slot(name);
        match self.slots.get(slot).copied().unwrap_or(0) {
            0 => {
                let new = u32::try_from(self.ends.len() + 1).ok()?;
                self.text.push_str(name);
                self.ends.push(self.text.len() as u64);
                *self.slots.get_mut(slot)? = new;
                Some(new - 1)
            }
            known => Some(known - 1),
        }
    }

    /// The name with this number; empty where there is none.
    #[must_use]
    pub fn name(&self, number: u32) -> &str {
        let at = number as usize;
        let start = match at.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(at).copied().unwrap_or(start);
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where the name stands, or the free slot that it would get.
    fn slot(&self, name: &str) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hasher.hash_one(name) as usize & mask;
        while let Some(&number @ 1..) = self.slots.get(slot) {
            if self.name(number - 1) == name {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let length = (4 * self.ends.len()).next_power_of_two().max(16);
        self.slots = vec![0; length];
        for number in 0..self.ends.len() as u32 {
            let slot = self.slot(self.name(number));
            if let Some(slot) = self.slots.get_mut(slot) {
                *slot = number + 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_number_however_many_there_are() {
        let mut names = Names::default();
        for round in 0..2 {
            for at in 0..1000 {
                let name = format!("buyer-{at}");
                assert_eq!(names.number(&name), Some(at), "round {round}");
                assert_eq!(names.name(at), name);
            }
        }
        assert_eq!((names.len(), names.name(1000)), (1000, ""));
    }
}
