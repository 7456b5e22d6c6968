//! A rush from its beginning to its report.

use std::os::fd::BorrowedFd;

use super::event_loop::{EventLoop, News, is_told};
use super::event_place::EventPlace;
use super::evidence_session::EvidenceSession;
use super::report::{self, RushReport};
use super::room;
use super::settings::Rush;
use super::supervisor::Supervisor;
use crate::error::Result;
use crate::office::random;
use crate::store::patiently;

impl Rush {
    /// Runs the rush, waits for every buyer, and judges it.
    ///
    /// `stop`: becomes readable when the rush is to stop, for instance on Ctrl-C. Buyers that have
    /// not sold by then do not sell any more; what was sold is reported.
    ///
    /// For a rush of threads the soft limit of open files is raised where that is too low.
    ///
    /// # Errors
    /// When the rush could not start: nothing was sold then. What befalls a single buyer is no
    /// error; it is in the report.
    pub fn run(
        &self,
        stop: Option<BorrowedFd<'_>>,
        news: &mut dyn FnMut(News<'_>),
    ) -> Result<RushReport> {
        self.check()?;
        room::check(self)?;
        let mut place = EventPlace::at(&self.file)?;
        let claimed = EvidenceSession::claim(self)?;
        let wanted = &mut || !is_told(stop);
        let opening = patiently(self.wait, || place.prepare(self, wanted))?;
        if opening.endangered {
            news(News::Endangers);
        }
        let run = format!("{:08x}", random()?);
        let (session, fleeting) = match claimed {
            Some((output, fleeting)) => {
                let is_fleeting = fleeting.is_some();
                let session = EvidenceSession::start(output, is_fleeting, &run, &opening)?;
                (Some(session), fleeting)
            }
            None => (None, None),
        };
        let mut supervisor = Supervisor::start(self, &run, session.as_ref())?.without(fleeting);
        let mut course = EventLoop::new(self);
        course.run(&mut supervisor, stop, news)?;
        supervisor.wait_for_all();
        place.sync(self.lock)?;
        let Supervisor { roster, .. } = supervisor;
        let outcomes = place.outcomes(&opening, &run, &roster.sales(), session.is_some())?;
        let evidence = session.map(|session| session.finish(&roster, &outcomes));
        Ok(report::write(
            self,
            run,
            roster.into_reports(&outcomes),
            &outcomes,
            course.elapsed(),
            course.was_stopped(),
            evidence,
        ))
    }
}
