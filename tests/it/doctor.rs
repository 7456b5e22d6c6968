//! The doctor: what it finds where all is well, and what it says where it cannot look.

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::bad_input::as_nobody;
use crate::harness::{Run, TICKETS, TestEvent, eventually, is_root, signal};

pub(crate) const CHECKS: [&str; 13] = [
    "file_system",
    "exclusion",
    "read_only_lock",
    "advisory",
    "sync_lock",
    "killed_holder",
    "replace",
    "rename",
    "exchange",
    "hard_links",
    "sync",
    "durability",
    "sale",
];

/// These are worth a note in some places where all is well.
const MAY_BE_NOTED: [&str; 4] = ["file_system", "exchange", "hard_links", "durability"];

const COSTS: [&str; 4] = ["lock", "append", "append_sync", "publish"];

/// The result of one check.
#[track_caller]
pub(crate) fn result<'a>(report: &'a Value, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    check["result"].as_str().unwrap()
}

/// What one check says.
#[track_caller]
pub(crate) fn text<'a>(report: &'a Value, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap();
    check["text"].as_str().unwrap()
}

#[track_caller]
pub(crate) fn nothing_is_left(event: &TestEvent, names: &[&str]) {
    assert_eq!(event.names(), names);
    eventually("no process is left", || {
        event.processes().is_empty().then_some(())
    });
}

#[test]
fn where_all_is_well_every_check_passes_and_nothing_is_left() {
    let event = TestEvent::stock(2);
    let before = fs::read(&event.file).unwrap();
    let (code, report) = event.json("doctor");
    assert_eq!((code, &report["ok"]), (0, &true.into()), "{report:#}");
    assert_eq!(report["command"], "doctor");
    assert_eq!(report["directory"], event.directory().to_str().unwrap());
    assert!(!report["file_system"].as_str().unwrap().is_empty());
    let checks = report["checks"].as_array().unwrap();
    let names: Vec<&Value> = checks.iter().map(|check| &check["name"]).collect();
    assert_eq!(names, CHECKS, "{report:#}");
    for name in CHECKS {
        let found = result(&report, name);
        let noted = found == "note" && MAY_BE_NOTED.contains(&name);
        assert!(found == "pass" || noted, "{name}: {report:#}");
        assert!(!text(&report, name).is_empty() && !text(&report, name).contains('\n'));
    }
    let costs = report["costs_us"].as_object().unwrap();
    assert_eq!(costs.len(), COSTS.len());
    for name in COSTS {
        assert!(costs[name].as_f64().unwrap() > 0.0, "{name}: {report:#}");
    }
    nothing_is_left(&event, &["tickets.json"]);
    assert_eq!(fs::read(&event.file).unwrap(), before);
}

#[test]
fn a_file_that_is_no_event_is_not_fit_and_one_that_is_not_there_yet_is_no_directory() {
    let event = TestEvent::empty();
    fs::write(event.path("notes.txt"), "bring the cash box\n").unwrap();
    let notes = event.path("notes.txt");
    let (code, report) = event.json(&format!("doctor {}", notes.display()));
    // The directory is as fit as before.
    assert_eq!(
        (code, &report["verdict"], &report["event"]),
        (6, &"fit".into(), &"unfit".into()),
        "{report:#}"
    );
    assert_eq!(report["ok"], false);
    assert_eq!(result(&report, "event"), "fail");
    fs::write(event.path("cut.json"), "{\n").unwrap();
    for name in ["notes.txt", "cut.json"] {
        let run = event.run(&format!("doctor {}", event.path(name).display()));
        let last = run.stdout.lines().last().unwrap();
        assert!(last.starts_with("UNFIT  the directory "), "{last}");
        assert!(
            last.contains(" is fit") && last.contains("this event is not: "),
            "{last}"
        );
        assert!(
            last.contains(name) && !last.contains("take a directory"),
            "{last}"
        );
    }
    fs::remove_file(event.path("cut.json")).unwrap();
    let gig = event.path("gig.json");
    let (code, report) = event.json(&format!("doctor {}", gig.display()));
    assert_eq!(
        (code, &report["verdict"], &report["event"]),
        (0, &"fit".into(), &"missing".into()),
        "{report:#}"
    );
    assert!(text(&report, "event").ends_with("gig.json is not there yet"));
    nothing_is_left(&event, &["notes.txt"]);
}

