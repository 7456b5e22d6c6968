//! Which changes are listed, and what they come to.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::super::args::SalesArgs;
use super::super::settings::changes_in_words;
use crate::office::{Changed, EventSettings};
use crate::{BoxOffice, Result};

/// What all changes that are asked for come to, also those that a limit leaves out.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub(super) struct ChangeTotal {
    pub(super) changes: u64,
    pub(super) cancelled: u64,
    pub(super) adjusted: i64,
}

/// A change that is shown when all are read.
#[derive(Serialize)]
pub(super) struct KeptChange {
    pub(super) at: String,
    pub(super) change: &'static str,
    pub(super) quantity: i64,
    pub(super) left: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sale: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) buyer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    /// The settings that were changed, as they were from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) set: Option<serde_json::Map<String, Value>>,
    /// The same for people.
    #[serde(skip)]
    pub(super) what: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
}

/// Those since then, and of more than the limit the last.
pub(super) fn wanted(
    office: &BoxOffice,
    arguments: &SalesArgs,
) -> Result<(VecDeque<KeptChange>, ChangeTotal)> {
    let limit = arguments.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut kept = VecDeque::new();
    let mut total = ChangeTotal::default();
    office.changes(arguments.name.as_deref(), &mut |change| {
        let at = || change.at.parse::<Timestamp>();
        let is_old = |since| at().is_ok_and(|at| at < since);
        if arguments.since.is_some_and(is_old) {
            return ControlFlow::Continue(());
        }
        total.changes += 1;
        if change.sale.is_some() {
            let cancelled = change.quantity.unsigned_abs();
            total.cancelled = total.cancelled.saturating_add(cancelled);
        } else {
            total.adjusted = total.adjusted.saturating_add(change.quantity);
        }
        kept.push_back(KeptChange::of(change));
        if kept.len() > limit {
            kept.pop_front();
        }
        ControlFlow::Continue(())
    })?;
    Ok((kept, total))
}

impl KeptChange {
    fn of(change: &Changed<'_>) -> Self {
        Self {
            at: change.at.to_owned(),
            change: change.change,
            quantity: change.quantity,
            left: change.left,
            sale: change.sale.map(str::to_owned),
            buyer: change.buyer.map(str::to_owned),
            was: change.was.map(str::to_owned),
            set: change.settings.map(set),
            what: match (change.was, change.settings) {
                (Some(was), _) => format!("was {was}"),
                (None, Some(settings)) => changes_in_words(settings),
                (None, None) => String::new(),
            },
            reason: change.reason.map(str::to_owned),
            by: change.by.map(str::to_owned),
        }
    }

    /// `+5`, `-10`; of a cancellation the number alone; nothing where no ticket moves.
    pub(super) fn signed(&self) -> String {
        match (&self.sale, self.quantity) {
            (_, 0) => String::new(),
            (Some(_), cancelled) => cancelled.to_string(),
            (None, moved) => format!("{moved:+}"),
        }
    }
}

/// The members that were changed, as they are afterwards.
fn set([before, after]: [&EventSettings; 2]) -> serde_json::Map<String, Value> {
    let members = |settings: &EventSettings| match serde_json::to_value(settings) {
        Ok(Value::Object(members)) => members,
        _ => serde_json::Map::new(),
    };
    let was = members(before);
    let mut set = members(after);
    set.retain(|name, value| was.get(name) != Some(value));
    set
}
