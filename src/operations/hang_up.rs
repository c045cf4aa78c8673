//! A connection of which it is known that its client has hung up, also while nobody reads from it: whoever has asked
//! something and left must not have it worked out to the end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// A connection that can be watched while it is used.
#[derive(Debug)]
pub(super) struct Watched(Arc<TcpStream>);

/// Knows whether the client of a [`Watched`] connection is there.
#[derive(Debug)]
pub(super) struct Watch(Arc<TcpStream>);

impl Watched {
    pub(super) fn new(stream: TcpStream) -> (Self, Watch) {
        let stream = Arc::new(stream);
        (Self(Arc::clone(&stream)), Watch(stream))
    }
}

impl Watch {
    /// Waits until the client sends no more. What it has sent before and nobody has read yet does not hide that.
    #[cfg(target_os = "linux")]
    pub(super) async fn hung_up(&self) {
        // Of what is asked for here, urgent data and the end, only the end comes.
        let ready = self.0.ready(tokio::io::Interest::PRIORITY).await;
        if ready.is_ok_and(|ready| !ready.is_read_closed()) {
            std::future::pending::<()>().await;
        }
    }

    /// Elsewhere hyper alone notices, where nothing is left to be read.
    #[cfg(not(target_os = "linux"))]
    pub(super) async fn hung_up(&self) {
        std::future::pending::<()>().await;
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.0.poll_read_ready(context))?;
            match self.0.try_read_buf(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                read => return Poll::Ready(read.map(|_| ())),
            }
        }
    }
}

impl Watched {
    fn poll_with(
        &self,
        context: &mut Context<'_>,
        write: impl Fn(&TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(self.0.poll_write_ready(context))?;
            match write(&self.0) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                written => return Poll::Ready(written),
            }
        }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(context, |stream| stream.try_write(bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_with(context, |stream| stream.try_write_vectored(parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(
            rustix::net::shutdown(&*self.0, rustix::net::Shutdown::Write).map_err(Into::into),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn what_nobody_has_read_yet_does_not_hide_the_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut ours, watch) = Watched::new(listener.accept().await.unwrap().0);
        client.write_all(b"question and more").await.unwrap();
        let mut begun = [0; 8];
        ours.read_exact(&mut begun).await.unwrap();
        ours.write_all(b"answer").await.unwrap();
        let mut answer = [0; 6];
        client.read_exact(&mut answer).await.unwrap();
        let is_there = tokio::time::timeout(Duration::from_millis(100), watch.hung_up()).await;
        assert!(is_there.is_err(), "it hung up too early");
        drop(client);
        tokio::time::timeout(Duration::from_secs(5), watch.hung_up()).await.unwrap();
        let mut rest = Vec::new();
        ours.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b" and more");
    }
}
