//! Clients stop half way, or go while they wait; the lock is held by others; a clerk hangs.

use std::io::Write as _;
use std::net::TcpStream;

use crate::attached::Attached;
use crate::books::Books;
use crate::event::Prepared;
use crate::holder::Holder;
use crate::row::Fault;
use crate::rows::beside::judge::{judge, refused, sold};
use crate::service::{Service, answer, order};
use crate::test_event::{LOCK, eventually, waiting};

/// How many clients stop half way through their body.
const HALF_WAY: usize = 10;

/// Others buy meanwhile. Told to end, the service does not wait for the rest of a body.
pub(super) fn half_way(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let mut service = Service::start(&event, "");
    let mut half: Vec<TcpStream> = (0..HALF_WAY)
        .map(|at| half_an_order(&service, at))
        .collect();
    for number in 0..3 {
        sold(&service, &format!("whole-{number}"));
    }
    for gone in half.drain(..HALF_WAY / 2) {
        drop(gone);
    }
    service.signal("TERM");
    for mut stream in half {
        refused(&answer(&mut stream).unwrap(), 503, "draining");
    }
    assert_eq!(service.ended(), Some(0), "{}", service.log());
    let books = Books::of(&event);
    for at in 0..HALF_WAY {
        assert!(books.under(&format!("half-{at}")).is_empty());
    }
    assert_eq!(event.json("audit").0, 0);
    Fault::Struck
}

/// Half of an order, which is waited for: the answer that asks for the rest of the body came.
pub(super) fn half_an_order(service: &Service, at: usize) -> TcpStream {
    let mut stream = service.connect().unwrap();
    let order = order(&format!("half-{at}"), false);
    let (head, body) = order.split_once("\r\n\r\n").unwrap();
    let head = format!("{head}\r\nExpect: 100-continue\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(answer(&mut stream).unwrap().status, 100);
    stream.write_all(&body.as_bytes()[..9]).unwrap();
    stream
}

/// An order whose client has gone before it was begun is not done.
pub(super) fn gone(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 1");
    let mut holder = Holder::of(&event);
    let mut stream = service.connect().unwrap();
    stream.write_all(order("gone", false).as_bytes()).unwrap();
    eventually("its clerk waits for the lock", || {
        (waiting(&event.path(LOCK)) == 1).then_some(())
    });
    drop(stream);
    eventually("it is seen to have gone", || {
        service.log().contains("status=499").then_some(())
    });
    holder.kill();
    sold(&service, "k");
    assert!(
        judge(&event, &service).under("gone").is_empty(),
        "sold to nobody"
    );
    Fault::Struck
}

/// An order that could not be begun in time was not done, and nobody waits with it who only reads.
pub(super) fn lock_held(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 2");
    let mut holder = Holder::of(&event);
    let busy = service.sell("k").unwrap();
    assert_eq!(busy.status, 503, "{busy:?}");
    assert_eq!(service.look().unwrap().status, 200);
    holder.kill();
    sold(&service, "k");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}

/// Its order was begun: nobody knows. Other clerks sell once it goes on, and the same key is sold once.
pub(super) fn clerk_hangs(prepared: &Prepared) -> Fault {
    let event = prepared.copy();
    let service = Service::start(&event, "--clerks 2");
    let delay = "-einject=fdatasync:delay_enter=25s:when=1".to_owned();
    let strace = Attached::to(service.pid(), &[delay]);
    refused(&service.sell("k").unwrap(), 500, "outcome_unknown");
    assert_eq!(service.look().unwrap().status, 200);
    eventually("it goes on", || {
        service
            .sell("next")
            .is_ok_and(|answer| answer.status < 300)
            .then_some(())
    });
    drop(strace);
    let again = service.sell("k").unwrap();
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(judge(&event, &service).under("k").len(), 1);
    Fault::Struck
}
