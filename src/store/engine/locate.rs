//! Where the engine may lie: the configured library, beside the program, in `node_modules`, or an
//! official `clickhouse` binary on the PATH.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::EngineError;

/// What runs as the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineProgram {
    /// `libchdb.so`.
    Library(PathBuf),
    /// An official `clickhouse` binary.
    Binary(PathBuf),
}

impl EngineProgram {
    /// The arguments of the hidden subcommand that name it.
    pub fn as_args(&self) -> [OsString; 2] {
        match self {
            Self::Library(path) => ["--library".into(), path.into()],
            Self::Binary(path) => ["--binary".into(), path.into()],
        }
    }
}

const LIBRARY: &str = "libchdb.so";

/// Finds the engine. `configured` is the key `libchdb`, `executable` this program, `search_path`
/// the PATH.
///
/// # Errors
/// [`EngineError::Missing`], with the places and the command that installs it.
pub fn locate(
    configured: Option<&Path>,
    executable: &Path,
    search_path: Option<OsString>,
) -> Result<EngineProgram, EngineError> {
    if let Some(path) = configured {
        return match absolute_file(path) {
            Some(path) => Ok(EngineProgram::Library(path)),
            None => Err(EngineError::Missing {
                looked: format!("{} (configured as libchdb)", path.display()),
            }),
        };
    }
    let mut looked = vec![executable.with_file_name(LIBRARY)];
    let here = std::env::current_dir().ok();
    for start in [here.as_deref(), executable.parent()].into_iter().flatten() {
        let packages = start.ancestors().map(|folder| folder.join("node_modules"));
        looked.extend(packages.map(|modules| modules.join(package()).join(LIBRARY)));
    }
    if let Some(path) = looked.iter().find_map(|path| absolute_file(path)) {
        return Ok(EngineProgram::Library(path));
    }
    let folders = search_path.iter().flat_map(std::env::split_paths).collect::<Vec<_>>();
    if let Some(path) = folders.iter().find_map(|folder| absolute_file(&folder.join("clickhouse")))
    {
        return Ok(EngineProgram::Binary(path));
    }
    let looked = format!(
        "{LIBRARY} beside the program, {}/{LIBRARY} in node_modules of this folder and those \
         above it, and `clickhouse` on the PATH",
        package()
    );
    Err(EngineError::Missing { looked })
}

/// The npm package with the library for this machine.
fn package() -> String {
    let system = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("macos", _) => "darwin-x64",
        (_, "aarch64") => "linux-arm64-gnu",
        _ => "linux-x64-gnu",
    };
    format!("@chdb/lib-{system}")
}

fn absolute_file(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok().filter(|path| path.is_file())
}
