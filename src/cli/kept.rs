//! What a command has to say, kept for another one that shows it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

/// The same result twice: as text for people, with its colours, and as the document for programs.
#[derive(Debug, Default)]
pub(crate) struct KeptOutput {
    text: Vec<u8>,
    document: Vec<u8>,
}

impl KeptOutput {
    /// The result of a command: it has one.
    pub(super) fn result(
        &mut self,
        document: &impl Serialize,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        self.document.clear();
        super::json::write(&mut self.document, document)?;
        text(&mut self.text)
    }

    /// A part of the text that comes before the result.
    pub(super) fn line(
        &mut self,
        text: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        text(&mut self.text)
    }

    /// The text, and the document; null where there is none.
    pub(crate) fn parts(&self) -> (String, Value) {
        let document = serde_json::from_slice(&self.document).unwrap_or(Value::Null);
        (String::from_utf8_lossy(&self.text).into_owned(), document)
    }
}
