//! The search index.

use std::sync::Arc;

use anyhow::Context;
use engine_tantivy::TantivyIndex;
use services::{
    kernel::clock::Clock,
    search::{Synonyms, ports::SearchIndex},
};

use crate::settings::Settings;

/// The index by the settings: Tantivy in a folder.
///
/// # Errors
/// When the folder cannot be used or another process writes to it.
pub fn index(settings: &Settings, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn SearchIndex>> {
    let folder = settings.search_folder();
    let index = TantivyIndex::open(&folder, Arc::clone(clock))
        .with_context(|| format!("`search_url`: the index in {} cannot be opened", folder.display()))?;
    Ok(Arc::new(index))
}

/// Words that mean the same.
pub fn synonyms() -> Synonyms {
    Synonyms::shipped()
}
