//! The description of the API, made of its code.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi as Description, RefOr, Server};
use utoipa::{Modify, OpenApi};

use crate::serve::keys::{IDEMPOTENCY_KEY, SALE_KEY};
use crate::serve::service::Site;

/// What stands above the requests.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "tickets",
        description = "A limited stock, sold over HTTP. An order carries an Idempotency-Key: sent again with the same one, it is done once."
    ),
    tags(
        (name = "event", description = "What there is"),
        (name = "sales", description = "Buying"),
        (name = "holds", description = "Keeping tickets for a time"),
        (name = "management", description = "For those who have a token")
    ),
    modifiers(&BearerScheme)
)]
pub(super) struct Document;

/// How a token is sent.
struct BearerScheme;

impl Modify for BearerScheme {
    fn modify(&self, document: &mut Description) {
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", scheme);
    }
}

/// A key, bare or in quotes: as `keys.rs` reads it.
const KEY: &str = concat!(
    r#"^((?!p-)[!#-~]([ -~]{0,254}[!-~])?"#,
    r#"|"(?!p-)[!#-~]([ -~]{0,254}[!-~])?")$"#
);

/// What a key is, wherever one is sent.
fn describe_keys(document: &mut Description) {
    let key = || {
        let text = ObjectBuilder::new().schema_type(Type::String);
        text.pattern(Some(KEY)).build()
    };
    for path in document.paths.paths.values_mut() {
        let operations = [&mut path.get, &mut path.post, &mut path.delete];
        let parameters = operations.into_iter().flatten();
        for parameter in parameters.flat_map(|it| it.parameters.iter_mut().flatten()) {
            let name = parameter.name.to_ascii_lowercase();
            if [IDEMPOTENCY_KEY, SALE_KEY].contains(&name.as_str()) {
                parameter.schema = Some(RefOr::T(Schema::Object(key())));
            }
        }
    }
}

/// The description, with where this event is served.
pub(super) fn text(mut document: Description, site: &Site) -> Bytes {
    describe_keys(&mut document);
    let place = format!("{}{}", site.service.public_url, site.event.prefix);
    let place = if place.is_empty() { "/" } else { &place };
    document.servers = Some(vec![Server::new(place)]);
    Bytes::from(document.to_json().unwrap_or_default())
}

pub(super) fn answer(text: Bytes) -> Response {
    let kind = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (kind, text).into_response()
}
