//! The threads of a process that does the real thing: where its tasks run, and where tests run side by side.
//!
//! Of use to the command line only; whatever runs in them reaches tasks through a [`super::Spawner`].

use std::future::Future;
use std::io;
use std::num::NonZeroUsize;

/// Runs this, and the tasks that it begins, on the machine's threads, each with a stack of so many bytes.
///
/// # Errors
/// Where the machine gives no threads.
pub fn on_all<F: Future>(stack_bytes: usize, work: F) -> io::Result<F::Output> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    Ok(builder.enable_all().thread_stack_size(stack_bytes).build()?.block_on(work))
}

/// Runs this, and the tasks that it begins, on the thread that asks.
///
/// # Errors
/// Where the machine gives none of what that takes.
pub fn on_this<F: Future>(work: F) -> io::Result<F::Output> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_time().build()?.block_on(work))
}

/// Runs the same work on several threads at once, on as many as the machine serves at once and at most so many.
pub fn side_by_side(at_most: usize, work: impl Fn() + Sync) {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(at_most);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(&work);
        }
    });
}
