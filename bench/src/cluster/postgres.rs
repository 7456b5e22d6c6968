//! PostgreSQL with a synchronous replica, on the same disk.

use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::Result;

/// A primary and its replica. Dropped, both are stopped.
pub(super) struct Postgres {
    programs: PathBuf,
    place: PathBuf,
    /// The names of those that run.
    running: Vec<&'static str>,
}

const PRIMARY: &str = "primary";
const REPLICA: &str = "replica";

impl Postgres {
    /// Starts them in this directory, which is empty.
    pub(super) fn start(place: &Path) -> Result<Self> {
        let mut postgres = Self {
            programs: programs()?,
            place: place.to_owned(),
            running: Vec::new(),
        };
        if is_root() {
            let problem = |error: std::io::Error| format!("{}: {error}", place.display());
            let (user, group) = (id("-u")?, id("-g")?);
            chown(place, Some(user), Some(group)).map_err(problem)?;
            std::fs::set_permissions(place, PermissionsExt::from_mode(0o700)).map_err(problem)?;
        }
        let primary = place.join(PRIMARY).display().to_string();
        let replica = place.join(REPLICA).display().to_string();
        postgres.run(
            "initdb",
            &[
                "-D",
                &primary,
                "-A",
                "trust",
                "-U",
                "postgres",
                "--no-instructions",
            ],
        )?;
        postgres.control(PRIMARY, "-c max_wal_senders=4")?;
        postgres.run(
            "pg_basebackup",
            &[
                "-h",
                &postgres.socket(PRIMARY),
                "-U",
                "postgres",
                "-D",
                &replica,
                "-R",
                "-X",
                "stream",
            ],
        )?;
        postgres.control(REPLICA, "")?;
        // A commit is answered when the replica has it on its disk, too.
        for setting in ["synchronous_standby_names = '*'", "synchronous_commit = on"] {
            let statement = format!("ALTER SYSTEM SET {setting}");
            postgres.query(&statement)?;
        }
        postgres.query("SELECT pg_reload_conf()")?;
        for _ in 0..500 {
            if postgres
                .query("SELECT sync_state FROM pg_stat_replication")?
                .trim()
                == "sync"
            {
                return Ok(postgres);
            }
            std::thread::park_timeout(std::time::Duration::from_millis(20));
        }
        Err("PostgreSQL's replica is not synchronous".to_owned())
    }

    /// By which the primary is spoken to.
    pub(super) fn connection(&self) -> String {
        format!("host={} user=postgres", self.socket(PRIMARY))
    }

    fn socket(&self, name: &str) -> String {
        self.place
            .join(format!("{name}-socket"))
            .display()
            .to_string()
    }

    fn control(&mut self, name: &'static str, more: &str) -> Result<()> {
        let socket = self.socket(name);
        self.command("mkdir", &[&socket])?;
        let options = format!(
            "-c listen_addresses= -c unix_socket_directories={socket} -c shared_buffers=512MB {more}"
        );
        let (data, log) = (
            self.place.join(name),
            self.place.join(format!("{name}.log")),
        );
        let (data, log) = (data.display().to_string(), log.display().to_string());
        self.run(
            "pg_ctl",
            &["-D", &data, "-l", &log, "-o", &options, "-w", "start"],
        )?;
        self.running.push(name);
        Ok(())
    }

    /// What the primary answers.
    pub(super) fn query(&self, statement: &str) -> Result<String> {
        self.run(
            "psql",
            &[
                "-h",
                &self.socket(PRIMARY),
                "-U",
                "postgres",
                "-Atc",
                statement,
            ],
        )
    }

    fn run(&self, program: &str, words: &[&str]) -> Result<String> {
        let program = self.programs.join(program).display().to_string();
        self.command(&program, words)
    }

    /// As the user of the system's PostgreSQL: root may not run one.
    fn command(&self, program: &str, words: &[&str]) -> Result<String> {
        let user: &[&str] = if is_root() {
            &["runuser", "-u", "postgres", "--"]
        } else {
            &[]
        };
        let line: Vec<&str> = user
            .iter()
            .chain(&[program])
            .chain(words)
            .copied()
            .collect();
        let (first, rest) = line.split_first().ok_or("no program")?;
        // What it starts keeps its output open: a file does not end with it.
        let output = Command::new(first)
            .args(rest)
            .current_dir(&self.place)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .stdout(if words.contains(&"start") {
                Stdio::null()
            } else {
                Stdio::piped()
            })
            .output()
            .map_err(|error| format!("{program}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{program} {}: {}", words.join(" "), output.status));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        for name in std::mem::take(&mut self.running) {
            let data = self.place.join(name).display().to_string();
            let _ = self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
        }
    }
}

/// Where the system has its programs.
fn programs() -> Result<PathBuf> {
    let found = std::fs::read_dir("/usr/lib/postgresql").ok();
    let found = found.and_then(|all| all.flatten().map(|entry| entry.path().join("bin")).max());
    found.ok_or_else(|| "no PostgreSQL: 'apt-get install postgresql' has it".to_owned())
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// A number of the user of the system's PostgreSQL.
fn id(which: &str) -> Result<u32> {
    let output = Command::new("id").args([which, "postgres"]).output();
    let output = output.map_err(|error| format!("id: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    text.parse()
        .map_err(|_| "there is no user postgres".to_owned())
}
