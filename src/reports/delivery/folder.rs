//! Into a folder: a file is there whole or not at all.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::parcel::{Parcel, Undelivered};
use crate::private;

pub(super) async fn deliver(folder: &Path, parcel: &Parcel) -> Result<(), Undelivered> {
    let (folder, files) = (folder.to_owned(), parcel.files.clone());
    let copied = tokio::task::spawn_blocking(move || copy(&folder, &files)).await;
    copied.map_err(Undelivered::surely)?
}

fn copy(folder: &Path, files: &[PathBuf]) -> Result<(), Undelivered> {
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |error: io::Error| Undelivered::surely(format!("{path}: {error}"))
    };
    private::folder(folder).map_err(failed(folder))?;
    let about = fs::metadata(folder).map_err(failed(folder))?;
    // Who may read the folder as its group is meant to read what is put there; everybody never is.
    let mode = Permissions::from_mode(0o600 | about.mode() & 0o040);
    for file in files {
        let name = file.file_name().unwrap_or_default();
        // The same for every attempt: what one left behind the next one overwrites.
        let part = folder.join(format!(".{}.part", name.to_string_lossy()));
        let copied = private::create(&part).and_then(|mut into| {
            io::copy(&mut File::open(file)?, &mut into)?;
            into.set_permissions(mode.clone())?;
            into.sync_all()
        });
        copied.map_err(failed(&part))?;
        let whole = folder.join(name);
        fs::rename(&part, &whole).map_err(failed(&whole))?;
    }
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed(folder))
}
