//! The page: bought from, and the receipts.

use std::collections::HashSet;
use std::thread;

use super::client::{Answer, Server};
use crate::harness::TestEvent;

/// An event that was made with these settings, split at spaces.
pub(super) fn made(settings: &str) -> TestEvent {
    let event = TestEvent::empty();
    let made = event.run(&format!("init {settings}"));
    assert_eq!(made.code, Some(0), "{made:?}");
    event
}

#[test]
fn a_ticket_is_bought_and_the_receipt_opens_by_its_address() {
    let event = made("5 --title Quiz --max-per-sale 3");
    let server = Server::start(&event, "");
    let page = server.page("/");
    page.says(
        200,
        &["<h1>Quiz</h1>", "5 tickets left", "max=\"3\"", "At most 3."],
    );
    assert_eq!(page.header("cache-control"), "no-store");
    let key = page.key();
    let sold = server.submit(
        "/book",
        &[("key", &key), ("buyer", " Émile "), ("quantity", "2")],
    );
    let receipt = sold.leads();
    assert_eq!(receipt, format!("/r/{key}"));
    for _ in 0..2 {
        let page = server.page(&receipt);
        page.says(
            200,
            &["You have 2 tickets", "<dd>Émile</dd>", "<h1>Quiz</h1>"],
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("referrer-policy"), "same-origin");
    }
    server.page("/").says(200, &["3 tickets left"]);
    let sales = event.sales();
    assert_eq!(sales.len(), 1);
    assert_eq!(
        (&sales[0]["key"], &sales[0]["quantity"]),
        (&key.into(), &2.into())
    );
    event.assert_adds_up();
}

#[test]
fn a_form_that_is_sent_twice_at_once_or_again_sells_once() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    for _ in 0..5 {
        let key = server.page("/").key();
        let fields = [("key", &*key), ("buyer", "bob"), ("quantity", "2")];
        let places: HashSet<String> = thread::scope(|scope| {
            let clicks: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| server.submit("/book", &fields).leads()))
                .collect();
            clicks.into_iter().map(|it| it.join().unwrap()).collect()
        });
        assert_eq!(places, HashSet::from([format!("/r/{key}")]));
        // As from a page that came back as it was.
        assert_eq!(server.submit("/book", &fields).leads(), format!("/r/{key}"));
        let other = [("key", &*key), ("buyer", "eve"), ("quantity", "2")];
        let told = server.submit("/book", &other);
        told.says(
            422,
            &[
                "This form has already been used",
                &format!("href=\"/r/{key}\""),
            ],
        );
        assert!(!told.body.contains("bob"), "{told:?}");
    }
    assert_eq!(event.sales().len(), 5);
    event.assert_adds_up();
}

#[test]
fn no_two_pages_have_one_key_and_none_is_kept() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    let keys: HashSet<String> = (0..50)
        .map(|_| {
            let page = server.page("/");
            assert_eq!(page.header("cache-control"), "no-store", "{page:?}");
            let key = page.key();
            assert!(key.len() == 34 && key.starts_with("p-"), "{key}");
            key
        })
        .collect();
    assert_eq!(keys.len(), 50);
    // What a cache keeps all the same is nobody else's order: the second buyer is told.
    let (_, key) = server.buy("bob", "1");
    let second = [("key", &*key), ("buyer", "eve"), ("quantity", "1")];
    server
        .submit("/book", &second)
        .says(422, &["Nothing was sold this time"]);
    assert_eq!(event.sales().len(), 1);
}

