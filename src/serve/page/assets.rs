//! The one style sheet, the one script and the icon of the pages. Each is at a path that changes with what it holds, so that
//! a browser may keep it for ever.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use xxhash_rust::xxh3::xxh3_64;

/// A file of the pages.
#[derive(Debug, Clone, Copy)]
pub(in crate::serve) struct Asset {
    name: &'static str,
    end: &'static str,
    kind: &'static str,
    text: &'static str,
}

pub(in crate::serve) const STYLE: Asset = Asset {
    name: "page",
    end: "css",
    kind: "text/css; charset=utf-8",
    text: include_str!("page.css"),
};

pub(super) const SCRIPT: Asset = Asset {
    name: "page",
    end: "js",
    kind: "text/javascript; charset=utf-8",
    text: include_str!("page.js"),
};

pub(in crate::serve) const ICON: Asset = Asset {
    name: "icon",
    end: "svg",
    kind: "image/svg+xml",
    text: include_str!("icon.svg"),
};

impl Asset {
    /// A file of another part of the service, called so, with what is behind the dot and of which kind that is.
    pub(in crate::serve) const fn new(
        name: &'static str,
        (end, kind): (&'static str, &'static str),
        text: &'static str,
    ) -> Self {
        Self {
            name,
            end,
            kind,
            text,
        }
    }

    fn sum(self) -> String {
        format!("{:016x}", xxh3_64(self.text.as_bytes()))
    }

    /// Where it is, below the path of the service.
    pub(in crate::serve) fn path(self) -> String {
        format!("/page/{}-{}.{}", self.name, self.sum(), self.end)
    }

    fn answer(self, headers: &HeaderMap) -> Response {
        let tag = format!("\"{}\"", self.sum());
        let known = headers.get(IF_NONE_MATCH).is_some_and(|sent| *sent == *tag);
        let about = [
            (ETAG, tag),
            (
                CACHE_CONTROL,
                "public, max-age=31536000, immutable".to_owned(),
            ),
            (CONTENT_TYPE, self.kind.to_owned()),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, about).into_response();
        }
        (about, self.text).into_response()
    }
}

/// The paths of those of the pages.
pub(in crate::serve) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    routes_of([STYLE, SCRIPT, ICON])
}

/// The paths of these.
pub(in crate::serve) fn routes_of<S: Clone + Send + Sync + 'static>(
    assets: impl IntoIterator<Item = Asset>,
) -> Router<S> {
    assets.into_iter().fold(Router::new(), |router, asset| {
        let answer = async move |headers: HeaderMap| asset.answer(&headers);
        router.route(&asset.path(), get(answer))
    })
}
