//! The page in German.

use super::{Plural, Words};

/// What is said where an order was not begun, and may be sent again.
const NOT_YET_SOLD: &str = "Ihnen wurde noch nichts verkauft. Versuchen Sie es noch einmal: Ihre Bestellung zählt nur einmal, egal wie oft Sie sie senden.";

pub(in crate::serve::page) static GERMAN: Words = Words {
    lang: "de",
    tickets: "Karten",
    events: "Veranstaltungen",
    full_stop: ". ",

    left: Plural("Noch {} Karte", "Noch {} Karten"),
    sold_out: (
        "Ausverkauft",
        "Zurückgegebene Karten werden hier wieder verkauft.",
    ),
    some_held: Plural(
        "{} Karte ist reserviert und wird vielleicht wieder frei.",
        "{} Karten sind reserviert und werden vielleicht wieder frei.",
    ),
    closed: (
        "Der Verkauf ist geschlossen",
        "Zurzeit werden hier keine Karten verkauft.",
    ),
    over: (
        "Der Verkauf ist beendet",
        "Hier werden keine Karten mehr verkauft.",
    ),
    not_yet: (
        "Verkauf ab {}",
        "Ab dann können Sie auf dieser Seite Karten kaufen.",
    ),
    overtaken: "Seit diese Seite geladen wurde, hat sich der Verkauf geändert.",
    reload: "Seite aktualisieren",
    lost: "Keine Verbindung, es wird weiter versucht. Der Stand hier ist vielleicht veraltet.",
    halted: "Zurzeit können keine Karten verkauft werden. Diese Seite fragt weiter nach.",

    name: "Ihr Name",
    name_hint: "Ihr Name steht dann auf der Liste am Einlass.",
    how_many: "Wie viele Karten",
    at_most: Plural("Höchstens {}.", "Höchstens {}."),
    buy: "Kaufen",
    hold: "Für {} reservieren",
    hold_hint: "Reservierte Karten kann niemand sonst kaufen, bis Sie sie zurückgeben oder die Zeit abläuft.",
    already: Plural(
        "Sie haben hier schon {} Karte gekauft.",
        "Sie haben hier schon {} Karten gekauft.",
    ),
    already_held: Plural(
        "{} Karte ist schon für Sie reserviert.",
        "{} Karten sind schon für Sie reserviert.",
    ),
    see_receipt: "Bestellung anzeigen",

    no_name: "Bitte geben Sie Ihren Namen ein.",
    name_lines: "Bitte geben Sie Ihren Namen in einer Zeile ein, ohne Tabulator.",
    name_too_long: "Dieser Name ist zu lang: Nur die ersten {} Buchstaben passen.",
    whole_number: "Bitte geben Sie eine ganze Zahl ein: Sie können 1 kaufen.",
    wrong_quantity: Plural(
        "Sie können nur {} kaufen.",
        "Bitte geben Sie eine Zahl von 1 bis {} ein.",
    ),
    too_few: Plural("Es gibt nur noch {} Karte.", "Es gibt nur noch {} Karten."),
    per_sale: Plural(
        "Sie können höchstens {} Karte auf einmal kaufen.",
        "Sie können höchstens {} Karten auf einmal kaufen.",
    ),
    per_name: Plural(
        "Pro Name gibt es höchstens {} Karte.",
        "Pro Name gibt es höchstens {} Karten.",
    ),
    per_buyer: Plural(
        "Pro Name gibt es höchstens {} Karte, und auf diesen Namen gibt es schon welche.",
        "Pro Name gibt es höchstens {} Karten, und auf diesen Namen gibt es schon welche.",
    ),
    gone_meanwhile: "Jemand war schneller. Sie haben nichts gekauft.",
    bought_nothing: "Sie haben nichts gekauft.",
    no_holds: "Karten können hier nicht mehr reserviert werden. Sie haben nichts gekauft.",

    bought: Plural("Sie haben {} Karte", "Sie haben {} Karten"),
    receipt_hint: "Diese Seite ist Ihr Beleg. Speichern Sie den Link, und geben Sie ihn nicht weiter: Wer ihn hat, kann Ihre Karten stornieren.",
    copy_link: "Link kopieren",
    copied: "Kopiert",
    label_name: "Name",
    label_quantity: "Karten",
    label_id: "Bestell-Nr.",
    label_at: "Bestellt",
    label_cancelled: "Storniert",
    cancel: "Karten stornieren…",
    cancel_hint: "Stornierte Karten werden wieder verkauft. Das lässt sich nicht rückgängig machen.",
    cancel_now: Plural("{} Karte stornieren", "{} Karten stornieren"),
    cancel_too_late: "Karten können hier nur storniert werden, solange der Verkauf läuft.",
    cancelled_nothing: "Es wurde nichts storniert: Diese Karten sind reserviert, nicht gekauft. Unten können Sie sie zurückgeben.",
    cancelled: (
        "Storniert",
        "Diese Bestellung ist storniert. Die Karten gehören Ihnen nicht mehr.",
    ),

    held: Plural(
        "{} Karte ist für Sie reserviert",
        "{} Karten sind für Sie reserviert",
    ),
    held_until: "Bis {}. Sie haben noch nichts gekauft.",
    time_left: "Noch",
    held_over: "Die Zeit ist abgelaufen. Sie können noch kaufen, solange es niemand anders tut.",
    confirm: Plural("{} Karte kaufen", "{} Karten kaufen"),
    release: "Zurückgeben",
    released_nothing: "Es wurde nichts zurückgegeben: Sie haben diese Karten gekauft.",
    released: (
        "Zurückgegeben",
        "Die Karten sind wieder im Verkauf. Sie haben nichts gekauft.",
    ),
    expired: (
        "Die Zeit ist abgelaufen",
        "Die für Sie reservierten Karten hat jemand anders bekommen. Sie haben nichts gekauft.",
    ),
    to_the_event: "Zurück zu den Karten",

    overloaded: ("Gerade kaufen sehr viele", NOT_YET_SOLD),
    draining: ("Der Dienst startet neu", NOT_YET_SOLD),
    busy: ("Gerade werden andere Bestellungen bearbeitet", NOT_YET_SOLD),
    unreachable: (
        "Im Moment können keine Karten verkauft werden",
        NOT_YET_SOLD,
    ),
    too_many: (
        "Zu viele Versuche",
        "Aus Ihrem Netz kamen zu viele Anfragen. Bitte warten Sie einen Moment, und versuchen Sie es dann noch einmal.",
    ),
    unknown: (
        "Noch ist unklar, ob es geklappt hat",
        "Senden Sie es noch einmal: Ihre Bestellung zählt nur einmal, egal wie oft Sie sie senden.",
    ),
    broken: (
        "Etwas ist schiefgegangen",
        "Es wurde nichts verkauft und nichts geändert. Bitte versuchen Sie es später noch einmal. Was fehlt, steht im Protokoll dieses Dienstes.",
    ),
    used_key: (
        "Dieses Formular wurde schon benutzt",
        "Damit wurde bestellt, und jedes Formular gilt nur für eine Bestellung. Diesmal wurde nichts verkauft.",
    ),
    see_order: "Diese Bestellung anzeigen",
    no_receipt: (
        "Beleg nicht gefunden",
        "Bitte prüfen Sie, ob der Link vollständig ist. Wenn ja, wurde die Veranstaltung vielleicht neu angelegt: Fragen Sie beim Veranstalter nach.",
    ),
    not_found: ("Seite nicht gefunden", "Diese Adresse führt nirgendwohin."),
    not_allowed: (
        "Das geht hier nicht",
        "Diese Adresse nimmt solche Anfragen nicht an.",
    ),
    bad_request: (
        "Das konnten wir nicht lesen",
        "Es wurde nichts verkauft. Bitte gehen Sie zurück, und füllen Sie das Formular noch einmal aus.",
    ),
    foreign: (
        "Diese Anfrage kam von einer anderen Website",
        "Es wurde nichts getan: Bestellungen werden nur von den eigenen Seiten dieses Dienstes angenommen.",
    ),
    compared: "Erhalten: {}. Erwartet: {}.",
    for_operators: "Wenn Sie diesen Dienst betreiben, starten Sie ihn mit",
    try_again: "Noch einmal versuchen",
    trying_in: "Nächster Versuch in {} s.",
    trying_now: "Es wird versucht…",

    units: [
        Plural("{} Tag", "{} Tage"),
        Plural("{} Stunde", "{} Stunden"),
        Plural("{} Minute", "{} Minuten"),
        Plural("{} Sekunde", "{} Sekunden"),
    ],
};
