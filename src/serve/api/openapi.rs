//! The description of the API: made of its code by `description.rs`, a test, and kept beside it.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::serve::service::Site;

/// The description, but for where the event is served.
pub(super) const DESCRIPTION: &str = include_str!("openapi.json");

/// What a description says of the bodies.
#[derive(Deserialize)]
struct Described {
    components: Components,
}

#[derive(Deserialize)]
struct Components {
    schemas: HashMap<String, Value>,
}

/// What is said of the body with this name; null where nothing is.
pub(in crate::serve) fn schema(name: &str) -> Value {
    let described = serde_json::from_str::<Described>(DESCRIPTION);
    let schemas = described.map(|it| it.components.schemas);
    schemas.unwrap_or_default().remove(name).unwrap_or_default()
}

/// The description, with where this event is served.
pub(super) fn text(site: &Site) -> Bytes {
    let place = format!("{}{}", site.service.public_url, site.event.prefix);
    let place = if place.is_empty() { "/" } else { &place };
    let mut document: Value = serde_json::from_str(DESCRIPTION).unwrap_or_default();
    if let Some(members) = document.as_object_mut() {
        members.insert("servers".to_owned(), json!([{ "url": place }]));
    }
    Bytes::from(document.to_string())
}

pub(super) fn answer(text: Bytes) -> Response {
    let kind = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (kind, text).into_response()
}
