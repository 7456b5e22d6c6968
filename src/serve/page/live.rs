//! What is left, or why nothing is sold, and what the script keeps up to date of it.

use maud::{Markup, html};

use super::view::{EventView, moment};
use super::words::{Told, Words, fill};
use crate::office::OnSale;
use crate::serve::api::stream::HEARTBEAT;
use crate::serve::service::Site;

/// Where the script says that what is on sale has changed.
pub(super) fn overtaken(site: &Site, words: &Words) -> Markup {
    html! {
        p #changed .notice role="status" data-text=(words.overtaken) {}
        p #reload hidden { a href=(site.page("")) { (words.reload) } }
    }
}

/// What is left, or why nothing is sold. The script keeps the number up to date. A page that stays is not loaded again by
/// itself: it answers an order, and says what came of it.
pub(super) fn live(site: &Site, words: &Words, view: EventView<'_>, stays: bool) -> Markup {
    let on_sale = view.on_sale();
    let code = serde_json::to_value(on_sale).unwrap_or_default();
    let why = |(title, text): Told| format!("{title}{}{text}", words.full_stop);
    html! {
        section #live data-stream=(site.page("api/v1/stream")) data-heartbeat=(HEARTBEAT.as_secs())
            data-rules=(view.rules()) data-state=[code.as_str()]
            data-one=(words.left.0) data-many=(words.left.1) data-most=[limit(view)]
            data-sold_out=(words.sold_out.0) data-closed=(words.closed.0) data-over=(words.over.0)
            data-why_sold_out=(why(words.sold_out)) data-why_closed=(why(words.closed)) data-why_over=(why(words.over))
            data-lost=(words.lost) data-halted=(words.halted) data-home=(site.page(""))
            data-stays=[stays.then_some("stays")] {
            @if on_sale == OnSale::NotYet {
                (opens(view, words))
            } @else if let Some((title, text)) = off_sale(view, words) {
                h2 .state { (title) }
                p { (text) }
            }
            @if on_sale == OnSale::SoldOut && view.held() > 0 {
                p { (words.some_held.of(view.held())) }
            }
            @if matches!(on_sale, OnSale::Open | OnSale::NotYet) {
                p #count .count { (words.left.of(view.left())) }
            }
            p #silent .hint role="status" {}
        }
    }
}

/// From when on it is sold, the time on one line.
fn opens(view: EventView<'_>, words: &Words) -> Markup {
    let (title, text) = words.not_yet;
    let (before, behind) = title.split_once("{}").unwrap_or((title, ""));
    html! {
        h2 .state { (before) span .time { (view.from().map(moment).unwrap_or_default()) } (behind) }
        p { (text) }
    }
}

/// How many can be bought at once, whatever is left.
fn limit(view: EventView<'_>) -> Option<u64> {
    let limits = [view.most_per_sale(), view.most_per_buyer()];
    limits.into_iter().flatten().min()
}

/// Why nothing is sold.
pub(super) fn off_sale(view: EventView<'_>, words: &Words) -> Option<(String, &'static str)> {
    let plain = |(title, text): Told| (title.to_owned(), text);
    Some(match view.on_sale() {
        OnSale::Open => return None,
        OnSale::SoldOut => plain(words.sold_out),
        OnSale::Closed => plain(words.closed),
        OnSale::Over => plain(words.over),
        OnSale::NotYet => {
            let (title, text) = words.not_yet;
            let from = view.from().map(moment).unwrap_or_default();
            (fill(title, &from), text)
        }
    })
}
