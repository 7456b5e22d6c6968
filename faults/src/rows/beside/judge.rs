//! A sale of a service, and what the service and its books must say.

use crate::books::Books;
use crate::service::{Answer, Service};
use crate::test_event::TestEvent;

/// Sells under this key; the id of the sale.
#[track_caller]
pub(super) fn sold(service: &Service, key: &str) -> String {
    let answer = service.sell(key).unwrap();
    assert_eq!(answer.status, 201, "{key}: {answer:?}");
    answer.id()
}

/// The answer is this refusal.
#[track_caller]
pub(super) fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.code()), (status, code), "{answer:?}");
}

/// The books are right, and the service counts as they do.
#[track_caller]
pub(super) fn judge(event: &TestEvent, service: &Service) -> Books {
    let books = Books::of(event);
    let look = service.look().unwrap();
    assert_eq!(look.body["left"], books.left, "{look:?}");
    assert_eq!(look.body["sold"], books.sold, "{look:?}");
    assert_eq!(event.json("audit").0, 0);
    books
}
