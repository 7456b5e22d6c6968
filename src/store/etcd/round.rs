//! A round: each endpoint asked once.

/// What came of it, where none did what it was asked.
pub(super) struct Round {
    /// What each said.
    pub(super) whys: Vec<String>,
    /// Whether one of them may have done it.
    pub(super) unsure: bool,
    /// Whether none of them could be spoken to.
    pub(super) unreachable: bool,
}

impl Round {
    /// Whether all that is known is that there was no time.
    pub(super) fn is_late(&self) -> bool {
        let is_late = |why: &String| {
            ["no answer in time", "no connection was had in time"]
                .iter()
                .any(|late| why.contains(late))
        };
        self.whys.iter().all(is_late)
    }
}
