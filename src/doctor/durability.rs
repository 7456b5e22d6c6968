//! Whether what is synced outlives a power cut, as far as the mount says: memory, a volatile overlay, no write barriers.
//!
//! A sync that succeeds proves nothing there, and no check could find it out.

use std::fs;
use std::path::{Path, PathBuf};

use super::report::{Check, CheckResult, DURABILITY};

/// What comes of it.
const WITHOUT_JOURNAL: &str = " keeps no journal: a power cut may leave it damaged, and its repair may lose files that were synced";

/// So many overlays upon one another are looked through.
const LAYERS: u32 = 16;

/// A note where a power cut takes what was synced in this directory, or may.
pub(super) fn check(directory: &Path) -> Check {
    let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else {
        let text = "this system does not tell how it is mounted: whether a power cut takes what was synced is not known";
        return Check::new(DURABILITY, CheckResult::Note, text).open();
    };
    let system = System {
        mounts: &mounts,
        is_seen: &|path: &Path| path.exists(),
        backing: &backing_file,
        lacks_journal: &lacks_journal,
    };
    match system.lost_by(&directory, LAYERS) {
        Some(Loss::Known(why)) => Check::new(DURABILITY, CheckResult::Note, why),
        Some(Loss::Perhaps(why)) => Check::new(DURABILITY, CheckResult::Note, why).open(),
        None => Check::new(
            DURABILITY,
            CheckResult::Pass,
            "its mount says nothing by which a power cut would take what was synced",
        ),
    }
}

/// The kind of the file system that a directory is in, as it is mounted.
pub(super) fn mounted_as(directory: &Path) -> Option<String> {
    let directory = fs::canonicalize(directory).ok()?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    let mount = Mount::of(&mounts, &directory)?;
    mount.kind.starts_with("ext").then(|| mount.kind.to_owned())
}

/// What a power cut does to what was synced.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Loss {
    /// It takes it, or may, for this reason.
    Known(String),
    /// For this reason it is not known whether it does.
    Perhaps(String),
}

impl Loss {
    fn of(self, what: &str) -> Self {
        match self {
            Self::Known(why) => Self::Known(format!("{what}: {why}")),
            Self::Perhaps(why) => Self::Perhaps(format!("{what}: {why}")),
        }
    }
}

/// What the system tells of its mounts.
struct System<'a> {
    /// As in `/proc/self/mountinfo`.
    mounts: &'a str,
    /// Whether there is such a file: a container does not see the layers of its own overlay, and another directory may have the
    /// name of one.
    is_seen: &'a dyn Fn(&Path) -> bool,
    /// The file behind a loop device.
    backing: &'a dyn Fn(&str) -> Option<PathBuf>,
    /// Whether the ext4 of this device has no journal.
    lacks_journal: &'a dyn Fn(&str) -> bool,
}

impl System<'_> {
    /// Why a power cut takes what was synced there, or why that cannot be told. A directory that was made for this alone is
    /// found again in the layer that is written to; one that had been there may be another of the same name.
    fn lost_by(&self, directory: &Path, layers: u32) -> Option<Loss> {
        let mount = Mount::of(self.mounts, directory)?;
        if let Some(why) = mount.takes() {
            return Some(Loss::Known(why));
        }
        if mount.kind == "ext2" || mount.kind == "ext4" && (self.lacks_journal)(mount.source) {
            return Some(Loss::Known(format!("this {}{WITHOUT_JOURNAL}", mount.kind)));
        }
        let layers = layers.checked_sub(1);
        match (mount.kind, mount.source.strip_prefix("/dev/loop")) {
            ("overlay", _) => self.upper_layer(&mount, directory, layers),
            (_, Some(_)) => self.loop_file(mount.source, layers),
            _ => None,
        }
    }

    fn upper_layer(
        &self,
        mount: &Mount<'_>,
        directory: &Path,
        layers: Option<u32>,
    ) -> Option<Loss> {
        // Without an upper layer nothing can be written there, and nothing is tried.
        let upper = PathBuf::from(mount.option("upperdir=")?);
        let within = directory.strip_prefix(&mount.point).unwrap_or(directory);
        let root = mount.root.strip_prefix('/').unwrap_or(&mount.root);
        let there = upper.join(root).join(within);
        let is_seen = upper.is_absolute()
            && (self.is_seen)(&there)
            && Mount::of(self.mounts, &there).is_some();
        if let Some(layers) = layers.filter(|_| is_seen) {
            let loss = self.lost_by(&there, layers)?;
            return Some(loss.of(&format!("its upper layer {}", upper.display())));
        }
        let why = if upper.is_absolute() {
            "; 'tickets doctor' on that directory, where it can be seen, tells"
        } else {
            ": it is mounted with a relative path; 'tickets doctor' on that directory tells"
        };
        Some(Loss::Perhaps(format!(
            "could not see the upper layer {} of this overlay, where what is written here is kept, so that whether it outlives a \
             power cut is not known{why}",
            upper.display()
        )))
    }

    fn loop_file(&self, device: &str, layers: Option<u32>) -> Option<Loss> {
        let file = (self.backing)(device).filter(|file| file.is_absolute() && (self.is_seen)(file));
        let Some((file, layers)) = file.zip(layers) else {
            return Some(Loss::Perhaps(format!(
                "could not see the file behind {device}, where what is written here is kept: whether it outlives a power cut is \
                 not known"
            )));
        };
        let loss = self.lost_by(&file, layers)?;
        Some(loss.of(&format!("{} behind {device}", file.display())))
    }
}

