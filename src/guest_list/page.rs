//! The guest list as a page to print on A4: a box to tick for each ticket, the name, how many, the sales.

use std::fmt::{Display, Write as _};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::cell::JOINERS;
use crate::office::{EventSettings, Guest};

/// So many boxes stand beside a name; for more there is a line to write on.
const BOXES: u64 = 20;

/// Its style sheet.
pub(crate) const STYLE: &str = "\
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

/// What a guest list says in one language.
///
/// `{}` stands for a number.
#[derive(Debug)]
pub(crate) struct GuestListWords {
    /// The language, as in `lang`.
    pub(crate) lang: &'static str,
    /// What the list of an event without a title is called.
    pub(crate) guest_list: &'static str,
    /// Above the boxes to tick.
    pub(crate) came_in: &'static str,
    pub(crate) name: &'static str,
    pub(crate) tickets: &'static str,
    pub(crate) sale: &'static str,
    /// One, and another number.
    pub(crate) so_many_tickets: [&'static str; 2],
    pub(crate) so_many_names: [&'static str; 2],
    /// That so many are held by people who are not on the list.
    pub(crate) so_many_held: [&'static str; 2],
    /// Behind the line to write on, with how many may come in.
    pub(crate) of: &'static str,
    /// With the time.
    pub(crate) as_of: &'static str,
}

/// What the command line prints.
pub(crate) const ENGLISH: GuestListWords = GuestListWords {
    lang: "en",
    guest_list: "Guest list",
    came_in: "In",
    name: "Name",
    tickets: "Tickets",
    sale: "Sale",
    so_many_tickets: ["{} ticket", "{} tickets"],
    so_many_names: ["{} name", "{} names"],
    so_many_held: ["{} ticket is held besides", "{} tickets are held besides"],
    of: "of {}",
    as_of: "as of {}",
};

/// The list as it is printed.
#[derive(Debug)]
pub(crate) struct GuestListPage<'p> {
    pub(crate) event: &'p EventSettings,
    pub(crate) guests: &'p [Guest],
    pub(crate) total: u64,
    /// How many tickets are held, due or not.
    pub(crate) held: u64,
    pub(crate) words: &'p GuestListWords,
}

impl GuestListPage<'_> {
    /// The whole page. Nothing in it is loaded from elsewhere.
    pub(crate) fn standing_alone(&self) -> String {
        self.with(&format!("<style>\n{STYLE}\n</style>"), "")
    }

    /// The same with this in its head instead of the style sheet, and this at the top of its body: both are HTML.
    pub(crate) fn with(&self, head: &str, top: &str) -> String {
        let words = self.words;
        let title = escaped(self.event.title.as_deref().unwrap_or(words.guest_list));
        let date = match &self.event.date {
            Some(date) => format!("{} · ", escaped(date)),
            None => String::new(),
        };
        let tickets = many(words.so_many_tickets, self.total);
        let names = many(words.so_many_names, self.guests.len() as u64);
        let besides = match self.held {
            0 => String::new(),
            number => format!("<br>{}", many(words.so_many_held, number)),
        };
        let now = Timestamp::now().to_zoned(TimeZone::system());
        let now = fill(words.as_of, now.strftime("%Y-%m-%d %H:%M:%S %Z"));
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             {head}\n</head>\n<body>\n{top}<h1>{title}</h1>\n\
             <p>{date}{tickets}, {names} · {now}{besides}</p>\n<table>\n\
             <thead><tr><th class=\"b\">{came_in}</th><th>{name}</th><th class=\"n\">{heading}</th><th class=\"i\">{sale}</th></tr></thead>\n\
             <tbody>\n",
            lang = words.lang,
            came_in = words.came_in,
            name = words.name,
            heading = words.tickets,
            sale = words.sale,
        );
        for guest in self.guests {
            self.add(&mut page, guest);
        }
        // Writing to a String does not fail.
        let _ = write!(
            page,
            "</tbody>\n<tfoot><tr><td class=\"b\"></td><td>{names}</td><td class=\"n\">{}</td><td></td></tr></tfoot>\n\
             </table>\n</body>\n</html>\n",
            self.total
        );
        page
    }

    fn add(&self, page: &mut String, guest: &Guest) {
        let quantity = guest.quantity;
        let boxes = self.boxes(quantity);
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
        let _ = writeln!(
            page,
            "<tr><td class=\"b\">{boxes}</td><td>{name}{notes}</td><td class=\"n\">{quantity}</td><td class=\"i\">{ids}</td></tr>"
        );
    }

    /// What is filled in as people come in: a box for each ticket, or how many of them are in.
    fn boxes(&self, quantity: u64) -> String {
        if quantity > BOXES {
            return format!("<u></u> {}", fill(self.words.of, quantity));
        }
        (0..quantity).map(|_| "<b></b>").collect()
    }
}

fn fill(text: &str, with: impl Display) -> String {
    text.replacen("{}", &format!("{with}"), 1)
}

fn many([one, other]: [&str; 2], number: u64) -> String {
    fill(if number == 1 { one } else { other }, number)
}

/// A text as HTML has it. Letters that change how others are seen are left out, but for those that join letters of a
/// name; one that keeps words apart, as the end of a line does, is a blank.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if letter.is_whitespace() && crate::steers(letter) => escaped.push(' '),
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
        assert_eq!(escaped("a\n2\tb\u{2028}c"), "a 2 b c");
    }
}
