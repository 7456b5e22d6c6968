//! `POST /desk/sell` and `POST /desk/hold`: a sale at the door, and tickets kept for somebody.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::access::Desk;
use super::actions::{DeskAct, FilledAct};
use super::form::DeskForm;
use super::words::DeskWords;
use super::{orders, refusal};
use crate::office::Order;
use crate::serve::api::replies::warn;
use crate::serve::page::{EventView, see_other};
use crate::serve::problem::ProblemResponse;
use crate::serve::waiting_orders::{LOCK_TIME, Wanted};

pub(super) async fn sell(desk: Desk, request: Request) -> Response {
    order(&desk, request, DeskAct::Sell).await
}

pub(super) async fn hold(desk: Desk, request: Request) -> Response {
    order(&desk, request, DeskAct::Hold).await
}

async fn order(desk: &Desk, request: Request, act: DeskAct) -> Response {
    let form = match DeskForm::read(desk, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let made = match checked(desk.words, &form, act) {
        Ok(quantity) if act == DeskAct::Sell => sold(desk, &form, quantity).await,
        Ok(quantity) => held(desk, &form, quantity).await,
        Err(wrong) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return refuse(desk, (act, &form), wrong.to_owned(), status).await;
        }
    };
    match made {
        Ok(id) => {
            let done = if act == DeskAct::Sell { "sold" } else { "held" };
            see_other(&desk.path(&format!("/sale/{id}?said={done}")))
        }
        Err(problem) => {
            let wrong = match problem.code() {
                // What the form sold before is cancelled since.
                "cancelled" => desk.words.used_form.to_owned(),
                "limit" => over_limit(desk, &form).await,
                _ => refusal::told(desk.words, &problem),
            };
            refuse(desk, (act, &form), wrong, problem.status()).await
        }
    }
}

/// How many tickets, where the form makes sense; else what is wrong with it.
fn checked(words: &DeskWords, form: &DeskForm, act: DeskAct) -> Result<u64, &'static str> {
    let quantity = form.tickets().ok_or(words.wrong_quantity)?;
    if act == DeskAct::Hold && form.time().is_err() {
        return Err(words.wrong_time);
    }
    if !form.has_room() {
        return Err(words.wrong_reason);
    }
    Ok(quantity)
}

async fn sold(desk: &Desk, form: &DeskForm, quantity: u64) -> Result<String, ProblemResponse> {
    let wanted = Wanted {
        buyer: form.buyer.clone(),
        quantity,
        key: form.key.clone(),
        note: form.note(),
        by: Some(desk.by.clone()),
    };
    let sale = desk.site.event.clerks.sell(wanted).await?;
    warn(sale.unpublished.as_ref());
    Ok(sale.id)
}

async fn held(desk: &Desk, form: &DeskForm, quantity: u64) -> Result<String, ProblemResponse> {
    let (buyer, key, note) = (form.buyer.clone(), form.key.clone(), form.note());
    let (by, time) = (desk.by.clone(), form.time().unwrap_or_default());
    let hold = desk.site.event.clerks.change(move |office| {
        let order = Order::new(&buyer, quantity)
            .key(key.as_str())
            .note(note.as_deref())
            .by(by.as_str());
        office.hold(&order.wait(LOCK_TIME), time)
    });
    let hold = hold.await?;
    warn(hold.unpublished.as_ref());
    Ok(hold.id)
}

/// Which limit it is over: that of a sale, or else that of a buyer.
async fn over_limit(desk: &Desk, form: &DeskForm) -> String {
    let (words, event) = (desk.words, &desk.site.event);
    let Ok(count) = event.reader.read().await else {
        return words.limit.to_owned();
    };
    let view = EventView::of(event, &count);
    let quantity = form.tickets().unwrap_or_default();
    let of_sale = view.most_per_sale().filter(|most| quantity > *most);
    match (of_sale, view.most_per_buyer()) {
        (Some(most), _) => words.limit_of_sale.of(most),
        (None, Some(most)) => words.limit_of_buyer.of(most),
        (None, None) => words.limit.to_owned(),
    }
}

async fn refuse(
    desk: &Desk,
    (act, form): (DeskAct, &DeskForm),
    wrong: String,
    status: StatusCode,
) -> Response {
    let filled = FilledAct {
        act,
        form,
        keeps_key: wrong != desk.words.used_form,
        wrong,
    };
    orders::again(desk, filled, status).await
}
