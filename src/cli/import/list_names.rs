//! The names of lists whose rows were sold: a sale does not say of which list it is, but its key is made with that name.

use std::path::Path;

use super::equal_sales::{EQUAL, EqualSale};
use super::list::key_of;
use super::row::Row;

/// So many files are tried for the name that a list had.
const TRIED: usize = 1000;

/// For so many sales at most all of these are tried.
const SALES: usize = 200;

/// So many names are told at most.
const TOLD: usize = 5;

/// Names that lists may have had.
pub(super) struct ListNames {
    beside: Vec<String>,
    /// Those that a sale was found to be of, in the order of the rows.
    found: Vec<String>,
    left_to_try: usize,
    /// Whether some sales are of none of these.
    unknown: bool,
}

impl ListNames {
    /// Of the lists that these rows are sold as of, as far as files of their names lie beside this one.
    pub(super) fn of(list: &Path, equal: &[(usize, &Row, &EqualSale)]) -> Self {
        let directory = list.parent().filter(|it| !it.as_os_str().is_empty());
        let beside = directory.unwrap_or(Path::new(".")).read_dir();
        let beside = beside.into_iter().flatten().take(TRIED).flatten();
        let names = beside.filter_map(|file| file.file_name().into_string().ok());
        let mut own = Self {
            beside: names.collect(),
            found: Vec::new(),
            left_to_try: SALES,
            unknown: false,
        };
        for (_, row, sale) in equal {
            own.look(row, sale);
        }
        own
    }

    fn look(&mut self, row: &Row, sale: &EqualSale) {
        // As the list had the name, and as it is written down.
        let is_of = |name: &str| {
            [&row.buyer, &sale.buyer].into_iter().any(|buyer| {
                let cells = (buyer.as_str(), sale.quantity, sale.note.as_deref());
                let mut befores = 0..row.before.clamp(EQUAL, 2 * EQUAL);
                befores.any(|before| key_of(name, cells, before) == sale.key)
            })
        };
        if self.found.iter().any(|name| is_of(name)) {
            return;
        }
        let try_all = self.left_to_try > 0;
        self.left_to_try = self.left_to_try.saturating_sub(1);
        match self.beside.iter().find(|name| try_all && is_of(name)) {
            Some(name) => self.found.push(name.clone()),
            None => self.unknown = true,
        }
    }

    /// The name, where all of the sales are known to be of one list.
    pub(super) fn only(&self) -> Option<&str> {
        match self.found.as_slice() {
            [name] if !self.unknown => Some(name),
            _ => None,
        }
    }

    /// `the list "a.csv"`, `the lists "a.csv" and "b.csv"`, `the list "a.csv" and a list of another name`
    pub(super) fn in_words(&self) -> String {
        let told = self.found.iter().take(TOLD);
        let mut told: Vec<String> = told.map(|name| format!("{name:?}")).collect();
        if let Some(more @ 1..) = self.found.len().checked_sub(TOLD) {
            told.push(format!("{more} more"));
        }
        let lists = if self.found.len() == 1 {
            "the list "
        } else {
            "the lists "
        };
        if let Some(first) = told.first_mut() {
            first.insert_str(0, lists);
        }
        if self.unknown {
            told.push("a list of another name".to_owned());
        }
        let last = told.pop().unwrap_or_default();
        if told.is_empty() {
            return last;
        }
        format!("{} and {last}", told.join(", "))
    }
}
