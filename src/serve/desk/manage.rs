//! `POST /desk/adjust`, `/desk/close` and `/desk/reopen`.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;

use super::access::Desk;
use super::actions::{DeskAct, FilledAct};
use super::form::DeskForm;
use super::{orders, refusal};
use crate::BoxOffice;
use crate::error::Result as OfficeResult;
use crate::office::{Change, Turned};
use crate::serve::api::replies::warn;
use crate::serve::page::see_other;
use crate::serve::problem::ProblemResponse;
use crate::serve::waiting_orders::LOCK_TIME;

pub(super) async fn adjust(desk: Desk, request: Request) -> Response {
    let form = match DeskForm::read(&desk, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    let words = desk.words;
    let wrong = match (form.change(), form.reason()) {
        (None, _) => Some(words.wrong_change),
        (_, None) => Some(words.wrong_reason),
        _ if !form.has_room() => Some(words.wrong_reason),
        _ => None,
    };
    if let Some(wrong) = wrong {
        let told = (StatusCode::UNPROCESSABLE_ENTITY, wrong.to_owned());
        return refuse(&desk, DeskAct::Adjust, &form, told).await;
    }
    match adjusted(&desk, &form).await {
        Ok(()) => see_other(&desk.path("?said=adjusted")),
        Err(problem) => {
            let told = told(&desk, &problem).await;
            refuse(&desk, DeskAct::Adjust, &form, (problem.status(), told)).await
        }
    }
}

async fn adjusted(desk: &Desk, form: &DeskForm) -> Result<(), ProblemResponse> {
    let (quantity, key) = (form.change().unwrap_or_default(), form.key.clone());
    let (reason, by) = (form.reason(), desk.by.clone());
    let adjusted = desk.site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(reason.as_deref())
            .by(by.as_str())
            .key(key.as_str())
            .wait(LOCK_TIME);
        office.adjust(quantity, &change)
    });
    warn(adjusted.await?.unpublished.as_ref());
    Ok(())
}

/// Why it was refused: where fewer are left than were to be taken away, how many.
async fn told(desk: &Desk, problem: &ProblemResponse) -> String {
    if problem.code() == "refused"
        && problem.status() == StatusCode::CONFLICT
        && let Ok(count) = desk.site.event.reader.read().await
    {
        return match count.state.left {
            0 => desk.words.none_to_take.to_owned(),
            left => desk.words.fewer_left.of(left),
        };
    }
    refusal::told(desk.words, problem)
}

pub(super) async fn close(desk: Desk, request: Request) -> Response {
    turn(&desk, request, DeskAct::Close, BoxOffice::close).await
}

pub(super) async fn reopen(desk: Desk, request: Request) -> Response {
    turn(&desk, request, DeskAct::Reopen, BoxOffice::reopen).await
}

type Turn = fn(&mut BoxOffice, &Change<'_>) -> OfficeResult<Turned>;

async fn turn(desk: &Desk, request: Request, act: DeskAct, turn: Turn) -> Response {
    let form = match DeskForm::read(desk, request).await {
        Ok(form) => form,
        Err(answer) => return answer,
    };
    if !form.has_room() {
        let told = desk.words.wrong_reason.to_owned();
        let told = (StatusCode::UNPROCESSABLE_ENTITY, told);
        return refuse(desk, act, &form, told).await;
    }
    // Done once without a key: what is closed is not closed again.
    let (reason, by) = (form.reason(), desk.by.clone());
    let turned = desk.site.event.clerks.change(move |office| {
        let change = Change::new()
            .reason(reason.as_deref())
            .by(by.as_str())
            .wait(LOCK_TIME);
        turn(office, &change)
    });
    match turned.await {
        Ok(turned) => {
            warn(turned.unpublished.as_ref());
            let done = if act == DeskAct::Close {
                "closed"
            } else {
                "reopened"
            };
            see_other(&desk.path(&format!("?said={done}")))
        }
        Err(problem) => {
            let told = refusal::told(desk.words, &problem);
            refuse(desk, act, &form, (problem.status(), told)).await
        }
    }
}

async fn refuse(
    desk: &Desk,
    act: DeskAct,
    form: &DeskForm,
    (status, wrong): (StatusCode, String),
) -> Response {
    let filled = FilledAct {
        act,
        form,
        keeps_key: wrong != desk.words.used_form,
        wrong,
    };
    orders::again(desk, filled, status).await
}
