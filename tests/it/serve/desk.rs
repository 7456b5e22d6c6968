//! The desk: logged in at, and what is done there.

use super::client::{Answer, Client, Server, TOKEN};
use super::page::made;
use crate::harness::TestEvent;

/// Somebody who has logged in.
pub(super) struct Clerk {
    address: Client,
    cookie: String,
}

/// The hidden fields of the form that is sent there.
fn fields_of(page: &Answer, action: &str) -> Vec<(String, String)> {
    let start = format!("action=\"{action}\"");
    let (_, form) = page
        .body
        .split_once(&start)
        .unwrap_or_else(|| panic!("no form {action}: {page:?}"));
    let (form, _) = form.split_once("</form>").unwrap();
    let hidden = form.split("<input type=\"hidden\" name=\"").skip(1);
    hidden
        .map(|field| {
            let (name, rest) = field.split_once("\" value=\"").unwrap();
            let (value, _) = rest.split_once('"').unwrap();
            (name.to_owned(), value.to_owned())
        })
        .collect()
}

impl Clerk {
    #[track_caller]
    pub(super) fn logs_in(server: &Server) -> Self {
        let answer = server.submit("/desk/login", &[("token", TOKEN)]);
        assert_eq!(answer.leads(), "/desk");
        let set = answer.header("set-cookie");
        let (cookie, _) = set.split_once(';').unwrap();
        let address = server.address.clone();
        Self {
            address: Client { address },
            cookie: format!("Cookie: {cookie}"),
        }
    }

    pub(super) fn page(&self, path: &str) -> Answer {
        self.address.call(
            &format!("GET {path}"),
            &["Accept: text/html", &self.cookie],
            "",
        )
    }

    pub(super) fn sends(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let own = [
            "Origin: http://test",
            "Sec-Fetch-Site: same-origin",
            &self.cookie,
        ];
        self.address.submit_with(path, fields, &own)
    }

    /// Sends a form that another page has made, in this browser.
    pub(super) fn sends_from(&self, path: &str, headers: &[&str]) -> Answer {
        let token = self.form_token();
        let fields = [
            ("form", &*token),
            ("key", "d-1"),
            ("buyer", "eve"),
            ("quantity", "1"),
            ("reason", "x"),
        ];
        let headers = [headers, &[&self.cookie]].concat();
        self.address.submit_with(path, &fields, &headers)
    }

    /// What each form of this session carries.
    #[track_caller]
    pub(super) fn form_token(&self) -> String {
        let hidden = fields_of(&self.page("/desk"), "/desk/sell");
        hidden
            .into_iter()
            .find(|(name, _)| name == "form")
            .unwrap()
            .1
    }

    /// What the browser proves its session with.
    pub(super) fn secret(&self) -> &str {
        self.cookie.rsplit('=').next().unwrap()
    }

    /// Fills in the form of this page that is sent there.
    pub(super) fn fills_in(&self, on: &str, action: &str, more: &[(&str, &str)]) -> Answer {
        let page = self.page(on);
        let hidden = fields_of(&page, action);
        let mut fields: Vec<(&str, &str)> = hidden
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        fields.extend(more);
        self.sends(action, &fields)
    }

    /// Sells so many at the door. Returns the id.
    #[track_caller]
    pub(super) fn sells(&self, buyer: &str, quantity: &str) -> String {
        let fields = [("buyer", buyer), ("quantity", quantity), ("note", "cash")];
        let place = self.fills_in("/desk", "/desk/sell", &fields).leads();
        let id = place.strip_prefix("/desk/sale/").unwrap();
        id.strip_suffix("?said=sold").unwrap().to_owned()
    }
}

