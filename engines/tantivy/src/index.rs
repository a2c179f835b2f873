//! The port: `SearchIndex` over a folder of cores, one of which serves. Searches are CPU work and run on blocking threads,
//! at most one for each core of the machine at a time.
//!
//! On disk: `ROOT/current` names the folder that serves; a rebuild fills another one and is switched by replacing that
//! file at once. Folders that `current` does not name are left-overs of a rebuild that did not end, and go at the start.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use arc_swap::ArcSwap;
use async_trait::async_trait;
use parking_lot::Mutex;
use services::{
    kernel::{
        clock::{Clock, Timestamp},
        error::{EngineError, EngineResult},
        turns::Turns,
    },
    search::{
        IndexAnswer, IndexChange, IndexQuery, Suggestions,
        ports::{Checkpoint, IndexError, SearchIndex},
    },
};
use tantivy::{TantivyError, collector::Count, directory::error::LockError};

use crate::{
    complete,
    core::Core,
    filters,
    generations::{Generation, Generations},
    search, spelling,
};

/// Names the folder that serves.
const CURRENT: &str = "current";
/// Begins the name of every index folder.
const FOLDER: &str = "index-";

/// A search index on tantivy. Cheap to clone: clones are one index.
#[derive(Clone)]
pub struct TantivyIndex(Arc<Inner>);

struct Inner {
    /// `None`: in memory.
    root: Option<PathBuf>,
    clock: Arc<dyn Clock>,
    core: ArcSwap<Core>,
    generations: Mutex<Generations>,
    /// The rebuild that `switch` may take.
    rebuild: Mutex<Option<Arc<TantivyIndex>>>,
    turns: Turns,
}

impl std::fmt::Debug for TantivyIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TantivyIndex").field("root", &self.0.root).finish_non_exhaustive()
    }
}

impl TantivyIndex {
    /// Opens the index of a folder, or makes an empty one. An index of an older layout is dropped: it is derived, and the
    /// consumer or a rebuild fills it again. Fails when another process has it open.
    pub fn open(root: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> EngineResult<Self> {
        let root = root.into();
        let core = open_current(&root, clock.now())?;
        Ok(Self::over(Some(root), core, clock))
    }

    /// An empty index in memory.
    pub fn in_memory(clock: Arc<dyn Clock>) -> EngineResult<Self> {
        let core = Core::open(None, clock.now()).map_err(|e| failure(&e))?;
        Ok(Self::over(None, core, clock))
    }

    fn over(root: Option<PathBuf>, core: Core, clock: Arc<dyn Clock>) -> Self {
        let generations = Generations::new(core.searcher(), core.as_of(), clock.now());
        let running = std::thread::available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Inner {
            root,
            clock,
            core: ArcSwap::from_pointee(core),
            generations: Mutex::new(generations),
            rebuild: Mutex::new(None),
            turns: Turns::new(running),
        }))
    }

    /// Runs CPU work on a blocking thread, when its turn comes.
    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> tantivy::Result<T> + Send + 'static,
    ) -> EngineResult<T> {
        let turn = self.0.turns.enter("search").await?;
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work(&inner)
        });
        match done.await {
            Ok(result) => result.map_err(|e| failure(&e)),
            Err(e) => Err(EngineError::permanent("search", format!("a search did not end: {e}"))),
        }
    }
}

