//! PostgreSQL: one conditional UPDATE and one INSERT a transaction, in one statement and so one round trip, on a pool of
//! connections with prepared statements.
//!
//! `postgres CONNECTION STOCK`, as in `postgres 'host=/tmp/pg user=postgres' 1000000`

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tickets_http_peers::{Failure, Order, Outcome, Shop, serve};
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;

/// How many connections the pool has.
const CONNECTIONS: usize = 32;

const SELL: &str = "
    WITH taken AS (UPDATE event SET left_ = left_ - $3 WHERE left_ >= $3 RETURNING left_)
    INSERT INTO sale (key, buyer, quantity) SELECT $1, $2, $3 FROM taken
    RETURNING id, (SELECT left_ FROM taken)";

#[derive(Clone)]
struct Postgres(Pool);

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
    let [_, connection, stock] = &arguments[..] else {
        return Err("postgres CONNECTION STOCK".into());
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
    serve(Postgres(pool)).await
}