#[test]
fn without_a_session_there_are_no_names_and_nothing_is_done() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "");
    server.sell("a", "quuxly", 1).is(201);
    let (_, sales) = event.json("sales");
    let id = sales["sales"][0]["id"].as_str().unwrap();
    let sale = format!("/desk/sale/{id}");
    let paths = [
        "/desk",
        "/desk?q=quuxly",
        &*sale,
        "/desk/figures",
        "/desk/audit",
        "/desk/door",
        "/desk/door.csv",
    ];
    let none = [
        "",
        "Cookie: desk=0123456789abcdef0123456789abcdef",
        "Cookie: desk=",
    ];
    for cookie in none {
        let headers: Vec<&str> = [cookie].into_iter().filter(|it| !it.is_empty()).collect();
        for path in paths {
            let answer = server.call(&format!("GET {path}"), &headers, "");
            assert_eq!(answer.leads(), "/desk/login", "{path}");
            assert!(!answer.body.contains("quuxly"), "{answer:?}");
        }
        for path in [
            "/desk/sell",
            "/desk/hold",
            "/desk/adjust",
            "/desk/close",
            &format!("{sale}/cancel"),
        ] {
            let mut own = vec!["Origin: http://test"];
            own.extend(&headers);
            let fields = [
                ("buyer", "eve"),
                ("quantity", "1"),
                ("key", "x"),
                ("reason", "y"),
            ];
            let answer = server.submit_with(path, &fields, &own);
            assert_eq!(answer.leads(), "/desk/login?said=ended", "{path}");
        }
    }
    server.page("/desk/login?said=ended").says(
        200,
        &["You are not logged in any more, and nothing was done"],
    );
    assert_eq!(event.ledger().len(), 2);
}

#[test]
fn a_token_opens_a_session_whose_cookie_is_for_the_desk_alone() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "");
    server
        .page("/desk/login")
        .says(200, &["<h1>Desk</h1>", "type=\"password\""]);
    for wrong in ["", "0123456789abcdeF", "carol"] {
        let answer = server.submit("/desk/login", &[("token", wrong)]);
        answer.says(401, &["There is no such token."]);
        assert_eq!(answer.header("set-cookie"), "");
    }
    let answer = server.submit("/desk/login", &[("token", TOKEN)]);
    let cookie = answer.header("set-cookie");
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "path=/desk; httponly; samesite=strict");
    let secret = pair.strip_prefix("desk=").unwrap();
    assert!(
        secret.len() == 32 && secret.bytes().all(|it| it.is_ascii_hexdigit()),
        "{cookie}"
    );
    assert_ne!(
        cookie,
        server
            .submit("/desk/login", &[("token", TOKEN)])
            .header("set-cookie")
    );
    let clerk = Clerk::logs_in(&server);
    clerk
        .page("/desk")
        .says(200, &["Logged in as carol", "9", "Everything adds up"]);
    // The token itself is no cookie, and the session no token.
    let as_cookie = format!("Cookie: desk={TOKEN}");
    assert_eq!(
        server.call("GET /desk", &[&as_cookie], "").leads(),
        "/desk/login"
    );
    let as_token = format!("Authorization: Bearer {secret}");
    server
        .call("GET /api/v1/sales", &[&as_token], "")
        .is_problem(401, "unauthorized");
    let out = clerk.fills_in("/desk", "/desk/logout", &[]);
    assert_eq!(out.leads(), "/desk/login");
    assert_eq!(
        out.header("set-cookie"),
        "desk=; max-age=0; path=/desk; httponly; samesite=strict"
    );
    assert_eq!(clerk.page("/desk").leads(), "/desk/login");
}

#[test]
fn behind_https_the_cookie_is_secure_and_has_the_path_of_the_event() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "--public-url https://x.example/shop");
    let answer = server.submit_with(
        "/desk/login",
        &[("token", TOKEN)],
        &["Origin: https://x.example"],
    );
    assert_eq!(answer.leads(), "/shop/desk");
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__secure-desk="), "{cookie}");
    assert!(
        cookie.ends_with("; path=/shop/desk; httponly; samesite=strict; secure"),
        "{cookie}"
    );
}

