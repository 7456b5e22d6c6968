//! What a program is called in the plot, and its colour.

use crate::sales::peer::Peer;

/// What a program is called for those who do not know its settings.
pub(super) fn plain(peer: Peer) -> String {
    let label = peer.label();
    match peer {
        Peer::Ours | Peer::Lmdb => label.to_owned(),
        Peer::OursProcess => "tickets, not durable".to_owned(),
        Peer::SqliteFull => "SQLite (synchronous = FULL)".to_owned(),
        Peer::SqliteOff => "SQLite (synchronous = OFF)".to_owned(),
        Peer::LmdbNoSync => "LMDB (NO_SYNC)".to_owned(),
        Peer::Append => "one append and its sync".to_owned(),
        Peer::Overwrite => "one overwrite and its sync".to_owned(),
    }
}

/// The same with either promise.
pub(super) fn colour(peer: Peer) -> &'static str {
    match peer {
        Peer::Ours | Peer::OursProcess => "#e8590c",
        Peer::SqliteFull | Peer::SqliteOff => "#228be6",
        Peer::Lmdb | Peer::LmdbNoSync => "#37a34a",
        Peer::Append => "#9c6ade",
        Peer::Overwrite => "#c2588f",
    }
}
