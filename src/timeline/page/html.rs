//! The file: its policy, its static words, which say everything without a script, and the runs for the script.

use std::fmt::Write as _;

use serde_json::json;

use super::super::layout::Layout;
use super::super::model::Timeline;
use super::super::scene::Scene;
use super::super::words::{count, short, xml};
use super::super::{arrows, svg};
use super::covers::cursor;
use super::no_return::percent;
use super::run_json::run;
use super::sha256::source;
use super::state::{PageFinding, PageStep, Steps};
use super::walk::walk;
use crate::store::file::output_contents::PAGE;

pub(super) const SCRIPT: &str = include_str!("player.js");
pub(super) const STYLE: &str = include_str!("player.css");

/// The words of the player, which a script shows.
const PLAYER: &str = r#"<section id="player" aria-label="Player" hidden>
<div id="buttons" role="group" aria-label="Steps">
<button type="button" id="first" title="Home"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3h2v10H3zM13 3v10L6 8z"/></svg><span class="name">First</span></button>
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

/// What a script fills in of each run.
const NOW: &str = r#"<div class="live" hidden>
<div class="now" aria-live="polite" aria-atomic="true">
<p class="when"></p>
<p class="what"></p>
<p class="why"></p>
<p class="return"></p>
<div class="happens"></div>
</div>
<div class="odds" hidden><p><span>Chance of a bad end from here on</span> <b class="chance"></b></p><div class="bar" aria-hidden="true"><div></div></div><p class="hint">if each who can go on is as likely to go on next</p></div>
<div class="state">
<section class="card count"><h3>The count says</h3><p class="left"></p><p class="version"></p></section>
<section class="card locks"><h3>The lock</h3><div></div></section>
<section class="card ledger"><h3>The ledger</h3><p class="lines"></p><ol></ol></section>
</div>
<section class="card processes"><h3>What each process knows</h3><table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Process</th><th role="columnheader" scope="col">It has read</th><th role="columnheader" scope="col">It did last</th><th role="columnheader" scope="col">Lock</th><th role="columnheader" scope="col">It was told</th></tr></thead><tbody role="rowgroup"></tbody></table></section>
</div>
"#;

/// A page of one run, or of several side by side, which go on step by step together.
#[must_use]
pub fn page(title: &str, runs: &[&Timeline]) -> String {
    let mut sections = String::new();
    let mut all = Vec::new();
    for (number, timeline) in runs.iter().enumerate() {
        let scene = Scene::of(timeline);
        let layout = arrows::joined(&scene, Layout::of(&scene));
        let (picture, reach) = svg::laid_out(&scene, &layout);
        let (steps, times) = walk(&scene);
        let cursor = cursor(&scene, &layout, (&steps, &times), reach);
        all.push(run(&steps, &cursor));
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
        _ => "several",
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
<p class="keys" hidden>Play, or step with <kbd>→</kbd> and <kbd>←</kbd>. <kbd>Space</kbd> plays, <kbd>Home</kbd> and <kbd>End</kbd> go to the first step and the last.</p>
</header>
<main>
{PLAYER}<div class="runs {many}">
{sections}</div>
</main>
<script type="application/json" id="runs">{data}</script>
<script>{SCRIPT}</script>
</body>
</html>
"#
    )
}

