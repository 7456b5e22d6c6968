//! A process that waits for the sync of another one, and is stopped there: it has the ledger mapped.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::process::{Child, Output};

use rustix::fs::{FlockOperation, fcntl_lock};

use super::scene::{Scene, is_refusal};
use crate::program::Run;
use crate::test_event::{LEDGER, eventually, signal};

/// One that is stopped, with its line on the ledger; killed on drop.
pub(super) struct Waiter {
    child: Option<Child>,
    buyer: &'static str,
}

impl Waiter {
    pub(super) fn stopped(scene: &Scene, buyer: &'static str) -> Self {
        let ledger = scene.event.path(LEDGER);
        let file = fs::File::options().read(true).write(true).open(ledger);
        let file = file.unwrap();
        // The lock under which a ledger is synced, as another seller's process holds it.
        fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        let waiter = Self {
            child: Some(scene.event.start(&format!("--json book {buyer}"))),
            buyer,
        };
        eventually("it waits for the sync", || {
            let waits = waiter.state() == Some('S') && waiter.has_mapped();
            (waits && says(&file, buyer)).then_some(())
        });
        signal(waiter.pid(), "STOP");
        eventually("it is stopped", || {
            (waiter.state() == Some('T')).then_some(())
        });
        drop(file);
        waiter
    }

    /// Goes on; whether it was answered.
    #[track_caller]
    pub(super) fn goes_on(mut self, scene: &mut Scene) -> bool {
        signal(self.pid(), "CONT");
        let child = self.child.take().unwrap();
        let output: Output = child.wait_with_output().unwrap();
        let (code, document) = Run::of(output).document();
        if code == 0 {
            scene.answered(self.buyer, document["sale"]["id"].as_str().unwrap());
        } else {
            is_refusal(code, &document);
        }
        code == 0
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Its state, as ps(1) has it.
    fn state(&self) -> Option<char> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    }

    fn has_mapped(&self) -> bool {
        let maps = fs::read_to_string(format!("/proc/{}/maps", self.pid()));
        maps.is_ok_and(|maps| maps.contains(LEDGER))
    }
}

/// Whether its line is on the ledger: through this handle, for who closes another one loses the lock.
fn says(ledger: &fs::File, buyer: &str) -> bool {
    let mut bytes = vec![0; ledger.metadata().unwrap().len() as usize];
    ledger.read_exact_at(&mut bytes, 0).unwrap();
    String::from_utf8_lossy(&bytes).contains(&format!("\"{buyer}\""))
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