#[test]
fn what_is_done_stands_on_the_ledger_with_the_name_of_the_token() {
    let event = made("20 --hold 15m");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    let sale = clerk.sells("Ann", "3");
    clerk
        .page(&format!("/desk/sale/{sale}?said=sold"))
        .says(200, &["Sold.", "<h2>Ann</h2>", "by carol", "cash"]);
    let order = [("buyer", "Bob"), ("quantity", "2"), ("time", "20m")];
    for (act, end) in [("confirm", "confirmed"), ("release", "released")] {
        let place = clerk.fills_in("/desk", "/desk/hold", &order).leads();
        let path = place.strip_suffix("?said=held").unwrap();
        let action = format!("{path}/{act}");
        clerk
            .page(path)
            .says(200, &["Held until", "Sell 2 tickets"]);
        assert_eq!(
            clerk.fills_in(path, &action, &[]).leads(),
            format!("{path}?said={end}")
        );
    }
    let cancel = format!("/desk/sale/{sale}/cancel");
    let part = [("quantity", "1"), ("reason", "ill")];
    let place = clerk
        .fills_in(&format!("/desk/sale/{sale}"), &cancel, &part)
        .leads();
    clerk
        .page(&place)
        .says(200, &["Cancelled.", "1 of 3 cancelled", "ill"]);
    let more = [("quantity", "5"), ("reason", "more chairs")];
    assert_eq!(
        clerk.fills_in("/desk", "/desk/adjust", &more).leads(),
        "/desk?said=adjusted"
    );
    assert_eq!(
        clerk
            .fills_in("/desk", "/desk/close", &[("reason", "")])
            .leads(),
        "/desk?said=closed"
    );
    clerk
        .page("/desk?said=closed")
        .says(200, &["Sales are closed.", "Reopen sales"]);
    assert_eq!(
        clerk
            .fills_in("/desk", "/desk/reopen", &[("reason", "again")])
            .leads(),
        "/desk?said=reopened"
    );
    let ledger = event.ledger();
    let told: Vec<_> = ledger[2..]
        .iter()
        .map(|line| line["op"].as_str().unwrap())
        .collect();
    let expected = [
        "sell", "hold", "confirm", "hold", "release", "cancel", "adjust", "close", "reopen",
    ];
    assert_eq!(told, expected);
    assert!(
        ledger[2..].iter().all(|line| line["by"] == "carol"),
        "{ledger:?}"
    );
    assert_eq!(
        (&ledger[2]["note"], &ledger[7]["reason"]),
        (&"cash".into(), &"ill".into())
    );
    event.assert_adds_up();
}

#[test]
fn a_form_is_done_once_however_often_it_is_sent() {
    let event = TestEvent::stock(20);
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    let page = clerk.page("/desk");
    for (action, more) in [
        ("/desk/sell", &[("buyer", "Ann"), ("quantity", "2")][..]),
        (
            "/desk/hold",
            &[("buyer", "Bob"), ("quantity", "2"), ("time", "15m")],
        ),
        (
            "/desk/adjust",
            &[("quantity", "-3"), ("reason", "broken chairs")],
        ),
        ("/desk/close", &[("reason", "")]),
    ] {
        let hidden = fields_of(&page, action);
        let mut fields: Vec<_> = hidden
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        fields.extend(more);
        let first = clerk.sends(action, &fields).leads();
        assert_eq!(clerk.sends(action, &fields).leads(), first);
    }
    assert_eq!(event.ledger().len(), 5);
    // The same form with something else in it is another order.
    let hidden = fields_of(&page, "/desk/sell");
    let mut fields: Vec<_> = hidden
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    fields.extend([("buyer", "Eve"), ("quantity", "1")]);
    clerk
        .sends("/desk/sell", &fields)
        .says(422, &["This form has been used before", "value=\"Eve\""]);
    event.assert_adds_up();
}

