//! The child's side: become the engine, and end with our parent.
//!
//! The only unsafe code of the project: a call into the engine's library, and the signal by
//! which this process ends itself.

use std::ffi::{CString, OsString, c_char, c_int};
use std::io::{self, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// The arguments of the hidden subcommand `engine`.
#[derive(Debug, clap::Args)]
pub struct EngineArgs {
    /// The engine's library.
    #[arg(long, required_unless_present = "binary")]
    library: Option<PathBuf>,
    /// Or an official `clickhouse` binary.
    #[arg(long, conflicts_with = "library")]
    binary: Option<PathBuf>,
    /// Port of the HTTP listener.
    #[arg(long)]
    port: u16,
    /// The engine's folder.
    #[arg(long)]
    folder: PathBuf,
}

/// On the scale from 0 to 19 (`nice`).
const NICENESS: i32 = 5;

/// How often the engine looks whether it is still listening, and how often in a row it is not.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const MOST_REFUSED: u32 = 2;
/// How soon after its beginning it is known that it listens.
const BEGINS_WITHIN: Duration = Duration::from_millis(50);

/// Opens the listener, then waits for ever: the process lives until its standard input is closed.
const WAIT_FOR_EVER: &str = "SYSTEM START LISTEN HTTP; \
     SELECT sleepEachRow(1) FROM system.numbers FORMAT Null \
     SETTINGS max_block_size = 1, max_execution_time = 0";

/// Runs the engine in this process until standard input is closed.
///
/// # Errors
/// If the library cannot be loaded or is not one of ClickHouse, or the binary cannot be run.
pub fn run_in_this_process(args: &EngineArgs) -> io::Result<i32> {
    // ClickHouse gives way to the collector when there is too much for both.
    rustix::process::nice(NICENESS).ok();
    let engine_args = arguments(args);
    match (&args.library, &args.binary) {
        (Some(library), _) => {
            std::thread::spawn(|| {
                wait_for_end_of_input();
                end_this_process();
            });
            let port = args.port;
            std::thread::spawn(move || {
                wait_for_end_of_listening(port);
                end_this_process();
            });
            call_library(library, engine_args)
        }
        (None, Some(binary)) => run_binary(binary, engine_args),
        (None, None) => Err(io::Error::other("neither --library nor --binary")),
    }
}

fn arguments(args: &EngineArgs) -> Vec<OsString> {
    let config = args.folder.join("config.xml");
    let data = args.folder.join("data");
    let mut path = OsString::from("--path=");
    path.push(data);
    let mut config_file = OsString::from("--config-file=");
    config_file.push(config);
    vec![
        "--multiquery".into(),
        path,
        config_file,
        "--listen_host=127.0.0.1".into(),
        format!("--http_port={}", args.port).into(),
        "--logger.console=1".into(),
        "--logger.level=warning".into(),
        // In this form the engine takes its level from here alone; without it every query would be written down
        // with what it asks for: 4 MB a minute. Its warnings are about its own pools.
        "--log-level=error".into(),
        "-q".into(),
        WAIT_FOR_EVER.into(),
    ]
}

fn wait_for_end_of_input() {
    let mut input = io::stdin().lock();
    let mut bytes = [0; 64];
    while matches!(input.read(&mut bytes), Ok(count) if count > 0) {}
}

/// The user by whom the engine opens its listener has no password, and could close it too, by whoever may send to this
/// machine's ports: an engine that is not listening any more ends, and our parent starts another.
fn wait_for_end_of_listening(port: u16) {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while TcpStream::connect_timeout(&address, LOOK_EVERY).is_err() {
        std::thread::sleep(BEGINS_WITHIN);
    }
    let mut refused = 0;
    while refused < MOST_REFUSED {
        std::thread::sleep(LOOK_EVERY);
        refused = match TcpStream::connect_timeout(&address, LOOK_EVERY) {
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => refused + 1,
            _ => 0,
        };
    }
}

#[expect(unsafe_code, reason = "raising a signal in one's own process has no safe form in std")]
fn end_this_process() {
    // SAFETY: raise takes any signal number and touches no memory of ours. ClickHouse ends at
    // SIGTERM with its data intact.
    unsafe { libc::raise(libc::SIGTERM) };
}

#[expect(unsafe_code, reason = "the engine is a C library")]
fn call_library(library: &Path, arguments: Vec<OsString>) -> io::Result<i32> {
    type Main = unsafe extern "C" fn(c_int, *mut *mut c_char) -> c_int;
    let mut owned = vec![CString::from(c"clickhouse")];
    for argument in arguments {
        owned.push(CString::new(argument.into_vec())?);
    }
    let mut pointers: Vec<*mut c_char> =
        owned.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    pointers.push(std::ptr::null_mut());
    let count = c_int::try_from(owned.len()).map_err(io::Error::other)?;
    // SAFETY: the path names ClickHouse's library, whose initializers are fit to run in a process
    // that has done nothing else yet.
    let loaded = unsafe { libloading::Library::new(library) };
    let loaded = loaded.map_err(|error| unusable(library, &error))?;
    // SAFETY: chdb_query_cmdline is declared as int(int, char**) in the library's header.
    let main = unsafe { loaded.get::<Main>(b"chdb_query_cmdline\0") };
    let main = main.map_err(|error| unusable(library, &error))?;
    // SAFETY: the pointers are those of `owned`, NUL-terminated, followed by a null pointer, and
    // live until the call returns.
    Ok(unsafe { main(count, pointers.as_mut_ptr()) })
}

/// The loader's error names the file and the reason in its cause only.
fn unusable(library: &Path, error: &libloading::Error) -> io::Error {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    io::Error::other(format!("{}: {error}{}", library.display(), cause.unwrap_or_default()))
}

/// A binary cannot watch our input for us: we stay and kill it when the input is closed.
fn run_binary(binary: &Path, arguments: Vec<OsString>) -> io::Result<i32> {
    let mut child =
        Command::new(binary).arg("local").args(arguments).stdin(Stdio::null()).spawn()?;
    let (ended, waiting) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        wait_for_end_of_input();
        ended.send(()).ok();
    });
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().unwrap_or(1));
        }
        if waiting.recv_timeout(std::time::Duration::from_millis(100)).is_ok() {
            child.kill()?;
            child.wait()?;
            return Ok(0);
        }
    }
}
