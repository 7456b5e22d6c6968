//! What is wrong with a body, in words that name the member, by the description of what is expected.

use serde_json::{Map, Value};

use crate::shown;

/// So many letters of a member's name are repeated.
const MOST_LETTERS: usize = 40;

/// What is expected, as the API describes it.
struct Expected(Value);

/// What is wrong with this body, which is not what this schema expects.
pub(super) fn wrong(schema: Value, body: &[u8]) -> String {
    let expected = Expected(schema);
    let why = match serde_json::from_slice(body) {
        Ok(Value::Object(sent)) => expected.wrong_member(&sent),
        Ok(_) => "the body is one JSON object".to_owned(),
        Err(error) => format!(
            "the body is no JSON: line {}, column {}",
            error.line(),
            error.column()
        ),
    };
    match expected.0.get("example") {
        Some(example) => format!("{why}; as in {example}"),
        None => why,
    }
}

impl Expected {
    fn wrong_member(&self, sent: &Map<String, Value>) -> String {
        let none = Map::new();
        let known = self.0.get("properties").and_then(Value::as_object);
        let known = known.unwrap_or(&none);
        if let Some(name) = sent.keys().find(|name| !known.contains_key(*name)) {
            let name: String = name.chars().take(MOST_LETTERS).collect();
            let known: Vec<&str> = known.keys().map(String::as_str).collect();
            return format!(
                "there is no member \"{}\": the members are {}",
                shown(&name),
                known.join(", ")
            );
        }
        let required = self.0.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten();
        let missing = required
            .filter_map(Value::as_str)
            .find(|name| !sent.contains_key(*name));
        if let Some(name) = missing {
            return format!("the member \"{name}\" is missing");
        }
        let mistyped = known.iter().find_map(|(name, member)| {
            let kind = Kind::of(member);
            let fits = sent.get(name).is_none_or(|value| kind.takes(value));
            (!fits).then(|| format!("\"{name}\" is {}", kind.words()))
        });
        mistyped.unwrap_or_else(|| "each member stands there once".to_owned())
    }
}

/// Which values a member has.
struct Kind {
    is_text: bool,
    may_be_null: bool,
    least: i64,
}

impl Kind {
    fn of(member: &Value) -> Self {
        let is = |kind: &str| match member.get("type") {
            Some(Value::Array(kinds)) => kinds.iter().any(|it| it == kind),
            one => one.is_some_and(|one| one == kind),
        };
        Self {
            is_text: is("string"),
            may_be_null: is("null"),
            least: member
                .get("minimum")
                .and_then(Value::as_i64)
                .unwrap_or(i64::MIN),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.may_be_null,
            Value::String(_) => self.is_text,
            Value::Number(number) => {
                let is_whole = match number.as_i64() {
                    Some(it) => it >= self.least,
                    None => number.is_u64() && self.least >= 0,
                };
                is_whole && !self.is_text
            }
            _ => false,
        }
    }

    fn words(&self) -> String {
        match (self.is_text, self.least) {
            (true, _) => "a text, in quotes".to_owned(),
            (false, ..0) => "a whole number, without quotes".to_owned(),
            (false, least) => format!("a whole number of at least {least}, without quotes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use utoipa::{PartialSchema, ToSchema};

    use super::*;

    #[derive(Debug, Deserialize, ToSchema)]
    #[serde(deny_unknown_fields)]
    #[schema(example = json!({"buyer": "Ann", "quantity": 2}))]
    #[expect(dead_code, reason = "nothing is read of it")]
    struct Ordered {
        buyer: String,
        #[schema(minimum = 1)]
        quantity: u64,
        note: Option<String>,
    }

    #[derive(Debug, Deserialize, ToSchema)]
    #[expect(dead_code, reason = "nothing is read of it")]
    struct Added {
        #[schema(minimum = -9)]
        quantity: i64,
    }

    fn schema<T: PartialSchema>() -> Value {
        serde_json::to_value(T::schema()).unwrap()
    }

    /// What is wrong, without the example.
    fn told<T: PartialSchema + for<'de> Deserialize<'de>>(body: &str) -> String {
        let read = serde_json::from_str::<T>(body);
        assert!(read.is_err(), "{body}");
        let wrong = wrong(schema::<T>(), body.as_bytes());
        wrong
            .split("; as in ")
            .next()
            .unwrap_or_default()
            .to_owned()
    }

    #[test]
    fn the_member_is_named_that_is_wrong() {
        for (body, expected) in [
            ("", "the body is no JSON: line 1, column 0"),
            (
                "{\"buyer\":\n\"a\",}",
                "the body is no JSON: line 2, column 5",
            ),
            ("{} {}", "the body is no JSON: line 1, column 4"),
            ("[1]", "the body is one JSON object"),
            ("{}", "the member \"buyer\" is missing"),
            ("{\"buyer\":\"a\"}", "the member \"quantity\" is missing"),
            (
                "{\"buyer\":\"a\",\"quantity\":1,\"qty\\n\":1}",
                "there is no member \"qty\\n\": the members are buyer, note, quantity",
            ),
            (
                "{\"buyer\":7,\"quantity\":1}",
                "\"buyer\" is a text, in quotes",
            ),
            (
                "{\"buyer\":null,\"quantity\":1}",
                "\"buyer\" is a text, in quotes",
            ),
            (
                "{\"buyer\":\"a\",\"quantity\":1,\"note\":true}",
                "\"note\" is a text, in quotes",
            ),
            (
                "{\"buyer\":\"a\",\"buyer\":\"b\",\"quantity\":1}",
                "each member stands there once",
            ),
        ] {
            assert_eq!(told::<Ordered>(body), expected, "{body}");
        }
        for quantity in ["\"2\"", "1.5", "-1", "null", "[]", "1e99"] {
            let body = format!("{{\"buyer\":\"a\",\"quantity\":{quantity}}}");
            let expected = "\"quantity\" is a whole number of at least 1, without quotes";
            assert_eq!(told::<Ordered>(&body), expected, "{body}");
        }
        for quantity in ["\"2\"", "0.5", "9223372036854775808"] {
            let body = format!("{{\"quantity\":{quantity}}}");
            let expected = "\"quantity\" is a whole number, without quotes";
            assert_eq!(told::<Added>(&body), expected);
        }
    }

    #[test]
    fn an_example_stands_behind_it_and_a_long_name_is_cut() {
        let told = wrong(schema::<Ordered>(), b"{}");
        assert!(
            told.ends_with("; as in {\"buyer\":\"Ann\",\"quantity\":2}"),
            "{told}"
        );
        let long = format!("{{\"{}\":1}}", "x".repeat(9999));
        assert!(wrong(schema::<Ordered>(), long.as_bytes()).len() < 200);
    }
}
