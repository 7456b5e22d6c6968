//! The page in German.

use super::{Plural, Words};

pub(in crate::serve::page) static GERMAN: Words = Words {
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
