//! Parts of JSON documents that several commands have.

use serde::Serialize;

/// Who did something, as the ledger keeps it: the user of this process.
pub(super) fn by() -> Option<String> {
    let user = std::env::var("USER").ok();
    user.filter(|user| (1..=256).contains(&user.len()) && !user.chars().any(crate::steers))
}

/// A sale, or a part of one.
#[derive(Serialize)]
pub(super) struct SaleMember<'a> {
    pub(super) id: &'a str,
    pub(super) buyer: &'a str,
    pub(super) quantity: u64,
}
