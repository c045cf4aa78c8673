//! A migrated database, made once for all tests and copied for each: most tests ask what happens on it, not how it
//! comes to be.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{executable, program, succeeded};

/// Puts a copy of the database into a data folder.
pub fn plant(data_dir: &Path) {
    copy(&seed().join("data/clickhouse/data"), &data_dir.join("clickhouse/data")).unwrap();
}

/// The folder of this program's seed. Whoever comes first makes it; the others wait.
fn seed() -> PathBuf {
    let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seeds");
    fs::create_dir_all(&all).unwrap();
    let built = fs::metadata(executable()).unwrap();
    let age = built.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    let seed = all.join(format!("{}-{}", built.len(), age.as_nanos()));
    let lock = File::options().create(true).truncate(false).write(true).open(all.join("lock"));
    let lock = lock.unwrap();
    lock.lock().unwrap();
    if !seed.join("done").exists() {
        for entry in fs::read_dir(&all).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                fs::remove_dir_all(entry).unwrap();
            }
        }
        let mut migrate = program();
        migrate.env("MESSENGER_FUNNEL__DATA_DIR", seed.join("data")).arg("migrate");
        succeeded(&migrate.output().unwrap());
        fs::write(seed.join("done"), "").unwrap();
    }
    seed
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            std::os::unix::fs::symlink(fs::read_link(entry.path())?, target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
