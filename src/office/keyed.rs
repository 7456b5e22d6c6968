//! One key, one order: an order whose key the ledger knows is answered as before, or refused.

use super::commit::Decision;
use super::name;
use super::order::Order;
use crate::error::{About, Error, Kind, Result};
use crate::ledger::Op;
use crate::store::{FoundSale, LedgerQuery, Lookup, SaleState};

/// What an order asks for, as its line would say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) op: Op,
    /// Whose tickets, of a sale or a hold.
    pub(super) buyer: &'a str,
    /// The sale that it is about, of a change.
    pub(super) about: &'a str,
    /// How many, signed as on the ledger; `None`: all that there are.
    pub(super) moved: Option<i64>,
    /// What the seller notes, of a sale or a hold.
    pub(super) note: Option<&'a str>,
}

impl<'a> Asked<'a> {
    /// What this order asks for, with its name as it is written down.
    pub(super) fn of(op: Op, buyer: &'a str, order: &Order<'a>) -> Self {
        Self {
            op,
            buyer,
            about: "",
            moved: Some(order.quantity.cast_signed()),
            note: order.note,
        }
    }

    /// What a change of this sale asks for; of an adjustment, of none.
    pub(super) fn change(op: Op, about: &'a str, moved: Option<i64>) -> Self {
        Self {
            op,
            buyer: "",
            about,
            moved,
            note: None,
        }
    }
}

/// What the ledger says already, where it knows the key: the line with it, which goes to `earlier`.
pub(super) fn known<'r>(
    transaction: &mut dyn LedgerQuery,
    key: Option<&str>,
    earlier: &mut Option<FoundSale>,
) -> Result<Option<Decision<'r>>> {
    let Some(key) = key else { return Ok(None) };
    *earlier = transaction.find(Lookup::Key(key))?;
    let known = earlier.as_ref();
    Ok(known.map(|found| Decision::Known { end: found.end }))
}

/// Whether the line with the key is that of the same order. The error says why it is not, or what has become of it.
pub(super) fn replays(found: &FoundSale, asked: Asked<'_>) -> Result<()> {
    let key = found.key.as_deref().unwrap_or_default();
    let is_same = found.op == asked.op
        && match asked.op {
            Op::Sell | Op::Hold => {
                name::normal(&found.ordered_by) == asked.buyer
                    && found.remark.as_deref() == asked.note
            }
            Op::Adjust => true,
            _ => found.id == asked.about,
        }
        && asked.moved.is_none_or(|moved| moved == found.moved);
    if !is_same {
        let message = format!("the key {key:?} belongs to another order: {}", told(found));
        let error = Error::new(Kind::Refused, message).about(About::KeyOfAnother);
        return Err(match other_note(found, asked) {
            Some(note) => error.hint(note),
            None => error,
        });
    }
    if !matches!(asked.op, Op::Sell | Op::Hold) {
        return Ok(());
    }
    let id = &found.id;
    let (kind, became) = match (found.state, found.cancelled) {
        (SaleState::Sold | SaleState::Held, 0) => return Ok(()),
        (SaleState::Expired, _) => (Kind::Expired, format!("hold {id}, which has ended")),
        (SaleState::Released, _) => (Kind::Cancelled, format!("hold {id}, which was released")),
        (_, cancelled) => {
            let (whole, were) = (found.quantity, if cancelled == 1 { "was" } else { "were" });
            let sale = format!("sale {id}, of which {cancelled} of {whole} {were} cancelled since");
            (Kind::Cancelled, sale)
        }
    };
    let error = Error::new(kind, format!("the key {key:?} belongs to {became}"));
    Err(error.hint(format!(
        "nothing was done; a new order has another key; 'tickets show {id}' says what became of that one"
    )))
}

/// What is said where the same was ordered with another note.
fn other_note(found: &FoundSale, asked: Asked<'_>) -> Option<String> {
    let is_same = found.op == asked.op
        && name::normal(&found.ordered_by) == asked.buyer
        && asked.moved == Some(found.moved)
        && matches!(asked.op, Op::Sell | Op::Hold);
    let was = match &found.remark {
        Some(note) => format!("was {note:?}"),
        None => "was none".to_owned(),
    };
    is_same.then(|| {
        format!(
            "only the note differs: it {was}, and stays; with that note the order is answered as before, and a new order \
             has another key"
        )
    })
}

fn told(found: &FoundSale) -> String {
    let (id, quantity, buyer) = (&found.id, found.quantity, &found.ordered_by);
    match found.op {
        Op::Sell => format!("sale {id} of {quantity} to {buyer:?}"),
        Op::Hold => format!("hold {id} of {quantity} for {buyer:?}"),
        Op::Cancel => format!("the cancellation of {quantity} of sale {id}"),
        Op::Adjust => format!("an adjustment by {:+}", found.moved),
        _ => format!("a change of {id}"),
    }
}
