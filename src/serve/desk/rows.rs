//! The list of orders, as a table.

use maud::{Markup, html};

use super::access::Desk;
use super::table::{SortColumn, TablePage, TableQuery};
use super::words::DeskWords;
use crate::office::{RollEntry, State};
use crate::serve::page::{fill, moment, seconds_until};

/// The search, and what it found.
pub(super) fn list(desk: &Desk, wanted: &TableQuery, page: &TablePage) -> Markup {
    let words = desk.words;
    html! {
        search {
            form #search method="get" action=(desk.path("")) role="search" {
                label for="q" { (words.search) }
                div .row {
                    input #q name="q" type="search" value=(wanted.q) aria-describedby="q-hint" autocomplete="off" spellcheck="false";
                    @if !wanted.sort().is_empty() { input type="hidden" name="sort" value=(wanted.sort()); }
                    button .second type="submit" { (words.search) }
                }
                p #q-hint .hint { (words.search_hint) }
            }
        }
        section #list data-seq=(page.seq) aria-label=(words.orders) {
            p #found role="status" {
                @if page.found == 0 {
                    (words.nothing_found)
                } @else {
                    (words.found.of(page.found)) " \u{b7} " (words.tickets_in_all.of(page.tickets))
                }
            }
            @if page.left_out > 0 { p .hint { (words.left_out.of(page.left_out)) } }
            @if page.found > 0 { (table(desk, wanted, page)) }
            @if page.pages > 1 { (pager(desk, wanted, page)) }
        }
    }
}

fn table(desk: &Desk, wanted: &TableQuery, page: &TablePage) -> Markup {
    let words = desk.words;
    html! {
        table role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    (heading(desk, wanted, SortColumn::Name, words.name))
                    (heading(desk, wanted, SortColumn::Tickets, words.tickets))
                    (heading(desk, wanted, SortColumn::Status, words.status))
                    (heading(desk, wanted, SortColumn::When, words.when))
                    th role="columnheader" scope="col" { (words.number) }
                    th role="columnheader" scope="col" { (words.note) }
                }
            }
            tbody role="rowgroup" {
                @for entry in &page.rows { (row(desk, entry)) }
            }
        }
    }
}

/// The name of a column, which sorts by it.
fn heading(desk: &Desk, wanted: &TableQuery, column: SortColumn, name: &str) -> Markup {
    let (own, falls) = wanted.sorting();
    let sorted = (own == column && !wanted.is_by_fit()).then_some(if falls {
        "descending"
    } else {
        "ascending"
    });
    let place = desk.path(&wanted.sorted_by(column));
    html! {
        th role="columnheader" scope="col" aria-sort=[sorted] {
            a href=(place) title=(format!("{} {name}", desk.words.sort_by)) { (name) }
        }
    }
}

fn row(desk: &Desk, entry: &RollEntry) -> Markup {
    let words = desk.words;
    let class = match entry.state {
        State::Valid | State::Part => "valid",
        State::Held => "held",
        _ => "gone",
    };
    html! {
        tr role="row" .(class) {
            td .name role="cell" {
                a href=(desk.path(&format!("/sale/{}", entry.id))) { (entry.buyer) }
                @if let Some(was) = &entry.was { " " small { (fill(words.formerly, was)) } }
            }
            td .number role="cell" { (entry.valid()) }
            td .status role="cell" { (status(words, entry)) }
            td .when role="cell" { (moment(&entry.at)) }
            td .id role="cell" { (entry.id) }
            td .note role="cell" { @if let Some(note) = &entry.note { (note) } }
        }
    }
}

/// What it is by now.
fn status(words: &DeskWords, entry: &RollEntry) -> String {
    let until = entry.until.as_deref().unwrap_or_default();
    match entry.state {
        State::Part => DeskWords::with(
            words.part,
            &entry.cancelled.to_string(),
            &entry.quantity.to_string(),
        ),
        State::Held if seconds_until(until) > 0 => fill(words.held_until, &moment(until)),
        State::Held => words.held_due.to_owned(),
        state => words.state(state).to_owned(),
    }
}

fn pager(desk: &Desk, wanted: &TableQuery, page: &TablePage) -> Markup {
    let words = desk.words;
    let of = DeskWords::with(
        words.page_of,
        &page.page.to_string(),
        &page.pages.to_string(),
    );
    html! {
        nav .pager aria-label=(of) {
            @if page.page > 1 {
                a rel="prev" href=(desk.path(&wanted.at_page(page.page - 1))) { (words.previous) }
            }
            span { (of) }
            @if page.page < page.pages {
                a rel="next" href=(desk.path(&wanted.at_page(page.page + 1))) { (words.next) }
            }
        }
    }
}
