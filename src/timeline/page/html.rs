//! The file: its policy, the words that all runs share, and the runs for the script.

use serde_json::json;

use super::super::layout::Layout;
use super::super::model::{Time, Timeline};
use super::super::scene::Scene;
use super::super::words::{short, xml};
use super::super::{arrows, svg};
use super::cursor::{cursor, reveal};
use super::run_json::run;
use super::section::section;
use super::sha256::source;
use super::walk::{Walked, walk};
use crate::store::file::output_contents::PAGE;

pub(super) const SCRIPT: &str = include_str!("player.js");
pub(super) const STYLE: &str = include_str!("player.css");

/// The words of the player, which a script shows.
const PLAYER: &str = r#"<section id="player" aria-label="Player" hidden>
<div id="buttons" role="group" aria-label="Steps">
<button type="button" id="first" title="Home: before the first step"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3h2v10H3zM13 3v10L6 8z"/></svg><span class="name">Start</span></button>
<button type="button" id="back" title="Arrow left"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M11 3v10L4 8z"/></svg><span class="name">Back</span></button>
<button type="button" id="play" title="Space"><svg class="icon go" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 2.5v11L13 8z"/></svg><svg class="icon wait" viewBox="0 0 16 16" aria-hidden="true"><path d="M4 3h3v10H4zM9 3h3v10H9z"/></svg><span class="name">Play</span></button>
<button type="button" id="step" title="Arrow right"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M5 3v10l7-5z"/></svg><span class="name">Step</span></button>
<button type="button" id="last" title="End"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M11 3h2v10h-2zM3 3v10l7-5z"/></svg><span class="name">Last</span></button>
</div>
<div id="track"><input type="range" id="place" min="0" value="0" aria-label="Step"><div id="marks" aria-hidden="true"></div></div>
<p id="position"></p>
<label id="speeds">Speed <select id="speed"><option value="3600">slow</option><option value="1800" selected>normal</option><option value="700">fast</option><option value="200">very fast</option></select></label>
</section>
"#;

/// What several schedules on one page have to do with one another.
const ONE_ORDER: &str = r#"<p class="lead">Both runs have one order of turns, and go on turn by turn together: where the one is at step 3, the other is at its step 3. In its turn a buyer makes its next step, whatever that is under its lock. Where it waits for the lock, or is done, its turn passes. Behind the last turn the rest goes on, the lowest number first.</p>
"#;

