//! What nobody should do to the desk, or with it.

use super::client::{Server, TOKEN};
use super::desk::Clerk;
use super::page::made;
use crate::harness::TestEvent;

#[test]
fn forms_of_other_sites_and_of_other_sessions_do_nothing() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "");
    let (clerk, other) = (Clerk::logs_in(&server), Clerk::logs_in(&server));
    let id = clerk.sells("Ann", "2");
    let cancel = format!("/desk/sale/{id}/cancel");
    let login = [("token", TOKEN)];
    for headers in [
        &["Origin: https://evil.example"][..],
        &["Origin: null"],
        &["Sec-Fetch-Site: cross-site"],
        &["Sec-Fetch-Site: same-site"],
    ] {
        let refused = server.submit_with("/desk/login", &login, headers);
        refused.says(403, &["This request came from another site"]);
        assert_eq!(refused.header("set-cookie"), "");
        for path in [
            "/desk/sell",
            "/desk/hold",
            "/desk/adjust",
            "/desk/close",
            "/desk/logout",
            &cancel,
        ] {
            let told = clerk.sends_from(path, headers);
            told.says(403, &["This request came from another site"]);
        }
    }
    let theirs = other.form_token();
    for token in ["", "0123", &*theirs] {
        for path in [
            "/desk/sell",
            "/desk/hold",
            "/desk/adjust",
            "/desk/close",
            &cancel,
        ] {
            let fields = [
                ("form", token),
                ("key", "d-1"),
                ("buyer", "eve"),
                ("quantity", "1"),
                ("reason", "x"),
            ];
            clerk
                .sends(path, &fields)
                .says(403, &["This form is of another session"]);
        }
    }
    assert_eq!(event.ledger().len(), 2);
    clerk.page("/desk").says(200, &["Logged in as carol"]);
}

#[test]
fn who_guesses_tokens_is_slowed_by_address_and_others_are_not() {
    let event = TestEvent::stock(9);
    let server = Server::start(&event, "--trust-proxy");
    let from = |address: &str, token: &str| {
        let forwarded = format!("X-Forwarded-For: {address}");
        server.submit_with(
            "/desk/login",
            &[("token", token)],
            &["Origin: http://test", &forwarded],
        )
    };
    let guesses = (0..40).map(|guess| from("203.0.113.9", &format!("0123456789abcde{guess}")));
    let slowed_after = guesses.take_while(|answer| answer.status == 401).count();
    assert!((10..40).contains(&slowed_after), "{slowed_after}");
    // Behind too many, a right one does not tell itself from others.
    let slowed = from("203.0.113.9", TOKEN);
    slowed.says(429, &["Too many wrong tokens came from your network"]);
    assert!(slowed.header("retry-after").parse::<u64>().unwrap() > 0);
    assert_eq!(slowed.header("set-cookie"), "");
    // Those of the API are the same tokens.
    let api = [
        "X-Forwarded-For: 203.0.113.9",
        &format!("Authorization: Bearer {TOKEN}"),
    ];
    server
        .call("GET /api/v1/sales", &api, "")
        .is_problem(429, "too_many_requests");
    assert_eq!(from("203.0.113.10", TOKEN).leads(), "/desk");
}

#[test]
fn script_in_names_is_text_and_no_page_of_the_desk_is_kept_or_framed() {
    let event = TestEvent::empty();
    let script = "\"><script>alert(1)</script>";
    let made = event
        .command(["init", "20", "--title", script, "--date", script])
        .output()
        .unwrap();
    assert!(made.status.success());
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    let id = clerk.sells(script, "2");
    let fields = [("buyer", script), ("quantity", script), ("note", script)];
    let search = "/desk?q=%22%3E%3Cscript%3E&sort=%22%3E%3Cscript%3E&page=%3C&said=%3Cscript%3E";
    let cancel = format!("/desk/sale/{id}/cancel");
    let path = format!("/desk/sale/{id}");
    let pages = [
        server.page("/desk/login"),
        clerk.page("/desk"),
        clerk.page(search),
        clerk.page(&path),
        clerk.page("/desk/figures"),
        clerk.page("/desk/audit"),
        clerk.page("/desk/door"),
        clerk.fills_in("/desk", "/desk/sell", &fields),
        clerk.fills_in(&path, &cancel, &[("quantity", script), ("reason", script)]),
    ];
    for page in pages {
        assert!(!page.body.contains("<script>"), "{page:?}");
        assert!(
            !page.body.contains("style=") && !page.body.contains(" onclick"),
            "{page:?}"
        );
        assert_eq!(page.header("cache-control"), "no-store");
        assert_eq!(page.header("x-frame-options"), "deny");
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{page:?}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    clerk.page("/desk").says(200, &["&lt;script&gt;alert(1)"]);
    clerk
        .page("/desk/door")
        .says(200, &["&lt;script&gt;alert(1)"]);
}

#[test]
fn the_list_for_a_spreadsheet_has_no_formulas_and_is_that_of_the_command() {
    let event = TestEvent::stock(20);
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    for (name, many) in [
        ("=cmd|' /C calc'!A0", "1"),
        ("@SUM(1)", "2"),
        ("\u{c5}sa", "3"),
        ("a;=1", "1"),
    ] {
        clerk.sells(name, many);
    }
    let answer = clerk.page("/desk/door.csv");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/csv; charset=utf-8".to_owned())
    );
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"tickets-door.csv\""
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let command = event
        .command(["door", "--format", "csv", "--bom"])
        .output()
        .unwrap();
    assert_eq!(answer.body, String::from_utf8(command.stdout).unwrap());
    for cell in ["'=cmd|", "'@SUM", "a;'=1"] {
        assert!(answer.body.contains(cell), "{cell}: {answer:?}");
    }
}

#[test]
fn no_token_no_session_and_no_name_stands_in_the_log() {
    let event = made("9 --hold 15m");
    let server = Server::start(&event, "--log json");
    server.submit("/desk/login", &[("token", "wrongwrongwrongwrong")]);
    let clerk = Clerk::logs_in(&server);
    let form = clerk.form_token();
    let id = clerk.sells("quuxly", "1");
    clerk.page("/desk?q=quuxly");
    clerk.page(&format!("/desk/sale/{id}"));
    clerk.page("/desk/sale/quuxly");
    clerk.page("/desk/door.csv");
    let cancel = format!("/desk/sale/{id}/cancel");
    clerk.fills_in(
        &format!("/desk/sale/{id}"),
        &cancel,
        &[("quantity", "1"), ("reason", "quuxly")],
    );
    clerk.fills_in("/desk", "/desk/logout", &[]);
    let secret = clerk.secret().to_owned();
    let metrics = server.get("/metrics").body;
    server.terminate();
    let (code, log) = server.ended();
    assert_eq!(code, Some(0), "{log}");
    for told in [&log, &metrics] {
        for hidden in [TOKEN, "wrongwrong", &secret, &form, "quuxly", "carol"] {
            assert!(!told.contains(hidden), "{hidden}: {told}");
        }
    }
    assert!(log.contains("/desk/sale/{id}"), "{log}");
}
