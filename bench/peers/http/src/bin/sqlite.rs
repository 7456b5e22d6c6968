//! SQLite: write-ahead log, `synchronous=FULL`. One thread writes; all orders that wait share a transaction, and so a sync.
//! Each thread that reads has a connection of its own.
//!
//! `sqlite FILE STOCK`

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use crossbeam_channel::{Receiver, Sender, bounded};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use tickets_http_peers::{Failure, Order, Outcome, Shop, serve};
use tokio::sync::oneshot;

/// How many orders may wait.
const QUEUE: usize = 1024;
/// How many share a transaction at most.
const MOST: usize = 256;

type Answer = Result<Outcome, String>;

#[derive(Clone)]
struct Sqlite {
    file: Arc<PathBuf>,
    orders: Sender<(Order, oneshot::Sender<Answer>)>,
}

impl Shop for Sqlite {
    async fn sell(&self, order: Order) -> Result<Outcome, Failure> {
        let (answer, answered) = oneshot::channel();
        if self.orders.try_send((order, answer)).is_err() {
            return Ok(Outcome::Overloaded);
        }
        Ok(answered.await??)
    }

    async fn left(&self) -> Result<i64, Failure> {
        thread_local! {
            static READER: RefCell<Option<Connection>> = const { RefCell::new(None) };
        }
        READER.with_borrow_mut(|reader| {
            let connection = match reader {
                Some(connection) => connection,
                None => reader.insert(Connection::open(&*self.file)?),
            };
            let mut query = connection.prepare_cached("SELECT left_ FROM event")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
    }
}

fn write(mut connection: Connection, orders: &Receiver<(Order, oneshot::Sender<Answer>)>) {
    while let Ok(first) = orders.recv() {
        let batch: Vec<_> = std::iter::once(first)
            .chain(orders.try_iter().take(MOST - 1))
            .collect();
        let outcomes = commit(&mut connection, batch.iter().map(|(order, _)| order));
        match outcomes {
            Ok(outcomes) => {
                for ((_, answer), outcome) in batch.into_iter().zip(outcomes) {
                    let _ = answer.send(Ok(outcome));
                }
            }
            Err(error) => {
                for (_, answer) in batch {
                    let _ = answer.send(Err(error.to_string()));
                }
            }
        }
    }
}

fn commit<'a>(
    connection: &mut Connection,
    orders: impl Iterator<Item = &'a Order>,
) -> rusqlite::Result<Vec<Outcome>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut outcomes = Vec::new();
    {
        let mut take = transaction.prepare_cached(
            "UPDATE event SET left_ = left_ - ?1 WHERE left_ >= ?1 RETURNING left_",
        )?;
        let mut record = transaction
            .prepare_cached("INSERT INTO sale (key, buyer, quantity) VALUES (?1, ?2, ?3)")?;
        let mut find = transaction.prepare_cached("SELECT id FROM sale WHERE key = ?1")?;
        let mut look = transaction.prepare_cached("SELECT left_ FROM event")?;
        for order in orders {
            let known: Option<i64> = find.query_row([&order.key], |row| row.get(0)).optional()?;
            if let Some(id) = known {
                let left = look.query_row([], |row| row.get(0))?;
                outcomes.push(Outcome::Replayed { id, left });
                continue;
            }
            let left: Option<i64> = take
                .query_row([order.quantity], |row| row.get(0))
                .optional()?;
            let Some(left) = left else {
                outcomes.push(Outcome::SoldOut);
                continue;
            };
            record.execute(params![order.key, order.buyer, order.quantity])?;
            let id = transaction.last_insert_rowid();
            outcomes.push(Outcome::Sold { id, left });
        }
    }
    transaction.commit()?;
    Ok(outcomes)
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, file, stock] = &arguments[..] else {
        return Err("sqlite FILE STOCK".into());
    };
    let file = PathBuf::from(file);
    let connection = Connection::open(&file)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "CREATE TABLE event (left_ INTEGER NOT NULL CHECK (left_ >= 0));
         CREATE TABLE sale (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, buyer TEXT NOT NULL,
             quantity INTEGER NOT NULL, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));",
    )?;
    connection.execute("INSERT INTO event VALUES (?1)", [stock.parse::<i64>()?])?;
    let (orders, waiting) = bounded(QUEUE);
    std::thread::spawn(move || write(connection, &waiting));
    let file = Arc::new(file);
    serve(Sqlite { file, orders }).await
}
