//! Reads of the count: a thread that answers all who wait with one look at the files.
//!
//! It never locks, and never waits for a sale. Invariant: the look that answers a read begins after the read was asked
//! for. So a client that was answered a sale finds it counted.

use std::path::Path;
use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderValue;
use crossbeam_channel::{Receiver, Sender, unbounded};
use tokio::sync::oneshot;
use tokio::time::timeout;
use xxhash_rust::xxh3::xxh3_64;

use super::api::replies::EventReply;
use super::failure;
use super::lookups::PATIENCE;
use super::problem::ProblemResponse;
use crate::BoxOffice;
use crate::error::Result;
use crate::office::{EventSettings, EventState};

/// The count, as one look found it.
#[derive(Debug)]
pub(super) struct StreamCount {
    /// Which look of this process it was: a later one has a higher number, whatever became of the ledger.
    pub(super) look: u64,
    /// The last line of the ledger.
    pub(super) seq: u64,
    pub(super) state: EventState,
    /// By what it is sold; `None`: it was not made for real.
    pub(super) settings: Option<EventSettings>,
    /// A sum of the settings: other ones have another.
    pub(super) rules: u64,
    /// The same as it is answered.
    pub(super) body: Bytes,
    /// The body's tag.
    pub(super) etag: HeaderValue,
}

impl StreamCount {
    /// The sum of the settings, as an open page compares it.
    pub(super) fn rules_tag(&self) -> String {
        format!("{:016x}", self.rules)
    }
}

/// What a look found.
pub(super) type Seen = std::result::Result<Arc<StreamCount>, ProblemResponse>;

/// The reads of an event.
#[derive(Debug)]
pub(super) struct EventReader {
    asked: Sender<oneshot::Sender<Seen>>,
}

impl EventReader {
    /// Of the event at this path.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let (asked, asking) = unbounded();
        let office = BoxOffice::at(path)?;
        let thread = std::thread::Builder::new().name("reader".to_owned());
        // It ends with the process: nobody waits for it.
        thread
            .spawn(move || answer(&office, &asking))
            .map_err(|error| failure::io("start a thread", &error))?;
        Ok(Self { asked })
    }

    /// The count by now.
    pub(super) async fn read(&self) -> Seen {
        let (answer, answered) = oneshot::channel();
        let _ = self.asked.send(answer);
        match timeout(PATIENCE, answered).await {
            Ok(Ok(seen)) => seen,
            _ => Err(ProblemResponse::stuck()),
        }
    }
}

fn answer(office: &BoxOffice, asking: &Receiver<oneshot::Sender<Seen>>) {
    known_bad!(LookKept => {
        let seen = look(office, 1);
        asking.iter().for_each(|answer| drop(answer.send(seen.clone())));
    });
    for look in 1.. {
        let Ok(first) = asking.recv() else { return };
        let others: Vec<_> = asking.try_iter().collect();
        let seen = self::look(office, look);
        for answer in std::iter::once(first).chain(others) {
            let _ = answer.send(seen.clone());
        }
    }
}

fn look(office: &BoxOffice, look: u64) -> Seen {
    let (seq, state, settings) = office
        .numbered_state()
        .map_err(|error| ProblemResponse::of(&error))?;
    let body = serde_json::to_vec(&EventReply::of(&state)).unwrap_or_default();
    let rules = serde_json::to_vec(&settings).unwrap_or_default();
    // Weak: a proxy may compress it.
    let etag = format!("W/\"{:016x}\"", xxh3_64(&body));
    Ok(Arc::new(StreamCount {
        look,
        seq,
        state,
        settings,
        rules: xxh3_64(&rules),
        body: body.into(),
        etag: HeaderValue::try_from(etag).map_err(|_| ProblemResponse::stuck())?,
    }))
}
