//! Edits that come upon a publication.

use std::fs;

use crate::error::Kind;
use crate::store::file::reader::ledger_file::open_ledger;
use crate::store::file::reader::view::LedgerView;

use super::*;

/// Puts the count there; before each, somebody may have replaced what has the name: by what this makes of it.
fn edited_by<'a>(
    files: &'a EventFiles,
    edits: &'a [&'a dyn Fn(&str) -> String],
) -> impl FnMut(&CountFile, Option<&Version>) -> Result<(Version, Option<Edit>)> + 'a {
    let mut edits = edits.iter();
    // What the next editor has read.
    let mut read = fs::read_to_string(&files.count).unwrap();
    move |next, known| {
        if let Some(edit) = edits.next() {
            let written = files.count.with_extension("edit");
            fs::write(&written, edit(&read)).unwrap();
            fs::rename(&written, &files.count).unwrap();
        }
        let text = next.render();
        read.clone_from(&text);
        replace_known(&files.count, text.as_bytes(), true, known)
    }
}

fn adding(member: &'static str) -> impl Fn(&str) -> String {
    move |text| text.replacen('}', &format!(", \"{member}\": 1}}"), 1)
}

/// An event with one sale, which the count does not include yet.
fn event() -> (tempfile::TempDir, EventFiles, LedgerFile, LedgerView) {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("tickets.json");
    let before = "{\"ticket\": 5, \"door\": \"north\"}\n";
    fs::write(&path, before).unwrap();
    let mut office = crate::BoxOffice::at(&path).unwrap();
    office.book("anna", 1).unwrap();
    fs::write(&path, before).unwrap();
    let files = EventFiles::at(&path).unwrap();
    let ledger = open_ledger(&files, Access::ReadWrite).unwrap().unwrap();
    let view = LedgerView::take(&files, Some(&ledger)).unwrap();
    (place, files, ledger, view)
}

fn published(edits: &[&dyn Fn(&str) -> String]) -> (tempfile::TempDir, EventFiles, Result<String>) {
    let (place, files, ledger, view) = event();
    let count = (&view.count, &view.tally);
    let done = {
        let mut put = edited_by(&files, edits);
        publish_by(&files, &ledger, count, Some(view.version()), &mut put)
    };
    let text = fs::read_to_string(&files.count).unwrap();
    let done = done.map(|(next, version)| {
        assert_eq!(
            (next.render(), version.bytes()),
            (text.clone(), text.as_bytes())
        );
        text
    });
    (place, files, done)
}

#[test]
fn edits_that_come_one_after_another_upon_a_sale_are_all_kept() {
    let (_place, _, text) = published(&[&adding("m1"), &adding("m2"), &adding("m3")]);
    let text = text.unwrap();
    let rest = ", \"door\": \"north\", \"m1\": 1, \"m2\": 1, \"m3\": 1}\n";
    assert!(
        text.starts_with("{\"ticket\": 4, ") && text.ends_with(rest),
        "{text}"
    );
}

#[test]
fn a_count_that_is_not_borne_out_is_put_back_and_edits_before_it_are_kept() {
    let drift = |_: &str| "{\"ticket\": 3}\n".to_owned();
    let (place, files, done) = published(&[&adding("m1"), &drift]);
    assert_eq!(done.unwrap_err().kind(), Kind::Integrity);
    // So are the members of a process that edited before.
    let held = fs::read_dir(&place).unwrap().map(|entry| {
        let entry = entry.unwrap();
        (entry.file_name(), fs::read_to_string(entry.path()).unwrap())
    });
    let is_kept = |name: &str| name.contains(".replaced-");
    let mut kept = held.filter(|(name, _)| is_kept(&name.to_string_lossy()));
    assert!(kept.next().is_some_and(|(_, text)| text.contains("m1")));
    assert_eq!(
        fs::read_to_string(&files.count).unwrap(),
        "{\"ticket\": 3}\n"
    );
}

#[test]
fn edits_that_come_one_after_another_upon_a_reset_are_all_kept() {
    let (place, files, _, view) = event();
    let old = (Some(&view.count), Some(view.version()));
    let other = |text: &str| text.replace("9,", "3, \"m4\": 1,");
    let edits: [&dyn Fn(&str) -> String; 4] = [&adding("m1"), &adding("m2"), &other, &adding("m3")];
    let put = &mut edited_by(&files, &edits);
    let next = view.count.restarted(9);
    let kept = put_over_by(&files, old, next, put).unwrap();
    let text = fs::read_to_string(&files.count).unwrap();
    let all = "{\"ticket\": 9, \"m4\": 1, \"door\": \"north\", \"m1\": 1, \"m2\": 1, \"m3\": 1}\n";
    assert_eq!(text, all);
    let kept = fs::read_to_string(kept.expect("it says another count")).unwrap();
    assert!(kept.contains("\"ticket\": 3"), "{kept}");
    let beside = fs::read_dir(&place).unwrap();
    let beside = beside.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains("replaced")
    });
    assert_eq!(beside.count(), 1);
}