/// The file behind a loop device, or behind a partition of one.
fn backing_file(device: &str) -> Option<PathBuf> {
    let name = device.strip_prefix("/dev/")?;
    let number = name.strip_prefix("loop")?;
    let digits = number.find(|letter: char| !letter.is_ascii_digit());
    let whole = number.get(..digits.unwrap_or(number.len()))?;
    let told = fs::read_to_string(format!("/sys/block/loop{whole}/loop/backing_file")).ok()?;
    Some(PathBuf::from(told.trim_end_matches('\n')))
}

/// Whether the kernel runs no thread for the journal of this ext4.
fn lacks_journal(device: &str) -> bool {
    let device = fs::canonicalize(device).unwrap_or_else(|_| PathBuf::from(device));
    let name = device.file_name().unwrap_or_default();
    let task = Path::new("/sys/fs/ext4").join(name).join("journal_task");
    fs::read_to_string(task).is_ok_and(|told| told.trim_end() == "<none>")
}

/// A line of `mountinfo`.
struct Mount<'a> {
    /// Where it is mounted.
    point: PathBuf,
    /// What of the file system is mounted there.
    root: String,
    kind: &'a str,
    source: &'a str,
    /// Of the mount, and of the file system.
    options: Vec<String>,
}

impl<'a> Mount<'a> {
    /// The mount that a directory is in: the innermost, and of those the one that was mounted last.
    fn of(mounts: &'a str, directory: &Path) -> Option<Self> {
        let mut found: Option<(usize, Self)> = None;
        for line in mounts.lines() {
            let Some(mount) = Self::parse(line) else {
                continue;
            };
            let depth = mount.point.components().count();
            let is_deeper = found.as_ref().is_none_or(|(before, _)| depth >= *before);
            if is_deeper && directory.starts_with(&mount.point) {
                found = Some((depth, mount));
            }
        }
        found.map(|(_, mount)| mount)
    }

    /// Why a power cut takes what was synced in it, as far as its own line says.
    fn takes(&self) -> Option<String> {
        let has = |option: &str| self.options.iter().any(|it| it == option);
        let barriers = ["nobarrier", "barrier=0", "fsync_mode=nobarrier"];
        let memory = match self.kind {
            "tmpfs" | "ramfs" | "rootfs" | "devtmpfs" => Some(self.kind),
            "overlay" if has("volatile") || has("fsync=volatile") => {
                return Some(
                    "this overlay is mounted volatile, and syncs nothing: nothing outlives a power cut"
                        .to_owned(),
                );
            }
            _ => ["/dev/ram", "/dev/zram"]
                .iter()
                .any(|it| self.source.starts_with(it))
                .then_some(self.source),
        };
        if let Some(memory) = memory {
            return Some(format!("{memory} is memory: nothing outlives a power cut"));
        }
        let option = barriers.into_iter().find(|option| has(option))?;
        Some(format!(
            "it is mounted with {option}: what was synced may stay in the disk's own memory, and a power cut takes it"
        ))
    }

    fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options.iter();
        options.find_map(|it| it.strip_prefix(name))
    }

    fn parse(line: &'a str) -> Option<Self> {
        let (of_mount, of_system) = line.split_once(" - ")?;
        let mut fields = of_mount.split(' ').skip(3);
        let root = unescaped(fields.next()?);
        let point = PathBuf::from(unescaped(fields.next()?));
        let own = fields.next()?;
        let mut fields = of_system.split(' ');
        let (kind, source) = (fields.next()?, fields.next()?);
        let options = own
            .split(',')
            .chain(fields.next().unwrap_or_default().split(','));
        let options = options.map(unescaped).collect();
        Some(Self {
            point,
            root,
            kind,
            source,
            options,
        })
    }
}

