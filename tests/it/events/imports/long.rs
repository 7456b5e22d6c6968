//! Long lists: two imports at once, one that is killed half way, one that a terminal follows.

use std::fs;
use std::process::{Command, Stdio};

use crate::events::{audited, made};
use crate::harness::{TICKETS, eventually, signal};

/// Every row stands in its own line, whoever of the two has sold it.
#[test]
pub(crate) fn two_imports_of_one_list_at_once_sell_it_once() {
    let event = made(5000, "--max-per-buyer 3");
    let rows = (0..1200).map(|at| format!("guest-{},{}\n", at % 700, 1 + at % 2));
    let text = "buyer,quantity\n".to_owned() + &rows.collect::<String>();
    let list = event.path("list.csv");
    fs::write(&list, text).unwrap();
    let line = format!("import {}", list.display());
    let all = event.at_once([line.clone(), line.clone()]);
    let number = |name: &str| -> u64 { all.iter().map(|(_, it)| it[name].as_u64().unwrap()).sum() };
    let refused = all[0].1["refused"].as_array().unwrap().len() as u64;
    assert_eq!(number("sold"), 1200 - refused, "{refused}");
    assert_eq!(number("sold") + number("replayed") + 2 * refused, 2400);
    let again = event.json(&line).1;
    assert_eq!(
        (&again["sold"], &again["left"]),
        (&0.into(), &all[0].1["left"])
    );
    audited(&event);
}

#[test]
fn an_import_that_is_killed_half_way_is_finished_once_by_the_next() {
    let event = made(30_000, "");
    let rows = (0..20_000).map(|at| format!("guest-{at}\n"));
    let text = "buyer\n".to_owned() + &rows.collect::<String>();
    let list = event.path("list.csv");
    fs::write(&list, text).unwrap();
    let line = format!("import {}", list.display());
    let mut first = event.start(&line);
    let ledger = event.path("tickets.ledger.jsonl");
    let made = fs::metadata(&ledger).unwrap().len();
    eventually("some rows are sold", || {
        (fs::metadata(&ledger).unwrap().len() > made).then_some(())
    });
    signal(first.id().cast_signed(), "KILL");
    let _ = first.wait();
    let sold = event.sales().len() as u64;
    let (code, done) = event.json(&line);
    assert_eq!(code, 0, "{done:#}");
    assert_eq!(
        (&done["sold"], &done["replayed"]),
        (&(20_000 - sold).into(), &sold.into())
    );
    assert_eq!(event.json(&line).1["replayed"], 20_000);
    assert_eq!(audited(&event), [10_000, 20_000, 0]);
}

#[test]
fn a_terminal_shows_how_far_it_has_come() {
    let event = made(3000, "");
    let rows: Vec<String> = (0..3000).map(|guest| format!("guest {guest}\n")).collect();
    let rows = rows.concat();
    let list = event.path("list.csv");
    fs::write(&list, format!("buyer\n{rows}")).unwrap();
    let line = format!(
        "{TICKETS} -f {} import {}",
        event.file.display(),
        list.display()
    );
    let mut script = Command::new("script");
    let script = script
        .args(["-qefc", &line, "/dev/null"])
        .stdin(Stdio::null());
    let Ok(output) = script.output() else {
        eprintln!("skipped: no script(1), which makes terminals");
        return;
    };
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("of 3000 rows"), "{told:?}");
    assert!(
        told.ends_with("  3000 rows: 3000 sold\r\n0 left\r\n"),
        "{told:?}"
    );
    // To a pipe it is silent until it is done.
    let run = event.run(&format!("import {}", list.display()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        run.stdout,
        "imported  3000 rows: 0 sold, 3000 sold before\n0 left\n"
    );
}
