//! PostgreSQL: one conditional UPDATE and one INSERT a transaction, in one statement and so one round trip, on a pool of
//! connections with prepared statements.
//!
//! `postgres CONNECTION STOCK`, as in `postgres 'host=/tmp/pg user=postgres' 1000000`; with `gathered` behind that, all orders
//! that wait share a transaction, as those of a group commit by hand.

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tickets_http_peers::{Failure, Order, Outcome, Shop, serve};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

/// How many connections the pool has.
const CONNECTIONS: usize = 32;

/// How many orders may wait to be gathered, and how many share a transaction at most.
const QUEUE: usize = 1024;
const MOST: usize = 256;

const SELL: &str = "
    WITH taken AS (UPDATE event SET left_ = left_ - $3 WHERE left_ >= $3 RETURNING left_)
    INSERT INTO sale (key, buyer, quantity) SELECT $1, $2, $3 FROM taken
    RETURNING id, (SELECT left_ FROM taken)";

const SELL_ALL: &str = "
    WITH wanted AS (SELECT * FROM unnest($1::TEXT[], $2::TEXT[], $3::BIGINT[]) AS wanted (key, buyer, quantity)),
         taken AS (UPDATE event SET left_ = left_ - (SELECT sum(quantity) FROM wanted)::BIGINT
                   WHERE left_ >= (SELECT sum(quantity) FROM wanted) RETURNING left_)
    INSERT INTO sale (key, buyer, quantity) SELECT key, buyer, quantity FROM wanted, taken
    RETURNING id, (SELECT left_ FROM taken)";

type Waiting = (Order, oneshot::Sender<Result<Outcome, String>>);

#[derive(Clone)]
struct Postgres(Pool);

/// The same, but that one task sells to all who wait.
#[derive(Clone)]
struct Gathered {
    one: Postgres,
    orders: mpsc::Sender<Waiting>,
}

impl Shop for Gathered {
    async fn sell(&self, order: Order) -> Result<Outcome, Failure> {
        let (answer, answered) = oneshot::channel();
        if self.orders.try_send((order, answer)).is_err() {
            return Ok(Outcome::Overloaded);
        }
        Ok(answered.await??)
    }

    async fn left(&self) -> Result<i64, Failure> {
        self.one.left().await
    }
}

async fn gather(shop: Postgres, mut orders: mpsc::Receiver<Waiting>) {
    while let Some(first) = orders.recv().await {
        let mut batch = vec![first];
        while batch.len() < MOST
            && let Ok(next) = orders.try_recv()
        {
            batch.push(next);
        }
        let together = shop.sell_all(&batch).await.unwrap_or_default();
        if together.len() == batch.len() {
            for ((_, answer), outcome) in batch.into_iter().zip(together) {
                let _ = answer.send(Ok(outcome));
            }
            continue;
        }
        // Too few are left, or a key is known: one after another.
        for (order, answer) in batch {
            let sold = shop.sell(order).await;
            let _ = answer.send(sold.map_err(|error| error.to_string()));
        }
    }
}

impl Postgres {
    async fn sell_all(&self, batch: &[Waiting]) -> Result<Vec<Outcome>, Failure> {
        let client = self.0.get().await?;
        let statement = client.prepare_cached(SELL_ALL).await?;
        let keys: Vec<&str> = batch.iter().map(|(order, _)| &*order.key).collect();
        let buyers: Vec<&str> = batch.iter().map(|(order, _)| &*order.buyer).collect();
        let quantities: Vec<i64> = batch.iter().map(|(order, _)| order.quantity).collect();
        let rows = client
            .query(&statement, &[&keys, &buyers, &quantities])
            .await?;
        let sold = |row: &tokio_postgres::Row| Outcome::Sold {
            id: row.get(0),
            left: row.get(1),
        };
        Ok(rows.iter().map(sold).collect())
    }
}

impl Shop for Postgres {
    async fn sell(&self, order: Order) -> Result<Outcome, Failure> {
        let client = self.0.get().await?;
        let statement = client.prepare_cached(SELL).await?;
        let sold = client
            .query_opt(&statement, &[&order.key, &order.buyer, &order.quantity])
            .await;
        match sold {
            Ok(Some(row)) => Ok(Outcome::Sold {
                id: row.get(0),
                left: row.get(1),
            }),
            Ok(None) | Err(_) => {
                // A key that is known breaks the constraint, and takes its ticket back; it may be sold out since, too.
                if let Err(error) = &sold
                    && error.code() != Some(&SqlState::UNIQUE_VIOLATION)
                {
                    return Err(sold.err().map_or_else(|| "unknown".into(), Into::into));
                }
                let find = client
                    .prepare_cached("SELECT id, left_ FROM sale, event WHERE key = $1")
                    .await?;
                let known = client.query_opt(&find, &[&order.key]).await?;
                Ok(known.map_or(Outcome::SoldOut, |row| Outcome::Replayed {
                    id: row.get(0),
                    left: row.get(1),
                }))
            }
        }
    }

    async fn left(&self) -> Result<i64, Failure> {
        let client = self.0.get().await?;
        let statement = client.prepare_cached("SELECT left_ FROM event").await?;
        Ok(client.query_one(&statement, &[]).await?.get(0))
    }
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, connection, stock, how @ ..] = &arguments[..] else {
        return Err("postgres CONNECTION STOCK [gathered]".into());
    };
    let recycling_method = RecyclingMethod::Fast;
    let manager = Manager::from_config(
        connection.parse()?,
        NoTls,
        ManagerConfig { recycling_method },
    );
    let pool = Pool::builder(manager)
        .max_size(CONNECTIONS)
        .runtime(Runtime::Tokio1)
        .build()?;
    let client = pool.get().await?;
    client
        .batch_execute(
            "DROP TABLE IF EXISTS event, sale;
             CREATE TABLE event (left_ BIGINT NOT NULL CHECK (left_ >= 0)) WITH (fillfactor = 10);
             CREATE TABLE sale (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key TEXT NOT NULL UNIQUE,
                 buyer TEXT NOT NULL, quantity BIGINT NOT NULL, at TIMESTAMPTZ NOT NULL DEFAULT now());",
        )
        .await?;
    client
        .execute("INSERT INTO event VALUES ($1)", &[&stock.parse::<i64>()?])
        .await?;
    drop(client);
    let one = Postgres(pool);
    if how.iter().any(|how| how == "gathered") {
        let (orders, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(gather(one.clone(), waiting));
        return serve(Gathered { one, orders }).await;
    }
    serve(one).await
}
