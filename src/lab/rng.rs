//! The random numbers of the lab: the same seed gives the same ones on every machine and in every version.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng as _};

/// The generator.
#[derive(Debug)]
pub(super) struct SeededRng(Xoshiro256PlusPlus);

impl SeededRng {
    /// The same seed gives the same numbers.
    pub(super) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number from 0 up to but not including `many`, each as likely as any other (Lemire 2019).
    pub(super) fn below(&mut self, many: u64) -> u64 {
        let uneven = many.wrapping_neg().checked_rem(many).unwrap_or(0);
        loop {
            let product = u128::from(self.0.next_u64()) * u128::from(many);
            if product as u64 >= uneven {
                return (product >> 64) as u64;
            }
        }
    }
}
