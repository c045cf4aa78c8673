//! Into a bucket of S3, Google Cloud Storage, Azure, or what speaks like them. An object is there whole or not
//! at all, and has the same name at every attempt.

use std::collections::BTreeMap;
use std::path::Path as File;
use std::sync::Arc;

use object_store::buffered::BufWriter;
use object_store::path::Path;
use object_store::{ObjectStore, parse_url_opts};
use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncWriteExt;

use super::parcel::{Parcel, Undelivered};
use crate::outgoing::with_causes;

/// A bucket, and the path in it.
#[derive(Debug, Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    folder: Path,
}

impl Bucket {
    /// `url` is such as `s3://bucket/path`, `gs://bucket/path` or `az://container/path`.
    pub(super) fn new(url: &str, options: &BTreeMap<String, SecretString>) -> Result<Self, String> {
        let parsed = reqwest::Url::parse(url).map_err(|error| format!("{url:?}: {error}"))?;
        if !matches!(parsed.scheme(), "s3" | "s3a" | "gs" | "az" | "azure" | "abfs" | "abfss") {
            return Err(format!("{url:?} does not begin with s3://, gs:// or az://"));
        }
        let options = options.iter().map(|(name, value)| option(name, value));
        let options = options.collect::<Result<Vec<_>, _>>()?;
        let (store, folder) =
            parse_url_opts(&parsed, options).map_err(|error| error.to_string())?;
        Ok(Self { store: Arc::from(store), folder })
    }

    pub(super) async fn deliver(&self, parcel: &Parcel) -> Result<(), Undelivered> {
        for file in &parcel.files {
            self.put(file).await?;
        }
        Ok(())
    }

    /// In parts, if it is large.
    async fn put(&self, file: &File) -> Result<(), Undelivered> {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let path = self.folder.clone().join(name.as_ref());
        let failed =
            |error: std::io::Error| Undelivered::surely(format!("{path}: {}", with_causes(&error)));
        let mut from = tokio::fs::File::open(file).await.map_err(failed)?;
        let mut into = BufWriter::new(Arc::clone(&self.store), path.clone());
        let copied = tokio::io::copy(&mut from, &mut into).await;
        if let Err(error) = copied {
            into.abort().await.ok();
            return Err(failed(error));
        }
        into.shutdown().await.map_err(failed)
    }
}

/// An option's value: itself, or what the file holds that it names.
fn option(name: &str, value: &SecretString) -> Result<(String, String), String> {
    let value = value.expose_secret();
    match name.strip_suffix("_file") {
        Some(name) => match std::fs::read_to_string(value) {
            Ok(text) => Ok((name.to_owned(), text.trim_end().to_owned())),
            Err(error) => Err(format!("options.{name}_file: {value}: {error}")),
        },
        None => Ok((name.to_owned(), value.to_owned())),
    }
}
