//! Where it listens: a socket with a name, a socket of the service manager; and what that one is told.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::client::{Answer, Server, bearer, command, exchange, through_shell};
use crate::harness::{TestEvent, eventually};

const EVENT: &[u8] = b"GET /api/v1/event HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
const METRICS: &[u8] = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

fn ask(path: &Path, request: &[u8]) -> Answer {
    exchange(UnixStream::connect(path).unwrap(), request)
}

fn at(event: &TestEvent) -> Command {
    let path = event.path("socket");
    command(event, &format!("--listen unix:{}", path.display()))
}

#[test]
fn a_socket_with_a_name_is_for_its_owner_and_group_and_goes_with_the_service() {
    let event = TestEvent::stock(3);
    let server = Server::run(&event, at(&event));
    let path = event.path("socket");
    assert_eq!(server.address, format!("unix:{}", path.display()));
    let found = fs::metadata(&path).unwrap();
    assert_eq!(found.mode() & 0o777, 0o660);
    ask(&path, EVENT).is(200);
    // Another one is refused, and does no harm.
    let second = at(&event).output().unwrap();
    assert_eq!(second.status.code(), Some(4), "{second:?}");
    let told = String::from_utf8_lossy(&second.stdout);
    assert!(told.contains("another service listens"), "{second:?}");
    assert_eq!(fs::metadata(&path).unwrap().ino(), found.ino());
    ask(&path, EVENT).is(200);
    server.terminate();
    assert_eq!(server.ended().0, Some(0));
    assert!(!path.exists());
}

#[test]
fn a_port_that_is_taken_leads_to_another() {
    let event = TestEvent::stock(3);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let mut command = command(&event, &format!("--listen {address}"));
    let run = command.output().unwrap();
    let told = String::from_utf8_lossy(&run.stdout);
    assert_eq!(run.status.code(), Some(1), "{run:?}");
    assert!(
        told.contains("another program listens there") && told.contains("--listen 127.0.0.1:808"),
        "{run:?}"
    );
}

#[test]
fn a_socket_that_nobody_answers_is_replaced_and_what_is_no_socket_is_not() {
    let event = TestEvent::stock(3);
    let path = event.path("socket");
    drop(UnixListener::bind(&path).unwrap());
    let server = Server::run(&event, at(&event));
    ask(&path, EVENT).is(200);
    drop(server);
    // Killed, it has left its socket.
    assert!(fs::metadata(&path).unwrap().file_type().is_socket());
    drop(Server::run(&event, at(&event)));
    fs::remove_file(&path).unwrap();
    // Somebody else's, who knows nothing of our lock.
    let theirs = UnixListener::bind(&path).unwrap();
    assert_eq!(at(&event).output().unwrap().status.code(), Some(4));
    drop(theirs);
    fs::remove_file(&path).unwrap();
    fs::write(&path, "a file").unwrap();
    assert_eq!(at(&event).output().unwrap().status.code(), Some(4));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
}

#[test]
fn of_several_that_start_at_once_on_a_socket_that_nobody_answers_one_listens() {
    for _ in 0..5 {
        let event = TestEvent::stock(3);
        let path = event.path("socket");
        drop(UnixListener::bind(&path).unwrap());
        let mut children: Vec<Child> = (0..6)
            .map(|_| {
                let mut command = at(&event);
                command.stdout(Stdio::null()).stderr(Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        // All but one have ended by themselves.
        eventually("one is left", || {
            let left = children.iter_mut().filter_map(|child| {
                let ended = child.try_wait().unwrap();
                assert!(ended.is_none_or(|status| status.code() == Some(4)));
                ended.is_none().then_some(())
            });
            (left.count() == 1).then_some(())
        });
        eventually("it answers", || {
            let stream = UnixStream::connect(&path).ok()?;
            (exchange(stream, EVENT).status == 200).then_some(())
        });
        for mut child in children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_unix_peer_is_no_direct_one_for_metrics() {
    let event = TestEvent::stock(3);
    let _server = Server::run(&event, at(&event));
    ask(&event.path("socket"), METRICS).is_problem(401, "unauthorized");
}

/// With this socket as the first one of the service manager.
fn activated(event: &TestEvent, socket: OwnedFd, others: &str) -> Command {
    let plain = command(event, "--listen 127.0.0.1:1");
    let first = format!("exec 3<&0 {others} </dev/null; export LISTEN_PID=$$");
    let mut shell = through_shell(&first, &plain);
    shell.stdin(Stdio::from(socket)).env("LISTEN_FDS", "1");
    shell
}

#[test]
fn sockets_of_the_service_manager_are_served() {
    let event = TestEvent::stock(3);
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = tcp.local_addr().unwrap().to_string();
    let server = Server::run(&event, activated(&event, tcp.into(), ""));
    assert_eq!(server.address, address);
    server.sell("a", "bob", 1).is(201);
    drop(server);
    let path = event.path("manager");
    let unix = UnixListener::bind(&path).unwrap();
    let server = Server::run(&event, activated(&event, unix.into(), ""));
    ask(&path, EVENT).is(200);
    server.terminate();
    assert_eq!(server.ended().0, Some(0));
    // Its file is the manager's.
    assert!(path.exists());
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut two = activated(&event, tcp.into(), "4<&0");
    let refused = two.env("LISTEN_FDS", "2").output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}

#[test]
fn the_service_manager_is_told_the_beginning_and_the_end() {
    let event = TestEvent::stock(3);
    let path = event.path("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    let mut command = command(&event, "--listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", &path);
    let server = Server::run(&event, command);
    let told = || {
        let mut bytes = [0; 256];
        let length = manager.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    assert!(told().contains("READY=1"));
    server.terminate();
    assert!(told().contains("STOPPING=1"));
    assert_eq!(server.ended().0, Some(0));
}

#[test]
fn tokens_that_the_service_manager_hands_over_may_have_a_mask_and_others_may_not_read_them() {
    let event = TestEvent::stock(3);
    let with = |mode: u32| {
        let command = command(&event, "--listen 127.0.0.1:0");
        fs::set_permissions(event.path("tokens"), fs::Permissions::from_mode(mode)).unwrap();
        command
    };
    let mut handed = with(0o440);
    handed.env("CREDENTIALS_DIRECTORY", event.directory());
    let server = Server::run(&event, handed);
    server.call("GET /api/v1/sales", &[&bearer()], "").is(200);
    drop(server);
    for (mode, directory) in [(0o444, event.directory()), (0o440, Path::new("/elsewhere"))] {
        let mut refused = with(mode);
        refused.env("CREDENTIALS_DIRECTORY", directory);
        let refused = refused.output().unwrap();
        assert_eq!(refused.status.code(), Some(4), "{mode:o} {refused:?}");
    }
}

#[test]
fn a_manager_that_does_not_answer_keeps_nobody_from_buying() {
    let event = TestEvent::stock(3);
    let mut command = command(&event, "--listen 127.0.0.1:0");
    command.env("NOTIFY_SOCKET", event.path("nobody"));
    let server = Server::run(&event, command);
    server.sell("a", "bob", 1).is(201);
}
