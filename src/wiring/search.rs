//! The search index.

use std::sync::Arc;

use anyhow::Context;
use engine_tantivy::TantivyIndex;
use services::{
    kernel::clock::Clock,
    search::{Synonyms, ports::SearchIndex},
};

use crate::settings::Settings;

/// The index by the settings: Tantivy in a folder, or Elasticsearch, which all processes share. An Elasticsearch that cannot
/// be reached does not stop the start; `/health/ready` names it.
///
/// # Errors
/// When the folder cannot be used or another process writes to it; when the URL is malformed or the server refuses: user,
/// password, version, an index with another mapping.
pub async fn index(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn SearchIndex>> {
    #[cfg(feature = "elasticsearch")]
    if settings.search_url.starts_with("elasticsearch") {
        let index = engine_elasticsearch::ElasticsearchIndex::open(&settings.search_url, Arc::clone(clock))
            .context("`search_url` cannot be used")?;
        match index.prepare().await {
            Err(e) if e.retryable => tracing::warn!(cause = %e.message, "search is away; the shop starts without"),
            prepared => prepared.context("`search_url` cannot be used")?,
        }
        return Ok(Arc::new(index));
    }
    debug_assert!(!settings.search_url.starts_with("elasticsearch"), "the settings were checked");
    let folder = settings.search_folder();
    let index = TantivyIndex::open(&folder, Arc::clone(clock))
        .with_context(|| format!("`search_url`: the index in {} cannot be opened", folder.display()))?;
    Ok(Arc::new(index))
}

/// Words that mean the same.
pub fn synonyms() -> Synonyms {
    Synonyms::shipped()
}