/// The terms of the page.
const TERMS: &str = r#"<section class="card terms"><h2>Terms</h2><dl>
<dt>count</dt><dd>The file that says how many tickets are left.</dd>
<dt>ledger</dt><dd>The file with a line for each sale. A sale is made when its line is written.</dd>
<dt>version</dt><dd>Each sale makes a version, whose number is one more than that of the version that its buyer had read. Two who read version 1 both make a version 2: whose it is stands beside the number. Where a sale is published later, its line on the ledger makes the version, and the count shows it once it is published.</dd>
<dt>query</dt><dd>Somebody looks how many are left, and buys nothing by it. A buyer that queries first reads again before it buys.</dd>
<dt>read, write</dt><dd>A buyer reads the count, and goes by what it has read: it writes its sale, and what it has read less what it buys. It does not look again in between. Under the exclusive lock its read takes in the ledger, too: a sale that is on the ledger, and that the count does not show yet, counts.</dd>
<dt>publish</dt><dd>Under the exclusive lock the sale is written to the ledger first, and the count is replaced behind that, in a step of its own, for which nobody has to wait. In a schedule without that lock both are one step; where the count is written in place, it is emptied first, and then filled. Programs that run freely without it make two calls of it, and others may publish in between: then an older count is put over a newer one, and misses sales.</dd>
<dt>written last</dt><dd>What the last sale left that was written, on the page of a recorded run. A recording says when a sale was written. In a rush on files that is when its line is on the ledger; the count is replaced behind that, and when is not recorded. On a cluster both are one step. Of another program it is what that program calls its write.</dd>
<dt>lock</dt><dd>What one process at a time holds; whoever else asks for it waits. It is advisory: who does not ask goes through. A shared lock may be held by several at a time, and keeps out only who wants it alone.</dd>
<dt>lease</dt><dd>What holds a lock for a time on several machines, where no kernel frees the lock of a process that died. It ends by itself, and its holder is not told.</dd>
<dt>lost update</dt><dd>Two read one version, and both write the one after it: the sale of the first is overwritten.</dd>
<dt>lost sale</dt><dd>A buyer was told that it bought, and in the end the ledger or the count has no such sale: as where an older count is put over a newer one. Its line is on the ledger then, and nobody has overwritten it.</dd>
<dt>torn read</dt><dd>Somebody reads a count that another has written in part.</dd>
<dt>think</dt><dd>How long a buyer waits between its read and its write; of two times, some time between them, drawn at random for each.</dd>
<dt>seed</dt><dd>The number from which random times and orders are drawn: the same seed draws the same ones.</dd>
<dt>schedule</dt><dd>One order in which the buyers make their steps. A proof runs all of them, but only one of those that differ in nothing else than the order of steps that touch different things, or in which of the buyers, who are alike, is which; this page shows one.</dd>
<dt>bad end</dt><dd>An end at which something is so that must never be so: more is sold than there was, a sale is overwritten, somebody has read a count that was written in part, or the count is wrong or cannot be read.</dd>
<dt>out of date</dt><dd>What a buyer has read is not what was written last any more, and it goes by it all the same.</dd>
<dt>race window</dt><dd>From the read of a buyer to its write: what others write in between it does not see. The windows of two who have read the same version overlap where both have read and neither has written: whoever writes second writes over the first. A lock keeps the others out of it.</dd>
<dt>point of no return</dt><dd>The first step after which every way to go on ends badly. It is known only where all schedules were looked through, and of a rush with --together, in which all read before anybody writes.</dd>
<dt>first violation</dt><dd>The first step after which something is so that must never be so: the step by which the first of the findings is so, as that a sale is overwritten, that more is sold than there was, that a count is read half written, or that a lock is held by two or keeps nobody out.</dd>
</dl></section>
"#;

/// A page of one run, or of several side by side, which go on step by step together.
#[must_use]
pub fn page(title: &str, runs: &[&Timeline]) -> String {
    let mut sections = String::new();
    let mut all = Vec::new();
    for (number, timeline) in runs.iter().enumerate() {
        let scene = Scene::of(timeline);
        let layout = arrows::joined(&scene, Layout::within_page(&scene));
        let Walked {
            steps,
            times,
            step_of,
        } = walk(&scene);
        all.push(run(&steps, &cursor(&layout, &times)));
        let reveal = reveal(timeline, &steps, step_of, times);
        let picture = svg::stepped(&scene, &layout, reveal);
        section(&mut sections, number, &steps, &picture);
    }
    // A script ends at the first `</script`, whatever it stands in.
    let data = json!(all).to_string().replace('<', "\\u003c");
    let title = xml(&short(title, 300));
    let (script, style) = (source(SCRIPT), source(STYLE));
    let picture_style = svg::STYLE.trim().trim_start_matches("<style>");
    let picture_style = source(picture_style.trim_end_matches("</style>"));
    let many = match runs.len() {
        0 | 1 => "one",
        2 => "two",
        _ => "several",
    };
    let are_schedules = runs.iter().all(|run| run.time == Time::Steps);
    let lead = if runs.len() == 2 && are_schedules {
        ONE_ORDER
    } else {
        ""
    };
    format!(
        r#"{PAGE}lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src '{script}'; style-src '{style}' '{picture_style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1>{title}</h1>
<p class="keys" hidden>Play, or step with <kbd>→</kbd> and <kbd>←</kbd>. <kbd>Space</kbd> plays and pauses, <kbd>Home</kbd> goes to before the first step, <kbd>End</kbd> to the last.</p>
{lead}</header>
<main>
{PLAYER}<div class="runs {many}">
{sections}</div>
{TERMS}</main>
<script type="application/json" id="runs">{data}</script>
<script>{SCRIPT}</script>
</body>
</html>
"#
    )
}
