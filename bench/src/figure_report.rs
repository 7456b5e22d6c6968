//! The report of a measurement that comes to figures: on what, how much of it, and the figures.

use serde_json::{Map, Value};

use crate::figure::Figure;
use crate::machine::Machine;

/// Everything that was measured.
#[derive(Debug)]
pub(crate) struct FigureReport {
    machine: Machine,
    /// How much there was, for programs, and in a line for people.
    sizes: Vec<(&'static str, u64)>,
    about: Option<String>,
    figures: Vec<Figure>,
}

impl FigureReport {
    /// With `quick` the sizes are too small for a figure to be held to what it is meant to be.
    pub(crate) fn new(machine: Machine, figures: Vec<Figure>, quick: bool) -> Self {
        let figures = if quick {
            figures.into_iter().map(Figure::unbound).collect()
        } else {
            figures
        };
        Self {
            machine,
            sizes: Vec::new(),
            about: None,
            figures,
        }
    }

    /// The same, of so much.
    pub(crate) fn of(self, sizes: &[(&'static str, u64)], about: String) -> Self {
        Self {
            sizes: sizes.to_vec(),
            about: Some(about),
            ..self
        }
    }

    /// The table.
    pub(crate) fn to_table(&self) -> String {
        let mut heads = vec![self.machine.to_line()];
        heads.extend(self.about.clone());
        format!("{}\n\n{}", heads.join("\n"), Figure::table(&self.figures))
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        let figures = self.figures.iter().map(Figure::to_json);
        let mut report = Map::new();
        report.insert("machine".to_owned(), self.machine.to_json());
        for (name, size) in &self.sizes {
            report.insert((*name).to_owned(), (*size).into());
        }
        report.insert("figures".to_owned(), figures.collect());
        Value::Object(report)
    }
}
