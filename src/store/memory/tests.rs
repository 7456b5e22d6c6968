use crate::ledger::{NewLines, Step};
use crate::office::{BoxOffice, Change, DEFAULT_WAIT, Durability, Observer, Order, Unobserved};
use crate::{Kind, MAX_STOCK};

#[test]
fn an_event_in_memory_lives_as_one_in_files_does() {
    let mut office = BoxOffice::in_memory(5).unwrap();
    let order = Order {
        key: Some("k"),
        ..Order::new("alice", 2)
    };
    let sale = office.purchase(&order, &mut Unobserved).unwrap();
    let again = office.purchase(&order, &mut Unobserved).unwrap();
    assert!(again.replayed && again.id == sale.id && again.left == 3);
    let given = office.cancel(&sale.id, Some(1), &Change::new()).unwrap();
    assert_eq!((given.kept, given.left), (1, 4));
    let refused = office.purchase(&order, &mut Unobserved).unwrap_err();
    assert_eq!(refused.kind(), Kind::Cancelled);
    assert_eq!(
        office
            .adjust(-4, &Change::new().reason("fewer"))
            .unwrap()
            .left,
        0
    );
    let refused = office.book("bob", 1).unwrap_err();
    assert_eq!(refused.kind(), Kind::SoldOut { left: 0 });
    let mut sales = Vec::new();
    let see = &mut |sale: &crate::office::Sold<'_>| {
        sales.push((sale.buyer.to_owned(), sale.quantity, sale.cancelled));
        std::ops::ControlFlow::Continue(())
    };
    office.sales(None, see).unwrap();
    assert_eq!(sales, [("alice".to_owned(), 2, 1)]);
    let audit = office.audit().unwrap();
    assert_eq!((audit.records, audit.sold, audit.findings.len()), (4, 1, 0));
    assert_eq!(
        office.reset(None, false, DEFAULT_WAIT).unwrap_err().kind(),
        Kind::Refused
    );
    assert_eq!(office.reset(None, true, DEFAULT_WAIT).unwrap().stock, 5);
}

#[test]
fn the_largest_stock_opens() {
    assert!(BoxOffice::in_memory(MAX_STOCK).is_ok());
    assert_eq!(
        BoxOffice::in_memory(MAX_STOCK + 1).unwrap_err().kind(),
        Kind::Usage
    );
}

#[test]
fn a_line_that_does_not_add_up_is_found_with_its_number() {
    let mut store = super::MemoryStore::new(5).unwrap();
    store.ledger.lines.extend_from_slice(b"no line\n");
    let found = super::Store::inspect(&store).unwrap().findings;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].repairable), (2, false));
    let all = super::Store::scan(&store, super::Scan::All, &mut |_| {
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!(all.unwrap_err().kind(), Kind::Integrity);
}

#[test]
fn what_it_counts_is_published_and_nothing_is_recovered() {
    let mut office = BoxOffice::in_memory(5).unwrap();
    office.book("alice", 2).unwrap();
    assert_eq!(office.written_count().unwrap(), 3);
    assert_eq!(office.notes(), Vec::<String>::new());
    let audit = office.audit().unwrap();
    assert_eq!((audit.capacity, audit.sold, audit.left), (5, 2, 3));
    let mut fresh = BoxOffice::in_memory(4).unwrap();
    assert_eq!(fresh.reset(None, false, DEFAULT_WAIT).unwrap().stock, 4);
}

/// The steps that a purchase comes by.
struct Steps(Vec<Step>);

impl Observer for Steps {
    fn at(&mut self, step: Step) -> crate::Result<()> {
        self.0.push(step);
        Ok(())
    }
}

#[test]
fn a_sale_is_said_to_be_durable_unless_it_was_written_for_the_processes_alone() {
    let mut office = BoxOffice::in_memory(5).unwrap();
    let mut told = |key, durability| {
        let mut steps = Steps(Vec::new());
        let order = Order::new("alice", 1).key(Some(key)).durability(durability);
        office.purchase(&order, &mut steps).unwrap();
        steps.0.contains(&Step::Durable)
    };
    assert!(told("a", Durability::Disk));
    assert!(!told("b", Durability::Process));
    // What stands there already is durable before it is answered.
    assert!(told("b", Durability::Process));
    assert!(told("a", Durability::Disk));
}

#[test]
fn several_sales_are_told_apart() {
    let mut office = BoxOffice::in_memory(9).unwrap();
    let mut buy = |key| {
        let order = Order::new("alice", 2).key(Some(key));
        office.purchase(&order, &mut Unobserved).unwrap()
    };
    let (first, second, again) = (buy("a"), buy("b"), buy("b"));
    assert!(!second.replayed && first.id != second.id);
    assert!(again.replayed && again.id == second.id);
    let kept = |office: &mut BoxOffice, id: &str, quantity| {
        let given = office.cancel(id, quantity, &Change::new()).unwrap();
        (given.quantity, given.kept)
    };
    assert_eq!(kept(&mut office, &second.id, Some(1)), (1, 1));
    assert_eq!(kept(&mut office, &first.id, None), (2, 0));
    assert_eq!(kept(&mut office, &second.id, None), (1, 0));
}

#[test]
fn nothing_is_locked_where_nobody_else_is() {
    let mut steps = Steps(Vec::new());
    let mut office = BoxOffice::in_memory(5).unwrap();
    office
        .purchase(&Order::new("alice", 1), &mut steps)
        .unwrap();
    let locks = [Step::LockReleasing, Step::LockReleased];
    assert!(!steps.0.iter().any(|step| locks.contains(step)));
    assert!(steps.0.contains(&Step::Written));
}

#[test]
fn a_sale_is_found_with_where_its_last_line_ends() {
    let mut store = super::MemoryStore::new(5).unwrap();
    let record = super::Record {
        key: Some("k".into()),
        id: Some("2-000000".into()),
        buyer: Some("alice".into()),
        ..super::Record::new(super::Op::Sell, 2, 1, 4)
    };
    let mut line = NewLines::behind(store.ledger.tally);
    line.add(vec![record]).unwrap();
    store.ledger.append(&line);
    let found = store.ledger.find(super::Lookup::Key("k")).unwrap();
    assert_eq!(found.end, store.ledger.lines.len() as u64);
    assert_eq!(store.ledger.tally.bytes, found.end);
}
