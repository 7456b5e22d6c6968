//! What is said beside a sale to somebody for whom tickets are held: those are not part of it.

use super::hint::quoted;
use super::screen::Screen;
use crate::office::Sale;
use crate::plural::count;
use crate::{BoxOffice, shown};

/// Says so to people. The sale stands, whatever cannot be read.
pub(super) fn told(office: &BoxOffice, sale: &Sale, screen: &Screen) {
    if sale.held == 0 || sale.replayed || screen.quiet || screen.json {
        return;
    }
    let holds = office.holds_of(&sale.buyer).unwrap_or_default();
    let tickets = holds
        .iter()
        .fold(0, |all: u64, hold| all.saturating_add(hold.tickets));
    let (buyer, tickets) = (shown(&sale.buyer), count(tickets, "ticket"));
    let note = match &holds[..] {
        [] => return,
        [hold] => {
            let confirm = screen.command(&format!("confirm {}", hold.id));
            format!(
                "{buyer} has hold {} of {tickets}, too: {confirm} sells it",
                hold.id
            )
        }
        _ => {
            let list = format!("sales --held --name {}", quoted(sale.buyer.as_ref()));
            let (holds, list) = (count(holds.len() as u64, "hold"), screen.command(&list));
            format!("{buyer} has {holds} of {tickets}, too: {list}")
        }
    };
    screen.notes(&[note]);
}
