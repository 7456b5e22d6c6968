//! Words: all that the page says, in each of its languages.
//!
//! `{}` stands for a number, a name or a time. Of a [`Plural`] the first is said of one.

use std::time::Duration;

use crate::serve::problem::ProblemResponse;

/// What is said of one, and of another number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plural(pub(super) &'static str, pub(super) &'static str);

impl Plural {
    pub(super) fn of(self, number: u64) -> String {
        let text = if number == 1 { self.0 } else { self.1 };
        fill(text, &number.to_string())
    }
}

/// The text with this in its place.
pub(super) fn fill(text: &str, with: &str) -> String {
    text.replacen("{}", with, 1)
}

/// A heading, and what is said below it.
pub(super) type Told = (&'static str, &'static str);

/// What the page says in one language.
#[derive(Debug)]
pub(super) struct Words {
    /// The language, as in `lang`.
    pub(super) lang: &'static str,
    pub(super) tickets: &'static str,
    pub(super) events: &'static str,

    pub(super) left: Plural,
    pub(super) sold_out: Told,
    /// What is said below it where some are held.
    pub(super) some_held: Plural,
    pub(super) closed: Told,
    pub(super) over: Told,
    /// With the time.
    pub(super) not_yet: Told,
    /// What a page says that was overtaken while it was filled in.
    pub(super) overtaken: &'static str,
    pub(super) reload: &'static str,

    pub(super) name: &'static str,
    pub(super) name_hint: &'static str,
    pub(super) how_many: &'static str,
    pub(super) at_most: Plural,
    pub(super) buy: &'static str,
    /// With for how long.
    pub(super) hold: &'static str,
    pub(super) hold_hint: &'static str,

    pub(super) no_name: &'static str,
    pub(super) name_lines: &'static str,
    /// With how many of its letters have room.
    pub(super) name_too_long: &'static str,
    pub(super) wrong_quantity: Plural,
    pub(super) too_few: Plural,
    pub(super) per_sale: Plural,
    /// What one name can have at most.
    pub(super) per_name: Plural,
    /// The same of a name that has some.
    pub(super) per_buyer: Plural,
    pub(super) gone_meanwhile: &'static str,
    pub(super) bought_nothing: &'static str,

    pub(super) bought: Plural,
    pub(super) receipt_hint: &'static str,
    pub(super) label_name: &'static str,
    pub(super) label_quantity: &'static str,
    pub(super) label_id: &'static str,
    pub(super) label_at: &'static str,
    pub(super) label_cancelled: &'static str,
    pub(super) cancel: &'static str,
    pub(super) cancel_hint: &'static str,
    pub(super) cancel_now: Plural,
    pub(super) cancel_too_late: &'static str,
    pub(super) cancelled: Told,

    pub(super) held: Plural,
    pub(super) held_until: &'static str,
    pub(super) time_left: &'static str,
    pub(super) held_over: &'static str,
    pub(super) confirm: Plural,
    pub(super) release: &'static str,
    pub(super) released: Told,
    pub(super) expired: Told,
    pub(super) to_the_event: &'static str,

    pub(super) overloaded: Told,
    pub(super) draining: Told,
    pub(super) busy: Told,
    pub(super) too_many: Told,
    pub(super) unknown: Told,
    pub(super) broken: Told,
    pub(super) used_key: Told,
    pub(super) see_order: &'static str,
    pub(super) no_receipt: Told,
    pub(super) not_found: Told,
    pub(super) not_allowed: Told,
    pub(super) bad_request: Told,
    pub(super) foreign: Told,
    /// What was compared: what came, with what was expected.
    pub(super) compared: &'static str,
    pub(super) try_again: &'static str,
    /// With the seconds.
    pub(super) trying_in: &'static str,
    pub(super) trying_now: &'static str,

    pub(super) units: [Plural; 4],
}

impl Words {
    /// A span of time, in the largest unit that needs no fraction.
    pub(super) fn span(&self, time: Duration) -> String {
        let seconds = time.as_secs();
        let [days, hours, minutes, plain] = self.units;
        let (length, unit) = match seconds {
            s if s >= 86_400 && s % 86_400 == 0 => (86_400, days),
            s if s >= 3600 && s % 3600 == 0 => (3600, hours),
            s if s >= 60 && s % 60 == 0 => (60, minutes),
            _ => (1, plain),
        };
        unit.of(seconds / length)
    }

