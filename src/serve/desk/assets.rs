//! The style sheets and the script of the desk.

use axum::Router;

use crate::guest_list;
use crate::serve::page::{Asset, assets_of};

const CSS: (&str, &str) = ("css", "text/css; charset=utf-8");

pub(super) const DESK_STYLE: Asset = Asset::new("desk", CSS, include_str!("desk.css"));

pub(super) const DESK_SCRIPT: Asset = Asset::new(
    "desk",
    ("js", "text/javascript; charset=utf-8"),
    include_str!("desk.js"),
);

/// Of the door list, which is printed.
pub(super) const DOOR_STYLE: Asset = Asset::new("door", CSS, guest_list::STYLE);

/// What stands above it on a screen only.
pub(super) const DOOR_BAR_STYLE: Asset = Asset::new("door-bar", CSS, include_str!("door.css"));

/// The paths of all of them.
pub(in crate::serve) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    assets_of([DESK_STYLE, DESK_SCRIPT, DOOR_STYLE, DOOR_BAR_STYLE])
}
