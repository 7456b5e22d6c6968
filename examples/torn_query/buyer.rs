//! A buyer, as a process of its own: it queries, then it buys under the lock.

use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process;

use serde_json::{Value, json};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// What is done about the torn query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cure {
    None,
    ReadersLockToo,
    AtomicReplacement,
}

impl Cure {
    pub(crate) const ALL: [(Self, &str); 3] = [
        (Self::None, "as it stands: purchases lock, queries do not"),
        (Self::ReadersLockToo, "cure 1: queries lock too"),
        (
            Self::AtomicReplacement,
            "cure 2: the file is replaced in one step",
        ),
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.into_iter().find(|(_, it)| *it == name);
        found.map(|(cure, _)| cure)
    }
}

pub(crate) struct Buyer<'a> {
    pub(crate) name: &'a str,
    pub(crate) file: &'a Path,
    pub(crate) cure: Cure,
    /// Stops in the middle of its write until its input ends.
    pub(crate) stops: bool,
}

impl Buyer<'_> {
    fn say(&self, words: &str) -> io::Result<()> {
        writeln!(io::stdout(), "{} {words}", self.name)
    }

    pub(crate) fn query_and_buy(&self) -> Outcome {
        match self.query() {
            Ok(left) => self.say(&format!("queries: {left} left"))?,
            Err(error) => {
                self.say(&format!("queries, and dies of it: {error}"))?;
                process::exit(1);
            }
        }
        let _held = self.lock(Kind::Exclusive)?;
        let left = self.read()?;
        if left == 0 {
            self.say("finds none left")?;
            return Ok(());
        }
        self.write(left - 1)?;
        self.say(&format!("has bought one: {} left", left - 1))?;
        Ok(())
    }

    fn query(&self) -> Outcome<u64> {
        let _held = match self.cure {
            Cure::ReadersLockToo => Some(self.lock(Kind::Shared)?),
            Cure::None | Cure::AtomicReplacement => None,
        };
        self.read()
    }

    fn read(&self) -> Outcome<u64> {
        let count: Value = serde_json::from_slice(&fs::read(self.file)?)?;
        Ok(count
            .get("ticket_num")
            .and_then(Value::as_u64)
            .ok_or("no count in it")?)
    }

    fn write(&self, left: u64) -> Outcome {
        let count = json!({"ticket_num": left}).to_string();
        if self.cure == Cure::AtomicReplacement {
            // Another file: nobody reads it before it has the name, and then it is whole.
            let new = self.file.with_extension("new");
            fs::write(&new, count)?;
            self.stop("has written a new file, and not yet given it the name")?;
            fs::rename(new, self.file)?;
        } else {
            // Opened for writing, as in most languages, means cut to nothing first.
            let mut file = File::create(self.file)?;
            self.stop("has opened the file for writing, and not yet written")?;
            file.write_all(count.as_bytes())?;
        }
        Ok(())
    }

    fn stop(&self, words: &str) -> Outcome {
        if self.stops {
            self.say(words)?;
            io::copy(&mut io::stdin(), &mut io::sink())?;
        }
        Ok(())
    }

    /// Held until the file is closed. Says so when it must wait.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the chapter's lock around a file of its own, not the office's"
    )]
    fn lock(&self, kind: Kind) -> Outcome<File> {
        let path = self.file.with_extension("lock");
        let file = File::options().create(true).append(true).open(path)?;
        let (attempt, block): (Attempt, Attempt) = match kind {
            Kind::Shared => (fs2::FileExt::try_lock_shared, fs2::FileExt::lock_shared),
            Kind::Exclusive => (
                fs2::FileExt::try_lock_exclusive,
                fs2::FileExt::lock_exclusive,
            ),
        };
        if attempt(&file).is_err() {
            self.say("waits for the lock")?;
            block(&file)?;
        }
        Ok(file)
    }
}

type Attempt = fn(&File) -> io::Result<()>;

/// Many may hold a shared lock at once, or one an exclusive one.
#[derive(Clone, Copy)]
enum Kind {
    Shared,
    Exclusive,
}
