//! Names within so many columns: shortened so that those which differ differ still.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::choose::Choice;
use super::model::Timeline;
use super::tree::Tree;
use super::tree_row::What;
use super::words::{columns, head, short, tail};
use crate::shown::shown;

/// How many columns a name has: beside a lane and in a line of a terminal.
pub(super) const LANE: usize = 18;
/// In what became of a buyer.
pub(super) const FATE: usize = 14;
/// In the tree of versions, of a terminal, of a narrow one, and of the picture.
pub(super) const TREE_LINE: usize = 16;
pub(super) const NARROW: usize = 10;
pub(super) const TREE_ROW: usize = 28;
/// In the sentences of a page.
pub(super) const PAGE: usize = 60;
/// All of these.
const ROOMS: [usize; 6] = [LANE, FATE, TREE_LINE, NARROW, TREE_ROW, PAGE];
/// So many names are compared, those who are drawn first; and so many places are tried at which a part of a name begins.
const COMPARED: usize = 256;

/// The names of those who are drawn.
#[derive(Debug, Default)]
pub(super) struct ShortNames {
    /// By lane, cleaned.
    names: Vec<(usize, String)>,
    /// By how many columns they have, and by lane.
    short: BTreeMap<usize, HashMap<usize, String>>,
}

impl ShortNames {
    pub(super) fn of(timeline: &Timeline, choice: &Choice, tree: &Tree) -> Self {
        let writers = tree.rows.iter().filter_map(|row| match row.what {
            What::Version(version) => Some(timeline.versions.get(version)?.writer?.lane),
            _ => None,
        });
        let drawn = choice.lanes.keys().copied().chain(writers);
        let mut known = HashSet::new();
        let lanes = drawn.chain(0..timeline.lanes.len());
        let lanes = lanes.filter(|lane| known.insert(*lane)).take(COMPARED);
        let lanes: Vec<usize> = lanes.collect();
        let names = lanes
            .into_iter()
            .map(|lane| (lane, shown(timeline.name(lane))));
        let mut all = Self {
            names: names.collect(),
            short: BTreeMap::new(),
        };
        all.short = ROOMS.map(|room| (room, all.within(room))).into();
        all
    }

    /// All of them within so many columns.
    pub(super) fn within(&self, room: usize) -> HashMap<usize, String> {
        let names: Vec<&str> = self.names.iter().map(|(_, name)| name.as_str()).collect();
        let lanes = self.names.iter().map(|(lane, _)| *lane);
        lanes.zip(apart(&names, room)).collect()
    }

    /// The name of a lane within one of the numbers of columns above.
    pub(super) fn get(&self, lane: usize, room: usize) -> Option<&String> {
        self.short.get(&room)?.get(&lane)
    }
}

/// Names within so many columns, of which no two that differ are alike: where cutting them in the middle makes them so, they are
/// cut where they agree, and else have a number.
fn apart(names: &[&str], room: usize) -> Vec<String> {
    let cut: Vec<String> = names.iter().map(|name| short(name, room)).collect();
    let mut alike: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, cut) in names.iter().zip(&cut) {
        let all = alike.entry(cut).or_default();
        if !all.contains(name) {
            all.push(name);
        }
    }
    let mut taken: HashSet<String> = HashSet::new();
    for (cut, all) in &alike {
        if all.len() == 1 || all.contains(cut) {
            taken.insert((*cut).to_owned());
        }
    }
    let mut told: HashMap<&str, String> = HashMap::new();
    for (cut, mut all) in alike {
        if all.len() == 1 {
            continue;
        }
        // What fits stays as it is.
        all.retain(|name| *name != cut);
        let apart = cut_apart(&all, room, &taken).unwrap_or_else(|| numbered(&all, room, &taken));
        taken.extend(apart.iter().cloned());
        told.extend(all.into_iter().zip(apart));
    }
    let cut = names.iter().zip(cut);
    cut.map(|(name, cut)| told.get(name).cloned().unwrap_or(cut))
        .collect()
}

