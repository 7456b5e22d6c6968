//! `docs/service.md` tells of each request of the API what its description tells, and its lines of `curl` do what they say.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::client::{Server, TOKEN};
use crate::harness::TestEvent;

/// What is told of a request. A name with `true` must be sent.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    members: BTreeMap<String, bool>,
    headers: BTreeMap<String, bool>,
    right: Right,
    answers: BTreeSet<u16>,
}

/// Who may.
#[derive(Debug, PartialEq, Eq)]
enum Right {
    Anybody,
    /// A token is one way, and another one is told.
    KeyOrToken,
    Token,
}

fn document() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/service.md");
    fs::read_to_string(path).unwrap()
}

/// The requests of the table, as in `GET /api/v1/event`.
fn told() -> BTreeMap<String, Request> {
    let document = document();
    let rows = document.lines().filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let request = cells[0].strip_prefix('`')?.strip_suffix('`')?;
        let is_request = request.contains(" /api/");
        is_request.then(|| (request.to_owned(), Request::of_row(&cells)))
    });
    rows.collect()
}

impl Request {
    fn of_row(cells: &[&str]) -> Self {
        let [_, members, headers, right, answers] = cells[..] else {
            panic!("not five cells: {cells:?}");
        };
        let numbers = answers.split(|c: char| !c.is_ascii_digit());
        let statuses = numbers.filter(|it| it.len() == 3 && it.starts_with(['2', '3']));
        Self {
            members: names(members),
            headers: names(headers),
            right: match right {
                "a token" => Right::Token,
                "anybody" => Right::Anybody,
                _ => Right::KeyOrToken,
            },
            answers: statuses.map(|it| it.parse().unwrap()).collect(),
        }
    }

    fn described(document: &Value, operation: &Value) -> Self {
        let parameters = operation["parameters"].as_array().into_iter().flatten();
        let sent = |place: &'static str| {
            let here = parameters.clone().filter(move |it| it["in"] == place);
            here.map(|it| (text(&it["name"]), it["required"] == true))
        };
        let mut members: BTreeMap<String, bool> = sent("query").collect();
        members.extend(body_members(document, operation));
        let answers = operation["responses"].as_object().unwrap().keys();
        let answers = answers.map(|status| status.parse().unwrap());
        let rights = operation["security"].as_array();
        Self {
            members,
            headers: sent("header").collect(),
            right: match rights.map(Vec::as_slice) {
                None => Right::Anybody,
                Some([_]) => Right::Token,
                Some(_) => Right::KeyOrToken,
            },
            answers: answers.filter(|status| *status < 400).collect(),
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Each name in backticks; a `?` behind it says that it may be left out.
fn names(cell: &str) -> BTreeMap<String, bool> {
    let mut parts = cell.split('`').peekable();
    let mut names = BTreeMap::new();
    while let Some(_before) = parts.next() {
        let Some(name) = parts.next() else { break };
        let is_optional = parts.peek().is_some_and(|rest| rest.starts_with('?'));
        names.insert(name.to_owned(), !is_optional);
    }
    names
}

/// The members of the body, where there is one.
fn body_members(document: &Value, operation: &Value) -> BTreeMap<String, bool> {
    let schema = operation["requestBody"]["content"]["application/json"]["schema"].to_string();
    let Some((_, reference)) = schema.split_once("#/components/schemas/") else {
        return BTreeMap::new();
    };
    let name = reference.split('"').next().unwrap();
    let schema = &document["components"]["schemas"][name];
    let required: Vec<&Value> = schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    let members = schema["properties"].as_object().unwrap().keys();
    members
        .map(|name| (name.clone(), required.iter().any(|it| *it == name)))
        .collect()
}

#[test]
fn the_table_has_each_request_with_what_it_takes_and_answers() {
    let event = TestEvent::stock(3);
    let server = Server::start(&event, "");
    let document = server.get("/api/v1/openapi.json").is(200);
    let mut described = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let request = format!("{} {path}", method.to_uppercase());
            described.insert(request, Request::described(&document, operation));
        }
    }
    // The description does not describe itself.
    let own = Request {
        members: BTreeMap::new(),
        headers: BTreeMap::new(),
        right: Right::Anybody,
        answers: BTreeSet::from([200]),
    };
    described.insert("GET /api/v1/openapi.json".to_owned(), own);
    let told = told();
    for (request, described) in &described {
        assert_eq!(told.get(request), Some(described), "{request}");
    }
    let unknown: Vec<_> = told
        .keys()
        .filter(|it| !described.contains_key(*it))
        .collect();
    assert!(unknown.is_empty(), "the API has no {unknown:?}");
}

/// The blocks of shell commands in which this stands.
fn blocks(with: &str) -> Vec<String> {
    let document = document();
    let blocks = document.split("```sh\n").skip(1);
    let blocks = blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned()));
    blocks.filter(|block| block.contains(with)).collect()
}

/// Runs it in the event's directory; what it prints, a line of JSON each.
#[track_caller]
fn run(event: &TestEvent, script: &str) -> Vec<Value> {
    let mut shell = Command::new("sh");
    shell
        .args(["-e", "-c", script])
        .current_dir(event.directory());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{script}: {output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let documents = serde_json::Deserializer::from_str(&printed).into_iter();
    documents
        .map(|it| it.unwrap_or_else(|error| panic!("{error}: {printed}")))
        .collect()
}

#[test]
fn its_lines_of_curl_buy_without_a_token_and_manage_with_one() {
    if Command::new("curl").arg("--version").output().is_err() {
        return eprintln!("skipped: no curl here");
    }
    let event = TestEvent::stock(30);
    let server = Server::start(&event, "");
    let mut scripts = blocks("curl ");
    assert_eq!(scripts.len(), 2, "{scripts:#?}");
    for script in &mut scripts {
        *script = script.replace("127.0.0.1:8080", &server.address);
        *script = script.replace("curl ", "curl --silent --show-error --fail ");
    }
    let [buying, managing] = &scripts[..] else {
        unreachable!()
    };
    for replayed in [false, true] {
        let sold = run(&event, buying);
        assert_eq!(
            (&sold[0]["left"], &sold[0]["replayed"]),
            (&28.into(), &replayed.into())
        );
    }
    let tokens = event.path("tokens.txt");
    fs::write(tokens, format!("carol {TOKEN}\n")).unwrap();
    let answers = run(&event, managing);
    assert_eq!(answers[0]["sales"][0]["quantity"], 2, "{answers:#?}");
    assert_eq!(answers[1]["left"], 33, "{answers:#?}");
    event.assert_adds_up();
}

#[test]
fn its_file_of_tokens_is_one_that_the_service_takes() {
    let event = TestEvent::stock(3);
    let [script] = &blocks("chmod 600")[..] else {
        panic!("not one block makes the file of tokens");
    };
    let makes: Vec<&str> = script
        .lines()
        .filter(|line| !line.starts_with("tickets "))
        .collect();
    run(&event, &makes.join("\n"));
    let text = fs::read_to_string(event.path("tokens.txt")).unwrap();
    let (name, token) = text.trim_end().split_once(' ').unwrap();
    assert_eq!((name, token.len()), ("carol", 32), "{text}");
    let mut command = event.command(["--json", "serve", "--listen", "127.0.0.1:0"]);
    command.arg("--tokens").arg(event.path("tokens.txt"));
    let server = Server::run(&event, command);
    let right = format!("Authorization: Bearer {token}");
    server.call("GET /api/v1/sales", &[&right], "").is(200);
    server.get("/api/v1/sales").is_problem(401, "unauthorized");
}
