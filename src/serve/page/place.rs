//! Where the pages of an event are, as browsers reach them.

use crate::serve::service::{Service, Site};

impl Service {
    /// The path of the service itself, as browsers see it: that of `--public-url`, without a slash at the end.
    pub(in crate::serve) fn root(&self) -> &str {
        let rest = self.public_url.split_once("://").map_or("", |(_, it)| it);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
    }

    /// The origin of `--public-url`, as in `https://tickets.example`; `None`: none was given.
    pub(super) fn origin(&self) -> Option<&str> {
        let without_path = self.public_url.len() - self.root().len();
        self.public_url
            .get(..without_path)
            .filter(|it| !it.is_empty())
    }
}

impl Site {
    /// The path of one of the event's pages.
    pub(in crate::serve) fn page(&self, path: &str) -> String {
        format!("{}{}/{path}", self.service.root(), self.event.prefix)
    }
}
