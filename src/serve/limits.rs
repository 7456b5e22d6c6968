//! Limits by address: how many orders one may give in a minute, and how many wrong tokens and keys.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::ProblemResponse;

/// How many wrong tokens and keys an address may send in a minute.
const GUESSES: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

type ByAddress = DefaultKeyedRateLimiter<IpAddr>;

/// The limits, and what was counted.
#[derive(Debug)]
pub(super) struct Limits {
    orders: Option<ByAddress>,
    guesses: ByAddress,
    /// Until when no token and no key of an address is looked at.
    blocked: Mutex<HashMap<IpAddr, Instant>>,
    clock: DefaultClock,
}

impl Limits {
    /// So many orders a minute; `None`: no limit.
    pub(super) fn new(orders: Option<NonZeroU32>) -> Self {
        let a_minute = |most| RateLimiter::keyed(Quota::per_minute(most));
        Self {
            orders: orders.map(a_minute),
            guesses: a_minute(GUESSES),
            blocked: Mutex::default(),
            clock: DefaultClock::default(),
        }
    }

    /// One more order of this address, where it is counted.
    pub(super) fn order(&self, address: Option<IpAddr>) -> Result<(), ProblemResponse> {
        match &self.orders {
            Some(orders) => self.wait(orders, address).map_err(too_many),
            None => Ok(()),
        }
    }

    /// Whether a token or a key of this address is looked at at all: else a right guess would tell itself from others. Keys that
    /// the page has made are looked at all the same: nobody guesses them.
    pub(super) fn may_guess(&self, address: Option<IpAddr>) -> Result<(), ProblemResponse> {
        let Some(address) = address else {
            return Ok(());
        };
        let blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        let until = blocked.get(&network(address)).copied();
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        match left.filter(|left| !left.is_zero()) {
            Some(left) => Err(too_many(left)),
            None => Ok(()),
        }
    }

    /// One more wrong token or key of this address.
    pub(super) fn guessed(&self, address: Option<IpAddr>) {
        if let (Err(wait), Some(address)) = (self.wait(&self.guesses, address), address) {
            let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
            blocked.insert(network(address), Instant::now() + wait);
        }
    }

    fn wait(&self, limit: &ByAddress, address: Option<IpAddr>) -> Result<(), Duration> {
        let Some(address) = address else {
            return Ok(());
        };
        let counted = limit.check_key(&network(address));
        counted.map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Forgets those who have not come again.
    pub(super) fn forget_old(&self) {
        for limit in self.orders.iter().chain([&self.guesses]) {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
        let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
        blocked.retain(|_, until| *until > Instant::now());
    }
}

fn too_many(wait: Duration) -> ProblemResponse {
    ProblemResponse::too_many_requests(wait.as_secs().saturating_add(1))
}

/// What counts as one address: of IPv6 the half that a provider gives to one customer.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}
