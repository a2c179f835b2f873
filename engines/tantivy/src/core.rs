//! One index in one folder (or in memory): its writer, its reader and what its last commit says of itself.
//!
//! A core is written by one caller at a time under `writer`; tantivy's lock file keeps other processes out. It
//! deliberately knows nothing of held generations and of the switch between folders.

use std::{collections::HashMap, fs, path::PathBuf};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use services::{
    kernel::{clock::Timestamp, ids::ItemId},
    search::{IndexChange, ports::Checkpoint},
};
use tantivy::{
    DocSet, Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TERMINATED, TantivyDocument,
    TantivyError, schema::IndexRecordOption,
};

use crate::{
    analysis,
    fields::{Fields, LAYOUT, column},
};

/// Memory that the writer fills before it makes a segment, bytes.
const WRITER_BYTES: usize = 40_000_000;

/// What a commit says of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Payload {
    layout: u32,
    checkpoint: Checkpoint,
    at: Timestamp,
}

/// An index.
pub struct Core {
    /// Handles of its fields.
    pub fields: Fields,
    folder: Option<PathBuf>,
    reader: IndexReader,
    /// `None` once retired.
    writer: Mutex<Option<IndexWriter>>,
    last: Mutex<Payload>,
}

impl Core {
    /// Opens the index of a folder, or makes an empty one; in memory without a folder.
    pub fn open(folder: Option<PathBuf>, now: Timestamp) -> tantivy::Result<Self> {
        let (schema, fields) = Fields::build();
        let settings = IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() };
        let builder = Index::builder().schema(schema.clone()).settings(settings).tokenizers(analysis::tokenizers());
        let index = match &folder {
            None => builder.create_in_ram()?,
            Some(folder) => {
                fs::create_dir_all(folder)?;
                builder.open_or_create(tantivy::directory::MmapDirectory::open(folder)?)?
            }
        };
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let payload = index.load_metas()?.payload.and_then(|p| serde_json::from_str(&p).ok());
        let last = payload.unwrap_or(Payload { layout: LAYOUT, checkpoint: Checkpoint::default(), at: now });
        if last.layout != LAYOUT {
            return Err(TantivyError::SchemaError(format!("layout {} is not {LAYOUT}", last.layout)));
        }
        Ok(Self { fields, folder, reader, writer: Mutex::new(Some(writer)), last: Mutex::new(last) })
    }

    /// The name of its folder; none in memory.
    pub fn folder_name(&self) -> Option<String> {
        Some(self.folder.as_ref()?.file_name()?.to_string_lossy().into_owned())
    }

    /// The checkpoint of the last commit.
    pub fn checkpoint(&self) -> Checkpoint {
        self.last.lock().checkpoint.clone()
    }

    /// When the last commit was made; when a new index was opened.
    pub fn as_of(&self) -> Timestamp {
        self.last.lock().at
    }

    /// What is found now.
    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Makes changes findable, all at once with their checkpoint. On an error nothing of it is.
    pub fn apply(
        &self,
        changes: Vec<IndexChange>,
        checkpoint: Checkpoint,
        now: Timestamp,
    ) -> tantivy::Result<Searcher> {
        let mut guard = self.writer.lock();
        let Some(writer) = guard.as_mut() else {
            return Err(TantivyError::SystemError("the index was replaced by a rebuilt one".into()));
        };
        let payload = Payload { layout: LAYOUT, checkpoint, at: now };
        let written = self.stage(writer, changes).and_then(|()| {
            let text = serde_json::to_string(&payload).map_err(|e| TantivyError::InternalError(e.to_string()))?;
            let mut commit = writer.prepare_commit()?;
            commit.set_payload(&text);
            commit.commit()?;
            Ok(())
        });
        if let Err(e) = written {
            writer.rollback()?;
            return Err(e);
        }
        *self.last.lock() = payload;
        self.reader.reload()?;
        Ok(self.reader.searcher())
    }

    fn stage(&self, writer: &IndexWriter, changes: Vec<IndexChange>) -> tantivy::Result<()> {
        let present = self.reader.searcher();
        let mut versions: HashMap<ItemId, (u64, bool)> = HashMap::new();
        for change in changes {
            let (item, version, removes) = match &change {
                IndexChange::Put(doc) => (doc.item, doc.version, false),
                IndexChange::Remove { item, version } => (*item, *version, true),
            };
            let known = match versions.get(&item) {
                Some(known) => Some(*known),
                None => self.version_of(&present, item)?,
            };
            // The same version again is welcome, its stock may differ; but a removal of that version is final.
            let stale = known.is_some_and(|(v, removed)| v > version || (v == version && removed && !removes));
            if stale {
                continue;
            }
            versions.insert(item, (version, removes));
            writer.delete_term(self.fields.item_term(item));
            let doc: TantivyDocument = match &change {
                IndexChange::Put(doc) => self.fields.document(doc),
                IndexChange::Remove { item, version } => self.fields.tombstone(*item, *version),
            };
            writer.add_document(doc)?;
        }
        Ok(())
    }

    /// The version of an item in the index and whether it is the memory of a removed one.
    fn version_of(&self, searcher: &Searcher, item: ItemId) -> tantivy::Result<Option<(u64, bool)>> {
        let term = self.fields.item_term(item);
        for segment in searcher.segment_readers() {
            let postings = segment.inverted_index(self.fields.id)?.read_postings(&term, IndexRecordOption::Basic)?;
            let Some(mut postings) = postings else { continue };
            let mut doc = postings.doc();
            while doc != TERMINATED {
                if !segment.is_deleted(doc) {
                    let version = segment.fast_fields().u64(column::VERSION)?.first(doc).unwrap_or(0);
                    let removed = segment.fast_fields().i64(column::CREATED)?.first(doc).is_none();
                    return Ok(Some((version, removed)));
                }
                doc = postings.advance();
            }
        }
        Ok(None)
    }

    /// Stops writing for good and clears the folder away. Searchers that are still held keep what they have open.
    pub fn retire(&self) {
        if let Some(writer) = self.writer.lock().take()
            && let Err(e) = writer.wait_merging_threads()
        {
            tracing::warn!(error = %e, "an index that was replaced did not finish its merges");
        }
        if let Some(folder) = &self.folder
            && let Err(e) = fs::remove_dir_all(folder)
        {
            tracing::warn!(error = %e, "the folder of an index that was replaced stays until the next start");
        }
    }
}
