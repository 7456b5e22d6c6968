//! Threads against processes: work for the processor, one task for each, and 2,000 tasks that only wait.
//!
//! Prints how long each takes, beside what the chapter measured in Python. Answers the chapter's two
//! measurements, and asks again what its interpreter lock had to do with them.
//!
//! ```console
//! $ cargo run --release --example threads_or_processes
//! $ cargo run --example threads_or_processes -- --quick     # small sizes: does it work
//! ```

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{CellAlignment, Table};

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(Clone, Copy)]
enum Task {
    /// Adds up the numbers below this one.
    Add(u64),
    /// Sleeps for so many milliseconds.
    Sleep(u64),
}

impl Task {
    /// What it comes to.
    fn run(self) -> u64 {
        match self {
            // Each number in turn: the compiler is not to know that there is a formula.
            Self::Add(end) => (0..end).map(black_box).sum(),
            Self::Sleep(milliseconds) => {
                thread::sleep(Duration::from_millis(milliseconds));
                milliseconds
            }
        }
    }

    fn expected(self) -> u64 {
        match self {
            Self::Add(end) => end * (end - 1) / 2,
            Self::Sleep(milliseconds) => milliseconds,
        }
    }

    /// As arguments for this program, and back.
    fn words(self) -> [String; 2] {
        match self {
            Self::Add(end) => ["add".into(), end.to_string()],
            Self::Sleep(milliseconds) => ["sleep".into(), milliseconds.to_string()],
        }
    }

    fn from_words(kind: &str, size: &str) -> Outcome<Self> {
        let size = size.parse()?;
        match kind {
            "add" => Ok(Self::Add(size)),
            "sleep" => Ok(Self::Sleep(size)),
            other => Err(format!("no such task: {other}").into()),
        }
    }
}

fn in_threads(task: Task, tasks: usize) -> Outcome<Vec<u64>> {
    let start = |_| thread::Builder::new().spawn(move || task.run());
    let threads: Vec<_> = (0..tasks).map(start).collect::<io::Result<_>>()?;
    let join =
        |thread: thread::JoinHandle<u64>| thread.join().map_err(|_| "a thread failed".into());
    threads.into_iter().map(join).collect()
}

/// This program again, for each task. All answer through one pipe: 2,000 would be more than most systems
/// let a process have.
fn in_processes(task: Task, tasks: usize) -> Outcome<Vec<u64>> {
    let program = env::current_exe()?;
    let (answers, pipe) = io::pipe()?;
    let start = |_| {
        let answer = pipe.try_clone()?;
        Command::new(&program)
            .args(task.words())
            .stdout(answer)
            .spawn()
    };
    let children: Vec<Child> = (0..tasks).map(start).collect::<io::Result<_>>()?;
    // The pipe ends when all of them have ended.
    drop(pipe);
    let answers = io::read_to_string(answers)?;
    for mut child in children {
        child.wait()?;
    }
    Ok(answers.lines().map(str::parse).collect::<Result<_, _>>()?)
}

/// How long it takes, in words. All answers must be right.
fn time(task: Task, tasks: usize, way: fn(Task, usize) -> Outcome<Vec<u64>>) -> Outcome<String> {
    let start = Instant::now();
    let answers = way(task, tasks)?;
    let time = start.elapsed().as_secs_f64();
    if answers != vec![task.expected(); tasks] {
        return Err("a task came to something else".into());
    }
    Ok(format!("{time:.2} s"))
}

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [kind, size] = &arguments[..] {
        writeln!(io::stdout(), "{}", Task::from_words(kind, size)?.run())?;
        return Ok(());
    }
    let quick = arguments.iter().any(|it| it == "--quick");
    let (numbers, sleepers, milliseconds) = if quick {
        (1000, 20, 10)
    } else {
        (100_000_000, 2000, 1000)
    };
    let (add, sleep) = (Task::Add(numbers), Task::Sleep(milliseconds));
    let cores = thread::available_parallelism()?.get();

    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header([
        "",
        "in turn",
        "threads",
        "processes",
        "Python threads",
        "Python processes",
    ]);
    table.add_row([
        format!("{cores} x add {numbers} numbers"),
        time(add, cores, |task, tasks| {
            Ok((0..tasks).map(|_| task.run()).collect())
        })?,
        time(add, cores, in_threads)?,
        time(add, cores, in_processes)?,
        "19.16 s".into(),
        "6.39 s".into(),
    ]);
    table.add_row([
        format!("{sleepers} x sleep {milliseconds} ms"),
        "-".into(),
        time(sleep, sleepers, in_threads)?,
        time(sleep, sleepers, in_processes)?,
        "1.18 s".into(),
        "17.91 s".into(),
    ]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(io::stdout(), "{table}")?;
    writeln!(
        io::stdout(),
        "Python: the chapter's, 8 x 100000000 numbers and 2000 x 1000 ms, on another machine"
    )?;
    Ok(())
}
