//! The service, over real sockets.

mod addresses;
mod attacks;
mod beside;
mod client;
pub(crate) mod counts;
mod description;
mod drain;
mod health;
mod life;
mod limits;
#[allow(dead_code, reason = "the benchmark tells the times")]
mod load;
mod management;
mod reads;
mod rush;
mod several;
mod sockets;
