//! Who waits for a lock, as the kernel tells in `/proc/locks`.

use std::fs;

use crate::Result;

/// Whether a process waits for a lock on the file with this inode number.
pub(crate) fn waits(pid: u32, inode: u64) -> Result<bool> {
    let locks = fs::read_to_string("/proc/locks")
        .map_err(|error| format!("could not read /proc/locks: {error}"))?;
    Ok(waiting(&locks, inode).any(|waiting| waiting == pid))
}

/// Those who wait, in the order of the text: `1: -> FLOCK ADVISORY WRITE 4711 fe:00:1234 0 EOF`.
fn waiting(locks: &str, inode: u64) -> impl Iterator<Item = u32> {
    locks.lines().filter_map(move |line| {
        let mut fields = line.split_whitespace().skip(1);
        if fields.next()? != "->" {
            return None;
        }
        let mut fields = fields.skip(3);
        let pid = fields.next()?.parse().ok()?;
        let file = fields.next()?.rsplit(':').next()?;
        (file.parse() == Ok(inode)).then_some(pid)
    })
}

#[cfg(test)]
mod tests {
    use super::waiting;

    #[test]
    fn who_waits_is_marked_by_an_arrow() {
        let text = "\
1: FLOCK  ADVISORY  WRITE 100 fe:00:1234 0 EOF
1: -> FLOCK  ADVISORY  WRITE 101 fe:00:1234 0 EOF
1:  -> FLOCK  ADVISORY  WRITE 102 fe:00:1234 0 EOF
2: POSIX  ADVISORY  READ 103 fe:00:77 0 EOF
2: -> POSIX  ADVISORY  WRITE 104 fe:00:77 0 EOF
";
        assert_eq!(waiting(text, 1234).collect::<Vec<_>>(), [101, 102]);
        assert_eq!(waiting(text, 77).collect::<Vec<_>>(), [104]);
        assert_eq!(waiting(text, 5).count(), 0);
    }
}
