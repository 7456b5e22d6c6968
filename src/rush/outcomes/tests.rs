use super::*;
use crate::check::final_state::FinalState;
use crate::ledger::{Op, Record, Tally};
use crate::store::file::files::open::Access;
use crate::store::file::lock::flock::try_lock;
use crate::store::file::lock::flock::unlock;
use crate::store::file::reader::ledger_file::open_ledger;
use std::fs::{self, File};

/// What is read of a ledger of two whole lines and `rest`: how many lines, and how many bytes that are none.
fn read(rest: &[u8], written: &dyn Fn(&File)) -> (usize, u64) {
    let directory = tempfile::tempdir().unwrap();
    let files = EventFiles::at(&directory.path().join("tickets.json")).unwrap();
    let (open, sum) = Record::open(9, None).encode(Tally::default().sum).unwrap();
    let (adjust, _) = Record::new(Op::Adjust, 2, 1, 10).encode(sum).unwrap();
    fs::write(&files.ledger, [&open[..], &adjust, rest].concat()).unwrap();
    let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
    let writer = File::options().write(true).open(&files.ledger).unwrap();
    written(&writer);
    let mut after = FinalState {
        stock: 0,
        seq: 0,
        lines: Vec::new(),
        left: None,
        counted: 0,
        before: None,
        torn: 0,
        lost: Vec::new(),
        unreadable: None,
        replaced: false,
    };
    let mut reader = OutcomeReader {
        files: &files,
        run: "",
        sales: &HashMap::new(),
        missing: HashMap::new(),
        entries: None,
        ends: LineEnds::default(),
    };
    reader.read(&ledger, 0, &mut after).unwrap();
    (after.lines.len(), after.torn)
}

#[test]
fn a_last_line_that_may_be_being_written_is_not_judged() {
    let half = b"{\"seq\":3,\"at\"";
    let preallocated = [&half[..], &[b'\n'; 99]].concat();
    // Bytes, with the newline that ends them.
    for (rest, torn) in [(&half[..], 13), (&preallocated, 14)] {
        let stopped = |writer: &File| assert!(try_lock(writer).unwrap());
        assert_eq!(read(rest, &stopped), (2, 0));
        let killed = |writer: &File| {
            assert!(try_lock(writer).unwrap());
            unlock(writer).unwrap();
        };
        assert_eq!(read(rest, &killed), (2, torn));
    }
}

#[test]
fn bytes_before_a_whole_line_were_left_whichever_process_has_the_lock() {
    let (whole, _) = Record::new(Op::Adjust, 3, 1, 11)
        .encode(Tally::default().sum)
        .unwrap();
    let stopped = |writer: &File| assert!(try_lock(writer).unwrap());
    let rest = [b"{\"seq\":3\n", &whole[..]].concat();
    assert_eq!(read(&rest, &stopped), (3, 9));
}

mod torn_bytes {
    use std::fs;
    use std::io::Write as _;

    use super::*;
    use crate::check::Anomaly;
    use crate::ledger::{Record, Tally};
    use crate::store::file::reader::view::LedgerView;

    fn opening_line() -> Vec<u8> {
        let line = Record::open(5, None).encode(Tally::default().sum);
        line.unwrap().0
    }

    /// What is told of torn bytes after a rush on an event that had only its opening line then: these bytes were
    /// appended since, and, where a reset came between, those to the new ledger.
    fn torn_writes(appended: &[u8], since_the_reset: Option<&[u8]>) -> Vec<String> {
        let place = tempfile::tempdir().unwrap();
        let files = EventFiles::at(&place.path().join("tickets.json")).unwrap();
        fs::write(&files.count, r#"{"ticket": 5}"#).unwrap();
        fs::write(&files.ledger, opening_line()).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let tally = LedgerView::take(&files, Some(&ledger)).unwrap().tally;
        let opening = Opening {
            tally,
            end: tally.bytes,
            endangered: false,
            counted: (5, 0),
            ledger,
        };
        let mut ledger = fs::File::options()
            .append(true)
            .open(&files.ledger)
            .unwrap();
        ledger.write_all(appended).unwrap();
        if let Some(bytes) = since_the_reset {
            let new = place.path().join("new");
            fs::write(&new, [&opening_line()[..], bytes].concat()).unwrap();
            fs::rename(&new, &files.ledger).unwrap();
        }
        let after = Outcomes::read(&files, &opening, "run", &HashMap::new(), false).unwrap();
        assert_eq!(after.replaced, since_the_reset.is_some());
        let findings = after.judged.findings.into_iter();
        let torn = findings.filter(|found| found.kind == Anomaly::TornWrite);
        torn.map(|found| found.text).collect()
    }

    fn told(bytes: &[u64]) -> Vec<String> {
        let text = |bytes: &u64| {
            let bytes = match bytes {
                1 => "1 byte on the ledger is".to_owned(),
                bytes => format!("{bytes} bytes on the ledger are"),
            };
            format!("{bytes} no whole line: a buyer was cut off while it wrote")
        };
        bytes.iter().map(text).collect()
    }

    #[test]
    fn torn_bytes_are_counted_to_the_byte() {
        let line = opening_line();
        for (bytes, torn) in [
            (&b""[..], &[][..]),
            (b"x", &[1]),
            (b"x\n", &[2]),
            (b"{\"seq\":2,\"at\"", &[13]),
            (b"abc\nde\nf", &[8]),
            (&[0; 5000], &[5000]),
            // Whole but for its newline: nobody can tell that it is.
            (&line[..line.len() - 1], &[line.len() as u64 - 1]),
            // Preallocation is no torn write.
            (&[b'\n'; 100], &[]),
        ] {
            assert_eq!(torn_writes(bytes, None), told(torn), "{bytes:?}");
        }
    }

    #[test]
    fn torn_bytes_on_each_side_of_a_reset_are_counted_once() {
        for (before, after, torn) in [
            (&b"x"[..], &b""[..], &[1][..]),
            (b"", b"abc", &[3]),
            (b"{\"seq\":2", b"abc", &[8, 3]),
            (b"", b"", &[]),
        ] {
            assert_eq!(torn_writes(before, Some(after)), told(torn));
        }
    }
}

mod reset_meanwhile {
    use std::fs;