/// The system writes blanks, commas and the like as three octal digits behind a backslash.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind
            .get(..3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(byte) = byte.filter(|_| *first == b'\\') {
            bytes.push(byte);
            rest = behind.get(3..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = behind;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:20 / /run rw - tmpfs tmpfs rw,size=1k
24 22 0:21 / /old rw - tmpfs tmpfs rw
25 22 8:2 / /old rw - xfs /dev/sda2 rw
26 22 8:3 / /fast rw - ext4 /dev/sda3 rw,nobarrier,data=ordered
27 22 8:4 / /older rw - ext3 /dev/sda4 rw,barrier=0
28 22 0:30 / /box rw - overlay overlay rw,lowerdir=/l,upperdir=/run/u\\040p,workdir=/run/w
29 22 0:31 / /safe rw - overlay overlay rw,lowerdir=/l,upperdir=/var/up,workdir=/var/w
30 22 0:32 / /quick rw - overlay overlay rw,lowerdir=/l,upperdir=/var/up2,workdir=/var/w2,volatile
35 22 0:36 / /newer rw - overlay overlay rw,lowerdir=l,upperdir=u,workdir=w,uuid=on,fsync=volatile
31 22 0:33 / /inside rw - overlay overlay rw,lowerdir=/l,upperdir=/hidden/up,workdir=/hidden/w
32 22 0:34 / /twice rw - overlay overlay rw,lowerdir=/l,upperdir=/box/up,workdir=/box/w
33 22 0:35 / /self rw - overlay overlay rw,lowerdir=/l,upperdir=/self/up,workdir=/self/w
36 22 0:37 / /near rw - overlay overlay rw,lowerdir=l,upperdir=up,workdir=w
37 22 7:1 / /image1 rw - ext4 /dev/loop1 rw
38 22 7:2 / /image2 rw - ext4 /dev/loop2p1 rw
39 22 7:3 / /image3 rw - ext4 /dev/loop3 rw
40 22 7:4 / /image4 rw - ext4 /dev/loop4 rw
34 22 1:0 / /ram rw - ext4 /dev/ram0 rw
41 22 8:9 / /plain rw - ext2 /dev/sdb1 rw
42 22 8:10 / /bare rw - ext4 /dev/sdb2 rw
nonsense
";

    #[test]
    fn what_a_power_cut_takes_is_told_by_the_mount() {
        let system = System {
            mounts: MOUNTS,
            is_seen: &|path: &Path| !path.starts_with("/hidden"),
            backing: &|device| {
                let path = match device {
                    "/dev/loop1" => "/run/image",
                    "/dev/loop2p1" => "/home/image",
                    "/dev/loop3" => "/hidden/image",
                    _ => return None,
                };
                Some(path.into())
            },
            lacks_journal: &|device| device == "/dev/sdb2",
        };
        let told = |directory: &str| system.lost_by(Path::new(directory), LAYERS);
        for safe in [
            "/",
            "/home/runner",
            "/runner",
            "/old/event",
            "/safe",
            "/image2",
        ] {
            assert_eq!(told(safe), None, "{safe}");
        }
        for (lost, part) in [
            ("/run/event", "tmpfs is memory"),
            ("/ram", "/dev/ram0 is memory"),
            ("/plain/event", "this ext2 keeps no journal"),
            ("/bare", "this ext4 keeps no journal"),
            ("/fast", "mounted with nobarrier"),
            ("/older/a/b", "mounted with barrier=0"),
            ("/quick", "volatile"),
            ("/newer", "volatile"),
            ("/inside", "could not see the upper layer /hidden/up"),
            ("/near", "could not see the upper layer up of"),
            ("/image1", "/run/image behind /dev/loop1: tmpfs is memory"),
            ("/image3/event", "could not see the file behind /dev/loop3"),
            ("/image4", "could not see the file behind /dev/loop4"),
            ("/near", "mounted with a relative path"),
            ("/self", "could not see the upper layer /self/up"),
            ("/box", "its upper layer /run/u p: tmpfs is memory"),
            (
                "/twice",
                "its upper layer /box/up: its upper layer /run/u p: tmpfs",
            ),
        ] {
            let (told, is_known) = match told(lost) {
                Some(Loss::Known(told)) => (told, true),
                Some(Loss::Perhaps(told)) => (told, false),
                None => (String::new(), false),
            };
            assert!(told.contains(part), "{lost}: {told}");
            assert_eq!(is_known, !told.contains("is not known"), "{lost}: {told}");
        }
        let nothing = System {
            mounts: "",
            ..system
        };
        assert_eq!(nothing.lost_by(Path::new("/"), LAYERS), None);
    }

    #[test]
    fn what_the_system_escapes_is_read() {
        assert_eq!(unescaped("a\\040b\\054\\134"), "a b,\\");
        assert_eq!(unescaped("a\\04"), "a\\04");
        assert_eq!(unescaped("\\999é"), "\\999é");
    }
}
