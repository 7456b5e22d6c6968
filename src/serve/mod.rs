//! The service: an event sold over HTTP, by the same purchase as everywhere else.
//!
//! The one place with an asynchronous runtime. It owns nothing that the event's files do not say: a process that kills
//! it loses nothing, and what other processes sell beside it shows at once. Handlers never touch a file: they send
//! orders to clerks, who sell in threads of their own, and reads to a reader, which never locks.

mod activation;
mod admission;
mod api;
mod body;
mod caller;
mod clerks;
mod connections;
mod desk;
mod drain;
mod event;
mod failure;
mod health;
mod keys;
mod limits;
mod listener;
mod log;
mod lookups;
mod members;
mod metrics;
mod office_problem;
mod order_state;
mod page;
mod patience;
mod peer;
mod problem;
mod reader;
mod request_log;
mod roll;
mod room;
mod router;
mod secret;
mod service;
mod sessions;
mod settings;
mod signals;
mod systemd;
mod tokens;
mod unix_socket;
mod waiting_orders;

use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use listener::Listener;
use log::Log;
use service::Service;

pub(crate) use settings::{Listen, LogFormat, Settings, Started};

/// Serves until it is told to end; then answers what it has accepted. `started` is told once, when it listens.
///
/// # Errors
/// It could not begin: nothing was sold. Or it ended before all that it had accepted was answered:
/// [`Kind::OutcomeUnknown`].
pub(crate) fn run(settings: &Settings, started: impl FnOnce(&Started)) -> Result<()> {
    let listener = Listener::bind(&settings.listen)?;
    let service = Arc::new(Service::open(settings)?);
    let log = Log::begin(settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| failure::io("start the runtime", &error))?;
    let all_answered = runtime.block_on(until_drained(&service, listener, settings, started));
    // What is read for a client that has gone is nobody's any more.
    runtime.shutdown_background();
    drop(log);
    if all_answered? {
        return Ok(());
    }
    let message = "ended before all that was accepted was answered";
    Err(Error::new(Kind::OutcomeUnknown, message)
        .hint("see 'tickets sales'; an order that is sent again with its key is never sold twice"))
}

/// Serves until the service is to end; whether all that was accepted was answered.
async fn until_drained(
    service: &Arc<Service>,
    listener: Listener,
    settings: &Settings,
    started: impl FnOnce(&Started),
) -> Result<bool> {
    signals::obey(&service.drain, settings.ignores_interrupt)?;
    let place = listener.place().clone();
    let socket = listener.listen()?;
    started(&service.started(&place));
    systemd::tell(systemd::READY);
    let all_answered = connections::serve(socket, service).await;
    Ok(service.end().await && all_answered)
}
