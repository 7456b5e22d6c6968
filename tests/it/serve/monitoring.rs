//! What `docs/service.md` tells of the log and of the metrics, and what the alerts ask for, is what the service writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::client::Server;
use crate::harness::TestEvent;

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// A metric: its type, and the names of its labels.
type Metric = (String, BTreeSet<String>);

/// What is exported once somebody has bought.
fn exported() -> BTreeMap<String, Metric> {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    server.sell("a", "bob", 1).is(201);
    let page = server.get("/metrics").body;
    let mut metrics = BTreeMap::<String, Metric>::new();
    for line in page.lines() {
        if let Some(told) = line.strip_prefix("# TYPE ") {
            let (name, kind) = told.split_once(' ').unwrap();
            metrics.insert(name.to_owned(), (kind.to_owned(), BTreeSet::new()));
            continue;
        }
        let (name, rest) = line.split_once('{').unwrap_or((line, ""));
        if let Some((_, labels)) = metrics.get_mut(family(name)) {
            let pairs = rest.split('}').next().unwrap().split(',');
            let names = pairs.filter_map(|pair| Some(pair.split_once('=')?.0.to_owned()));
            labels.extend(names.filter(|label| label != "le"));
        }
    }
    metrics
}

/// The metric that a series belongs to.
fn family(series: &str) -> &str {
    let ends = ["_bucket", "_sum", "_count"];
    ends.into_iter()
        .find_map(|end| series.strip_suffix(end))
        .unwrap_or(series)
}

/// The words between backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

#[test]
fn each_metric_is_told_with_its_type_and_its_labels() {
    let document = read("docs/service.md");
    let rows = document
        .lines()
        .filter(|line| line.starts_with("| `tickets_"));
    let told: BTreeMap<String, Metric> = rows
        .map(|row| {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            let labels = quoted(cells[3]).into_iter().collect();
            (quoted(cells[1]).remove(0), (cells[2].to_owned(), labels))
        })
        .collect();
    assert_eq!(told, exported());
}

#[test]
fn the_alerts_ask_for_metrics_that_there_are() {
    let alerts = read("packaging/tickets.rules.yml");
    let rules = alerts
        .lines()
        .filter(|line| !line.trim_start().starts_with("annotations:"));
    let rules: Vec<&str> = rules
        .filter(|line| !line.trim_start().starts_with('#'))
        .collect();
    let text = rules.join("\n");
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let asked: BTreeSet<&str> = words
        .filter(|word| word.starts_with("tickets_"))
        .map(family)
        .collect();
    assert!(asked.len() >= 5, "{asked:?}");
    let exported = exported();
    for metric in asked {
        assert!(exported.contains_key(metric), "there is no {metric}");
    }
}

/// The line of this kind of block that is an example of a request.
fn example(block: &str) -> String {
    let document = read("docs/service.md");
    let begin = format!("```{block}\n");
    let blocks = document.split(begin.as_str()).skip(1);
    let lines = blocks.filter_map(|text| text.lines().next());
    lines
        .filter(|line| line.contains("request") && line.contains("INFO"))
        .last()
        .unwrap()
        .to_owned()
}

/// What was logged of a sale, with the log in this form.
fn logged(format: &str) -> String {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, &format!("--log {format}"));
    server.sell("secret-key", "Bobby", 1).is(201);
    server.has_logged("/api/v1/sales");
    let log = server.log();
    assert!(
        !log.contains("secret-key") && !log.contains("Bobby"),
        "{log}"
    );
    let line = log.lines().find(|line| line.contains("/api/v1/sales"));
    line.unwrap().to_owned()
}

#[test]
fn a_line_of_the_log_for_programs_has_the_members_that_are_told() {
    let members = |line: &str| -> Vec<String> {
        let object: Value = serde_json::from_str(line).unwrap();
        let mut names: Vec<String> = object.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(members(&example("json")), members(&logged("json")));
}

#[test]
fn a_line_of_the_log_for_people_has_the_fields_that_are_told() {
    /// The names in front of `=`, and the words without one.
    fn shape(line: &str) -> Vec<&str> {
        let words = line.split_whitespace().skip(1);
        words.map(|word| word.split('=').next().unwrap()).collect()
    }
    let (told, logged) = (example("text"), logged("human"));
    assert_eq!(shape(&told), shape(&logged));
    let fields = read("docs/service.md");
    for field in shape(&told).into_iter().skip(2) {
        assert!(
            fields.contains(&format!("`{field}`")),
            "{field} is not told"
        );
    }
}
