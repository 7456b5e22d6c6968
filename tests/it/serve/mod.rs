//! The service, over real sockets.

mod addresses;
mod api_table;
mod attacks;
#[cfg(feature = "etcd")]
mod behind;
mod beside;
mod bodies;
mod browser;
mod client;
#[cfg(feature = "etcd")]
mod cluster;
pub(crate) mod counts;
mod description;
mod desk;
mod desk_attacks;
mod desk_search;
mod drain;
mod health;
mod life;
mod limits;
#[allow(dead_code, reason = "the benchmark tells the times")]
mod load;
mod management;
mod monitoring;
mod page;
mod page_attacks;
mod page_holds;
mod page_several;
mod page_states;
mod reads;
mod rush;
mod several;
mod sockets;
mod together;
mod unknown;
