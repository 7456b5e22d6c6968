//! A file system on thin storage, which is unmounted, or whose power is cut.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::ioctl::{Setter, opcode};

use super::storage::{Filler, PAGE, Storage, done};
use crate::Result;

/// How long a file system may stay busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file system, and how it is made and mounted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// What it is called in the report.
    pub(crate) name: &'static str,
    /// How it is made.
    make: &'static [&'static str],
    options: &'static str,
    mebibytes: u64,
    /// How large its blocks are.
    pub(crate) block: u64,
}

/// Inode tables and journal are written at once, not in the background when there is no room.
const EXT4: &str = "-Elazy_itable_init=0,lazy_journal_init=0,offset=OFFSET";
/// Stands for where the file system begins in the image.
const OFFSET: &str = "OFFSET";

/// Those that are tried; the first alone in a quick look.
pub(crate) const KINDS: [Kind; 6] = [
    Kind {
        name: "ext4, 4 KiB",
        make: &["mkfs.ext4", "-qF", "-b4096", EXT4, "-Jsize=4"],
        options: "loop",
        mebibytes: 24,
        block: 4096,
    },
    Kind {
        name: "ext4, 1 KiB",
        make: &["mkfs.ext4", "-qF", "-b1024", EXT4, "-Jsize=4"],
        options: "loop,offset=OFFSET",
        mebibytes: 24,
        block: 1024,
    },
    Kind {
        name: "ext4, no journal",
        make: &["mkfs.ext4", "-qF", "-b4096", EXT4, "-O^has_journal"],
        options: "loop",
        mebibytes: 24,
        block: 4096,
    },
    Kind {
        name: "ext4, data=journal",
        make: &["mkfs.ext4", "-qF", "-b4096", EXT4, "-Jsize=4"],
        options: "loop,data=journal",
        mebibytes: 24,
        block: 4096,
    },
    Kind {
        name: "xfs",
        make: &["mkfs.xfs", "-qfK"],
        options: "loop",
        mebibytes: 320,
        block: 4096,
    },
    Kind {
        name: "btrfs",
        make: &["mkfs.btrfs", "-qfK"],
        options: "loop",
        mebibytes: 160,
        block: 4096,
    },
];

/// One of them, mounted as long as this is held. Its loop device is attached by the mount, and goes with it.
#[derive(Debug)]
pub(crate) struct Disk {
    options: String,
    /// Where it is mounted.
    pub(crate) at: PathBuf,
    image: PathBuf,
    storage: Storage,
}

impl Disk {
    /// Fails where that cannot be made or mounted, and says why. Where its blocks are smaller than a page of the
    /// storage, it begins with another block of a page in each round: a file's blocks then do, too.
    pub(crate) fn new(kind: Kind, place: &Path, round: u32) -> Result<Self> {
        let blocks = u64::from(round) % (PAGE as u64 / kind.block);
        let offset = (blocks * kind.block).to_string();
        let [thin, at] = ["thin", "at"].map(|name| place.join(name));
        for directory in [&thin, &at] {
            fs::create_dir_all(directory)
                .map_err(|error| format!("could not create {}: {error}", directory.display()))?;
        }
        let storage = Storage::new(&thin, kind.mebibytes)?;
        let image = storage.image();
        let (program, arguments) = kind.make.split_first().ok_or("nothing to make it with")?;
        let arguments = arguments.iter().map(|part| part.replace(OFFSET, &offset));
        done(Command::new(program).args(arguments).arg(&image))?;
        storage.take_all()?;
        let disk = Self {
            options: kind.options.replace(OFFSET, &offset),
            at,
            image,
            storage,
        };
        disk.mount()?;
        // From here on what it uses is there, and what it does not use is thin.
        disk.flush()?;
        disk.trim()?;
        Ok(disk)
    }

    /// Takes all the room of the storage: whatever the file system writes to a block that it did not use
    /// before fails.
    pub(crate) fn fill(&self) -> Result<(Requests, Filler)> {
        self.flush()?;
        self.trim()?;
        self.flush()?;
        Ok((Requests::small(&self.at)?, self.storage.fill()?))
    }

