//! The box office on the network: a thread for each client, an event file for all.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder};
use std::time::Duration;

use tickets::{BoxOffice, Kind};

/// The longest line, in bytes, its end included.
const LONGEST: u64 = 512;
/// Who says nothing for so long is sent away.
const IDLE: Duration = Duration::from_secs(60);

/// Serves until `closing` is true when the next client comes; then until the last one has gone.
pub(crate) fn serve(listener: &TcpListener, file: &Path, closing: &AtomicBool) {
    thread::scope(|scope| {
        for client in listener.incoming() {
            if closing.load(Ordering::Relaxed) {
                break;
            }
            let Ok(client) = client else {
                // It has gone already, or there are too many: the next may have better luck.
                thread::sleep(Duration::from_millis(10));
                continue;
            };
            // A client that vanishes is the end of its own thread, and of nothing else. One for
            // whom there is no thread is sent away.
            let _ = Builder::new().spawn_scoped(scope, move || {
                let _ = talk_to(&client, file);
            });
        }
    });
}

/// A line in, a line out.
fn talk_to(client: &TcpStream, file: &Path) -> io::Result<()> {
    client.set_read_timeout(Some(IDLE))?;
    let mut office = BoxOffice::at(file).map_err(io::Error::other)?;
    let mut lines = BufReader::new(client);
    loop {
        let mut line = Vec::new();
        lines.by_ref().take(LONGEST).read_until(b'\n', &mut line)?;
        let answer = match (line.strip_suffix(b"\n"), line.len() as u64) {
            (Some(whole), _) => answer(whole, &mut office),
            (None, LONGEST) => format!("ERROR at most {LONGEST} bytes a line"),
            // It has gone. What it has said of a line is no command.
            (None, _) => return Ok(()),
        };
        let mut client = client;
        client.write_all(format!("{answer}\n").as_bytes())?;
        if !line.ends_with(b"\n") {
            return Ok(());
        }
    }
}

fn answer(line: &[u8], office: &mut BoxOffice) -> String {
    let Ok(line) = str::from_utf8(line) else {
        return "ERROR this is not UTF-8".into();
    };
    match line.trim_end().split_once(' ') {
        Some(("UPPER", text)) => text.to_uppercase(),
        // Each thread has the event open for itself, and the file lock keeps them apart, as it
        // does processes.
        Some(("BUY", name)) => match office.book(name, 1) {
            Ok(sale) => format!("SOLD {}, {} left", sale.id, sale.left),
            Err(error) if matches!(error.kind(), Kind::SoldOut { .. }) => "NONE LEFT".into(),
            Err(error) => format!("ERROR {error}"),
        },
        _ => "ERROR say UPPER text or BUY name".into(),
    }
}