#[test]
fn what_somebody_else_has_done_meanwhile_is_told() {
    let event = made("9 --hold 15m");
    let server = Server::start(&event, "");
    let (one, other) = (Clerk::logs_in(&server), Clerk::logs_in(&server));
    let id = one.sells("Ann", "3");
    let (path, cancel) = (
        format!("/desk/sale/{id}"),
        format!("/desk/sale/{id}/cancel"),
    );
    let open = other.page(&path);
    let all = [("quantity", "3"), ("reason", "")];
    one.fills_in(&path, &cancel, &[("quantity", "1")]).leads();
    let hidden = fields_of(&open, &cancel);
    let mut fields: Vec<_> = hidden
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    fields.extend(all);
    other.sends(&cancel, &fields).says(
        409,
        &[
            "Only 2 tickets of this order are left to cancel",
            "1 of 3 cancelled",
        ],
    );
    one.fills_in(&path, &cancel, &[("quantity", "2")]).leads();
    other.sends(&cancel, &fields).says(
        409,
        &[
            "carol has cancelled this already, on ",
            "You have not cancelled anything",
        ],
    );
    // By whom is told only where the ledger says it.
    let (_, sold) = event.json("book dan");
    let id = sold["sale"]["id"].as_str().unwrap();
    let (path, cancel) = (
        format!("/desk/sale/{id}"),
        format!("/desk/sale/{id}/cancel"),
    );
    let open = other.page(&path);
    let gone = event
        .command(["cancel", id])
        .env_remove("USER")
        .output()
        .unwrap();
    assert!(gone.status.success());
    let hidden = fields_of(&open, &cancel);
    let mut fields: Vec<_> = hidden
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    fields.push(("quantity", "1"));
    other
        .sends(&cancel, &fields)
        .says(409, &["This was cancelled already, on "]);
    // A hold that was released is not sold.
    let order = [("buyer", "Bob"), ("quantity", "2"), ("time", "15m")];
    let place = one.fills_in("/desk", "/desk/hold", &order).leads();
    let path = place.strip_suffix("?said=held").unwrap();
    let (confirm, release) = (format!("{path}/confirm"), format!("{path}/release"));
    let open = other.page(path);
    one.fills_in(path, &release, &[]).leads();
    let hidden = fields_of(&open, &confirm);
    let fields: Vec<_> = hidden
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .collect();
    other
        .sends(&confirm, &fields)
        .says(409, &["This hold has ended already"]);
    event.assert_adds_up();
}

#[test]
fn what_makes_no_sense_is_refused_and_the_form_stays_as_it_was() {
    let event = made("5 --hold 15m --max-per-sale 4");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    let id = clerk.sells("Ann", "2");
    for (action, fields, status, told) in [
        (
            "/desk/sell",
            &[("buyer", "Bob"), ("quantity", "x")][..],
            422,
            "Please enter a whole number",
        ),
        (
            "/desk/sell",
            &[("buyer", " "), ("quantity", "1")],
            422,
            "Please enter a name",
        ),
        (
            "/desk/sell",
            &[("buyer", "Bob"), ("quantity", "4")],
            409,
            "Only 3 tickets are left",
        ),
        (
            "/desk/sell",
            &[("buyer", "Bob"), ("quantity", "5")],
            422,
            "one sale has at most 4 tickets",
        ),
        (
            "/desk/hold",
            &[("buyer", "Bob"), ("quantity", "1"), ("time", "soon")],
            422,
            "as in 15m, 2h or 3d",
        ),
        (
            "/desk/adjust",
            &[("quantity", "-4"), ("reason", "x")],
            409,
            "Only 3 tickets can be taken away",
        ),
        (
            "/desk/adjust",
            &[("quantity", "0"), ("reason", "x")],
            422,
            "a whole number other than 0",
        ),
        (
            "/desk/adjust",
            &[("quantity", "2"), ("reason", " ")],
            422,
            "Please enter a reason",
        ),
    ] {
        let answer = clerk.fills_in("/desk", action, fields);
        answer.says(status, &[told, "role=\"alert\"", "<details open>"]);
        for (_, value) in fields {
            assert!(
                answer.body.contains(&format!("value=\"{value}\"")),
                "{value}: {answer:?}"
            );
        }
    }
    let cancel = format!("/desk/sale/{id}/cancel");
    let path = format!("/desk/sale/{id}");
    clerk
        .fills_in(&path, &cancel, &[("quantity", "0")])
        .says(422, &["whole number"]);
    clerk
        .page("/desk/sale/99-abcdef")
        .says(404, &["There is no such order."]);
    clerk
        .page("/desk/sale/%3Cscript%3E")
        .says(404, &["There is no such order."]);
    let page = clerk.page("/desk");
    event.run("close");
    let hidden = fields_of(&page, "/desk/sell");
    let hidden = hidden.iter().map(|(name, value)| (&**name, &**value));
    let order = [("buyer", "Bob"), ("quantity", "1")];
    let fields: Vec<(&str, &str)> = hidden.chain(order).collect();
    clerk
        .sends("/desk/sell", &fields)
        .says(409, &["tickets are not on sale", "value=\"Bob\""]);
    assert_eq!(event.sales().len(), 1);
}

