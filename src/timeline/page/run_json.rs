//! A run as the script of a page reads it: of each step what is not as it was after the step before.

use serde_json::{Map, Value, json};

use super::cursor::Cursor;
use super::state::{PageStep, Steps};

/// The run; `cursor`: where its steps are in the picture.
pub(super) fn run(steps: &Steps, cursor: &Cursor) -> Value {
    let mut before: Option<&PageStep> = None;
    let mut all = Vec::new();
    for step in &steps.steps {
        all.push(changes(step, before));
        before = Some(step);
    }
    let round = |x: f64| (x * 10.0).round() / 10.0;
    json!({
        "title": steps.title,
        "subtitle": steps.subtitle,
        "unit": steps.unit,
        "processes": steps.processes,
        "steps": all,
        "findings": steps.findings,
        "key_steps": steps.key_steps,
        "ledger": steps.ledger,
        "picture": {
            "at": cursor.at.iter().copied().map(round).collect::<Vec<f64>>(),
            "top": round(cursor.top),
            "floor": round(cursor.floor),
            "width": cursor.width,
        },
    })
}

/// A step, with what it changes.
fn changes(step: &PageStep, before: Option<&PageStep>) -> Value {
    let mut value = Map::new();
    let mut set = |name: &str, what: Value| value.insert(name.to_owned(), what);
    set("number", json!(step.number));
    set("does", json!(step.does));
    for (name, text) in [
        ("time", &step.time),
        ("why", &step.why),
        ("skipped", &step.skipped),
    ] {
        if !text.is_empty() {
            set(name, json!(text));
        }
    }
    if let Some(who) = step.who {
        set("who", json!(who));
    }
    if let Some(chance) = step.chance {
        set("chance", json!(chance));
    }
    let old = |at: usize| before.and_then(|before| before.processes.get(at));
    let processes = step.processes.iter().enumerate();
    let processes: Map<String, Value> = processes
        .filter(|(at, process)| old(*at) != Some(*process))
        .map(|(at, process)| (at.to_string(), json!(process)))
        .collect();
    if !processes.is_empty() {
        set("processes", Value::Object(processes));
    }
    if before.map(|before| &before.count) != Some(&step.count) {
        set("count", json!(step.count));
    }
    if before.map(|before| &before.locks) != Some(&step.locks) {
        set("locks", json!(step.locks));
    }
    if before.map(|before| before.lines) != Some(step.lines) {
        set("lines", json!(step.lines));
    }
    if before.map_or(&[][..], |before| &before.missing) != step.missing {
        set("missing", json!(step.missing));
    }
    Value::Object(value)
}
