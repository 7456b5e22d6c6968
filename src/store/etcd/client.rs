//! The client: a request to whichever endpoint answers, within a deadline.
//!
//! Every request may be sent again: one that reads changes nothing, and one that writes compares first what it read, so
//! that of two of the same at most one is done.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::Agent;

use super::address::Address;
use super::answer::{AttemptAnswer, AttemptFate};
use super::attempt::{Way, agent, attempt};
use super::deadline::Deadline;
pub(super) use super::failure::Failure;
use super::refusals::refusal;
use super::round::Round;
use super::wire::{Credentials, Failed, Token};
use crate::error::{About, Error, Kind, Result};
use crate::store::file::backoff::outlast;

/// How long an endpoint is waited for that is asked for what takes no time.
const ONE_ENDPOINT: Duration = Duration::from_secs(2);

/// How long to stay away where no endpoint did it: an election takes about a second.
const BETWEEN_ROUNDS: Duration = Duration::from_millis(50);

/// Speaks to a cluster.
#[derive(Debug, Clone)]
pub(super) struct Client {
    agent: Agent,
    address: Address,
    place: PathBuf,
    password: Option<String>,
    /// How long one endpoint is waited for while there are others to ask.
    patience: Duration,
    /// The endpoint that answered last.
    preferred: Cell<usize>,
    token: RefCell<Option<String>>,
}

impl Client {
    /// Of this cluster. Nothing is sent yet.
    pub(super) fn new(address: Address, password: Option<String>) -> Result<Self> {
        Ok(Self {
            agent: agent(&address)?,
            place: address.shown(),
            address,
            password,
            patience: ONE_ENDPOINT,
            preferred: Cell::new(0),
            token: RefCell::new(None),
        })
    }

    /// Another one of the same cluster, for another thread.
    pub(super) fn again(&self) -> Result<Self> {
        Self::new(self.address.clone(), self.password.clone())
    }

    /// One that waits so long for an endpoint, and goes on with our connections, for another thread.
    pub(super) fn patient(&self, patience: Duration) -> Self {
        Self {
            patience,
            ..self.clone()
        }
    }

    /// Asks another endpoint first from now on.
    pub(super) fn turn_away(&self) {
        let next = self.preferred.get() + 1;
        self.preferred
            .set(next % self.address.endpoints.len().max(1));
    }

    /// The event's address, for messages.
    pub(super) fn place(&self) -> &Path {
        &self.place
    }

    /// How the endpoint that answered last is asked this.
    pub(super) fn way(&self, call: &str) -> Way {
        let endpoints = &self.address.endpoints;
        let endpoint = endpoints.get(self.preferred.get());
        Way {
            agent: self.agent.clone(),
            url: self.address.url(endpoint.map_or("", String::as_str), call),
            token: self.token.borrow().clone(),
        }
    }

    /// Sends a request until an endpoint has answered it, or the deadline is over.
    pub(super) fn call<A: DeserializeOwned>(
        &self,
        call: &str,
        body: &impl Serialize,
        deadline: Deadline,
    ) -> std::result::Result<A, Failure> {
        let deadline = deadline.of_this_request();
        let body =
            serde_json::to_vec(body).map_err(|error| self.failure(&error.to_string(), false))?;
        let mut unsure = false;
        let mut before = None;
        loop {
            let round = match self.round(call, &body, deadline)? {
                Ok(answer) => return Ok(answer),
                Err(round) => round,
            };
            unsure |= round.unsure;
            // That the time was over says less than what came of the same question before.
            let whys = before.take().filter(|_| round.is_late());
            let whys = whys.unwrap_or(round.whys);
            if round.unreachable || Instant::now() + BETWEEN_ROUNDS >= deadline {
                return Err(self.failure(&whys.join("; "), unsure));
            }
            before = Some(whys);
            outlast(BETWEEN_ROUNDS);
        }
    }

