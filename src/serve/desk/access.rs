//! Who may see the desk: who has logged in with a token, as a cookie proves.

use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use axum::response::Response;
use maud::{Markup, html};
use subtle::ConstantTimeEq as _;

use super::cookie::secrets;
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

    /// What each form carries beside its fields: that it is of this session, and its idempotency key.
    pub(super) fn hidden(&self, key: &str) -> Markup {
        html! {
            input type="hidden" name="form" value=(self.form_token);
            input type="hidden" name="key" value=(key);
        }
    }

    /// Whether a form with this token is one of this session.
    pub(super) fn made(&self, form_token: &str) -> bool {
        self.form_token
            .as_bytes()
            .ct_eq(form_token.as_bytes())
            .into()
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
        let ended = if parts.method == Method::POST {
            "?said=ended"
        } else {
            ""
        };
        Err(see_other(&site.page(&format!("desk/login{ended}"))))
    }
}

/// A key for what a new form may do: however often that is sent, it is done once.
pub(super) fn new_key() -> Result<String, ProblemResponse> {
    let digits = random_digits().map_err(|error| ProblemResponse::of(&error))?;
    Ok(format!("d-{digits}"))
}
