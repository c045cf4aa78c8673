//! The file of prepared requests: each is a whole HTTP request of the same length, so that a
//! generator finds the n-th one at n times that length.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A range of requests in a file.
pub struct Requests {
    file: File,
    bytes: usize,
    first: u64,
    count: u64,
}

impl Requests {
    /// The `count` requests of `bytes` bytes from `first` on.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn open(path: &Path, bytes: usize, first: u64, count: u64) -> io::Result<Self> {
        Ok(Self { file: File::open(path)?, bytes, first, count })
    }

    /// Puts the `n`-th of the range into `buffer`.
    ///
    /// # Errors
    /// If it lies outside of the range: no request is ever sent twice.
    pub fn read(&self, n: u64, buffer: &mut Vec<u8>) -> io::Result<()> {
        if n >= self.count {
            return Err(io::Error::other(format!("only {} requests are prepared", self.count)));
        }
        buffer.resize(self.bytes, 0);
        self.file.read_exact_at(buffer, (self.first + n) * self.bytes as u64)
    }
}
