//! What is wrong with a JSON text, in words for people: a parser names the types of the program.

/// The same without the place, which a message has of its own.
pub(crate) fn in_words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    translated(text).unwrap_or_else(|| text.to_owned())
}

fn translated(text: &str) -> Option<String> {
    for wrong in ["invalid type: ", "invalid value: "] {
        if let Some(rest) = text.strip_prefix(wrong) {
            let (found, wanted) = rest.split_once(", expected ")?;
            return Some(format!(
                "{} stands where {} belongs",
                thing(found),
                type_of(wanted)
            ));
        }
    }
    for (unknown, what) in [("unknown field ", "member"), ("unknown variant ", "word")] {
        if let Some(rest) = text.strip_prefix(unknown) {
            let (found, known) = rest.split_once(", expected ")?;
            let known = known.trim_start_matches("one of ").replace('`', "");
            return Some(format!(
                "the {what} {} is not known, only {known}",
                in_quotes(found)
            ));
        }
    }
    if let Some(member) = text.strip_prefix("missing field ") {
        return Some(format!("{} is missing", in_quotes(member)));
    }
    if let Some(member) = text.strip_prefix("duplicate field ") {
        return Some(format!("{} is there twice", in_quotes(member)));
    }
    Some(
        match text {
            "expected value" | "expected ident" => "this is no JSON",
            "invalid unicode code point" => "this is no UTF-8",
            "trailing characters" => "something stands behind its end",
            "recursion limit exceeded" => "it is nested too deeply",
            text if text.starts_with("EOF while parsing") => "it ends in the middle",
            _ => return None,
        }
        .to_owned(),
    )
}

/// What was found: `string "x"`, ``integer `-2` ``.
fn thing(found: &str) -> String {
    match found {
        "null" | "unit value" | "Option value" => return "null".to_owned(),
        "map" => return "an object".to_owned(),
        "sequence" => return "a list".to_owned(),
        _ => {}
    }
    let kinds = [
        "string ",
        "integer ",
        "floating point ",
        "boolean ",
        "character ",
    ];
    let bare = kinds.iter().find_map(|kind| found.strip_prefix(kind));
    bare.unwrap_or(found).replace('`', "")
}

fn type_of(wanted: &str) -> &str {
    match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, from 0 on,",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "unit" => "null",
        _ if wanted.starts_with("struct ") || wanted == "a map" => "an object",
        _ if wanted.starts_with("a sequence") => "a list",
        wanted => wanted,
    }
}

fn in_quotes(word: &str) -> String {
    format!("\"{}\"", word.trim_matches('`'))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        #[serde(rename = "seq")]
        _seq: u64,
        #[serde(rename = "op", default)]
        _op: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Sell,
        Open,
    }

    /// The parser's words may change with its version; this is what is told then.
    #[test]
    fn no_type_of_the_program_is_named() {
        for (text, told) in [
            (
                "{\"seq\":-2}",
                "-2 stands where a whole number, from 0 on, belongs",
            ),
            (
                "{\"seq\":1.5}",
                "1.5 stands where a whole number, from 0 on, belongs",
            ),
            (
                "{\"seq\":\"x\"}",
                "\"x\" stands where a whole number, from 0 on, belongs",
            ),
            (
                "{\"seq\":null}",
                "null stands where a whole number, from 0 on, belongs",
            ),
            (
                "{\"seq\":1,\"op\":\"give\"}",
                "the word \"give\" is not known, only sell or open",
            ),
            (
                "{\"sec\":1}",
                "the member \"sec\" is not known, only seq or op",
            ),
            ("{}", "\"seq\" is missing"),
            ("{\"seq\":1,\"seq\":1}", "\"seq\" is there twice"),
            ("5", "5 stands where an object belongs"),
            ("x", "this is no JSON"),
            ("{\"seq\":1", "it ends in the middle"),
            ("{\"seq\":1} x", "something stands behind its end"),
        ] {
            let error = serde_json::from_str::<Sample>(text).unwrap_err();
            assert_eq!(in_words(&error), told, "{text}");
        }
        assert!(matches!(Kind::Sell, Kind::Sell) && !matches!(Kind::Open, Kind::Sell));
    }
}