#[async_trait]
impl SearchIndex for TantivyIndex {
    async fn apply(&self, changes: Vec<IndexChange>, checkpoint: Checkpoint, now: Timestamp) -> EngineResult<()> {
        let inner = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            let searcher = inner.core.load_full().apply(changes, checkpoint, now)?;
            inner.generations.lock().publish(searcher, now);
            Ok::<_, TantivyError>(())
        });
        match done.await {
            Ok(result) => result.map_err(|e| failure(&e)),
            Err(e) => Err(EngineError::retryable("search", format!("a commit did not end: {e}"))),
        }
    }

    async fn checkpoint(&self) -> EngineResult<Checkpoint> {
        Ok(self.0.core.load().checkpoint())
    }

    async fn search(&self, query: IndexQuery, now: Timestamp) -> Result<IndexAnswer, IndexError> {
        let generation = self.0.generation(query.generation, now).ok_or(IndexError::GenerationGone)?;
        let used = generation.clone();
        let (offset, goes_on) = (query.offset, query.generation.is_some());
        let answer = self.work(move |inner| search::run(&used, &inner.core.load().fields, &query)).await?;
        let seen = u64::try_from(offset + answer.hits.len()).unwrap_or(u64::MAX);
        if goes_on || seen < answer.total {
            self.0.generations.lock().hold(&generation, now);
        }
        Ok(answer)
    }

    async fn suggest(&self, prefix: &str, limit: usize) -> EngineResult<Suggestions> {
        let prefix = prefix.to_owned();
        self.work(move |inner| complete::suggest(&inner.newest().searcher, &inner.core.load().fields, &prefix, limit))
            .await
    }

    async fn did_you_mean(&self, text: &str) -> EngineResult<Option<String>> {
        let text = text.to_owned();
        self.work(move |inner| spelling::did_you_mean(&inner.newest().searcher, &inner.core.load().fields, &text)).await
    }

    async fn count(&self) -> EngineResult<u64> {
        let count =
            self.work(|inner| inner.newest().searcher.search(&*filters::live(&inner.core.load().fields), &Count));
        Ok(u64::try_from(count.await?).unwrap_or(u64::MAX))
    }

    async fn begin_rebuild(&self) -> EngineResult<Arc<dyn SearchIndex>> {
        let folder = self.0.root.as_ref().map(|root| root.join(format!("{FOLDER}{}", uuid::Uuid::now_v7().simple())));
        let core = Core::open(folder, self.0.clock.now()).map_err(|e| failure(&e))?;
        let rebuilt = Arc::new(Self::over(None, core, self.0.clock.clone()));
        let given_up = self.0.rebuild.lock().replace(rebuilt.clone());
        if let Some(given_up) = given_up {
            let cleared = tokio::task::spawn_blocking(move || given_up.0.core.load().retire()).await;
            cleared.map_err(|e| EngineError::permanent("search", format!("a given-up rebuild stays: {e}")))?;
        }
        Ok(rebuilt)
    }

    async fn switch(&self, rebuilt: Arc<dyn SearchIndex>) -> EngineResult<()> {
        let mine = {
            let offered = Arc::as_ptr(&rebuilt).cast::<()>();
            self.0.rebuild.lock().take_if(|r| std::ptr::eq(Arc::as_ptr(r).cast::<()>(), offered))
        };
        let Some(mine) = mine else {
            return Err(EngineError::permanent("search", "what is to be switched to is no rebuild of this index"));
        };
        let core = mine.0.core.load_full();
        if let (Some(root), Some(folder)) = (&self.0.root, core.folder_name()) {
            name_current(root, &folder).map_err(|e| failure(&e.into()))?;
        }
        let before = self.0.core.swap(core.clone());
        self.0.generations.lock().publish(core.searcher(), self.0.clock.now());
        let retired = tokio::task::spawn_blocking(move || before.retire()).await;
        retired.map_err(|e| EngineError::permanent("search", format!("the old index was not cleared away: {e}")))
    }
}

impl Inner {
    fn newest(&self) -> Arc<Generation> {
        self.generations.lock().newest()
    }
    fn generation(&self, id: Option<u64>, now: Timestamp) -> Option<Arc<Generation>> {
        match id {
            None => Some(self.newest()),
            Some(id) => self.generations.lock().find(id, now),
        }
    }
}

fn open_current(root: &Path, now: Timestamp) -> EngineResult<Core> {
    let io = |e: io::Error| failure(&e.into());
    fs::create_dir_all(root).map_err(io)?;
    let named = match fs::read_to_string(root.join(CURRENT)) {
        Ok(name) => Some(name.trim().to_owned()).filter(|n| n.starts_with(FOLDER) && !n.contains(['/', '\\'])),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(io(e)),
    };
    let core = match &named {
        Some(name) => match Core::open(Some(root.join(name)), now) {
            Ok(core) => Some(core),
            Err(e @ TantivyError::LockFailure(..)) => return Err(failure(&e)),
            Err(e) => {
                tracing::warn!(error = %e, "the search index cannot be read and is made anew");
                None
            }
        },
        None => None,
    };
    let core = match core {
        Some(core) => core,
        None => {
            let name = format!("{FOLDER}{}", uuid::Uuid::now_v7().simple());
            let core = Core::open(Some(root.join(&name)), now).map_err(|e| failure(&e))?;
            name_current(root, &name).map_err(io)?;
            core
        }
    };
    clear_left_overs(root, core.folder_name().as_deref());
    Ok(core)
}

/// Replaces the file that names the serving folder, at once and lasting.
fn name_current(root: &Path, folder: &str) -> io::Result<()> {
    let draft = root.join("current.new");
    let mut file = fs::File::create(&draft)?;
    io::Write::write_all(&mut file, folder.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, root.join(CURRENT))?;
    fs::File::open(root)?.sync_all()
}

fn clear_left_overs(root: &Path, current: Option<&str>) {
    let Ok(entries) = fs::read_dir(root) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(FOLDER)
            && current != Some(&*name)
            && let Err(e) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(error = %e, folder = %name, "a left-over index folder stays");
        }
    }
}

fn failure(e: &TantivyError) -> EngineError {
    match e {
        TantivyError::LockFailure(LockError::LockBusy, _) => EngineError::permanent(
            "search",
            "another process has the search index open: stop it, or give this one its own data folder",
        ),
        TantivyError::IoError(_) | TantivyError::SystemError(_) => EngineError::retryable("search", e.to_string()),
        _ => EngineError::permanent("search", e.to_string()),
    }
}
