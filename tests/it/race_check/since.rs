//! At which step of a page a finding begins to be so.

use std::fs;

use crate::harness::TestEvent;

fn header(stock: u64) -> String {
    format!("{{\"evidence\":1,\"stock\":{stock},\"first\":0}}\n")
}

fn step(buyer: &str, step: &str, t: u64, members: &str) -> String {
    format!("{{\"step\":\"{step}\",\"buyer\":\"{buyer}\",\"t\":{t}{members}}}\n")
}

/// What the page says after which a finding is so.
fn since(text: &str, kind: &str) -> u64 {
    let event = TestEvent::empty();
    fs::write(event.path("run.jsonl"), text).unwrap();
    let [file, page] = ["run.jsonl", "run.html"].map(|name| event.path(name).display().to_string());
    event.run(&format!("race check {file} --timeline {page}"));
    let page = fs::read_to_string(page).unwrap();
    let runs = page.split_once("id=\"runs\">").unwrap().1;
    let runs = runs.split_once("</script>").unwrap().0;
    let runs: serde_json::Value = serde_json::from_str(runs).unwrap();
    let steps = &runs[0];
    let found = steps["findings"].as_array().unwrap();
    let found = found
        .iter()
        .find(|it| it["kind"].as_str().unwrap().contains(kind));
    found.unwrap()["step"].as_u64().unwrap()
}

#[test]
fn a_page_tells_the_first_dead_lock_and_the_first_sale_too_many() {
    let hold = |buyer: &str, at: u64| {
        step(buyer, "invoke", at, ",\"quantity\":0")
            + &step(
                buyer,
                "lock_got",
                at + 1,
                ",\"device\":8,\"inode\":42,\"path_inode\":null",
            )
            + &step(buyer, "read", at + 2, ",\"seq\":0,\"left\":9")
            + &step(buyer, "lock_released", at + 3, "")
            + &step(buyer, "return", at + 4, ",\"outcome\":\"query\"")
    };
    let one = header(9) + &hold("ann", 10);
    let three = one.clone() + &hold("bob", 20) + &hold("cat", 30);
    assert_eq!(
        since(&three, "dead-inode lock"),
        since(&one, "dead-inode lock")
    );
    let sale = |buyer: &str, wrote: u64| {
        step(buyer, "invoke", 1, "")
            + &step(buyer, "read", 12, ",\"seq\":0,\"left\":1")
            + &step(
                buyer,
                "intend",
                20,
                &format!(",\"read\":0,\"write\":1,\"nonce\":\"{buyer}\""),
            )
            + &step(buyer, "wrote", wrote, "")
            + &step(buyer, "return", 900, ",\"outcome\":\"sold\",\"left\":0")
    };
    let two = header(1) + &sale("ann", 30) + &sale("bob", 40);
    let three = two.clone() + &sale("cat", 890);
    // One more buyer reads before that.
    for kind in ["oversold", "conservation"] {
        assert_eq!(
            since(&(three.clone() + "{\"final\":1,\"left\":0}\n"), kind),
            since(&(two.clone() + "{\"final\":1,\"left\":0}\n"), kind) + 1,
            "{kind}"
        );
    }
}
