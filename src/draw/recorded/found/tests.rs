//! Findings of a recorded run, for its drawing.

use super::*;
use crate::check;
use crate::check::evidence::read_lines;

#[test]
fn lost_updates_of_one_version_are_one_finding() {
    let sale = |name: &str, at: u64| {
        format!(
            "{{\"buyer\":\"{name}\",\"invoke\":{at},\"return\":{},\"read\":0,\"seen\":3,\"write\":1,\"intend\":{},\"wrote\":{},\"left\":2,\"outcome\":\"sold\"}}\n",
            at + 90,
            at + 50,
            at + 59
        )
    };
    let text = [
        "{\"evidence\":1,\"run\":\"r\",\"stock\":3,\"first\":0}\n".to_owned(),
        sale("a", 10),
        sale("b", 30),
        sale("c", 20),
    ]
    .concat();
    let evidence = read_lines(text.as_bytes(), "r".as_ref()).unwrap();
    let verdict = check::judge(&evidence);
    assert_eq!(verdict.count(Anomaly::LostUpdate), 2);
    let drawn = super::super::timeline(&evidence, &verdict);
    let [finding] = &drawn.findings[..] else {
        panic!("{:#?}", drawn.findings);
    };
    assert_eq!(
        finding.sentence,
        "a, c and b all read version 0 (3 left) and all wrote version 1: b wrote last; the sales of the other 2 are overwritten"
    );
    let places: Vec<usize> = finding.places.iter().map(|place| place.lane).collect();
    let names: Vec<&str> = drawn.lanes.iter().map(|lane| lane.name.as_str()).collect();
    assert_eq!((names, places), (vec!["a", "c", "b"], vec![0, 1, 2]));
}
