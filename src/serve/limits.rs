//! Limits by address: how many orders one may give in a minute, and how many wrong tokens and keys.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::caller::Caller;
use super::problem::ProblemResponse;
use super::service::Site;

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

    /// One more order of this caller.
    pub(super) fn order(&self, caller: &Caller) -> Result<(), ProblemResponse> {
        match &self.orders {
            Some(orders) => self.wait(orders, caller).map_err(too_many),
            None => Ok(()),
        }
    }

    /// Whether a token or a key of this caller is looked at at all: else a right guess would tell itself from others.
    pub(super) fn may_guess(&self, caller: &Caller) -> Result<(), ProblemResponse> {
        let Some(address) = caller.counted else {
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

    /// One more wrong token or key of this caller.
    pub(super) fn guessed(&self, caller: &Caller) {
        if let (Err(wait), Some(address)) = (self.wait(&self.guesses, caller), caller.counted) {
            let mut blocked = self.blocked.lock().unwrap_or_else(PoisonError::into_inner);
            blocked.insert(network(address), Instant::now() + wait);
        }
    }

    fn wait(&self, limit: &ByAddress, caller: &Caller) -> Result<(), Duration> {
        let Some(address) = caller.counted else {
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

/// What changes something is counted, and refused once the service is to end. So is what tries keys of sales.
pub(super) async fn of_requests(
    State(site): State<Site>,
    caller: Caller,
    request: Request,
    next: Next,
) -> Result<Response, ProblemResponse> {
    if [Method::POST, Method::DELETE].contains(request.method()) {
        if site.service.drain.has_begun() {
            return Err(ProblemResponse::draining());
        }
        site.service.limits.order(&caller)?;
    }
    let route = request.extensions().get::<MatchedPath>();
    let is_of_one = route.is_some_and(|route| route.as_str().contains("{id}"));
    let is_by_key = is_of_one && !request.headers().contains_key(AUTHORIZATION);
    if !is_by_key {
        return Ok(next.run(request).await);
    }
    site.service.limits.may_guess(&caller)?;
    let answer = next.run(request).await;
    if answer.status() == StatusCode::NOT_FOUND {
        site.service.limits.guessed(&caller);
    }
    Ok(answer)
}
