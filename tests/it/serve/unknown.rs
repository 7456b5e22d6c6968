//! An outcome that nobody knows: it is told so, and the same key sent again comes to the truth.

use super::client::Server;
use crate::harness::{TestEvent, foreign_sync};

/// An event with a ledger, and its service.
fn served() -> (TestEvent, Server) {
    let event = TestEvent::stock(9);
    event.booked("first");
    let server = Server::start(&event, "--clerks 1");
    (event, server)
}

/// Another seller syncs, and does not come back: the line is written, and nobody can say whether it is durable.
#[test]
fn who_is_told_that_the_outcome_is_unknown_sends_it_again_and_has_bought_once() {
    let (event, server) = served();
    let syncs = foreign_sync(&event.path("tickets.ledger.jsonl"));
    let told = server.sell("k", "bob", 2);
    told.is_problem(500, "outcome_unknown");
    let detail = told.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("again with the same key"), "{detail}");
    drop(syncs);
    let sale = server.sell("k", "bob", 2).is(200);
    assert_eq!(
        (&sale["replayed"], &sale["left"]),
        (&true.into(), &6.into())
    );
    let sales = event.sales();
    assert_eq!((sales.len(), &sales[1]["id"]), (2, &sale["sale"]["id"]));
    // Another order is another one.
    assert_eq!(server.sell("l", "bob", 1).is(201)["left"], 5);
    event.assert_adds_up();
}

#[test]
fn the_page_says_so_and_its_button_sends_the_same_again() {
    let (event, server) = served();
    let syncs = foreign_sync(&event.path("tickets.ledger.jsonl"));
    let (told, key) = server.buy("Émile <b>", "2");
    told.says(
        500,
        &[
            "We do not know yet whether that worked",
            "Send it again",
            "Try again",
        ],
    );
    // Not by itself: its buyer is to know.
    assert!(!told.body.contains("data-wait"), "{told:?}");
    assert_eq!(told.header("retry-after"), "");
    let (action, fields) = told.form();
    drop(syncs);
    let fields = fields.iter().map(|(name, value)| (&**name, &**value));
    let fields: Vec<_> = fields.collect();
    for _ in 0..2 {
        let receipt = server.submit(&action, &fields).leads();
        assert_eq!(receipt, format!("/r/{key}"));
        server
            .page(&receipt)
            .says(200, &["You have 2 tickets", "Émile &lt;b&gt;"]);
    }
    assert_eq!(event.sales().len(), 2);
    event.assert_adds_up();
}
