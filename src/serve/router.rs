//! Which path leads where.

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router, middleware};
use serde::Serialize;

use super::problem::ProblemResponse;
use super::service::{Service, Site};
use super::{admission, api, health, request_log};

/// All paths of the service: one event at `/`, several at `/NAME/` each.
pub(super) fn of(service: &Arc<Service>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics));
    let is_alone = service.events.len() == 1;
    if !is_alone {
        let list = list(service);
        router = router.route("/", get(move || async move { Json(list) }));
    }
    let mut router = router.with_state(Arc::clone(service));
    for event in &service.events {
        let site = Site {
            service: Arc::clone(service),
            event: Arc::clone(event),
        };
        let counted = middleware::from_fn_with_state(site.clone(), admission::admit);
        let event = api::routes(&site).layer(counted).with_state(site.clone());
        router = if is_alone {
            router.merge(event)
        } else {
            router.nest(&site.event.prefix, event)
        };
    }
    let log = middleware::from_fn_with_state(Arc::clone(service), request_log::log);
    router
        .fallback(async || ProblemResponse::not_found())
        .method_not_allowed_fallback(async || ProblemResponse::method_not_allowed())
        .layer(log)
}

/// The events, where there are several.
#[derive(Debug, Clone, Serialize)]
struct EventList {
    events: Vec<ListedEvent>,
}

#[derive(Debug, Clone, Serialize)]
struct ListedEvent {
    name: String,
    url: String,
}

fn list(service: &Service) -> EventList {
    let listed = |event: &Arc<super::event::Event>| ListedEvent {
        name: event.name.clone(),
        url: format!("{}{}/", service.public_url, event.prefix),
    };
    EventList {
        events: service.events.iter().map(listed).collect(),
    }
}
