//! Clusters that want to know who asks: by certificates, by a password.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::nodes::Nodes;
use crate::harness::{TICKETS, TestEvent};

/// Certificates of an authority, of the nodes and of a client, made by openssl; and an authority that signed none.
fn make_certificates(directory: &Path) -> bool {
    let extensions =
        "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth,clientAuth\n";
    fs::write(directory.join("extensions"), extensions).unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    let mut lines = Vec::new();
    for authority in ["ca", "other-ca"] {
        lines.push(format!(
            "req -x509 {key} -days 2 -subj /CN={authority} -keyout {authority}-key.pem -out {authority}.pem"
        ));
    }
    for name in ["node", "client"] {
        lines.push(format!(
            "req {key} -subj /CN={name} -keyout {name}-key.pem -out {name}.csr"
        ));
        lines.push(format!(
            "x509 -req -in {name}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 2 -extfile extensions -out {name}.pem"
        ));
    }
    lines.iter().all(|line| {
        let made = Command::new("openssl")
            .current_dir(directory)
            .args(line.split(' '))
            .output();
        made.is_ok_and(|made| made.status.success())
    })
}

/// What the program says with these variables, as JSON.
fn told(address: &str, variables: &[(&str, &str)], line: &str) -> (i32, Value) {
    let Output { status, stdout, .. } = Command::new(TICKETS)
        .args(["-f", address, "--json"])
        .args(line.split(' '))
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let document = serde_json::from_slice(&stdout).unwrap_or_default();
    (status.code().unwrap(), document)
}

#[track_caller]
fn assert_fails(address: &str, variables: &[(&str, &str)], part: &str) {
    let (code, document) = told(address, variables, "book eve --wait 2s");
    let error = &document["error"];
    assert_eq!((code, &error["code"]), (1, &"io".into()), "{document:#}");
    let said = format!("{} {}", error["message"], error["hint"]);
    assert!(said.contains(part), "{part}: {document:#}");
}

#[test]
fn a_program_without_tls_says_how_one_is_built_that_has_it() {
    if cfg!(feature = "etcd-tls") {
        return;
    }
    let (code, document) = told("etcds://127.0.0.1:1/gala", &[], "query");
    assert_eq!(code, 2, "{document:#}");
    assert!(
        document.to_string().contains("--features etcd-tls"),
        "{document:#}"
    );
}

#[test]
fn through_tls_with_certificates_and_not_without_them() {
    if cfg!(not(feature = "etcd-tls")) {
        eprintln!("skipped: built without TLS to a cluster (--features etcd-tls)");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    if !make_certificates(directory.path()) {
        eprintln!("skipped: no openssl here that makes certificates");
        return;
    }
    let Some(nodes) = Nodes::start_with(Some(directory.path())) else {
        return;
    };
    let file = |name: &str| directory.path().join(name).display().to_string();
    let (ca, certificate, key) = (file("ca.pem"), file("client.pem"), file("client-key.pem"));
    let bare = format!("etcds://{}/gala", nodes.endpoints());
    let own = format!("cert={certificate}&key={key}");
    let event = TestEvent::empty().at(format!("{bare}?cacert={ca}&{own}").into());
    assert_eq!(event.json("init 9").0, 0);
    event.booked("ann");
    assert_eq!(event.json("buy --users 4 --lock=exclusive --force").0, 0);
    assert_eq!(event.json("audit").1["sold"], 5);

    let variables = [
        ("ETCDCTL_CACERT", ca.as_str()),
        ("ETCDCTL_CERT", certificate.as_str()),
        ("ETCDCTL_KEY", key.as_str()),
    ];
    assert_eq!(told(&bare, &variables, "query").1["left"], 4);

    // An alert of the server, or the end of the connection that went before it: each time one of them.
    for _ in 0..20 {
        assert_fails(&bare, &variables[..1], "a certificate of the client");
    }
    let other = file("other-ca.pem");
    let stranger = [
        ("ETCDCTL_CACERT", other.as_str()),
        variables[1],
        variables[2],
    ];
    assert_fails(&bare, &stranger, "ETCDCTL_CACERT");
    assert_fails(&bare, &variables[1..], "ETCDCTL_CACERT");
    let plain = format!("etcd://{}/gala", nodes.endpoints());
    assert_fails(&plain, &[], "begins with etcds://");
    assert_eq!(event.json("query").1["left"], 4, "eve bought nothing");
    for odd in [
        "cert=/nowhere.pem&key=/nowhere.pem",
        &format!("cacert={key}"),
    ] {
        let (code, document) = told(&format!("{bare}?{odd}"), &[], "query");
        assert!([1, 2].contains(&code), "{odd}: {document:#}");
    }
}

#[test]
fn a_user_with_a_password_changes_what_its_role_allows() {
    let Some(nodes) = Nodes::start() else { return };
    let root = "--user=root:secret";
    for line in [
        "user add root:secret",
        "user grant-role root root",
        "user add ann:word",
        "role add gala",
        "role grant-permission --prefix gala readwrite gala/",
        "user grant-role ann gala",
        "auth enable",
    ] {
        nodes.told(&line.split(' ').collect::<Vec<_>>());
    }
    let address = format!("etcd://{}/gala", nodes.endpoints());
    let ann = [("ETCDCTL_USER", "ann"), ("ETCDCTL_PASSWORD", "word")];
    assert_eq!(told(&address, &ann, "init 9").0, 0);
    assert_eq!(told(&address, &ann, "book bob").0, 0);
    let rush = "buy --users 3 --lock=exclusive --force";
    assert_eq!(told(&address, &ann, rush).0, 0);
    let named = address.replace("etcd://", "etcd://ann@");
    assert_eq!(told(&named, &ann[1..], "audit").1["sold"], 4);

    assert_fails(&address, &[], "ETCDCTL_USER");
    let wrong = [("ETCDCTL_USER", "ann"), ("ETCDCTL_PASSWORD", "wrong")];
    assert_fails(&address, &wrong, "ETCDCTL_PASSWORD");
    let elsewhere = address.replace("/gala", "/ball");
    let (code, document) = told(&elsewhere, &ann, "init 9");
    assert_eq!(code, 1, "{document:#}");
    let hint = document["error"]["hint"].as_str().unwrap();
    assert!(hint.contains("grant-permission"), "{hint}");
    nodes.told(&[root, "auth", "disable"]);
    let known = [("ETCDCTL_USER", "ann"), ("ETCDCTL_PASSWORD", "word")];
    let (code, document) = told(&address, &known, "query");
    assert!(
        code == 0
            || document["error"]["hint"]
                .to_string()
                .contains("leave the user out"),
        "{document:#}"
    );
}
