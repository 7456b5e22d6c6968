//! `tcp_box_office`: its own clients, and worse ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};

use super::{below, program, run};
use crate::harness::{TestEvent, eventually};

#[test]
fn its_clients_hear_what_they_must() {
    let output = run("tcp_box_office", &[]);
    assert!(output.contains("\n  alice: UPPER hello -> HELLO\n"));
    let lines = below(&output, "half a line holds up nobody, and sells nothing");
    assert_eq!(lines[0], "bob: BUY b");
    // Bob's half line has sold nothing when Carol buys: she gets the second of 20 tickets.
    assert!(lines[1].ends_with(", 18 left"), "{output}");
    assert!(lines[2].starts_with("bob: ob -> SOLD"), "{output}");
    let lines = below(&output, "40 clients at once");
    let heard = "16 of them have a ticket, 24 have heard NONE LEFT";
    assert_eq!(lines, [heard]);
    let lines = below(&output, "closed: 20 sold, 0 left");
    let gone = [
        "dan is on the ledger 0 times",
        "erin is on the ledger 1 times",
    ];
    assert_eq!(lines, gone);
}

/// The server by itself; killed at the end.
struct Server {
    process: Child,
    address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn serve(event: &TestEvent) -> Server {
    let mut process = Command::new(program("tcp_box_office"))
        .args(["serve", "127.0.0.1:0", event.file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.split([' ', ';']).nth(2).unwrap().to_owned();
    Server { process, address }
}

impl Server {
    /// All that it answers to these bytes and the end.
    fn says(&self, bytes: &[u8]) -> String {
        let mut client = TcpStream::connect(&self.address).unwrap();
        client.write_all(bytes).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut answers = String::new();
        client.read_to_string(&mut answers).unwrap();
        answers
    }
}

#[test]
fn no_client_stops_the_server() {
    let event = TestEvent::stock(3);
    let server = serve(&event);
    let unknown = "ERROR say UPPER text or BUY name\n";
    assert_eq!(server.says(b""), "");
    assert_eq!(server.says(b"\n\n"), unknown.repeat(2));
    assert_eq!(server.says(b"BUY\n"), unknown);
    assert_eq!(server.says(b"BUY half"), "");
    assert_eq!(server.says(b"BUY \xff\n"), "ERROR this is not UTF-8\n");
    assert!(
        server
            .says(&[b'x'; 512])
            .starts_with("ERROR at most 512 bytes")
    );
    let long = format!("BUY {}\n", "x".repeat(300));
    assert!(
        server
            .says(long.as_bytes())
            .starts_with("ERROR a buyer's name has")
    );
    assert_eq!(server.says(b"UPPER stra\xc3\x9fe\r\n"), "STRASSE\n");

    let (mut slow, half) = (TcpStream::connect(&server.address).unwrap(), b"BUY sl");
    slow.write_all(half).unwrap();
    assert!(server.says(b"BUY ann\nBUY bea\n").contains(", 1 left\n"));
    // Somebody who resets the connection instead of closing it, with the answer unread.
    let mut rude = TcpStream::connect(&server.address).unwrap();
    rude.write_all(b"UPPER a\nUPPER b\n").unwrap();
    rude.peek(&mut [0]).unwrap();
    drop(rude);
    slow.write_all(b"ow\n").unwrap();
    let mut answer = String::new();
    BufReader::new(&slow).read_line(&mut answer).unwrap();
    assert!(answer.starts_with("SOLD"), "{answer}");
    assert_eq!(server.says(b"BUY late\n"), "NONE LEFT\n");
    eventually("three sales", || (event.sales().len() == 3).then_some(()));
    event.assert_adds_up();
}