#[test]
fn a_receipt_opens_by_a_key_of_the_page_and_by_no_other() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    let sale = server.sell("web-7f1c", "bob", 1).is(201);
    let id = sale["sale"]["id"].as_str().unwrap();
    let (_, key) = server.buy("eve", "1");
    server.page(&format!("/r/{key}")).says(200, &["eve"]);
    let cut = &key[..33];
    let changed = format!("{cut}{}", if key.ends_with('0') { '1' } else { '0' });
    let mut answers = HashSet::new();
    for wrong in ["web-7f1c", id, cut, &changed, &key[2..], "%70-0", "p-", "2"] {
        let answer = server.page(&format!("/r/{wrong}"));
        answer.says(404, &["Receipt not found"]);
        answers.insert(answer.body);
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    // Nor one that a client of the API has made as the page makes them, but for how they begin.
    let alike = "0123456789abcdef0123456789abcdef";
    server.sell(alike, "bob", 1).is(201);
    server
        .page(&format!("/r/{alike}"))
        .says(404, &["Receipt not found"]);
    // Nor does the API take such a key, whoever made it.
    let theirs = "p-0123456789abcdef0123456789abcdef";
    server.sell(theirs, "bob", 1).is_problem(400, "bad_request");
    let look = format!("Idempotency-Key: {key}");
    server
        .call(&format!("GET /api/v1/sales/{id}"), &[&look], "")
        .is_problem(400, "bad_request");
    let cancel = [&*format!("Sale-Key: {key}"), "Idempotency-Key: x"];
    server
        .call(&format!("POST /api/v1/sales/{id}/cancel"), &cancel, "")
        .is_problem(400, "bad_request");
    // And a form wants one that a page could have made.
    for wrong in ["", "web-7f1c", "p-1"] {
        let fields = [("key", wrong), ("buyer", "bob"), ("quantity", "1")];
        server
            .submit("/book", &fields)
            .says(400, &["Nothing was sold"]);
    }
    assert_eq!(event.sales().len(), 3);
}

#[test]
fn who_guesses_receipts_is_slowed_and_keeps_no_neighbour_from_a_receipt() {
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "--trust-proxy");
    let (_, key) = server.buy("bob", "1");
    let look = |key: &str, from: &str| {
        let from = format!("X-Forwarded-For: {from}");
        server.call(&format!("GET /r/{key}"), &[&from], "")
    };
    let wrong = "p-0123456789abcdef0123456789abcdef";
    let mut tried = 0;
    while tried < 40 && look(wrong, "203.0.113.7").status == 404 {
        tried += 1;
    }
    assert!((10..40).contains(&tried), "{tried}");
    for wrong in [wrong, "web-7f1c"] {
        let slowed = look(wrong, "203.0.113.7");
        slowed.says(429, &["Too many attempts"]);
        assert!(!slowed.header("retry-after").is_empty(), "{slowed:?}");
    }
    look(wrong, "203.0.113.8").says(404, &["Receipt not found"]);
    for from in ["203.0.113.7", "203.0.113.8"] {
        look(&key, from).says(200, &["bob"]);
    }
    let cancel = format!("POST /r/{key}/cancel");
    let from = "X-Forwarded-For: 203.0.113.7";
    let cancelled = server.call(&cancel, &[from], "");
    assert_eq!(cancelled.leads(), format!("/r/{key}"));
}

#[test]
fn a_sale_is_cancelled_once_and_then_says_so() {
    let event = made("5");
    let server = Server::start(&event, "");
    let (sold, key) = server.buy("bob", "2");
    let receipt = sold.leads();
    server.page(&receipt).says(200, &["Cancel 2 tickets"]);
    let cancel = format!("{receipt}/cancel");
    for _ in 0..2 {
        assert_eq!(server.submit(&cancel, &[]).leads(), receipt);
        let page = server.page(&receipt);
        page.says(200, &["This order has been cancelled"]);
        assert!(!page.body.contains("/cancel\""), "{page:?}");
    }
    // Its form does not buy it again.
    let fields = [("key", &*key), ("buyer", "bob"), ("quantity", "2")];
    assert_eq!(server.submit("/book", &fields).leads(), receipt);
    server.page("/").says(200, &["5 tickets left"]);
    let cancelled = event.ledger();
    assert_eq!(
        cancelled
            .iter()
            .filter(|line| line["op"] == "cancel")
            .count(),
        1
    );
    event.assert_adds_up();
}

