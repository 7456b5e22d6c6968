//! Which orders are listed: searched, sorted, a page at a time.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::office::{RollEntry, RollFit, RollSearch, SalesRoll, State};

/// So many stand on a page.
const ROWS: usize = 100;

/// The longest text that is searched for, in letters.
const LONGEST: usize = 256;

/// Which orders are wanted, as the address of the page says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct TableQuery {
    /// What is searched for.
    pub(super) q: String,
    /// By which column it is sorted; with a minus before it, the other way round.
    sort: String,
    page: String,
    /// What was done, where a form leads here.
    #[serde(rename = "said")]
    pub(super) done: String,
}

/// A column that orders are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SortColumn {
    When,
    Name,
    Tickets,
    Status,
}

impl SortColumn {
    fn word(self) -> &'static str {
        match self {
            Self::When => "when",
            Self::Name => "name",
            Self::Tickets => "tickets",
            Self::Status => "status",
        }
    }

    fn compare(self, one: &RollEntry, other: &RollEntry) -> Ordering {
        match self {
            Self::When => one.seq.cmp(&other.seq),
            Self::Name => one.by_name(other),
            Self::Tickets => one.valid().cmp(&other.valid()),
            Self::Status => rank(one.state).cmp(&rank(other.state)),
        }
    }
}

/// What asks for something stands first.
fn rank(state: State) -> u8 {
    match state {
        State::Held => 0,
        State::Valid => 1,
        State::Part => 2,
        State::Cancelled => 3,
        State::Released => 4,
        State::Expired => 5,
    }
}

/// A page of the list.
#[derive(Debug)]
pub(super) struct TablePage {
    pub(super) rows: Vec<RollEntry>,
    /// How many were found in all, and how many tickets of these count.
    pub(super) found: u64,
    pub(super) tickets: u64,
    /// From 1.
    pub(super) page: usize,
    pub(super) pages: usize,
    /// How many older orders are not kept.
    pub(super) left_out: u64,
    /// The last line of the ledger that it knows.
    pub(super) seq: u64,
}

impl TableQuery {
    /// What cannot be read is left out.
    pub(super) fn parse(query: Option<&str>) -> Self {
        let mut wanted: Self =
            serde_urlencoded::from_str(query.unwrap_or_default()).unwrap_or_default();
        wanted.q = wanted.q.chars().take(LONGEST).collect();
        wanted
    }

    /// By which column, and whether the largest stands first: else the newest order does.
    pub(super) fn sorting(&self) -> (SortColumn, bool) {
        self.wanted_sorting().unwrap_or((SortColumn::When, true))
    }

    /// Whether those that fit best stand first: where something is searched for and no column is wanted.
    pub(super) fn is_by_fit(&self) -> bool {
        !self.q.trim().is_empty() && self.wanted_sorting().is_none()
    }

    fn wanted_sorting(&self) -> Option<(SortColumn, bool)> {
        let falls = self.sort.starts_with('-');
        let all = [
            SortColumn::When,
            SortColumn::Name,
            SortColumn::Tickets,
            SortColumn::Status,
        ];
        let word = self.sort.trim_start_matches('-');
        let column = all.into_iter().find(|column| column.word() == word);
        column.map(|column| (column, falls))
    }

    /// The page of these orders.
    pub(super) fn page_of(&self, roll: &SalesRoll) -> TablePage {
        let search = RollSearch::of(&self.q);
        let fitting = roll.entries().filter_map(|it| Some((search.fit(it)?, it)));
        let mut found: Vec<(RollFit, &RollEntry)> = fitting.collect();
        let (column, falls) = self.sorting();
        let is_by_fit = self.is_by_fit();
        found.sort_by(|(fit, one), (other_fit, other)| {
            let order = column.compare(one, other);
            let order = if falls { order.reverse() } else { order };
            let order = order.then(other.seq.cmp(&one.seq));
            if is_by_fit {
                fit.cmp(other_fit).then(order)
            } else {
                order
            }
        });
        let pages = found.len().div_ceil(ROWS).max(1);
        let page = self.page.parse().unwrap_or(1).clamp(1, pages);
        let rows = found.iter().skip((page - 1) * ROWS).take(ROWS);
        TablePage {
            rows: rows.map(|(_, entry)| (*entry).clone()).collect(),
            found: found.len() as u64,
            tickets: found.iter().map(|(_, entry)| entry.valid()).sum(),
            page,
            pages,
            left_out: roll.left_out(),
            seq: roll.mark().seq,
        }
    }