    /// Asks each endpoint once, the one that answered last first.
    fn round<A: DeserializeOwned>(
        &self,
        call: &str,
        body: &[u8],
        deadline: Instant,
    ) -> std::result::Result<std::result::Result<A, Round>, Failure> {
        let endpoints = &self.address.endpoints;
        let mut round = Round {
            whys: Vec::new(),
            unsure: false,
            unreachable: true,
        };
        for step in 0..endpoints.len() {
            let at = (self.preferred.get() + step) % endpoints.len();
            let Some(endpoint) = endpoints.get(at) else {
                continue;
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                round.whys.push(format!(
                    "{endpoint}: no answer in time, for none was left to ask it"
                ));
                continue;
            }
            let is_last = step + 1 == endpoints.len();
            let limit = if is_last {
                left
            } else {
                left.min(self.patience)
            };
            let (why, fate) = match self.ask(endpoint, call, body, (limit, deadline))? {
                AttemptAnswer::Done(answer) => match serde_json::from_slice(&answer) {
                    Ok(answer) => {
                        self.preferred.set(at);
                        return Ok(Ok(answer));
                    }
                    Err(_) => ("it answers as no etcd does".to_owned(), AttemptFate::Unsure),
                },
                AttemptAnswer::Refused(failed) => return Err(self.refused(endpoint, &failed)),
                AttemptAnswer::Failed { why, fate } => (why, fate),
            };
            round.unsure |= fate == AttemptFate::Unsure;
            round.unreachable &= fate == AttemptFate::Unsent;
            round.whys.push(format!("{endpoint}: {why}"));
        }
        Ok(Err(round))
    }

    /// Asks one endpoint, as the user if there is one: a token of it is good for some minutes.
    fn ask(
        &self,
        endpoint: &str,
        call: &str,
        body: &[u8],
        (limit, deadline): (Duration, Instant),
    ) -> std::result::Result<AttemptAnswer, Failure> {
        let url = self.address.url(endpoint, call);
        let Some(user) = &self.address.user else {
            return Ok(attempt(&self.agent, &url, None, body, limit));
        };
        for is_again in [false, true] {
            if self.token.borrow().is_none() {
                match self.authenticate(endpoint, user, limit)? {
                    Ok(token) => *self.token.borrow_mut() = Some(token),
                    Err(answer) => return Ok(answer),
                }
            }
            let left = limit.min(deadline.saturating_duration_since(Instant::now()));
            let token = self.token.borrow().clone();
            let answer = attempt(&self.agent, &url, token.as_deref(), body, left);
            match answer {
                // It has ended, or is that of another node.
                AttemptAnswer::Refused(failed)
                    if !is_again && failed.message.contains("invalid auth token") =>
                {
                    *self.token.borrow_mut() = None;
                }
                answer => return Ok(answer),
            }
        }
        Ok(AttemptAnswer::Failed {
            why: "it takes none of its own tokens".to_owned(),
            fate: AttemptFate::Unsent,
        })
    }

    fn authenticate(
        &self,
        endpoint: &str,
        user: &str,
        limit: Duration,
    ) -> std::result::Result<std::result::Result<String, AttemptAnswer>, Failure> {
        let credentials = Credentials {
            name: user,
            password: self.password.as_deref().unwrap_or_default(),
        };
        let body = serde_json::to_vec(&credentials).unwrap_or_default();
        let url = self.address.url(endpoint, "auth/authenticate");
        match attempt(&self.agent, &url, None, &body, limit) {
            AttemptAnswer::Done(answer) => match serde_json::from_slice::<Token>(&answer) {
                Ok(token) => Ok(Ok(token.token)),
                Err(_) => Err(self.failure(&format!("{endpoint}: it gives no token"), false)),
            },
            AttemptAnswer::Refused(failed) => Err(self.refused(endpoint, &failed)),
            AttemptAnswer::Failed { why, .. } => {
                let fate = AttemptFate::Unsent;
                Ok(Err(AttemptAnswer::Failed { why, fate }))
            }
        }
    }

    fn refused(&self, endpoint: &str, failed: &Failed) -> Failure {
        Failure {
            error: Box::new(refusal(&self.place, endpoint, failed)),
            unsure: false,
            compacted: failed.message.contains("has been compacted"),
        }
    }

    fn failure(&self, why: &str, unsure: bool) -> Failure {
        let message = format!("the cluster did not do it in time: {why}");
        let error = Error::new(Kind::Io, message).at(&self.place, 0, 0);
        let error = error.about(About::Unreachable).hint(
            "'etcdctl endpoint health --cluster' says which of its nodes are well; more than half of them must be; wait \
             longer with --wait 2m",
        );
        Failure {
            error: Box::new(error),
            unsure,
            compacted: false,
        }
    }
}
