//! The fork servers, seen from the supervisor: started, watched, killed, waited for.

use std::io::{self, PipeReader, PipeWriter};
use std::ops::Range;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::thread;

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::evidence_session::EvidenceName;
use super::fork_server::{FORK_SERVER, ForkServerTask};
use super::settings::Rush;

/// A fork server more for so many buyers, up to one for each processor.
const SHARE: u32 = 16;

/// The buyers' ends of the pipes.
#[derive(Debug)]
pub(super) struct BuyerPipes {
    pub(super) start_barrier: PipeReader,
    pub(super) read_barrier: Option<PipeReader>,
    pub(super) report: PipeWriter,
}

/// A fork server's process, the leader of a process group that its buyers belong to. None of them
/// outlives the rush, on whatever way it ends, and none stays a zombie.
#[derive(Debug)]
pub(super) struct ServerProcess {
    child: Child,
    pub(super) buyers: Range<u32>,
    ended: bool,
    waited_for: bool,
}

impl ServerProcess {
    /// Starts as many as there are processors, or fewer, each for a share of the buyers, one after the other
    /// into `started`: those that have started are ended there if another one cannot.
    pub(super) fn start_all(
        rush: &Rush,
        run: &str,
        pipes: &BuyerPipes,
        evidence: Option<EvidenceName<'_>>,
        started: &mut Vec<Self>,
    ) -> io::Result<()> {
        let processors = thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let share = rush.users.div_ceil(processors).max(SHARE.min(rush.users));
        for first in (1..=rush.users).step_by(share as usize) {
            let task = ForkServerTask {
                rush: rush.clone(),
                run: run.to_owned(),
                buyers: first..(first + share).min(rush.users + 1),
                evidence: evidence.map(|(_, id)| id),
            };
            started.push(Self::start(&task, pipes, evidence)?);
        }
        Ok(())
    }

    fn start(
        task: &ForkServerTask,
        pipes: &BuyerPipes,
        evidence: Option<EvidenceName<'_>>,
    ) -> io::Result<Self> {
        let rush = &task.rush;
        let mut command = Command::new(&rush.program);
        command
            .arg(FORK_SERVER)
            .arg(serde_json::to_string(task)?)
            .arg(&rush.file)
            .args(evidence.map(|(path, _)| path))
            // The watchdog's thread shares the buyer's heap: a heap of its own, as glibc gives each
            // thread, is made and thrown away again by each of thousands of short processes.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(pipes.start_barrier.try_clone()?)
            .stdout(pipes.report.try_clone()?)
            // A group of its own: Ctrl-C at the terminal reaches the supervisor alone, which tells
            // its buyers.
            .process_group(0);
        if let Some(read_barrier) = &pipes.read_barrier {
            command.stderr(read_barrier.try_clone()?);
        }
        Ok(Self {
            child: command.spawn()?,
            buyers: task.buyers.clone(),
            ended: false,
            waited_for: false,
        })
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Whether it has ended since this was asked last. It is not waited for here: until it is, its number is
    /// no other's, and its group can be killed.
    pub(super) fn has_just_ended(&mut self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let known = self.ended;
        self.ended = known
            || self
                .pid()
                .is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)));
        self.ended && !known
    }

    /// Kills the fork server and its buyers, or the buyers that have outlived it.
    pub(super) fn kill(&self) {
        if let Some(group) = self.pid().filter(|_| !self.waited_for) {
            // Those that have just ended cannot be killed, and need not be.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }

    /// Waits for it, which waits for its buyers.
    pub(super) fn wait(&mut self) {
        let _ = self.child.wait();
        self.waited_for = true;
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
        self.wait();
    }
}
