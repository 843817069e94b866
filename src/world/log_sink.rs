//! Where log lines go: standard error, from a thread of its own. A line that cannot be written, because the disk is
//! full, nobody reads or the reader is slow, is dropped and counted; it never holds up or ends the service.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel};
use std::time::Duration;

/// Lines that may wait to be written.
const WAITING_MAX: usize = 8_192;

/// How long the end of the process waits for lines that are still to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Log lines that could not be written since the process began.
pub fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

fn drop_one() {
    DROPPED.fetch_add(1, Ordering::Relaxed);
}

enum Job {
    Line(Vec<u8>),
    /// Answers once all lines before it are dealt with.
    Flush(std::sync::mpsc::Sender<()>),
}

/// Takes log lines.
#[derive(Clone, Debug)]
pub struct LogSink(SyncSender<Job>);

impl LogSink {
    /// Starts the writing thread.
    ///
    /// # Errors
    /// Where the machine gives no thread.
    pub fn start() -> io::Result<Self> {
        let (jobs, waiting) = sync_channel(WAITING_MAX);
        std::thread::Builder::new().name("log".to_owned()).spawn(move || write(&waiting))?;
        Ok(Self(jobs))
    }

    /// Waits a moment for what is still to be written.
    pub fn flush_within_a_moment(&self) {
        let (done, heard) = channel();
        if self.0.try_send(Job::Flush(done)).is_ok() {
            let _ = heard.recv_timeout(LAST_WORDS);
        }
    }
}

impl Write for LogSink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) = self.0.try_send(Job::Line(line.to_vec())) {
            drop_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write(waiting: &Receiver<Job>) {
    for job in waiting {
        match job {
            Job::Line(line) => {
                if io::stderr().write_all(&line).is_err() {
                    drop_one();
                }
            }
            Job::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}
