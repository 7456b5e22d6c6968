//! Keeping an event: made, audited, repaired, started anew, backed up and restored.

use std::path::Path;
use std::time::Duration;

use super::BoxOffice;
use super::open_holds::OpenHolds;
use super::rules::check_settings;
use crate::error::Result;
use crate::ledger::EventSettings;
use crate::store::audit::Audit;
use crate::store::options::Restart;
use crate::store::results::{Backup, Reset, Restored};

impl BoxOffice {
    /// Verifies every line's checksum, chain and arithmetic, every key and cancellation, and the count.
    /// Takes no lock; sales may go on meanwhile. Memory stays flat, but for 40 bytes or so a key and a
    /// cancelled sale.
    ///
    /// # Errors
    /// When the files cannot be read. What does not add up is no error, but a finding.
    pub fn audit(&self) -> Result<Audit> {
        let audit = self.store.inspect()?;
        Ok(audit.with_due(|| self.due_tickets()))
    }

    /// How many tickets have a hold that is due by now; none, where the ledger cannot be followed.
    fn due_tickets(&self) -> u64 {
        let mut holds = OpenHolds::default();
        let looked = self.store.survey(&mut holds);
        looked.map_or(0, |_| holds.due_tickets(self.clock.now()))
    }

    /// Audits under the locks and repairs what can be proven: the ledger is the truth, as long as all
    /// of it adds up. The count is written anew from it, a torn tail is kept in a file of its own,
    /// a missing newline is put back, temporary files of killed processes are removed. A ledger that does not add up
    /// is left alone. `forced`: so is no count that includes lines which its ledger lacks; it is kept beside.
    ///
    /// # Errors
    /// When the files cannot be read or written, and [`Kind::Busy`](crate::Kind::Busy) when the locks were not had
    /// within `wait`.
    pub fn repair(&mut self, wait: Duration, forced: bool) -> Result<Audit> {
        let audit = self.store.repair(wait, forced)?;
        Ok(audit.with_due(|| self.due_tickets()))
    }

    /// Makes the event, with so many tickets, for real: a rush keeps off it. Its directory is made where that is missing.
    ///
    /// ```
    /// use tickets::BoxOffice;
    /// use tickets::office::EventSettings;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let file = directory.path().join("gala.json");
    /// let mut office = BoxOffice::at(&file)?;
    /// office.init(200, &EventSettings::default())?;
    /// assert_eq!(office.book("alice", 2)?.left, 198);
    /// assert!(office.init(200, &EventSettings::default()).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::Kind::Refused): there is something of an event of this name: its count, its ledger, or
    /// one that was archived. [`Kind::Usage`](crate::Kind::Usage): the settings make no sense.
    pub fn init(&mut self, stock: u64, settings: &EventSettings) -> Result<()> {
        check_settings(settings)?;
        self.store.make(stock, settings, false)
    }

    /// The same, and the group of the directory may sell too: its files are that group's, and the group may write them.
    ///
    /// # Errors
    /// Those of [`BoxOffice::init`], and [`Kind::Refused`](crate::Kind::Refused): this process may not give files to
    /// that group.
    pub fn init_for_group(&mut self, stock: u64, settings: &EventSettings) -> Result<()> {
        check_settings(settings)?;
        self.store.make(stock, settings, true)
    }

    /// Starts the event anew with `stock`, or with the stock it opened with, or with 2. The old
    /// ledger is archived, never deleted. Waits for the holder of the lock.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::Kind::Refused), unless it is `forced`: there are real bookings, which no rush made
    /// and nobody cancelled; or what was booked is unknown, for the ledger is missing, empty or shorter than the
    /// count says; or the file is no event.
    ///
    /// [`Kind::Missing`](crate::Kind::Missing): there is no event.
    pub fn reset(&mut self, stock: Option<u64>, forced: bool, wait: Duration) -> Result<Reset> {
        self.store.restart(Restart {
            stock,
            forced,
            makes: false,
            wait,
        })
    }

    /// The same, and makes an event to practise on where there is none.
    #[cfg(feature = "cli")]
    pub(crate) fn reset_or_make(
        &mut self,
        stock: Option<u64>,
        forced: bool,
        wait: Duration,
    ) -> Result<Reset> {
        self.store.restart(Restart {
            stock,
            forced,
            makes: true,
            wait,
        })
    }

    /// Copies the event to this directory, which is made where it is missing: a count and a ledger that add up.
    /// Others may sell meanwhile; what is copied is durable in the event. An older backup there is replaced, in
    /// such an order that there is a whole one at every moment.
    ///
    /// # Errors
    /// - [`Kind::Refused`](crate::Kind::Refused): what stands there is no older backup of this event; nothing was
    ///   changed;
    /// - [`Kind::Integrity`](crate::Kind::Integrity): the event does not add up;
    /// - [`Kind::Usage`](crate::Kind::Usage): it is the event's own directory.
    pub fn backup(&mut self, to: &Path, wait: Duration) -> Result<Backup> {
        self.store.backup(to, wait)
    }

    /// Copies the event at `from` as it is now to `to`, where none is; each is a path, or an address on a cluster. Every
    /// line is checked against the one before it.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::Kind::Refused): something of an event is at `to`;
    /// [`Kind::Integrity`](crate::Kind::Integrity): the event does not add up.
    pub fn copy(from: &Path, to: &Path, wait: Duration) -> Result<Backup> {
        crate::store::copy::copy(from, to, wait)
    }

    /// Puts the backup in this directory back, under the locks. What it replaces is kept beside.
    ///
    /// # Errors
    /// - [`Kind::Refused`](crate::Kind::Refused), unless it is `forced`: the event has lines that the backup lacks, or
    ///   counts some; or the backup's own count includes lines that its ledger lacks;
    /// - [`Kind::Missing`](crate::Kind::Missing): there is no backup of this event;
    /// - [`Kind::Integrity`](crate::Kind::Integrity): it does not add up;
    /// - [`Kind::OutcomeUnknown`](crate::Kind::OutcomeUnknown): it is done, but not all of it is proven to be on disk.
    pub fn restore(&mut self, from: &Path, forced: bool, wait: Duration) -> Result<Restored> {
        self.store.restore(from, forced, wait)
    }
}
