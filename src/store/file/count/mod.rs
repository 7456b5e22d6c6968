//! The count file: read, written, replaced, published.

pub(crate) mod edit;
pub(crate) mod in_place;
pub(crate) mod kept;
pub(crate) mod publish;
pub(crate) mod read;
pub(crate) mod replace;
