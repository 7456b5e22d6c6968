use super::*;
use std::path::PathBuf;
use std::sync::mpsc;

const ONE: Staff = Staff {
    clerks: 1,
    gathers: Duration::ZERO,
};

fn event() -> (tempfile::TempDir, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("tickets.json");
    std::fs::write(&file, r#"{"ticket": 10}"#).unwrap();
    (place, file)
}

fn wanted(buyer: &str, key: &str) -> Wanted {
    Wanted {
        buyer: buyer.to_owned(),
        quantity: 1,
        key: key.to_owned(),
        note: None,
        by: None,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap()
}

#[test]
fn a_full_queue_refuses_and_a_client_that_goes_is_not_sold_to() {
    let (_place, file) = event();
    let clerks = Clerks::hire(&file, &KeyIndex::default(), ONE, 1).unwrap();
    runtime().block_on(async {
        let (go_on, blocked) = mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let first = clerks.change(move |_| {
            let _ = begun.send(());
            let _ = blocked.recv();
            Ok(())
        });
        let mut first = Box::pin(first);
        tokio::select! {
            _ = &mut first => panic!("it is blocked"),
            begun = has_begun => begun.unwrap(),
        }
        let mut second = Box::pin(clerks.sell(wanted("bob", "b")));
        assert!(futures_util::poll!(&mut second).is_pending());
        assert_eq!(clerks.waiting(), 1);
        let third = clerks.change(|_| Ok(())).await;
        assert_eq!(third.unwrap_err().code(), "overloaded");
        drop(second);
        drop(go_on);
        first.await.unwrap();
    });
    clerks.close();
    assert_eq!(BoxOffice::at(&file).unwrap().query().unwrap().sold, 0);
}

#[test]
fn what_is_no_order_to_buy_is_done_in_its_turn_between_those_that_are_sold_together() {
    let (_place, file) = event();
    let clerks = Clerks::hire(&file, &KeyIndex::default(), ONE, 9).unwrap();
    let seen = runtime().block_on(async {
        let (go_on, blocked) = mpsc::channel::<()>();
        let first = clerks.change(move |_| {
            let _ = blocked.recv();
            Ok(())
        });
        let look = || clerks.change(|office| office.query().map(|count| count.sold));
        let sell = |key| clerks.sell(wanted("bob", key));
        let (one, two, three) = (sell("a"), sell("b"), sell("a"));
        let (before, four, after) = (look(), sell("c"), look());
        let go = async move { drop(go_on) };
        let sold = tokio::join!(first, one, two, three, before, four, after, go);
        let left = [sold.1, sold.2, sold.3, sold.5].map(|sale| sale.unwrap().left);
        (left, sold.4.unwrap(), sold.6.unwrap())
    });
    assert_eq!(seen, ([9, 8, 8, 7], 2, 3));
    clerks.close();
}

#[test]
fn after_a_panic_the_outcome_is_unknown_and_the_next_order_is_sold() {
    let (_place, file) = event();
    let clerks = Clerks::hire(&file, &KeyIndex::default(), ONE, 4).unwrap();
    runtime().block_on(async {
        let lost = clerks.change::<()>(|_| panic!("a mistake")).await;
        assert_eq!(lost.unwrap_err().code(), "outcome_unknown");
        let sale = clerks.change(|office| office.book("bob", 1)).await;
        assert_eq!(sale.unwrap().left, 9);
    });
    clerks.close();
}

#[test]
fn who_was_answered_is_waited_for_a_moment_and_no_longer() {
    let (sender, jobs) = crossbeam_channel::unbounded();
    let order = |key: &str| {
        let (answer, _) = oneshot::channel();
        WaitingOrder::new(wanted("ann", key), OrderState::default(), answer)
    };
    let long = Duration::from_secs(3600);
    sender.send(Job::Order(order("b"))).unwrap();
    let later = sender.clone();
    let another = order("c");
    let thread = std::thread::spawn(move || later.send(Job::Order(another)).is_ok());
    let (orders, next) = gather(order("a"), &jobs, (3, long));
    assert!(thread.join().unwrap() && orders.len() == 3 && next.is_none());
    for expected in [
        (1, long),
        (9, Duration::ZERO),
        (9, Duration::from_millis(1)),
    ] {
        assert_eq!(gather(order("a"), &jobs, expected).0.len(), 1);
    }
    sender.send(Job::GoHome).unwrap();
    assert!(gather(order("a"), &jobs, (9, long)).1.is_some());
}
