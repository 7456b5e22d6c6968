//! The pages of several events in one service.

use std::fs;

use super::client::Server;
use super::page::made;

#[test]
fn each_event_has_its_page_and_the_list_leads_to_all() {
    let event = made("3 --title Ball --date tomorrow");
    let other = event.path("gala.json");
    fs::write(&other, "{\"ticket\": 5}").unwrap();
    let paths = format!("{} {}", event.file.display(), other.display());
    let server = Server::start(&event, &paths);
    let list = server.page("/");
    list.says(
        200,
        &[
            "href=\"/tickets/\"",
            "Ball",
            "tomorrow",
            "href=\"/gala/\"",
            "5 tickets left",
        ],
    );
    assert_eq!(list.header("cache-control"), "no-store");
    // Programs are told as before.
    assert_eq!(server.get("/").is(200)["events"][1]["name"], "gala");
    assert_eq!(server.page("/gala").leads(), "/gala/");
    let page = server.page("/gala/");
    page.says(
        200,
        &[
            "<h1>gala</h1>",
            "action=\"/gala/book\"",
            "data-stream=\"/gala/api/v1/stream\"",
        ],
    );
    let key = page.key();
    let fields = [("key", &*key), ("buyer", "bob"), ("quantity", "2")];
    let receipt = server.submit("/gala/book", &fields).leads();
    assert_eq!(receipt, format!("/gala/r/{key}"));
    server.page(&receipt).says(200, &["You have 2 tickets"]);
    server.page(&format!("/tickets/r/{key}")).says(404, &[]);
    server.page(&format!("/r/{key}")).says(404, &[]);
    server.page("/book").says(404, &[]);
    server.page("/tickets/").says(200, &["3 tickets left"]);
    server.page("/gala/").says(200, &["3 tickets left"]);
    server.submit(&format!("{receipt}/cancel"), &[]).leads();
    server.page("/gala/").says(200, &["5 tickets left"]);
    event.assert_adds_up();
}
