//! Questions over HTTP.

use std::time::Duration;

use super::answer::{json_answer, lines_answer, text_lines};
use super::{AskError, Site};
use crate::model::{Answer, AnswerSpec, Http};

/// A request that says nothing else is given up after this time.
const PATIENCE: Duration = Duration::from_secs(30);

/// More of a body than this is not read.
const MOST: u64 = 4 * 1024 * 1024;

pub async fn ask(site: &Site, http: &Http, spec: &AnswerSpec) -> Result<Answer, AskError> {
    let (status, body) = request(site, http).await?;
    let mut answer = match &spec.key {
        // The body of an error is seldom what was asked for; its status is the answer.
        Some(key) if (200..300).contains(&status) => json_answer(&body, &site.renderer().text(key)?.to_string())?,
        _ => lines_answer(text_lines(&body)),
    };
    answer.status = Some(status);
    Ok(answer)
}

/// Makes one request and takes status and body. Redirects are not followed: what answers is what was asked.
///
/// # Errors
/// When nothing answers, or a template cannot be filled in. The message holds the URL with secrets masked.
pub async fn request(site: &Site, http: &Http) -> Result<(u16, String), AskError> {
    let renderer = site.renderer();
    let url = renderer.text(&http.url)?;
    let shown = url.to_string();
    let url = url.reveal(&site.secrets);
    let mut builder = ureq::http::Request::builder().method(http.method.as_str()).uri(url.as_str());
    for (name, value) in &http.headers {
        builder = builder.header(name, renderer.text(value)?.reveal(&site.secrets));
    }
    let body = http.body.as_ref().map(|b| renderer.text(b)).transpose()?.map(|b| b.reveal(&site.secrets));
    if body.is_some() && !http.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        builder = builder.header("content-type", "application/json");
    }
    let fail = |reason: String| AskError::Http { url: shown.clone(), reason };
    let request = builder.body(body.unwrap_or_default()).map_err(|e| fail(e.to_string()))?;
    let patience = http.timeout.map_or(PATIENCE, Duration::from_secs);
    // The client blocks; it gets a thread of its own.
    tokio::task::spawn_blocking(move || send(request, patience))
        .await
        .map_err(|e| fail(e.to_string()))?
        .map_err(|e| fail(site.secrets.mask(&e.to_string())))
}

fn send(request: ureq::http::Request<String>, patience: Duration) -> Result<(u16, String), ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(patience))
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(false)
        .user_agent(concat!("stepwell/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut response = agent.run(request)?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MOST).lossy_utf8(true).read_to_string()?;
    Ok((status, body))
}
