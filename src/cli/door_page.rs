//! The guest list as a page to print on A4: a box to tick for each ticket, the name, how many, the sales.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::cell::JOINERS;
use super::clock::here;
use crate::office::{EventSettings, Guest};
use crate::plural::count;

/// So many boxes stand beside a name; for more there is a line to write on.
const BOXES: u64 = 20;

const STYLE: &str = "\
@page{size:A4;margin:16mm 15mm 18mm;@bottom-right{content:counter(page) ' / ' counter(pages);font:9pt sans-serif}}
body{font:11pt/1.35 system-ui,sans-serif;max-width:180mm;margin:1.5em auto;padding:0 1em;color:#000;background:#fff}
@media print{body{margin:0;padding:0;max-width:none}}
h1{font-size:18pt;line-height:1.2;margin:0;overflow-wrap:anywhere}
p{margin:.2em 0 1em}
table{border-collapse:collapse;width:100%}
thead{display:table-header-group}
tr{break-inside:avoid}
th{font-size:9pt;text-align:left;border-bottom:1pt solid #000}
th,td{padding:3pt 5pt;vertical-align:baseline}
td{border-bottom:.5pt solid #bbb;overflow-wrap:anywhere}
.n{text-align:right;width:4em;font-variant-numeric:tabular-nums}
.b{width:7.6em;padding-left:0}
.i{width:30%}
td.i{color:#444;font-size:8.5pt}
span{white-space:nowrap}
tfoot{display:table-row-group}
tfoot td{font-weight:bold;border-top:1pt solid #000;border-bottom:0}
u{display:inline-block;width:2.4em;border-bottom:.8pt solid #000}
b{display:inline-block;width:.8em;height:.8em;border:.8pt solid #000;margin-right:.25em;vertical-align:-.05em}";

/// The whole page. Nothing in it is loaded from elsewhere.
pub(super) fn page(event: &EventSettings, guests: &[Guest], total: u64) -> String {
    let title = escaped(event.title.as_deref().unwrap_or("Guest list"));
    let date = match &event.date {
        Some(date) => format!("{} · ", escaped(date)),
        None => String::new(),
    };
    let (tickets, names) = (count(total, "ticket"), count(guests.len() as u64, "name"));
    let now = here(&Timestamp::now().to_string());
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n\
         <p>{date}{tickets}, {names} · as of {now}</p>\n<table>\n\
         <thead><tr><th class=\"b\">In</th><th>Name</th><th class=\"n\">Tickets</th><th class=\"i\">Sale</th></tr></thead>\n\
         <tbody>\n"
    );
    for guest in guests {
        let quantity = guest.quantity;
        let boxes = boxes(quantity);
        let name = escaped(&guest.buyer);
        let notes = guest.noted();
        let notes = notes.iter();
        let notes = notes.map(|note| format!("<br><small>{}</small>", escaped(note)));
        let notes = notes.collect::<String>();
        let ids = guest
            .ids
            .iter()
            .map(|id| format!("<span>{}</span>", escaped(id)));
        let ids = ids.collect::<Vec<_>>().join(" ");
        // Writing to a String does not fail.
        let _ = writeln!(
            page,
            "<tr><td class=\"b\">{boxes}</td><td>{name}{notes}</td><td class=\"n\">{quantity}</td><td class=\"i\">{ids}</td></tr>"
        );
    }
    let _ = write!(
        page,
        "</tbody>\n<tfoot><tr><td class=\"b\"></td><td>{names}</td><td class=\"n\">{total}</td><td></td></tr></tfoot>\n\
         </table>\n</body>\n</html>\n"
    );
    page
}

/// What is filled in as people come in: a box for each ticket, or how many of them are in.
fn boxes(quantity: u64) -> String {
    if quantity > BOXES {
        return format!("<u></u> of {quantity}");
    }
    (0..quantity).map(|_| "<b></b>").collect()
}

/// A text as HTML has it. Letters that change how others are seen are left out, but for those that join letters of a
/// name.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if crate::steers(letter) && !JOINERS.contains(&letter) => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup_or_steers() {
        assert_eq!(
            escaped("<b a=\"c\">&'"),
            "&lt;b a=&quot;c&quot;&gt;&amp;&#39;"
        );
        assert_eq!(escaped("a\u{202e}\u{1b}b\u{200d}c"), "ab\u{200d}c");
    }
}