/// The same names cut where they agree, if that leaves each of them another; `taken`: what others are called.
fn cut_apart(names: &[&str], room: usize, taken: &HashSet<String>) -> Option<Vec<String>> {
    let parts: Vec<NameParts<'_>> = parts(names)?;
    let widest = parts.iter().map(|one| one.own.chars().count()).max()?;
    let ways = [Cut::Before, Cut::Behind, Cut::Both].into_iter();
    let mut ways = ways.chain((0..widest.min(COMPARED)).map(Cut::Within));
    ways.find_map(|way| {
        let cut: Option<Vec<String>> = parts.iter().map(|one| one.cut(way, room)).collect();
        let cut = cut?;
        let all: HashSet<&String> = cut.iter().collect();
        let are_apart = all.len() == cut.len() && all.is_disjoint(&taken.iter().collect());
        are_apart.then_some(cut)
    })
}

/// The same names with a number each.
fn numbered(names: &[&str], room: usize, taken: &HashSet<String>) -> Vec<String> {
    let mut number = 0_usize;
    let numbered = names.iter().map(|name| {
        loop {
            number += 1;
            let mark = format!("#{number}");
            let name = short(name, room.saturating_sub(columns(&mark))) + &mark;
            if !taken.contains(&name) {
                return name;
            }
        }
    });
    numbered.collect()
}

/// A name, by what it has in common with others.
struct NameParts<'a> {
    /// How all of them begin.
    before: &'a str,
    /// What is its own.
    own: &'a str,
    /// How all of them end.
    behind: &'a str,
}

/// Where a name is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Before what is its own.
    Before,
    Behind,
    /// On both sides of that.
    Both,
    /// There, and of its own is left what begins behind so many letters.
    Within(usize),
}

/// What several names have in common, and what not; `None`: there are not several.
fn parts<'a>(names: &[&'a str]) -> Option<Vec<NameParts<'a>>> {
    let (first, rest) = names.split_first()?;
    let mut before = *first;
    for name in rest {
        let alike = before.char_indices().zip(name.chars());
        let end = alike.take_while(|((_, one), other)| one == other);
        let end = end.last().map_or(0, |((at, one), _)| at + one.len_utf8());
        before = before.get(..end)?;
    }
    let ends = names.iter().map(|name| name.get(before.len()..));
    let ends: Vec<&str> = ends.collect::<Option<_>>()?;
    let mut behind = *ends.first()?;
    for name in &ends {
        let alike = behind.char_indices().rev().zip(name.chars().rev());
        let start = alike.take_while(|((_, one), other)| one == other);
        let start = start.last().map_or(behind.len(), |((at, _), _)| at);
        behind = behind.get(start..)?;
    }
    let own = ends.iter().map(|end| end.strip_suffix(behind));
    let own: Vec<&str> = own.collect::<Option<_>>()?;
    let all = own.into_iter().map(|own| NameParts {
        before,
        own,
        behind,
    });
    (!rest.is_empty()).then(|| all.collect())
}

impl NameParts<'_> {
    /// It, cut so; `None`: there is no room for that.
    fn cut(&self, way: Cut, room: usize) -> Option<String> {
        let (before, own, behind) = (self.before, self.own, self.behind);
        // At least a letter on each side of a cut.
        let rest = |kept: usize| room.checked_sub(kept).filter(|rest| *rest >= 2);
        match way {
            Cut::Before => {
                let rest = rest(columns(own) + columns(behind) + 1)?;
                let (first, last) = (head(before, rest - rest / 3), tail(before, rest / 3));
                Some(format!("{first}…{last}{own}{behind}"))
            }
            Cut::Behind => {
                let rest = rest(columns(before) + columns(own) + 1)?;
                let (first, last) = (head(behind, rest / 3), tail(behind, rest - rest / 3));
                Some(format!("{before}{own}{first}…{last}"))
            }
            Cut::Both => {
                let rest = rest(columns(own) + 2)?;
                let (first, last) = (head(before, rest - rest / 2), tail(behind, rest / 2));
                Some(format!("{first}…{own}…{last}"))
            }
            Cut::Within(from) => {
                let side = room / 4;
                let (first, last) = (head(before, side), tail(behind, side));
                let from = own.char_indices().nth(from).map_or(own.len(), |(at, _)| at);
                let taken = columns(first) + columns(last) + 2;
                let own = head(own.get(from..)?, rest(taken)?);
                Some(format!("{first}…{own}…{last}"))
            }
        }
    }
}

#[cfg(test)]
#[path = "tests/names_tests.rs"]
mod names_tests;
