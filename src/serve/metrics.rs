//! Metrics, as Prometheus reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use metrics::{counter, gauge, histogram, with_local_recorder};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::event::Event;
use super::failure;
use super::reader::Seen;
use crate::error::Result;

/// The bounds of how long requests take, in seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 1.0, 4.0, 10.0];

/// What is counted.
pub(super) struct Metrics {
    recorder: PrometheusRecorder,
    page: PrometheusHandle,
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
        let builder = PrometheusBuilder::new().set_buckets(&SECONDS);
        let builder = builder.map_err(|error| failure::part("count", &error))?;
        let recorder = builder.build_recorder();
        Ok(Self {
            page: recorder.handle(),
            recorder,
            requests: RequestNumbers::default(),
        })
    }

    /// One more request, answered with this status in such a time.
    pub(super) fn answered(&self, method: &'static str, route: &str, status: u16, time: Duration) {
        let (route, status) = (route.to_owned(), status.to_string());
        with_local_recorder(&self.recorder, || {
            let labels = [("method", method.to_owned()), ("route", route.clone())];
            histogram!("tickets_request_seconds", &labels).record(time);
            counter!("tickets_requests_total", "method" => method, "route" => route, "status" => status)
                .increment(1);
        });
    }

    /// All of it, with what the events hold by now.
    pub(super) fn page(&self, events: &[(Arc<Event>, Seen)]) -> String {
        with_local_recorder(&self.recorder, || {
            for (event, seen) in events {
                let label = || [("event", event.name.clone())];
                gauge!("tickets_queue", &label()).set(event.clerks.waiting() as f64);
                let sound = if seen.is_ok() { 1.0 } else { 0.0 };
                gauge!("tickets_sound", &label()).set(sound);
                if let Ok(count) = seen {
                    gauge!("tickets_left", &label()).set(count.state.left as f64);
                    gauge!("tickets_sold", &label()).set(count.state.sold as f64);
                    gauge!("tickets_held", &label()).set(count.state.held as f64);
                }
            }
        });
        self.page.render()
    }

    /// Adds up what was counted since.
    pub(super) fn keep_tidy(&self) {
        self.page.run_upkeep();
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
