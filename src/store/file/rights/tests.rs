use super::*;
use rustix::fs::{XattrFlags, fsetxattr};

/// A new file of this mode, with these attributes; `None`: there are none here.
fn file(mode: u32, attached: &[(&str, &str)]) -> Option<File> {
    let file = tempfile::tempfile_in(".").unwrap();
    set_mode(&file, mode).unwrap();
    for (name, value) in attached {
        fsetxattr(&file, *name, value.as_bytes(), XattrFlags::empty()).ok()?;
    }
    Some(file)
}

#[test]
fn what_is_attached_to_one_file_is_attached_to_the_other_and_nothing_else() {
    let all: [&[(&str, &str)]; 4] = [
        &[],
        &[("user.a", "1")],
        &[("user.a", "2"), ("user.b", "1")],
        &[("user.b", "2"), ("user.c", "3")],
    ];
    for from in all {
        for to in all {
            let (Some(from), Some(to)) = (file(0o640, from), file(0o606, to)) else {
                return;
            };
            let rights = Rights::of_handle(&from).unwrap();
            assert_ne!(Rights::of_handle(&to).unwrap(), rights);
            rights.give_to(&to).unwrap();
            assert_eq!(Rights::of_handle(&to).unwrap(), rights);
        }
    }
}
