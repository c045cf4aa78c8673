//! The registry of links and the names of ads, and their columns in frames. It is done here because ClickHouse takes as long
//! to plan their joins as to count a million conversations, and longer to look refs up.

use std::collections::HashMap;

use clickhouse::Row;
use futures_util::future::BoxFuture;
use polars_core::frame::DataFrame;
use polars_core::prelude::{
    Column, IntoColumn, NewChunkedArray, PlSmallStr, PolarsResult, Scalar, StringChunked,
};
use serde::Deserialize;

use crate::domain::{EntryNames, LinkVersion, StoredEntrance};
use crate::store::client::Store;
use crate::store::client::error::StoreError;
use crate::store::read::collection::BreakdownColumns;

const LINK_VERSIONS: &str = include_str!("../../../queries/links/link_versions.sql");

/// A row of the question `link_versions`.
#[derive(Debug, Row, Deserialize)]
struct VersionRow {
    slug: String,
    #[serde(rename = "ref")]
    referral_ref: String,
    page_id: String,
    campaign: String,
    medium: String,
    owner: String,
    is_printed: bool,
    is_archived: bool,
    version: u64,
}

impl From<VersionRow> for LinkVersion {
    fn from(row: VersionRow) -> Self {
        let VersionRow { slug, referral_ref, page_id, campaign, medium, owner, .. } = row;
        let VersionRow { is_printed, is_archived, version, .. } = row;
        Self {
            slug,
            referral_ref,
            page_id,
            campaign,
            medium,
            owner,
            is_printed,
            is_archived,
            version,
        }
    }
}

/// Links alone.
pub(in crate::store) const BY_LINK: BreakdownColumns = BreakdownColumns {
    source: true,
    page: false,
    channel: false,
    country: false,
    referral_ref: false,
    ad: false,
    ad_names: false,
    link: true,
    referer: false,
    time_unit: "",
};

impl Store {
    /// Names of links and, with `ads`, of ads, as they are now.
    ///
    /// # Errors
    /// If ClickHouse cannot be asked.
    pub async fn entry_names(&self, with_ads: bool) -> Result<EntryNames, StoreError> {
        let ads = async { if with_ads { self.named_ads().await } else { Ok(HashMap::new()) } };
        let links = async {
            let rows = self.fetch_all::<VersionRow>(self.client().query(LINK_VERSIONS)).await?;
            Ok(rows.into_iter().map(LinkVersion::from).collect())
        };
        let links = self.once::<Vec<LinkVersion>>(links);
        let (links, ads) = tokio::try_join!(links, ads)?;
        Ok(EntryNames::new(links, ads))
    }

    /// A frame of entrances with what `by` asks for of links and ads, as [`with_names`] tells.
    pub(in crate::store) fn named<'f>(
        &'f self,
        frame: impl Future<Output = Result<DataFrame, StoreError>> + Send + 'f,
        by: BreakdownColumns,
    ) -> BoxFuture<'f, Result<DataFrame, StoreError>> {
        Box::pin(async move {
            let found = if by.names_entrances() {
                let (frame, names) = tokio::try_join!(frame, self.entry_names(by.ad_names))?;
                with_names(frame, &names)
            } else {
                without_names(frame.await?)
            };
            found.map_err(|source| self.unexpected(source))
        })
    }
}

