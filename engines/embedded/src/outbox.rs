//! Messages as files in a folder, for a shop on one machine that has no mail server: whoever runs it reads them there.
//! Each is a file of its own that only its owner may read, named in the order of sending; the oldest are removed when
//! there are many, because nobody takes them away. It is no mail server: nothing leaves the machine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use services::kernel::{
    clock::Clock,
    error::{EngineError, EngineResult},
    ids::IdSource,
    mail::{Mail, Mailer},
};

/// Messages that are kept.
const KEPT: usize = 500;

/// The folder of messages.
pub struct FileMailer {
    folder: PathBuf,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
}

impl FileMailer {
    /// Into a folder, which is made with the first message.
    pub fn new(folder: PathBuf, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self { folder, clock, ids }
    }
}

#[async_trait]
impl Mailer for FileMailer {
    async fn send(&self, mail: Mail) -> EngineResult<()> {
        let now = self.clock.now();
        let path = self.folder.join(format!("{}.eml", self.ids.next(now)));
        let text = letter(&mail, &now.to_chrono().to_rfc2822())?;
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            make_room(&folder)?;
            write(&path, text.as_bytes())
        });
        match written.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(EngineError::retryable("mail", format!("the outbox cannot be written: {e}"))),
            Err(_) => Err(EngineError::retryable("mail", "the shop is stopping")),
        }
    }
}

/// A message as RFC 5322 has it. A line break in a head line would begin another one, so it is refused.
fn letter(mail: &Mail, date: &str) -> EngineResult<String> {
    if [&mail.to, &mail.subject].iter().any(|line| line.chars().any(char::is_control)) {
        return Err(EngineError::permanent("mail", "an address or a subject holds a control character"));
    }
    let head = format!("Date: {date}\nTo: {}\nSubject: {}\n", mail.to, mail.subject);
    Ok(format!("{head}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n{}\n", mail.text.trim_end()))
}

/// Makes the folder, and removes the oldest messages when it is full.
fn make_room(folder: &Path) -> std::io::Result<()> {
    let mut maker = std::fs::DirBuilder::new();
    maker.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut maker, 0o700);
    maker.create(folder)?;
    let mut there: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .collect();
    if there.len() >= KEPT {
        there.sort();
        for old in &there[..=there.len() - KEPT] {
            std::fs::remove_file(old)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(path)?, bytes)
}

#[cfg(test)]
mod tests {
    use services::kernel::{
        clock::{ManualClock, Timestamp},
        ids::SeededIds,
    };

    use super::*;

    fn clock() -> Arc<ManualClock> {
        Arc::new(ManualClock::new(Timestamp::from_seconds(1_790_000_000)))
    }

    fn mailer(folder: &Path) -> FileMailer {
        FileMailer::new(folder.join("outbox"), clock(), Arc::new(SeededIds::new(1)))
    }

    fn mail(subject: &str) -> Mail {
        Mail { to: "asha@example.org".into(), subject: subject.into(), text: "नमस्ते\n".into() }
    }

    fn files(folder: &Path) -> Vec<PathBuf> {
        let mut all: Vec<_> = std::fs::read_dir(folder.join("outbox"))
            .into_iter()
            .flatten()
            .map(|e| e.expect("an entry").path())
            .collect();
        all.sort();
        all
    }

    #[tokio::test]
    async fn a_message_is_a_file_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        mailer(folder.path()).send(mail("A new password")).await.expect("takes it");
        let [path] = &files(folder.path())[..] else { panic!("one file") };
        let text = std::fs::read_to_string(path).expect("readable");
        assert!(text.contains("\nTo: asha@example.org\nSubject: A new password\n"), "{text}");
        assert!(text.ends_with("\n\nनमस्ते\n"), "{text}");
        #[cfg(unix)]
        for (path, mode) in [(path.clone(), 0o600), (folder.path().join("outbox"), 0o700)] {
            use std::os::unix::fs::PermissionsExt;
            let have = std::fs::metadata(&path).expect("is there").permissions().mode() & 0o777;
            assert_eq!(have, mode, "{}", path.display());
        }
    }

    #[tokio::test]
    async fn a_line_break_begins_no_other_head_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = mailer(folder.path()).send(mail("x\nBcc: thief@example.org")).await;
        assert!(refused.is_err_and(|e| !e.retryable));
        assert!(files(folder.path()).is_empty());
    }

    #[tokio::test]
    async fn the_oldest_messages_make_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let clock = clock();
        let mailer = FileMailer::new(folder.path().join("outbox"), clock.clone(), Arc::new(SeededIds::new(1)));
        mailer.send(mail("the oldest")).await.expect("takes it");
        let oldest = files(folder.path()).remove(0);
        for n in 0..KEPT {
            clock.advance(std::time::Duration::from_millis(1));
            mailer.send(mail(&format!("{n}"))).await.expect("takes it");
        }
        let left = files(folder.path());
        assert_eq!((left.len(), left.contains(&oldest)), (KEPT, false));
    }
}
