//! Holds by the page: kept for a time, confirmed, given back, or lost to somebody who needs them.

use super::client::{Answer, Server};
use super::page::made;
use crate::harness::eventually;

/// Presses the button that promised so long.
fn hold_for(server: &Server, key: &str, quantity: &str, time: &str) -> Answer {
    let fields = [
        ("key", key),
        ("buyer", "bob"),
        ("quantity", quantity),
        ("for", time),
    ];
    server.submit("/hold", &fields)
}

#[test]
fn what_the_page_promised_is_held_or_nothing_and_that_is_told() {
    let event = made("9 --hold 15m --max-per-buyer 4");
    let server = Server::start(&event, "");
    let page = server.page("/");
    page.says(200, &["name=\"for\"", "value=\"15m\""]);
    let key = page.key();
    assert_eq!(event.run("set --hold 5m").code, Some(0));
    let told = hold_for(&server, &key, "2", "15m");
    told.says(
        422,
        &[
            "Ticket sales have changed",
            "value=\"bob\"",
            "Hold for 5 minutes",
        ],
    );
    assert_eq!(told.key(), key);
    hold_for(&server, &key, "5", "15m").says(422, &["at most 4 tickets"]);
    assert_eq!(event.run("set --hold none").code, Some(0));
    let told = hold_for(&server, &key, "2", "5m");
    told.says(
        403,
        &["Tickets cannot be put on hold here", "value=\"bob\""],
    );
    assert!(!told.body.contains("formaction"), "{told:?}");
    assert_eq!(event.sales().len(), 0);
    assert_eq!(event.run("set --hold 2h").code, Some(0));
    // No longer than was promised; and once, whatever is set behind it.
    let place = hold_for(&server, &key, "2", "15m").leads();
    let page = server.page(&place);
    let (_, seconds) = page.body.split_once("data-seconds=\"").unwrap();
    let (seconds, _) = seconds.split_once('"').unwrap();
    assert!(seconds.parse::<u64>().unwrap() <= 900, "{page:?}");
    page.says(
        200,
        &[
            "data-heartbeat=\"15\"",
            "id=\"silent\"",
            "data-lost=\"Not connected",
        ],
    );
    assert_eq!(event.run("set --hold none").code, Some(0));
    assert_eq!(hold_for(&server, &key, "2", "15m").leads(), place);
    event.assert_adds_up();
}

/// Holds so many; where that leads.
fn hold(server: &Server, buyer: &str, quantity: &str) -> (Answer, String) {
    let key = server.page("/").key();
    let fields = [("key", &*key), ("buyer", buyer), ("quantity", quantity)];
    (server.submit("/hold", &fields), key)
}

#[test]
fn what_is_held_is_confirmed_once() {
    let event = made("5 --hold 15m --max-per-sale 3");
    let server = Server::start(&event, "");
    server
        .page("/")
        .says(200, &["formaction=\"/hold\"", "Hold for 15 minutes"]);
    let (held, key) = hold(&server, "bob", "2");
    let place = held.leads();
    assert_eq!(place, format!("/r/{key}"));
    let page = server.page(&place);
    page.says(
        200,
        &[
            "2 tickets are on hold for you",
            "data-seconds=\"",
            "Buy 2 tickets",
            "Give back",
        ],
    );
    server.page("/").says(200, &["3 tickets left"]);
    for _ in 0..2 {
        assert_eq!(
            server.submit(&format!("{place}/confirm"), &[]).leads(),
            place
        );
        server
            .page(&place)
            .says(200, &["You have 2 tickets", "Cancel 2 tickets"]);
    }
    // Whoever then gives it back, as from another window, is told that it was bought.
    for _ in 0..2 {
        server.submit(&format!("{place}/release"), &[]).says(
            409,
            &[
                "role=\"alert\">Nothing was given back: you have bought these tickets.",
                "You have 2 tickets",
                "Cancel 2 tickets",
            ],
        );
    }
    server.page(&place).says(200, &["You have 2 tickets"]);
    server.submit(&format!("{place}/cancel"), &[]).leads();
    server
        .page(&place)
        .says(200, &["This order has been cancelled"]);
    hold(&server, "eve", "4")
        .0
        .says(422, &["at most 3 tickets"]);
    event.assert_adds_up();
}

#[test]
fn what_is_held_is_not_cancelled_and_that_is_told() {
    let event = made("5 --hold 15m");
    let server = Server::start(&event, "");
    let place = hold(&server, "bob", "2").0.leads();
    for _ in 0..2 {
        server.submit(&format!("{place}/cancel"), &[]).says(
            409,
            &[
                "role=\"alert\">Nothing was cancelled: these tickets are on hold, not bought.",
                "2 tickets are on hold for you",
                "Give back",
            ],
        );
    }
    server.page("/").says(200, &["3 tickets left"]);
    // What is not the buyer's any more is said by the receipt itself.
    server.submit(&format!("{place}/release"), &[]).leads();
    for change in ["cancel", "release", "confirm"] {
        let path = format!("{place}/{change}");
        assert_eq!(server.submit(&path, &[]).leads(), place, "{change}");
    }
    event.assert_adds_up();
}

#[test]
fn what_is_held_is_given_back_once() {
    let event = made("5 --hold 15m");
    let server = Server::start(&event, "");
    let place = hold(&server, "bob", "2").0.leads();
    for _ in 0..2 {
        assert_eq!(
            server.submit(&format!("{place}/release"), &[]).leads(),
            place
        );
        server.page(&place).says(200, &["Given back"]);
    }
    server.submit(&format!("{place}/confirm"), &[]).leads();
    server.page(&place).says(200, &["Given back"]);
    server.page("/").says(200, &["5 tickets left"]);
    event.assert_adds_up();
}

#[test]
fn a_hold_whose_time_is_over_can_be_confirmed_until_somebody_needs_it() {
    let event = made("2 --hold 1s");
    let server = Server::start(&event, "");
    let first = hold(&server, "bob", "1").0.leads();
    let second = hold(&server, "eve", "1").0.leads();
    // Its words are in the page from the start, for the script.
    eventually("their time is over", || {
        let page = server.page(&second);
        page.body
            .contains(">The time is up. You can still")
            .then_some(())
    });
    server.submit(&format!("{second}/confirm"), &[]).leads();
    server.page(&second).says(200, &["You have 1 ticket"]);
    server.buy("dan", "1").0.leads();
    assert_eq!(
        server.submit(&format!("{first}/confirm"), &[]).leads(),
        first
    );
    server
        .page(&first)
        .says(200, &["Somebody else has got the tickets"]);
    // And what is left by then.
    assert!(!server.page(&first).body.contains("left</p>"));
    assert_eq!(event.run("adjust +3 --reason more").code, Some(0));
    server.page(&first).says(200, &[">3 tickets left</p>"]);
    event.assert_adds_up();
}

#[test]
fn an_event_without_a_hold_time_offers_none() {
    for event in [made("5 --hold 0s"), crate::harness::TestEvent::stock(5)] {
        let server = Server::start(&event, "");
        let page = server.page("/");
        assert!(!page.body.contains("/hold\""), "{page:?}");
        hold(&server, "bob", "1").0.says(403, &[]);
        server.page("/").says(200, &["5 tickets left"]);
    }
}
