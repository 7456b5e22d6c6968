//! Who may see the desk: who has logged in with a token, as a cookie proves.

use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use subtle::ConstantTimeEq as _;

use super::login;
use super::words::DeskWords;
use crate::serve::page::{Language, Words, see_other};
use crate::serve::problem::ProblemResponse;
use crate::serve::secret::{SecretDigest, random_digits};
use crate::serve::service::Site;

/// The desk as somebody sees it who has logged in.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) site: Site,
    pub(super) words: &'static DeskWords,
    /// The words of the page, in the same language.
    pub(super) page_words: &'static Words,
    /// The name of the token, which stands on the ledger beside what is done.
    pub(super) by: String,
    /// What each of its forms carries: no other site can know it.
    form_token: String,
}

impl Desk {
    /// The path of a part of the desk, which begins with a slash or is empty.
    pub(super) fn path(&self, part: &str) -> String {
        self.site.page(&format!("desk{part}"))
    }

    pub(super) fn form_token(&self) -> &str {
        &self.form_token
    }

    /// Whether a form with this token is one of this session.
    pub(super) fn made(&self, form_token: &str) -> bool {
        self.form_token
            .as_bytes()
            .ct_eq(form_token.as_bytes())
            .into()
    }

    /// A key for what a new form may do: however often that is sent, it is done once.
    #[expect(clippy::unused_self, reason = "keys are made for a session only")]
    pub(super) fn new_key(&self) -> Result<String, ProblemResponse> {
        let digits = random_digits().map_err(|error| ProblemResponse::of(&error))?;
        Ok(format!("d-{digits}"))
    }
}

impl FromRequestParts<Site> for Desk {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        let Language(page_words) = Language::of(&parts.headers);
        let words = DeskWords::of(page_words.lang);
        if site.service.tokens.is_empty() {
            return Err(login::no_desk(site, page_words));
        }
        let sessions = &site.service.sessions;
        let now = Instant::now();
        for secret in secrets(&parts.headers) {
            if let Some(by) = sessions.name_of(secret, now) {
                return Ok(Self {
                    site: site.clone(),
                    words,
                    page_words,
                    by,
                    form_token: SecretDigest::of("form", secret).text(),
                });
            }
        }
        let ended = if parts.method == axum::http::Method::POST {
            "?said=ended"
        } else {
            ""
        };
        Err(see_other(&site.page(&format!("desk/login{ended}"))))
    }
}

/// What a session is proved with. Behind https no page without it can set such a cookie.
fn cookie_name(site: &Site) -> &'static str {
    if is_secure(site) {
        "__Secure-desk"
    } else {
        "desk"
    }
}

fn is_secure(site: &Site) -> bool {
    site.service.public_url.starts_with("https://")
}

/// All that came as proofs: a browser may have several, of several paths.
pub(super) fn secrets(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let sent = headers.get_all(COOKIE).iter();
    sent.filter_map(|sent| sent.to_str().ok())
        .flat_map(|sent| sent.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(name, _)| ["desk", "__Secure-desk"].contains(name))
        .map(|(_, secret)| secret)
        .take(8)
}

/// A cookie with this proof, for the desk of this event alone; without one it is taken back.
pub(super) fn cookie(site: &Site, secret: Option<&str>) -> Option<HeaderValue> {
    let name = cookie_name(site);
    let path = site.page("desk");
    let secure = if is_secure(site) { "; Secure" } else { "" };
    let rest = format!("; Path={path}; HttpOnly; SameSite=Strict{secure}");
    let text = match secret {
        Some(secret) => format!("{name}={secret}{rest}"),
        None => format!("{name}=; Max-Age=0{rest}"),
    };
    HeaderValue::try_from(text).ok()
}
