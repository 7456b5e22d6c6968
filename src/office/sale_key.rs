//! The key of a sale as a proof: who knows it is the buyer.

/// Whether this key is that of a sale. How long it takes says nothing of how many letters are right.
pub(super) fn proves(key: &str, of_sale: Option<&str>) -> bool {
    let Some(right) = of_sale else { return false };
    let pairs = key.bytes().zip(right.bytes());
    let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
    key.len() == right.len() && std::hint::black_box(differences) == 0
}

#[cfg(test)]
mod tests {
    use super::proves;

    #[test]
    fn only_the_same_key_proves() {
        assert!(proves("web-7f1c", Some("web-7f1c")));
        for other in [
            None,
            Some(""),
            Some("web-7f1"),
            Some("web-7f1d"),
            Some("web-7f1cc"),
        ] {
            assert!(!proves("web-7f1c", other), "{other:?}");
        }
        assert!(!proves("", Some("web-7f1c")));
    }
}
