//! The service, over real sockets.

mod addresses;
mod attacks;
mod beside;
mod client;
mod description;
mod drain;
mod health;
mod life;
mod limits;
mod management;
mod reads;
mod several;
mod sockets;
