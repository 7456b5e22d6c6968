//! What those do who have a token.

use super::client::{Server, bearer};
use crate::harness::TestEvent;

#[test]
fn a_token_adjusts_closes_lists_and_audits_and_nobody_else_does() {
    let event = TestEvent::stock(2);
    let server = Server::start(&event, "");
    let body = r#"{"quantity":3,"reason":"more chairs"}"#;
    server
        .post("/api/v1/adjustments", "a", body)
        .is_problem(401, "unauthorized");
    let wrong = [
        "Idempotency-Key: a",
        "Authorization: Bearer 0123456789abcdeF",
    ];
    server
        .call("POST /api/v1/adjustments", &wrong, body)
        .is_problem(401, "unauthorized");
    assert_eq!(
        server.managed("/api/v1/adjustments", "a", body).is(200)["left"],
        5
    );
    assert_eq!(
        server.managed("/api/v1/adjustments", "a", body).is(200)["replayed"],
        true
    );
    assert_eq!(
        server.managed("/api/v1/close", "b", "").is(200)["on_sale"],
        "closed"
    );
    server.sell("c", "bob", 1).is_problem(409, "closed");
    assert_eq!(
        server.managed("/api/v1/reopen", "d", "{}").is(200)["on_sale"],
        "open"
    );
    for buyer in ["bob", "eve", "dan"] {
        server.sell(buyer, buyer, 1).is(201);
    }
    let list = |query: &str| server.call(&format!("GET /api/v1/sales{query}"), &[&bearer()], "");
    let first = list("?limit=2").is(200);
    assert_eq!(first["sales"][1]["buyer"], "eve");
    let next = first["next"].as_str().unwrap();
    let rest = list(&format!("?after={next}")).is(200);
    assert_eq!(
        (&rest["sales"][0]["buyer"], &rest["next"]),
        (&"dan".into(), &().into())
    );
    assert_eq!(
        list("?buyer=BOB").is(200)["sales"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    list("?limit=0").is_problem(400, "bad_request");
    let (_, audit) = event.json("audit");
    let told = server.call("GET /api/v1/audit", &[&bearer()], "").is(200);
    assert_eq!(told, audit);
    let by: Vec<_> = event
        .ledger()
        .into_iter()
        .filter(|line| line["by"] == "carol")
        .collect();
    assert_eq!(by.len(), 3, "{by:?}");
}
