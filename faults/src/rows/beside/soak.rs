//! A long time of sales, refusals, reads and clients that go.

use std::fs;
use std::io::Write as _;

use crate::event::Prepared;
use crate::row::Fault;
use crate::rows::beside::clients::half_an_order;
use crate::rows::beside::judge::{judge, sold};
use crate::service::{Service, order};
use crate::test_event::eventually;

/// Sales of a long time, and of a shorter one for a slice, after some that fill what is kept.
pub(super) const SOAKS: [(&str, usize, bool); 2] =
    [("soak, short", 1_000, true), ("soak, long", 50_000, false)];
const WARM_UP: usize = 500;

/// By how much the service may grow in that time, in KiB: what it knows of each key, and what an allocator keeps.
const GROWTH: u64 = 8 << 10;

/// Sales, refusals, reads and clients that go: memory and descriptors stay as they are.
pub(super) fn soak(prepared: &Prepared, sales: usize) -> Fault {
    let event = prepared.copy();
    assert_eq!(
        event
            .json(&format!(
                "adjust +{} --reason room",
                2 * sales + 2 * WARM_UP
            ))
            .0,
        0
    );
    let service = Service::start(&event, "");
    some(&service, "warm", WARM_UP);
    let before = (descriptors(&service), memory(&service));
    some(&service, "soak", sales);
    eventually("all connections are closed", || {
        (descriptors(&service) <= before.0).then_some(())
    });
    let after = memory(&service);
    assert!(after < before.1 + GROWTH, "{} KiB became {after}", before.1);
    judge(&event, &service);
    Fault::Struck
}

fn some(service: &Service, name: &str, sales: usize) {
    for number in 0..sales {
        sold(service, &format!("{name}-{number}"));
        match number % 4 {
            0 => drop(half_an_order(service, number)),
            1 => assert_eq!(service.look().unwrap().status, 200),
            2 => {
                let mut stream = service.connect().unwrap();
                let order = order(&format!("{name}-gone-{number}"), false);
                stream.write_all(order.as_bytes()).unwrap();
            }
            _ => {}
        }
    }
}

fn descriptors(service: &Service) -> usize {
    fs::read_dir(format!("/proc/{}/fd", service.pid()))
        .unwrap()
        .count()
}

/// What it has of its own, in KiB.
fn memory(service: &Service) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}
