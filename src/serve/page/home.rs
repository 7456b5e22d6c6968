//! `/`: what is left, and the form to buy with; or why nothing can be bought.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use super::form::OrderForm;
use super::language::Language;
use super::layout::Page;
use super::live::{live, overtaken};
use super::page_key::PageKey;
use super::refusal;
use super::view::EventView;
use super::words::{Words, fill};
use crate::office::{MAX_NAME, NameFlaw, OnSale};
use crate::serve::problem::ProblemResponse;
use crate::serve::service::Site;

pub(super) async fn home(State(site): State<Site>, Language(words): Language) -> Response {
    match new(&site, words).await {
        Ok(page) => page,
        Err(problem) => refusal::page(&site, words, &problem, None),
    }
}

/// The page with a key of its own: no two have the same.
async fn new(site: &Site, words: &'static Words) -> Result<Response, ProblemResponse> {
    let count = site.event.reader.read().await?;
    let key = PageKey::new()?;
    let filled = Filled {
        key: &key,
        form: &OrderForm::default(),
        wrong: None,
    };
    let view = EventView::of(&site.event, &count);
    Ok(page(site, words, view, &filled, StatusCode::OK))
}

/// The form as it was filled in, with what is wrong with it. Nothing was done, so that its key is good as before.
pub(super) async fn again(
    site: &Site,
    words: &'static Words,
    filled: &Filled<'_>,
    status: StatusCode,
) -> Response {
    match site.event.reader.read().await {
        Ok(count) => {
            let view = EventView::of(&site.event, &count);
            page(site, words, view, filled, status)
        }
        Err(problem) => refusal::page(site, words, &problem, None),
    }
}

/// What somebody has filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Filled<'f> {
    pub(super) key: &'f PageKey,
    pub(super) form: &'f OrderForm,
    pub(super) wrong: Option<WrongField>,
}

/// What is wrong with an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WrongField {
    Name,
    Quantity,
    /// More than there may be in one sale, or of one buyer.
    Limit,
    /// Others have bought meanwhile what was left when the page was made.
    Faster,
    /// Nothing is sold meanwhile, or nothing yet.
    NotOnSale,
    /// Nothing is held meanwhile.
    NoHolds,
}

impl WrongField {
    fn told(self, view: EventView<'_>, words: &Words, form: &OrderForm) -> String {
        let wanted = form.quantity.trim().parse::<u64>().ok();
        let above = |most: &u64| wanted.is_some_and(|wanted| wanted > *most);
        match (self, view.most_per_sale(), view.most_per_buyer()) {
            (Self::Name, ..) => wrong_name(&form.buyer, words),
            (Self::Limit, Some(most), _) if above(&most) => words.per_sale.of(most),
            // Whether the name has some is told only where it must have.
            (Self::Limit, _, Some(most)) if above(&most) => words.per_name.of(most),
            (Self::Limit, ..) if form.promised() > view.hold() => words.overtaken.to_owned(),
            (Self::Limit, _, Some(most)) => words.per_buyer.of(most),
            (Self::Quantity, ..) if wanted.is_none() && view.most() == 1 => {
                words.whole_number.to_owned()
            }
            (Self::Quantity | Self::Limit, ..) => words.wrong_quantity.of(view.most()),
            (Self::Faster, ..) if view.on_sale() == OnSale::Open && above(&view.left()) => {
                words.too_few.of(view.left())
            }
            (Self::Faster, ..) => words.gone_meanwhile.to_owned(),
            (Self::NotOnSale, ..) => words.bought_nothing.to_owned(),
            (Self::NoHolds, ..) => words.no_holds.to_owned(),
        }
    }

    fn is_about_name(self) -> bool {
        self == Self::Name
    }

    fn is_about_quantity(self) -> bool {
        !matches!(self, Self::Name | Self::NoHolds)
    }
}

/// What is wrong with a name.
fn wrong_name(name: &str, words: &Words) -> String {
    match NameFlaw::of(name) {
        Some(NameFlaw::Lines) => words.name_lines.to_owned(),
        Some(NameFlaw::TooLong { fits }) => fill(words.name_too_long, &fits.to_string()),
        Some(NameFlaw::Empty) | None => words.no_name.to_owned(),
    }
}

fn page(
    site: &Site,
    words: &'static Words,
    view: EventView<'_>,
    filled: &Filled<'_>,
    status: StatusCode,
) -> Response {
    let wrong = filled
        .wrong
        .map(|wrong| wrong.told(view, words, filled.form));
    let main = html! {
        (heading(view, words))
        @if let Some(wrong) = &wrong {
            p #wrong .wrong role="alert" { (wrong) }
        }
        (live(site, words, view, filled.wrong.is_some()))
        @if view.on_sale() == OnSale::Open {
            div #already .notice data-link=(words.see_receipt) hidden {}
            (form(site, words, view, filled))
        } @else {
            (overtaken(site, words))
        }
    };
    let page = Page {
        status,
        title: view.title(words),
        main,
    };
    page.answer(&site.service, words)
}

/// What the event is called, and when it takes place.
pub(super) fn heading(view: EventView<'_>, words: &'static Words) -> Markup {
    html! {
        header {
            h1 { (view.title(words)) }
            @if let Some(date) = view.date() { p .date { (date) } }
        }
    }
}

fn form(site: &Site, words: &Words, view: EventView<'_>, filled: &Filled<'_>) -> Markup {
    let Filled { key, form, wrong } = filled;
    let is_name = wrong.is_some_and(WrongField::is_about_name);
    let is_quantity = wrong.is_some_and(WrongField::is_about_quantity);
    let most = view.most();
    let quantity = if form.quantity.is_empty() {
        "1"
    } else {
        &form.quantity
    };
    let described = |wrong: bool, hint: &str| {
        let also = if wrong { " wrong" } else { "" };
        format!("{hint}{also}")
    };
    html! {
        form method="post" action=(site.page("book")) {
            input type="hidden" name="key" value=(key.as_str());
            div .field {
                label for="buyer" { (words.name) }
                input #buyer name="buyer" value=(form.buyer) required maxlength=(MAX_NAME) autocomplete="name"
                    aria-describedby=(described(is_name, "buyer-hint"))
                    aria-invalid=[is_name.then_some("true")] autofocus[is_name];
                p #buyer-hint .hint { (words.name_hint) }
            }
            div .field {
                label for="quantity" { (words.how_many) }
                input #quantity name="quantity" type="number" inputmode="numeric" min="1" max=(most) step="1" value=(quantity)
                    required aria-describedby=(described(is_quantity, "quantity-hint"))
                    aria-invalid=[is_quantity.then_some("true")] autofocus[is_quantity];
                p #quantity-hint .hint data-one=(words.at_most.0) data-many=(words.at_most.1) { (words.at_most.of(most)) }
            }
            (overtaken(site, words))
            button type="submit" { (words.buy) }
            @if let Some(time) = view.hold() {
                button .second type="submit" formaction=(site.page("hold")) name="for"
                    value=(humantime::format_duration(time)) aria-describedby="hold-hint" {
                    (fill(words.hold, &words.span(time)))
                }
                p #hold-hint .hint { (words.hold_hint) }
            }
        }
    }
}
