//! One run on the page: what a script fills in, and all of it in words and as a picture, which say everything without a script.

use std::fmt::Write as _;

use super::super::words::{count, xml};
use super::key_steps::percent;
use super::state::{KeyStep, PageFinding, PageStep, Steps};

/// What a script fills in of each run.
const NOW: &str = r#"<div class="live" hidden>
<div class="now" aria-live="polite" aria-atomic="true">
<p class="when"></p>
<p class="what"></p>
<p class="why"></p>
<div class="keys-here"></div>
<div class="happens"></div>
<p class="over" hidden>This was the last step: the run is over.</p>
</div>
<div class="odds" hidden><p><span>Chance of a bad end from here on</span> <b class="chance"></b></p><div class="bar" aria-hidden="true"><div></div></div><p class="hint">if each who can go on is as likely to go on next</p></div>
<div class="state">
<section class="card count"><h3>The count says</h3><p class="left"></p><p class="version"></p><p class="ahead"></p></section>
<section class="card locks"><h3>The lock</h3><div></div></section>
<section class="card ledger"><h3>The ledger</h3><p class="lines"></p><ol></ol></section>
</div>
<section class="card processes"><h3>What each process knows</h3><table role="table"><thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Process</th><th role="columnheader" scope="col">It has read</th><th role="columnheader" scope="col">It did last</th><th role="columnheader" scope="col">Lock</th><th role="columnheader" scope="col">It was told</th></tr></thead><tbody role="rowgroup"></tbody></table></section>
</div>
"#;

/// What the chance of a bad end supposes.
const EVEN_ODDS: &str = "if each who can go on is as likely to go on next";
const EVEN_ODDS_OF_THE_LIVING: &str = "if each who can go on is as likely to go on next, and nobody is killed: kills do not count before they happen";

/// A run: what a script fills in, and all of it as it stands without one.
pub(super) fn section(out: &mut String, number: usize, steps: &Steps, picture: &str) {
    let title = xml(&steps.title);
    let is_locked = steps.steps.iter().any(|step| !step.locks.is_empty());
    let how = if is_locked { "" } else { " unlocked" };
    let _ = writeln!(out, r#"<section class="run{how}" aria-label="{title}">"#);
    let no_odds = steps.no_odds.as_deref().map_or_else(String::new, |why| {
        let why = xml(why);
        format!(
            r#"<p class="hint">The chance of a bad end, and the point of no return, are not known here: {why}.</p>"#
        )
    });
    let _ = writeln!(
        out,
        r#"<div class="about"><h2>{title}</h2><p class="subtitle">{}</p>{no_odds}</div>"#,
        xml(&steps.subtitle)
    );
    if steps.steps.iter().any(|step| step.does == "killed") {
        out.push_str(&NOW.replace(EVEN_ODDS, EVEN_ODDS_OF_THE_LIVING));
    } else {
        out.push_str(NOW);
    }
    found(out, steps);
    let _ = writeln!(
        out,
        r#"<div class="drawing"><h3>Picture: {title}</h3><p class="sideways">The picture is wider than the page: scroll it sideways.</p>
<figure class="picture" tabindex="0" role="region" aria-label="Picture of {title}">
{}</figure></div>"#,
        with_own_ids(picture, number)
    );
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

/// What was found, each with the step from which on it is so.
fn found(out: &mut String, steps: &Steps) {
    out.push_str("<section class=\"card found\"><h3>Findings</h3>\n");
    let number = |step: usize| steps.steps.get(step).map_or(0, |step| step.number);
    for key in &steps.key_steps {
        let KeyStep {
            step,
            term,
            sentence,
            meaning,
            ..
        } = key;
        let class = if key.certain { "return" } else { "violation" };
        let _ = writeln!(
            out,
            r##"<div class="item {class}" data-step="{step}" data-told="{step}" data-name="{term}"><p><b>{term}</b>, <a href="#{at}">step {at}</a>: {}.</p><p class="hint">{}.</p></div>"##,
            xml(sentence),
            xml(meaning),
            at = number(*step),
        );
    }
    if steps.findings.is_empty() {
        out.push_str("<p>Nothing was found in this run.</p>\n");
    } else {
        out.push_str("<ol>\n");
        for (at, finding) in steps.findings.iter().enumerate() {
            let end = steps.steps.len().saturating_sub(1);
            let step = finding.step.unwrap_or(end);
            let _ = writeln!(
                out,
                r#"<li class="item" data-step="{step}" data-told="{}" data-name="Finding {}"><p>{}</p></li>"#,
                finding.told_at.unwrap_or(end).max(step),
                at + 1,
                finding_words(steps, finding)
            );
        }
        out.push_str("</ol>\n");
    }
    out.push_str("</section>\n");
}

fn finding_words(steps: &Steps, finding: &PageFinding) -> String {
    let kind = xml(&finding.kind);
    let at = finding.step.and_then(|step| steps.steps.get(step));
    let at = at.map_or_else(String::new, |step| {
        format!(r##" So from <a href="#{0}">step {0}</a> on."##, step.number)
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

/// What the count says after a step, or what was written last.
fn says(step: &PageStep) -> String {
    match (&step.count.cut_by, step.count.left) {
        (cut_by, _) if !cut_by.is_empty() => "count: empty".to_owned(),
        (_, Some(left)) => {
            let ahead = step.count.ahead.split(" (").next().unwrap_or_default();
            let ledger = if ahead.is_empty() { "" } else { ", ledger: " };
            let what = if step.count.as_written {
                "written"
            } else {
                "count"
            };
            format!("{what}: {left} left{ledger}{ahead}")
        }
        _ => String::new(),
    }
}