    /// A clean unmount, as when the machine is shut down; then it comes back.
    pub(crate) fn unmount(&self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = done(Command::new("umount").arg(&self.at)) {
            if Instant::now() > deadline {
                return Err(error);
            }
            thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Cuts the power: nothing that is not on the disk gets there any more; then it comes back.
    pub(crate) fn cut(&mut self) -> Result<()> {
        let directory = File::open(&self.at).map_err(|error| format!("no directory: {error}"))?;
        let shut = shut_down(&directory);
        drop(directory);
        match shut {
            Ok(()) => self.unmount(),
            // A file system that knows no such call: what the device has at this moment is what is left.
            Err(Errno::NOTTY | Errno::OPNOTSUPP | Errno::INVAL) => {
                let left = self.at.with_file_name("left");
                let mut copy = Command::new("cp");
                done(copy.arg("--sparse=always").arg(&self.image).arg(&left))?;
                self.unmount()?;
                self.image = left;
                Ok(())
            }
            Err(error) => Err(format!("could not cut the power: {error}")),
        }
    }

    /// Mounts it. The loop device of a mount before may take a moment to go.
    pub(crate) fn mount(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(1);
        loop {
            let mut mount = Command::new("mount");
            mount.args(["-o", &self.options]);
            match done(mount.arg(&self.image).arg(&self.at)) {
                Err(_) if Instant::now() < deadline => thread::sleep(Duration::from_millis(50)),
                other => return other.map(drop),
            }
        }
    }

    /// Writes all that is to be written.
    fn flush(&self) -> Result<()> {
        let directory = File::open(&self.at).map_err(|error| error.to_string());
        directory.and_then(|directory| {
            rustix::fs::syncfs(&directory).map_err(|error| format!("could not sync: {error}"))
        })
    }

    /// Gives the blocks that it does not use back to the storage.
    fn trim(&self) -> Result<()> {
        done(Command::new("fstrim").arg(&self.at)).map(drop)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).output();
    }
}

/// A page, in KiB; 0 would stand for as much as the device can.
const SMALL: &str = "4";

/// How much a loop device writes at once, as long as this is held: a page. A longer write of which only the
/// first pages have room ends early, and Linux 6.18 takes that for success.
#[derive(Debug)]
pub(crate) struct Requests {
    setting: PathBuf,
    before: String,
}

impl Requests {
    fn small(mounted: &Path) -> Result<Self> {
        let mounts = fs::read_to_string("/proc/self/mounts").map_err(|error| error.to_string())?;
        let device = mounts.lines().rev().find_map(|line| {
            let mut fields = line.split_whitespace();
            let device = fields.next()?.strip_prefix("/dev/")?;
            (fields.next().map(Path::new) == Some(mounted)).then_some(device)
        });
        let device = device.ok_or("mounted, but of no device")?;
        let setting = PathBuf::from(format!("/sys/block/{device}/queue/max_sectors_kb"));
        let problem = |error| format!("could not set {}: {error}", setting.display());
        let mut before = fs::read_to_string(&setting).map_err(problem)?;
        if before.trim() == SMALL {
            // One that was killed has left it.
            "0".clone_into(&mut before);
        }
        fs::write(&setting, SMALL).map_err(problem)?;
        Ok(Self { setting, before })
    }
}

impl Drop for Requests {
    fn drop(&mut self) {
        // It would outlast the mount: it is the setting of a device that others get next.
        let _ = fs::write(&self.setting, &self.before);
    }
}

/// `FS_IOC_SHUTDOWN` without flushing the journal, as `xfs_io -c shutdown` calls it.
fn shut_down(directory: &File) -> rustix::io::Result<()> {
    const SHUTDOWN: rustix::ioctl::Opcode = opcode::read::<u32>(b'X', 125);
    const NO_LOG_FLUSH: u32 = 2;
    // SAFETY: the call reads one number of 32 bits, which `Setter` points it to, and writes nothing.
    #[expect(unsafe_code, reason = "the standard library knows no such call")]
    unsafe {
        rustix::ioctl::ioctl(directory, Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH))
    }
}
