//! Sessions of those who have logged in at the desk.
//!
//! Invariant: what a browser proves its session with is kept nowhere: the service has its digest. All of them end with it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::secret::{SecretDigest, is_digits, random_digits};
use crate::error::Result;

/// How long one lasts at most, however it is used.
pub(super) const LONGEST: Duration = Duration::from_secs(12 * 3600);

/// So many are open with one token; one more ends the one that was not used for longest.
const OF_ONE_TOKEN: usize = 32;

/// The sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    /// How long one lasts that is not used.
    idle: Duration,
    open: Mutex<HashMap<SecretDigest, Session>>,
}

#[derive(Debug)]
struct Session {
    /// The token's name.
    name: String,
    begun: Instant,
    used: Instant,
}

impl Sessions {
    pub(super) fn new(idle: Duration) -> Self {
        Self {
            idle,
            open: Mutex::default(),
        }
    }

    /// Begins one for who has the token of this name. Returns what it is proved with.
    pub(super) fn begin(&self, name: &str, now: Instant) -> Result<String> {
        let secret = random_digits()?;
        let mut open = self.open();
        open.retain(|_, session| session.goes_on(now, self.idle));
        let own = open.iter().filter(|(_, session)| session.name == name);
        let own: Vec<_> = own
            .map(|(digest, session)| (session.used, *digest))
            .collect();
        if own.len() >= OF_ONE_TOKEN
            && let Some((_, oldest)) = own.iter().min_by_key(|(used, _)| *used)
        {
            open.remove(oldest);
        }
        let session = Session {
            name: name.to_owned(),
            begun: now,
            used: now,
        };
        open.insert(digest(&secret), session);
        Ok(secret)
    }

    /// Whose session is proved with this; it counts as used. `None`: no such session is open.
    pub(super) fn name_of(&self, secret: &str, now: Instant) -> Option<String> {
        if !is_digits(secret) {
            return None;
        }
        let digest = digest(secret);
        let mut open = self.open();
        let session = open.get_mut(&digest)?;
        if session.goes_on(now, self.idle) {
            session.used = now;
            return Some(session.name.clone());
        }
        open.remove(&digest);
        None
    }

    pub(super) fn end(&self, secret: &str) {
        self.open().remove(&digest(secret));
    }

    /// Forgets those that are over.
    pub(super) fn forget_old(&self) {
        let now = Instant::now();
        self.open()
            .retain(|_, session| session.goes_on(now, self.idle));
    }

    fn open(&self) -> MutexGuard<'_, HashMap<SecretDigest, Session>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn goes_on(&self, now: Instant, idle: Duration) -> bool {
        now.saturating_duration_since(self.used) < idle
            && now.saturating_duration_since(self.begun) < LONGEST
    }
}

fn digest(secret: &str) -> SecretDigest {
    SecretDigest::of("session", secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn one_ends_when_it_is_not_used_and_after_a_time_however_it_is_used() {
        let (sessions, start) = (Sessions::new(30 * MINUTE), Instant::now());
        let idle = sessions.begin("carol", start).unwrap();
        let used = sessions.begin("carol", start).unwrap();
        let name = |secret: &str, minute: u32| sessions.name_of(secret, start + minute * MINUTE);
        assert_eq!(name(&idle, 29).as_deref(), Some("carol"));
        assert_eq!(name(&idle, 58).as_deref(), Some("carol"));
        assert_eq!(name(&idle, 88), None);
        assert_eq!(name(&idle, 60), None, "it has ended for good");
        for minute in (0..720).step_by(20) {
            assert!(name(&used, minute).is_some(), "{minute}");
        }
        assert_eq!(name(&used, 720), None);
        for wrong in ["", "0123456789abcdef0123456789abcdef", "carol"] {
            assert_eq!(name(wrong, 0), None);
        }
    }

    #[test]
    fn there_are_so_many_with_one_token_and_others_are_left_alone() {
        let (sessions, start) = (Sessions::new(30 * MINUTE), Instant::now());
        let other = sessions.begin("dan", start).unwrap();
        let later = |second: u64| start + Duration::from_secs(second);
        let all: Vec<String> = (0..=OF_ONE_TOKEN as u64)
            .map(|second| sessions.begin("carol", later(second)).unwrap())
            .collect();
        let now = later(60);
        assert_eq!(sessions.name_of(&all[0], now), None);
        assert!(
            all[1..]
                .iter()
                .all(|it| sessions.name_of(it, now).is_some())
        );
        assert!(sessions.name_of(&other, now).is_some());
        sessions.end(&all[1]);
        assert_eq!(sessions.name_of(&all[1], now), None);
        assert!(!format!("{sessions:?}").contains(&all[2]));
    }
}
