//! Each language has all words, with as many places as are filled in.

use super::*;

#[test]
fn each_language_of_the_page_has_its_words() {
    for lang in ["en", "de", "zh", "zh-Hant"] {
        let words = DeskWords::of(lang);
        assert_eq!((words.lang, words.guest_list.lang), (lang, lang));
        for (text, places) in [
            (words.part, 2),
            (words.not_adding_up, 2),
            (words.page_of, 2),
            (words.cancelled_by, 2),
            (words.over_time_text, 3),
            (words.audit_at, 2),
            (words.held_until, 1),
            (words.formerly, 1),
            (words.by, 1),
            (words.logged_in_as, 1),
            (words.cancelled_before, 1),
            (words.guest_list.as_of, 1),
            (words.guest_list.of, 1),
        ] {
            assert_eq!(text.matches("{}").count(), places, "{lang}: {text}");
        }
    }
    assert_eq!(DeskWords::of("fr").lang, "en");
    assert_eq!(DeskWords::with("{} of {}", "{}", "2"), "{} of 2");
}
