//! The supervisor: starts the buyers of a rush, listens to them, releases, stops and waits for them.

use std::io;
use std::sync::Arc;

use tempfile::TempPath;

use super::evidence_session::EvidenceSession;
use super::report_pipe::ReportReader;
use super::roster::Roster;
use super::server_process::{BuyerPipes, ServerProcess};
use super::settings::Rush;
use super::start_barrier::Barrier;
use super::start_error::{start_error, too_many};
use super::threads::start_threads;
use crate::error::Result;

/// The supervisor of a running rush.
#[derive(Debug)]
pub(super) struct Supervisor {
    pub(super) roster: Roster,
    /// Dropping it tells the buyers to stop.
    start_barrier: Option<Barrier>,
    read_barrier: Option<Barrier>,
    pub(super) reports: ReportReader,
    servers: Vec<ServerProcess>,
    /// A file that goes away as soon as all who need it have opened it.
    fleeting: Option<TempPath>,
}

impl Supervisor {
    /// Starts all buyers. They wait at the start barrier.
    pub(super) fn start(
        rush: &Rush,
        run: &str,
        evidence: Option<&EvidenceSession>,
    ) -> Result<Self> {
        let problem = |e| start_error("make a pipe", &e);
        let (start_end, start_barrier) = Barrier::new().map_err(problem)?;
        let (read_end, read_barrier) = Barrier::new().map_err(problem)?;
        let (reports, report_end) = io::pipe().map_err(problem)?;
        let pipes = BuyerPipes {
            start_barrier: start_end,
            read_barrier: (rush.together || rush.pause.is_some()).then_some(read_end),
            report: report_end,
        };
        let mut supervisor = Self {
            roster: Roster::new(rush.users),
            start_barrier: Some(start_barrier),
            read_barrier: Some(read_barrier),
            reports: ReportReader::new(reports),
            servers: Vec::new(),
            fleeting: None,
        };
        let (started, what) = if rush.threads {
            let file = evidence.map(|session| Arc::clone(&session.file));
            (start_threads(rush, run, pipes, file.as_ref()), "threads")
        } else {
            let name = evidence.map(EvidenceSession::name);
            let servers = &mut supervisor.servers;
            let started = ServerProcess::start_all(rush, run, &pipes, name, servers);
            (started, "processes")
        };
        match started {
            Ok(()) => Ok(supervisor),
            Err(error) => Err(too_many(rush.users, what, &error.to_string())),
        }
    }

    /// The same, with a file that is removed when all have started, or when this is dropped.
    pub(super) fn without(mut self, fleeting: Option<TempPath>) -> Self {
        self.fleeting = fleeting;
        self
    }

    /// An error when not every buyer could be started: then none is to sell.
    pub(super) fn all_started(&self) -> Result<()> {
        match self.roster.not_started() {
            Some(error) => Err(too_many(self.roster.len() as u32, "processes", error)),
            None => Ok(()),
        }
    }

    /// Releases the start barrier: once for each buyer, dead or alive. A buyer whose fork server was killed
    /// counts as gone and may live all the same; a release too many harms nobody.
    pub(super) fn release_start(&mut self) {
        self.fleeting = None;
        if let Some(barrier) = &mut self.start_barrier {
            barrier.release(self.roster.len());
        }
    }

    /// Releases the read barrier for all, in the same way.
    pub(super) fn release_read(&mut self) {
        if let Some(barrier) = &mut self.read_barrier {
            barrier.release(self.roster.len());
        }
    }

    /// Releases one buyer that waits behind its read.
    pub(super) fn release_one(&mut self) {
        if let Some(barrier) = &mut self.read_barrier {
            barrier.release(1);
        }
    }

    /// Tells all to stop: a buyer that has not sold yet does not sell any more.
    pub(super) fn stop(&mut self) {
        self.start_barrier = None;
        self.read_barrier = None;
    }

    /// Looks for fork servers that were killed, whose buyers nobody reports any more.
    pub(super) fn look_for_killed_servers(&mut self) {
        for server in &mut self.servers {
            if server.has_just_ended() {
                for number in server.buyers.clone() {
                    self.roster.orphaned(number);
                }
            }
        }
    }

    /// Kills the processes that are still there.
    pub(super) fn kill_the_rest(&self) {
        for server in &self.servers {
            server.kill();
        }
    }

    /// Waits for every fork server, which waits for its buyers.
    pub(super) fn wait_for_all(&mut self) {
        for server in &mut self.servers {
            server.wait();
        }
    }
}
