//! How a walk ended.

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WalkEnd {
    /// All that was to be seen was.
    Through {
        /// The step behind the last of them.
        next: u8,
    },
    /// It was left, and goes on at this step.
    Left {
        /// The first that was not seen.
        next: u8,
    },
    /// The process was asked to end.
    Stopped,
}