#[test]
fn people_get_a_line_for_each_check_and_a_table() {
    let event = TestEvent::empty();
    let run = event.run("doctor");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{run:?}");
    let lines: Vec<&str> = run.stdout.lines().collect();
    for (line, name) in lines.iter().zip(CHECKS) {
        let label = line.split(' ').next().unwrap();
        assert!(["pass", "note"].contains(&label), "{line}");
        assert!(
            line[4..].trim().starts_with(&name.replace('_', " ")),
            "{line}"
        );
    }
    for what in [
        "lock and unlock",
        "append 150 bytes",
        "append and sync",
        "publish the count",
    ] {
        let line = lines.iter().find(|line| line.contains(what)).unwrap();
        let numbers: Vec<f64> = line[line.find(what).unwrap() + what.len()..]
            .split_whitespace()
            .map(|word| word.parse().unwrap())
            .collect();
        assert!(
            numbers.len() == 2 && numbers[0] > 0.0 && numbers[1] >= 3.0,
            "{line}"
        );
    }
    let verdict = *lines.last().unwrap();
    let kept = format!("  an event can be kept in {}", event.directory().display());
    assert!(
        verdict.starts_with("fit") && verdict.ends_with(&kept),
        "{verdict}"
    );
    assert_eq!(event.run("--quiet doctor").stdout, format!("{verdict}\n"));
    nothing_is_left(&event, &[]);
}

#[test]
fn the_directory_is_the_one_named_or_the_one_of_the_event() {
    let (event, other) = (TestEvent::stock(2), TestEvent::empty());
    let named = other.directory().to_str().unwrap();
    let (_, report) = event.json(&format!("doctor {named}"));
    assert_eq!(report["directory"], named);
    // A link's event is where the link leads: there its lock is.
    std::os::unix::fs::symlink(&event.file, &other.file).unwrap();
    let (_, report) = other.json("doctor");
    let led_to = fs::canonicalize(event.directory()).unwrap();
    assert_eq!(report["directory"], led_to.to_str().unwrap());
    let mut here = Command::new(TICKETS);
    here.args(["-f", "tickets.json", "--json", "doctor"])
        .current_dir(event.directory());
    let (_, report) = Run::of(here.output().unwrap()).document();
    assert_eq!(report["directory"], ".");
    nothing_is_left(&event, &["tickets.json"]);
}

/// Also to root, who may replace any file there; others may not.
#[test]
fn a_sticky_directory_is_fit_for_one_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let event = TestEvent::empty();
    let place = event.path("sticky");
    fs::create_dir(&place).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o1777)).unwrap();
    fs::write(place.join("file"), "{\"ticket\": 2}\n").unwrap();
    for named in [&place, &place.join("file")] {
        let line = format!("doctor {}", named.display());
        let (code, report) = event.json(&line);
        assert_eq!((code, result(&report, "sticky")), (0, "note"), "{report:#}");
        assert!(text(&report, "sticky").contains("several people cannot sell"));
        let told = event.run(&line).stdout;
        assert!(
            told.ends_with(", by one user alone: it is sticky\n"),
            "{told}"
        );
    }
    assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
}

#[test]
fn a_file_system_with_a_catch_is_named() {
    let mounts = fs::read_to_string("/proc/mounts").unwrap();
    if !mounts
        .lines()
        .any(|line| line.contains(" /dev/shm tmpfs rw"))
    {
        eprintln!("skipped: /dev/shm is no tmpfs that can be written");
        return;
    }
    let made = tempfile::tempdir_in("/dev/shm").unwrap();
    let run = TestEvent::empty().json(&format!("doctor {}", made.path().display()));
    let (code, report) = run;
    assert_eq!(
        (code, &report["file_system"]),
        (0, &"tmpfs".into()),
        "{report:#}"
    );
    assert_eq!(result(&report, "file_system"), "note");
    assert!(
        text(&report, "file_system").contains("power cut"),
        "{report:#}"
    );
    assert_eq!(result(&report, "durability"), "note");
    assert_eq!(report["outlives_power_cut"], false, "{report:#}");
    let told = TestEvent::empty().run(&format!("--quiet doctor {}", made.path().display()));
    let words = "fit, but what is sold here may not outlive a power cut  an event can be kept in ";
    assert!(told.stdout.starts_with(words), "{told:?}");
}

