//! The walk as one page: each step with what was typed, printed and drawn. Nothing in it is loaded from elsewhere.

use std::fmt::Write as _;

use anstream::adapter::strip_str;

use super::super::args::TOUR_STEPS;
use super::cut::cut;
use super::step::{SeenShow, SeenStep};
use crate::Contents;
use crate::store::file::output_contents::PAGE;
use crate::timeline::frame_policy;

/// A page of this walk.
pub(super) const CONTENTS: Contents = Contents {
    name: "a page that this program wrote",
    is_own: |head| head.starts_with(PAGE.as_bytes()),
};

const STYLE: &str = include_str!("page.css");

/// The whole page.
/// `recorded`: whether the last step of all is a run that was recorded.
pub(super) fn page(seen: &[SeenStep], recorded: bool) -> String {
    let shows_it = recorded && seen.last().is_some_and(|one| one.number == TOUR_STEPS);
    let but = if shows_it {
        format!(", but for step {TOUR_STEPS}, a run that was recorded and is judged")
    } else {
        String::new()
    };
    let mut list = String::new();
    let mut sections = String::new();
    for one in seen {
        let (number, title) = (one.number, escaped(one.step.title));
        // Writing to a String does not fail.
        let _ = writeln!(
            list,
            "<li value=\"{number}\"><a href=\"#{number}\">{title}</a></li>"
        );
        section(&mut sections, one);
    }
    format!(
        "{PAGE}lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Why a lock is needed, and which locks are none</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Why a lock is needed, and which locks are none</h1>\n\
         <p>{} of {TOUR_STEPS} steps. What is shown was run when this page was written{but}, by <code>tickets race tour</code> \
         (tickets {}); … stands for what was cut.</p>\n<nav aria-label=\"Steps\"><ol>\n{list}</ol></nav></header>\n\
         <main>\n{sections}</main>\n</body>\n</html>\n",
        frame_policy(STYLE),
        seen.len(),
        env!("CARGO_PKG_VERSION")
    )
}

fn section(out: &mut String, one: &SeenStep) {
    let (number, step) = (one.number, one.step);
    let _ = writeln!(
        out,
        "<section id=\"{number}\" aria-labelledby=\"title-{number}\">\n<h2 id=\"title-{number}\"><span>{number}</span> {}</h2>\n\
         <p>{}</p>\n<p class=\"look\"><b>Look at</b> {}</p>",
        escaped(step.title),
        escaped(step.does),
        escaped(step.look)
    );
    for (at, seen) in one.shows.iter().enumerate() {
        shown(out, seen, &format!("{number}-{at}"));
    }
    let _ = writeln!(
        out,
        "<div class=\"ask\"><p><b>Question</b> {}</p>\n<details><summary>Answer</summary><p>{}</p></details></div>\n\
         <p class=\"again\">In a terminal: <code>tickets race tour {number}</code></p>\n</section>",
        escaped(step.question),
        escaped(step.answer)
    );
}

/// A command, what it printed and what was drawn of it.
fn shown(out: &mut String, seen: &SeenShow, id: &str) {
    let lines = cut(&strip_str(&seen.text).to_string(), seen.show.keep);
    let lines: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    let _ = writeln!(
        out,
        "<pre class=\"typed\" tabindex=\"0\"><b aria-hidden=\"true\">$ </b>{}</pre>\n<pre class=\"printed\" tabindex=\"0\">{}</pre>",
        escaped(&seen.line),
        lines.join("\n")
    );
    if let Some(page) = &seen.page {
        for (at, picture) in pictures(page).into_iter().enumerate() {
            let picture = with_own_ids(picture, &format!("{id}-{at}"));
            let _ = writeln!(out, "<figure>{picture}</figure>");
        }
        let _ = writeln!(
            out,
            "<details class=\"steps\"><summary>Step through it</summary><iframe loading=\"lazy\" title=\"The steps of {}\" \
             src=\"data:text/html;charset=utf-8,{}\"></iframe></details>",
            escaped(&seen.line),
            address(page)
        );
    }
    if let Some(other) = &seen.otherwise {
        out.push_str(
            "<p>Nothing was oversold this time: without a lock that is luck. Here is a schedule by which it happens each time:</p>\n",
        );
        shown(out, other, &format!("{id}-otherwise"));
    } else if !seen.holds() {
        let claim = escaped(seen.show.claim);
        let _ = writeln!(
            out,
            "<p class=\"bad\">This is to be seen, and was not: {claim}</p>"
        );
    }
}

/// The pictures on a page that steps through runs.
fn pictures(page: &str) -> Vec<&str> {
    let figures = page.split("<figure class=\"picture\"").skip(1);
    let figures = figures.filter_map(|rest| rest.split_once("</figure>"));
    let pictures = figures.filter_map(|(figure, _)| figure.get(figure.find("<svg ")?..));
    pictures.collect()
}

/// A page as it stands in an address.
fn address(page: &str) -> String {
    let mut address = String::with_capacity(page.len() * 5 / 4);
    for byte in page.bytes() {
        match byte {
            // But for what ends an attribute or an address, or is not as it was behind one.
            b' '..=b'~' if !b"\"&%#<".contains(&byte) => address.push(char::from(byte)),
            _ => {
                let _ = write!(address, "%{byte:02X}");
            }
        }
    }
    address
}

/// Several pictures on a page have as many sets of arrow heads.
fn with_own_ids(picture: &str, id: &str) -> String {
    ["quiet", "accent"]
        .into_iter()
        .fold(picture.to_owned(), |picture, name| {
            picture
                .replace(&format!("id=\"{name}"), &format!("id=\"in-{id}-{name}"))
                .replace(&format!("url(#{name}"), &format!("url(#in-{id}-{name}"))
        })
}

/// A text of one line as HTML has it.
fn escaped(text: &str) -> String {
    crate::shown(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
