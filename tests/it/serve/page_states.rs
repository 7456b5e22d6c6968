//! The page where something cannot be bought, and in other languages.

use std::thread;

use super::client::{Server, order};
use super::page::made;
use crate::harness::{TestEvent, eventually, flocks, foreign_lock};

#[test]
fn the_page_says_plainly_why_nothing_is_sold() {
    for (settings, commands, says) in [
        ("1", "book bob", "Sold out"),
        ("1", "close", "Sales are closed"),
        (
            "1 --from 2999-01-01T00:00:00Z",
            "query",
            "On sale from <span class=\"time\">2999-01-01",
        ),
        (
            "1 --from 2001-01-01T00:00:00Z --until 2002-01-01T00:00:00Z",
            "query",
            "Sales have ended",
        ),
    ] {
        let event = made(settings);
        assert_eq!(event.run(commands).code, Some(0), "{settings}");
        let server = Server::start(&event, "");
        let page = server.page("/");
        page.says(200, &[&format!("<h2 class=\"state\">{says}")]);
        assert!(!page.body.contains("<form"), "{page:?}");
        // A form that was there before.
        let key = "p-0123456789abcdef0123456789abcdef";
        let fields = [("key", key), ("buyer", "eve"), ("quantity", "1")];
        let told = server.submit("/book", &fields);
        told.says(409, &[says, "You have not bought anything"]);
        let faster = told.body.contains("Somebody else was faster");
        assert_eq!(faster, says == "Sold out", "{told:?}");
        server.page(&format!("/r/{key}")).says(404, &[]);
    }
}

#[test]
fn a_form_that_cannot_be_done_comes_back_as_it_was_filled_in() {
    let event = made("9 --max-per-sale 4 --max-per-buyer 5");
    let server = Server::start(&event, "");
    let key = server.page("/").key();
    let (long, chinese) = ("x".repeat(300), "\u{674e}".repeat(86));
    for (buyer, quantity, says) in [
        ("", "1", "Please enter your name."),
        ("\u{200b}\u{2060}", "1", "Please enter your name."),
        ("\u{202e}\u{202c}", "1", "Please enter your name."),
        ("a\nb", "1", "Please enter your name on one line"),
        (&long, "1", "too long: only the first 256 letters"),
        (&chinese, "1", "too long: only the first 85 letters"),
        ("bob", "", "Please enter a number from 1 to 4"),
        ("bob", "0", "Please enter a number from 1 to 4"),
        ("bob", "-1", "Please enter a number from 1 to 4"),
        ("bob", "two", "Please enter a number from 1 to 4"),
        (
            "bob",
            "99999999999999999999999",
            "Please enter a number from 1 to 4",
        ),
        ("bob", "5", "You can buy at most 4 tickets at a time"),
    ] {
        let fields = [("key", &*key), ("buyer", buyer), ("quantity", quantity)];
        let told = server.submit("/book", &fields);
        told.says(422, &[says, "role=\"alert\"", "aria-invalid=\"true\""]);
        assert_eq!(told.key(), key);
        assert_eq!(
            told.body.contains("value=\"bob\""),
            buyer == "bob",
            "{told:?}"
        );
    }
    let one = made("9 --max-per-sale 1");
    let server_of_one = Server::start(&one, "");
    let key_of_one = server_of_one.page("/").key();
    for (quantity, says) in [("abc", "Please enter a whole number"), ("2", "You can buy")] {
        let fields = [
            ("key", &*key_of_one),
            ("buyer", "bob"),
            ("quantity", quantity),
        ];
        server_of_one.submit("/book", &fields).says(422, &[says]);
    }
    // It is good as before.
    let fields = [("key", &*key), ("buyer", "bob"), ("quantity", "4")];
    server.submit("/book", &fields).leads();
    server.buy("Bob", "2").0.says(
        422,
        &["Each name can have at most 5 tickets, and this name already has some"],
    );
    // Fewer are left than the page said.
    let key = server.page("/").key();
    event.booked("eve --quantity 3");
    let fields = [("key", &*key), ("buyer", "dan"), ("quantity", "4")];
    let told = server.submit("/book", &fields);
    told.says(
        409,
        &["Only 2 tickets are left", "max=\"2\"", "value=\"dan\""],
    );
    assert_eq!(told.key(), key);
    let fields = [("key", &*key), ("buyer", "dan"), ("quantity", "2")];
    server.submit("/book", &fields).leads();
    event.assert_adds_up();
}

#[test]
fn a_body_that_is_no_form_sells_nothing() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let key = server.page("/").key();
    let good = format!("key={key}&buyer=bob&quantity=1");
    // As JSON, which a page of somebody else's could not send without being asked.
    server.call("POST /book", &[], &good).says(415, &[]);
    let huge = "x".repeat(20_000);
    let fields = [("key", &*key), ("buyer", &*huge), ("quantity", "1")];
    server
        .submit("/book", &fields)
        .says(413, &["Nothing was sold"]);
    let twice = [
        ("key", &*key),
        ("key", &*key),
        ("buyer", "bob"),
        ("quantity", "1"),
    ];
    server
        .submit("/book", &twice)
        .says(400, &["Nothing was sold"]);
    server.submit("/book", &[]).says(400, &["Nothing was sold"]);
    // What is no text would be another name than was sent.
    let form = "Content-Type: application/x-www-form-urlencoded";
    for name in ["%ff%fe", "%zz", "bob%"] {
        let body = format!("key={key}&quantity=1&buyer={name}");
        server
            .call("POST /book", &[form], &body)
            .says(400, &["Nothing was sold"]);
    }
    assert_eq!(event.sales().len(), 0);
}

