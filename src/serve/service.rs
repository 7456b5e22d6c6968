//! The service as its handlers see it: its events, and what they share.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::drain::Drain;
use super::event::{self, Event};
use super::limits::Limits;
use super::metrics::Metrics;
use super::room::Room;
use super::sessions::Sessions;
use super::settings::{Listen, Settings, Started};
use super::tokens::Tokens;
use crate::error::Result;

/// How long clerks may take for what they have begun, once all who wait for an answer have it.
const LAST_ORDERS: Duration = Duration::from_secs(10);

/// The service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) events: Vec<Arc<Event>>,
    /// Who may manage; without any there is no desk.
    pub(super) tokens: Tokens,
    pub(super) sessions: Sessions,
    pub(super) limits: Limits,
    pub(super) metrics: Metrics,
    pub(super) drain: Drain,
    pub(super) room: Room,
    /// Where people reach it; empty where that was not said.
    pub(super) public_url: String,
    pub(super) trust_proxy: bool,
}

/// One event of the service: what the handlers of its API are given.
#[derive(Debug, Clone)]
pub(super) struct Site {
    pub(super) service: Arc<Service>,
    pub(super) event: Arc<Event>,
}

impl Service {
    /// Opens the events, and reads the tokens.
    pub(super) fn open(settings: &Settings) -> Result<Self> {
        let tokens = settings.tokens.as_deref().map(Tokens::read).transpose()?;
        let events = event::open_all(settings)?;
        Ok(Self {
            events: events.into_iter().map(Arc::new).collect(),
            tokens: tokens.unwrap_or_default(),
            sessions: Sessions::new(settings.session_idle),
            limits: Limits::new(settings.per_address),
            metrics: Metrics::new()?,
            drain: Drain::default(),
            room: Room::of_this_system(),
            public_url: settings.public_url.clone().unwrap_or_default(),
            trust_proxy: settings.trust_proxy,
        })
    }

    /// What is said once it listens there.
    pub(super) fn started(&self, place: &Listen) -> Started {
        let served = |event: &Arc<Event>| (event.path.clone(), event.prefix.clone());
        Started {
            listening: place.clone(),
            events: self.events.iter().map(served).collect(),
            has_desk: !self.tokens.is_empty(),
        }
    }

    /// Lets the clerks do what they have begun, and go home. Whether all of them did.
    pub(super) async fn end(self: &Arc<Self>) -> bool {
        let service = Arc::clone(self);
        let closes = tokio::task::spawn_blocking(move || {
            for event in &service.events {
                event.clerks.close();
            }
        });
        matches!(timeout(LAST_ORDERS, closes).await, Ok(Ok(())))
    }
}
