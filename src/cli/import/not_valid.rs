//! Tickets of a list that are not valid: a list of sales, as `tickets sales` writes it, says so in columns of their own.

/// What such columns say where all tickets of a row are valid, in small letters.
const NOTHING: [&str; 6] = ["", "0", "no", "false", "null", "-"];

/// How such a row is taken all the same.
const WAY_OUT: &str = "'tickets door --format csv' writes a list of what is valid for another event, and 'tickets copy' takes a whole event over";

/// Why a row of this quantity is none that says so in a cell that is passed over, and the words of that cell.
pub(super) fn not_valid<'c>(
    what: &str,
    quantity: &str,
    cells: impl Iterator<Item = (&'c str, &'c str)>,
) -> Option<(String, String)> {
    let quantity: u64 = match quantity {
        "" => 1,
        text => text.parse().ok()?,
    };
    for (name, cell) in cells {
        let small = cell.trim().to_lowercase();
        let is_cancelled = ["cancelled", "canceled"].map(|it| name.eq_ignore_ascii_case(it));
        let is_less = |cell: &str| cell.parse::<u64>().is_ok_and(|valid| valid < quantity);
        let says_so = if is_cancelled.contains(&true) {
            !NOTHING.contains(&&*small)
        } else {
            name.eq_ignore_ascii_case("valid") && is_less(&small)
        };
        if says_so {
            let why = format!(
                "its {what} {name:?} says {cell}: a sale of which not all is valid is not sold again as it was; {WAY_OUT}"
            );
            return Some((format!("{cell} {name}"), why));
        }
    }
    None
}
