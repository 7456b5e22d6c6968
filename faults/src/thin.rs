//! A file system on thin storage: what it writes to a block that it did not use before fails while the storage
//! is full. It is unmounted, or its power is cut.

mod kind;
mod requests;
mod storage;

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;

use crate::disk::{do_it, shut_down};
use crate::test_event::memory;
use kind::OFFSET;
pub(crate) use kind::{KINDS, Kind};
use requests::Requests;
use storage::{Filler, PAGE, Storage};

/// How long a file system may stay busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// One of them, mounted as long as this is held. Its loop device is attached by the mount, and goes with it.
#[derive(Debug)]
pub(crate) struct Disk {
    pub(crate) kind: Kind,
    options: String,
    /// Where it is mounted.
    pub(crate) at: PathBuf,
    image: PathBuf,
    storage: Storage,
    _place: tempfile::TempDir,
}

/// The storage is full as long as this is held.
#[derive(Debug)]
#[must_use]
pub(crate) struct Full {
    _requests: Option<Requests>,
    pub(crate) filler: Filler,
}

impl Disk {
    /// Fails where that cannot be made or mounted, and says why. Where its blocks are smaller than a page of the
    /// storage, it begins with another block of a page in each round: a file's blocks then do, too.
    pub(crate) fn new(kind: Kind, round: u64) -> Result<Self, String> {
        let place = tempfile::tempdir_in(memory()).unwrap();
        let [thin, at] = ["thin", "at"].map(|name| place.path().join(name));
        for directory in [&thin, &at] {
            fs::create_dir(directory).unwrap();
        }
        let storage = Storage::new(&thin, kind.mebibytes)?;
        let offset = (round % (PAGE / kind.block) * kind.block).to_string();
        let mut disk = Self {
            kind,
            options: kind.options.replace(OFFSET, &offset),
            at: thin,
            image: PathBuf::new(),
            storage,
            _place: place,
        };
        let Some((program, arguments)) = kind.make.split_first() else {
            return Ok(disk);
        };
        (disk.image, disk.at) = (disk.storage.image(), at);
        let arguments = arguments.iter().map(|part| part.replace(OFFSET, &offset));
        do_it(Command::new(program).args(arguments).arg(&disk.image))?;
        disk.storage.take_all(&disk.image)?;
        disk.mount()?;
        // From here on what it uses is there, and what it does not use is thin.
        disk.flush();
        disk.trim();
        Ok(disk)
    }

    /// Whether it lasts: memory does not.
    pub(crate) fn lasts(&self) -> bool {
        self.kind.lasts()
    }

    /// Takes all the room of the storage but so many pages: whatever is written to a block that was not used
    /// before fails.
    pub(crate) fn fill(&self, leave: u64) -> Full {
        let requests = self.lasts().then(|| {
            self.flush();
            self.trim();
            self.flush();
            Requests::small(&self.at)
        });
        Full {
            _requests: requests,
            filler: self.storage.fill(leave),
        }
    }

    /// Cuts the power: nothing that is not on the disk gets there any more.
    pub(crate) fn cut(&mut self) {
        let directory = File::open(&self.at).unwrap();
        match shut_down(&directory) {
            Ok(()) => {}
            // A file system that knows no such call: what the device has at this moment is what is left.
            Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::INVAL) => {
                let left = self.at.with_file_name("left");
                let mut copy = Command::new("cp");
                let copy = copy.arg("--sparse=always").arg(&self.image).arg(&left);
                do_it(copy).unwrap();
                self.image = left;
            }
            Err(error) => panic!("the power could not be cut: {error}"),
        }
    }

    /// It is unmounted, and comes back: what is full until then is so no more. Whoever has a file open there
    /// holds this up.
    pub(crate) fn restore(&self, full: Option<Full>) {
        let end = Instant::now() + PATIENCE;
        while let Err(error) = do_it(Command::new("umount").arg(&self.at)) {
            assert!(Instant::now() < end, "{error}");
            thread::sleep(Duration::from_millis(10));
        }
        drop(full);
        self.mount().unwrap();
    }

    /// The loop device of a mount before may take a moment to go.
    fn mount(&self) -> Result<(), String> {
        let end = Instant::now() + Duration::from_secs(1);
        loop {
            let mut mount = Command::new("mount");
            mount.args(["-o", &self.options]);
            match do_it(mount.arg(&self.image).arg(&self.at)) {
                Err(_) if Instant::now() < end => thread::sleep(Duration::from_millis(50)),
                other => return other.map(drop),
            }
        }
    }

    /// Writes all that is to be written.
    fn flush(&self) {
        let directory = File::open(&self.at).unwrap();
        rustix::fs::syncfs(&directory).unwrap();
    }

    /// Gives the blocks that it does not use back to the storage.
    fn trim(&self) {
        do_it(Command::new("fstrim").arg(&self.at)).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

/// Sees to it that nothing stays mounted, however this ends: this thread gets a view of the mounts that is its
/// own and that of its children, and a mount ends with the last of them.
pub(crate) fn alone() -> Result<(), String> {
    let this = fs::metadata("/proc/self").map_err(|error| format!("no /proc: {error}"))?;
    if this.uid() != 0 {
        return Err("needs root, to mount file systems".to_owned());
    }
    // SAFETY: no file descriptors are unshared, and nothing else in this thread relies on the mounts.
    #[expect(unsafe_code, reason = "the standard library knows no such call")]
    let unshared = unsafe { rustix::thread::unshare_unsafe(rustix::thread::UnshareFlags::NEWNS) };
    unshared.map_err(|error| format!("no mounts of its own: {error}"))?;
    do_it(Command::new("mount").args(["--make-rprivate", "/"])).map(drop)
}
