//! A file system of its own in a file, whose power can be cut.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::ioctl::{Setter, opcode};

use crate::test_event::memory;

/// A file system, and how it is mounted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    /// Its name in that of a case.
    pub(crate) name: &'static str,
    /// How it is made.
    make: &'static [&'static str],
    options: &'static str,
    mebibytes: u64,
}

const EXT4: &[&str] = &["mkfs.ext4", "-q", "-F"];

/// Those that are cut.
pub(crate) const KINDS: [Kind; 4] = [
    Kind {
        name: "ext4 ordered",
        make: EXT4,
        options: "data=ordered",
        mebibytes: 48,
    },
    Kind {
        name: "ext4 writeback",
        make: EXT4,
        options: "data=writeback",
        mebibytes: 48,
    },
    Kind {
        name: "ext4 noauto_da_alloc",
        make: EXT4,
        options: "noauto_da_alloc",
        mebibytes: 48,
    },
    Kind {
        name: "xfs",
        make: &["mkfs.xfs", "-q", "-f"],
        options: "rw",
        mebibytes: 320,
    },
];

/// One of them, mounted as long as this is held.
#[derive(Debug)]
pub(crate) struct Disk {
    kind: Kind,
    /// The loop device: one as long as this is held, so that nobody else gets it between two cuts.
    device: String,
    /// Where it is mounted.
    pub(crate) at: PathBuf,
    _place: tempfile::TempDir,
}

/// How long a file system may stay busy.
const PATIENCE: Duration = Duration::from_secs(30);

impl Disk {
    /// Fails where that cannot be made or mounted, and says why.
    pub(crate) fn new(kind: Kind) -> Result<Self, String> {
        let place = tempfile::tempdir_in(memory()).unwrap();
        let (image, at) = (place.path().join("image"), place.path().join("at"));
        let file = File::create(&image).and_then(|file| file.set_len(kind.mebibytes << 20));
        file.and_then(|()| std::fs::create_dir(&at)).unwrap();
        let attached = do_it(
            Command::new("losetup")
                .args(["--find", "--show"])
                .arg(&image),
        )?;
        let device = attached.trim().to_owned();
        let disk = Self {
            kind,
            device,
            at,
            _place: place,
        };
        do_it(
            Command::new(kind.make[0])
                .args(&kind.make[1..])
                .arg(&disk.device),
        )?;
        disk.mount()?;
        Ok(disk)
    }

    fn mount(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        mount.args(["-o", self.kind.options, &self.device]);
        do_it(mount.arg(&self.at)).map(drop)
    }

    /// Cuts the power: nothing that is not on the disk gets there any more, and every call fails.
    pub(crate) fn cut(&self) {
        shut_down(&File::open(&self.at).unwrap()).unwrap();
    }

    /// The power comes back. Whoever has a file open there holds this up: also a child that another thread
    /// has just forked, until it runs its program.
    pub(crate) fn restore(&self) {
        let deadline = Instant::now() + PATIENCE;
        while let Err(error) = do_it(Command::new("umount").arg(&self.at)) {
            assert!(Instant::now() < deadline, "{error}");
            thread::sleep(Duration::from_millis(10));
        }
        self.mount().unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.at).status();
        let _ = Command::new("losetup").arg("-d").arg(&self.device).status();
    }
}

/// `FS_IOC_SHUTDOWN` without flushing the journal, as `xfs_io -c shutdown` calls it: for ext4 and xfs.
pub(crate) fn shut_down(directory: &File) -> rustix::io::Result<()> {
    const SHUTDOWN: rustix::ioctl::Opcode = opcode::read::<u32>(b'X', 125);
    const NO_LOG_FLUSH: u32 = 2;
    // SAFETY: the call reads one number of 32 bits, which `Setter` points it to, and writes nothing.
    #[expect(unsafe_code, reason = "the standard library knows no such call")]
    unsafe {
        rustix::ioctl::ioctl(directory, Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH))
    }
}

/// Runs it; what it said.
pub(crate) fn do_it(command: &mut Command) -> Result<String, String> {
    let name = Path::new(command.get_program()).display().to_string();
    match command.output() {
        Err(error) => Err(format!("no {name}: {error}")),
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(format!("{name}: {said}"))
        }
    }
}
