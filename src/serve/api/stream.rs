//! The count at each change, as server-sent events.
//!
//! One task an event looks at it while somebody follows it, a few times a second, however fast one sells: at files each time,
//! at an event on a cluster when the cluster tells of a change.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName};
use axum::response::sse::{Event as Message, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep};

#[cfg(test)]
use super::failures::Failures;
use crate::serve::drain::Drain;
use crate::serve::event::Event;
#[cfg(test)]
use crate::serve::problem::ProblemReply;
use crate::serve::problem::ProblemResponse;
use crate::serve::reader::{Seen, StreamCount};
use crate::serve::room::Place;
use crate::serve::service::Site;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(250);

/// How often an event is looked at that tells of its changes, whether it has told of one or not: a connection may be dead.
const AT_LEAST: Duration = Duration::from_secs(2);

/// How long it is not looked at behind a look.
const AT_MOST: Duration = Duration::from_millis(100);

/// How often something is sent at least, so that nobody takes the connection for a dead one.
pub(in crate::serve) const HEARTBEAT: Duration = Duration::from_secs(15);

/// After how long a client is to come back when the service has ended.
const COME_BACK: Duration = Duration::from_secs(2);

/// By which nginx is told to pass on each message at once.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Looks at an event as long as somebody follows it, until the service is to end.
pub(in crate::serve) async fn follow(event: Arc<Event>, drain: Drain) {
    let told_of = event.watch.is_some();
    let mut times = interval(if told_of { AT_LEAST } else { EVERY });
    times.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = times.tick() => {}
            () = event.changed.notified() => {}
            () = drain.begun() => return,
        }
        let is_followed = event.changes.receiver_count() > 0;
        if let Some(watch) = &event.watch {
            watch.rest(!is_followed);
        }
        if !is_followed {
            continue;
        }
        let seen = event.reader.read().await;
        event.changes.send_if_modified(|before| {
            let is_new = before.as_ref().is_none_or(|before| differ(before, &seen));
            if is_new {
                *before = Some(seen);
            }
            is_new
        });
        if told_of {
            sleep(AT_MOST).await;
        }
    }
}

fn differ(before: &Seen, now: &Seen) -> bool {
    match (before, now) {
        (Ok(before), Ok(now)) => (before.seq, &before.state) != (now.seq, &now.state),
        (Err(before), Err(now)) => before.code() != now.code(),
        _ => true,
    }
}

/// The count, and from then on each change of it
///
/// A client that comes back with `Last-Event-ID` is told the count of now first: that is all it can have missed. At most half
/// of the service's connections follow.
#[cfg_attr(test, utoipa::path(
    get,
    path = "/api/v1/stream",
    tag = "event",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last id that was received; nothing depends on it")),
    responses(
        (status = 200, description = "Server-sent events: `id` is the number of the ledger's last line, `data` as of GET /api/v1/event. An event `rules` has a tag of the settings, first and when they change; `alive` comes every 15 s without another; `problem` is why there is no count, `end` that the service ends", body = String, content_type = "text/event-stream"),
        Failures,
        (status = 503, description = "Half of the connections follow already (`overloaded`): ask for GET /api/v1/event instead, and for this again after `Retry-After` seconds; or busy or draining", body = ProblemReply, content_type = "application/problem+json", headers(("Retry-After" = u64, description = "After how many seconds it may be tried again"))),
    )
))]
pub(super) async fn stream(State(site): State<Site>) -> Result<Response, ProblemResponse> {
    let place = site.service.room.stream()?;
    let changes = site.event.changes.subscribe();
    if site.event.watch.is_some() {
        // It rests while nobody follows.
        site.event.changed.notify_one();
    }
    let first = site.event.reader.read().await;
    if let Err(problem) = first {
        return Err(problem);
    }
    let messages = messages(Following {
        first: Some(first),
        changes,
        drain: site.service.drain.clone(),
        sent: None,
        rules: None,
        next: None,
        ended: false,
        _place: place,
    });
    // Named, for a browser's script sees no comment.
    let beat = Message::default().event("alive").data("the service lives");
    let alive = KeepAlive::new().interval(HEARTBEAT).event(beat);
    let stream = Sse::new(messages).keep_alive(alive);
    let headers = [(CACHE_CONTROL, "no-store"), (X_ACCEL_BUFFERING, "no")];
    Ok((headers, stream).into_response())
}

/// What one client is sent.
struct Following {
    first: Option<Seen>,
    changes: watch::Receiver<Option<Seen>>,
    drain: Drain,
    /// The count that was sent last.
    sent: Option<Arc<StreamCount>>,
    /// The tag of the settings that was sent last.
    rules: Option<u64>,
    /// What is sent behind it.
    next: Option<Message>,
    ended: bool,
    _place: Place,
}

fn messages(following: Following) -> impl Stream<Item = Result<Message, Infallible>> {
    unfold(following, |mut following| async move {
        let message = following.next().await?;
        Some((Ok(message), following))
    })
}

impl Following {
    async fn next(&mut self) -> Option<Message> {
        if let Some(first) = self.first.take() {
            return Some(self.message(&first));
        }
        if let Some(next) = self.next.take() {
            return Some(next);
        }
        while !self.ended {
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                () = self.drain.begun() => {
                    self.ended = true;
                    return Some(Message::default().event("end").retry(COME_BACK).data("the service ends"));
                }
            }
            let seen = self.changes.borrow_and_update().clone();
            match seen {
                Some(Ok(count)) if self.knows(&count) => {}
                Some(seen) => return Some(self.message(&seen)),
                None => {}
            }
        }
        None
    }

    /// Whether that was seen before what was sent last, or says the same.
    fn knows(&self, count: &StreamCount) -> bool {
        self.sent.as_ref().is_some_and(|sent| {
            count.look <= sent.look || (count.seq, &count.state) == (sent.seq, &sent.state)
        })
    }

    fn message(&mut self, seen: &Seen) -> Message {
        match seen {
            Ok(count) => {
                self.sent = Some(Arc::clone(count));
                if self.rules.replace(count.rules) != Some(count.rules) {
                    let rules = Message::default().event("rules");
                    self.next = Some(rules.data(count.rules_tag()));
                }
                let data = String::from_utf8_lossy(&count.body);
                Message::default().id(count.seq.to_string()).data(data)
            }
            Err(problem) => {
                // The count is told again when there is one.
                self.sent = None;
                let data = serde_json::to_string(problem).unwrap_or_default();
                Message::default().event("problem").data(data)
            }
        }
    }
}
