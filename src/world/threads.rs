//! The threads of a process that does the real thing: where its tasks run, and where tests run side by side.
//!
//! For the command line, and for what is only worked out: its answers come back in their order, however many threads
//! there are. Whatever runs in them reaches tasks through a [`super::Spawner`].

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

/// The stack of a thread that works something out, as large as a process's first.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// The answers of the same work on each of so many things, in their order: on as many threads as the machine serves at
/// once, where each of them has enough things to do.
pub fn each<T: Send>(count: usize, enough: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let most = count.checked_div(enough).unwrap_or(count);
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(most).max(1);
    let share = count.div_ceil(threads).max(1);
    let part = |from: usize| (from..count.min(from + share)).map(&work).collect::<Vec<T>>();
    if threads == 1 {
        return part(0);
    }
    std::thread::scope(|scope| {
        let begin = |from: usize| {
            let part = &part;
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
            (from, thread.spawn_scoped(scope, move || part(from)))
        };
        let begun: Vec<_> = (0..count).step_by(share).map(begin).collect();
        let end = |(from, thread): (usize, std::io::Result<std::thread::ScopedJoinHandle<'_, Vec<T>>>)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // A machine that gives no thread has the one that asks.
            Err(_) => part(from),
        };
        begun.into_iter().flat_map(end).collect()
    })
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
