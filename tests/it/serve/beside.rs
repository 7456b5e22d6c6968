//! Commands beside the service, on the same files.

use std::thread;

use super::client::Server;
use crate::harness::TestEvent;

#[test]
fn eight_commands_and_eight_clients_sell_exactly_what_there_is() {
    let event = TestEvent::stock(10);
    let server = Server::start(&event, "");
    let (commands, clients) = thread::scope(|scope| {
        let server = &server;
        let clients: Vec<_> = (0..8)
            .map(|at| scope.spawn(move || server.sell(&format!("w{at}"), "web", 1).status))
            .collect();
        let lines = (0..8).map(|at| format!("book cli --key c{at}"));
        let commands = event.at_once(lines);
        let clients: Vec<u16> = clients.into_iter().map(|it| it.join().unwrap()).collect();
        (commands, clients)
    });
    assert!(
        commands.iter().all(|(code, _)| [0, 3].contains(code)),
        "{commands:?}"
    );
    assert!(
        clients.iter().all(|status| [201, 409].contains(status)),
        "{clients:?}"
    );
    let sold = commands.iter().filter(|(code, _)| *code == 0).count()
        + clients.iter().filter(|status| **status == 201).count();
    assert_eq!((sold, event.sales().len()), (10, 10));
    assert_eq!(server.get("/api/v1/event").is(200)["left"], 0);
    event.assert_adds_up();
}
