//! A racing run, made up: what its buyers did when, and the evidence of it, in which members that may be left out are left
//! out at random.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rand::RngExt;
use rand::rngs::Xoshiro256PlusPlus;

/// Who wrote a version; `None`: it was there before.
pub(super) type Writer = Option<usize>;

/// What one buyer did, and what the evidence says of it.
#[derive(Debug, Clone, Default)]
pub(super) struct Deed {
    /// How many it wanted; 0 for one that only asked.
    pub(super) quantity: u64,
    /// When it began, and when it was answered.
    pub(super) invoke: u64,
    pub(super) returned: Option<u64>,
    /// When it had read, was about to write, and had written, as far as that is said.
    pub(super) read_at: Option<u64>,
    pub(super) intend: Option<u64>,
    pub(super) wrote: Option<u64>,
    /// The version that it read or wrote, and how many it saw left, as far as that is said.
    pub(super) read: Option<u64>,
    pub(super) write: Option<u64>,
    pub(super) seen: Option<u64>,
    /// Whether it said which of the versions of one number it read, by a checksum: the one that this buyer wrote, or the
    /// first.
    pub(super) exact: Option<Writer>,
    /// Whether it was told that it bought, or that nothing was sold.
    pub(super) sold: bool,
    pub(super) failed: bool,
    /// Whose version it read in truth, and whether it wrote.
    pub(super) truly_read: Option<Writer>,
    pub(super) truly_wrote: bool,
}

impl Deed {
    /// Whether it was to write, and was told nothing.
    pub(super) fn is_pending(&self) -> bool {
        self.write.is_some() && !self.sold && !self.failed
    }

    /// Whether it wrote, was told that it did not, and does not say that it did.
    fn is_denied(&self) -> bool {
        self.failed && self.truly_wrote && self.wrote.is_none()
    }
}

/// A run, and its evidence.
#[derive(Debug, Clone, Default)]
pub(super) struct Run {
    pub(super) stock: u64,
    pub(super) deeds: Vec<Deed>,
    /// Who wrote, in that order.
    pub(super) truly_wrote: Vec<usize>,
    /// The same, where the evidence has a ledger.
    pub(super) ledger: Option<Vec<usize>>,
    /// The version and how many were left in the end, where that is said; and whose that is, where a checksum tells.
    pub(super) last: Option<(u64, u64)>,
    pub(super) exact: Option<Writer>,
    pub(super) text: String,
}

impl Run {
    /// Whether it sold: it was told so, or was told nothing, and the ledger or it says that it wrote.
    pub(super) fn is_sale(&self, at: usize) -> bool {
        let deed = &self.deeds[at];
        let says = match &self.ledger {
            Some(ledger) => ledger.contains(&at),
            None => deed.wrote.is_some(),
        };
        deed.sold || deed.is_pending() && says
    }

    /// Whether somebody without an answer wrote, or may have, and nothing but a guess tells whether it did; or was told a lie
    /// that nothing shows.
    pub(super) fn has_guesses(&self) -> bool {
        self.silent().next().is_some() || self.has_lies()
    }

    /// Whether somebody wrote of whom the evidence says that nothing was sold.
    pub(super) fn has_lies(&self) -> bool {
        let mut denied = self.deeds.iter().filter(|deed| deed.is_denied());
        denied.any(|deed| self.is_untold(deed))
    }

    /// Whether no ledger tells if somebody wrote: there is none, or it may have been cut before that line.
    fn is_untold(&self, deed: &Deed) -> bool {
        let last = |ledger: &Vec<usize>| ledger.iter().filter_map(|at| self.deeds[*at].write).max();
        let ledger = self.ledger.as_ref();
        ledger.is_none_or(|ledger| self.last.is_none() && last(ledger) < deed.write)
    }

    /// Whether several of those may have written one version: docs/evidence.md says that it may be taken for the wrong one.
    pub(super) fn has_ambiguous_guesses(&self) -> bool {
        let mut versions = BTreeSet::new();
        self.silent().any(|deed| !versions.insert(deed.write))
    }