#[test]
fn where_too_many_buy_the_page_keeps_the_order_to_try_again() {
    let event = TestEvent::stock(9);
    event.booked("first");
    let server = Server::start(&event, "--clerks 1 --queue 1");
    let key = server.page("/").key();
    let lock = event.path("tickets.json.lock");
    let held = foreign_lock(&lock);
    let fields = [("key", &*key), ("buyer", "Émile <b>"), ("quantity", "2")];
    thread::scope(|scope| {
        let server = &server;
        scope.spawn(move || server.raw(&order("one", "bob")));
        eventually("one waits for the lock", || {
            flocks(&lock).iter().any(|(_, waits)| *waits).then_some(())
        });
        scope.spawn(move || server.raw(&order("two", "bob")));
        eventually("the other waits for the clerk", || {
            let told = server.get("/metrics").body;
            told.contains("tickets_queue{event=\"tickets\"} 1")
                .then_some(())
        });
        let told = server.submit("/book", &fields);
        told.says(
            503,
            &[
                "action=\"/book\"",
                "value=\"Émile &lt;b&gt;\"",
                "name=\"quantity\" value=\"2\"",
                "data-wait=\"1\"",
                "Try again",
            ],
        );
        assert_eq!(told.key(), key);
        assert_eq!(told.header("retry-after"), "1");
        drop(held);
    });
    // The same again, as its button and its script do.
    let receipt = eventually("there is room", || {
        let answer = server.submit("/book", &fields);
        (answer.status == 303).then(|| answer.leads())
    });
    server.page(&receipt).says(200, &["You have 2 tickets"]);
    let mine = event
        .sales()
        .iter()
        .filter(|sale| sale["quantity"] == 2)
        .count();
    assert_eq!(mine, 1);
    event.assert_adds_up();
}

#[test]
fn where_the_files_do_not_add_up_the_page_says_so_and_names_none() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let (sold, key) = server.buy("bob", "1");
    let receipt = sold.leads();
    std::fs::write(&event.file, "{\"ticket\": 77}").unwrap();
    let fields = [("key", &*key), ("buyer", "bob"), ("quantity", "1")];
    let answers = [
        server.page("/"),
        server.page(&receipt),
        server.submit("/book", &fields),
    ];
    for told in answers {
        told.says(500, &["Something went wrong"]);
        assert!(
            !told.body.contains("ledger") && !told.body.contains(".json"),
            "{told:?}"
        );
    }
}

#[test]
fn a_page_is_in_the_language_that_the_browser_likes_best() {
    let event = made("3 --hold 15m");
    let server = Server::start(&event, "");
    for (liked, lang, says) in [
        (
            "de-AT,de;q=0.9,en;q=0.5",
            "de",
            ["Noch 3 Karten", "Für 15 Minuten reservieren"],
        ),
        (
            "fr,zh-CN;q=0.7,en;q=0.6",
            "zh",
            ["余票 3 张", "保留 15 分钟"],
        ),
        ("zh-TW", "zh-Hant", ["餘票 3 張", "保留 15 分鐘"]),
        ("fr", "en", ["3 tickets left", "Hold for 15 minutes"]),
    ] {
        let page = server.page_in(liked, "/");
        page.says(200, &says);
        page.says(200, &[&format!("<html lang=\"{lang}\">")]);
        assert_eq!(page.header("content-language"), lang.to_ascii_lowercase());
        assert!(page.header("vary").contains("accept-language"), "{page:?}");
    }
    // What an open form says in one line ends its sentences as its language does.
    for (liked, says) in [
        ("en", "\"Sold out. If somebody"),
        ("de", "\"Ausverkauft. Zur"),
        ("zh", "\"已售完。如"),
        ("zh-HK", "\"已售完。如"),
    ] {
        server.page_in(liked, "/").says(200, &[says]);
    }
    server
        .page_in("de", "/nichts")
        .says(404, &["Seite nicht gefunden"]);
    server.page_in("zh", "/r/x").says(404, &["找不到这份凭证"]);
}

#[test]
fn a_browser_is_answered_pages_and_a_program_problems() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.page("/no/such/path").says(404, &["Page not found"]);
    server.get("/no/such/path").is_problem(404, "not_found");
    let put = ["Accept: text/html"];
    server.call("PUT /book", &put, "").says(405, &[]);
    server
        .call("PUT /book", &[], "")
        .is_problem(405, "method_not_allowed");
}

#[test]
fn a_name_is_not_said_to_have_tickets_that_wants_more_than_any_may() {
    let event = made("9 --max-per-buyer 2");
    let server = Server::start(&event, "");
    let (told, _) = server.buy("greedy", "3");
    told.says(422, &["Each name can have at most 2 tickets."]);
    server.buy("greedy", "2").0.leads();
    let (again, _) = server.buy("greedy", "3");
    again.says(422, &["Each name can have at most 2 tickets."]);
    let (more, _) = server.buy("greedy", "1");
    more.says(422, &["at most 2 tickets, and this name already has some"]);
}