/// The frame of entrances (`page_id`, `source` as it is stored, `ref`, `clicked`, `ad_id`) with the source as it is shown, and
/// `link`, `campaign`, `ad_set`, `medium` and `owner`; without `clicked`.
fn with_names(mut frame: DataFrame, names: &EntryNames) -> PolarsResult<DataFrame> {
    let text = |name: &str| PolarsResult::Ok(frame.column(name)?.str()?.rechunk().into_owned());
    let (pages, sources, ads) = (text("page_id")?, text("source")?, text("ad_id")?);
    let (refs, clicks) = (text("ref")?, text("clicked")?);
    let rows = 0..frame.height();
    let link = |row: usize| {
        names.link(StoredEntrance {
            page_id: of(&pages, row),
            source: of(&sources, row),
            referral_ref: of(&refs, row),
            clicked: of(&clicks, row),
        })
    };
    let links: Vec<&str> = rows.clone().map(link).collect();
    let of_link = |row: usize| names.of_link(links[row]);
    let columns = [
        texts("source", rows.clone().map(|row| names.source(of(&sources, row), links[row]))),
        texts("link", links.iter().copied()),
        texts("medium", rows.clone().map(|row| of_link(row).map_or("", |link| &link.medium))),
        texts("owner", rows.clone().map(|row| of_link(row).map_or("", |link| &link.owner))),
        texts("campaign", rows.clone().map(|row| names.campaign(links[row], of(&ads, row)))),
        texts("ad_set", rows.map(|row| names.of_ad(of(&ads, row)).map_or("", |ad| &ad.adset_name))),
    ];
    for column in columns {
        frame.with_column(column)?;
    }
    frame.drop("clicked")
}

/// The frame where nothing is asked for of links and ads.
fn without_names(mut frame: DataFrame) -> PolarsResult<DataFrame> {
    for name in ["link", "medium", "owner", "campaign", "ad_set"] {
        let nothing = Scalar::from(PlSmallStr::EMPTY);
        frame.with_column(Column::new_scalar(name.into(), nothing, frame.height()))?;
    }
    frame.drop("clicked")
}

fn of(column: &StringChunked, row: usize) -> &str {
    column.get(row).unwrap_or_default()
}

fn texts<'t>(name: &'static str, rows: impl Iterator<Item = &'t str>) -> Column {
    StringChunked::from_iter_values(name.into(), rows).into_column()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AdNames;

    #[test]
    fn a_frame_of_entrances_gets_the_names_of_today() {
        let link = |slug: &str, referral_ref: &str, page_id: &str, version| LinkVersion {
            slug: slug.to_owned(),
            referral_ref: referral_ref.to_owned(),
            page_id: page_id.to_owned(),
            campaign: if slug == "poster" { "Spring".to_owned() } else { String::new() },
            medium: format!("{slug}'s medium"),
            owner: String::new(),
            is_printed: slug == "poster",
            is_archived: false,
            version,
        };
        let ad = AdNames {
            campaign_name: "Ads".to_owned(),
            adset_name: "Set".to_owned(),
            ..AdNames::default()
        };
        let versions = vec![
            link("poster", "new", "", 2),
            link("poster", "old", "", 1),
            link("of-page", "old", "7", 1),
        ];
        let names = EntryNames::new(versions, [("5".to_owned(), ad)].into());
        // Page, source, ref, clicked, ad; then source, link, campaign, ad set.
        let cases = [
            ["7", "link", "old", "", "", "link", "of-page", "", ""],
            ["8", "link", "old", "", "", "qr", "poster", "Spring", ""],
            ["8", "unnamed", "new", "", "5", "qr", "poster", "Spring", "Set"],
            ["8", "unnamed", "else", "", "", "other", "", "", ""],
            ["8", "ad", "old", "", "5", "ad", "", "Ads", "Set"],
            ["8", "unnamed", "", "gone", "", "link", "gone", "", ""],
            ["8", "organic", "", "of-page", "", "organic", "of-page", "", ""],
        ];
        let column = |name: &'static str, place: usize| {
            texts(name, cases.iter().map(|case| case[place]).collect::<Vec<_>>().into_iter())
        };
        let columns = ["page_id", "source", "ref", "clicked", "ad_id"];
        let columns = columns.into_iter().enumerate().map(|(place, name)| column(name, place));
        let frame = DataFrame::new(cases.len(), columns.collect()).unwrap();
        let found = with_names(frame, &names).unwrap();
        for (place, name) in ["source", "link", "campaign", "ad_set"].into_iter().enumerate() {
            assert_eq!(found.column(name).unwrap(), &column(name, 5 + place), "{name}");
        }
        assert!(found.column("clicked").is_err());
    }
}