#[test]
fn who_buys_cancels_only_as_long_as_the_sale_goes_on() {
    let event = made("2");
    let server = Server::start(&event, "");
    let receipt = server.buy("bob", "2").0.leads();
    server.page("/").says(200, &["Sold out"]);
    server.page(&receipt).says(200, &["Cancel 2 tickets"]);
    assert_eq!(event.run("close").code, Some(0));
    let page = server.page(&receipt);
    page.says(200, &["You have 2 tickets", "only while sales are open"]);
    assert!(!page.body.contains("/cancel\""), "{page:?}");
    let told = server.submit(&format!("{receipt}/cancel"), &[]);
    told.says(409, &["You have 2 tickets", "only while sales are open"]);
    let times = told.body.matches("only while sales are open").count();
    assert_eq!(times, 1, "{told:?}");
    assert_eq!(event.run("reopen").code, Some(0));
    server.submit(&format!("{receipt}/cancel"), &[]).leads();
    event.assert_adds_up();
}

/// What stands in this attribute of a page.
fn attribute(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// The script loads an open receipt again when, and only when, it has changed.
#[test]
fn a_receipt_has_a_version_that_changes_with_its_order_alone() {
    let event = made("9");
    let server = Server::start(&event, "");
    let receipt = server.buy("bob", "2").0.leads();
    let version = || {
        let page = server.page(&receipt);
        assert_eq!(attribute(&page, "data-own"), receipt);
        assert_eq!(
            attribute(&page, "data-seq"),
            event.ledger().last().unwrap()["seq"].to_string()
        );
        attribute(&page, "data-version")
    };
    let mut seen = vec![version()];
    event.booked("alice");
    assert_eq!(event.run("adjust +5 --reason more").code, Some(0));
    assert_eq!(version(), seen[0]);
    let id = event.sales()[0]["id"].as_str().unwrap().to_owned();
    for change in [
        format!("rename {id} rob"),
        format!("cancel {id} --quantity 1"),
        "close".to_owned(),
        "reopen".to_owned(),
        format!("cancel {id}"),
    ] {
        let changed = event.run(&change);
        assert_eq!(changed.code, Some(0), "{changed:?}");
        let version = version();
        // Reopened it is as it was before it was closed.
        let before = seen.iter().position(|it| *it == version);
        assert_eq!(before, (change == "reopen").then_some(2), "{change}");
        seen.push(version);
    }
}

#[test]
fn an_address_of_a_button_leads_to_its_page() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let receipt = server.buy("bob", "1").0.leads();
    for (path, leads) in [
        ("/book", "/"),
        ("/hold", "/"),
        (&*format!("{receipt}/cancel"), &*receipt),
        (&*format!("{receipt}/confirm"), &*receipt),
        ("/r/x%0d%0aset-cookie/release", "/"),
    ] {
        assert_eq!(server.page(path).leads(), leads, "{path}");
    }
    assert_eq!(event.ledger().len(), 2);
}

#[test]
fn the_files_of_the_page_are_kept_for_ever_and_all_is_small() {
    let event = made("5 --title Quiz --hold 15m");
    let server = Server::start(&event, "");
    let page = server.page("/");
    let mut weight = page.head.len() + page.body.len();
    let files = page.body.split('"').filter(|it| it.starts_with("/page/"));
    let files: HashSet<&str> = files.collect();
    assert_eq!(files.len(), 3, "{page:?}");
    for file in files {
        let answer = server.get(file);
        assert_eq!(answer.status, 200, "{file}");
        assert!(
            answer.header("cache-control").contains("immutable"),
            "{answer:?}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        weight += answer.head.len() + answer.body.len();
        let known = format!("If-None-Match: {}", answer.header("etag"));
        assert_eq!(
            server.call(&format!("GET {file}"), &[&known], "").status,
            304
        );
        // But for the name of what SVG is.
        let text = answer.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!text.contains("http"), "{answer:?}");
    }
    assert!(weight < 25_000, "{weight}");
    assert!(
        !page.body.contains("http:") && !page.body.contains("https:"),
        "{page:?}"
    );
    assert_eq!(server.get("/page/page-0000000000000000.js").status, 404);
}
