//! A set of events, by their numbers.

/// The events of a set, a bit each.
#[derive(Debug, Clone, Default)]
pub(super) struct EventSet(Vec<u64>);

impl EventSet {
    /// An empty set of events below a number.
    pub(super) fn below(many: usize) -> Self {
        Self(vec![0; many.div_ceil(64)])
    }

    pub(super) fn has(&self, event: usize) -> bool {
        let word = self.0.get(event / 64);
        word.is_some_and(|word| word >> (event % 64) & 1 == 1)
    }

    pub(super) fn add(&mut self, event: usize) {
        if let Some(word) = self.0.get_mut(event / 64) {
            *word |= 1 << (event % 64);
        }
    }

    pub(super) fn add_all(&mut self, others: &Self) {
        for (word, other) in self.0.iter_mut().zip(&others.0) {
            *word |= other;
        }
    }

    pub(super) fn meets(&self, others: &Self) -> bool {
        let mut words = self.0.iter().zip(&others.0);
        words.any(|(word, other)| word & other != 0)
    }

    pub(super) fn len(&self) -> usize {
        let bits = self.0.iter().map(|word| word.count_ones() as usize);
        bits.sum()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        let words = self.0.iter().enumerate();
        words.flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        })
    }
}
