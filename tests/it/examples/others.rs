//! `threads_or_processes` and the two examples that sell and judge.

use super::run;

#[test]
fn threads_and_processes_are_measured_beside_python() {
    // The example itself checks what every task came to.
    let output = run("threads_or_processes", &["--quick"]);
    let row = |work: &str| {
        let line = output.lines().find(|line| line.contains(work));
        let line = line.unwrap_or_else(|| panic!("no {work:?} in\n{output}"));
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        // The last two are the chapter's own.
        assert!(
            cells[3..5].iter().all(|cell| cell.ends_with(" s")),
            "{line}"
        );
        cells[5..7].to_vec()
    };
    assert_eq!(row(" x add 1000 numbers"), ["19.16 s", "6.39 s"]);
    assert_eq!(row("20 x sleep 10 ms"), ["1.18 s", "17.91 s"]);
}

#[test]
fn a_program_sells_with_the_library() {
    let expected =
        "alice bought 2, 1 left\nbob wanted 2: asked for 2, 1 left\ncarol bought 1, 0 left\n";
    assert_eq!(run("sell_from_your_program", &[]), expected);
}

#[test]
fn another_program_is_judged() {
    let output = run("judge_another_program", &[]);
    let found = |kind: &str| output.lines().any(|line| line.starts_with(kind));
    assert!(found("LostUpdate: ") && found("Oversold: "), "{output}");
}
