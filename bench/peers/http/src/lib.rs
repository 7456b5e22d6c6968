//! What both peers share: the same requests and answers as `tickets serve`.

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

/// What is bought.
#[derive(Debug, Deserialize)]
pub struct Order {
    /// Who buys.
    pub buyer: String,
    /// How many.
    pub quantity: i64,
    /// The idempotency key.
    #[serde(skip)]
    pub key: String,
}

/// What came of an order.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// Sold.
    Sold {
        /// The sale.
        id: i64,
        /// What is left.
        left: i64,
    },
    /// Sold before, under the same key.
    Replayed {
        /// The sale.
        id: i64,
        /// What is left.
        left: i64,
    },
    /// Fewer are left.
    SoldOut,
    /// Too many orders wait: nothing was sold.
    Overloaded,
}

/// What an error is told as; nobody knows whether it was sold.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where tickets are sold from.
pub trait Shop: Clone + Send + Sync + 'static {
    /// Sells.
    fn sell(&self, order: Order) -> impl Future<Output = Result<Outcome, Failure>> + Send;
    /// What is left.
    fn left(&self) -> impl Future<Output = Result<i64, Failure>> + Send;
}

#[derive(Serialize)]
struct Sale {
    id: i64,
    buyer: String,
    quantity: i64,
}

#[derive(Serialize)]
struct SaleReply {
    sale: Sale,
    left: i64,
    replayed: bool,
}

#[derive(Serialize)]
struct EventReply {
    left: i64,
}

async fn sell<S: Shop>(
    State(shop): State<S>,
    headers: HeaderMap,
    Json(mut order): Json<Order>,
) -> Response {
    let key = headers
        .get("idempotency-key")
        .and_then(|key| key.to_str().ok());
    let Some(key) = key else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    order.key = key.to_owned();
    let (buyer, quantity) = (order.buyer.clone(), order.quantity);
    let (status, id, left) = match shop.sell(order).await {
        Ok(Outcome::Sold { id, left }) => (StatusCode::CREATED, id, left),
        Ok(Outcome::Replayed { id, left }) => (StatusCode::OK, id, left),
        Ok(Outcome::SoldOut) => return StatusCode::CONFLICT.into_response(),
        Ok(Outcome::Overloaded) => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(error) => {
            return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response();
        }
    };
    let reply = SaleReply {
        sale: Sale {
            id,
            buyer,
            quantity,
        },
        left,
        replayed: status == StatusCode::OK,
    };
    (status, Json(reply)).into_response()
}

async fn event<S: Shop>(State(shop): State<S>) -> Response {
    match shop.left().await {
        Ok(left) => Json(EventReply { left }).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

/// Serves it on a free port of this machine, which is printed.
///
/// # Errors
/// It cannot listen.
pub async fn serve<S: Shop>(shop: S) -> Result<(), Failure> {
    let router = Router::new()
        .route("/api/v1/sales", post(sell::<S>))
        .route("/api/v1/event", get(event::<S>))
        .with_state(shop);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{{\"listening\":\"http://{}\"}}", listener.local_addr()?);
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}
