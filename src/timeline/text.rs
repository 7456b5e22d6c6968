//! The drawing for a terminal: as wide as it is, clear without colours.

use super::captions::{no_return, words_of};
use super::marks::Marks;
use super::model::Timeline;
use super::names::{NARROW, TREE_LINE};
use super::operation::Doing;
use super::rows::rows;
use super::scene::{Scene, certain_from, odds, sentence};
use super::text_line::{TextLine, Tone};
use super::tree_row::{Rail, TreeRow, What};
use super::words::{columns, count, first_words, short, wrapped};

/// How many sentences are written out.
const SENTENCES: usize = 24;
/// A drawing is never narrower, nor wider than can be read.
const LEAST: usize = 40;
const MOST: usize = 160;

/// The whole drawing.
pub(super) fn draw(timeline: &Timeline, columns: usize) -> Vec<TextLine> {
    let room = columns.clamp(LEAST, MOST);
    let mut lines = Vec::new();
    if !timeline.title.is_empty() {
        lines.push(TextLine::new(short(&timeline.title, room), Tone::Plain));
    }
    if !timeline.subtitle.is_empty() {
        lines.push(TextLine::new(short(&timeline.subtitle, room), Tone::Faint));
    }
    lines.push(TextLine::default());
    findings(&mut lines, timeline, room);
    lines.extend(drawing(&Scene::of(timeline), room));
    lines.into_iter().map(|line| line.cut(room)).collect()
}

/// The acts and the versions, and what the numbers of the findings mean.
pub(super) fn sketch(timeline: &Timeline, columns: usize) -> Vec<TextLine> {
    let room = columns.clamp(LEAST, MOST);
    let scene = Scene::of(timeline);
    let mut lines = drawing(&scene, room);
    let is_marked = |number: usize| scene.acts.iter().any(|act| act.findings.contains(&number));
    let findings = || (1..).zip(timeline.findings.iter().take(SENTENCES));
    let mut kinds = Vec::new();
    if findings().any(|(number, _)| is_marked(number)) {
        for (number, finding) in findings() {
            kinds.push(if is_marked(number) {
                format!("<- {number}  {}", finding.kind)
            } else {
                format!("   {number}  {}, marked nowhere", finding.kind)
            });
        }
    }
    for kind in &kinds {
        let text = format!("  {}", short(kind, room - 2));
        lines.push(TextLine::new(text, Tone::Bad));
    }
    if !kinds.is_empty() {
        lines.push(TextLine::default());
    }
    lines.into_iter().map(|line| line.cut(room)).collect()
}

fn drawing(scene: &Scene<'_>, room: usize) -> Vec<TextLine> {
    let mut lines = rows(scene, room);
    if !lines.is_empty() {
        lines.push(TextLine::default());
    }
    let not_drawn = scene.not_drawn();
    if !not_drawn.is_empty() {
        let text = format!("  {}", short(&not_drawn, room - 2));
        lines.extend([TextLine::new(text, Tone::Faint), TextLine::default()]);
    }
    legend(&mut lines, scene, room);
    certainty(&mut lines, scene.timeline, room);
    tree(&mut lines, scene, room);
    lines
}

/// What the lines and the points mean: only those that occur.
fn legend(lines: &mut Vec<TextLine>, scene: &Scene<'_>, room: usize) {
    let occurs = |wanted: fn(&Doing) -> bool| {
        let mut doing = scene.acts.iter().filter_map(|act| act.doing.as_ref());
        doing.any(wanted)
    };
    let mut meanings = Vec::new();
    if occurs(|doing| doing.writes() || *doing == Doing::Truncate) {
        meanings.push("● writes");
    }
    let is_other = |doing: &Doing| !doing.writes() && *doing != Doing::Truncate;
    if occurs(is_other) {
        meanings.push("○ any other act");
    }
    if !scene.acts.is_empty() {
        meanings.push("│ at it");
    }
    if occurs(|doing| matches!(doing, Doing::Hold(_))) {
        meanings.push("┃ holds a lock");
    } else if occurs(|doing| matches!(doing, Doing::Share(_))) {
        meanings.push("┃ holds a shared lock");
    }
    if scene.acts.iter().any(|act| !act.findings.is_empty()) {
        meanings.push("<- 1 has a part in finding 1");
    }
    if !meanings.is_empty() {
        for text in in_lines(&meanings, room - 2) {
            lines.push(TextLine::new(format!("  {text}"), Tone::Faint));
        }
        let letters = scene.marks.of_letters(scene.timeline.time);
        let notes = letters.into_iter().chain(Marks::of_numbers(scene.timeline));
        for note in notes {
            let text = short(note, room - 2);
            lines.push(TextLine::new(format!("  {text}"), Tone::Faint));
        }
        lines.push(TextLine::default());
    }
}

