//! Links the program statically, where that is proven to work.
//!
//! A rush forks thousands of processes of this program, and every command is a process of its own: a
//! program without shared libraries has fewer mappings to copy, to fault in and to tear down
//! (docs/design.md, "What a process costs"). Cargo can set `crt-static` for a whole build only, which
//! procedural macros do not survive, so this asks the linker itself.
//!
//! `std` names the libraries `c` and `gcc_s`; a linker looks for them as `libc.so` and
//! `libgcc_s.so` in the directories it is given, and takes a script for a library. Ours stand in
//! `OUT_DIR` and point at the static archives.
//!
//! Without the feature `cli` there is no program to link, and nothing is tried.
//!
//! Nothing is assumed: a probe program is linked in exactly this way and run. Where anything fails,
//! or `TICKETS_LINK=dynamic` is set, the program is linked as always, and is only slower to start.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Threads, time, a child process, libm, standard output, a caught panic and the name of a host: what breaks first in
/// a bad static link.
const PROBE: &str = r#"
use std::net::ToSocketAddrs as _;
fn main() {
    let caught = std::panic::catch_unwind(|| std::thread::spawn(|| 40 + 2).join().unwrap());
    std::thread::sleep(std::time::Duration::from_nanos(1));
    let one = std::env::args().count() as f64;
    let grown = (one.exp() + one.powf(1.5) + one.sin()).round();
    if one < 2.0 {
        let child = std::process::Command::new("/proc/self/exe").arg("child").status();
        assert!(child.is_ok_and(|status| status.success()));
    }
    // Of every system's own table of hosts: what answers for other names may not be reached while this is built.
    let host = ("localhost", 1).to_socket_addrs().is_ok_and(|mut all| all.next().is_some());
    println!("probe {} {grown} {host}", caught.unwrap_or(0));
}
"#;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=TICKETS_LINK");
    let Some(arguments) = static_link() else {
        return;
    };
    for argument in arguments {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}

/// The linker's arguments, if they are proven to work.
fn static_link() -> Option<Vec<String>> {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let tested =
        variable("TARGET") == "x86_64-unknown-linux-gnu" && variable("HOST") == variable("TARGET");
    let program = env::var_os("CARGO_FEATURE_CLI").is_some();
    if !tested
        || !program
        || variable("TICKETS_LINK") == "dynamic"
        || variable("CARGO_CFG_TARGET_FEATURE").contains("crt-static")
    {
        return None;
    }
    let out = PathBuf::from(env::var_os("OUT_DIR")?);
    let scripts = out.join("static-link");
    fs::create_dir_all(&scripts).ok()?;
    // Every library that std may name: one shared library among them would need the loader.
    for library in ["c", "m", "rt", "pthread", "util", "dl"] {
        let script = format!("GROUP(lib{library}.a)\n");
        fs::write(scripts.join(format!("lib{library}.so")), script).ok()?;
    }
    fs::write(scripts.join("libgcc_s.so"), "GROUP(-lgcc_eh -lgcc)\n").ok()?;
    let arguments = vec![
        "-static-pie".to_owned(),
        // An undefined weak symbol is null, not something for a loader that is not there.
        "-Wl,-z,nodynamic-undefined-weak".to_owned(),
        format!("-L{}", scripts.display()),
    ];
    works(&out, &arguments).then_some(arguments)
}

/// Links the probe in the same way, and runs it.
fn works(out: &Path, arguments: &[String]) -> bool {
    let source = out.join("probe.rs");
    let program = out.join("probe");
    if fs::write(&source, PROBE).is_err() {
        return false;
    }
    let mut compiler = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    compiler
        .arg("--edition=2024")
        .arg(&source)
        .arg("-o")
        .arg(&program);
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        compiler
            .arg("-C")
            .arg(format!("linker={}", linker.to_string_lossy()));
    }
    for argument in arguments {
        compiler.arg("-C").arg(format!("link-arg={argument}"));
    }
    let linked = compiler
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !linked.is_ok_and(|status| status.success()) {
        return false;
    }
    let told = |output: std::process::Output| {
        let is_whole = output.stdout.ends_with(b"probe 42 5 true\n");
        // Only the client of a cluster asks for hosts by their names.
        let names_wanted = env::var_os("CARGO_FEATURE_ETCD").is_some();
        let is_nameless = !names_wanted && output.stdout.ends_with(b"probe 42 5 false\n");
        output.status.success() && (is_whole || is_nameless)
    };
    Command::new(&program).output().is_ok_and(told)
}
