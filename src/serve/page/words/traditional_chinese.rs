//! The page in Chinese, in traditional characters.

use super::{Plural, Words};

/// What is said where an order was not begun, and may be sent again.
const NOT_YET_SOLD: &str = "您尚未買到票。請再試一次：無論送出多少次，訂單只會成立一次。";

pub(in crate::serve::page) static TRADITIONAL_CHINESE: Words = Words {
    lang: "zh-Hant",
    tickets: "購票",
    events: "活動",
    full_stop: "。",

    left: Plural("餘票 {} 張", "餘票 {} 張"),
    sold_out: ("已售完", "如有人退票，將在此重新開賣。"),
    some_held: Plural(
        "另有 {} 張票為他人保留，可能會重新開賣。",
        "另有 {} 張票為他人保留，可能會重新開賣。",
    ),
    closed: ("售票已關閉", "目前不在此售票。"),
    over: ("售票已結束", "此處不再售票。"),
    not_yet: ("{} 開始售票", "屆時可在本頁購票。"),
    overtaken: "本頁開啟後，售票情況已有變化。",
    reload: "重新整理本頁",
    lost: "連線已中斷，正在重試。此處資訊可能已過時。",
    halted: "目前無法售票，本頁會繼續查詢。",

    name: "您的姓名",
    name_hint: "入場名單上將使用此姓名。",
    how_many: "購票張數",
    at_most: Plural("最多 {} 張。", "最多 {} 張。"),
    buy: "購買",
    hold: "保留 {}",
    hold_hint: "您退回或到期之前，保留的票不會售予他人。",
    already: Plural("您已在此購買 {} 張票。", "您已在此購買 {} 張票。"),
    already_held: Plural("已為您保留 {} 張票。", "已為您保留 {} 張票。"),
    see_receipt: "查看訂單",

    no_name: "請填寫姓名。",
    name_lines: "請將姓名寫在同一行，不要使用定位字元。",
    name_too_long: "姓名過長：只能寫下前 {} 個字。",
    whole_number: "請填寫整數：您可以購買 1 張。",
    wrong_quantity: Plural("只能購買 {} 張。", "請填寫 1 到 {} 之間的數字。"),
    too_few: Plural("只剩 {} 張票。", "只剩 {} 張票。"),
    per_sale: Plural("每次最多購買 {} 張。", "每次最多購買 {} 張。"),
    per_name: Plural("每個姓名最多 {} 張。", "每個姓名最多 {} 張。"),
    per_buyer: Plural(
        "每個姓名最多 {} 張，此姓名已有票。",
        "每個姓名最多 {} 張，此姓名已有票。",
    ),
    gone_meanwhile: "票剛被他人買走，您沒有買到任何票。",
    bought_nothing: "您沒有買到任何票。",
    no_holds: "此處不再保留票。您沒有買到任何票。",

    bought: Plural("您已購 {} 張票", "您已購 {} 張票"),
    receipt_hint: "本頁是您的憑證。請儲存連結，勿轉傳他人：任何人有此連結即可取消您的票。",
    copy_link: "複製連結",
    copied: "已複製",
    label_name: "姓名",
    label_quantity: "張數",
    label_id: "訂單編號",
    label_at: "下單時間",
    label_cancelled: "已取消",
    cancel: "取消訂票…",
    cancel_hint: "取消的票將重新開賣，此操作無法復原。",
    cancel_now: Plural("取消 {} 張票", "取消 {} 張票"),
    cancel_too_late: "僅在售票期間可在此取消。",
    cancelled_nothing: "沒有取消任何票：這些票是保留的，尚未購買。您可在下方退回。",
    cancelled: ("已取消", "這些票已取消，不再屬於您。"),

    held: Plural("已為您保留 {} 張票", "已為您保留 {} 張票"),
    held_until: "保留至 {}。尚未購買。",
    time_left: "剩餘時間",
    held_over: "保留時間已過。只要無人購買，您仍可購買。",
    confirm: Plural("購買 {} 張票", "購買 {} 張票"),
    release: "退回",
    released_nothing: "沒有退回任何票：您已購買這些票。",
    released: ("已退回", "保留的票已重新開賣，您沒有買到任何票。"),
    expired: ("保留時間已過", "這些票已售予他人，您沒有買到任何票。"),
    to_the_event: "返回購票頁",

    overloaded: ("目前購票人數很多", NOT_YET_SOLD),
    draining: ("服務正在重新啟動", NOT_YET_SOLD),
    busy: ("正在處理其他訂單", NOT_YET_SOLD),
    unreachable: ("暫時無法售票", NOT_YET_SOLD),
    too_many: ("嘗試次數過多", "來自您網路的請求過多，請稍後再試。"),
    unknown: (
        "尚不知是否成功",
        "請再次送出：無論送出多少次，訂單只會成立一次。",
    ),
    broken: (
        "發生問題",
        "沒有售出任何票，也沒有變更任何內容，請稍後再試。服務的記錄檔中有詳細說明。",
    ),
    used_key: (
        "此表單已使用過",
        "它已下過一次訂單，每份表單只能下單一次。這次沒有售出任何票。",
    ),
    see_order: "查看該訂單",
    no_receipt: (
        "找不到這份憑證",
        "請檢查連結是否完整。如果完整，可能活動已重新設定，請詢問主辦單位。",
    ),
    not_found: ("找不到頁面", "該網址不存在。"),
    not_allowed: ("此處不能這樣操作", "該網址不接受這種請求。"),
    bad_request: ("無法讀取", "沒有售出任何票。請返回並重新填寫表單。"),
    foreign: (
        "請求來自其他網站",
        "沒有執行任何操作：只接受本服務自己頁面上的訂單。",
    ),
    compared: "收到：{}。應為：{}。",
    for_operators: "如果您是本服務的管理者，請這樣啟動：",
    try_again: "再試一次",
    trying_in: "{} 秒後自動再試。",
    trying_now: "正在重試…",

    units: [
        Plural("{} 天", "{} 天"),
        Plural("{} 小時", "{} 小時"),
        Plural("{} 分鐘", "{} 分鐘"),
        Plural("{} 秒", "{} 秒"),
    ],
};
