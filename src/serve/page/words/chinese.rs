//! The page in Chinese, in simplified characters.

use super::{Plural, Words};

/// What is said where an order was not begun, and may be sent again.
const NOT_YET_SOLD: &str = "您尚未买到票。请再试一次：无论发送多少次，订单只执行一次。";

pub(in crate::serve::page) static CHINESE: Words = Words {
    lang: "zh",
    tickets: "购票",
    events: "活动",
    full_stop: "。",

    left: Plural("余票 {} 张", "余票 {} 张"),
    sold_out: ("已售完", "如有人退票，将在此重新出售。"),
    some_held: Plural(
        "另有 {} 张票为他人保留，可能会重新出售。",
        "另有 {} 张票为他人保留，可能会重新出售。",
    ),
    closed: ("售票已关闭", "目前不在此售票。"),
    over: ("售票已结束", "此处不再售票。"),
    not_yet: ("{} 开始售票", "届时可在本页购票。"),
    overtaken: "本页打开后，售票情况已有变化。",
    reload: "刷新本页",
    lost: "连接已断开，正在重试。此处信息可能已过时。",
    halted: "目前无法售票，本页会继续查询。",

    name: "您的姓名",
    name_hint: "入场名单上将使用此姓名。",
    how_many: "购票张数",
    at_most: Plural("最多 {} 张。", "最多 {} 张。"),
    buy: "购买",
    hold: "保留 {}",
    hold_hint: "您退回或到期之前，保留的票不会售予他人。",
    already: Plural("您已在此购买 {} 张票。", "您已在此购买 {} 张票。"),
    already_held: Plural("已为您保留 {} 张票。", "已为您保留 {} 张票。"),
    see_receipt: "查看订单",

    no_name: "请填写姓名。",
    name_lines: "请将姓名写在一行内，不要使用制表符。",
    name_too_long: "姓名过长：只能写下前 {} 个字。",
    whole_number: "请填写整数：您可以购买 1 张。",
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
    no_holds: "此处不再保留票。您没有买到任何票。",

    bought: Plural("您已购 {} 张票", "您已购 {} 张票"),
    receipt_hint: "本页是您的凭证。请保存链接，勿转发他人：任何人有此链接即可取消您的票。",
    copy_link: "复制链接",
    copied: "已复制",
    label_name: "姓名",
    label_quantity: "张数",
    label_id: "订单编号",
    label_at: "下单时间",
    label_cancelled: "已取消",
    cancel: "取消订票…",
    cancel_hint: "取消的票将重新出售，此操作无法撤销。",
    cancel_now: Plural("取消 {} 张票", "取消 {} 张票"),
    cancel_too_late: "仅在售票期间可在此取消。",
    cancelled_nothing: "没有取消任何票：这些票是保留的，尚未购买。您可在下方退回。",
    cancelled: ("已取消", "这些票已取消，不再属于您。"),

    held: Plural("已为您保留 {} 张票", "已为您保留 {} 张票"),
    held_until: "保留至 {}。尚未购买。",
    time_left: "剩余时间",
    held_over: "保留时间已过。只要无人购买，您仍可购买。",
    confirm: Plural("购买 {} 张票", "购买 {} 张票"),
    release: "退回",
    released_nothing: "没有退回任何票：您已购买这些票。",
    released: ("已退回", "保留的票已重新出售，您没有买到任何票。"),
    expired: ("保留时间已过", "这些票已售予他人，您没有买到任何票。"),
    to_the_event: "返回购票页",

    overloaded: ("目前购票人数很多", NOT_YET_SOLD),
    draining: ("服务正在重新启动", NOT_YET_SOLD),
    busy: ("正在处理其他订单", NOT_YET_SOLD),
    unreachable: ("暂时无法售票", NOT_YET_SOLD),
    too_many: ("尝试次数过多", "来自您网络的请求过多，请稍后再试。"),
    unknown: (
        "尚不知是否成功",
        "请再次发送：无论发送多少次，订单只执行一次。",
    ),
    broken: (
        "出现问题",
        "没有售出任何票，也没有更改任何内容，请稍后再试。服务的日志中有详细说明。",
    ),
    used_key: (
        "此表单已使用过",
        "它已下过一次订单，每份表单只能下单一次。这次没有售出任何票。",
    ),
    see_order: "查看该订单",
    no_receipt: (
        "找不到这份凭证",
        "请检查链接是否完整。如果完整，可能活动已重新设置，请询问主办方。",
    ),
    not_found: ("找不到页面", "该网址不存在。"),
    not_allowed: ("此处不能这样操作", "该网址不接受这种请求。"),
    bad_request: ("无法读取", "没有售出任何票。请返回并重新填写表单。"),
    foreign: (
        "请求来自其他网站",
        "没有执行任何操作：只接受本服务自己页面上的订单。",
    ),
    compared: "收到：{}。应为：{}。",
    for_operators: "如果您是本服务的管理者，请这样启动：",
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