    /// What is said of a problem that has no page of its own.
    pub(super) fn problem(&self, problem: &ProblemResponse) -> Told {
        match problem.code() {
            "overloaded" => self.overloaded,
            "draining" => self.draining,
            "busy" | "interrupted" => self.busy,
            "too_many_requests" => self.too_many,
            "outcome_unknown" => self.unknown,
            "not_found" => self.not_found,
            "method_not_allowed" => self.not_allowed,
            "closed" => self.closed,
            "expired" => self.expired,
            "cancelled" => self.cancelled,
            "refused" if problem.status().as_u16() == 404 => self.no_receipt,
            "refused" | "bad_request" | "usage" | "limit" => self.bad_request,
            _ => self.broken,
        }
    }
}

pub(super) static ENGLISH: Words = Words {
    lang: "en",
    tickets: "Tickets",
    events: "Events",

    left: Plural("{} ticket left", "{} tickets left"),
    sold_out: (
        "Sold out",
        "A ticket that somebody gives back is sold here again.",
    ),
    some_held: Plural(
        "{} ticket is held for somebody, and may come back.",
        "{} tickets are held for somebody, and may come back.",
    ),
    closed: ("The sale is closed", "No tickets are sold here just now."),
    over: ("The sale is over", "No more tickets are sold here."),
    not_yet: (
        "On sale from {}",
        "Come back then: this page will sell them.",
    ),
    overtaken: "What is on sale has changed since this page was made.",
    reload: "Show it as it is now",

    name: "Your name",
    name_hint: "It stands on the list at the door.",
    how_many: "How many tickets",
    at_most: Plural("At most {}.", "At most {}."),
    buy: "Buy",
    hold: "Hold for {}",
    hold_hint: "Held tickets are nobody else’s until you buy them, give them back, or the time is over.",

    no_name: "Write your name.",
    name_lines: "Write your name in one line, without tabs.",
    name_too_long: "This name is too long: only its first {} letters have room.",
    wrong_quantity: Plural("Only {} can be bought.", "Write a number from 1 to {}."),
    too_few: Plural("Only {} ticket is left.", "Only {} tickets are left."),
    per_sale: Plural(
        "At most {} ticket can be bought at once.",
        "At most {} tickets can be bought at once.",
    ),
    per_name: Plural(
        "One name can have at most {} ticket.",
        "One name can have at most {} tickets.",
    ),
    per_buyer: Plural(
        "One name can have at most {} ticket, and this one has some.",
        "One name can have at most {} tickets, and this one has some.",
    ),
    gone_meanwhile: "Somebody was faster. You have bought nothing.",
    bought_nothing: "You have bought nothing.",

    bought: Plural("You have {} ticket", "You have {} tickets"),
    receipt_hint: "This page is your receipt. Keep its address, and keep it to yourself: whoever has it can use it.",
    label_name: "Name",
    label_quantity: "Tickets",
    label_id: "Number",
    label_at: "Ordered",
    label_cancelled: "Cancelled",
    cancel: "Cancel…",
    cancel_hint: "What is cancelled goes back on sale. This cannot be undone.",
    cancel_now: Plural("Cancel {} ticket", "Cancel {} tickets"),
    cancel_too_late: "Tickets can be cancelled here only as long as the sale goes on.",
    cancelled: (
        "Cancelled",
        "This order is cancelled. Nothing of it is yours any more.",
    ),

    held: Plural("{} ticket is held for you", "{} tickets are held for you"),
    held_until: "Until {}. Nothing is bought yet.",
    time_left: "Time left",
    held_over: "The time is over. You can still buy as long as nobody else does.",
    confirm: Plural("Buy {} ticket", "Buy {} tickets"),
    release: "Give back",
    released: (
        "Given back",
        "What was held is on sale again. You have bought nothing.",
    ),
    expired: (
        "The time is over",
        "Somebody else has got what was held. You have bought nothing.",
    ),
    to_the_event: "Back to the tickets",

    overloaded: (
        "Very many are buying just now",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    draining: (
        "The service starts anew",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    busy: (
        "Others are being served just now",
        "Nothing was sold to you yet. Try again: your order is done once, however often you send it.",
    ),
    too_many: (
        "Too many tries",
        "Too many came from your address. Wait a little, and try again.",
    ),
    unknown: (
        "Nobody knows yet whether that worked",
        "Send it again: your order is done once, however often you send it.",
    ),
    broken: (
        "Something does not work here",
        "Nothing was sold to you. Whoever runs this service finds in its log what is wrong.",
    ),
    used_key: (
        "This form was used already",
        "An order was made with it, and each form makes one. Nothing was sold now.",
    ),
    see_order: "See that order",
    no_receipt: (
        "There is no such receipt",
        "Is the address whole? If it is, the event was perhaps begun anew: ask those who run it.",
    ),
    not_found: ("There is nothing here", "The address leads nowhere."),
    not_allowed: (
        "This cannot be done here",
        "The address takes no such request.",
    ),
    bad_request: (
        "That could not be read",
        "Nothing was sold. Go back, and fill in the form again.",
    ),
    foreign: (
        "This came from another site",
        "Nothing was done, for orders are taken from this service’s own pages only.",
    ),
    compared: "Compared: {} came, {} was expected.",
    try_again: "Try again",
    trying_in: "The next try is in {} s, by itself.",
    trying_now: "Trying…",

    units: [
        Plural("{} day", "{} days"),
        Plural("{} hour", "{} hours"),
        Plural("{} minute", "{} minutes"),
        Plural("{} second", "{} seconds"),
    ],
};

pub(super) static GERMAN: Words = Words {
    lang: "de",
    tickets: "Karten",
    events: "Veranstaltungen",

    left: Plural("Noch {} Karte", "Noch {} Karten"),
    sold_out: (
        "Ausverkauft",
        "Eine Karte, die jemand zurückgibt, wird hier wieder verkauft.",
    ),
    some_held: Plural(
        "{} Karte ist vorgemerkt und wird vielleicht wieder frei.",
        "{} Karten sind vorgemerkt und werden vielleicht wieder frei.",
    ),
    closed: (
        "Der Verkauf ist geschlossen",
        "Im Augenblick werden hier keine Karten verkauft.",
    ),
    over: (
        "Der Verkauf ist beendet",
        "Hier werden keine Karten mehr verkauft.",
    ),
    not_yet: (
        "Im Verkauf ab {}",
        "Kommen Sie dann wieder: Auf dieser Seite werden sie verkauft.",
    ),
    overtaken: "Seit diese Seite entstand, hat sich der Verkauf geändert.",
    reload: "Den jetzigen Stand zeigen",

    name: "Ihr Name",
    name_hint: "Er steht auf der Liste am Einlass.",
    how_many: "Wie viele Karten",
    at_most: Plural("Höchstens {}.", "Höchstens {}."),
    buy: "Kaufen",
    hold: "Für {} vormerken",
    hold_hint: "Vorgemerkte Karten bekommt niemand sonst, bis Sie sie kaufen oder zurückgeben oder die Zeit um ist.",

    no_name: "Schreiben Sie Ihren Namen.",
    name_lines: "Schreiben Sie Ihren Namen in einer Zeile, ohne Tabulator.",
    name_too_long: "Dieser Name ist zu lang: Nur seine ersten {} Buchstaben haben Platz.",
    wrong_quantity: Plural(
        "Nur {} kann gekauft werden.",
        "Schreiben Sie eine Zahl von 1 bis {}.",
    ),
    too_few: Plural("Es gibt nur noch {} Karte.", "Es gibt nur noch {} Karten."),
    per_sale: Plural(
        "Höchstens {} Karte kann auf einmal gekauft werden.",
        "Höchstens {} Karten können auf einmal gekauft werden.",
    ),
    per_name: Plural(
        "Auf einen Namen gibt es höchstens {} Karte.",
        "Auf einen Namen gibt es höchstens {} Karten.",
    ),
    per_buyer: Plural(
        "Auf einen Namen gibt es höchstens {} Karte, und auf diesen gibt es schon welche.",
        "Auf einen Namen gibt es höchstens {} Karten, und auf diesen gibt es schon welche.",
    ),
    gone_meanwhile: "Jemand war schneller. Sie haben nichts gekauft.",
    bought_nothing: "Sie haben nichts gekauft.",

    bought: Plural("Sie haben {} Karte", "Sie haben {} Karten"),
    receipt_hint: "Diese Seite ist Ihr Beleg. Bewahren Sie ihre Adresse auf, und geben Sie sie nicht weiter: Wer sie hat, kann sie benutzen.",
    label_name: "Name",
    label_quantity: "Karten",
    label_id: "Nummer",
    label_at: "Bestellt",
    label_cancelled: "Storniert",
    cancel: "Stornieren…",
    cancel_hint: "Was storniert ist, wird wieder verkauft. Das lässt sich nicht rückgängig machen.",
    cancel_now: Plural("{} Karte stornieren", "{} Karten stornieren"),
    cancel_too_late: "Stornieren kann man hier nur, solange der Verkauf läuft.",
    cancelled: (
        "Storniert",
        "Diese Bestellung ist storniert. Nichts davon gehört Ihnen mehr.",
    ),

    held: Plural(
        "{} Karte ist für Sie vorgemerkt",
        "{} Karten sind für Sie vorgemerkt",
    ),
    held_until: "Bis {}. Gekauft ist noch nichts.",
    time_left: "Noch",
    held_over: "Die Zeit ist um. Solange niemand sonst kauft, können Sie es noch.",
    confirm: Plural("{} Karte kaufen", "{} Karten kaufen"),
    release: "Zurückgeben",
    released: (
        "Zurückgegeben",
        "Was vorgemerkt war, wird wieder verkauft. Sie haben nichts gekauft.",
    ),
    expired: (
        "Die Zeit ist um",
        "Was vorgemerkt war, hat jemand anders bekommen. Sie haben nichts gekauft.",
    ),
    to_the_event: "Zurück zu den Karten",

    overloaded: (
        "Im Augenblick kaufen sehr viele",
        "Ihnen wurde noch nichts verkauft. Versuchen Sie es noch einmal: Ihre Bestellung gilt einmal, sooft Sie sie senden.",
    ),
    draining: (
        "Der Dienst startet neu",
        "Ihnen wurde noch nichts verkauft. Versuchen Sie es noch einmal: Ihre Bestellung gilt einmal, sooft Sie sie senden.",
    ),
    busy: (
        "Gerade sind andere an der Reihe",
        "Ihnen wurde noch nichts verkauft. Versuchen Sie es noch einmal: Ihre Bestellung gilt einmal, sooft Sie sie senden.",
    ),
    too_many: (
        "Zu viele Versuche",
        "Von Ihrer Adresse kamen zu viele. Warten Sie ein wenig, und versuchen Sie es noch einmal.",
    ),
    unknown: (
        "Noch weiß niemand, ob es geklappt hat",
        "Senden Sie es noch einmal: Ihre Bestellung gilt einmal, sooft Sie sie senden.",
    ),
    broken: (
        "Hier stimmt etwas nicht",
        "Ihnen wurde nichts verkauft. Wer diesen Dienst betreibt, findet in seinem Protokoll, was fehlt.",
    ),
    used_key: (
        "Dieses Formular wurde schon benutzt",
        "Damit wurde bestellt, und jedes Formular bestellt einmal. Jetzt wurde nichts verkauft.",
    ),
    see_order: "Diese Bestellung zeigen",
    no_receipt: (
        "Diesen Beleg gibt es nicht",
        "Ist die Adresse vollständig? Dann hat die Veranstaltung vielleicht neu begonnen: Fragen Sie, wer sie ausrichtet.",
    ),
    not_found: ("Hier ist nichts", "Die Adresse führt nirgends hin."),
    not_allowed: (
        "Das geht hier nicht",
        "Diese Adresse nimmt so etwas nicht an.",
    ),
    bad_request: (
        "Das war nicht zu lesen",
        "Es wurde nichts verkauft. Gehen Sie zurück, und füllen Sie das Formular noch einmal aus.",
    ),
    foreign: (
        "Das kam von einer anderen Seite",
        "Es wurde nichts getan, denn bestellt wird nur auf den eigenen Seiten dieses Dienstes.",
    ),
    compared: "Verglichen: {} kam, {} wurde erwartet.",
    try_again: "Noch einmal versuchen",
    trying_in: "Der nächste Versuch kommt in {} s von selbst.",
    trying_now: "Es wird versucht…",

    units: [
        Plural("{} Tag", "{} Tage"),
        Plural("{} Stunde", "{} Stunden"),
        Plural("{} Minute", "{} Minuten"),
        Plural("{} Sekunde", "{} Sekunden"),
    ],
};

pub(super) static CHINESE: Words = Words {
    lang: "zh",
    tickets: "购票",
    events: "活动",

    left: Plural("余票 {} 张", "余票 {} 张"),
    sold_out: ("已售完", "如有人退票，将在此重新出售。"),
    some_held: Plural(
        "另有 {} 张票为他人保留，可能会重新出售。",
        "另有 {} 张票为他人保留，可能会重新出售。",
    ),
    closed: ("售票已关闭", "目前不在此售票。"),
    over: ("售票已结束", "此处不再售票。"),
    not_yet: ("{} 开始售票", "请届时再来，本页将开始售票。"),
    overtaken: "本页打开后，售票情况已有变化。",
    reload: "查看最新情况",

    name: "您的姓名",
    name_hint: "入场名单上将使用此姓名。",
    how_many: "购票张数",
    at_most: Plural("最多 {} 张。", "最多 {} 张。"),
    buy: "购买",
    hold: "保留 {}",
    hold_hint: "保留的票在您购买、退回或到期之前不会售予他人。",

    no_name: "请填写姓名。",
    name_lines: "请将姓名写在一行内，不要使用制表符。",
    name_too_long: "姓名过长：只能写下前 {} 个字。",
    wrong_quantity: Plural("只能购买 {} 张。", "请填写 1 到 {} 之间的数字。"),
    too_few: Plural("只剩 {} 张票。", "只剩 {} 张票。"),
    per_sale: Plural("每次最多购买 {} 张。", "每次最多购买 {} 张。"),
    per_name: Plural("每个姓名最多 {} 张。", "每个姓名最多 {} 张。"),
    per_buyer: Plural(
        "每个姓名最多 {} 张，此姓名已有票。",
        "每个姓名最多 {} 张，此姓名已有票。",
    ),
    gone_meanwhile: "票刚被他人买走，您没有买到任何票。",
    bought_nothing: "您没有买到任何票。",

    bought: Plural("您已购 {} 张票", "您已购 {} 张票"),
    receipt_hint: "本页是您的凭证。请保存网址，勿转发他人：任何人有此网址即可使用。",
    label_name: "姓名",
    label_quantity: "张数",
    label_id: "编号",
    label_at: "下单时间",
    label_cancelled: "已取消",
    cancel: "取消订票…",
    cancel_hint: "票将重新出售，此操作无法撤销。",
    cancel_now: Plural("取消 {} 张票", "取消 {} 张票"),
    cancel_too_late: "仅在售票期间可在此取消。",
    cancelled: ("已取消", "这些票已取消，不再属于您。"),

    held: Plural("已为您保留 {} 张票", "已为您保留 {} 张票"),
    held_until: "保留至 {}。尚未购买。",
    time_left: "剩余时间",
    held_over: "保留时间已过。只要无人购买，您仍可购买。",
    confirm: Plural("购买 {} 张票", "购买 {} 张票"),
    release: "退回",
    released: ("已退回", "保留的票已重新出售，您没有买到任何票。"),
    expired: ("保留时间已过", "这些票已售予他人，您没有买到任何票。"),
    to_the_event: "返回购票页",

    overloaded: (
        "目前购票人数很多",
        "您尚未买到票。请再试一次：无论发送多少次，订单只执行一次。",
    ),
    draining: (
        "服务正在重新启动",
        "您尚未买到票。请再试一次：无论发送多少次，订单只执行一次。",
    ),
    busy: (
        "正在为他人办理",
        "您尚未买到票。请再试一次：无论发送多少次，订单只执行一次。",
    ),
    too_many: ("尝试次数过多", "来自您地址的请求过多，请稍后再试。"),
    unknown: (
        "尚不知是否成功",
        "请再次发送：无论发送多少次，订单只执行一次。",
    ),
    broken: ("此处出了问题", "您没有买到任何票。服务的日志中有详细说明。"),
    used_key: (
        "此表单已使用过",
        "它已下过一次订单，每份表单只能下单一次。这次没有售出任何票。",
    ),
    see_order: "查看该订单",
    no_receipt: (
        "没有这份凭证",
        "网址是否完整？如果完整，可能活动已重新开始，请询问主办方。",
    ),
    not_found: ("此处没有内容", "该网址不存在。"),
    not_allowed: ("此处不能这样操作", "该网址不接受这种请求。"),
    bad_request: ("无法读取", "没有售出任何票。请返回并重新填写表单。"),
    foreign: (
        "请求来自其他网站",
        "没有执行任何操作：只接受本服务自己页面上的订单。",
    ),
    compared: "比较结果：收到 {}，应为 {}。",
    try_again: "再试一次",
    trying_in: "{} 秒后自动再试。",
    trying_now: "正在重试…",

    units: [
        Plural("{} 天", "{} 天"),
        Plural("{} 小时", "{} 小时"),
        Plural("{} 分钟", "{} 分钟"),
        Plural("{} 秒", "{} 秒"),
    ],
};
