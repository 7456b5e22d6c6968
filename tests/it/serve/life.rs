//! The whole life of sales and holds.

use super::client::{Server, bearer};
use crate::harness::{TestEvent, eventually};

#[test]
fn a_sale_is_sold_once_found_by_its_key_and_cancelled() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let sold = server.sell("a", " Alice ", 2);
    assert!(sold.head.contains("location: /api/v1/sales/2-"), "{sold:?}");
    let sold = sold.is(201);
    assert_eq!(
        (&sold["left"], &sold["replayed"]),
        (&1.into(), &false.into())
    );
    let again = server.sell("\"a\"", "Alice", 2).is(200);
    assert_eq!(again["sale"], sold["sale"]);
    assert_eq!(again["replayed"], true);
    server.sell("a", "Alice", 1).is_problem(422, "refused");
    server.sell("b", "bob", 2).is_problem(409, "sold_out");
    assert_eq!(server.sell("b", "bob", 2).json()["left"], 1);
    let (_, query) = event.json("query");
    let told = server.get("/api/v1/event").is(200);
    for member in ["left", "sold", "held", "on_sale", "title"] {
        assert_eq!(told[member], query[member]);
    }
    let path = format!("/api/v1/sales/{}", sold["sale"]["id"].as_str().unwrap());
    let find = |key: &str| server.call(&format!("GET {path}"), &[key], "");
    assert_eq!(find("Idempotency-Key: a").is(200)["sale"]["buyer"], "Alice");
    find("Idempotency-Key: other").is_problem(404, "refused");
    find("X: y").is_problem(401, "unauthorized");
    assert_eq!(find(&bearer()).is(200)["sale"]["state"], "valid");
    let cancel = |key: &str, right: &str, body: &str| {
        let key = format!("Idempotency-Key: {key}");
        server.call(&format!("POST {path}/cancel"), &[&key, right], body)
    };
    cancel("c", "Sale-Key: other", "").is_problem(404, "refused");
    cancel("c", "X: y", "").is_problem(401, "unauthorized");
    let part = cancel("c", "Sale-Key: a", r#"{"quantity":1,"reason":"ill"}"#).is(200);
    assert_eq!((&part["kept"], &part["left"]), (&1.into(), &2.into()));
    assert_eq!(cancel("d", "Sale-Key: a", "").is(200)["replayed"], false);
    assert_eq!(cancel("e", "Sale-Key: a", "").is(200)["replayed"], true);
    server.sell("a", "Alice", 2).is_problem(409, "cancelled");
    event.assert_adds_up();
}

#[test]
fn a_hold_is_confirmed_or_released_by_its_own_key() {
    let event = TestEvent::empty();
    assert_eq!(
        event.run("init 5 --hold 15m --max-per-sale 3").code,
        Some(0)
    );
    let server = Server::start(&event, "");
    let hold = |key: &str, body: &str| server.post("/api/v1/holds", key, body);
    let kept = hold("a", r#"{"buyer":"bob","quantity":2,"for":"10m"}"#).is(201);
    assert_eq!((&kept["left"], &kept["held"]), (&3.into(), &2.into()));
    hold("b", r#"{"buyer":"bob","quantity":2,"for":"16m"}"#).is_problem(422, "limit");
    hold("b", r#"{"buyer":"bob","quantity":4}"#).is_problem(422, "limit");
    let path = format!("/api/v1/holds/{}", kept["hold"]["id"].as_str().unwrap());
    let end = |method: &str, key: &str| {
        let key = format!("Sale-Key: {key}");
        server.call(method, &["Idempotency-Key: x", &key], "")
    };
    end(&format!("POST {path}/confirm"), "other").is_problem(404, "refused");
    let sold = end(&format!("POST {path}/confirm"), "a").is(200);
    assert_eq!(
        (&sold["sale"]["quantity"], &sold["replayed"]),
        (&2.into(), &false.into())
    );
    assert_eq!(
        end(&format!("POST {path}/confirm"), "a").is(200)["replayed"],
        true
    );
    end(&format!("DELETE {path}"), "a").is_problem(409, "refused");
    let kept = hold("c", r#"{"buyer":"eve","quantity":1}"#).is(201);
    let path = format!("/api/v1/holds/{}", kept["hold"]["id"].as_str().unwrap());
    assert_eq!(
        end(&format!("DELETE {path}"), "c").is(200)["released"]["quantity"],
        1
    );
    assert_eq!(
        end(&format!("DELETE {path}"), "c").is(200)["replayed"],
        true
    );
    event.assert_adds_up();
}

#[test]
fn an_event_that_was_not_made_for_real_holds_nothing_for_the_public() {
    let event = TestEvent::stock(5);
    let server = Server::start(&event, "");
    let order = r#"{"buyer":"bob","quantity":2}"#;
    server
        .post("/api/v1/holds", "a", order)
        .is_problem(403, "refused");
    server.managed("/api/v1/holds", "a", order).is(201);
}

#[test]
fn a_hold_whose_time_is_over_gives_its_tickets_to_the_next_buyer() {
    let event = TestEvent::empty();
    assert_eq!(event.run("init 1 --hold 15m").code, Some(0));
    let server = Server::start(&event, "");
    let order = r#"{"buyer":"eve","quantity":1,"for":"2s"}"#;
    let kept = server.post("/api/v1/holds", "a", order).is(201);
    let hold = format!("/api/v1/holds/{}", kept["hold"]["id"].as_str().unwrap());
    let sold = eventually("its tickets are free", || {
        let answer = server.sell("b", "bob", 1);
        if answer.status == 201 {
            return Some(answer);
        }
        answer.is_problem(409, "sold_out");
        assert_eq!(answer.json()["held"], 1, "{answer:?}");
        None
    });
    assert_eq!(sold.json()["left"], 0);
    let headers = ["Idempotency-Key: c", "Sale-Key: a"];
    let confirmed = server.call(&format!("POST {hold}/confirm"), &headers, "");
    confirmed.is_problem(409, "expired");
    server
        .post("/api/v1/holds", "a", order)
        .is_problem(409, "expired");
    assert_eq!(server.get("/api/v1/event").is(200)["held"], 0);
    event.assert_adds_up();
}
