//! What can be done at the desk that is about no order yet: sell, hold, add tickets, close.

use maud::{Markup, html};

use super::access::{Desk, new_key};
use super::form::DeskForm;
use crate::office::{MAX_NAME, MAX_REASON, OnSale};
use crate::serve::page::EventView;
use crate::serve::problem::ProblemResponse;

/// What is done, as its path has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeskAct {
    Sell,
    Hold,
    Adjust,
    Close,
    Reopen,
}

impl DeskAct {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Sell => "sell",
            Self::Hold => "hold",
            Self::Adjust => "adjust",
            Self::Close => "close",
            Self::Reopen => "reopen",
        }
    }
}

/// A form that was refused, as it was filled in.
#[derive(Debug)]
pub(super) struct FilledAct<'f> {
    pub(super) act: DeskAct,
    pub(super) form: &'f DeskForm,
    /// Why.
    pub(super) wrong: String,
    /// Whether its key is good as before: nothing was done with it, or nobody knows.
    pub(super) keeps_key: bool,
}

/// A form of each. Each has a key of its own; one that was refused has the one that it had.
pub(super) fn actions(
    desk: &Desk,
    view: EventView<'_>,
    filled: Option<&FilledAct<'_>>,
) -> Result<Markup, ProblemResponse> {
    let words = desk.words;
    let is_closed = view.on_sale() == OnSale::Closed;
    let sells = matches!(view.on_sale(), OnSale::Open | OnSale::SoldOut);
    // What was filled in is not lost where sales have ended meanwhile.
    let is_offered = |act| sells || filled.is_some_and(|filled| filled.act == act);
    let (turn, turn_name) = if is_closed {
        (DeskAct::Reopen, words.reopen)
    } else {
        (DeskAct::Close, words.close)
    };
    let part = |act, name, button, class| ActForm::new(filled, act, (name, button, class));
    let sell = part(DeskAct::Sell, words.sell, words.sell_now, "first")?;
    let hold = part(DeskAct::Hold, words.hold, words.hold_now, "first")?;
    let adjust = part(DeskAct::Adjust, words.adjust, words.adjust_now, "first")?;
    let turn = part(
        turn,
        turn_name,
        turn_name,
        if is_closed { "first" } else { "danger" },
    )?;
    Ok(html! {
        @if is_closed { p .hint { (words.reopen_hint) } }
        div .acts {
            @if is_offered(DeskAct::Sell) {
                (sell.with(desk, &html! { (sell.buyer(desk)) (sell.tickets(desk)) (sell.note(desk)) }))
            }
            @if is_offered(DeskAct::Hold) {
                (hold.with(desk, &html! { (hold.buyer(desk)) (hold.tickets(desk)) (hold.time(desk, view.hold_text())) (hold.note(desk)) }))
            }
            (adjust.with(desk, &html! { (adjust.change(desk)) (adjust.reason(desk, true)) }))
            (turn.with(desk, &turn.reason(desk, false)))
        }
    })
}

/// One of the forms.
struct ActForm<'p> {
    act: DeskAct,
    name: &'static str,
    button: &'static str,
    class: &'static str,
    key: String,
    /// What was filled in.
    form: Option<&'p DeskForm>,
}

impl<'p> ActForm<'p> {
    fn new(
        filled: Option<&'p FilledAct<'p>>,
        act: DeskAct,
        (name, button, class): (&'static str, &'static str, &'static str),
    ) -> Result<Self, ProblemResponse> {
        let own = filled.filter(|filled| filled.act == act);
        let key = match own.filter(|own| own.keeps_key) {
            Some(own) => own.form.key.clone(),
            None => new_key()?,
        };
        let form = own.map(|own| own.form);
        Ok(Self {
            act,
            name,
            button,
            class,
            key,
            form,
        })
    }

    fn with(&self, desk: &Desk, fields: &Markup) -> Markup {
        let place = desk.path(&format!("/{}", self.act.word()));
        html! {
            details open[self.form.is_some()] {
                summary { (self.name) }
                form method="post" action=(place) {
                    (desk.hidden(&self.key))
                    (fields)
                    button type="submit" class=(self.class) { (self.button) }
                }
            }
        }
    }

    fn id(&self, field: &str) -> String {
        format!("{}-{field}", self.act.word())
    }

    /// What was filled in there.
    fn value<'v>(&'v self, field: impl Fn(&DeskForm) -> &str, usual: &'v str) -> &'v str {
        self.form.map_or(usual, field)
    }

    fn buyer(&self, desk: &Desk) -> Markup {
        let id = self.id("buyer");
        html! {
            div .field {
                label for=(id) { (desk.words.name) }
                input id=(id) name="buyer" required maxlength=(MAX_NAME) autocomplete="off"
                    value=(self.value(|form| &form.buyer, ""));
            }
        }
    }

    fn tickets(&self, desk: &Desk) -> Markup {
        let id = self.id("quantity");
        html! {
            div .field {
                label for=(id) { (desk.words.tickets) }
                input id=(id) name="quantity" type="number" inputmode="numeric" min="1" step="1" required
                    value=(self.value(|form| &form.quantity, "1"));
            }
        }
    }

    fn change(&self, desk: &Desk) -> Markup {
        let (id, hint) = (self.id("quantity"), self.id("hint"));
        html! {
            div .field {
                label for=(id) { (desk.words.adjust_by) }
                input id=(id) name="quantity" type="number" step="1" required aria-describedby=(hint)
                    value=(self.value(|form| &form.quantity, ""));
                p id=(hint) .hint { (desk.words.adjust_hint) }
            }
        }
    }

    /// `usual`: for how long the event holds.
    fn time(&self, desk: &Desk, usual: &str) -> Markup {
        let (id, hint) = (self.id("time"), self.id("hint"));
        html! {
            div .field {
                label for=(id) { (desk.words.time) }
                input id=(id) name="time" required maxlength="32" autocomplete="off" aria-describedby=(hint)
                    value=(self.value(|form| &form.time, usual));
                p id=(hint) .hint { (desk.words.time_hint) }
            }
        }
    }

    fn note(&self, desk: &Desk) -> Markup {
        let id = self.id("note");
        html! {
            div .field {
                label for=(id) { (desk.words.note) " " span .hint { (desk.words.optional) } }
                input id=(id) name="note" maxlength=(MAX_REASON) autocomplete="off" value=(self.value(|form| &form.note, ""));
            }
        }
    }

    fn reason(&self, desk: &Desk, required: bool) -> Markup {
        let id = self.id("reason");
        html! {
            div .field {
                label for=(id) {
                    (desk.words.reason)
                    @if !required { " " span .hint { (desk.words.optional) } }
                }
                input id=(id) name="reason" maxlength=(MAX_REASON) autocomplete="off" required[required]
                    value=(self.value(|form| &form.reason, ""));
            }
        }
    }
}
