//! Health: whether the process lives, whether it can sell, and what it has counted.

use std::path::Path;
use std::sync::Arc;

use axum::extract::{FromRequestParts as _, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::caller::{Caller, Manager};
use super::event::Event;
use super::problem::ProblemResponse;
use super::reader::Seen;
use super::service::{Service, Site};
use crate::error::{Error, Result as OfficeResult};

/// That the process lives.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Whether it can sell: every event adds up, their disks take what is written, and it does not end.
pub(super) async fn ready(
    State(service): State<Arc<Service>>,
) -> Result<&'static str, ProblemResponse> {
    if service.drain.has_begun() {
        return Err(ProblemResponse::draining());
    }
    for event in &service.events {
        let name = &event.name;
        if let Err(problem) = event.reader.read().await {
            return Err(ProblemResponse::unready(format!(
                "{name}: {}",
                problem.detail()
            )));
        }
        let directory = event
            .path
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default();
        let probed = event.lookups.look(move |_| probe(&directory)).await;
        if probed.is_err() {
            return Err(ProblemResponse::unready(format!(
                "{name}: its disk takes no more"
            )));
        }
    }
    Ok("ready\n")
}

/// Whether a file can be written here. It has no name, so that nobody ever finds it.
fn probe(directory: &Path) -> OfficeResult<()> {
    use std::io::Write as _;
    let written = tempfile::tempfile_in(directory).and_then(|mut file| file.write_all(&[0; 4096]));
    written.map_err(|error| Error::io("write to", directory, error))
}

/// What it has counted: for processes of this machine that ask for themselves, and for those who have a token.
pub(super) async fn metrics(
    State(service): State<Arc<Service>>,
    mut parts: Parts,
) -> Result<Response, ProblemResponse> {
    let Some(event) = service.events.first() else {
        return Err(ProblemResponse::not_found());
    };
    let site = Site {
        event: Arc::clone(event),
        service: Arc::clone(&service),
    };
    let Ok(caller) = Caller::from_request_parts(&mut parts, &site).await;
    if !caller.is_direct {
        Manager::from_request_parts(&mut parts, &site).await?;
    }
    let mut seen: Vec<(Arc<Event>, Seen)> = Vec::new();
    for event in &service.events {
        seen.push((Arc::clone(event), event.reader.read().await));
    }
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    let page = service.metrics.page(&seen);
    let page = page.map_err(|error| ProblemResponse::of(&error))?;
    Ok((kind, page).into_response())
}
