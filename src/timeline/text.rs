//! The drawing for a terminal: at most 80 columns, clear without colours.

use super::captions::{no_return, words_of};
use super::choose::Choice;
use super::layout::{is_certain, odds, sentence};
use super::marks::Marks;
use super::model::Timeline;
use super::rows::block;
use super::steps::Steps;
use super::text_line::{COLUMNS, TextLine, Tone};
use super::tree::{Rail, Tree, TreeRow, What};
use super::words::{columns, count, short, wrapped};

/// How many sentences are written out, and how many blocks of steps are drawn.
const SENTENCES: usize = 24;
const BLOCKS: usize = 4;

/// The whole drawing.
pub(super) fn draw(timeline: &Timeline) -> Vec<TextLine> {
    let mut lines = Vec::new();
    if !timeline.title.is_empty() {
        lines.push(TextLine::new(short(&timeline.title, COLUMNS), Tone::Plain));
    }
    if !timeline.subtitle.is_empty() {
        lines.push(TextLine::new(
            short(&timeline.subtitle, COLUMNS),
            Tone::Faint,
        ));
    }
    lines.push(TextLine::default());
    lines.extend(sketch(timeline));
    findings(&mut lines, timeline);
    lines
}

/// The lanes and the versions.
pub(super) fn sketch(timeline: &Timeline) -> Vec<TextLine> {
    let choice = Choice::of(timeline);
    let marks = Marks::of(timeline, &choice);
    let mut lines = Vec::new();
    lanes(&mut lines, timeline, &choice, &marks);
    certainty(&mut lines, timeline);
    tree(&mut lines, timeline, &choice);
    lines
}

fn lanes(lines: &mut Vec<TextLine>, timeline: &Timeline, choice: &Choice, marks: &Marks) {
    let steps = Steps::of(timeline, choice, marks);
    let blocks = steps.blocks();
    for columns in blocks.iter().take(BLOCKS) {
        lines.extend(block(timeline, choice, &steps, columns));
        lines.push(TextLine::default());
    }
    if blocks.len() > BLOCKS {
        let more: usize = blocks.iter().skip(BLOCKS).map(ExactSizeIterator::len).sum();
        let text = format!("  and {}, not drawn", count(more as u64, "step"));
        lines.push(TextLine::new(text, Tone::Faint));
    }
    let mut hidden = Vec::new();
    if choice.hidden > 0 {
        hidden.push(count(choice.hidden as u64, "more buyer"));
    }
    if choice.meanwhile.operations > 0 {
        let (what, how) = choice.meanwhile.words();
        hidden.push(format!("{what} meanwhile, {how}"));
    }
    if !hidden.is_empty() {
        let text = format!("  not drawn: {}", hidden.join("; "));
        lines.push(TextLine::new(short(&text, COLUMNS), Tone::Faint));
        lines.push(TextLine::default());
    }
    if !steps.legend.is_empty() {
        lines.extend(legend(&steps.legend));
        lines.push(TextLine::default());
    }
}

/// What the short words mean, with each meaning on one line.
fn legend(meanings: &[&str]) -> Vec<TextLine> {
    let mut lines: Vec<String> = Vec::new();
    for meaning in meanings {
        match lines.last_mut() {
            Some(line) if columns(line) + 3 + columns(meaning) <= COLUMNS => {
                line.push_str(" · ");
                line.push_str(meaning);
            }
            _ => lines.push(format!("  {meaning}")),
        }
    }
    let lines = lines.into_iter();
    lines.map(|line| TextLine::new(line, Tone::Faint)).collect()
}

/// Where the odds say that the run can no longer end well.
fn certainty(lines: &mut Vec<TextLine>, timeline: &Timeline) {
    let Some(odds) = odds(timeline) else {
        return;
    };
    let Some((time, _)) = odds.iter().find(|(_, chance)| is_certain(*chance)) else {
        return;
    };
    let words = format!("  {}", no_return(timeline, *time));
    lines.push(TextLine::new(short(&words, COLUMNS), Tone::Bad));
    lines.push(TextLine::default());
}

fn tree(lines: &mut Vec<TextLine>, timeline: &Timeline, choice: &Choice) {
    let tree = Tree::of(timeline, choice);
    for row in &tree.rows {
        lines.push(tree_row(timeline, &tree, row));
    }
    if !tree.rows.is_empty() {
        lines.push(TextLine::default());
    }
}

fn tree_row(timeline: &Timeline, tree: &Tree, row: &TreeRow) -> TextLine {
    let rails = row.rails.iter().map(|rail| match rail {
        Rail::Blank => "   ",
        Rail::Pipe => "│  ",
        Rail::Tee => "├─ ",
        Rail::Corner => "└─ ",
    });
    let rails = format!("  {}", rails.collect::<String>());
    let room = COLUMNS.saturating_sub(columns(&rails));
    let (text, fork) = words_of(timeline, tree, row.what, 16);
    let tone = match row.what {
        What::Version(version) if tree.is_lost(version) => Tone::Bad,
        What::Branches(_) => Tone::Bad,
        What::Version(version) if tree.is_alive(version) => Tone::Good,
        What::Version(_) => Tone::Plain,
        What::Run(..) | What::Rest(_) => Tone::Faint,
    };
    let text = short(&text, room);
    let fork = fork.map_or_else(String::new, |fork| format!("  <- {fork}"));
    let fork = if columns(&fork) + columns(&text) <= room {
        fork
    } else {
        String::new()
    };
    TextLine::new(rails, Tone::Faint)
        .and(text, tone)
        .and(fork, Tone::Bad)
}

fn findings(lines: &mut Vec<TextLine>, timeline: &Timeline) {
    for (at, finding) in timeline.findings.iter().enumerate().take(SENTENCES) {
        for (line, text) in wrapped(&sentence(finding), COLUMNS - 5)
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
}
