//! Who sells when the write-back fails, and afterwards.

use super::Missed;
use super::scene::{OTHERS, Scene, is_refusal, killed};
use super::stays;
use super::waiter::Waiter;
use crate::program::Run;
use crate::strace;
use crate::thin::Full;

/// What is done on an event until its end.
pub(super) struct Act {
    pub(super) name: &'static str,
    pub(super) in_slice: bool,
    /// Whether the write that fails begins in a block that is there.
    pub(super) across: bool,
    /// What it leaves full.
    pub(super) strike: Strike,
}

/// All of them.
pub(super) const ACTS: &[Act] = &[
    quick("one by one", |scene| one_by_one(scene, 0)),
    across("across", |scene| one_by_one(scene, 60)),
    act("again", again),
    across("a waiter before", waiter_before),
    quick("a waiter in it", |scene| waiter_in_it(scene, false)),
    act("a waiter first", |scene| waiter_in_it(scene, true)),
    quick("a seller", |scene| stays::seller(scene, 0)),
    act("a seller, some room", |scene| stays::seller(scene, 5)),
    act("little by little", stays::little_by_little),
    act("not durable", stays::not_durable),
    act("not durable, last", stays::not_durable_last),
    act("killed before the cure", |scene| {
        cure_killed(scene, "pwrite64", 4)
    }),
    act("killed in the cure", |scene| {
        cure_killed(scene, "ftruncate", 1)
    }),
    act("killed among padding", stays::killed_among_padding),
    quick("a crowd", crowd),
    act("readers", stays::readers),
    act("reset", reset),
    act("repair", repair),
    act("full again", full_again),
    across("full to the end", full_to_the_end),
];

/// Strikes, and goes on.
type Strike = fn(&mut Scene) -> Result<Option<Full>, Missed>;

const fn act(name: &'static str, strike: Strike) -> Act {
    Act {
        name,
        in_slice: false,
        across: false,
        strike,
    }
}

/// One whose line goes over from a block that is there.
const fn across(name: &'static str, strike: Strike) -> Act {
    Act {
        across: true,
        ..act(name, strike)
    }
}

/// One that is in the slice.
const fn quick(name: &'static str, strike: Strike) -> Act {
    Act {
        in_slice: true,
        ..act(name, strike)
    }
}

/// The first line of a new block is refused, or the first that goes over into one; others are answered.
fn one_by_one(scene: &mut Scene, before_end: u64) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(before_end);
    let full = scene.fill(0);
    scene.refused("refused")?;
    drop(full);
    scene.others("after", OTHERS);
    Ok(None)
}

/// Who was refused asks again, with the same key.
fn again(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    let line = "book again --key again";
    scene.sell_up_to(0);
    let full = scene.fill(0);
    let (code, document) = scene.order("again", line);
    if code == 0 {
        return Err(Missed);
    }
    is_refusal(code, &document);
    drop(full);
    let (code, document) = scene.order("again", line);
    assert_eq!(code, 0, "{document:#}");
    let (code, third) = scene.event.json(line);
    assert_eq!(code, 0, "{third:#}");
    assert_eq!(third["sale"]["id"], document["sale"]["id"]);
    Ok(None)
}

/// One waits, its line in the block before, while the next one's write-back fails and others are answered.
fn waiter_before(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(200);
    let waiter = Waiter::stopped(scene, "waiter");
    let full = scene.fill(0);
    let long = "r".repeat(200);
    scene.refused(&long)?;
    drop(full);
    scene.others("after", OTHERS);
    assert!(waiter.goes_on(scene), "it was counted long ago");
    Ok(None)
}

/// One waits whose own line begins the block. `first`: it goes on before others are answered.
fn waiter_in_it(scene: &mut Scene, first: bool) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    if !scene.disk.lasts() {
        // A line has room or is not written.
        scene.refused("refused")?;
        drop(full);
        scene.others("after", OTHERS);
        return Ok(None);
    }
    let waiter = Waiter::stopped(scene, "waiter");
    scene.refused("refused")?;
    drop(full);
    if first {
        waiter.goes_on(scene);
        scene.others("after", OTHERS);
    } else {
        scene.others("after", OTHERS);
        assert!(waiter.goes_on(scene), "it was counted long ago");
    }
    Ok(None)
}

/// Whoever comes first is killed: before it writes past the page cache, or when the whole block is written and
/// the ledger not cut where it ends.
fn cure_killed(scene: &mut Scene, call: &str, when: usize) -> Result<Option<Full>, Missed> {
    if strace::missing(&scene.event.program).is_some() {
        return Err(Missed);
    }
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    drop(full);
    let run = killed(scene, call, when);
    if scene.disk.kind.stays_unwritten {
        assert_eq!(run.code, None, "there was nothing to be cured: {run:?}");
    } else {
        scene.takes("killed", run);
    }
    scene.others("after", OTHERS);
    Ok(None)
}

/// All others come at once: they cure it together.
fn crowd(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    drop(full);
    let buyers: Vec<_> = (0..OTHERS).map(|n| format!("crowd-{n}")).collect();
    let start = |buyer: &String| scene.event.start(&format!("--json book {buyer}"));
    let crowd: Vec<_> = buyers.iter().map(start).collect();
    for (buyer, child) in buyers.iter().zip(crowd) {
        scene.takes(buyer, Run::of(child.wait_with_output().unwrap()));
    }
    Ok(None)
}

/// The event starts anew right after the failure.
fn reset(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    let (code, document) = scene.event.json("reset --force");
    is_refusal(code, &document);
    drop(full);
    scene.reset();
    scene.others("after", OTHERS);
    Ok(None)
}

/// It is repaired right after the failure: then the refused line is counted.
fn repair(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    drop(full);
    let (code, document) = scene.event.json("audit --repair");
    assert_eq!(code, 0, "{document:#}");
    Ok(None)
}

/// There is still no room for those who come next.
fn full_again(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(0);
    let full = scene.fill(0);
    scene.refused("refused")?;
    for n in 0..3 {
        assert!(!scene.may_sell(&format!("still-{n}")), "there is no room");
        assert_eq!(scene.event.json("query").0, 0);
        let (code, document) = scene.event.json("audit --repair");
        if code != 0 {
            is_refusal(code, &document);
        }
    }
    drop(full);
    scene.others("after", OTHERS);
    Ok(None)
}

/// There is no room until the end: what was answered before is there, and what was answered from the block
/// that was there already.
fn full_to_the_end(scene: &mut Scene) -> Result<Option<Full>, Missed> {
    scene.sell_up_to(300);
    let full = scene.fill(0);
    for n in 0..6 {
        scene.may_sell(&format!("full-{n}"));
    }
    scene.refused("refused")?;
    Ok(Some(full))
}
