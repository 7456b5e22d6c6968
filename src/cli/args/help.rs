//! What stands below the options of each command: examples, and how it exits.

pub(super) const PROGRAM: &str = "\
Examples:
  tickets -f gala.json init 200           an event to sell from
  tickets -f gala.json book alice --quantity 2 --key web-7f1c
  tickets -f gala.json query              how many are left
  tickets -f gala.json hold bob --for 2h  kept for him; 'confirm ID' sells it
  tickets -f gala.json sales              who has bought
  tickets -f gala.json door               who may come in
  tickets -f gala.json audit              does everything add up
  tickets -f gala.json backup /mnt/stick  a copy, while others sell

  tickets reset                   2 tickets to practise on
  tickets buy --users 8           8 buyers rush, without a lock: a race
  tickets reset                   start anew
  tickets buy --users 8 --lock    the same under the lock: nothing is oversold
  tickets race prove --users 3    every way in which 3 buyers can meet
  tickets doctor .                whether this directory is fit for events

Exit codes:
  0  done
  1  I/O error
  2  usage
  3  sold out; race find: there is none
  4  refused: it goes against what is there
  5  busy: the lock was not had in time
  6  integrity: a race, or the count and the ledger do not add up
  128 + n  stopped by signal n; 130 is Ctrl-C";

pub(super) const INIT: &str = "\
Examples:
  tickets -f gala.json init 200
  tickets init 200                in data/tickets.json
  tickets init 200 --title Gala --max-per-sale 6 --hold 1h
  tickets init 200 --until 2026-12-31T18:00
  tickets init 200 --group        for all of the directory's group

Makes the event's files, and their directory. Exits 4 when any of them is there already, or a ledger of that \
name that was archived. A rush ('tickets buy') keeps off such an event. 'tickets set' changes later what the \
options say.

--max-per-buyer goes by the name, capitals or not, which proves nothing: whoever gives another name is another \
buyer. Times without a zone are those of the clock here.";

pub(super) const QUERY: &str = "\
Examples:
  tickets query
  tickets --json query | jq .left

Takes no lock, waits for nobody and writes nothing. What is held past its time counts as left, for whoever needs \
it gets it, and it says how many those are; what 'book' and the other changes answer is left besides all holds, due \
or not. Exits 6 when the count and the ledger do not add up.";

pub(super) const BUY: &str = "\
Examples:
  tickets buy --users 8                         without a lock: a race
  tickets buy --users 8 --lock                  under the lock: safe
  tickets buy --users 8 --together              all read before one writes
  tickets buy --users 200 --lock --think 0ms    as fast as it goes
  tickets buy --users 180 --threads             threads instead of processes
  tickets buy --users 8 --together --timeline race.svg       a picture of it
  tickets buy --users 8 --together --timeline race.html      its steps
  tickets buy --users 2000 --lock --evidence run.jsonl       what each did, and
  tickets race check run.jsonl                               to judge it again

Each buyer queries, then buys: read, think, write. All start at one signal. They take from the event's stock. \
Where tickets are booked for people, or the event was made by 'tickets init', a rush is refused: it belongs on an event \
of its own, which a file with {\"ticket\": 50} in it is. --lock --force rushes there all the same; a rush without a lock \
may leave a ledger that nobody can sell from, and needs --force and the lock by its name: --lock=none.

Buyers that found too few left are no failure, and no refusal of exit code 4: the table counts them as 'found none', JSON as \
\"refused\".

With --evidence or --timeline the rush also finds what only the steps show: torn and stale reads, locks \
that keep nobody out. Both files are written anew; a file that holds something else is refused, before \
anything is sold. A buyer that cannot write down what it is about to do does not sell.

Exits 6 when a race was found, or an earlier one left what nobody can sell from, 5 when a buyer did not get the lock in time, 4 where it is \
refused, 1 when a buyer failed, the count could not be written or the evidence is not whole, else 0: also when there were not enough tickets for all.";

pub(super) const BOOK: &str = "\
Examples:
  tickets book alice
  tickets book \"Bob Smith\" --quantity 2
  tickets book carol --key web-7f1c      again and again: sold once
  tickets book dave --note \"paid cash\"

Booked means: on disk. With --key, the same order again gives the same sale again; another order with \
that key is refused; so is the key of a sale that was cancelled since. A note stays as it was written: what comes \
later goes into the name, by 'tickets rename ID \"alice (paid)\"'. Exits 3 when too few are left, 4 when the key is another's, the sale is closed or a limit is \
reached, 5 when the lock was not \
had in time, and 1 when the outcome is unknown: then try again with the same key.";

pub(super) const CANCEL: &str = "\
Examples:
  tickets cancel 7-k3v9xq
  tickets cancel 7-k3v9xq --quantity 1 --reason ill
  tickets cancel 7

The id is what 'tickets book' printed; 'tickets sales' lists them. Exits 4 when there is no such sale or \
nothing of it is left to cancel.";

pub(super) const ADJUST: &str = "\
Examples:
  tickets adjust +20 --reason \"gallery opened\"
  tickets adjust -10 --reason \"stage grew\"

