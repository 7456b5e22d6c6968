//! `tickets serve`: what is told when it listens.

use std::ffi::OsStr;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};

use serde::Serialize;
use signal_hook::consts::SIGINT;

use super::args::{LogArg, ServeArgs};
use super::hint::EventFlag;
use super::process::ignores;
use super::screen::Screen;
use crate::office::EventSettings;
use crate::serve::{self, Listen, LogFormat, Settings, Started};
use crate::{BoxOffice, Result, shown};

pub(super) fn serve(file: &Path, arguments: &ServeArgs, screen: &Screen) -> Result<u8> {
    let settings = Settings {
        events: events(file, &arguments.events),
        listen: arguments.listen.clone(),
        public_url: arguments.public_url.clone(),
        tokens: arguments.tokens.clone(),
        session_idle: arguments.session_idle,
        queue: arguments.queue,
        clerks: arguments.clerks,
        per_address: arguments.per_address,
        trust_proxy: arguments.trust_proxy,
        log: match arguments.log {
            LogArg::Human => LogFormat::Human,
            LogArg::Json => LogFormat::Json,
        },
        ignores_interrupt: ignores(SIGINT),
    };
    serve::run(&settings, |started| tell(started, arguments, screen))?;
    Ok(0)
}

fn events(file: &Path, named: &[PathBuf]) -> Vec<PathBuf> {
    match named {
        [] => vec![file.to_path_buf()],
        named => named.to_vec(),
    }
}

fn tell(started: &Started, arguments: &ServeArgs, screen: &Screen) {
    let listening = shown(&started.listening.to_string());
    let place = |prefix: &str| match started.listening {
        Listen::Tcp(_) => format!("{listening}{prefix}/"),
        Listen::Unix(_) => format!("{listening} {prefix}/"),
    };
    let events = started.events.iter().map(|(file, prefix)| EventMember {
        file: file.display().to_string(),
        path: format!("{prefix}/"),
        desk: started.has_desk.then(|| format!("{prefix}/desk")),
    });
    let document = ServeDocument {
        ok: true,
        command: "serve",
        listening: &listening,
        events: events.collect(),
    };
    screen.result(&document, |out| {
        writeln!(out, "listening on {listening}")?;
        for (file, prefix) in &started.events {
            let name = file.file_name().unwrap_or(OsStr::new(""));
            writeln!(
                out,
                "  {}  {}",
                place(prefix),
                shown(&name.to_string_lossy())
            )?;
            if started.has_desk {
                writeln!(out, "  {}desk  its desk", place(prefix))?;
            }
        }
        match started.listening {
            Listen::Tcp(own) if own.ip().is_unspecified() && arguments.public_url.is_none() => {
                writeln!(out, "{}", for_others(own))
            }
            _ => Ok(()),
        }
    });
    // The log has a form of its own.
    if !screen.json && arguments.log == LogArg::Human {
        screen.notes(&without_limits(started, arguments));
    }
}

/// The events that one visitor can buy or hold out, again and again.
fn without_limits(started: &Started, arguments: &ServeArgs) -> Vec<String> {
    if arguments.per_address.is_some() {
        return Vec::new();
    }
    let files = started.events.iter().map(|(file, _)| file);
    let open = files.filter(|file| {
        let settings = BoxOffice::at(file).and_then(|office| office.settings());
        settings.is_ok_and(|settings| settings.is_some_and(|it| holds_without_limit(&it)))
    });
    let told = open.map(|file| {
        let set = EventFlag::named(file.as_os_str()).command("set --max-per-sale 6");
        format!(
            "one visitor can hold all that is left: {set} limits an order, and '--per-address 30/min' \
             how many orders come from an address"
        )
    });
    told.collect()
}

fn holds_without_limit(settings: &EventSettings) -> bool {
    let holds = humantime::parse_duration(&settings.hold).is_ok_and(|time| !time.is_zero());
    // A limit of a buyer goes by the name alone, and a visitor has many.
    holds && settings.max_per_sale.is_none()
}

/// What can be told to people where it listens at all addresses of this machine: none of them goes by that name.
fn for_others(own: SocketAddr) -> String {
    match outward(own.ip()) {
        Some(address) => {
            let address = SocketAddr::new(address, own.port());
            format!("others reach it at http://{address}, where this network lets them")
        }
        None => "others reach it at the address of this machine".to_owned(),
    }
}

/// The address that this machine has for others, as its routes say; nothing is sent. `None`: it has no route.
fn outward(any: IpAddr) -> Option<IpAddr> {
    // Addresses for documents, which are nobody's.
    let somebody = if any.is_ipv4() {
        "192.0.2.1:9"
    } else {
        "[2001:db8::1]:9"
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect(somebody).ok()?;
    let address = socket.local_addr().ok()?.ip();
    Some(address).filter(|it| !it.is_loopback() && !it.is_unspecified())
}

#[derive(Serialize)]
struct ServeDocument<'a> {
    ok: bool,
    command: &'static str,
    listening: &'a str,
    events: Vec<EventMember>,
}

#[derive(Serialize)]
struct EventMember {
    file: String,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    desk: Option<String>,
}
