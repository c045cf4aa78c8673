//! Funnels of one's own: in the settings, and one a file of a folder.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::analysis::{DEFAULT_FUNNEL, Funnels, WrittenFunnel};

/// The funnels of the settings, and one a file of the folder, named like the file if it says no name.
pub(super) fn load(written: Vec<WrittenFunnel>, folder: &Path) -> anyhow::Result<Funnels> {
    let mut all: Vec<(String, WrittenFunnel)> = Vec::new();
    all.extend(
        written.into_iter().enumerate().map(|(index, one)| (format!("funnels[{index}]"), one)),
    );
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    };
    let entries = entries.with_context(|| format!("funnels_dir: {}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.into_iter().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    for path in paths {
        let place = path.display().to_string();
        let source = config::File::from(path.as_path()).format(config::FileFormat::Toml);
        let mut funnel: WrittenFunnel = config::Config::builder()
            .add_source(source)
            .build()
            .and_then(config::Config::try_deserialize)
            .with_context(|| place.clone())?;
        if funnel.name.is_empty() {
            funnel.name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        }
        all.push((place, funnel));
    }
    let mut funnels = Funnels::new();
    for (place, written) in all {
        let funnel = written.check().with_context(|| place.clone())?;
        if funnel.name == DEFAULT_FUNNEL || funnels.contains_key(&funnel.name) {
            bail!("{place}: there is a funnel {:?} already", funnel.name);
        }
        funnels.insert(funnel.name.clone(), funnel);
    }
    Ok(funnels)
}
