//! A file system that does not answer, and another program's lease on a file: the message comes, and nothing is
//! told that is not known.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Run, TestEvent, eventually};

/// A file system that can be frozen, mounted as long as this is held.
struct Frozen {
    at: PathBuf,
    frozen: bool,
}

impl Frozen {
    /// `None`: that cannot be had here.
    fn new(event: &TestEvent) -> Option<Self> {
        let at = event.path("disk");
        std::fs::create_dir(&at).unwrap();
        let image = event.path("image");
        std::fs::File::create(&image)
            .and_then(|file| file.set_len(16 << 20))
            .unwrap();
        let made = run("mkfs.ext4", &["-q", "-F"], &[&image])
            && run("mount", &["-o", "loop"], &[&image, &at]);
        if !made {
            eprintln!("skipped: no file system can be made and mounted here");
            return None;
        }
        Some(Self { at, frozen: false })
    }

    fn freeze(&mut self) -> bool {
        self.frozen = run("fsfreeze", &["-f"], &[&self.at]);
        self.frozen
    }

    fn thaw(&mut self) {
        if std::mem::take(&mut self.frozen) {
            assert!(run("fsfreeze", &["-u"], &[&self.at]));
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.thaw();
        eventually("the file system is given back", || {
            run("umount", &[], &[&self.at]).then_some(())
        });
    }
}

fn run(program: &str, options: &[&str], paths: &[&Path]) -> bool {
    let mut command = Command::new(program);
    let output = command.args(options).args(paths).output();
    output.is_ok_and(|output| output.status.success())
}

/// A frozen file system keeps who writes in the kernel, where no signal ends it.
#[test]
fn a_sale_on_a_stuck_file_system_is_told_in_time_and_ends_with_the_kernels_leave() {
    let event = TestEvent::empty();
    let Some(mut disk) = Frozen::new(&event) else {
        return;
    };
    let file = disk.at.join("t.json");
    std::fs::write(&file, "{\"ticket\": 9}").unwrap();
    let on = |line: &str| {
        let mut command = Command::new(crate::harness::TICKETS);
        command.env_remove("TICKETS_FILE").arg("--json").arg("-f");
        command.arg(&file).args(line.split(' '));
        command
    };
    let sold = Run::of(on("book alice").output().unwrap());
    assert_eq!(sold.code, Some(0), "{sold:?}");
    if !disk.freeze() {
        eprintln!("skipped: this file system cannot be frozen");
        return;
    }
    let mut command = on("book bob --key b --wait 100ms");
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    // It speaks while the file system is stuck still.
    let (say, said) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut told = vec![0; 2048];
        let length = out.read(&mut told).unwrap();
        let _ = say.send(serde_json::from_slice(&told[..length]).unwrap());
    });
    let told: serde_json::Value = eventually("it says so", || said.try_recv().ok());
    let code = told["error"]["code"].as_str().unwrap().to_owned();
    assert!(
        ["outcome_unknown", "busy"].contains(&code.as_str()),
        "{told:#}"
    );
    disk.thaw();
    let status = eventually("it ends", || child.try_wait().unwrap());
    let expected = if code == "busy" { 5 } else { 1 };
    assert_eq!(status.code(), Some(expected), "{told:#}");
    // The same key is sold once, whatever became of it.
    for _ in 0..2 {
        let again = Run::of(on("book bob --key b").output().unwrap());
        assert_eq!(again.code, Some(0), "{again:?}");
    }
    let (code, query) = Run::of(on("audit").output().unwrap()).document();
    assert_eq!((code, &query["sold"]), (0, &2.into()), "{query:#}");
}
