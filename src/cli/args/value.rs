//! Values that several commands take, and how they are written.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PathBufValueParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::picture_kind::PictureKind;
use crate::LockKind;
use crate::office::PAGE_PREFIX;
use crate::rush::HolderPause;

/// Names the event where `-f` does not.
pub(crate) const FILE_VARIABLE: &str = "TICKETS_FILE";

/// The event where neither names one.
pub(crate) const DEFAULT_FILE: &str = "data/tickets.json";

#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// How long to wait for the lock: 500ms, 30s, 2m; a number alone is seconds
    #[arg(long = "wait", value_name = "TIME", default_value = "30s", value_parser = wait_time)]
    pub(crate) limit: Duration,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LockArg {
    /// No lock: a race
    None,
    /// An exclusive lock from the read to the write: correct
    Exclusive,
    /// A shared lock: all hold it at once
    Shared,
    /// A lock on the count itself, which is replaced: the wrong file
    DataFile,
    /// A lock around the write alone: the read is old by then
    WriteOnly,
    /// A mutex between threads (with --threads)
    Mutex,
    /// On a cluster: none, but the write compares what was read, and is tried again: correct
    Cas,
    /// On a cluster: a lock that a lease holds, and a plain write: its holder may have lost it
    Lease,
}

impl From<LockArg> for LockKind {
    fn from(lock: LockArg) -> Self {
        match lock {
            LockArg::None => Self::None,
            LockArg::Exclusive => Self::Exclusive,
            LockArg::Shared => Self::Shared,
            LockArg::DataFile => Self::DataFile,
            LockArg::WriteOnly => Self::WriteOnly,
            LockArg::Mutex => Self::Mutex,
            LockArg::Cas => Self::Cas,
            LockArg::Lease => Self::Lease,
        }
    }
}

/// A whole number within bounds. What the standard library says of others is not for people.
pub(super) fn whole(text: &str, least: u64, most: u64) -> Result<u64, String> {
    match text.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(format!("write a whole number from {least} to {most}")),
    }
}

/// A file for a picture. What its name promises is what is written.
pub(super) fn picture() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(svg_or_html)
}

fn svg_or_html(path: PathBuf) -> Result<PathBuf, String> {
    match PictureKind::of(&path) {
        Some(_) => Ok(path),
        None => Err("write a name that ends in .svg for a picture, or in .html for a page that steps through it".into()),
    }
}

pub(super) fn wanted(text: &str) -> Result<u64, String> {
    whole(text, 1, crate::MAX_STOCK)
}

pub(super) fn stock(text: &str) -> Result<u64, String> {
    whole(text, 0, crate::MAX_STOCK)
}

pub(super) fn seed(text: &str) -> Result<u64, String> {
    whole(text, 0, u64::MAX)
}

pub(super) fn signed(text: &str) -> Result<i64, String> {
    if text.parse() == Ok(0_i64) {
        return Err("that changes nothing".into());
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let example = if text.parse::<u64>().is_ok() {
            text
        } else {
            "5"
        };
        return Err(format!(
            "write +{example} to add so many tickets, or -{example} to take so many away: it is the difference, not how \
             many there are then"
        ));
    }
    match text.parse::<i64>() {
        Ok(number) if number.unsigned_abs() <= crate::MAX_STOCK => Ok(number),
        _ => Err(format!("at most {} can be counted", crate::MAX_STOCK)),
    }
}

pub(super) fn wait_time(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(24 * 3600);
    let seconds = text.parse().map(Duration::from_secs);
    match seconds.or_else(|_| humantime::parse_duration(text)) {
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err("at most 24h is allowed".into()),
        Err(_) => Err("write 0, 500ms, 30s or 2m".into()),
    }
}

/// For how long the holder of a lock is stopped.
pub(super) fn pause(text: &str) -> Result<HolderPause, String> {
    if text == "until-sold" {
        return Ok(HolderPause::UntilSold);
    }
    let why = |_| "write until-sold, or for how long: 500ms, 3s".to_owned();
    wait_time(text).map_err(why).map(HolderPause::For)
}

/// How long a lease lives: etcd knows whole seconds.
pub(super) fn lease(text: &str) -> Result<Duration, String> {
    let why = || "write whole seconds from 1s to 1h".to_owned();
    let time = wait_time(text).map_err(|_| why())?;
    let is_whole = time.subsec_nanos() == 0 && (1..=3600).contains(&time.as_secs());
    is_whole.then_some(time).ok_or_else(why)
}

/// A limit; 0: there is none.
pub(super) fn most(text: &str) -> Result<u64, String> {
    if text.is_empty() || text.eq_ignore_ascii_case("none") {
        return Ok(0);
    }
    text.parse()
        .map_err(|_| "write a whole number; 0 or none for no limit".into())
}

/// How long tickets are held.
pub(super) fn held_for(text: &str) -> Result<Duration, String> {
    const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);
    match humantime::parse_duration(text) {
        Ok(time) if time <= LONGEST => Ok(time),
        Ok(_) => Err("at most 366days is allowed".into()),
        Err(_) if text.parse::<f64>().is_ok() => Err(format!(
            "write its unit, too: {text}m, {text}h or {text}days"
        )),
        Err(_) => Err("write for how long: 15m, 2h or 3days".to_owned()),
    }
}

/// The same for an event, which may hold tickets for no time.
pub(super) fn usually_held_for(text: &str) -> Result<Duration, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(Duration::ZERO);
    }
    held_for(text).map_err(|why| format!("{why}; none: a hold is due at once"))
}
/// A key of somebody's own.
pub(super) fn own_key(text: &str) -> Result<String, String> {
    if text.starts_with(PAGE_PREFIX) {
        return Err(format!(
            "keys that begin with {PAGE_PREFIX} are made by the page of 'tickets serve': take another"
        ));
    }
    Ok(text.to_owned())
}
