//! `POST /desk/sale/{id}/…`: an order cancelled, a hold sold or given back.
//!
//! Who else has done the same meanwhile is told of: what another desk did is not taken for one's own.

use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;

use super::access::Desk;
use super::form::DeskForm;
use super::sale::{Notice, checked, find, show};
use super::words::DeskWords;
use super::{frame, refusal};
use crate::office::{Change, History, HoldEnd, State};
use crate::serve::api::replies::warn;
use crate::serve::page::{fill, moment, see_other};
use crate::serve::problem::ProblemResponse;
use crate::serve::waiting_orders::LOCK_TIME;

/// What is done with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Cancel,
    Confirm,
    Release,
}

impl Deed {
    /// The word for what was done.
    fn done(self) -> &'static str {
        match self {
            Self::Cancel => "cancelled",
            Self::Confirm => "confirmed",
            Self::Release => "released",
        }
    }
}

pub(super) async fn cancel(desk: Desk, Path(id): Path<String>, request: Request) -> Response {
    change(&desk, &id, request, Deed::Cancel).await
}

pub(super) async fn confirm(desk: Desk, Path(id): Path<String>, request: Request) -> Response {
    change(&desk, &id, request, Deed::Confirm).await
}

pub(super) async fn release(desk: Desk, Path(id): Path<String>, request: Request) -> Response {
    change(&desk, &id, request, Deed::Release).await
}

/// Leads one who asks for a button's address by itself to its order.
pub(super) async fn to_the_sale(desk: Desk, Path(id): Path<String>) -> Response {
    match find(&desk, &id).await {
        Ok(sale) => see_other(&desk.path(&format!("/sale/{}", sale.id))),
        Err(problem) => frame::problem(&desk, &problem),
    }
}

async fn change(desk: &Desk, id: &str, request: Request, deed: Deed) -> Response {
    let form = match DeskForm::read(desk, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let words = desk.words;
    let wrong = match (deed, form.tickets()) {
        (Deed::Cancel, None) => Some(words.wrong_quantity),
        _ if !form.has_room() => Some(words.wrong_reason),
        _ => None,
    };
    let answer = match wrong {
        Some(wrong) => {
            let notice = Notice::Refused(wrong.to_owned(), Some(&form));
            show(desk, id, Some(notice), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        None => match make(desk, id, &form, deed).await {
            Ok(whole) => {
                let said = deed.done();
                return see_other(&desk.path(&format!("/sale/{whole}?said={said}")));
            }
            Err(problem) => refused(desk, id, &form, (deed, &problem)).await,
        },
    };
    answer.unwrap_or_else(|problem| frame::problem(desk, &problem))
}

/// Does it. Returns the whole id.
async fn make(
    desk: &Desk,
    id: &str,
    form: &DeskForm,
    deed: Deed,
) -> Result<String, ProblemResponse> {
    let id = checked(id)?;
    let (quantity, key) = (form.tickets(), form.key.clone());
    let (reason, by) = (form.reason(), desk.by.clone());
    let changed = desk.site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(reason.as_deref())
            .by(by.as_str())
            .wait(LOCK_TIME);
        let ended = |end: HoldEnd| (end.id, end.unpublished);
        Ok(match deed {
            Deed::Cancel => {
                let done = office.cancel(&id, quantity, &change.key(key.as_str()))?;
                (done.id, done.unpublished)
            }
            Deed::Confirm => ended(office.confirm(&id, &change)?),
            Deed::Release => ended(office.release(&id, &change)?),
        })
    });
    let (id, unpublished) = changed.await?;
    warn(unpublished.as_ref());
    Ok(id)
}

async fn refused(
    desk: &Desk,
    id: &str,
    form: &DeskForm,
    (deed, problem): (Deed, &ProblemResponse),
) -> Result<Response, ProblemResponse> {
    let sale = find(desk, id).await?;
    let why = why(desk.words, &sale, deed, problem);
    // A form whose outcome nobody knows, or that others have overtaken, is sent again with its key.
    let again = Some(form).filter(|_| !problem.is_key_of_another());
    let notice = Notice::Refused(why, again);
    show(desk, id, Some(notice), problem.status()).await
}

/// Why it was refused, by what the order is by now.
fn why(words: &DeskWords, sale: &History, deed: Deed, problem: &ProblemResponse) -> String {
    if problem.is_key_of_another() || problem.status() != StatusCode::CONFLICT {
        return refusal::told(words, problem);
    }
    match (deed, sale.state) {
        (Deed::Cancel | Deed::Confirm, State::Cancelled) => overtaken(words, sale),
        (Deed::Cancel, State::Valid | State::Part) => words
            .fewer_kept
            .of(sale.quantity.saturating_sub(sale.cancelled)),
        (Deed::Cancel, State::Held) => words.is_held.to_owned(),
        (Deed::Release, State::Valid | State::Part | State::Cancelled) => {
            words.hold_sold.to_owned()
        }
        _ => words.hold_ended.to_owned(),
    }
}

/// Who has cancelled it, as far as the ledger says, and when.
fn overtaken(words: &DeskWords, sale: &History) -> String {
    let last = sale.events.iter().rev().find(|it| it.what == "cancel");
    let at = last.map(|it| moment(&it.at)).unwrap_or_default();
    match last.and_then(|it| it.by.as_deref()) {
        Some(by) => DeskWords::with(words.cancelled_by, by, &at),
        None => fill(words.cancelled_before, &at),
    }
}
