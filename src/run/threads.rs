//! How many threads a command uses.

use super::RunError;

/// Runs `work` on that many threads; on all cores if no number is given.
///
/// # Errors
/// If the threads cannot be started.
pub(super) fn on_threads<R: Send>(
    threads: Option<usize>,
    work: impl FnOnce() -> R + Send,
) -> Result<R, RunError> {
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|source| RunError::Threads { threads, source })?;
    Ok(pool.install(work))
}