    fn silent(&self) -> impl Iterator<Item = &Deed> {
        let deeds = self.deeds.iter().filter(|deed| self.is_untold(deed));
        deeds.filter(|deed| deed.is_pending() && deed.wrote.is_none())
    }
}

/// What a buyer does next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    Invoke,
    Read,
    HaveRead,
    Intend,
    Write,
    HaveWritten,
    Return,
    Over,
}

/// A buyer on its way.
struct Buyer {
    quantity: u64,
    next: Step,
    /// At which step it stops, and how that is told.
    stops: Option<(Step, &'static str)>,
    /// How it stopped.
    stopped: Option<&'static str>,
    times: [Option<u64>; 5],
    /// Version, how many are left, and whose that is.
    saw: (u64, u64, Writer),
}

pub(super) fn name(buyer: usize) -> String {
    format!("user-{}", buyer + 1)
}

fn sum_of(writer: Writer) -> String {
    format!("{:016x}", writer.map_or(0xf, |at| at + 1))
}

/// How much is left out: nothing, little, or much.
pub(super) fn run(random: &mut Xoshiro256PlusPlus) -> Run {
    let many = random.random_range(2..=4);
    let stock = random.random_range(1..=5);
    let mut buyers: Vec<Buyer> = (0..many).map(|_| buyer(random)).collect();
    let mut run = Run {
        stock,
        ..Run::default()
    };
    let mut count = (0, stock, None);
    let mut time = 0;
    // How long one goes on before another does.
    let stays = [0.2, 0.6, 0.9][random.random_range(0..3)];
    let mut at = 0;
    while buyers.iter().any(|buyer| buyer.next != Step::Over) {
        if buyers[at].next == Step::Over || !random.random_bool(stays) {
            at = random.random_range(0..many);
            continue;
        }
        time += 10;
        step(
            &mut buyers[at],
            (at, time),
            &mut count,
            &mut run.truly_wrote,
        );
    }
    let leaves_out = [0.0, 0.2, 0.5][random.random_range(0..3)];
    let mut lines: Vec<String> = Vec::new();
    for (at, buyer) in buyers.iter().enumerate() {
        let (deed, line) = told(random, leaves_out, (at, buyer), &run.truly_wrote);
        run.deeds.push(deed);
        lines.push(line);
    }
    for at in (1..lines.len()).rev() {
        lines.swap(at, random.random_range(0..=at));
    }
    run.text = format!(
        "{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n{}",
        lines.concat()
    );
    end(random, leaves_out, &mut run, (&buyers, count));
    run
}

fn buyer(random: &mut Xoshiro256PlusPlus) -> Buyer {
    let steps = [
        Step::HaveRead,
        Step::Intend,
        Step::Write,
        Step::HaveWritten,
        Step::Return,
    ];
    let ends = ["killed", "killed", "open", "unknown", "failed"];
    let stop = (
        steps[random.random_range(0..steps.len())],
        ends[random.random_range(0..ends.len())],
    );
    Buyer {
        quantity: match random.random_range(0..10) {
            0..2 => 0,
            2 => 2,
            _ => 1,
        },
        next: Step::Invoke,
        stops: random.random_bool(0.2).then_some(stop),
        stopped: None,
        times: [None; 5],
        saw: (0, 0, None),
    }
}

/// Makes the next step of a buyer.
fn step(
    buyer: &mut Buyer,
    (at, time): (usize, u64),
    count: &mut (u64, u64, Writer),
    wrote: &mut Vec<usize>,
) {
    if let Some((_, how)) = buyer.stops.filter(|(step, _)| *step == buyer.next) {
        (buyer.next, buyer.stopped, buyer.times[4]) = (Step::Over, Some(how), Some(time));
        return;
    }
    let mut stamp = |which: usize| buyer.times[which] = Some(time);
    buyer.next = match buyer.next {
        Step::Invoke => {
            stamp(0);
            Step::Read
        }
        Step::Read => {
            buyer.saw = *count;
            Step::HaveRead
        }
        Step::HaveRead => {
            stamp(1);
            let buys = (1..=buyer.saw.1).contains(&buyer.quantity);
            if buys { Step::Intend } else { Step::Return }
        }
        Step::Intend => {
            stamp(2);
            Step::Write
        }
        Step::Write => {
            *count = (buyer.saw.0 + 1, buyer.saw.1 - buyer.quantity, Some(at));
            wrote.push(at);
            Step::HaveWritten
        }
        Step::HaveWritten => {
            stamp(3);
            Step::Return
        }
        Step::Return => {
            stamp(4);
            Step::Over
        }
        Step::Over => Step::Over,
    };
}

/// What the evidence says of a buyer, and its lines.
fn told(
    random: &mut Xoshiro256PlusPlus,
    leaves_out: f64,
    (at, buyer): (usize, &Buyer),
    wrote: &[usize],
) -> (Deed, String) {
    let [invoke, read_at, intend, has_written, end] = buyer.times;
    let is_told = matches!(buyer.stopped, None | Some("unknown" | "failed"));
    let returned = end.filter(|_| is_told);
    let (seq, left, whose) = buyer.saw;
    let has_read = read_at.is_some();
    let writes = intend.is_some();
    let mut says = |it: bool| it && !random.random_bool(leaves_out);
    let mut deed = Deed {
        quantity: buyer.quantity,
        invoke: invoke.unwrap(),
        returned,
        sold: writes && buyer.stopped.is_none(),
        failed: buyer.stopped == Some("failed"),
        write: writes.then_some(seq + 1),
        truly_read: has_read.then_some(whose),
        truly_wrote: wrote.contains(&at),
        ..Deed::default()
    };
    let outcome = match (buyer.stopped, writes, buyer.quantity) {
        (Some(how), ..) => how,
        (_, true, _) => "sold",
        (_, _, 0) => "query",
        _ => "sold_out",
    };
    let told_left = if writes { left - buyer.quantity } else { left };
    let told_left = (buyer.stopped.is_none() && says(true)).then_some(told_left);
    let nonce = says(writes);
    let by_steps = says(true);
    let reads = says(has_read);
    if by_steps {
        let read = has_read && (reads || !writes);
        deed.read_at = read_at.filter(|_| read);
        deed.read = (read || writes).then_some(seq);
        deed.seen = (read && says(true)).then_some(left);
        deed.exact = (read && says(true)).then_some(whose);
        deed.intend = intend;
        deed.wrote = has_written.filter(|_| says(true));
    } else {
        deed.read_at = read_at.filter(|_| says(true));
        deed.read = (reads || has_read && !writes).then_some(seq);
        deed.seen = says(has_read).then_some(left);
        deed.exact = (deed.read.is_some() && says(true)).then_some(whose);
        deed.intend = intend.filter(|_| says(true));
        deed.wrote = has_written.filter(|_| says(true));
    }
    let lines = if by_steps {
        steps((at, outcome), &deed, (told_left, nonce), end)
    } else {
        whole((at, outcome), &deed, (told_left, nonce))
    };
    if deed.seen.is_none()
        && let Some(left) = told_left
    {
        deed.seen = Some(left + if deed.sold { deed.quantity } else { 0 });
    }
    (deed, lines)
}

fn member(name: &str, value: Option<u64>) -> String {
    value.map_or(String::new(), |value| format!(",\"{name}\":{value}"))
}

fn sum(exact: Option<Writer>) -> String {
    exact.map_or(String::new(), |whose| {
        format!(",\"sum\":\"{}\"", sum_of(whose))
    })
}

fn steps(
    (at, outcome): (usize, &str),
    deed: &Deed,
    (left, nonce): (Option<u64>, bool),
    end: Option<u64>,
) -> String {
    let mut lines = String::new();
    let mut add = |step: &str, t: u64, rest: &str| {
        let name = name(at);
        writeln!(
            lines,
            "{{\"step\":\"{step}\",\"buyer\":\"{name}\",\"t\":{t}{rest}}}"
        )
        .unwrap();
    };
    add(
        "invoke",
        deed.invoke,
        &format!(",\"quantity\":{}", deed.quantity),
    );
    if let (Some(read_at), Some(read)) = (deed.read_at, deed.read) {
        let rest = format!(
            ",\"seq\":{read}{}{}",
            member("left", deed.seen),
            sum(deed.exact)
        );
        add("read", read_at, &rest);
    }
    if let (Some(intend), Some(write)) = (deed.intend, deed.write) {
        let nonce = if nonce {
            format!(",\"nonce\":\"n{at}\"")
        } else {
            String::new()
        };
        add(
            "intend",
            intend,
            &format!(",\"read\":{},\"write\":{write}{nonce}", write - 1),
        );
    }
    if let Some(wrote) = deed.wrote {
        add("wrote", wrote, "");
    }
    match outcome {
        "open" => {}
        "killed" => add("killed", end.unwrap(), ""),
        _ => {
            let rest = format!(",\"outcome\":\"{outcome}\"{}", member("left", left));
            add("return", end.unwrap(), &rest);
        }
    }
    lines
}

fn whole((at, outcome): (usize, &str), deed: &Deed, (left, nonce): (Option<u64>, bool)) -> String {
    let nonce = if nonce {
        format!(",\"nonce\":\"n{at}\"")
    } else {
        String::new()
    };
    let members = [
        member("return", deed.returned),
        member("read", deed.read),
        member("read_at", deed.read_at),
        member("seen", deed.seen),
        sum(deed.exact),
        member("write", deed.write),
        member("left", left),
        nonce,
        member("intend", deed.intend),
        member("wrote", deed.wrote),
    ];
    format!(
        "{{\"buyer\":\"{}\",\"quantity\":{},\"invoke\":{}{},\"outcome\":\"{outcome}\"}}\n",
        name(at),
        deed.quantity,
        deed.invoke,
        members.concat()
    )
}

/// What is left behind, as far as it is said.
fn end(
    random: &mut Xoshiro256PlusPlus,
    leaves_out: f64,
    run: &mut Run,
    (buyers, (seq, left, whose)): (&[Buyer], (u64, u64, Writer)),
) {
    let mut lines = String::new();
    let has_last = random.random_bool(0.6);
    let wrote = run.truly_wrote.clone();
    let has_ledger = random.random_bool(0.4) && (has_last || !wrote.is_empty());
    // A checksum is said of every line, or of none.
    let sums = has_ledger && random.random_bool(0.3);
    if has_ledger {
        for at in &wrote {
            let (read, saw, _) = buyers[*at].saw;
            let quantity = buyers[*at].quantity;
            let has_nonce =
                run.text.contains(&format!("\"n{at}\"")) && !random.random_bool(leaves_out);
            let nonce = if has_nonce {
                format!(",\"nonce\":\"n{at}\"")
            } else {
                String::new()
            };
            let sum = if sums {
                sum(Some(Some(*at)))
            } else {
                String::new()
            };
            writeln!(
                lines,
                "{{\"committed\":{},\"left\":{},\"buyer\":\"{}\",\"quantity\":{quantity}{nonce}{sum}}}",
                read + 1,
                saw - quantity,
                name(*at),
            )
            .unwrap();
        }
        run.ledger = Some(wrote.clone());
    }
    if has_last {
        run.last = Some((seq, left));
        run.exact = random.random_bool(0.3).then_some(whose);
        let many = has_ledger.then_some(wrote.len() as u64);
        writeln!(
            lines,
            "{{\"final\":{seq},\"left\":{left}{}{}}}",
            sum(run.exact),
            member("lines", many)
        )
        .unwrap();
    }
    if !sums {
        // A checksum tells nothing where nobody says whose it is.
        run.exact = None;
        run.deeds.iter_mut().for_each(|deed| deed.exact = None);
    }
    run.text += &lines;
}
