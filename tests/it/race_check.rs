//! The verdict of recorded runs, beside a search through all orders; and evidence of any kind.

mod histories;
mod hostile;
mod named;
