//! What stands between the cells of a list that is written as CSV.

/// A separator by its letter or its name.
pub(super) fn cell_separator(text: &str) -> Result<u8, String> {
    match text.to_lowercase().as_str() {
        "," | "comma" => Ok(b','),
        ";" | "semicolon" => Ok(b';'),
        "\t" | "\\t" | "tab" => Ok(b'\t'),
        _ => Err(
            "cells stand between commas, semicolons or tabs: write comma, semicolon or tab"
                .to_owned(),
        ),
    }
}