#[test]
fn without_tokens_there_is_no_desk() {
    let event = TestEvent::stock(9);
    let command = event.command(["--json", "serve", "--listen", "127.0.0.1:0"]);
    let server = Server::run(&event, command);
    for path in ["/desk", "/desk/login", "/desk/door"] {
        server.page(path).says(
            404,
            &["There is no desk here", "tickets serve --tokens FILE"],
        );
    }
    server
        .submit("/desk/login", &[("token", TOKEN)])
        .says(404, &["There is no desk here"]);
}

#[test]
fn of_several_events_each_has_a_desk_of_its_own() {
    let event = TestEvent::stock(3);
    let gala = event.path("gala.json");
    std::fs::write(&gala, "{\"ticket\": 5}").unwrap();
    let paths = format!(
        "{} {}",
        event.path("tickets.json").display(),
        gala.display()
    );
    let server = Server::start(&event, &paths);
    assert_eq!(server.page("/gala/desk").leads(), "/gala/desk/login");
    let answer = server.submit("/gala/desk/login", &[("token", TOKEN)]);
    assert_eq!(answer.leads(), "/gala/desk");
    let set = answer.header("set-cookie");
    assert!(set.contains("; path=/gala/desk;"), "{set}");
    let cookie = format!("Cookie: {}", set.split_once(';').unwrap().0);
    let page = server.call("GET /gala/desk", &[&cookie], "");
    page.says(
        200,
        &[
            "action=\"/gala/desk/sell\"",
            "data-stream=\"/gala/api/v1/stream\"",
        ],
    );
    assert_eq!(server.page("/tickets/desk").leads(), "/tickets/desk/login");
    // An event cannot be called as the desk of one that is alone.
    server.page("/desk").says(404, &[]);
}

/// What is refused while sales are closed is not offered then; whose tickets are held can buy them.
#[test]
fn a_closed_desk_offers_no_sale_and_says_what_is_held() {
    let event = made("20 --hold 15m --max-per-buyer 3");
    assert_eq!(event.json("hold Bob -n 2").0, 0);
    let sale = event.booked("Eve");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    clerk
        .page(&format!("/desk/sale/{sale}"))
        .says(200, &["Cancelled tickets go back on sale"]);
    let forms = ["action=\"/desk/sell\"", "action=\"/desk/hold\""];
    clerk.page("/desk").says(200, &forms);
    let many = [("buyer", "Ann"), ("quantity", "4")];
    clerk
        .fills_in("/desk", "/desk/sell", &many)
        .says(422, &["one buyer has at most 3 tickets"]);
    let place = clerk
        .fills_in("/desk", "/desk/close", &[("reason", "")])
        .leads();
    let page = clerk.page(&place);
    let told = [
        "Sales are closed. 2 tickets are held and can still be bought.",
        "on the public page too",
    ];
    page.says(200, &told);
    for form in forms {
        assert!(!page.body.contains(form), "{form}: {page:?}");
    }
    // What is cancelled meanwhile is sold to nobody.
    let sale = clerk.page(&format!("/desk/sale/{sale}"));
    sale.says(200, &["nothing is sold at present"]);
    assert!(!sale.body.contains("go back on sale"), "{sale:?}");
    clerk
        .page("/desk/door")
        .says(200, &["2 tickets are held besides"]);
    assert!(!clerk.page("/desk").body.contains("can still be bought"));
}

