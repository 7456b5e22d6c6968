//! A line for a terminal.

use std::fmt;

use super::words::{columns, short};

/// How wide a drawing is where no terminal says how wide it is.
pub const COLUMNS: usize = 80;

/// A line, in pieces of one tone each. Displayed, it is plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextLine {
    /// From left to right.
    pub pieces: Vec<Piece>,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Free of control characters.
    pub text: String,
    /// How to stress it, where that can be done.
    pub tone: Tone,
}

/// What a part of a line is to the reader.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    #[default]
    Plain,
    /// Said beside the rest.
    Faint,
    /// Went wrong.
    Bad,
    /// Went right.
    Good,
}

impl fmt::Display for TextLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces
            .iter()
            .try_for_each(|piece| f.write_str(&piece.text))
    }
}

impl TextLine {
    pub(super) fn new(text: impl Into<String>, tone: Tone) -> Self {
        Self::default().and(text, tone)
    }

    /// With one more piece.
    pub(super) fn and(mut self, text: impl Into<String>, tone: Tone) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.pieces.push(Piece { text, tone });
        }
        self
    }

    /// Without what goes beyond so many columns.
    pub(super) fn cut(self, room: usize) -> Self {
        let (mut line, mut taken) = (Self::default(), 0);
        for piece in self.pieces {
            if taken >= room {
                break;
            }
            let text = short(&piece.text, room - taken);
            taken += columns(&text);
            line = line.and(text, piece.tone);
        }
        line
    }
}
