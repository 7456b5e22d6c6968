//! What stands below the options of the commands of an event's life: holds, names, lists, settings, the door.

pub(super) const HOLD: &str = "\
Examples:
  tickets hold bob --quantity 2 --for 15m
  tickets hold \"Bob Smith\" --for 3days --key web-7f1c
  tickets hold carol --note \"will call on Friday\"

What is held is not left. At its time a hold is due, and ends when somebody needs its tickets, or its buyer the room below \
--max-per-buyer; until then it can still be confirmed. It is not renewed, and its note stays as it was written. 'query', 'watch' and 'audit' count what is due as left; what 'book' and the other \
changes answer is left besides all holds, due or not. Exits 3 when too few are left, 4 when the sale is closed, has not begun or is \
over, or a limit is reached.";

pub(super) const CONFIRM: &str = "\
Examples:
  tickets confirm 7-k3v9xq

The sale has the hold's id. Again, it answers the same. Exits 4 when the hold has ended or was released, or its sale \
is cancelled since.";

pub(super) const RELEASE: &str = "\
Examples:
  tickets release 7-k3v9xq

Again, it answers the same. Exits 4 when it was confirmed: then 'tickets cancel' gives the sale back.";

pub(super) const RENAME: &str = "\
Examples:
  tickets rename 7-k3v9xq \"Alice Brown\" --reason \"a slip of the pen\"

Its note stays as it was written: no command changes it. What was paid or said later goes into the name, as in \
\"Alice Brown (paid)\"; with the name that it has already nothing is written. Moves no tickets, and is not limited by --max-per-buyer. Exits 4 when there is no such sale, or nothing of it is left.";

pub(super) const SHOW: &str = "\
Examples:
  tickets show 7-k3v9xq
  tickets --json show 7-k3v9xq | jq .lines

Exits 4 when there is no such sale.";

pub(super) const IMPORT: &str = "\
Examples:
  tickets import friends.csv
  tickets import friends.csv --rejects again.csv
  tickets import again.csv --batch friends.csv     what was refused, corrected
  sort list.jsonl | tickets import - --batch friends

CSV begins with a header: buyer, quantity (1 if it is left out), key, note, in any order, between commas, semicolons or \
tabs; a line before it, such as sep=; says between which. A list with columns of other names is refused, unless --ignore-columns passes over them; the answer names those, one without a name by its place. Where none is called quantity, \
one that seems to say how many is not passed over: it is to be called so; and a row whose quantity is empty is none while such a column says how many. Rows without anything in \
them are passed over. A row that stands twice in a list is two \
sales, and a row of its own key is one, however often it stands there; one that is refused has a key in the file of --rejects, which says that it is the second. A row's key is its own, or \
made of the batch, its cells, and how many equal rows came before it: so a second run sells only what was refused or \
added: a list with one more row that it had already sells one more. A row that was sold and is changed since is a new row, and so is every row of a file of another name: correct what was \
sold with 'rename' and 'cancel', and give --batch where one list has two files, or two lists \
one name. Where most of the rows of such a file, three at least, equal sales of another list, it is refused without --batch, with the name that the list had (exit 4). A row whose sale was cancelled is not sold again: a key of its own does that. Each row is sold or refused by itself, many in one write; one that was stopped half way is run again. \
Exits 3 when all refusals are for want of tickets, 4 when a row was refused otherwise, 2 when the file makes no \
sense: then nothing was sold. So it is when a row alone makes no sense, as one with the quantity \"two\"; with --rejects \
that row is refused, and the others are sold. With too few cells, something in one that the header does not have, or an open quote, it is no row: that is \
to be corrected first. A row that says in a column \"cancelled\" or \"valid\" that not all of it is valid, as a list of sales does, is refused, too; and so is one without a key whose column \"id\" or \"ids\" names a sale of this event that stands: the lists of 'sales' and 'door' are for another event. Of a row with ids like 3-k9wcga in such a column the apostrophes and \\n that those \
lists have are read back; any other row is taken as it is. Spaces around a cell are dropped. What somebody has corrected in the file of --rejects is not overwritten (exit 4) until it is sold, nor are refused rows of another list.";

pub(super) const SET: &str = "\
Examples:
  tickets set                     what is set; changes nothing
  tickets set --title \"New Year\" --max-per-sale 6
  tickets set --from 2026-12-01 --until 2026-12-31T18:00
  tickets set --until 2026-12-31  to the end of that day
  tickets set --until none        no end
  tickets set --hold none         a hold is due at once
  tickets set --max-per-buyer none    no limit

An event to practise on is one for real by that. How many there are is changed by 'tickets adjust'. Each change is a line on the ledger; what was sold before stays. Exits 2 when a value makes no sense.";

pub(super) const CLOSE: &str = "\
Examples:
  tickets close
  tickets close --reason \"doors are open\"

While it is closed, there is no sale and no hold (exit 4); cancel, confirm, release and rename go on: what is held can still be bought, and it says how many those are. Exits 0 also \
when it is closed already.";

pub(super) const REOPEN: &str = "\
Examples:
  tickets reopen

Exits 0 also when it is open already.";

pub(super) const DOOR: &str = "\
Examples:
  tickets door
  tickets door --format html > door.html      to print
  tickets door --format csv > door.csv
  tickets door --format csv --bom > door.csv  for Excel
  tickets door --format csv --bom --separator semicolon > door.csv

In CSV, names and notes are written as by 'tickets sales --format csv', with an apostrophe before what a spreadsheet \
would take for a formula; 'tickets import' takes them off again, and reads this list back as it was. --raw changes nothing, for a program of your own: of \
that list, too, 'tickets import' takes off what looks like one. \
Sorted without regard to case and accents. What is cancelled or only held is not on it. Exits 6 when the ledger does \
not add up.";

pub(super) const WATCH: &str = "\
Examples:
  tickets watch
  tickets watch | tee evening.log
  tickets --json watch | jq .left

On a terminal it is drawn anew at each change; to a pipe it prints a line for each. It goes on until Ctrl-C. \
Exits 130 then.";