The number is the difference, not how many there are then. Never takes away what is sold. Exits 4 when that is asked for. 'tickets sales --changes' lists all adjustments, \
with their reasons.";

pub(super) const SALES: &str = "\
Examples:
  tickets sales
  tickets sales --name alice
  tickets sales --since 2h --limit 10
  tickets sales --changes         what was cancelled, adjusted, set, and why
  tickets sales --held            what is held, with the ids to confirm
  tickets sales --format csv > sales.csv
  tickets sales --format csv --bom --separator semicolon > sales.csv
  tickets --json sales | jq '.sales[].buyer'

A hold becomes a sale when it is confirmed. --since with a time that is still to come today means that of yesterday. For people the times are those of the clock here, for programs in UTC. In CSV, an apostrophe stands before each \
= + - @ that may begin a cell of a spreadsheet, wherever it splits: at the start, or behind anything but a letter, a \
digit, a dot or a low line; not before a telephone number. Control characters are written out, as \\n; letters that join others in a name stay. With --raw \
nothing is changed, for a program of your own: 'tickets import' reads the list without it back as it was, and takes in either the \
apostrophe and the \\n for what this writes. Exits 6 when the ledger does not add up.";

pub(super) const AUDIT: &str = "\
Examples:
  tickets audit
  tickets audit --repair      write the count anew from the ledger, and the like
  tickets audit --repair --force    also where the count includes more

Repairs only what can be proven, under the lock, and says what it did; with --force also how much it went on without. In JSON \
'capacity', 'sold', 'held' and 'left' are null where a part of the ledger is damaged or missing; what stands in front of that is in \
'verified_up_to'. Exits 6 when something does not add up.";

pub(super) const BACKUP: &str = "\
Examples:
  tickets -f gala.json backup /mnt/stick/gala
  tickets -f gala.json backup ~/backups/gala
  tickets -f /mnt/stick/gala/gala.json audit    look at it

Makes the directory where it is missing, and replaces an older backup of this event in it; whoever is killed \
leaves that, or the new one. Exits 4 when something else stands there, 6 when the event does not add up.";

pub(super) const COPY: &str = "\
Examples:
  tickets copy gala.json etcd://10.0.0.1:2379,10.0.0.2:2379/gala
  tickets copy etcd://10.0.0.1:2379/gala gala.json
  tickets copy gala.json rehearsal.json

Others may sell meanwhile: what is copied is the event at one moment, and what is sold later stays where it is sold. \
Exits 4 when something of an event is at TO, 6 when the event does not add up.";

pub(super) const RESTORE: &str = "\
Examples:
  tickets restore /mnt/stick/gala
  tickets restore /mnt/stick/gala --force    give up what it lacks

Exits 4 when the event has lines that the backup lacks, unless --force; 1 when there is no backup, 6 when it \
does not add up. What is replaced is kept beside, under the names that it prints. With --force it names each sale and hold that is \
given up, and tells the command that undoes it; in JSON those are \"given_up\" and \"undo\".";

pub(super) const RESET: &str = "\
Examples:
  tickets reset                    with the stock it opened with
  tickets reset 200                with 200
  tickets -f gig.json reset        of another event

Waits for whoever holds the lock. Exits 4, unless --force, while tickets are booked, where that is \
unknown because the ledger is missing or shorter than the count says, and over a file that is no event. Exits 1 \
where there is no event: 'tickets init' makes one. The default event alone is made, to practise on.";

pub(super) const RACE: &str = "\
Examples:
  tickets race prove --users 3           without a lock
  tickets race prove --users 3 --lock    under it
  tickets race find oversold             the smallest that oversells
  tickets race locks                     locks that are none
  tickets race compare                   one order, without a lock and with it
  tickets race tour                      all of it, step by step
  tickets race scenarios                 real commands that can race
  tickets race check run.jsonl           a run that was recorded

Exits 6 when something goes wrong in what was run or judged, and 'race find' exits 3 when there is none. 'race compare' exits \
6 when it goes wrong under the second lock too, 'race tour' when something is not as it is told.";

pub(super) const DOCTOR: &str = "\
Examples:
  tickets doctor                  where the event is
  tickets doctor /mnt/share       somewhere else
  tickets doctor gig.json         where this event is, and by which names
  tickets --json doctor | jq .costs_us

Starts a second process and tries all that a sale relies on, in a directory of its own that it \
removes. The event is not touched. In JSON 'verdict' is about the place (fit, fit_for_one_user, unfit), 'event' about the \
event that was named (fit, unfit, missing). Where a power cut takes what was synced it is noted, and is no failure. Exits 6 \
when the place or the event is unfit, 1 when it could not be tried.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  tickets completions bash > ~/.local/share/bash-completion/completions/tickets
  tickets completions zsh > ~/.zfunc/_tickets
  tickets completions fish > ~/.config/fish/completions/tickets.fish

Exits 2 for a shell that it does not know.";

pub(super) const MAN: &str = "\
Examples:
  tickets man | man -l -
  tickets man book | man -l -     one page
  tickets man ~/.local/share/man/man1
  tickets man ./book              a directory that is called as a command is

Exits 1 when a page cannot be written, 2 for a word that is neither a command nor a directory.";
