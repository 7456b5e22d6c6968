//! Looks at one revision, which may be compacted away meanwhile.

use crate::error::{Kind, Result};

/// So many compactions may come in between before a look gives up.
const COMPACTIONS: u32 = 3;

/// Does what reads all at one revision, again where that was compacted away meanwhile.
pub(super) fn at_one_revision<T>(look: impl Fn() -> Result<T>) -> Result<T> {
    let mut result = look();
    for _ in 0..COMPACTIONS {
        match result {
            Err(error) if matches!(error.kind(), Kind::Busy { .. }) => result = look(),
            _ => break,
        }
    }
    result
}
