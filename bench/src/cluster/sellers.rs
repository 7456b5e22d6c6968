//! Who sells, and what their rates are of one another.

use std::collections::BTreeMap;

use crate::Result;
use crate::figure::Figure;

/// How many connections buy, where it is not one.
pub(super) const MANY: usize = 64;

/// Who sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seller {
    Bare(usize),
    /// Bare transactions behind a server, with so many connections.
    BareServed(usize),
    Clients(usize),
    Served {
        services: usize,
        connections: usize,
    },
    Postgres {
        connections: usize,
        is_gathered: bool,
    },
}

const fn served(services: usize, connections: usize) -> Seller {
    Seller::Served {
        services,
        connections,
    }
}

const fn postgres(connections: usize, is_gathered: bool) -> Seller {
    Seller::Postgres {
        connections,
        is_gathered,
    }
}

/// In the order in which they are measured.
pub(super) const SELLERS: [Seller; 13] = [
    Seller::Bare(1),
    Seller::Clients(1),
    served(1, 1),
    postgres(1, false),
    Seller::Clients(8),
    Seller::Clients(32),
    Seller::Bare(MANY),
    Seller::BareServed(MANY),
    served(1, MANY),
    postgres(MANY, false),
    postgres(MANY, true),
    served(3, MANY),
    served(3, 3 * MANY),
];

impl Seller {
    pub(super) fn name(self) -> String {
        match self {
            Self::Bare(1) => "bare transactions, one sale each".to_owned(),
            Self::Bare(lines) => format!("bare transactions, {lines} sales each"),
            Self::BareServed(connections) => {
                format!("bare transactions behind axum, {connections} connections")
            }
            Self::Clients(1) => "tickets, 1 client".to_owned(),
            Self::Clients(clients) => format!("tickets, {clients} clients"),
            Self::Served {
                services: 1,
                connections,
            } => format!("tickets serve, {connections} connections"),
            Self::Served {
                services,
                connections,
            } => format!("{services} services of one event, {connections} connections in all"),
            Self::Postgres {
                connections,
                is_gathered,
            } => {
                let how = if is_gathered { ", gathered" } else { "" };
                format!("PostgreSQL, synchronous replica{how}, {connections} connections")
            }
        }
    }
}

/// The rates, and what they are of one another.
pub(super) fn figures(mut rates: BTreeMap<usize, Vec<f64>>) -> Result<Vec<Figure>> {
    let mut found = BTreeMap::new();
    for (at, seller) in SELLERS.into_iter().enumerate() {
        if let Some(rates) = rates.remove(&at) {
            found.insert(seller, Figure::of(seller.name(), "sales", rates)?);
        }
    }
    let ratios = [
        (
            Seller::Clients(1),
            Seller::Bare(1),
            0.8,
            "1 client of bare transactions",
        ),
        (
            served(1, 1),
            Seller::Bare(1),
            0.8,
            "1 connection of bare transactions",
        ),
        (
            served(1, MANY),
            Seller::Bare(MANY),
            0.9,
            "64 connections of bare transactions",
        ),
        (
            served(1, MANY),
            Seller::BareServed(MANY),
            0.9,
            "64 connections of those behind axum",
        ),
        (
            served(1, MANY),
            postgres(MANY, false),
            5.0,
            "64 connections of PostgreSQL's",
        ),
        (
            served(3, MANY),
            served(1, MANY),
            1.0,
            "3 services of one, as many connections",
        ),
        (
            served(3, 3 * MANY),
            served(1, MANY),
            1.0,
            "3 services of one, 64 connections each",
        ),
    ];
    let ratios: Vec<Figure> = ratios
        .into_iter()
        .filter_map(|(one, other, least, name)| {
            let (one, other) = (found.get(&one)?, found.get(&other)?);
            Some(one.ratio(name.to_owned(), other).at_least(least))
        })
        .collect();
    let mut figures: Vec<Figure> = SELLERS
        .iter()
        .filter_map(|seller| found.remove(seller))
        .collect();
    figures.extend(ratios);
    Ok(figures)
}
