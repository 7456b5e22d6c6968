//! Whether a program that was measured did what it should: a fast wrong answer counts for nothing.

use serde_json::Value;

use crate::Result;
use crate::program::{Load, Program};
use crate::run::{Finished, excerpt};

/// Exit code of `tickets buy` when the buyers raced.
const RACED: i32 = 6;

/// Checks what a program did; gives how many of its buyers crashed, as the chapter's may.
pub(crate) fn check(program: Program, load: Load, finished: &Finished) -> Result<u64> {
    let checked = match program {
        Program::Tickets { .. } => check_tickets(load, finished).map(|()| 0),
        Program::Rush { .. } => check_rush(load, finished),
        Program::Sleepers { .. } => same_code(finished, 0).map(|()| 0),
    };
    checked.map_err(|problem| {
        let label = program.label();
        let (err, out) = (excerpt(&finished.stderr), excerpt(&finished.stdout));
        format!("{label} did not do what it should: {problem}\n  stderr: {err}\n  stdout: {out}")
    })
}

/// Under the lock exactly the stock is sold. Without it, and with a ticket for everyone, everyone
/// gets one; a count that then does not add up must not be called safe.
fn check_tickets(load: Load, finished: &Finished) -> Result<()> {
    let report = parse(&finished.stdout)?;
    let verdict = report.get("verdict").and_then(Value::as_str);
    let safe = verdict == Some("safe");
    let (sold, left) = (number(&report, "sold")?, number(&report, "left")?);
    let (users, stock) = (u64::from(load.users), u64::from(load.stock));

    let wanted = if load.locked { users.min(stock) } else { users };
    same("users", number(&report, "users")?, users)?;
    same("failed", number(&report, "failed")?, 0)?;
    same("sold", sold, wanted)?;
    same("refused", number(&report, "refused")?, users - wanted)?;
    same(
        "oversold",
        number(&report, "oversold")?,
        sold.saturating_sub(stock),
    )?;
    if load.locked {
        same("left", left, stock - sold)?;
    }
    let adds_up = sold.saturating_add(left) == stock;
    if safe && !adds_up || !safe && load.locked {
        let verdict = verdict.unwrap_or("missing");
        return Err(format!(
            "{sold} sold and {left} left of {stock}, but the verdict is {verdict}"
        ));
    }
    same_code(finished, if safe { 0 } else { RACED })
}

/// Every buyer is accounted for; under the lock the count agrees with what was sold, crashes or not.
fn check_rush(load: Load, finished: &Finished) -> Result<u64> {
    same_code(finished, 0)?;
    let report = parse(&finished.stdout)?;
    let (sold, crashed) = (number(&report, "sold")?, number(&report, "crashed")?);
    let (users, stock) = (u64::from(load.users), u64::from(load.stock));
    let refused = number(&report, "refused")?;
    let accounted = sold.saturating_add(crashed).saturating_add(refused);
    same("users accounted for", accounted, users)?;
    if load.locked {
        same("sold", sold, (users - crashed).min(stock))?;
        same("left", number(&report, "left")?, stock - sold)?;
    }
    Ok(crashed)
}

fn same_code(finished: &Finished, wanted: i32) -> Result<()> {
    match finished.code {
        Some(code) if code == wanted => Ok(()),
        Some(code) => Err(format!("exit code {code} instead of {wanted}")),
        None => Err("a signal ended it".to_owned()),
    }
}

fn same(what: &str, found: u64, wanted: u64) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what} is {found} instead of {wanted}"))
}

fn parse(stdout: &str) -> Result<Value> {
    // The chapter's buyers print lines of their own before it.
    let document = stdout.trim_end().lines().next_back().unwrap_or("");
    serde_json::from_str(document)
        .map_err(|error| format!("its last line is not a JSON document: {error}"))
}

fn number(report: &Value, member: &str) -> Result<u64> {
    report
        .get(member)
        .and_then(Value::as_u64)
        .ok_or_else(|| format!("its output has no number {member:?}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::check;
    use crate::program::{Load, Program};
    use crate::run::Finished;

    const TICKETS: Program = Program::Tickets { threads: false };

    fn load(locked: bool) -> Load {
        Load {
            users: 8,
            stock: 8,
            locked,
            think: Duration::ZERO,
        }
    }

    fn finished(code: i32, stdout: &str) -> Finished {
        Finished {
            seconds: 1.0,
            peak_mib: 0.0,
            code: Some(code),
            stdout: stdout.to_owned(),
            stderr: String::new(),
        }
    }

    fn rush(sold: u64, left: u64, verdict: &str) -> String {
        format!(
            r#"{{"users":8,"sold":{sold},"refused":0,"failed":0,"left":{left},"oversold":0,"verdict":"{verdict}"}}"#
        )
    }

    #[test]
    fn under_the_lock_the_stock_is_sold_exactly() {
        let right = finished(0, &rush(8, 0, "safe"));
        assert_eq!(check(TICKETS, load(true), &right), Ok(0));
        for wrong in [rush(7, 1, "safe"), rush(8, 1, "safe"), rush(8, 0, "race")] {
            assert!(check(TICKETS, load(true), &finished(0, &wrong)).is_err());
        }
    }

    #[test]
    fn a_race_must_be_called_one() {
        let told = finished(6, &rush(8, 7, "race"));
        assert_eq!(check(TICKETS, load(false), &told), Ok(0));
        let hidden = finished(0, &rush(8, 7, "safe"));
        assert!(check(TICKETS, load(false), &hidden).is_err());
        let wrong_code = finished(0, &rush(8, 7, "race"));
        assert!(check(TICKETS, load(false), &wrong_code).is_err());
    }

    #[test]
    fn crashed_buyers_of_the_chapter_are_counted_not_refused() {
        let said = r#"{"users":8,"sold":5,"refused":0,"crashed":3,"left":3}"#;
        assert_eq!(
            check(
                Program::Rush { silent: true },
                load(true),
                &finished(0, said)
            ),
            Ok(3)
        );
        let lost = r#"{"users":8,"sold":5,"refused":0,"crashed":2,"left":3}"#;
        assert!(
            check(
                Program::Rush { silent: true },
                load(true),
                &finished(0, lost)
            )
            .is_err()
        );
    }

    #[test]
    fn output_that_is_no_report_is_an_error() {
        assert!(check(TICKETS, load(true), &finished(0, "")).is_err());
        assert!(check(TICKETS, load(true), &finished(0, "{}")).is_err());
    }
}
