use super::{Entry, Peer, Target, heats};

#[test]
fn who_is_chosen_meets_ours_with_as_many_processes() {
    let heats = heats(&[1, 8], Some("SQLite FULL, 8")).unwrap();
    let peers: Vec<_> = heats.concat();
    let processes = 8;
    let entry = |peer| Entry { peer, processes };
    assert_eq!(peers, [entry(Peer::Ours), entry(Peer::SqliteFull)]);
}

#[test]
fn a_log_of_one_writer_has_one() {
    let heats = heats(&[2], None).unwrap();
    assert!(heats.concat().iter().all(|entry| entry.peer.shares()));
}

#[test]
fn what_is_not_there_is_refused_and_named() {
    assert!(heats(&[1], Some("nonsense")).is_err_and(|said| said.contains("LMDB")));
}

#[test]
fn a_target_is_met_or_missed() {
    assert!(Target::TimesAsMany(3.0).met(3.0));
    assert!(!Target::TimesAsMany(3.0).met(2.9));
    assert!(Target::TimesItsTime(1.25).met(0.8));
    assert!(!Target::TimesItsTime(1.25).met(0.7));
}
