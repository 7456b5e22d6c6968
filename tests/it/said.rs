//! What sentences and pictures say of overwritten sales.

use std::collections::{BTreeMap, BTreeSet};

use tickets::timeline::Timeline;

/// Whom the sentences of lost updates call overwritten.
pub(crate) fn told<'a>(sentences: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let users = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let users = words.filter(|word| word.starts_with("user-"));
        users
            .map(|word| word.trim_end_matches("-s").to_owned())
            .collect()
    };
    let mut lost = BTreeSet::new();
    for sentence in sentences {
        let (head, tail) = sentence.split_once(": ").unwrap();
        // In brackets stands whose versions they had read.
        let writers = users(head.split('(').next().unwrap());
        let mut parts = tail.split("; ");
        let outcome = parts.next().unwrap();
        let kept = match outcome.split_once(" wrote last") {
            Some((kept, _)) => Some(kept.to_owned()),
            None => outcome
                .split_once(" and the count goes by ")
                .map(|(_, kept)| kept.to_owned()),
        };
        lost.extend(writers.into_iter().filter(|one| Some(one) != kept.as_ref()));
        if let Some((gone, _)) = parts.find_map(|part| part.split_once(", who had gone on from ")) {
            lost.extend(users(gone));
        }
    }
    lost
}

/// Who was overwritten by whom, in so many words of sentences.
pub(crate) fn overwrote<'a>(
    sentences: impl Iterator<Item = &'a str>,
) -> BTreeSet<(String, String)> {
    let user = |word: &str| {
        let name = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        name.starts_with("user-").then(|| name.to_owned())
    };
    let mut pairs = BTreeSet::new();
    for sentence in sentences {
        let words: Vec<&str> = sentence.split(' ').collect();
        for (at, word) in words.iter().enumerate() {
            let before = words[..at].iter().rev().find_map(|word| user(word));
            let Some(after) = words.get(at + 1).and_then(|word| user(word)) else {
                continue;
            };
            match *word {
                "overwrote" => pairs.insert((after, before.unwrap())),
                "by" if words[at - 1] != "goes" => pairs.insert((before.unwrap(), after)),
                _ => false,
            };
        }
    }
    pairs
}

/// A text of a picture, and where it stands.
fn texts(svg: &str) -> Vec<(f64, String)> {
    let attribute = |tag: &str, name: &str| -> f64 {
        let value = tag.split_once(&format!(" {name}=\"")).unwrap().1;
        value.split('"').next().unwrap().parse().unwrap()
    };
    svg.split("<text ")
        .skip(1)
        .map(|text| {
            let (tag, rest) = text.split_once('>').unwrap();
            let words = rest.split('<').next().unwrap();
            (attribute(&format!(" {tag}"), "y"), words.to_owned())
        })
        .collect()
}

/// Whom a picture calls overwritten: beside the lanes, with by whom where it says so, and in the tree; and from whom to whom
/// its red arrows go.
#[derive(Debug, PartialEq)]
pub(crate) struct Drawn {
    pub(crate) columns: BTreeMap<String, Option<String>>,
    pub(crate) tree: BTreeSet<String>,
    pub(crate) arrows: BTreeSet<(String, String)>,
}

pub(crate) fn drawn(timeline: &Timeline) -> Drawn {
    let svg = timeline.to_svg();
    let texts = texts(&svg);
    let lanes = lanes(timeline, &svg);
    let columns = texts.iter().filter_map(|(y, words)| {
        let by = match words.strip_prefix("sale overwritten by ") {
            None if words == "its sale was overwritten" => None,
            by => Some(by?.to_owned()),
        };
        Some((y, by))
    });
    let columns = columns.map(|(y, by)| {
        let above = lanes.iter().filter(|lane| lane.0 <= y + 1.0);
        let whose = above.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
        (whose.1.clone(), by)
    });
    let rows = texts
        .iter()
        .filter(|(_, words)| words.contains(", overwritten"));
    let tree = rows.map(|(_, words)| {
        let by = words.split_once("by ").unwrap().1;
        by.split([',', ' ', ';']).next().unwrap().to_owned()
    });
    Drawn {
        columns: columns.collect(),
        tree: tree.collect(),
        arrows: arrows(timeline, &svg, "accent"),
    }
}

/// The names of the lanes, and where they stand: they end where the lanes begin.
fn lanes(timeline: &Timeline, svg: &str) -> Vec<(f64, String)> {
    let names = svg.split("<g><title>").filter_map(|lane| {
        let (_, text) = lane.split_once("</title><text ")?;
        texts(&format!("<text {text}")).into_iter().next()
    });
    let lanes: Vec<_> = names.collect();
    assert_eq!(lanes.len(), timeline.lanes.len(), "{svg}");
    lanes
}

/// From whom to whom the arrows of a colour go; none of them goes back in time.
pub(crate) fn arrows(timeline: &Timeline, svg: &str, colour: &str) -> BTreeSet<(String, String)> {
    let lanes = lanes(timeline, svg);
    let lane = |y: f64| {
        let near = lanes.iter().min_by(|a, b| {
            let far = |lane: f64| (lane - 4.0 - y).abs();
            far(a.0).total_cmp(&far(b.0))
        });
        near.unwrap().1.clone()
    };
    let head = format!("url(#{colour})");
    let paths = svg.split("<path ").skip(1);
    let paths = paths.filter_map(|path| {
        let tag = path.split('>').next()?;
        let drawn = tag.split_once("d=\"")?.1.split('"').next()?;
        (tag.contains(&head) && drawn.contains('L')).then_some(drawn)
    });
    let arrows = paths.map(|line| {
        let corner = |corner: &str| {
            let (x, y) = corner.split_once(' ').unwrap();
            (x.parse::<f64>().unwrap(), y.parse::<f64>().unwrap())
        };
        let corners = line.trim_start_matches('M').split('L').map(corner);
        let corners: Vec<(f64, f64)> = corners.collect();
        assert!(
            corners.is_sorted_by_key(|corner| corner.0),
            "{line} goes back in time: {svg}"
        );
        (lane(corners[0].1), lane(corners[corners.len() - 1].1))
    });
    arrows.collect()
}