/// The doctor's document on a file system that is mounted for it, in a mount namespace of its own,
/// which takes the mount with it when it ends. `None` where that cannot be done, with a word why.
fn on_mount(event: &TestEvent, mount: &str) -> Option<(i32, Value)> {
    let script = "cd \"$1\" && mkdir lower upper work merged && eval \"mount -t $2 merged\" || exit 99; \
        exec \"$0\" --json doctor merged";
    let mut command = Command::new("unshare");
    command
        .args(["-m", "sh", "-c", script, TICKETS])
        .arg(event.directory())
        .arg(mount);
    match command.output().map(Run::of) {
        Ok(run) if is_root() && run.code != Some(99) => Some(run.document()),
        other => {
            eprintln!("skipped: this cannot be mounted here: {mount} ({other:?})");
            None
        }
    }
}

#[test]
fn on_an_overlay_all_holds_and_its_catch_is_told() {
    let event = TestEvent::empty();
    let mount = "overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work";
    let Some((code, report)) = on_mount(&event, mount) else {
        return;
    };
    assert_eq!(code, 0, "{report:#}");
    assert_eq!(report["file_system"], "overlayfs");
    assert!(text(&report, "file_system").contains("do not share locks"));
    // The mount tells its upper layer as it was told: from where, nobody knows.
    assert_eq!(result(&report, "durability"), "note", "{report:#}");
    let told = text(&report, "durability");
    assert!(
        told.contains("could not see the upper layer upper"),
        "{told}"
    );
    assert_eq!(
        report["outlives_power_cut"],
        serde_json::Value::Null,
        "{report:#}"
    );
}

/// A sync that succeeds there proves nothing: the upper layer is in memory, or nothing is synced at all.
#[test]
fn an_overlay_that_no_power_cut_spares_is_fit_and_noted() {
    let volatile = "overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,volatile";
    let in_memory = "tmpfs tmpfs upper && mkdir upper/up upper/work && mount -t overlay overlay -o \
                     lowerdir=$PWD/lower,upperdir=$PWD/upper/up,workdir=$PWD/upper/work";
    for (mount, part) in [(volatile, "volatile"), (in_memory, "tmpfs is memory")] {
        let event = TestEvent::empty();
        let Some((code, report)) = on_mount(&event, mount) else {
            continue;
        };
        let found = (code, &report["verdict"], result(&report, "durability"));
        assert_eq!(found, (0, &"fit".into(), "note"), "{report:#}");
        assert!(text(&report, "durability").contains(part), "{report:#}");
        assert_eq!(report["outlives_power_cut"], false, "{report:#}");
    }
}

/// One number stands for all of ext2, ext3 and ext4: by the mount it is told which.
#[test]
fn a_file_system_is_told_by_the_name_that_it_is_mounted_by() {
    for kind in ["ext2", "ext4"] {
        let event = TestEvent::empty();
        let mount = format!(
            "tmpfs tmpfs upper && truncate -s 16M upper/image && mkfs.{kind} -q -F upper/image && mount -t {kind} -o loop \
             upper/image"
        );
        let Some((_, report)) = on_mount(&event, &mount) else {
            continue;
        };
        assert_eq!(report["file_system"], kind, "{report:#}");
        let told = text(&report, "durability");
        let is_named = told.contains("this ext2 keeps no journal");
        assert_eq!(is_named, kind == "ext2", "{report:#}");
    }
}

/// At the first file, at a replacement, at a measurement.
#[test]
fn a_full_disk_is_no_verdict() {
    for pages in [1, 5, 10] {
        let event = TestEvent::empty();
        let mount = format!("tmpfs tmpfs -o size={}k", 4 * pages);
        let Some((code, document)) = on_mount(&event, &mount) else {
            return;
        };
        assert_eq!(code, 1, "{pages} pages: {document:#}");
        let error = &document["error"];
        assert_eq!(error["code"], "io");
        assert!(error["message"].as_str().unwrap().contains("No space left"));
        assert!(error["hint"].as_str().unwrap().starts_with("make room"));
    }
}

