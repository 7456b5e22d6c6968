use super::*;

#[test]
fn deeds_are_read() {
    let (file, line) = (hex("/d/tickets.ledger.jsonl"), hex("{}\n"));
    let trace = format!(
        "7 openat(AT_FDCWD, \"{file}\", O_RDWR|O_DIRECT|O_CLOEXEC) = 9<{file}>\n\
         7 pwrite64(9<{file}>, \"{line}\", 3, 0) = 3\n\
         7 pwrite64(4<{file}>, \"{line}\", 3, 455 <unfinished ...>\n\
         8 fdatasync(4<{file}>) = -1 EIO (Input/output error) (INJECTED)\n\
         7 <... pwrite64 resumed>)          = 3\n\
         7 write(1<{}>, \"{line}\", 3) = 3\n\
         7 fsync(5<{}>) = 0\n",
        hex("pipe:[1]"),
        hex("/d")
    );
    let events = parse(&trace, "/d");
    let deeds: Vec<Deed> = events.iter().map(|event| event.deed.clone()).collect();
    let ledger = "tickets.ledger.jsonl".to_owned();
    let bytes = b"{}\n".to_vec();
    let write = |at, direct| Deed::Write {
        file: ledger.clone(),
        at: Some(at),
        bytes: bytes.clone(),
        direct,
    };
    let expected = [
        write(0, true),
        Deed::Sync {
            file: ledger.clone(),
            done: false,
        },
        write(455, false),
        Deed::Answer(bytes.clone()),
        Deed::Sync {
            file: String::new(),
            done: true,
        },
    ];
    assert_eq!(deeds, expected);
    assert_eq!(events[2].began, 1);
}
