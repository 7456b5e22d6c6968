//! Somebody who stays: sells with padding, sells what is not durable, or only reads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use tickets::BoxOffice;
use tickets::office::Durability;

use super::Missed;
use super::scene::{OTHERS, Scene, killed};
use super::waiter::Waiter;
use crate::program::Run;
use crate::strace;
use crate::thin::Full;

/// After so many sales the ledger is padded.
const PAD_AFTER: usize = 16;

/// One that stays pads the ledger, which fails but for so many pages; it goes on beside others.
pub(super) fn seller(scene: &mut Scene, leave: u64) -> Result<Option<Full>, Missed> {
    let full = pads(scene, leave)?;
    drop(full);
    for n in 0..OTHERS {
        assert!(scene.office_sells(&format!("office-{n}"), Durability::Disk));
        scene.sell(&format!("after-{n}"));
    }
    Ok(None)
}

/// The same, and there is a page more of room at a time.
pub(super) fn little_by_little(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    let full = pads(scene, 1)?;
    for n in 0..OTHERS {
        scene.may_sell(&format!("little-{n}"));
        full.filler.give(1);
        scene.office_sells(&format!("little-office-{n}"), Durability::Disk);
    }
    drop(full);
    scene.others("after", OTHERS);
    Ok(None)
}

/// One that stays sells until the sync of its padding fails.
fn pads(scene: &mut Scene, leave: u64) -> Result<Full, Missed> {
    scene.others("first", 1);
    for n in 0..PAD_AFTER {
        assert!(scene.office_sells(&format!("early-{n}"), Durability::Disk));
    }
    scene.sell_up_to(0);
    let full = scene.fill(leave);
    // In memory there may be room for a line, and none for padding.
    let sales = if scene.disk.lasts() { 1 } else { 60 };
    for n in 0..sales {
        if !scene.office_sells(&format!("pads-{n}"), Durability::Disk) {
            return Ok(full);
        }
    }
    Err(Missed)
}

/// Sales that no sync is made for, before the failure and after it; then one that is synced.
pub(super) fn not_durable(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    for n in 0..3 {
        scene.office_sells(&format!("lazy-{n}"), Durability::Process);
    }
    scene.refused("refused")?;
    drop(full);
    for round in 0..3 {
        for n in 0..3 {
            let buyer = format!("lazy-{round}-{n}");
            assert!(scene.office_sells(&buyer, Durability::Process));
        }
        scene.sell(&format!("after-{round}"));
    }
    Ok(None)
}

/// The same, and nobody comes after them: nothing is promised, and all else is there.
pub(super) fn not_durable_last(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    drop(full);
    for n in 0..3 {
        assert!(scene.office_sells(&format!("lazy-{n}"), Durability::Process));
    }
    scene.not_promised("lazy-");
    Ok(None)
}

/// Who only reads, without a lock, finds nothing wrong meanwhile: the end of the ledger is written past what it
/// reads.
pub(super) fn readers(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    let full = pads(scene, 0)?;
    drop(full);
    let over = AtomicBool::new(false);
    let file = scene.event.file.clone();
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let office = BoxOffice::at(&file).unwrap();
            while !over.load(Ordering::SeqCst) {
                office.query().unwrap();
                let audit = office.audit().unwrap();
                assert!(audit.findings.is_empty(), "{:?}", audit.findings);
            }
        });
        let line = ["--json", "book", "after"];
        let cures = scene.event.command(line).output().unwrap();
        over.store(true, Ordering::SeqCst);
        scene.takes("after", Run::of(cures));
        reader.join().unwrap();
    });
    Ok(None)
}

/// There is room for lines, and none for the padding behind them. Whoever cures them is killed, at the latest
/// when a write past the page cache has failed; another one waits with its line there, and some were sold to.
pub(super) fn killed_among_padding(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    if strace::missing(&scene.event.program).is_some() {
        return Err(Missed);
    }
    let full = pads(scene, 1)?;
    full.filler.give(1);
    for n in 0..3 {
        scene.office_sells(&format!("lazy-{n}"), Durability::Process);
    }
    let waiter = scene.disk.lasts().then(|| Waiter::stopped(scene, "waiter"));
    // Its line; twice what was not proven; past the page cache; what that has dropped.
    let run = killed(scene, "pwrite64", 5);
    if run.code == Some(0) {
        scene.takes("killed", run);
    }
    drop(full);
    scene.others("after", OTHERS);
    if let Some(waiter) = waiter {
        waiter.goes_on(scene);
    }
    Ok(None)
}
