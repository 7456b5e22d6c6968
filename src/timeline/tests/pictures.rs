//! What a reader must not misread, seen in the pictures themselves: their texts, their bars and their arrows.

use super::samples::{crowd, eight, in_turn, one_race, rush, schedule, split_lock, torn};
use super::*;

/// A text of a picture.
#[derive(Debug)]
struct SeenText {
    words: String,
    x: (f64, f64),
    y: (f64, f64),
    size: f64,
    fill: String,
}

/// What stands behind a name in a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let from = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[from..].split('"').next()
}

fn number(tag: &str, name: &str) -> f64 {
    attribute(tag, name)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0.0)
}

/// All texts, each with the room that it takes in a common font.
fn texts(svg: &str) -> Vec<SeenText> {
    let parts = svg.split("<text ").skip(1);
    parts
        .map(|part| {
            let (tag, rest) = part.split_once('>').unwrap();
            let tag = format!(" {tag}");
            let words: String = rest.split("</text>").next().unwrap().to_owned();
            let words = words.split('<').next().unwrap().to_owned();
            let size = number(&tag, "font-size");
            let wide = words.chars().count() as f64 * size * 0.56;
            let (x, y) = (number(&tag, "x"), number(&tag, "y"));
            let x = match attribute(&tag, "text-anchor") {
                Some("end") => x - wide,
                Some("middle") => x - wide / 2.0,
                _ => x,
            };
            SeenText {
                words,
                x: (x, x + wide),
                y: (y - size * 0.75, y + size * 0.2),
                size,
                fill: attribute(&tag, "fill").unwrap().to_owned(),
            }
        })
        .collect()
}

/// The corners of all arrows.
fn arrows(svg: &str) -> Vec<Vec<(f64, f64)>> {
    let body = svg.split("</defs>").nth(1).unwrap();
    let paths = body.split("<path d=\"M").skip(1);
    let heads = paths.filter(|path| path.split("/>").next().unwrap().contains("marker-end"));
    // Those of the legend are drawn in a place of their own.
    let corners = heads.map(|path| path.split('"').next().unwrap());
    let corners = corners.filter(|path| !path.contains('H'));
    corners
        .map(|path| {
            let corners = path.split('L').map(|corner| {
                let (x, y) = corner.split_once(' ').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            });
            corners.collect()
        })
        .collect()
}

/// Whether a way from corner to corner leads over a text.
fn crosses(corners: &[(f64, f64)], text: &SeenText) -> bool {
    corners.windows(2).any(|leg| {
        (0..=400).any(|at| {
            let on = f64::from(at) / 400.0;
            let x = leg[0].0 + (leg[1].0 - leg[0].0) * on;
            let y = leg[0].1 + (leg[1].1 - leg[0].1) * on;
            x > text.x.0 && x < text.x.1 && y > text.y.0 && y < text.y.1
        })
    })
}

fn samples() -> Vec<(&'static str, Timeline)> {
    vec![
        ("eight", eight()),
        ("schedule", schedule()),
        ("split lock", split_lock()),
        ("torn", torn()),
        ("in turn", in_turn(8, 3)),
        ("many in turn", in_turn(64, 20)),
        ("one race", one_race(200, 20)),
        ("crowd", crowd(64)),
    ]
}

#[test]
fn no_arrow_crosses_a_text_and_no_text_another() {
    let mut joined = 0;
    for (name, timeline) in samples() {
        let svg = timeline.to_svg();
        let texts = texts(&svg);
        let arrows = arrows(&svg);
        joined += arrows.len();
        for arrow in &arrows {
            let crossed = texts.iter().find(|text| crosses(arrow, text));
            assert!(crossed.is_none(), "{name}: {arrow:?} crosses {crossed:?}");
        }
        for (at, one) in texts.iter().enumerate() {
            let over = texts.iter().skip(at + 1).find(|other| {
                let apart = one.x.0 >= other.x.1 || one.x.1 <= other.x.0;
                !apart && one.y.0 < other.y.1 && one.y.1 > other.y.0
            });
            assert!(over.is_none(), "{name}: {one:?} over {over:?}");
        }
        for text in &texts {
            assert!(text.x.0 > 0.0 && text.x.1 < 1_010.0, "{name}: {text:?}");
        }
    }
    assert!(joined >= 10, "{joined} arrows");
}

#[test]
fn everybody_named_is_marked_and_every_number_stands_at_a_step() {
    for (name, timeline) in samples() {
        let svg = timeline.to_svg();
        let seen = texts(&svg);
        for (at, finding) in timeline.findings.iter().enumerate().take(3) {
            let badges = seen.iter().filter(|text| {
                let mut numbers = text.words.split(',');
                text.fill == "#fff" && numbers.any(|number| number == (at + 1).to_string())
            });
            // Once before its sentence, and once for each act that it is about.
            let few = timeline.lanes.len() <= 16;
            let least = if few { finding.places.len() + 1 } else { 3 };
            assert!(badges.count() >= least, "{name}: finding {}", at + 1);
            for place in finding.places.iter().filter(|_| few) {
                let lane = &timeline.lanes[place.lane].name;
                let own = seen.iter().find(|text| text.words == *lane).unwrap();
                assert_eq!(own.fill, "#e5484d", "{name}: {lane} is not marked");
            }
        }
    }
}

