//! A disk whose power can be cut: a file system in an image that lies on an XFS which shares blocks. What a program
//! wrote and did not sync is in the page cache of the mounted file system alone, so a copy of the image, made in one
//! instant by reflink, is what the disk would hold after a power cut. The model is lenient: the device has no cache
//! of its own that is lost, and blocks reach it in order. Needs root and loop devices.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A mounted file system and the copies of it.
pub struct PowerDisk {
    folder: TempDir,
    kind: &'static str,
    mounted: Vec<PathBuf>,
}

/// File systems that are tried.
pub const KINDS: [&str; 3] = ["ext4", "xfs", "btrfs"];

impl PowerDisk {
    /// A fresh file system of that kind, or why there can be none here.
    pub fn new(kind: &'static str) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|error| error.to_string())?;
        let mut disk = Self { folder, kind, mounted: Vec::new() };
        let (outer_image, inner_image) = (disk.at("outer.img"), disk.at("outer/inner.img"));
        run("truncate", &["-s", "12G", text(&outer_image)])?;
        run("mkfs.xfs", &["-q", "-f", "-m", "reflink=1", text(&outer_image)])?;
        disk.mount(&outer_image, "outer", "loop")?;
        run("truncate", &["-s", "1500M", text(&inner_image)])?;
        let force = if kind == "ext4" { "-F" } else { "-f" };
        run(&format!("mkfs.{kind}"), &["-q", force, text(&inner_image)])?;
        disk.mount(&inner_image, "disk", "loop")?;
        Ok(disk)
    }

    /// Where programs write.
    pub fn path(&self) -> PathBuf {
        self.at("disk")
    }

    /// What would be left if the power were cut now; the copy before is gone.
    pub fn cut(&mut self) -> PathBuf {
        let after = self.at("after");
        if let Some(place) = self.mounted.iter().position(|mounted| *mounted == after) {
            self.mounted.remove(place);
            unmount(&after);
        }
        let (image, copy) = (self.at("outer/inner.img"), self.at("outer/after.img"));
        run("cp", &["--reflink=always", text(&image), text(&copy)]).unwrap();
        let options = if self.kind == "xfs" { "loop,nouuid" } else { "loop" };
        self.mount(&copy, "after", options).unwrap();
        after
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn mount(&mut self, image: &Path, name: &str, options: &str) -> Result<(), String> {
        let place = self.at(name);
        std::fs::create_dir_all(&place).map_err(|error| error.to_string())?;
        run("mount", &["-o", options, text(image), text(&place)])?;
        self.mounted.push(place);
        Ok(())
    }
}

impl Drop for PowerDisk {
    fn drop(&mut self) {
        while let Some(place) = self.mounted.pop() {
            unmount(&place);
        }
    }
}

/// A killed program may hold its files a moment longer.
fn unmount(place: &Path) {
    for _ in 0..100 {
        if run("umount", &[text(place)]).is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    eprintln!("{} stays mounted", place.display());
}

fn run(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{program}: {}", String::from_utf8_lossy(&output.stderr).trim()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
