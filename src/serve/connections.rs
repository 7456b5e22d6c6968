//! Connections: accepted, bounded in number, time and size, and ended one by one when the service is to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::time::{interval, sleep, timeout};
use tokio_util::task::TaskTracker;

use super::api::stream;
use super::drain::Drain;
use super::listener::{Connection, OpenSocket};
use super::patience::Patient;
use super::peer::ClientPeer;
use super::room::{Place, Room};
use super::router;
use super::service::Service;

/// How long a client may take for its next request's headers: so long may a connection be idle.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// The most that the headers of a request have, in bytes.
const MAX_HEADERS: usize = 16 << 10;

/// How long requests that are under way may take once the service is to end: longer than any order is waited for.
const GRACE: Duration = Duration::from_secs(30);

/// The same of a connection without a request.
const LINGER: Duration = Duration::from_secs(3);

/// Serves until the service is to end, and then until all requests are answered. Whether they were.
pub(super) async fn serve(socket: OpenSocket, service: &Arc<Service>) -> bool {
    let (router, drain) = (router::of(service), &service.drain);
    let connections = TaskTracker::new();
    for event in &service.events {
        tokio::spawn(stream::follow(Arc::clone(event), drain.clone()));
    }
    tokio::spawn(keep_tidy(Arc::clone(service)));
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.begun() => break,
            accepted = accept(&socket, &service.room) => accepted,
        };
        match accepted {
            Ok((connection, peer, place)) => {
                let (router, drain) = (router.clone(), drain.clone());
                connections.spawn(async move {
                    one(connection, peer, router, drain).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Too many open files, or a client that went away again.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(socket);
    connections.close();
    timeout(GRACE, connections.wait()).await.is_ok()
}

/// The next client, as soon as there is room for one.
async fn accept(socket: &OpenSocket, room: &Room) -> io::Result<(Connection, ClientPeer, Place)> {
    let place = room.connection().await;
    let place = place.ok_or_else(|| io::Error::other("there is no room"))?;
    let (connection, peer) = socket.accept().await?;
    Ok((connection, peer, place))
}

/// One connection, to its end.
async fn one(connection: Connection, peer: ClientPeer, router: Router, drain: Drain) {
    known_bad!(SocketLeaked => if let tokio_util::either::Either::Left(socket) = &connection { std::mem::forget(std::os::fd::AsFd::as_fd(socket).try_clone_to_owned()) });
    let router = TowerToHyperService::new(router);
    let requests = Arc::new(AtomicUsize::new(0));
    let under_way = Arc::clone(&requests);
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let one_more = UnderWay::of(&under_way);
        request.extensions_mut().insert(peer);
        let answer = router.call(request);
        async move {
            let answer = answer.await;
            drop(one_more);
            answer
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIME)
        .max_buf_size(MAX_HEADERS)
        .serve_connection(TokioIo::new(Patient::with(connection)), answer);
    tokio::pin!(connection);
    // A client that breaks off is its own affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = drain.begun() => {}
    }
    known_bad!(DrainCut => return);
    connection.as_mut().graceful_shutdown();
    let most = if requests.load(Ordering::SeqCst) == 0 {
        LINGER
    } else {
        GRACE
    };
    let _ = timeout(most, connection).await;
}

/// A request that is not answered yet.
struct UnderWay(Arc<AtomicUsize>);

impl UnderWay {
    fn of(requests: &Arc<AtomicUsize>) -> Self {
        requests.fetch_add(1, Ordering::SeqCst);
        Self(Arc::clone(requests))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Forgets, from time to time, what is not needed any more.
async fn keep_tidy(service: Arc<Service>) {
    let mut times = interval(Duration::from_secs(10));
    loop {
        times.tick().await;
        service.limits.forget_old();
        service.sessions.forget_old();
    }
}
