use super::*;
use std::fs;

#[test]
fn a_lock_on_a_file_that_lost_its_name_is_seen() {
    let place = tempfile::tempdir().unwrap();
    let (path, moved) = (place.path().join("lock"), place.path().join("moved"));
    for (what, has_a_name, is_the_one) in [
        ("nothing", true, true),
        ("removed", false, false),
        ("replaced", false, false),
        ("moved", true, false),
    ] {
        fs::write(&path, "").unwrap();
        let mut lock = LockFile::on(path.clone());
        let held = lock.try_acquire().unwrap().unwrap();
        match what {
            "removed" => fs::remove_file(&path).unwrap(),
            "replaced" => {
                fs::write(&moved, "").unwrap();
                fs::rename(&moved, &path).unwrap();
            }
            "moved" => fs::rename(&path, &moved).unwrap(),
            _ => {}
        }
        assert_eq!(held.has_a_name().unwrap(), has_a_name, "{what}");
        assert_eq!(held.verify().unwrap(), is_the_one, "{what}");
    }
}
