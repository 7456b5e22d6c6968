//! The service, over real sockets.

mod attacks;
mod beside;
mod client;
mod drain;
mod life;
#[allow(dead_code, reason = "the benchmark tells the times")]
mod load;
mod management;
mod rush;