/// A run: what a script fills in, and all of it as it stands without one.
fn section(out: &mut String, number: usize, steps: &Steps, picture: &str) {
    let title = xml(&steps.title);
    let _ = writeln!(out, r#"<section class="run" aria-label="{title}">"#);
    let _ = writeln!(
        out,
        r#"<div class="about"><h2>{title}</h2><p class="subtitle">{}</p></div>"#,
        xml(&steps.subtitle)
    );
    out.push_str(NOW);
    let _ = writeln!(
        out,
        r#"<figure class="picture" tabindex="0" role="region" aria-label="Picture of {title}">
{}</figure>"#,
        with_own_ids(picture, number)
    );
    found(out, steps);
    list(out, steps);
    out.push_str("</section>\n");
}

/// Two pictures on a page have two sets of arrow heads.
fn with_own_ids(picture: &str, number: usize) -> String {
    let mut own = picture.to_owned();
    for id in ["quiet", "accent"] {
        own = own
            .replace(&format!(r#"id="{id}""#), &format!(r#"id="{id}-{number}""#))
            .replace(&format!("url(#{id})"), &format!("url(#{id}-{number})"));
    }
    own
}

/// What went wrong, each with the step at which it did.
fn found(out: &mut String, steps: &Steps) {
    out.push_str("<section class=\"card found\"><h3>What went wrong</h3>\n");
    if let Some(no_return) = &steps.no_return {
        let at = steps
            .steps
            .get(no_return.step)
            .map_or(0, |step| step.number);
        let _ = writeln!(
            out,
            r##"<p class="return"><b>Point of no return</b>, <a href="#{at}">step {at}</a>: {}.</p>"##,
            xml(&no_return.sentence)
        );
    }
    if steps.findings.is_empty() {
        out.push_str("<p>Nothing was found in this run.</p>\n");
    } else {
        out.push_str("<ol>\n");
        for finding in &steps.findings {
            let _ = writeln!(out, "<li>{}</li>", finding_words(steps, finding));
        }
        out.push_str("</ol>\n");
    }
    out.push_str("</section>\n");
}

fn finding_words(steps: &Steps, finding: &PageFinding) -> String {
    let kind = xml(&finding.kind);
    let at = finding.step.and_then(|step| steps.steps.get(step));
    let at = at.map_or_else(String::new, |step| {
        format!(r##" <a href="#{0}">step {0}</a>"##, step.number)
    });
    let sentence = xml(&finding.sentence);
    if finding.kind.is_empty() {
        return format!("{sentence}.{at}");
    }
    format!("<b>{kind}</b>: {sentence}.{at}")
}

/// All steps, as a list that is read and printed.
fn list(out: &mut String, steps: &Steps) {
    let many = count(steps.steps.len().saturating_sub(1) as u64, "step");
    let _ = writeln!(
        out,
        r#"<section class="card steps"><h3>All steps</h3><p class="hint">{many}{}</p>"#,
        match steps.unit {
            "" => String::new(),
            unit => format!("; times in {unit}, since the first operation began"),
        }
    );
    out.push_str("<ol>\n");
    for step in &steps.steps {
        row(out, steps, step);
    }
    out.push_str("</ol>\n");
    for words in &steps.left_out {
        let _ = writeln!(out, r#"<p class="hint">{}</p>"#, xml(words));
    }
    out.push_str("</section>\n");
}

fn row(out: &mut String, steps: &Steps, step: &PageStep) {
    let number = step.number;
    out.push_str("<li>");
    if !step.skipped.is_empty() {
        let _ = write!(
            out,
            r#"<span class="skipped">{}</span>"#,
            xml(&step.skipped)
        );
    }
    let _ = write!(
        out,
        r##"<a href="#{number}"><span class="number">{number}</span><span class="time">{}</span>"##,
        xml(&step.time)
    );
    let who = step.who.and_then(|who| steps.processes.get(who));
    let who = who.map_or_else(String::new, |who| xml(who));
    let _ = write!(
        out,
        r#"<span class="text"><b class="who">{who}</b> <span class="does">{}</span></span>"#,
        xml(&step.does)
    );
    let _ = write!(out, r#"<span class="after">{}</span>"#, xml(&says(step)));
    if let Some(chance) = step.chance {
        let _ = write!(out, r#"<span class="chance">{}</span>"#, percent(chance));
    }
    out.push_str("</a>");
    if !step.why.is_empty() {
        let _ = write!(out, r#"<span class="why">{}</span>"#, xml(&step.why));
    }
    out.push_str("</li>\n");
}

/// What the count says after a step.
fn says(step: &PageStep) -> String {
    match (&step.count.cut_by, step.count.left) {
        (cut_by, _) if !cut_by.is_empty() => "count: empty".to_owned(),
        (_, Some(left)) => format!("count: {left} left"),
        _ => String::new(),
    }
}
