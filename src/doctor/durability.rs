//! Whether what is synced outlives a power cut, as far as the mount says: memory, a volatile overlay, no write barriers.
//!
//! A sync that succeeds proves nothing there, and no check could find it out.

use std::fs;
use std::path::{Path, PathBuf};

use super::report::{Check, CheckResult, DURABILITY};

/// So many overlays upon one another are looked through.
const LAYERS: u32 = 16;

/// A note where a power cut takes what was synced in this directory, or may.
pub(super) fn check(directory: &Path) -> Check {
    let directory = fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
    let Ok(mounts) = fs::read_to_string("/proc/self/mountinfo") else {
        let text = "this system does not tell how it is mounted: whether a power cut takes what was synced is not known";
        return Check::new(DURABILITY, CheckResult::Note, text);
    };
    match lost_by(&mounts, &directory, &|path: &Path| path.is_dir(), LAYERS) {
        Some(why) => Check::new(DURABILITY, CheckResult::Note, why),
        None => Check::new(
            DURABILITY,
            CheckResult::Pass,
            "its mount says nothing by which a power cut would take what was synced",
        ),
    }
}

/// Why a power cut takes what was synced there, or why that cannot be told. `mounts`: as in `/proc/self/mountinfo`; `is_seen`: whether there is such
/// a directory; a container does not see the layers of its own overlay.
fn lost_by(
    mounts: &str,
    directory: &Path,
    is_seen: &dyn Fn(&Path) -> bool,
    layers: u32,
) -> Option<String> {
    let mount = Mount::of(mounts, directory)?;
    let has = |option: &str| mount.options.iter().any(|it| it == option);
    let barriers = ["nobarrier", "barrier=0", "fsync_mode=nobarrier"];
    match mount.kind {
        "tmpfs" | "ramfs" | "rootfs" | "devtmpfs" => {
            return Some(format!(
                "{} is memory: nothing outlives a power cut",
                mount.kind
            ));
        }
        "overlay" if has("volatile") || has("fsync=volatile") => {
            return Some(
                "this overlay is mounted volatile, and syncs nothing: nothing outlives a power cut"
                    .to_owned(),
            );
        }
        _ if ["/dev/ram", "/dev/zram"]
            .iter()
            .any(|it| mount.source.starts_with(it)) =>
        {
            return Some(format!(
                "{} is memory: nothing outlives a power cut",
                mount.source
            ));
        }
        _ => {}
    }
    if let Some(option) = barriers.into_iter().find(|option| has(option)) {
        return Some(format!(
            "it is mounted with {option}: what was synced may stay in the disk's own memory, and a power cut takes it"
        ));
    }
    let upper = mount
        .options
        .iter()
        .find_map(|it| it.strip_prefix("upperdir="));
    if mount.kind != "overlay" {
        return None;
    }
    // Without an upper layer nothing can be written there, and nothing is tried.
    let upper = PathBuf::from(upper?);
    let (seen, layers) = (
        upper.is_absolute() && is_seen(&upper),
        layers.checked_sub(1),
    );
    let Some(layers) = layers.filter(|_| seen && Mount::of(mounts, &upper).is_some()) else {
        return Some(format!(
            "could not see the upper layer {} of this overlay, where what is written here is kept: whether it outlives a \
             power cut is not known; 'tickets doctor' on that directory, outside this container, tells",
            upper.display()
        ));
    };
    let lost = lost_by(mounts, &upper, is_seen, layers)?;
    Some(format!("its upper layer {}: {lost}", upper.display()))
}

/// A line of `mountinfo`.
struct Mount<'a> {
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
            let Some((point, mount)) = Self::parse(line) else {
                continue;
            };
            let depth = point.components().count();
            let is_deeper = found.as_ref().is_none_or(|(before, _)| depth >= *before);
            if is_deeper && directory.starts_with(&point) {
                found = Some((depth, mount));
            }
        }
        found.map(|(_, mount)| mount)
    }

    fn parse(line: &'a str) -> Option<(PathBuf, Self)> {
        let (of_mount, of_system) = line.split_once(" - ")?;
        let mut fields = of_mount.split(' ').skip(4);
        let point = PathBuf::from(unescaped(fields.next()?));
        let own = fields.next()?;
        let mut fields = of_system.split(' ');
        let (kind, source) = (fields.next()?, fields.next()?);
        let options = own
            .split(',')
            .chain(fields.next().unwrap_or_default().split(','));
        let options = options.map(unescaped).collect();
        let mount = Self {
            kind,
            source,
            options,
        };
        Some((point, mount))
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
34 22 1:0 / /ram rw - ext4 /dev/ram0 rw
nonsense
";

    #[test]
    fn what_a_power_cut_takes_is_told_by_the_mount() {
        let told = |directory: &str| {
            let is_seen = |path: &Path| !path.starts_with("/hidden");
            lost_by(MOUNTS, Path::new(directory), &is_seen, LAYERS)
        };
        for safe in ["/", "/home/runner", "/runner", "/old/event", "/safe"] {
            assert_eq!(told(safe), None, "{safe}");
        }
        for (lost, part) in [
            ("/run/event", "tmpfs is memory"),
            ("/ram", "/dev/ram0 is memory"),
            ("/fast", "mounted with nobarrier"),
            ("/older/a/b", "mounted with barrier=0"),
            ("/quick", "volatile"),
            ("/newer", "volatile"),
            ("/inside", "could not see the upper layer /hidden/up"),
            ("/near", "could not see the upper layer up of"),
            ("/self", "could not see the upper layer /self/up"),
            ("/box", "its upper layer /run/u p: tmpfs is memory"),
            (
                "/twice",
                "its upper layer /box/up: its upper layer /run/u p: tmpfs",
            ),
        ] {
            let told = told(lost).unwrap_or_default();
            assert!(told.contains(part), "{lost}: {told}");
        }
        assert_eq!(lost_by("", Path::new("/"), &|_| true, LAYERS), None);
    }

    #[test]
    fn what_the_system_escapes_is_read() {
        assert_eq!(unescaped("a\\040b\\054\\134"), "a b,\\");
        assert_eq!(unescaped("a\\04"), "a\\04");
        assert_eq!(unescaped("\\999é"), "\\999é");
    }
}
