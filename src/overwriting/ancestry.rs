//! Which version each grew from, or which it may have grown from: many that may have grown from the same share one list.

use std::collections::HashMap;

/// What each version grew from.
pub(super) struct Ancestry<'p, 'a> {
    parents: &'p [Option<usize>],
    /// By version: which of the lists is of those that it may have grown from, where they are several.
    lists_of: Vec<Option<usize>>,
    lists: Vec<&'a [usize]>,
}

impl<'p, 'a> Ancestry<'p, 'a> {
    pub(super) fn of(parents: &'p [Option<usize>], others: impl Fn(usize) -> &'a [usize]) -> Self {
        let mut numbers: HashMap<(*const usize, usize), usize> = HashMap::new();
        let mut lists = Vec::new();
        let mut number = |at: usize| {
            let list = others(at);
            let number = numbers.entry((list.as_ptr(), list.len()));
            (!list.is_empty()).then(|| {
                *number.or_insert_with(|| {
                    lists.push(list);
                    lists.len() - 1
                })
            })
        };
        let lists_of = (0..parents.len()).map(&mut number).collect();
        Self {
            parents,
            lists_of,
            lists,
        }
    }

    /// The one that it grew from, or the likeliest.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents
            .get(at)
            .copied()
            .flatten()
            .filter(|to| *to < at)
    }

    /// The one that it grew from, where that is known.
    pub(super) fn known(&self, at: usize) -> Option<usize> {
        self.parent(at).filter(|_| self.list_of(at).is_none())
    }

    fn list_of(&self, at: usize) -> Option<usize> {
        self.lists_of.get(at).copied().flatten()
    }

    fn list(&self, number: usize) -> impl Iterator<Item = usize> {
        let list = self.lists.get(number).copied().unwrap_or_default();
        list.iter().copied()
    }

    /// What is so of a version is so of all that it may have grown from.
    pub(super) fn spread(&self, of: &mut [bool]) {
        let mut open: Vec<usize> = (0..of.len())
            .filter(|at| of.get(*at) == Some(&true))
            .collect();
        let mut gone_through = vec![false; self.lists.len()];
        while let Some(at) = open.pop() {
            let list = self.list_of(at).filter(|number| {
                let gone = gone_through.get_mut(*number);
                gone.is_some_and(|gone| !std::mem::replace(gone, true))
            });
            let list = list.into_iter().flat_map(|number| self.list(number));
            for to in list.chain(self.parent(at)) {
                if let Some(is) = of.get_mut(to).filter(|is| !**is) {
                    *is = true;
                    open.push(to);
                }
            }
        }
    }

    /// Of which versions it is not known what grew from them.
    pub(super) fn vague(&self) -> Vec<bool> {
        let mut vague = vec![false; self.parents.len()];
        let likely = (0..self.parents.len()).filter(|at| self.list_of(*at).is_some());
        let likely = likely.filter_map(|at| self.parent(at));
        for at in self.lists.iter().copied().flatten().copied().chain(likely) {
            if let Some(vague) = vague.get_mut(at) {
                *vague = true;
            }
        }
        self.spread(&mut vague);
        vague
    }

    /// Room for what is so of all of a list.
    pub(super) fn untold(&self) -> Vec<Option<bool>> {
        vec![None; self.lists.len()]
    }

    /// Whether something is so of all that a version may have grown from, and there is one. `told`: of which lists it is.
    pub(super) fn all_below(
        &self,
        at: usize,
        told: &mut [Option<bool>],
        is: impl Fn(usize) -> bool,
    ) -> bool {
        let list = self.list_of(at);
        let of_list = list.map(|number| match told.get_mut(number) {
            Some(told) => *told.get_or_insert_with(|| self.list(number).all(&is)),
            None => false,
        });
        let parent = self.parent(at);
        (list.is_some() || parent.is_some()) && of_list.unwrap_or(true) && parent.is_none_or(&is)
    }
}
