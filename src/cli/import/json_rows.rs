//! Rows of JSON: an object a line.

use serde_json::{Map, Value};

use super::column_names::{is_given_name, says_how_many};
use super::header::{BadHeader, two_names};
use super::not_valid::not_valid;
use super::passed_over::{self, Heading, PassedOver};
use super::row::{COLUMNS, Read, Row, RowFlaw, RowText};
use super::sold_here::ids;
use crate::json_words::in_words;

/// Reads them all: rows, objects that are no row that makes sense, and lines that are no objects. `ignore`: members of
/// other names are passed over.
///
/// # Errors
/// In which line, where one of those seems to say how many tickets each row is for, or holds the given names of people.
pub(super) fn read(text: &str, ignore: bool) -> Result<Read, (u64, BadHeader)> {
    let mut read = Read::default();
    let mut given: Option<(u64, String)> = None;
    let mut passed = PassedOver::default();
    for (at, text) in text.lines().enumerate() {
        let line = at as u64 + 1;
        if text.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Map<String, Value>>(text) {
            Ok(members) if ignore => {
                read.has_quantity |= members.contains_key("quantity");
                see(&mut passed, &members);
                given = given.or_else(|| Some((line, given_name(&members)?)));
                let known = known(members.clone());
                let row = match (cancelled(&members), how_many(&members)) {
                    (Some(why), _) => Err(why),
                    (None, Some((name, many))) => Err(passed_over::says_otherwise(
                        "member",
                        name,
                        &many.to_string(),
                    )),
                    (None, None) => row(&known, line).map(|row| Row {
                        sale_ids: sale_ids(&members),
                        ..row
                    }),
                };
                read.add(line, row, || RowText::Line(with_buyer_first(members)));
            }
            Ok(members) => {
                let row = row(text, line).map_err(|why| way_out(why, &members));
                read.add(line, row, || RowText::Line(with_buyer_first(members)));
            }
            Err(error) => read.flaws.push(RowFlaw {
                line,
                why: in_words(&error),
            }),
        }
    }
    read.passed_over = passed.headings();
    if let Some((line, given)) = given {
        return Err((line, two_names("member", &given)));
    }
    match passed.perhaps_quantity() {
        Some(member) if !read.has_quantity => Err((1, passed_over::refused("member", member))),
        _ => Ok(read),
    }
}

/// Takes note of the members that are passed over: their names alone tell what they are, for a program chose them.
fn see(passed: &mut PassedOver, members: &Map<String, Value>) {
    for name in members.keys().filter(|name| !COLUMNS.contains(&&***name)) {
        passed.name(&Heading::Name(name.clone()));
    }
}

/// The member that holds the given name of the buyer.
fn given_name(members: &Map<String, Value>) -> Option<String> {
    let mut names = members.iter();
    let holds_one = |value: &Value| value.as_str().is_some_and(|name| !name.trim().is_empty());
    let given = names.find(|(name, value)| is_given_name(name) && holds_one(value));
    given.map(|(name, _)| name.clone())
}

/// What members that are passed over call its sales.
fn sale_ids(members: &Map<String, Value>) -> Vec<String> {
    let all = members.iter();
    all.flat_map(|(name, value)| ids(name, &value.to_string()))
        .collect()
}

/// Why it is no row, where a member that is passed over says that not all of it is valid.
fn cancelled(members: &Map<String, Value>) -> Option<String> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let others = members
        .iter()
        .filter(|(name, _)| !COLUMNS.contains(&&***name));
    let others: Vec<_> = others.map(|(name, value)| (name, text(value))).collect();
    let others = others
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let quantity = members.get("quantity").map_or_else(String::new, text);
    not_valid("member", &quantity, others).map(|(_, why)| why)
}

/// The member that says how many where the quantity does not, with what it says, unless that is one.
fn how_many(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    let mut others = members.iter().filter(|(name, _)| says_how_many(name));
    let (name, many) = others.find(|(_, many)| !many.is_null() && **many != 1)?;
    (!members.contains_key("quantity")).then_some((name, many))
}

/// An object of those members alone that a row has.
fn known(mut members: Map<String, Value>) -> String {
    members.retain(|name, _| COLUMNS.contains(&&**name));
    Value::Object(members).to_string()
}

/// Why it is no row; how members of other names are passed over, where it has such.
fn way_out(why: String, members: &Map<String, Value>) -> String {
    if members.keys().all(|name| COLUMNS.contains(&&**name)) {
        return why;
    }
    format!("{why}; --ignore-columns passes over others")
}

/// The row of this object. The error says what makes no sense.
fn row(text: &str, line: u64) -> Result<Row, String> {
    // The only number of a row is how many, of which there is one at least.
    let why = |error| in_words(&error).replace("from 0 on", "from 1 on");
    let row: Row = serde_json::from_str(text).map_err(why)?;
    row.check()?;
    Ok(Row { line, ..row })
}

/// The same object on one line, with the buyer first, by which a list of refused rows is known.
fn with_buyer_first(mut members: Map<String, Value>) -> String {
    let buyer = members.remove("buyer").unwrap_or_else(|| "".into());
    let more = members.iter().map(|(name, value)| {
        let name = Value::from(name.as_str());
        format!(",{name}:{value}")
    });
    format!("{{\"buyer\":{buyer}{}}}", more.collect::<String>())
}
