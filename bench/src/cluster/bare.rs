//! Bare transactions of etcd through its gateway, of the size of a sale's: what no program that sells by them can be faster than.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::gateway::Gateway;
use crate::Result;

/// How long the count's text is, and that of a line, in bytes: as those of an event with some thousand sales.
const COUNT: usize = 190;
const LINE: usize = 190;

/// So many operations go into one transaction, and as many fewer into one within it.
const OPERATIONS: usize = 128;

/// Sales a second of one client, who puts so many lines into each transaction, one after another.
pub(super) fn measure(address: SocketAddr, lines: usize, time: Duration) -> Result<f64> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let mut bare = Bare::open(address, &format!("bare-{lines}-{number}"))?;
    let begin = Instant::now();
    while begin.elapsed() < time {
        bare.commit(lines)?;
    }
    Ok(bare.number as f64 / begin.elapsed().as_secs_f64())
}

/// What would be an event.
pub(super) struct Bare {
    gateway: Gateway,
    prefix: String,
    count: String,
    modified: u64,
    number: usize,
}

impl Bare {
    /// One with keys of its own. It is to be the only one of this name in this process.
    pub(super) fn open(address: SocketAddr, name: &str) -> Result<Self> {
        let prefix = format!("{name}-{}", std::process::id());
        Ok(Self {
            gateway: Gateway::open(address)?,
            count: base64(format!("{prefix}/count").as_bytes()),
            prefix,
            modified: 0,
            number: 0,
        })
    }

    /// Puts so many lines, and the count.
    pub(super) fn commit(&mut self, lines: usize) -> Result<()> {
        let of = (self.number, lines);
        let body = transaction(&self.prefix, &self.count, self.modified, of).to_string();
        let answer = self.gateway.ask("kv/txn", &body)?;
        if answer.get("succeeded") != Some(&Value::Bool(true)) {
            return Err(format!("a bare transaction was not done: {answer}"));
        }
        let revision = answer.pointer("/header/revision").and_then(Value::as_str);
        self.modified = revision
            .and_then(|text| text.parse().ok())
            .ok_or("no revision was answered")?;
        self.number += lines;
        Ok(())
    }
}

/// The count, and for each line it and its key; compared are the count, what stands behind it, and the keys.
fn transaction(prefix: &str, count: &str, modified: u64, (number, lines): (usize, usize)) -> Value {
    let put =
        |key: String, value: &[u8]| json!({"request_put": {"key": key, "value": base64(value)}});
    let line = |at: usize| {
        base64(
            format!(
                "{prefix}/ledger/000001/{:016}-0123456789abcdef-012345",
                number + at
            )
            .as_bytes(),
        )
    };
    let key = |at: usize| base64(format!("{prefix}/key/000001/k-{}", number + at).as_bytes());
    let mut puts = vec![put(count.to_owned(), &[b'c'; COUNT])];
    for at in 0..lines {
        puts.push(put(line(at), &[b'l'; LINE]));
        puts.push(put(key(at), b"123456\n"));
    }
    let puts = in_groups(puts, lines + 2);
    let behind = base64(format!("{prefix}/ledger/0000010").as_bytes());
    // What is not there has had no version, which is what is compared where nothing is said.
    let mut compare: Vec<Value> = (0..lines).map(|at| json!({"key": key(at)})).collect();
    compare.push(json!({"key": count, "target": "MOD", "mod_revision": modified.to_string()}));
    compare.push(json!({"key": line(0), "range_end": behind}));
    json!({"compare": compare, "success": puts, "failure": [{"request_range": {"key": count}}]})
}

/// These in one transaction with so many comparisons: as few as can be in others within it.
fn in_groups(mut puts: Vec<Value>, compared: usize) -> Vec<Value> {
    let all = puts.len();
    let ways = (compared..=OPERATIONS - 2).filter_map(|places| {
        let room = OPERATIONS - places;
        let groups = all.saturating_sub(places).div_ceil(room - 1);
        let alone = places.checked_sub(groups)?;
        Some((groups * (room + 1), alone, room))
    });
    if let Some((_, alone, room)) = ways.min().filter(|_| all > OPERATIONS) {
        let deeper = puts.split_off(alone);
        let groups = deeper.chunks(room);
        puts.extend(groups.map(|group| json!({"request_txn": {"success": group}})));
    }
    puts
}

/// As the gateway takes bytes.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for part in bytes.chunks(3) {
        let mut three = [0; 3];
        three
            .iter_mut()
            .zip(part)
            .for_each(|(to, from)| *to = *from);
        let number = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for at in 0..4 {
            let index = (number >> (18 - 6 * at)) as usize % 64;
            let is_there = at <= part.len();
            let letter = LETTERS.get(index).copied().unwrap_or(b'=');
            text.push(char::from(if is_there { letter } else { b'=' }));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn bytes_are_as_the_gateway_takes_them() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("well", "d2VsbA=="),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
