//! Which members each kind of line has: one that its kind does not have would be passed over, and is refused.

use super::members::RecordMembers;

const COMMON: [&str; 4] = ["step", "buyer", "pid", "t"];
const HEADER: [&str; 4] = ["evidence", "run", "stock", "first"];
const COMMITTED: [&str; 6] = ["committed", "nonce", "left", "buyer", "quantity", "sum"];
const FINAL: [&str; 4] = ["final", "left", "sum", "lines"];
const WHOLE: [&str; 17] = [
    "buyer", "pid", "quantity", "invoke", "return", "read", "read_at", "seen", "sum", "torn",
    "write", "left", "nonce", "intend", "wrote", "outcome", "lock",
];

const SPOILED: [&str; 1] = ["spoiled"];
const INVOKE: [&str; 1] = ["quantity"];
const LOCK_WANTED: [&str; 3] = ["device", "inode", "shared"];
const LOCK_GOT: [&str; 6] = [
    "device",
    "inode",
    "path_device",
    "path_inode",
    "shared",
    "leased",
];
const READ: [&str; 4] = ["seq", "left", "sum", "torn"];
const INTEND: [&str; 3] = ["read", "write", "nonce"];
const LOCK_RELEASED: [&str; 2] = ["device", "inode"];
const RETURN: [&str; 2] = ["outcome", "left"];

/// All members that there are.
const NAMES: [&str; 34] = [
    "evidence",
    "run",
    "stock",
    "first",
    "step",
    "buyer",
    "pid",
    "t",
    "quantity",
    "invoke",
    "return",
    "read",
    "read_at",
    "seen",
    "seq",
    "sum",
    "torn",
    "write",
    "left",
    "nonce",
    "intend",
    "wrote",
    "outcome",
    "lock",
    "device",
    "inode",
    "path_device",
    "path_inode",
    "shared",
    "leased",
    "committed",
    "final",
    "lines",
    "spoiled",
];

/// A bit for each of these members, by its place in [`NAMES`].
const fn mask(mut names: &[&str]) -> u64 {
    let mut bits = 0;
    while let Some((name, rest)) = names.split_first() {
        let mut all: &[&str] = &NAMES;
        let mut bit = 1;
        while let Some((one, others)) = all.split_first() {
            if same(name.as_bytes(), one.as_bytes()) {
                bits |= bit;
            }
            bit <<= 1;
            all = others;
        }
        names = rest;
    }
    bits
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    match (one.split_first(), other.split_first()) {
        (None, None) => true,
        (Some((one, rest)), Some((other, others))) => *one == *other && same(rest, others),
        _ => false,
    }
}

/// The members of a step beside those that all steps have, and a bit for each; `None` where there is no such step.
fn of_step(step: &str) -> Option<(&'static [&'static str], u64)> {
    Some(match step {
        "invoke" => (&INVOKE, const { mask(&INVOKE) }),
        "lock_wanted" => (&LOCK_WANTED, const { mask(&LOCK_WANTED) }),
        "lock_got" => (&LOCK_GOT, const { mask(&LOCK_GOT) }),
        "read" => (&READ, const { mask(&READ) }),
        "intend" => (&INTEND, const { mask(&INTEND) }),
        "wrote" | "killed" => (&[], 0),
        "lock_released" => (&LOCK_RELEASED, const { mask(&LOCK_RELEASED) }),
        "return" => (&RETURN, const { mask(&RETURN) }),
        _ => return None,
    })
}

/// The members that a line of this kind may have, where it says of which kind it is.
pub(super) fn members_of(line: &[u8]) -> Option<String> {
    let value: serde_json::Value = serde_json::from_slice(line).ok()?;
    let step = value.get("step").and_then(serde_json::Value::as_str);
    let Some(step) = step else {
        value.get("evidence")?;
        return Some("run, stock, first".to_owned());
    };
    Some(listed(of_step(step)?.0))
}

/// What a step has, but its name.
fn listed(own: &[&str]) -> String {
    let all = COMMON.iter().skip(1).chain(own);
    all.copied().collect::<Vec<_>>().join(", ")
}

impl RecordMembers<'_> {
    /// An error where the line has a member that its kind does not have.
    pub(super) fn own(&self) -> Result<(), String> {
        let (common, own, bits): (&[&str], &[&str], u64) = if self.evidence.is_some() {
            (&[], &HEADER, const { mask(&HEADER) })
        } else if let Some(step) = &self.step {
            match of_step(&step.0) {
                Some((own, bits)) => (&COMMON, own, bits | const { mask(&COMMON) }),
                None => return Ok(()),
            }
        } else if self.committed.is_some() {
            (&[], &COMMITTED, const { mask(&COMMITTED) })
        } else if self.last.is_some() {
            (&[], &FINAL, const { mask(&FINAL) })
        } else if self.spoiled.is_some() {
            (&[], &SPOILED, const { mask(&SPOILED) })
        } else {
            (&[], &WHOLE, const { mask(&WHOLE) })
        };
        let has = self.said();
        // Most lines have no other members: that is seen by bits, and only else by names.
        if has & !bits == 0 {
            return self.torn_alone();
        }
        let is_own = |name: &str| common.contains(&name) || own.contains(&name);
        let mut all = (0..).zip(NAMES);
        let other = all.find(|(at, name)| has >> at & 1 == 1 && !is_own(name));
        let Some((_, name)) = other else {
            return self.torn_alone();
        };
        let what = match &self.step {
            Some(step) if !common.is_empty() => format!("the step \"{}\"", step.0),
            _ => "this kind of line".to_owned(),
        };
        let known = if common.is_empty() {
            own.join(", ")
        } else {
            listed(own)
        };
        Err(format!("{what} has no member \"{name}\", only {known}"))
    }

    /// What made no sense is no version.
    fn torn_alone(&self) -> Result<(), String> {
        if self.step.is_some() && self.torn == Some(true) && self.seq.is_some() {
            return Err("\"seq\" beside \"torn\": what made no sense is no version".to_owned());
        }
        Ok(())
    }

    /// The members that the line has, as bits.
    fn said(&self) -> u64 {
        let said: [bool; 34] = [
            self.evidence.is_some(),
            self.run.is_some(),
            self.stock.is_some(),
            self.first.is_some(),
            self.step.is_some(),
            self.buyer.is_some(),
            self.pid.is_some(),
            self.t.is_some(),
            self.quantity.is_some(),
            self.invoke.is_some(),
            self.returned.is_some(),
            self.read.is_some(),
            self.read_at.is_some(),
            self.seen.is_some(),
            self.seq.is_some(),
            self.sum.is_some(),
            self.torn.is_some(),
            self.write.is_some(),
            self.left.is_some(),
            self.nonce.is_some(),
            self.intend.is_some(),
            self.wrote.is_some(),
            self.outcome.is_some(),
            self.lock.is_some(),
            self.device.is_some(),
            self.inode.is_some(),
            self.path_device.is_some(),
            self.path_inode.is_some(),
            self.shared.is_some(),
            self.leased.is_some(),
            self.committed.is_some(),
            self.last.is_some(),
            self.lines.is_some(),
            self.spoiled.is_some(),
        ];
        let bits = said.iter().rev();
        bits.fold(0, |bits, said| bits << 1 | u64::from(*said))
    }
}
