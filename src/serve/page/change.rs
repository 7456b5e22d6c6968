//! What a buyer does with an order that the page took: cancels it, or confirms or gives back what is held. Each is done once,
//! however often it is sent.

use axum::extract::{Path, Request, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;

use super::form::OrderForm;
use super::language::Language;
use super::layout::see_other;
use super::origin;
use super::receipt::{self, Found};
use super::refusal::{self, Again};
use super::view::EventView;
use super::words::Words;
use crate::BoxOffice;
use crate::error::{Error, Result as OfficeResult};
use crate::office::{Change, State};
use crate::serve::admission;
use crate::serve::api::replies::warn;
use crate::serve::caller::Caller;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::LOCK_TIME;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Done {
    Cancel,
    Confirm,
    Release,
}

impl Done {
    fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Confirm => "confirm",
            Self::Release => "release",
        }
    }

    /// Does it. The error beside it is why the count does not show it yet.
    fn to(self, office: &mut BoxOffice, id: &str, key: &str) -> OfficeResult<Option<Error>> {
        let change = Change::new().sale_key(key).wait(LOCK_TIME);
        Ok(match self {
            Self::Cancel => office.cancel(id, None, &change)?.unpublished,
            Self::Confirm => office.confirm(id, &change)?.unpublished,
            Self::Release => office.release(id, &change)?.unpublished,
        })
    }
}

/// Who sends what about which order.
type Sent = (Shared<Site>, Caller, Language, Path<String>);

pub(super) async fn cancel(sent: Sent, request: Request) -> Response {
    change(sent, request, Done::Cancel).await
}

pub(super) async fn confirm(sent: Sent, request: Request) -> Response {
    change(sent, request, Done::Confirm).await
}

pub(super) async fn release(sent: Sent, request: Request) -> Response {
    change(sent, request, Done::Release).await
}

/// Leads one who asks for a button's address by itself to its order.
pub(super) async fn to_the_receipt(
    Shared(site): Shared<Site>,
    Path(key): Path<String>,
) -> Response {
    let is_key = super::page_key::PageKey::parse(&key).is_some();
    let path = if is_key {
        format!("r/{key}")
    } else {
        String::new()
    };
    see_other(&site.page(&path))
}

async fn change(sent: Sent, request: Request, done: Done) -> Response {
    let (Shared(site), caller, Language(words), Path(key)) = sent;
    if let Err(foreign) = origin::check(&site.service, request.headers()) {
        return refusal::foreign(&site, words, &foreign);
    }
    let found = match admission::order(&site, caller) {
        Ok(()) => receipt::find(&site, caller, &key).await,
        Err(problem) => Err(problem),
    };
    let again = Again {
        action: site.page(&format!("r/{key}/{}", done.name())),
        order: OrderForm::default(),
    };
    let found = match found {
        Ok(found) => found,
        Err(problem) => return refusal::page(&site, words, &problem, Some(&again)),
    };
    let changed = make(&site, &found, done).await;
    let Err(problem) = changed else {
        return see_other(&site.page(&format!("r/{key}")));
    };
    match problem.code() {
        "closed" => {
            let notice = Some(words.cancel_too_late);
            receipt::show(&site, words, &found, problem.status(), notice)
        }
        // What it is by now, which is why.
        "cancelled" | "expired" | "refused" => {
            let found = receipt::find(&site, caller, &key).await;
            answer(&site, words, found, done, &problem, &again)
        }
        _ => refusal::page(&site, words, &problem, Some(&again)),
    }
}

async fn make(site: &Site, found: &Found, done: Done) -> Result<(), ProblemResponse> {
    if done == Done::Cancel {
        let count = site.event.reader.read().await?;
        if !EventView::of(&site.event, &count).may_cancel() {
            return Err(ProblemResponse::too_late());
        }
    }
    let (id, key) = (found.sale.id.clone(), found.key.as_str().to_owned());
    let changed = site
        .event
        .clerks
        .change(move |office| done.to(office, &id, &key));
    warn(changed.await?.as_ref());
    Ok(())
}

/// The answer to a change that this order does not take.
fn answer(
    site: &Site,
    words: &'static Words,
    found: Result<Found, ProblemResponse>,
    done: Done,
    refused: &ProblemResponse,
    again: &Again,
) -> Response {
    let found = match found {
        Ok(found) if refused.status() == StatusCode::CONFLICT => found,
        Ok(_) => return refusal::page(site, words, refused, Some(again)),
        Err(problem) => return refusal::page(site, words, &problem, Some(again)),
    };
    let notice = match (done, found.sale.state) {
        (Done::Cancel, State::Held) => words.cancelled_nothing,
        (Done::Release, State::Valid | State::Part) => words.released_nothing,
        // The receipt says so.
        _ => return see_other(&site.page(&format!("r/{}", found.key.as_str()))),
    };
    receipt::show(site, words, &found, refused.status(), Some(notice))
}
