//! Processes, as `/proc` shows them.

/// The number of the user in whose name this process acts. `None`: the system does not tell.
pub(crate) fn effective_user() -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    // The kernel gives a process's own directory to that user. (A call that cannot fail is no choice: a sandbox may
    // refuse it.)
    let own = std::fs::metadata("/proc/self");
    own.ok().map(|own| own.uid())
}

/// The name of a running process, where the system tells.
pub(crate) fn process_name(pid: u32) -> Option<String> {
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    Some(name.trim_end().to_owned())
}

/// Whether a process has ended, and is only waited for by the one that started it: it holds no lock and no file.
pub(crate) fn has_ended(pid: u32) -> bool {
    let told = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Its name stands between parentheses, and may have some in it.
    let behind = told.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.trim_start().starts_with(['Z', 'X'])
}
