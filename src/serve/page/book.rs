//! `POST /book` and `POST /hold`: an order, by the same clerks as the API's.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::form::{self, OrderForm};
use super::home::{self, Filled, WrongField};
use super::language::Language;
use super::layout::see_other;
use super::origin;
use super::page_key::PageKey;
use super::refusal::{self, Again};
use super::words::Words;
use crate::ledger::MAX_STOCK;
use crate::office::Order;
use crate::serve::admission;
use crate::serve::api::replies::warn;
use crate::serve::api::sell::{SaleOrder, buy};
use crate::serve::caller::Caller;
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;
use crate::serve::waiting_orders::LOCK_TIME;

pub(super) async fn book(
    State(site): State<Site>,
    caller: Caller,
    Language(words): Language,
    request: Request,
) -> Response {
    let order = take(&site, caller, words, request, "book").await;
    match order {
        Ok(order) => {
            let wanted = SaleOrder {
                buyer: order.form.buyer.clone(),
                quantity: order.quantity,
                note: None,
            };
            let key = order.key.as_str().to_owned();
            let sold = buy(&site, key, wanted).await;
            order.answer(&site, words, sold.map(|_| ())).await
        }
        Err(answer) => answer,
    }
}

pub(super) async fn hold(
    State(site): State<Site>,
    caller: Caller,
    Language(words): Language,
    request: Request,
) -> Response {
    let order = take(&site, caller, words, request, "hold").await;
    match order {
        Ok(order) => {
            let held = keep(&site, &order).await;
            order.answer(&site, words, held).await
        }
        Err(answer) => answer,
    }
}

/// Leads one who asks for the form's address by itself to the form.
pub(super) async fn to_the_form(State(site): State<Site>) -> Response {
    see_other(&site.page(""))
}

/// An order that makes sense as far as the form goes.
struct Taken {
    key: PageKey,
    form: OrderForm,
    quantity: u64,
    action: &'static str,
}

/// Takes the order that a form has sent; else what is answered.
async fn take(
    site: &Site,
    caller: Caller,
    words: &'static Words,
    request: Request,
    action: &'static str,
) -> Result<Taken, Response> {
    if let Err(foreign) = origin::check(&site.service, request.headers()) {
        return Err(refusal::foreign(site, words, &foreign));
    }
    let refuse = |problem: ProblemResponse, again| refusal::page(site, words, &problem, again);
    let form = form::read::<OrderForm>(request, site).await;
    let form = form.map_err(|problem| refuse(problem, None))?;
    let Some(key) = PageKey::parse(&form.key) else {
        let problem = ProblemResponse::bad_request("the form has no key of the page");
        return Err(refuse(problem, None));
    };
    let quantity = form.quantity.trim().parse::<u64>().ok();
    let quantity = quantity.filter(|quantity| (1..=MAX_STOCK).contains(quantity));
    let order = Taken {
        key,
        form,
        quantity: quantity.unwrap_or_default(),
        action,
    };
    if let Err(problem) = admission::order(site, caller) {
        return Err(refuse(problem, Some(&order.again(site))));
    }
    if quantity.is_some() {
        return Ok(order);
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let filled = order.filled(WrongField::Quantity);
    Err(home::again(site, words, &filled, status).await)
}

/// Holds what was ordered, for as long as the page said; where it said nothing, as the event says.
async fn keep(site: &Site, order: &Taken) -> Result<(), ProblemResponse> {
    let (buyer, quantity) = (order.form.buyer.clone(), order.quantity);
    let key = order.key.as_str().to_owned();
    // As the page has promised, or not at all: the event's time may be another one by now.
    let time = order.form.promised();
    let held = site.event.clerks.change(move |office| {
        let order = Order::new(&buyer, quantity).key(key.as_str());
        office.hold_for_public(&order.wait(LOCK_TIME), time)
    });
    let held = held.await?;
    warn(held.unpublished.as_ref());
    Ok(())
}

impl Taken {
    fn filled(&self, wrong: WrongField) -> Filled<'_> {
        Filled {
            key: &self.key,
            form: &self.form,
            wrong: Some(wrong),
        }
    }

    fn again(&self, site: &Site) -> Again {
        Again {
            action: site.page(self.action),
            order: self.form.clone(),
        }
    }

    /// The way to the receipt, or why there is none.
    async fn answer(
        &self,
        site: &Site,
        words: &'static Words,
        done: Result<(), ProblemResponse>,
    ) -> Response {
        let Err(problem) = done else {
            return self.to_the_receipt(site);
        };
        let wrong = match problem.code() {
            // It was made once, and its receipt says what has become of it.
            "cancelled" | "expired" => return self.to_the_receipt(site),
            "refused" if problem.is_key_of_another() => {
                return refusal::used(site, words, &self.key);
            }
            "usage" => WrongField::Name,
            "limit" => WrongField::Limit,
            "refused" if problem.status() == StatusCode::FORBIDDEN => WrongField::NoHolds,
            "sold_out" => WrongField::Faster,
            "closed" | "not_yet" | "over" => WrongField::NotOnSale,
            _ => return refusal::page(site, words, &problem, Some(&self.again(site))),
        };
        home::again(site, words, &self.filled(wrong), problem.status()).await
    }

    fn to_the_receipt(&self, site: &Site) -> Response {
        see_other(&site.page(&format!("r/{}", self.key.as_str())))
    }
}
