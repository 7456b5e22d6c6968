//! Clients of the library, each a box office of its own, which sell one after another without a service.

use std::path::Path;
use std::time::{Duration, Instant};

use tickets::BoxOffice;
use tickets::office::{Order, Unobserved};

use crate::Result;

/// How long a sale may wait for a turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many so many clients sell in this time, and in how many seconds.
pub(super) fn sell(event: &str, clients: usize, time: Duration) -> Result<(f64, f64)> {
    let begin = Instant::now();
    let selling = (0..clients).map(|number| {
        let event = event.to_owned();
        std::thread::spawn(move || client(&event, number, begin + time))
    });
    let selling: Vec<_> = selling.collect();
    let mut all = 0.0;
    for client in selling {
        all += client.join().map_err(|_| "a client has panicked")??;
    }
    Ok((all, begin.elapsed().as_secs_f64()))
}

fn client(event: &str, number: usize, end: Instant) -> Result<f64> {
    let problem = |error: tickets::Error| format!("client {number}: {error}");
    let mut office = BoxOffice::at(Path::new(event)).map_err(problem)?;
    let mut sold = 0_u32;
    while Instant::now() < end {
        let key = format!("client-{number}-{sold}");
        let order = Order::new("buyer", 1).key(key.as_str()).wait(PATIENCE);
        office.purchase(&order, &mut Unobserved).map_err(problem)?;
        sold += 1;
    }
    Ok(f64::from(sold))
}