/// Meanings side by side, in as many lines as they need.
fn in_lines(meanings: &[&str], room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for meaning in meanings {
        match lines.last_mut() {
            Some(line) if columns(line) + 3 + columns(meaning) <= room => {
                line.push_str(" · ");
                line.push_str(meaning);
            }
            _ => lines.push(short(meaning, room)),
        }
    }
    lines
}

/// Where the odds say that the run can no longer end well.
fn certainty(lines: &mut Vec<TextLine>, timeline: &Timeline, room: usize) {
    let odds = odds(timeline).unwrap_or_default();
    if let Some((time, _)) = certain_from(&odds).and_then(|from| odds.get(from)) {
        let words = format!("  {}", no_return(timeline, *time));
        lines.push(TextLine::new(short(&words, room), Tone::Bad));
        lines.push(TextLine::default());
    }
}

fn tree(lines: &mut Vec<TextLine>, scene: &Scene<'_>, room: usize) {
    for row in &scene.tree.rows {
        lines.push(tree_row(scene, row, room));
    }
    if !scene.tree.rows.is_empty() {
        lines.push(TextLine::default());
    }
}

fn tree_row(scene: &Scene<'_>, row: &TreeRow, room: usize) -> TextLine {
    let (timeline, tree) = (scene.timeline, &scene.tree);
    let rails = row.rails.iter().map(|rail| match rail {
        Rail::Blank => "   ",
        Rail::Pipe => "│  ",
        Rail::Tee => "├─ ",
        Rail::Corner => "└─ ",
    });
    let rails = format!("  {}", rails.collect::<String>());
    let room = room.saturating_sub(columns(&rails));
    let mut words = words_of(scene, row.what, TREE_LINE);
    if columns(&words.what) > room {
        words = words_of(scene, row.what, NARROW);
    }
    let (text, fork) = (words.what + &words.fate, words.fork);
    let tone = match row.what {
        What::Version(version) if tree.is_lost(version) => Tone::Bad,
        What::Branches(_, true) => Tone::Bad,
        What::Version(version) if tree.is_alive(version) && !is_doubtful(timeline, version) => {
            Tone::Good
        }
        What::Version(_) | What::Branches(..) => Tone::Plain,
        What::Run(..) | What::Rest(_) => Tone::Faint,
    };
    let text = first_words(&text, room);
    let fork = fork.map_or_else(String::new, |fork| format!("  <- {fork}"));
    let fork = first_words(&fork, room.saturating_sub(columns(&text)));
    TextLine::new(rails, Tone::Faint)
        .and(text, tone)
        .and(fork, Tone::Bad)
}

/// Whether nobody knows that a version stands in the end.
fn is_doubtful(timeline: &Timeline, version: usize) -> bool {
    let version = timeline.versions.get(version);
    timeline.unreadable || version.is_some_and(|version| version.doubtful)
}

fn findings(lines: &mut Vec<TextLine>, timeline: &Timeline, room: usize) {
    for (at, finding) in timeline.findings.iter().enumerate().take(SENTENCES) {
        for (line, text) in wrapped(&sentence(finding), room - 5)
            .into_iter()
            .enumerate()
        {
            let number = if line == 0 {
                format!(" {:>2}  ", at + 1)
            } else {
                "     ".to_owned()
            };
            lines.push(TextLine::new(number, Tone::Bad).and(text, Tone::Plain));
        }
    }
    let more = timeline.findings.len().saturating_sub(SENTENCES) as u64;
    if more > 0 {
        let text = format!("     and {}", count(more, "more finding"));
        lines.push(TextLine::new(text, Tone::Faint));
    }
    if !timeline.findings.is_empty() {
        lines.push(TextLine::default());
    }
}
