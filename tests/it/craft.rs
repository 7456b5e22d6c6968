//! Ledgers made without the program, as `docs/design.md` says: right checksums over any lines.

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// One line over these bytes, an object without its closing brace, and its sum.
pub(crate) fn sealed(body: &[u8], previous: u64) -> (Vec<u8>, u64) {
    let sum = xxh3_64_with_seed(body, previous);
    let end = format!(",\"sum\":\"{sum:016x}\"}}\n");
    ([body, end.as_bytes()].concat(), sum)
}

/// A ledger of these lines, each an object without its closing brace, however little sense it makes.
pub(crate) fn chained<B: AsRef<[u8]>>(bodies: impl IntoIterator<Item = B>) -> Vec<u8> {
    let (mut ledger, mut previous) = (Vec::new(), 0);
    for body in bodies {
        let (line, sum) = sealed(body.as_ref(), previous);
        ledger.extend(line);
        previous = sum;
    }
    ledger
}

/// A line of a ledger; `more` are its members beside those that all lines have.
pub(crate) fn line(seq: u64, op: &str, quantity: i64, left: u64, more: &Value) -> Value {
    let mut line = json!({
        "seq": seq, "at": "2026-05-01T18:00:00.000Z", "op": op, "quantity": quantity, "left": left,
    });
    let members = line.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    line
}

/// A sale with an id that fits its line.
pub(crate) fn sale(seq: u64, quantity: i64, left: u64, key: Option<&str>) -> Value {
    let mut more = json!({"id": format!("{seq}-abcdef"), "buyer": "alice"});
    if let Some(key) = key {
        more["key"] = key.into();
    }
    line(seq, "sell", quantity, left, &more)
}

/// A cancellation of the sale in that line.
pub(crate) fn cancel(seq: u64, of: u64, quantity: i64, left: u64) -> Value {
    let more = json!({"ref": format!("{of}-abcdef")});
    line(seq, "cancel", quantity, left, &more)
}

/// The line's bytes but for its closing brace and its sum, its members in the order that the program
/// has them in.
pub(crate) fn body(line: &Value) -> String {
    let mut rest = line.clone();
    let mut take = |name: &str| rest.as_object_mut().unwrap().remove(name).unwrap();
    let (seq, at, op) = (take("seq"), take("at"), take("op"));
    let rest = rest.to_string();
    let rest = &rest[1..rest.len() - 1];
    format!("{{\"seq\":{seq},\"at\":{at},\"op\":{op},{rest}")
}
