//! The machine and the disk that the figures are true of.

use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

use anyhow::{Context, Result};

pub struct Machine {
    pub cores: usize,
    pub kernel: String,
    /// Processes that wanted a core before the measuring began: minutes 1, 5 and 15.
    pub load: String,
    /// File system and device of the measured folder.
    pub disk: String,
    pub is_in_memory: bool,
}

/// The machine, and the disk below `folder`.
pub fn describe(folder: &Path) -> Result<Machine> {
    let mount = Mount::of(folder)?;
    let write_cache = ["queue", "../queue"].into_iter().find_map(|queue| {
        let path = format!("/sys/dev/block/{}/{queue}/write_cache", mount.device);
        fs::read_to_string(path).ok()
    });
    let cache = write_cache.as_deref().map_or("unknown", str::trim);
    Ok(Machine {
        cores: available_parallelism()?.get(),
        kernel: fs::read_to_string("/proc/sys/kernel/osrelease")?.trim().to_owned(),
        load: fs::read_to_string("/proc/loadavg")?.split(' ').take(3).collect::<Vec<_>>().join(" "),
        disk: format!("{} on {}, device cache: {cache}", mount.kind, mount.source),
        is_in_memory: ["tmpfs", "ramfs"].contains(&mount.kind.as_str()),
    })
}

struct Mount {
    device: String,
    kind: String,
    source: String,
}

impl Mount {
    /// The innermost mount that holds `folder`.
    fn of(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize()?;
        let mounts = fs::read_to_string("/proc/self/mountinfo")?;
        mounts
            .lines()
            .filter_map(Self::parse)
            .filter(|(point, _)| folder.starts_with(point))
            .max_by_key(|(point, _)| point.len())
            .map(|(_, mount)| mount)
            .context("no mount holds the folder")
    }

    /// Where a line of `/proc/self/mountinfo` is mounted, and what.
    fn parse(line: &str) -> Option<(&str, Self)> {
        let (place, what) = line.split_once(" - ")?;
        let mut place = place.split(' ').skip(2);
        let mut what = what.split(' ').map(str::to_owned);
        let device = place.next()?.to_owned();
        let point = place.nth(1)?;
        Some((point, Self { device, kind: what.next()?, source: what.next()? }))
    }
}
