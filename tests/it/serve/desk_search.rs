//! The desk finds names as people type them who lack the letters.

use super::client::Server;
use super::desk::Clerk;
use crate::harness::TestEvent;

#[test]
fn a_name_is_found_whatever_its_letters_accents_and_apostrophes() {
    let event = TestEvent::stock(9);
    for name in [
        "Wei\u{df}",
        "\u{141}ukasz",
        "S\u{f8}ren \u{c6}r\u{f8}",
        "O'Neill",
        "D\u{2019}Arc",
        "Anne-Marie",
    ] {
        event.booked(&name.replace(' ', "\u{a0}"));
    }
    let server = Server::start(&event, "");
    let clerk = Clerk::logs_in(&server);
    for (asked, name) in [
        ("WEISS", "Wei\u{df}"),
        ("weiss", "Wei\u{df}"),
        ("wei%C3%9F", "Wei\u{df}"),
        ("lukasz", "\u{141}ukasz"),
        ("soren+aero", "S\u{f8}ren\u{a0}\u{c6}r\u{f8}"),
        ("O%E2%80%99Neill", "O'Neill"),
        ("o%27neill", "O'Neill"),
        ("d%27arc", "D\u{2019}Arc"),
        ("anne%E2%80%91marie", "Anne-Marie"),
    ] {
        let page = clerk.page(&format!("/desk?q={asked}"));
        page.says(200, &[name]);
    }
}
