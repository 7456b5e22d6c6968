//! etcd: the orders that wait share a bare transaction of the size of that of as many sales. No ledger is kept, no rule, no key is
//! looked up: what a group commit through the gateway makes behind a server, and no program that sells by it can be faster.
//!
//! `etcd ADDRESS STOCK`, as in `etcd 127.0.0.1:2379 1000000`: of a node's clients.

use std::net::SocketAddr;

use crossbeam_channel::{Receiver, Sender, bounded};
use tickets_http_peers::{Failure, Order, Outcome, Shop, serve};
use tokio::sync::oneshot;

use bare::Bare;

// The transactions are those of the benchmark, to the byte.
#[allow(dead_code)]
#[path = "../../../../src/cluster/bare.rs"]
mod bare;
#[path = "../../../../src/cluster/gateway.rs"]
mod gateway;

type Result<T> = std::result::Result<T, String>;

/// How many orders may wait, and how many share a transaction at most.
const QUEUE: usize = 1024;
const MOST: usize = 64;

type Waiting = oneshot::Sender<Result<Outcome>>;

#[derive(Clone)]
struct Etcd(Sender<Waiting>);

impl Shop for Etcd {
    async fn sell(&self, _: Order) -> std::result::Result<Outcome, Failure> {
        let (answer, answered) = oneshot::channel();
        if self.0.try_send(answer).is_err() {
            return Ok(Outcome::Overloaded);
        }
        Ok(answered.await??)
    }

    async fn left(&self) -> std::result::Result<i64, Failure> {
        Ok(0)
    }
}

fn commit(mut bare: Bare, mut left: i64, waiting: &Receiver<Waiting>) {
    while let Ok(first) = waiting.recv() {
        let mut batch = vec![first];
        batch.extend(waiting.try_iter().take(MOST - 1));
        let done = bare.commit(batch.len());
        for answer in batch {
            left -= 1;
            let outcome = done.clone().map(|()| Outcome::Sold { id: left, left });
            let _ = answer.send(outcome);
        }
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, address, stock] = &arguments[..] else {
        return Err("etcd ADDRESS STOCK".into());
    };
    let address: SocketAddr = address.parse()?;
    let (bare, stock) = (Bare::open(address, "behind")?, stock.parse()?);
    let (orders, waiting) = bounded(QUEUE);
    std::thread::spawn(move || commit(bare, stock, &waiting));
    serve(Etcd(orders)).await
}
