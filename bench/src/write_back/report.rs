//! The result of `write-back`, as a table for people and as JSON for programs.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Args;
use super::protocol::Store;
use super::trial::{Answered, Outcome};
use crate::Result;
use crate::machine::Machine;
use crate::table::align;

/// What was tried, or why nothing could be.
#[derive(Debug)]
pub(crate) enum Report {
    /// It cannot be tried here.
    Skipped(String),
    /// It was tried.
    Tried(Tried),
}

/// What was tried.
#[derive(Debug)]
pub(crate) struct Tried {
    /// On what.
    pub(crate) machine: Machine,
    /// How many sales others made after the failure.
    pub(crate) others: u32,
    /// A file system and a store each.
    pub(crate) rows: Vec<Row>,
    /// The file systems that cannot be had here, and why.
    pub(crate) missing: Vec<(&'static str, String)>,
}

/// A store on a file system.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) file_system: &'static str,
    pub(crate) store: Store,
    pub(crate) unmount: Tries,
    pub(crate) cut: Tries,
}

/// The last of so many tries.
#[derive(Debug)]
pub(crate) struct Tries {
    pub(crate) tries: u32,
    pub(crate) outcome: Outcome,
}

impl Report {
    /// The table.
    pub(crate) fn to_table(&self) -> String {
        match self {
            Self::Skipped(reason) => format!("skipped: {reason}\n"),
            Self::Tried(tried) => tried.to_table(),
        }
    }

    /// The same for programs.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Skipped(reason) => json!({ "skipped": reason }),
            Self::Tried(tried) => json!({
                "machine": tried.machine.to_json(),
                "sales_by_others": tried.others,
                "rows": tried.rows.iter().map(Row::to_json).collect::<Vec<_>>(),
                "cannot_be_had": tried.missing.iter().map(|(file_system, reason)| {
                    json!({"file_system": file_system, "reason": reason})
                }).collect::<Vec<_>>(),
            }),
        }
    }

    /// With `--hold`: whether all that `tickets` answered is there, in trials whose commit failed.
    pub(crate) fn verdict(&self, args: &Args) -> Result<()> {
        let Self::Tried(tried) = self else {
            return Ok(());
        };
        let ours = tried.rows.iter().filter(|row| row.store == Store::Tickets);
        for row in ours.filter(|_| args.hold) {
            let gone = row.gone();
            if gone > 0 {
                let on = row.file_system;
                return Err(format!(
                    "{gone} sales that tickets answered are gone on {on}"
                ));
            }
            if [&row.unmount, &row.cut]
                .map(|tries| &tries.outcome)
                .contains(&&Outcome::Missed)
            {
                let on = row.file_system;
                return Err(format!(
                    "no commit of tickets failed on {on}: nothing is shown"
                ));
            }
        }
        Ok(())
    }
}

impl Tried {
    fn to_table(&self) -> String {
        let heads = ["file system", "program", "clean unmount", "power cut"];
        let mut lines = vec![heads.map(str::to_owned)];
        let mut last = "";
        for row in &self.rows {
            let shown = if row.file_system == last {
                ""
            } else {
                row.file_system
            };
            last = row.file_system;
            lines.push([
                shown.to_owned(),
                row.store.label().to_owned(),
                row.unmount.cell(),
                row.cut.cell(),
            ]);
        }
        let mut text = format!(
            "{}\n{} sales by other processes after one whose write-back failed: lost of answered\n\n{}",
            self.machine.to_line(),
            self.others,
            align(&lines)
        );
        for (file_system, reason) in &self.missing {
            let _ = writeln!(text, "{file_system}: cannot be had: {reason}");
        }
        text
    }
}

impl Row {
    /// How many answered sales are gone, whenever they were answered.
    fn gone(&self) -> usize {
        let gone = |tries: &Tries| match &tries.outcome {
            Outcome::Missed => 0,
            Outcome::Struck(struck) => struck.after.gone + struck.before.gone,
        };
        gone(&self.unmount) + gone(&self.cut)
    }

    fn to_json(&self) -> Value {
        json!({
            "file_system": self.file_system,
            "program": self.store.label(),
            "clean_unmount": self.unmount.to_json(),
            "power_cut": self.cut.to_json(),
        })
    }
}

impl Tries {
    fn cell(&self) -> String {
        let Outcome::Struck(struck) = &self.outcome else {
            return "did not strike".to_owned();
        };
        if struck.after.sales == 0 {
            return match struck.before.gone {
                0 => "none answered".to_owned(),
                gone => format!("none answered, {gone} from before"),
            };
        }
        let mut cell = format!("{} of {}", struck.after.gone, struck.after.sales);
        if struck.before.gone > 0 {
            let Answered { sales, gone } = struck.before;
            let _ = write!(cell, ", {gone} of {sales} from before");
        }
        if struck.unreadable.is_some() {
            cell += ", unreadable";
        } else if struck.sells_no_more.is_some() {
            cell += ", sells no more";
        }
        cell
    }

    fn to_json(&self) -> Value {
        let answered = |answered: Answered| json!({"sales": answered.sales, "gone": answered.gone});
        match &self.outcome {
            Outcome::Missed => json!({"struck": false, "tries": self.tries}),
            Outcome::Struck(struck) => json!({
                "struck": true,
                "tries": self.tries,
                "refusal": struck.refusal,
                "after": answered(struck.after),
                "before": answered(struck.before),
                "others_refused": struck.others_refused,
                "unreadable": struck.unreadable,
                "sells_no_more": struck.sells_no_more,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::trial::{Answered, Outcome, Struck};
    use super::Tries;

    fn cell(after: [usize; 2], before: [usize; 2], unreadable: bool) -> String {
        let answered = |[gone, sales]: [usize; 2]| Answered { sales, gone };
        let struck = Struck {
            refusal: "full".to_owned(),
            after: answered(after),
            before: answered(before),
            others_refused: None,
            unreadable: unreadable.then(|| "malformed".to_owned()),
            sells_no_more: unreadable.then(|| "malformed".to_owned()),
        };
        let outcome = Outcome::Struck(struck);
        Tries { tries: 1, outcome }.cell()
    }

    #[test]
    fn a_cell_says_what_is_gone_and_whether_the_store_still_works() {
        assert_eq!(cell([0, 12], [0, 9], false), "0 of 12");
        assert_eq!(
            cell([12, 12], [9, 9], true),
            "12 of 12, 9 of 9 from before, unreadable"
        );
        assert_eq!(cell([0, 0], [0, 9], false), "none answered");
        let outcome = Outcome::Missed;
        assert_eq!(Tries { tries: 8, outcome }.cell(), "did not strike");
    }
}
