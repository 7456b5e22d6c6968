//! What the children do, each in its role.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::process::parent_id;
use std::process::{self, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Outcome, child, say};

/// In the memory of one process.
pub(crate) static COUNTER: AtomicU32 = AtomicU32::new(0);

pub(crate) fn play(role: &str) -> Outcome {
    let me = process::id();
    match role {
        "introduce" => say!(
            "  child: I am process {me}, my parent is process {}",
            parent_id()
        )?,
        "work" => {
            until_input_ends()?;
            say!("  child: I begin")?;
            say!("  child: I end")?;
        }
        "nothing" => {}
        "leave an orphan" => {
            say!("  parent: I am process {me}, and end without waiting for my child")?;
            // Its input ends when this process does.
            let _left = child(&format!("orphan of {me}"))?
                .stdin(Stdio::piped())
                .spawn()?;
        }
        "keep a daemon" => {
            let _kept = child("daemon")?.stdin(Stdio::piped()).spawn()?;
            until_input_ends()?;
        }
        "daemon" => daemon()?,
        "count" => say!(
            "  spawn: the child is a new program, its counter is {}",
            COUNTER.load(Ordering::Relaxed)
        )?,
        other => match other.strip_prefix("orphan of ") {
            Some(parent) => orphan(parent.parse()?)?,
            None => return Err(format!("no such role: {other:?}").into()),
        },
    }
    Ok(())
}

fn until_input_ends() -> io::Result<()> {
    io::stdin().read_to_end(&mut Vec::new()).map(drop)
}

fn orphan(parent: u32) -> Outcome {
    until_input_ends()?;
    // A process closes its files just before its children get another parent.
    let end = Instant::now() + Duration::from_secs(30);
    while parent_id() == parent {
        if Instant::now() > end {
            return Err("nobody has adopted me".into());
        }
        thread::sleep(Duration::from_millis(1));
    }
    let (me, adopted) = (process::id(), parent_id());
    say!("  child: I am process {me}; process {parent} has ended, and {adopted} has adopted me")?;
    Ok(())
}

/// The other end of its input is its parent's: when that ends, however it ends, so does this.
fn daemon() -> Outcome {
    thread::spawn(|| {
        let _ = until_input_ends();
        process::exit(0);
    });
    say!("  child: I begin an hour's work")?;
    thread::sleep(Duration::from_secs(3600));
    say!("  child: I end")?;
    Ok(())
}

/// What the kernel says of a process, as `Z (zombie)`; `None` when there is no such process.
pub(crate) fn state(pid: u32) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let state = status
        .lines()
        .find_map(|line| line.strip_prefix("State:"))?;
    Some(state.trim().to_owned())
}
