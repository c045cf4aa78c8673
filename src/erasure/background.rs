//! Work with files, on a thread that may wait for the disk.

use super::ErasureError;

/// Does it there.
pub(super) async fn in_the_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ErasureError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| ErasureError::CutOff(error.to_string()))
}
