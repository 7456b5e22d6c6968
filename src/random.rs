//! Random numbers from the operating system.

/// Fills these few bytes with random ones. `false`: the system gives none in this way.
#[cfg(target_os = "linux")]
pub(crate) fn fill(bytes: &mut [u8]) -> bool {
    use rustix::rand::{GetRandomFlags, getrandom};
    let length = bytes.len();
    getrandom(bytes, GetRandomFlags::empty()).is_ok_and(|got| got == length)
}

/// Fills these few bytes with random ones. `false`: the system gives none in this way.
#[cfg(not(target_os = "linux"))]
pub(crate) fn fill(_: &mut [u8]) -> bool {
    false
}