#[test]
fn what_cannot_be_examined_is_an_error_with_a_hint() {
    let event = TestEvent::stock(2);
    let missing = event.path("no/such");
    for (directory, code, message) in [
        (&missing, "missing", "there is no such directory"),
        (&"/dev/null".into(), "io", "is not a directory"),
    ] {
        let (exit, document) = event.json(&format!("doctor {}", directory.display()));
        let error = &document["error"];
        assert_eq!((exit, &error["code"]), (1, &code.into()), "{document:#}");
        assert_eq!(error["message"], message);
        assert_eq!(error["file"], directory.to_str().unwrap());
        assert!(!error["hint"].as_str().unwrap().is_empty());
    }
    nothing_is_left(&event, &["tickets.json"]);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let event = TestEvent::empty();
    fs::create_dir(event.path("closed")).unwrap();
    fs::set_permissions(event.directory(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(event.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    let line = format!("doctor {}", event.path("closed").display());
    let run = as_nobody(&event, &line);
    assert_eq!(run.code, Some(1), "{run:?}");
    let parts = [
        "closed: could not make a directory here: Permission denied",
        "hint: ",
    ];
    for part in parts {
        assert!(run.stderr.contains(part), "{}", run.stderr);
    }
    nothing_is_left(&event, &["closed"]);
}

/// At whatever point it comes, from the first moment on in which there is something to be left.
#[test]
fn an_interrupt_at_any_point_leaves_nothing() {
    let mut interrupted = 0;
    for delay in (0..120).step_by(8) {
        let event = TestEvent::empty();
        let mut doctor = event.start("doctor");
        eventually("it has begun", || (!event.names().is_empty()).then_some(()));
        std::thread::sleep(Duration::from_millis(delay));
        if doctor.try_wait().unwrap().is_none() {
            signal(doctor.id().cast_signed(), "INT");
        }
        let code = doctor.wait().unwrap().code();
        assert!([Some(0), Some(130)].contains(&code), "{code:?}");
        interrupted += u32::from(code == Some(130));
        nothing_is_left(&event, &[]);
    }
    assert!(interrupted > 0);
}

#[test]
fn its_help_has_examples_and_keeps_the_second_process_to_itself() {
    let run = TestEvent::empty().run("doctor --help");
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("Examples:\n  tickets doctor"),
        "{}",
        run.stdout
    );
    assert!(!run.stdout.contains("__peer"), "{}", run.stdout);
}

/// Of a ledger not each line is looked at: that is said, and who does.
#[test]
fn how_far_an_event_was_looked_at_is_said() {
    let event = TestEvent::stock(20);
    for at in 0..12 {
        event.booked(&format!("guest-{at:02}"));
    }
    let ledger = event.path("tickets.ledger.jsonl");
    let lines = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, lines.replace("guest-07", "guest-70")).unwrap();
    let (code, report) = event.json(&format!("doctor {}", event.file.display()));
    assert_eq!((code, &report["event"]), (0, &"fit".into()), "{report:#}");
    assert_eq!(result(&report, "event"), "note");
    let words = "adds up as far as a query looks: 'tickets audit' verifies each line of its ledger";
    assert!(text(&report, "event").ends_with(words), "{report:#}");
    assert_eq!(event.json("audit").0, 6);
}

/// A ledger that is gone, or broken, is no event that can be sold from.
#[test]
fn an_event_that_does_not_add_up_is_told_as_unfit() {
    for broken in [false, true] {
        let event = TestEvent::stock(9);
        event.booked("ann");
        event.booked("bob");
        let ledger = event.path("tickets.ledger.jsonl");
        if broken {
            let text = fs::read_to_string(&ledger).unwrap();
            fs::write(&ledger, text.replace("bob", "bab")).unwrap();
        } else {
            fs::remove_file(&ledger).unwrap();
        }
        let (code, report) = event.json(&format!("doctor {}", event.file.display()));
        assert_eq!((code, &report["event"]), (6, &"unfit".into()), "{report:#}");
        assert!(
            text(&report, "event").contains("tickets.ledger.jsonl"),
            "{report:#}"
        );
    }
}
