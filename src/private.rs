//! Files and folders that only their owner may read: they hold personal data, or secrets. Whatever the umask allows
//! and whatever the folder above allows, these allow nobody else anything; a test looks for other ways to make files.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::Mode;

/// What others than the owner may do.
const OTHERS: u32 = 0o077;

/// Has everything that this process makes, and every process that it starts, be its owner's alone, also what
/// libraries make. To be called before there are threads.
pub fn by_default() {
    rustix::process::umask(Mode::from_raw_mode(OTHERS));
}

/// Makes a folder, and those above it that are missing; what was made stays, also if the power is cut.
///
/// # Errors
/// If the disk refuses.
pub fn folder(path: &Path) -> io::Result<()> {
    let is_missing = |one: &&Path| !one.as_os_str().is_empty() && !one.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    missing.into_iter().try_for_each(sync_folder_of)
}

/// Options for a file, should it be made.
#[must_use]
pub fn file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

/// Makes a file, or empties the one that is there and takes it from others.
///
/// # Errors
/// If the disk refuses.
pub fn create(path: &Path) -> io::Result<File> {
    let file = self::file().create(true).truncate(true).write(true).open(path)?;
    take_from_others(&file)?;
    Ok(file)
}

fn take_from_others(file: &File) -> io::Result<()> {
    if file.metadata()?.mode() & OTHERS == 0 {
        return Ok(());
    }
    file.set_permissions(Permissions::from_mode(0o600))
}

/// Writes a file, or another text in place of what is there.
///
/// # Errors
/// If the disk refuses.
pub fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    create(path)?.write_all(text)
}

/// A file that is there to be locked, and holds nothing; its folder is made too.
///
/// # Errors
/// If the disk refuses.
pub fn lock_file(path: &Path) -> io::Result<File> {
    if let Some(above) = path.parent() {
        folder(above)?;
    }
    file().create(true).truncate(false).read(true).write(true).open(path)
}

/// Takes a file or a folder from others; what is in the folder stays as it is. Links are left alone, and where
/// they lead to. It is fine if there is nothing.
///
/// # Errors
/// If the disk refuses, such as for what is another user's.
pub fn close(path: &Path) -> io::Result<()> {
    let about = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        about => about?,
    };
    if about.is_symlink() || about.mode() & OTHERS == 0 {
        return Ok(());
    }
    fs::set_permissions(path, Permissions::from_mode(about.mode() & 0o7700))
}

/// Takes a file, or a folder and all that is in it, from others: an earlier version, or somebody's `cp`, may have
/// left more open.
///
/// # Errors
/// As [`close`]; the rest is done all the same.
pub fn tighten(path: &Path) -> io::Result<()> {
    let mut done = close(path);
    if fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()) {
        for entry in fs::read_dir(path)? {
            let inside = entry.and_then(|entry| tighten(&entry.path()));
            done = done.and(inside);
        }
    }
    done
}

/// Makes a file that is not there yet, whole or not at all, also if the power is cut.
///
/// # Errors
/// `AlreadyExists` if the file is there, also if another process made it meanwhile; or if the disk refuses.
pub fn create_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = beside(path, &format!(".{}", std::process::id()));
    write_through(&fresh, bytes)?;
    // A link, unlike a rename, takes no other file's place.
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    linked?;
    sync_folder_of(path)
}

/// Puts `bytes` in place of a file, whole or not at all, also if the power is cut: what stands there when this has
/// returned stays; of several at once, each is in its place for a moment. The folder is made if there is none.
///
/// # Errors
/// If the disk refuses; the earlier file stands then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(above) = path.parent() {
        folder(above)?;
    }
    let fresh = beside(path, ".new");
    let mut file = alone(&fresh)?;
    take_from_others(&file)?;
    file.set_len(0)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    sync_folder_of(path)
}

/// Opens a file that nobody else writes, in this process or another, until it is closed. Whoever waited for one that
/// was renamed meanwhile opens the path anew: what it had opened is in its place already.
fn alone(path: &Path) -> io::Result<File> {
    loop {
        let opened = file().create(true).truncate(false).write(true).open(path)?;
        opened.lock()?;
        let ours = opened.metadata()?;
        match fs::metadata(path) {
            Ok(there) if (there.dev(), there.ino()) == (ours.dev(), ours.ino()) => {
                return Ok(opened);
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

/// The path with something added to its name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut made = create(path)?;
    made.write_all(bytes)?;
    made.sync_all()
}

/// Makes the name of a file durable.
///
/// # Errors
/// If the disk refuses.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Makes everything durable that was written to the file system of a folder, by whatever process.
///
/// # Errors
/// If the disk refuses.
pub fn sync_file_system(folder: &Path) -> io::Result<()> {
    rustix::fs::syncfs(File::open(folder)?).map_err(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn several_at_once_replace_a_file_one_after_the_other() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("file");
        let line = |writer: u8| vec![b'a' + writer; 1 + 100 * usize::from(writer)];
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let (path, line) = (&path, &line);
                scope.spawn(move || (0..10).for_each(|_| replace(path, &line(writer)).unwrap()));
            }
        });
        let there = fs::read(&path).unwrap();
        assert!((0..8).any(|writer| there == line(writer)), "{there:?}");
        assert_eq!(fs::read_dir(room.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_made_is_its_owners_alone_and_what_was_open_is_closed() {
        let room = tempfile::tempdir().unwrap();
        fs::set_permissions(room.path(), Permissions::from_mode(0o755)).unwrap();
        let made = room.path().join("a/b");
        folder(&made).unwrap();
        write(&made.join("new"), b"text").unwrap();
        drop(lock_file(&room.path().join("c/lock")).unwrap());
        for (path, wanted) in
            [("a", 0o700), ("a/b", 0o700), ("a/b/new", 0o600), ("c", 0o700), ("c/lock", 0o600)]
        {
            assert_eq!(mode(&room.path().join(path)), wanted, "{path}");
        }
        // As a version left it that trusted the umask.
        let (old, outside) = (room.path().join("old"), room.path().join("outside"));
        fs::create_dir_all(old.join("run")).unwrap();
        for path in [&old.join("run/rows.csv"), &old.join("again"), &outside] {
            fs::write(path, "x").unwrap();
            fs::set_permissions(path, Permissions::from_mode(0o644)).unwrap();
        }
        for path in [&old, &old.join("run")] {
            fs::set_permissions(path, Permissions::from_mode(0o2755)).unwrap();
        }
        std::os::unix::fs::symlink(&outside, old.join("link")).unwrap();
        write(&old.join("again"), b"y").unwrap();
        assert_eq!(mode(&old.join("again")), 0o600);
        tighten(&old).unwrap();
        tighten(&room.path().join("nothing")).unwrap();
        assert_eq!(mode(&old), 0o700);
        assert_eq!(mode(&old.join("run")), 0o700);
        assert_eq!(mode(&old.join("run/rows.csv")), 0o600);
        // What a link leads to is not ours to change.
        assert_eq!(mode(&outside), 0o644);
    }
}
