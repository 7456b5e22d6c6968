//! The description of the API, made of its code: what `openapi.json` must say. Made by a test only, so that no program is
//! built with what makes it.

use std::{env, fs};

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi as Description, RefOr};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::openapi::DESCRIPTION;
use super::{audit, cancel, event, holds, management, sale, sales, sell, stream};
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
struct Document;

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

fn described() -> String {
    let (_, mut document) = OpenApiRouter::<Site>::with_openapi(Document::openapi())
        .routes(routes!(event::event))
        .routes(routes!(sell::sell, sales::sales))
        .routes(routes!(sale::sale))
        .routes(routes!(cancel::cancel))
        .routes(routes!(holds::hold))
        .routes(routes!(holds::confirm))
        .routes(routes!(holds::release))
        .routes(routes!(management::adjust))
        .routes(routes!(management::close))
        .routes(routes!(management::reopen))
        .routes(routes!(audit::audit))
        .routes(routes!(stream::stream))
        .split_for_parts();
    describe_keys(&mut document);
    document.to_pretty_json().unwrap() + "\n"
}

/// With `TICKETS_DESCRIBE=1` in the environment, it is written anew: `TICKETS_DESCRIBE=1 cargo test --lib description`.
#[test]
fn the_description_is_what_the_code_says() {
    let described = described();
    if env::var_os("TICKETS_DESCRIBE").is_some() {
        let place = concat!(env!("CARGO_MANIFEST_DIR"), "/src/serve/api/openapi.json");
        fs::write(place, described).unwrap();
        return;
    }
    assert!(
        described == DESCRIPTION,
        "src/serve/api/openapi.json is not what the code says: TICKETS_DESCRIBE=1 cargo test --lib description"
    );
}
