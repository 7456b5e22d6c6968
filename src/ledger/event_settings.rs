//! What an event is sold by: what its last `set` line says.

use serde::{Deserialize, Serialize};

/// What an event is sold by. `None`: there is none, or no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventSettings {
    /// What it is called.
    pub title: Option<String>,
    /// When it takes place.
    pub date: Option<String>,
    /// The most tickets of one sale.
    pub max_per_sale: Option<u64>,
    /// The most tickets of one buyer.
    pub max_per_buyer: Option<u64>,
    /// How long tickets are held.
    pub hold: String,
    /// From when on it is sold.
    pub from: Option<String>,
    /// Until when it is sold.
    pub until: Option<String>,
}

impl Default for EventSettings {
    fn default() -> Self {
        Self {
            title: None,
            date: None,
            max_per_sale: None,
            max_per_buyer: None,
            hold: "15m".to_owned(),
            from: None,
            until: None,
        }
    }
}