    use super::*;
    use crate::office::{BoxOffice, DEFAULT_WAIT};
    use crate::store::file::reader::view::LedgerView;

    /// A reset comes between the look at the count and the look at the ledger: what it mixes up is looked at again.
    #[test]
    fn a_count_before_a_reset_is_not_judged_by_the_ledger_after_it() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        fs::write(&path, r#"{"ticket": 5}"#).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let mut office = BoxOffice::at(&path).unwrap();
        office.reset(Some(5), true, DEFAULT_WAIT).unwrap();
        office.book("before", 1).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let tally = LedgerView::take(&files, Some(&ledger)).unwrap().tally;
        let opening = Opening {
            tally,
            end: tally.bytes,
            endangered: false,
            counted: (4, 1),
            ledger,
        };
        let once = |between: &mut dyn FnMut()| {
            let look = &mut || {
                let count = CountFile::read(&files.count);
                between();
                count
            };
            let read = Outcomes::read_once(&files, &opening, "run", &HashMap::new(), false, look);
            let outcomes = read.unwrap();
            (outcomes.replaced, outcomes.may_be_mixed())
        };
        assert_eq!(once(&mut || {}), (false, false));
        let mut reset = || drop(office.reset(Some(9), true, DEFAULT_WAIT).unwrap());
        assert_eq!(once(&mut reset), (true, true));
        assert_eq!(once(&mut || {}), (true, false));
        let outcomes = Outcomes::read(&files, &opening, "run", &HashMap::new(), false).unwrap();
        assert_eq!(outcomes.judged.findings, []);
    }
}

mod counted {
    use super::*;

    /// An event of two sales whose count includes the first; what a rush that made both makes of it, if this is what
    /// the buyer of one of them was told.
    fn after(told: Option<(u64, bool)>) -> Outcomes {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("tickets.json");
        fs::write(&path, r#"{"ticket": 5}"#).unwrap();
        let mut office = crate::BoxOffice::at(&path).unwrap();
        office.book("anna", 1).unwrap();
        let count = fs::read(&path).unwrap();
        office.book("ben", 1).unwrap();
        fs::write(&path, count).unwrap();
        let files = EventFiles::at(&path).unwrap();
        let ledger = open_ledger(&files, Access::Read).unwrap().unwrap();
        let opening = Opening {
            tally: Tally {
                left: 5,
                ..Tally::default()
            },
            end: 0,
            endangered: false,
            counted: (5, 0),
            ledger,
        };
        let sale = told.map(|(seq, published)| {
            let buyer = "anna".to_owned();
            let sale = ReportedSale {
                buyer,
                seq,
                published,
            };
            (format!("{seq}-000000"), sale)
        });
        Outcomes::read(&files, &opening, "run", &sale.into_iter().collect(), true).unwrap()
    }

    #[test]
    fn a_count_is_behind_if_it_lacks_a_sale_whose_buyer_was_told_that_it_does() {
        for (told, behind) in [
            (None, false),
            (Some((2, false)), false),
            (Some((3, true)), false),
            (Some((3, false)), true),
            (Some((4, false)), true),
        ] {
            assert_eq!(after(told).behind, behind, "{told:?}");
        }
    }

    #[test]
    fn the_warning_of_a_sale_that_the_count_lacks_is_told() {
        let after = after(None);
        assert_eq!(
            after.last.as_ref().map(|last| (last.seq, last.left)),
            Some((2, 4))
        );
        let bought = |seq: u64, warning: Option<&str>| BuyerReport {
            name: "anna".to_owned(),
            outcome: BuyerOutcome::Sold {
                id: "x".to_owned(),
                quantity: 1,
                left: 3,
                seq,
                warning: warning.map(str::to_owned),
            },
        };
        let told = |seq, warning| {
            after
                .unpublished(&[bought(seq, warning)])
                .map(str::to_owned)
        };
        assert_eq!(told(2, Some("it was full")), None);
        assert_eq!(told(3, None), None);
        assert_eq!(told(3, Some("it was full")).as_deref(), Some("it was full"));
    }
}
