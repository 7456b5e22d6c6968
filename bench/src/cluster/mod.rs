//! An event on a cluster of three nodes, beside bare transactions of the same cluster and beside PostgreSQL with a synchronous
//! replica: all on this machine's one disk, in turn.

mod bare;
mod clients;
mod evening;
mod gateway;
mod nodes;
mod postgres;
mod sellers;
mod service;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::Args;

use crate::args::{Common, Program, Runs};
use crate::figure_report::FigureReport;
use crate::machine::Machine;
use crate::scratch::Scratch;
use crate::{Result, note};
use nodes::Nodes;
use postgres::Postgres;
use sellers::{MANY, SELLERS, Seller, figures};
use service::{Buying, Service, tickets};

const STOCK: &str = "1000000000";

/// What the command line of `tickets-bench cluster` says.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    runs: Runs,
    #[command(flatten)]
    program: Program,
    /// The peer on PostgreSQL [default: bench/peers/http/target/release/postgres]
    #[arg(long, value_name = "PATH")]
    postgres: Option<PathBuf>,
    /// The peer that makes bare transactions [default: bench/peers/http/target/release/etcd]
    #[arg(long, value_name = "PATH")]
    bare: Option<PathBuf>,
    /// How long each is measured, in seconds [default: 10, with --quick 1]
    #[arg(long, value_name = "S")]
    seconds: Option<u64>,
    /// An evening instead: two services sell 200 tickets to 2,000 buyers while the leader is killed twice
    #[arg(long)]
    evening: bool,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Measures.
pub(crate) fn run(args: &ClusterArgs) -> Result<FigureReport> {
    let program = args.program.find()?;
    let scratch = Scratch::new()?;
    let machine = Machine::look(scratch.path(), &[]);
    if args.evening {
        let figures = evening::hold(&program, &scratch.subdirectory("evening")?)?;
        let about =
            "200 tickets, 2,000 buyers within 80 s, two services over three nodes:".to_owned();
        return Ok(FigureReport::new(machine, figures, false).of(&[], about));
    }
    let time = Duration::from_secs(
        args.seconds
            .unwrap_or(if args.common.quick { 1 } else { 10 }),
    );
    let runs = args.runs.number(args.common.quick);
    let bench = Bench::start(args, program, &scratch, time)?;
    let mut rates = BTreeMap::<usize, Vec<f64>>::new();
    for run in 0..=runs {
        for (at, seller) in SELLERS.into_iter().enumerate() {
            note(&format!("measuring: {}, {run} of {runs}", seller.name()));
            let rate = bench.rate(seller, run)?;
            // The first is to warm up.
            if let Some(rate) = rate.filter(|_| run > 0) {
                rates.entry(at).or_default().push(rate);
            }
        }
    }
    let about = format!(
        "sales a second, for {} s each, three nodes of etcd on this one disk:",
        time.as_secs()
    );
    let report = FigureReport::new(machine, figures(rates)?, args.common.quick);
    Ok(report.of(
        &[("seconds", time.as_secs()), ("connections", MANY as u64)],
        about,
    ))
}

/// All that sells.
struct Bench<'s> {
    program: PathBuf,
    scratch: &'s Scratch,
    time: Duration,
    nodes: Nodes,
    /// PostgreSQL, and the program that sells from it.
    postgres: Option<(Postgres, PathBuf)>,
    /// The program that makes bare transactions.
    bare: Option<PathBuf>,
}

impl<'s> Bench<'s> {
    fn start(
        args: &ClusterArgs,
        program: PathBuf,
        scratch: &'s Scratch,
        time: Duration,
    ) -> Result<Self> {
        let postgres = match peer(args.postgres.as_ref(), "postgres") {
            Some(peer) => Some((Postgres::start(&scratch.subdirectory("postgres")?)?, peer)),
            None => None,
        };
        Ok(Self {
            program,
            scratch,
            time,
            nodes: Nodes::start(&scratch.subdirectory("nodes")?)?,
            postgres,
            bare: peer(args.bare.as_ref(), "etcd"),
        })
    }