/// None is no number of tickets to offer, and what is due is told as the command line tells it.
#[test]
fn a_desk_that_has_none_left_says_so_and_what_is_due_is_counted_as_left() {
    let event = made("3 --hold none");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    assert_eq!(event.json("hold Bob -n 2").0, 0);
    let due = "2 of those left are held still, but the time is up.";
    for path in ["/desk", "/desk/figures"] {
        clerk.page(path).says(200, &[due]);
    }
    clerk.sells("Ann", "3");
    assert!(!clerk.page("/desk").body.contains("held still"));
    for (action, fields, told) in [
        (
            "/desk/sell",
            [("buyer", "Bob"), ("quantity", "1")],
            "Sold out: no ticket is left. Nothing was done.",
        ),
        (
            "/desk/adjust",
            [("quantity", "-1"), ("reason", "x")],
            "No ticket is left to be taken away. Nothing was done.",
        ),
    ] {
        let answer = clerk.fills_in("/desk", action, &fields);
        answer.says(409, &[told]);
        assert!(!answer.body.contains("Only 0"), "{answer:?}");
    }
}

/// Who runs the desk is told where the ledger was edited, and nobody else is.
#[test]
fn the_desk_names_the_line_that_was_edited() {
    let event = made("20");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    clerk.sells("Ann", "1");
    clerk.sells("Bob", "1");
    drop(server);
    let ledger = event.path("tickets.ledger.jsonl");
    let text = std::fs::read_to_string(&ledger).unwrap();
    std::fs::write(&ledger, text.replace("\"Ann\"", "\"Eve\"")).unwrap();
    std::fs::remove_file(&event.file).unwrap();
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    let told = [
        "tickets.ledger.jsonl",
        "does not add up in line 3",
        "tickets audit",
    ];
    clerk.page("/desk").says(500, &told);
    assert!(!server.page("/").body.contains("ledger.jsonl"));
}

/// Who says nothing else holds for as long as the event does.
#[test]
fn a_hold_at_the_desk_is_as_long_as_the_event_says() {
    for (settings, time) in [("9 --hold 3days", "3days"), ("9", "15m")] {
        let event = made(settings);
        let server = Server::start(&event, "");
        let clerk = Clerk::logs_in(&server);
        let page = clerk.page("/desk");
        let (_, form) = page.body.split_once("action=\"/desk/hold\"").unwrap();
        let (form, _) = form.split_once("</form>").unwrap();
        let (_, field) = form.split_once("name=\"time\"").unwrap();
        let (field, _) = field.split_once('>').unwrap();
        assert!(field.contains(&format!("value=\"{time}\"")), "{field}");
    }
}

/// A German spreadsheet takes a comma for a decimal point.
#[test]
fn the_list_for_a_spreadsheet_is_separated_as_in_the_language_of_the_page() {
    let event = made("9");
    event.booked("ann");
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    for (language, separator) in [("en", ','), ("de", ';'), ("zh", ',')] {
        let language = format!("Accept-Language: {language}");
        let list = clerk
            .address
            .call("GET /desk/door.csv", &[&language, &clerk.cookie], "");
        let columns = ["buyer", "quantity", "ids", "note"].join(&separator.to_string());
        assert!(list.body.contains(&columns), "{language}: {list:?}");
    }
}