    /// The query of the same list sorted by this column; by the same again, the other way round.
    pub(super) fn sorted_by(&self, column: SortColumn) -> String {
        let (own, falls) = self.sorting();
        // Names from A on, and the newest and the most first.
        let first = matches!(column, SortColumn::When | SortColumn::Tickets);
        let is_sorted = own == column && !self.is_by_fit();
        let falls = if is_sorted { !falls } else { first };
        let sign = if falls { "-" } else { "" };
        self.address(&format!("{sign}{}", column.word()), 1)
    }

    /// The query of another page of the same list.
    pub(super) fn at_page(&self, page: usize) -> String {
        self.address(&self.sort, page)
    }

    /// What the search form sends beside its text, so that the list stays sorted.
    pub(super) fn sort(&self) -> &str {
        &self.sort
    }

    fn address(&self, sort: &str, page: usize) -> String {
        #[derive(Serialize)]
        struct Address<'a> {
            #[serde(skip_serializing_if = "str::is_empty")]
            q: &'a str,
            #[serde(skip_serializing_if = "str::is_empty")]
            sort: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            page: Option<usize>,
        }
        let address = Address {
            q: &self.q,
            sort,
            page: Some(page).filter(|page| *page > 1),
        };
        let query = serde_urlencoded::to_string(address).unwrap_or_default();
        format!("?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BoxOffice;

    #[test]
    fn a_list_is_searched_sorted_and_cut_into_pages() {
        let mut office = BoxOffice::in_memory(1000).unwrap();
        for number in 0..250 {
            office
                .book(&format!("guest {number:03}"), 1 + number % 3)
                .unwrap();
        }
        office.book("\u{c5}sa Lundgren", 1).unwrap();
        office.book("guest of 01", 1).unwrap();
        let mut roll = SalesRoll::default();
        office.follow_sales(&mut roll).unwrap();
        let first = |query: &str| {
            let page = TableQuery::parse(Some(query)).page_of(&roll);
            (
                page.rows[0].buyer.clone(),
                page.found,
                page.page,
                page.pages,
            )
        };
        for (query, buyer, found, page, pages) in [
            ("", "guest of 01", 252, 1, 3),
            ("sort=name", "\u{c5}sa Lundgren", 252, 1, 3),
            ("sort=-name", "guest of 01", 252, 1, 3),
            ("sort=-tickets", "guest 248", 252, 1, 3),
            ("sort=when&page=3", "guest 200", 252, 3, 3),
            ("sort=nothing&page=99", "guest 051", 252, 3, 3),
            ("q=GUEST", "guest of 01", 251, 1, 3),
            ("q=01+guest", "guest of 01", 14, 1, 1),
            ("q=guest+01", "guest 019", 14, 1, 1),
            ("q=guest+01&sort=-when", "guest of 01", 14, 1, 1),
            ("q=GREN+asa", "\u{c5}sa Lundgren", 1, 1, 1),
        ] {
            assert_eq!(
                first(query),
                (buyer.to_owned(), found, page, pages),
                "{query}"
            );
        }
        let wanted = TableQuery::parse(Some("q=a%26b&sort=name&page=2"));
        assert_eq!(wanted.sorted_by(SortColumn::Name), "?q=a%26b&sort=-name");
        assert_eq!(wanted.sorted_by(SortColumn::When), "?q=a%26b&sort=-when");
        assert_eq!(wanted.at_page(3), "?q=a%26b&sort=name&page=3");
        // Those that fit best stand first: by the column the newest do.
        let searched = TableQuery::parse(Some("q=a"));
        assert_eq!(searched.sorted_by(SortColumn::When), "?q=a&sort=-when");
        assert_eq!(
            TableQuery::parse(Some("q=%ff%zz&&==")).page_of(&roll).page,
            1
        );
    }
}