    /// Sales a second; `None`: it is not here.
    fn rate(&self, seller: Seller, run: u32) -> Result<Option<f64>> {
        match seller {
            Seller::Bare(lines) => {
                bare::measure(self.nodes.leader()?.1, lines, self.time).map(Some)
            }
            Seller::BareServed(connections) => {
                let Some(peer) = &self.bare else {
                    return Ok(None);
                };
                let mut command = Command::new(peer);
                command.args([&self.nodes.leader()?.1.to_string(), STOCK]);
                let log = self.scratch.path().join("bare.log");
                let service = Service::start(&mut command, &log)?;
                let (bought, seconds) =
                    Buying::start(service.address, connections, self.time)?.end()?;
                Ok(Some(bought / seconds))
            }
            Seller::Served {
                services,
                connections,
            } => self.served(services, connections, run).map(Some),
            Seller::Clients(clients) => {
                let event = self.nodes.address(&format!("clients-{clients}-{run}"))?;
                tickets(&self.program, &event, &["init", STOCK])?;
                let (bought, seconds) = clients::sell(&event, clients, self.time)?;
                self.audited(&event, bought, 0)?;
                Ok(Some(bought / seconds))
            }
            Seller::Postgres {
                connections,
                is_gathered,
            } => {
                let Some((postgres, peer)) = &self.postgres else {
                    return Ok(None);
                };
                let mut command = Command::new(peer);
                command.args([&postgres.connection(), STOCK]);
                command.args(is_gathered.then_some("gathered"));
                let log = self.scratch.path().join("peer.log");
                let service = Service::start(&mut command, &log)?;
                let (bought, seconds) =
                    Buying::start(service.address, connections, self.time)?.end()?;
                let sold = postgres.query("SELECT count(*) FROM sale")?;
                check(&sold, bought, connections)?;
                Ok(Some(bought / seconds))
            }
        }
    }

    fn served(&self, services: usize, connections: usize, run: u32) -> Result<f64> {
        let event = self
            .nodes
            .address(&format!("gala-{services}-{connections}-{run}"))?;
        tickets(&self.program, &event, &["init", STOCK])?;
        let log = |at: usize| self.scratch.path().join(format!("service-{at}.log"));
        let started: Result<Vec<Service>> = (0..services)
            .map(|at| Service::of_event(&self.program, &event, &log(at)))
            .collect();
        let started = started?;
        let each = (connections / services).max(1);
        let loads = started
            .iter()
            .map(|service| Buying::start(service.address, each, self.time));
        let loads: Result<Vec<Buying>> = loads.collect();
        let mut all = (0.0, 0.0);
        for load in loads? {
            let (bought, seconds) = load.end()?;
            all = (all.0 + bought, f64::max(all.1, seconds));
        }
        drop(started);
        self.audited(&event, all.0, connections)?;
        Ok(all.0 / all.1)
    }

    /// The event adds up, and to what was answered.
    fn audited(&self, event: &str, bought: f64, connections: usize) -> Result<()> {
        let audit = tickets(&self.program, event, &["audit"])?;
        let sold = audit.get("sold").map(ToString::to_string);
        check(&sold.unwrap_or_default(), bought, connections)
    }
}

/// The peer of this name, where it was built.
fn peer(told: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
    let own = || {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers/http/target/release")
            .join(name)
    };
    let peer = told.cloned().unwrap_or_else(own);
    if peer.is_file() {
        return Some(peer);
    }
    note(&format!(
        "skipped: what the peer '{name}' makes, for there is no {}; bench/README.md says how to build it",
        peer.display()
    ));
    None
}

/// What is in the store must be what was answered, and at most one more for each connection, which left without its last answer.
fn check(sold: &str, bought: f64, connections: usize) -> Result<()> {
    let sold: f64 = sold
        .trim()
        .parse()
        .map_err(|_| format!("{sold:?} were sold"))?;
    if (bought..=bought + connections as f64).contains(&sold) {
        return Ok(());
    }
    Err(format!("{sold} were sold, and {bought} answered"))
}
