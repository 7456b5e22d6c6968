//! Metrics, as Prometheus reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::{
    HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder,
};

use super::event::Event;
use super::failure;
use super::reader::Seen;
use crate::error::Result;

/// The bounds of how long requests take, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 4.0, 10.0];

/// What is counted.
pub(super) struct Metrics {
    registry: Registry,
    seconds: HistogramVec,
    answers: IntCounterVec,
    left: IntGaugeVec,
    sold: IntGaugeVec,
    held: IntGaugeVec,
    queue: IntGaugeVec,
    sound: IntGaugeVec,
    pub(super) requests: RequestNumbers,
}

/// Counts the requests of this process.
#[derive(Debug, Default)]
pub(super) struct RequestNumbers(AtomicU64);

impl RequestNumbers {
    /// The next one, as the log names it.
    pub(super) fn next(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{}-{number}", std::process::id())
    }
}

impl Metrics {
    pub(super) fn new() -> Result<Self> {
        Self::registered().map_err(|error| failure::part("count", &error))
    }

    fn registered() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let seconds = HistogramOpts::new(
            "tickets_request_seconds",
            "How long requests took, in seconds",
        )
        .buckets(SECONDS.to_vec());
        let gauge = |name: &str, help: &str| {
            register(
                &registry,
                IntGaugeVec::new(Opts::new(name, help), &["event"])?,
            )
        };
        Ok(Self {
            seconds: register(&registry, HistogramVec::new(seconds, &["method", "route"])?)?,
            answers: register(
                &registry,
                IntCounterVec::new(
                    Opts::new("tickets_requests_total", "Requests that were answered"),
                    &["method", "route", "status"],
                )?,
            )?,
            left: gauge("tickets_left", "Tickets that can be bought")?,
            sold: gauge("tickets_sold", "Tickets that are sold")?,
            held: gauge("tickets_held", "Tickets that are held")?,
            queue: gauge("tickets_queue", "Orders that wait for a clerk")?,
            sound: gauge(
                "tickets_sound",
                "1 while the event's files can be read, else 0",
            )?,
            requests: RequestNumbers::default(),
            registry,
        })
    }

    /// One more request, answered with this status in such a time.
    pub(super) fn answered(&self, method: &'static str, route: &str, status: u16, time: Duration) {
        self.seconds
            .with_label_values(&[method, route])
            .observe(time.as_secs_f64());
        self.answers
            .with_label_values(&[method, route, &status.to_string()])
            .inc();
    }

    /// All of it, with what the events hold by now.
    pub(super) fn page(&self, events: &[(Arc<Event>, Seen)]) -> Result<String> {
        for (event, seen) in events {
            let set = |gauge: &IntGaugeVec, value: u64| {
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                gauge.with_label_values(&[&event.name]).set(value);
            };
            set(&self.queue, event.clerks.waiting() as u64);
            set(&self.sound, u64::from(seen.is_ok()));
            if let Ok(count) = seen {
                set(&self.left, count.state.left);
                set(&self.sold, count.state.sold);
                set(&self.held, count.state.held);
            }
        }
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|error| failure::part("tell what was counted", &error))
    }
}

/// A metric that the registry tells, too.
fn register<M: Collector + Clone + 'static>(
    registry: &Registry,
    metric: M,
) -> prometheus::Result<M> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
