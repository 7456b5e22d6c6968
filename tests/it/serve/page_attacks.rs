//! What nobody should do to the page, or with it.

use super::client::Server;
use super::page::made;
use crate::harness::TestEvent;

#[test]
fn a_form_of_another_site_sells_nothing_and_is_told_what_was_compared() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "");
    let receipt = server.buy("bob", "1").0.leads();
    let key = server.page("/").key();
    let fields = [("key", &*key), ("buyer", "eve"), ("quantity", "1")];
    for (headers, compared) in [
        (
            &["Origin: https://evil.example"][..],
            "Origin: https://evil.example",
        ),
        (&["Origin: null"], "Origin: null"),
        (&["Origin: https://test"], "Expected: http://test."),
        (&["Origin: http://test:8080"], "Origin: http://test:8080"),
        (
            &["Origin: http://test.evil.example"],
            "Origin: http://test.evil",
        ),
        (
            &["Sec-Fetch-Site: cross-site"],
            "Sec-Fetch-Site: cross-site",
        ),
        (
            &["Origin: http://test", "Sec-Fetch-Site: same-site"],
            "same-site",
        ),
        (&["Origin: <script>"], "Origin: &lt;script&gt;"),
    ] {
        for path in [
            "/book",
            "/hold",
            &format!("{receipt}/cancel"),
            &format!("{receipt}/release"),
        ] {
            let told = server.submit_with(path, &fields, headers);
            told.says(
                403,
                &[
                    "This request came from another site",
                    compared,
                    "If you run this service, start it with <code>tickets serve --public-url",
                ],
            );
        }
    }
    assert_eq!(event.ledger().len(), 2);
    for headers in [
        &["Origin: http://test", "Sec-Fetch-Site: same-origin"][..],
        &["Origin: http://TEST:80"],
        &[],
    ] {
        server.submit_with("/book", &fields, headers).leads();
    }
    assert_eq!(event.sales().len(), 2);
}

#[test]
fn behind_a_public_url_forms_come_from_there_alone() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "--public-url https://x.example/shop/");
    let page = server.page("/");
    page.says(
        200,
        &[
            "action=\"/shop/book\"",
            "href=\"/shop/page/",
            "data-stream=\"/shop/api/",
        ],
    );
    let key = page.key();
    let fields = [("key", &*key), ("buyer", "eve"), ("quantity", "1")];
    for wrong in [
        "Origin: http://x.example",
        "Origin: http://test",
        "Origin: https://x.example:8443",
    ] {
        let told = server.submit_with("/book", &fields, &[wrong]);
        told.says(403, &["Expected: https://x.example."]);
        assert!(!told.body.contains("--public-url"), "{told:?}");
    }
    let sold = server.submit_with("/book", &fields, &["Origin: https://x.example"]);
    assert_eq!(sold.leads(), format!("/shop/r/{key}"));
}

#[test]
fn no_page_stands_in_a_frame_runs_a_script_of_its_text_or_loads_from_elsewhere() {
    let event = made("5 --hold 15m");
    let server = Server::start(&event, "");
    let receipt = server.buy("bob", "1").0.leads();
    let foreign = server.submit_with("/book", &[], &["Origin: https://evil.example"]);
    let answers = [
        server.page("/"),
        server.page(&receipt),
        server.page("/r/x"),
        server.page("/nothing"),
        server.submit("/book", &[]),
        server.buy("bob", "1").0,
        foreign,
    ];
    for answer in answers {
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{answer:?}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), "deny");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!answer.body.contains("style="), "{answer:?}");
        let words = answer.body.split([' ', '<', '>']);
        let mut attributes = words.filter_map(|it| it.split_once("=\""));
        assert!(
            !attributes.any(|(name, _)| name.starts_with("on")),
            "{answer:?}"
        );
    }
    for path in ["/api/v1/event", "/healthz", "/no/such/path"] {
        let policy = server.get(path).header("content-security-policy");
        assert_eq!(
            policy, "default-src 'none'; frame-ancestors 'none'",
            "{path}"
        );
    }
}

#[test]
fn script_in_a_name_or_a_title_is_text() {
    let event = TestEvent::empty();
    let script = "\"><script>alert(1)</script>";
    let title = event
        .command(["init", "5", "--title", script, "--date", script])
        .output()
        .unwrap();
    assert!(title.status.success(), "{title:?}");
    let server = Server::start(&event, "");
    let (sold, _) = server.buy(script, "1");
    let refused = {
        let key = server.page("/").key();
        server.submit(
            "/book",
            &[("key", &*key), ("buyer", script), ("quantity", script)],
        )
    };
    refused.says(422, &[]);
    for page in [server.page("/"), server.page(&sold.leads()), refused] {
        assert!(page.body.contains("&lt;script&gt;alert(1)"), "{page:?}");
        assert!(!page.body.contains("<script>"), "{page:?}");
    }
}

#[test]
fn no_key_of_a_page_and_no_address_of_a_receipt_stands_in_the_log() {
    let event = made("9 --hold 15m");
    let server = Server::start(&event, "--log json");
    let (sold, key) = server.buy("quuxly", "1");
    let receipt = sold.leads();
    server.page(&receipt);
    server.call(
        &format!("GET {receipt}"),
        &["Referer: http://test/r/p-0123"],
        "",
    );
    server.submit(&format!("{receipt}/cancel"), &[]);
    server.page(&format!("{receipt}/cancel"));
    server.page(&format!("{receipt}/no/such"));
    server.page("/r/p-0123456789abcdef");
    server.page("/r/7-0123ab");
    server.submit_with(
        &format!("{receipt}/cancel"),
        &[],
        &["Origin: https://evil.example"],
    );
    let fields = [("key", &*key), ("buyer", "quuxly"), ("quantity", "3")];
    server.submit("/book", &fields);
    let metrics = server.get("/metrics").body;
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    for told in [&log, &metrics] {
        assert!(told.contains("/r/{key}/cancel"), "{told}");
        for secret in [&key[2..], "p-", "0123", "quuxly", "evil"] {
            assert!(!told.contains(secret), "{secret}: {told}");
        }
    }
}
