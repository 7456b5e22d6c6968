//! Row 26: nodes of a cluster are killed, stopped, cut off, filled and replaced, and answers of it lost, while eight buy.

mod asked;
mod nodes_lost;
mod partitions;

use std::io::Write as _;
use std::time::Duration;

use crate::cluster_event::{Buyers, ClusterEvent};
use crate::node::missing;
use crate::nodes::Nodes;
use crate::program::Program;
use crate::row::Row;

/// More than is sold in any case.
const STOCK: u64 = 1_000_000;

pub(crate) fn strike(row: &mut Row) {
    if let Some(reason) = missing(row.program()) {
        return row.cannot(reason);
    }
    nodes_lost::strike(row);
    partitions::strike(row);
    asked::strike(row);
}

/// An event of so many tickets on these nodes.
#[track_caller]
fn event_on(program: &Program, nodes: &Nodes, stock: u64) -> ClusterEvent {
    let event = ClusterEvent::at(program, nodes.words(), &nodes.address("gala", &[0, 1, 2]));
    let (code, told) = event.json(&format!("init {stock}"));
    assert_eq!(code, 0, "{told:#}");
    event
}

/// Eight buy while `fault` strikes, and for a while behind it; then everything must be exact.
#[track_caller]
fn under_load(case: &str, event: &ClusterEvent, fault: impl FnOnce()) {
    let buyers = Buyers::start(event);
    event.goes_on();
    fault();
    event.goes_on();
    let (answered, longest) = buyers.end();
    tell(case, longest);
    event.assert_exact(&answered, STOCK);
}

/// The longest pause, which is told and not judged.
fn tell(case: &str, longest: Duration) {
    let text = format!(
        "     cluster/{case}: the longest pause of the sales was {:.1} s",
        longest.as_secs_f64()
    );
    let _ = writeln!(std::io::stderr(), "{text}");
}
