//! What people call the columns of a list.

use super::row::COLUMNS;

/// Which of [`COLUMNS`] says how many.
const QUANTITY: usize = 1;

/// What people call the columns, in small letters: what each of [`COLUMNS`] was perhaps meant by.
const USUAL: [&[&str]; COLUMNS.len()] = [
    &[
        "name",
        "names",
        "full name",
        "who",
        "guest",
        "customer",
        "client",
        "person",
        "surname",
        "last name",
        "lastname",
        "nachname",
        "familienname",
        "käufer",
        "kunde",
        "gast",
        "姓名",
        "名字",
        "买家",
        "購買者",
    ],
    &[
        "number", "count", "amount", "ticket", "menge", "数量", "票数", "數量",
    ],
    &["order", "order id", "reference"],
    &[
        "notes",
        "comment",
        "comments",
        "remark",
        "remarks",
        "notiz",
        "bemerkung",
        "kommentar",
        "备注",
        "備註",
    ],
];

/// Words by any of which a longer name says how many, as in "number of tickets".
const HOW_MANY: [&str; 19] = [
    "tickets", "seats", "places", "qty", "quantity", "persons", "people", "guests", "pax",
    "pieces", "pcs", "adults", "anzahl", "karten", "plätze", "personen", "gäste", "stück", "stk",
];

/// How such a name may begin.
const NUMBER_OF: [&str; 3] = ["how many", "number of", "no of"];

/// What people call the column of the names by which those of one family are told apart, in small letters, without blanks and
/// hyphens.
const GIVEN_NAMES: [&str; 11] = [
    "firstname",
    "forename",
    "givenname",
    "middlename",
    "vorname",
    "rufname",
    "prénom",
    "prenom",
    "voornaam",
    "nombre",
    "förnamn",
];

/// Whether a column of this name is for the given names of people.
pub(super) fn is_given_name(name: &str) -> bool {
    let letters = name.to_lowercase();
    let letters: String = letters.chars().filter(|c| c.is_alphanumeric()).collect();
    GIVEN_NAMES.contains(&&*letters)
}

/// Which of [`COLUMNS`] is called so.
pub(super) fn place(name: &str) -> Option<usize> {
    let mut known = COLUMNS.iter();
    known.position(|known| known.eq_ignore_ascii_case(name))
}

/// Which of [`COLUMNS`] is perhaps meant.
pub(super) fn meant(name: &str) -> Option<usize> {
    let small = name.to_lowercase();
    let usual = USUAL.iter().position(|names| names.contains(&&*small));
    usual.or_else(|| says_how_many(name).then_some(QUANTITY))
}

/// Whether a column of this name is for the number of tickets.
pub(super) fn says_how_many(name: &str) -> bool {
    let name = name.to_lowercase().replace('.', " ");
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    let usual = USUAL
        .get(QUANTITY)
        .is_some_and(|names| names.contains(&&*name));
    usual
        || NUMBER_OF.iter().any(|begin| name.starts_with(begin))
        || words.iter().any(|word| HOW_MANY.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn given_names_are_known_however_they_are_written() {
        for name in ["Vorname", "First Name", "first-name", "GIVEN NAME"] {
            assert!(is_given_name(name), "{name}");
        }
        for name in ["Name", "Nachname", "E-Mail", "buyer", ""] {
            assert!(!is_given_name(name), "{name}");
        }
    }
}
