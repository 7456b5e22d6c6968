//! Which language a page is in: the one that the browser likes most of those there are.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;

use super::words::{CHINESE, ENGLISH, GERMAN, TRADITIONAL_CHINESE, Words};

/// The most languages of a browser that are looked at.
const MOST: usize = 32;

/// The words of the language that a browser likes.
#[derive(Debug, Clone, Copy)]
pub(in crate::serve) struct Language(pub(in crate::serve) &'static Words);

impl Language {
    /// By `Accept-Language`; English, where it likes none that there is.
    pub(in crate::serve) fn of(headers: &HeaderMap) -> Self {
        let sent = headers
            .get_all(ACCEPT_LANGUAGE)
            .iter()
            .filter_map(|sent| sent.to_str().ok())
            .flat_map(|sent| sent.split(','))
            .take(MOST);
        let mut best: Option<(f32, &'static Words)> = None;
        for (liking, words) in sent.filter_map(wish) {
            // Of those that are liked as much, the first.
            if liking > 0.0 && best.is_none_or(|(most, _)| liking > most) {
                best = Some((liking, words));
            }
        }
        Self(best.map_or(&ENGLISH, |(_, words)| words))
    }
}

/// One wish, as in `de-CH;q=0.8`: how much it is liked, and its words, where there are some.
fn wish(text: &str) -> Option<(f32, &'static Words)> {
    let mut parts = text.split(';').map(str::trim);
    let words = words_of(parts.next()?)?;
    let liking = parts
        .find_map(|part| part.strip_prefix("q="))
        .map_or(Some(1.0), |liking| liking.parse().ok())?;
    Some((liking, words))
}

/// The words for a tag as in `de-CH` or `zh-Hant-TW`, where there are some.
fn words_of(tag: &str) -> Option<&'static Words> {
    let tag = tag.to_ascii_lowercase();
    let (language, rest) = tag.split_once('-').unwrap_or((&tag, ""));
    // The script says it, else the place.
    let traditional = rest.split('-').find_map(|part| match part {
        "hans" => Some(false),
        "hant" | "tw" | "hk" | "mo" => Some(true),
        _ => None,
    });
    match language {
        "en" => Some(&ENGLISH),
        "de" => Some(&GERMAN),
        "zh" if traditional == Some(true) => Some(&TRADITIONAL_CHINESE),
        "zh" => Some(&CHINESE),
        _ => None,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Language {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_that_is_liked_most_of_those_there_are() {
        for (sent, expected) in [
            ("de", "de"),
            ("de-CH,de;q=0.9,en;q=0.8", "de"),
            ("fr-FR,fr;q=0.9,zh-TW;q=0.5,en;q=0.4", "zh-Hant"),
            ("zh-Hant", "zh-Hant"),
            ("zh-Hant-SG", "zh-Hant"),
            ("zh-HK,zh;q=0.9", "zh-Hant"),
            ("zh-Hans-HK", "zh"),
            ("zh,zh-TW;q=0.9", "zh"),
            ("en;q=0.3, ZH-Hans-CN;q=0.9", "zh"),
            ("fr", "en"),
            ("", "en"),
            ("*", "en"),
            ("de;q=0", "en"),
            ("de;q=x, zh;q=0.1", "zh"),
            (";;;,,,q=1", "en"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, sent.parse().unwrap());
            assert_eq!(Language::of(&headers).0.lang, expected, "{sent}");
        }
        assert_eq!(Language::of(&HeaderMap::new()).0.lang, "en");
    }
}
