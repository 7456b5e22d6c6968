//! Merging: a new count takes over what somebody changed of the rest of the file.

use super::count_file::CountFile;

/// A member that is not ours, with its value as it was written; without a name, the count.
type Own<'a> = (Option<&'a str>, Option<&'a str>);

/// The member of this name, among others.
fn find<'a>(among: &[Own<'a>], name: Own<'_>) -> Option<Own<'a>> {
    among.iter().find(|member| member.0 == name.0).copied()
}

/// What somebody made of `base`, if anything, else `ours`.
fn changed<T: PartialEq>(ours: T, base: &T, theirs: T) -> T {
    if theirs == *base { ours } else { theirs }
}

impl CountFile {
    /// The same count with what somebody changed of the rest: what `theirs` has added, changed or taken away against
    /// `base`, the version that it was made from. Where both changed one member, theirs counts.
    pub(crate) fn taking_over(&self, base: &Self, theirs: &Self) -> Self {
        let is_whole = self.looks() == base.looks() && self.own() == base.own();
        let merged = Self {
            members: if is_whole {
                theirs.members.clone()
            } else {
                self.merged(base, theirs)
            },
            spelling: changed(self.spelling, &base.spelling, theirs.spelling),
            one_a_line: changed(self.one_a_line, &base.one_a_line, theirs.one_a_line),
            ..self.clone()
        };
        merged.with(self.ticket, self.counted)
    }

    /// The members of [`CountFile::taking_over`]: those of this one in their order, new ones before that which they
    /// stand before in theirs.
    fn merged(&self, base: &Self, theirs: &Self) -> Vec<(String, Option<String>)> {
        let (old, edited) = (base.own(), theirs.own());
        let is_kept = |it: &Own<'_>| find(&old, *it).is_none() || find(&edited, *it).is_some();
        let mut members: Vec<_> = self.own().into_iter().filter(is_kept).collect();
        let mut before = members.len();
        for member in edited.iter().rev() {
            let at = members.iter().position(|it| it.0 == member.0);
            let is_changed = find(&old, *member) != Some(*member);
            match (at.and_then(|at| members.get_mut(at)), is_changed) {
                (Some(found), true) => *found = *member,
                (None, true) => members.insert(before, *member),
                _ => {}
            }
            before = at.unwrap_or(before);
        }
        let spelling = changed(self.spelling, &base.spelling, theirs.spelling);
        let owned = |(name, value): Own<'_>| match name {
            None => (spelling.to_owned(), None),
            Some(name) => (name.to_owned(), value.map(str::to_owned)),
        };
        members.into_iter().map(owned).collect()
    }

    fn looks(&self) -> (&'static str, bool) {
        (self.spelling, self.one_a_line)
    }

    /// The members that are not ours, and where the count stands among them.
    fn own(&self) -> Vec<Own<'_>> {
        let mut own = Vec::with_capacity(self.members.len());
        for (name, value) in &self.members {
            match value {
                Some(value) => own.push((Some(name.as_str()), Some(value.as_str()))),
                None if name == self.spelling => own.push((None, None)),
                None => {}
            }
        }
        own
    }
}
