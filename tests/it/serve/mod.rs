//! The service, over real sockets.

mod attacks;
mod beside;
mod client;
mod drain;
mod life;
mod management;
