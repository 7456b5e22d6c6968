//! Which path leads where.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::VARY;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde::Serialize;

use super::page::{self, Language};
use super::service::{Service, Site};
use super::{admission, api, desk, health, request_log};

/// All paths of the service: one event at `/`, several at `/NAME/` each.
pub(super) fn of(service: &Arc<Service>) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(page::assets())
        .merge(desk::assets());
    let is_alone = service.events.len() == 1;
    if !is_alone {
        router = router.route("/", get(events));
    }
    for event in &service.events {
        let site = Site {
            service: Arc::clone(service),
            event: Arc::clone(event),
        };
        let counted = middleware::from_fn_with_state(site.clone(), admission::admit);
        let api = api::routes(&site).layer(counted).with_state(site.clone());
        router = router.merge(page::routes(&site.event.prefix).with_state(site.clone()));
        router = router.merge(desk::routes(&site.event.prefix).with_state(site.clone()));
        router = if is_alone {
            router.merge(api)
        } else {
            router.nest(&site.event.prefix, api)
        };
    }
    let log = middleware::from_fn_with_state(Arc::clone(service), request_log::log);
    router
        .fallback(page::not_found)
        .method_not_allowed_fallback(page::method_not_allowed)
        .layer(log)
        .with_state(Arc::clone(service))
}

/// The events, where there are several: a page for browsers, and a list for programs.
async fn events(
    State(service): State<Arc<Service>>,
    language: Language,
    headers: HeaderMap,
) -> Response {
    if page::wanted(&headers) {
        return page::list(&service, language).await;
    }
    ([(VARY, "accept")], Json(list(&service))).into_response()
}

/// The events, where there are several.
#[derive(Debug, Serialize)]
struct EventList {
    events: Vec<ListedEvent>,
}

#[derive(Debug, Serialize)]
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
