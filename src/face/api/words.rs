//! The language that a question asks its answer's words in.

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use serde::Deserialize;

use crate::face::api::problem::Problem;
use crate::vocabulary::language::Language;

/// `?lang=en`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    lang: Option<Language>,
}

impl Words {
    /// Which; English if it is not said.
    ///
    /// # Errors
    ///
    /// 400 if it is no language.
    pub(super) fn language(
        asked: Result<Query<Self>, QueryRejection>,
    ) -> Result<Language, Problem> {
        match asked {
            Ok(Query(words)) => Ok(words.lang.unwrap_or(Language::English)),
            Err(rejection) => {
                let detail = format!("{}; expected lang=en or lang=zh-CN", rejection.body_text());
                Err(Problem::new(rejection.status(), "not a language", detail))
            }
        }
    }
}
