//! Keys that the service's own page makes. Each opens the receipt of its sale.

/// How they begin. No client may send one, and no seller give one: a receipt would open that its buyer did not get.
pub(crate) const PAGE_PREFIX: &str = "p-";

/// So many hexadecimal digits stand behind that.
const DIGITS: usize = 32;

/// Whether a page makes such keys.
pub(crate) fn made_by_page(key: &str) -> bool {
    let digits = key.strip_prefix(PAGE_PREFIX);
    digits.is_some_and(|digits| {
        digits.len() == DIGITS
            && digits
                .bytes()
                .all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'))
    })
}
