//! What a line that was cut in its middle says of a sale or a hold.

use memchr::memmem;
use serde_json::Value;

use crate::ledger::Op;
use crate::store::results::GivenUpBooking;

/// The sale or hold of a line of which the end is missing, as far as that says; its quantity is 0 where it does not.
pub(crate) fn torn_booking(line: &[u8]) -> Option<GivenUpBooking> {
    let op = member(line, "op")?;
    let held = op == Op::Hold.name();
    if !held && op != Op::Sell.name() {
        return None;
    }
    let text = |name| Some(member(line, name)?.as_str()?.to_owned());
    Some(GivenUpBooking {
        id: text("id")?,
        buyer: text("buyer").unwrap_or_default(),
        quantity: member(line, "quantity").map_or(0, |it| it.as_u64().unwrap_or(0)),
        held,
    })
}

/// What a member of a line is, if all of it stands there: behind its end there is another one, or the end of the line.
/// A name that has such letters in it stands there with others.
fn member(line: &[u8], name: &str) -> Option<Value> {
    let name = format!("\"{name}\":");
    let start = memmem::find(line, name.as_bytes())? + name.len();
    let mut values = serde_json::Deserializer::from_slice(line.get(start..)?).into_iter();
    let value = values.next()?.ok()?;
    let end = line.get(start + values.byte_offset());
    end.is_some_and(|end| b",}".contains(end)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_torn_line_only_what_is_whole_is_told() {
        let line =
            r#"{"seq":9,"op":"sell","id":"9-abc","buyer":"ann \"id\":","quantity":25,"left":1}"#;
        let torn = |to: &str| torn_booking(&line.as_bytes()[..line.find(to).unwrap()]);
        let whole = GivenUpBooking {
            id: "9-abc".to_owned(),
            buyer: "ann \"id\":".to_owned(),
            quantity: 25,
            held: false,
        };
        assert_eq!(torn("\"left"), Some(whole.clone()));
        let unknown = GivenUpBooking {
            quantity: 0,
            ..whole
        };
        for cut in ["5,\"left", ",\"left", "\"quantity"] {
            assert_eq!(torn(cut), Some(unknown.clone()), "{cut}");
        }
        let nobody = GivenUpBooking {
            buyer: String::new(),
            ..unknown
        };
        assert_eq!(torn("ann"), Some(nobody));
        assert_eq!(torn("abc"), None);
        assert_eq!(
            torn_booking(br#"{"seq":9,"op":"cancel","ref":"9-abc","quantity":1,"#),
            None
        );
    }
}
