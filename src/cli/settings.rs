//! By what an event is sold: what the command line changes of it, and how people are told.

use super::args::SettingsArgs;
use super::clock::{here, is_past};
use super::screen::Screen;
use crate::office::EventSettings;
use crate::shown;
use crate::span::span;

/// The settings with what the command line changes of them.
pub(super) fn changed(mut settings: EventSettings, by: &SettingsArgs) -> EventSettings {
    let text = |text: &String| (!text.is_empty()).then(|| text.clone());
    let limit = |limit: u64| (limit > 0).then_some(limit);
    if let Some(title) = &by.title {
        settings.title = text(title);
    }
    if let Some(date) = &by.date {
        settings.date = text(date);
    }
    if let Some(most) = by.max_per_sale {
        settings.max_per_sale = limit(most);
    }
    if let Some(most) = by.max_per_buyer {
        settings.max_per_buyer = limit(most);
    }
    if let Some(time) = by.hold {
        settings.hold = span(time);
    }
    if let Some(from) = &by.from {
        settings.from = text(from);
    }
    if let Some(until) = &by.until {
        settings.until = text(until);
    }
    settings
}

/// What an event is sold by, for people.
pub(super) fn in_words(event: &EventSettings) -> String {
    let told = told(event).into_iter();
    let words = told.filter_map(|(what, _, value)| Some(format!("{what} {}", value?)));
    words.collect::<Vec<_>>().join(", ")
}

/// From when until when it is on sale, for people; `None`: at any time.
pub(super) fn times(event: &EventSettings) -> Option<String> {
    let told = told(event).into_iter();
    let times = told.filter(|(what, ..)| what.starts_with("on sale"));
    let words: Vec<_> = times
        .filter_map(|(what, _, value)| Some(format!("{what} {}", value?)))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// For how long tickets are held, for people.
fn hold(time: &str) -> String {
    match humantime::parse_duration(time) {
        Ok(time) if time.is_zero() => {
            "no time (due at once, unless 'hold --for' says how long)".to_owned()
        }
        Ok(time) => span(time),
        Err(_) => shown(time),
    }
}

/// What was changed from these settings to those, for people.
pub(super) fn changes_in_words([before, after]: [&EventSettings; 2]) -> String {
    let both = told(before).into_iter().zip(told(after));
    let words = both.filter_map(|((_, _, was), (what, without, value))| match (was, value) {
        (was, value) if was == value => None,
        (None, Some(value)) => Some(format!("{what} {value}")),
        (Some(was), Some(value)) => Some(format!("{what} {value}, was {was}")),
        (was, None) => Some(format!("{without}, was {}", was.unwrap_or_default())),
    });
    words.collect::<Vec<_>>().join("; ")
}

/// What somebody should know whose sale is over by these settings.
pub(super) fn past_end(event: &EventSettings, screen: &Screen) -> Option<String> {
    let until = event.until.as_deref()?;
    if !is_past(until) {
        return None;
    }
    let without = screen.command("set --until=");
    let until = here(until);
    Some(format!(
        "the sale is over: {until} is past; {without} takes that end away"
    ))
}

/// Each setting: what it says, what is said without it, and its value.
fn told(event: &EventSettings) -> [(&'static str, &'static str, Option<String>); 7] {
    let text = |text: &Option<String>| text.as_deref().map(shown);
    let most = |most: Option<u64>| most.map(|most| most.to_string());
    let moment = |at: &Option<String>| at.as_deref().map(here);
    [
        ("title", "no title", text(&event.title)),
        ("date", "no date", text(&event.date)),
        (
            "at most per sale",
            "no limit per sale",
            most(event.max_per_sale),
        ),
        (
            "at most per buyer",
            "no limit per buyer",
            most(event.max_per_buyer),
        ),
        ("holds for", "", Some(hold(&event.hold))),
        ("on sale from", "on sale at once", moment(&event.from)),
        (
            "on sale until",
            "on sale without an end",
            moment(&event.until),
        ),
    ]
}
