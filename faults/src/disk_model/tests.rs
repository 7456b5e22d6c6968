use super::inode::PAGE;
use super::*;

fn event(deed: Deed, began: usize) -> Event {
    Event {
        process: 1,
        deed,
        began,
    }
}

fn written(text: &str) -> Deed {
    Deed::Write {
        file: "a".into(),
        at: None,
        bytes: text.into(),
        direct: false,
    }
}

#[test]
fn what_was_synced_is_there_and_nothing_else_must_be() {
    let files = Files::from([("a".to_owned(), b"old\n".to_vec())]);
    let mut model = Model::of(&files);
    model.follow(&event(written("new\n"), 0));
    let bytes = |model: &Model| -> BTreeSet<Vec<u8>> {
        model
            .states()
            .into_iter()
            .map(|files| files["a"].clone())
            .collect()
    };
    let whole = b"old\nnew\n".to_vec();
    assert_eq!(bytes(&model).len(), 3);
    assert!(bytes(&model).contains(&files["a"]) && bytes(&model).contains(&whole));
    let done = true;
    let file = "a".to_owned();
    model.follow(&event(Deed::Sync { file, done }, 1));
    assert_eq!(bytes(&model), BTreeSet::from([whole]));
}

#[test]
fn a_failed_sync_leaves_doubt_for_good_but_not_of_what_is_written_again() {
    let mut model = Model::of(&Files::from([("a".to_owned(), b"old".to_vec())]));
    let sync = |done, began| {
        let file = "a".to_owned();
        event(Deed::Sync { file, done }, began)
    };
    model.follow(&event(written("new"), 0));
    model.follow(&sync(false, 1));
    model.follow(&sync(true, 2));
    assert!(model.states().len() > 1);
    model.follow(&event(again(3, b"new", false), 3));
    model.follow(&sync(true, 4));
    let there = Files::from([("a".to_owned(), b"oldnew".to_vec())]);
    assert_eq!(model.states(), BTreeSet::from([there]));
}

fn again(at: u64, bytes: &[u8], direct: bool) -> Deed {
    Deed::Write {
        file: "a".to_owned(),
        at: Some(at),
        bytes: bytes.to_vec(),
        direct,
    }
}

#[test]
fn a_new_block_whose_first_write_failed_stays_in_doubt_until_it_is_written_past_the_cache() {
    let old = vec![b'o'; PAGE];
    let mut model = Model::of(&Files::from([("a".to_owned(), old.clone())]));
    let sync = |done, began| {
        let file = "a".to_owned();
        event(Deed::Sync { file, done }, began)
    };
    let at = PAGE as u64;
    model.follow(&event(again(at, b"new", false), 0));
    model.follow(&sync(false, 1));
    model.follow(&event(again(at, b"new", false), 2));
    model.follow(&sync(true, 3));
    assert!(model.states().len() > 1);
    // What others write there is lost with it.
    model.follow(&event(again(at + 3, b"more", false), 4));
    model.follow(&sync(true, 5));
    assert!(model.states().len() > 1);
    model.follow(&event(again(at, b"newmore", true), 6));
    model.follow(&sync(true, 7));
    let whole = [&old[..], b"newmore"].concat();
    let there = Files::from([("a".to_owned(), whole)]);
    assert_eq!(model.states(), BTreeSet::from([there]));
}

#[test]
fn a_name_is_durable_with_its_directory_only() {
    let mut model = Model::of(&Files::new());
    model.follow(&event(Deed::Create("a".into()), 0));
    model.follow(&event(written("text"), 1));
    let sync = |file: &str, at| {
        let (file, done) = (file.to_owned(), true);
        event(Deed::Sync { file, done }, at)
    };
    model.follow(&sync("a", 2));
    let there = Files::from([("a".to_owned(), b"text".to_vec())]);
    assert_eq!(
        model.states(),
        BTreeSet::from([Files::new(), there.clone()])
    );
    model.follow(&sync("", 3));
    assert_eq!(model.states(), BTreeSet::from([there]));
}
