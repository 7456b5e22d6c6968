//! Comparing files.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// How many bytes two files begin with in common, up to so many.
pub(crate) fn common(a: &File, b: &File, most: u64) -> io::Result<u64> {
    const CHUNK: usize = 64 * 1024;
    let (mut of_a, mut of_b) = (vec![0; CHUNK], vec![0; CHUNK]);
    let mut at = 0;
    while at < most {
        let wanted = (most - at).min(CHUNK as u64) as usize;
        let read = [(a, &mut of_a), (b, &mut of_b)].map(|(file, bytes)| {
            let bytes = bytes.get_mut(..wanted).unwrap_or_default();
            fill(file, bytes, at)
        });
        let [of_first, of_second] = read;
        let shorter = of_first?.min(of_second?);
        let pairs = of_a.iter().zip(&of_b).take(shorter);
        let same = pairs.take_while(|(a, b)| a == b).count();
        at += same as u64;
        if same < wanted {
            break;
        }
    }
    Ok(at)
}

/// Reads as much as there is.
pub(crate) fn fill(file: &File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        let free = bytes.get_mut(filled..).unwrap_or_default();
        match file.read_at(free, at + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
