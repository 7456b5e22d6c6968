//! One page of the manual.

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use super::prose::Prose;

/// What an event keeps, and what may stand beside it.
const FILES: [(&str, &str); 7] = [
    (
        "tickets.json",
        "the count: how many are left. Named by --file; edit it under 'flock tickets.json.lock'",
    ),
    (
        "tickets.ledger.jsonl",
        "the ledger: every sale, a line each; the truth",
    ),
    (
        "tickets.json.lock",
        "the lock file. Never delete it: a lock goes with its holder",
    ),
    (
        "tickets.ledger.TIME.jsonl",
        "a ledger that a reset or a restore has replaced",
    ),
    (
        "tickets.ledger.torn-TIME.jsonl",
        "the end of a ledger that a crash left",
    ),
    (
        "tickets.broken-TIME.json",
        "what stood in the count's place and was none",
    ),
    (
        "tickets.replaced-TIME.json",
        "a count that said otherwise than the ledger",
    ),
];

/// A page for a command.
pub(super) struct ManualPage {
    command: Command,
    /// The page of the command that this one belongs to.
    above: Option<String>,
    prose: Prose,
}

impl ManualPage {
    pub(super) fn of(command: &Command, above: Option<&str>) -> Self {
        let help = command.get_after_help().map(ToString::to_string);
        Self {
            command: command.clone(),
            above: above.map(str::to_owned),
            prose: Prose::of(&help.unwrap_or_default()),
        }
    }

    /// As in `tickets-buy`.
    pub(super) fn name(&self) -> &str {
        let name = self.command.get_display_name();
        name.unwrap_or_else(|| self.command.get_name())
    }

    pub(super) fn file_name(&self) -> String {
        format!("{}.1", self.name())
    }

    /// Its text, as `man` reads it.
    pub(super) fn render(&self) -> Vec<u8> {
        let man = Man::new(self.command.clone())
            .source(concat!("tickets ", env!("CARGO_PKG_VERSION")))
            .manual("tickets");
        let mut text = Vec::new();
        // Writing to memory does not fail.
        let _ = man.render_title(&mut text);
        let mut roff = Roff::new();
        // Commands and names of files are not to be broken, nor lines filled up with spaces.
        roff.control("nh", []).control("ad", ["l"]);
        let _ = roff.to_writer(&mut text);
        let _ = man.render_name_section(&mut text);
        let mut roff = Roff::new();
        self.synopsis(&mut roff);
        let _ = roff.to_writer(&mut text);
        let _ = man.render_description_section(&mut text);
        let mut roff = Roff::new();
        for paragraph in &self.prose.paragraphs {
            roff.control("PP", []).text([roman(paragraph.as_str())]);
        }
        let _ = roff.to_writer(&mut text);
        let _ = man.render_options_section(&mut text);
        if self.below().next().is_some() {
            let _ = man.render_subcommands_section(&mut text);
        }
        let mut roff = Roff::new();
        self.exit_status(&mut roff);
        self.environment(&mut roff);
        self.files(&mut roff);
        self.examples(&mut roff);
        self.see_also(&mut roff);
        let _ = roff.to_writer(&mut text);
        text
    }

    fn below(&self) -> impl Iterator<Item = &Command> {
        let all = self.command.get_subcommands();
        all.filter(|sub| !sub.is_hide_set())
    }

    fn has(&self, option: &str) -> bool {
        let mut all = self.command.get_arguments();
        all.any(|argument| argument.get_id() == option && !argument.is_hide_set())
    }

    /// What must be given, with its values, and that there is more.
    fn synopsis(&self, roff: &mut Roff) {
        roff.control("SH", ["SYNOPSIS"]);
        let name = self.command.get_bin_name();
        let mut line = vec![bold(name.unwrap_or_else(|| self.command.get_name()))];
        let all = self.command.get_arguments().filter(|it| !it.is_hide_set());
        let (positional, options): (Vec<&Arg>, Vec<&Arg>) = all.partition(|it| it.is_positional());
        for option in options.iter().filter(|option| option.is_required_set()) {
            let long = option.get_long().unwrap_or_default();
            line.extend([roman(" "), bold(format!("--{long}")), roman(" ")]);
            line.push(italic(value_name(option)));
        }
        line.push(roman(" [OPTIONS]"));
        for argument in positional {
            let name = value_name(argument);
            line.push(roman(" "));
            if argument.is_required_set() {
                line.push(italic(name));
            } else {
                line.extend([roman("["), italic(name), roman("]")]);
            }
        }
        if self.below().next().is_some() {
            line.extend([roman(" "), italic("COMMAND")]);
        }
        roff.text(line);
    }

    fn exit_status(&self, roff: &mut Roff) {
        roff.control("SH", ["EXIT STATUS"]);
        let prose = &self.prose;
        for (code, says) in &prose.codes {
            item(roff, bold(code.as_str()), says);
        }
        for sentence in &prose.exits {
            roff.control("PP", []).text([roman(sentence.as_str())]);
        }
        if self.above.is_some() {
            let more = "The codes of all commands are in ";
            roff.control("PP", [])
                .text([roman(more), bold("tickets"), roman("(1).")]);
        }
    }

    fn environment(&self, roff: &mut Roff) {
        roff.control("SH", ["ENVIRONMENT"]);
        item(
            roff,
            bold("TICKETS_FILE"),
            "the event's count, where --file is not given",
        );
        item(roff, bold("NO_COLOR"), "set to anything: no colours");
        if self.name() == "tickets" || self.name() == "tickets-sales" {
            item(
                roff,
                bold("TZ"),
                "the time zone in which people are told times",
            );
        }
        item(
            roff,
            bold("TMPDIR"),
            "where what is tried out is kept meanwhile, and removed",
        );
    }

    fn files(&self, roff: &mut Roff) {
        if !self.has("file") {
            return;
        }
        roff.control("SH", ["FILES"]);
        for (name, says) in FILES {
            item(roff, italic(name), says);
        }
    }

    fn examples(&self, roff: &mut Roff) {
        roff.control("SH", ["EXAMPLES"]);
        roff.control("EX", []);
        for line in &self.prose.examples {
            roff.text([roman(line.as_str())]);
        }
        roff.control("EE", []);
    }

    fn see_also(&self, roff: &mut Roff) {
        roff.control("SH", ["SEE ALSO"]);
        let below = self.below().map(|sub| sub.get_display_name());
        let mut names: Vec<&str> = self.above.as_deref().into_iter().collect();
        if self
            .above
            .as_deref()
            .is_some_and(|above| above != "tickets")
        {
            names.push("tickets");
        }
        names.extend(below.flatten());
        names.push("flock");
        let mut line = Vec::new();
        for name in names {
            if !line.is_empty() {
                line.push(roman(", "));
            }
            line.extend([bold(name), roman("(1)")]);
        }
        roff.text(line);
    }
}

fn value_name(argument: &Arg) -> String {
    let names = argument.get_value_names();
    names.map_or_else(
        || argument.get_id().to_string().to_uppercase(),
        |names| names.join(" "),
    )
}

/// A term, and what it is.
fn item(roff: &mut Roff, term: Inline, says: &str) {
    roff.control("TP", []).text([term]).text([roman(says)]);
}
