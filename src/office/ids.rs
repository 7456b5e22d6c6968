//! Random ids.

use rand::TryRng;
use rand::rngs::SysRng;

use crate::error::{Error, Kind, Result};

/// A random number from the operating system. A generator of our own, as `rand::random` has one,
/// looks at the processor's features first, which in a virtual machine costs a short process more
/// than a whole sale.
pub(crate) fn random() -> Result<u32> {
    RandomIds::default().next()
}

/// Random numbers from the operating system, a handful at a time.
#[derive(Debug, Default)]
pub(super) struct RandomIds {
    numbers: Vec<u32>,
}

impl RandomIds {
    /// These, and then random ones.
    #[cfg(test)]
    pub(super) fn told(numbers: Vec<u32>) -> Self {
        Self { numbers }
    }

    pub(super) fn next(&mut self) -> Result<u32> {
        if let Some(number) = self.numbers.pop() {
            return Ok(number);
        }
        let mut bytes = [0; 128];
        // Linked statically, `SysRng` opens two devices for what one system call gives.
        if !crate::random::fill(&mut bytes) {
            SysRng.try_fill_bytes(&mut bytes).map_err(|e| {
                Error::new(Kind::Io, format!("the system gives no random numbers: {e}"))
            })?;
        }
        let (numbers, _) = bytes.as_chunks();
        self.numbers
            .extend(numbers.iter().copied().map(u32::from_ne_bytes));
        Ok(self.numbers.pop().unwrap_or_default())
    }
}