#[test]
fn bars_say_how_many_are_left_and_only_the_tree_has_versions() {
    for (name, timeline) in samples() {
        let sentences: Vec<String> = timeline
            .findings
            .iter()
            .map(|finding| words::xml(&finding.sentence))
            .collect();
        let of_sentence = |words: &str| sentences.iter().any(|sentence| sentence.contains(words));
        let texts = texts(&timeline.to_svg());
        let labels = texts.iter().filter(|text| text.size < 11.5);
        let labels: Vec<&SeenText> = labels.collect();
        for label in &labels {
            assert!(
                !label.words.contains("version ") || of_sentence(&label.words),
                "{name}: {label:?}"
            );
        }
        for jargon in ["inode", "named by", "conservation"] {
            assert!(
                !labels.iter().any(|label| label.words.contains(jargon)),
                "{name}"
            );
        }
        assert!(
            labels.iter().any(|label| label.words.contains(" left")),
            "{name}"
        );
        // One size for all that is said of acts and times.
        let sizes = texts.iter().map(|text| text.size);
        assert!(
            sizes
                .into_iter()
                .all(|size| [11.0, 12.0, 17.0].contains(&size)),
            "{name}"
        );
    }
}

#[test]
fn the_axis_has_one_unit_and_its_breaks_are_drawn() {
    let svg = eight().to_svg();
    let seen = texts(&svg);
    let unit = seen.iter().find(|text| text.words == "ms").expect("a unit");
    let ticks = seen.iter().filter(|text| (text.y.0 - unit.y.0).abs() < 0.1);
    let ticks: Vec<&str> = ticks.map(|text| text.words.as_str()).collect();
    let mut times: Vec<f64> = ticks.iter().filter_map(|tick| tick.parse().ok()).collect();
    // All but the unit are numbers, and they rise.
    assert_eq!(times.len(), ticks.len() - 1, "{ticks:?}");
    assert!(times.len() > 3 && times.is_sorted(), "{ticks:?}");
    times.dedup();
    assert_eq!(times.len(), ticks.len() - 1, "{ticks:?}");
    // 12 ms in which all think are cut out, and that is said.
    assert!(svg.contains(">time cut out: nothing happens<"), "{ticks:?}");
    assert!(!schedule().to_svg().contains("time cut out"));
}

#[test]
fn a_drawing_is_as_wide_as_the_terminal_and_no_wider() {
    for (name, timeline) in samples() {
        for room in [40, 60, 80, 132] {
            for line in timeline
                .to_text(room)
                .iter()
                .chain(&timeline.to_sketch(room))
            {
                let line = line.to_string();
                assert!(words::columns(&line) <= room, "{name}, {room}: {line}");
            }
        }
    }
    let words = |room| {
        let lines = eight().to_sketch(room);
        lines
            .iter()
            .filter(|line| line.to_string().contains('…'))
            .count()
    };
    assert!(
        words(40) > 0 && words(80) == 0,
        "{} {}",
        words(40),
        words(80)
    );
}

#[test]
fn the_picture_and_the_text_say_the_same() {
    for (name, timeline) in [("eight", eight()), ("torn", torn())] {
        let lines = timeline.to_text(COLUMNS);
        let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
        let text = lines.join("\n");
        let scene = scene::Scene::of(&timeline);
        let svg = timeline.to_svg();
        for act in scene.acts.iter().filter(|act| !act.words.is_empty()) {
            let holds = act.doing.as_ref().and_then(Doing::held).is_some();
            let silent = holds || matches!(act.doing, Some(Doing::Sync | Doing::Think));
            assert!(
                holds || text.contains(&act.words),
                "{name}: {act:?}\n{text}"
            );
            assert!(silent || svg.contains(&act.words), "{name}: {act:?}");
        }
    }
}

/// Time goes to the right: so do the arrows of a rush, in which each is overwritten by the next.
#[test]
fn no_arrow_turns_back_to_what_came_later() {
    for buyers in [17, 40, 64] {
        let arrows = arrows(&rush(buyers).to_svg());
        assert!(arrows.len() >= 9, "{arrows:?}");
        for arrow in arrows {
            let across: Vec<f64> = arrow.iter().map(|corner| corner.0).collect();
            assert!(across.is_sorted(), "{buyers} buyers: {arrow:?}");
        }
    }
}

#[test]
fn what_is_left_out_of_a_fork_stands_behind_those_that_were_overwritten() {
    let svg = rush(40).to_svg();
    let texts = texts(&svg);
    let told = |part: &str| {
        texts
            .iter()
            .find(|text| text.words.contains(part))
            .unwrap()
            .y
            .0
    };
    let rest = told("and 28 more, overwritten");
    let above = texts
        .iter()
        .filter(|text| text.words.ends_with(", overwritten") && text.y.0 < rest);
    assert_eq!(above.count(), 11);
    assert!(told("stands in the end") > rest);
    let lines = rush(40).to_text(COLUMNS);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let rest = lines
        .iter()
        .position(|line| line.contains("├─ and 28 more, overwritten"));
    let rest = rest.unwrap();
    assert!(lines[rest - 1].contains("├─ version 2"), "{lines:#?}");
    assert!(lines[rest + 1].contains("└─ version 2"), "{lines:#?}");
}

/// How a sale ended is said, or a mark says that something is left out.
#[test]
fn nothing_is_left_out_of_a_line_without_a_mark() {
    let mut marked = 0;
    for timeline in [eight(), schedule()] {
        for columns in 40..120 {
            for line in timeline.to_text(columns) {
                let line = line.to_string();
                if line.contains("writes: ") {
                    assert!(line.contains(", bought 1") || line.contains('…'), "{line}");
                    marked += u32::from(line.contains('…'));
                }
            }
        }
    }
    assert!(marked > 0);
    assert_eq!(
        words::first_words("version 3: 1 left, stands in the end", 25),
        "version 3: 1 left …"
    );
    assert_eq!(
        words::first_words("version 3: 1 left, by ann, overwritten", 27),
        "version 3: 1 left, by ann …"
    );
    assert_eq!(
        words::first_words("unbroken", 5),
        words::short("unbroken", 5)
    );
}
