//! What a walk found, as frames.

use polars_core::frame::DataFrame;
use polars_core::prelude::{IntoColumn, NamedFrom, PolarsResult, Series, StringChunked};

use super::{Converted, EntryPoint, Found, STAGES, Threads};
use crate::analysis::columns::{EventColumns, text};
use crate::domain::{ClickId, country};

impl Found {
    pub(super) fn into_threads(self, columns: &EventColumns<'_>) -> PolarsResult<Threads> {
        Ok(Threads {
            conversations: self.conversations(columns)?,
            touchpoints: self.touchpoints(columns)?,
            conversions: self.conversions(columns)?,
        })
    }

    fn conversations(&self, columns: &EventColumns<'_>) -> PolarsResult<DataFrame> {
        let found = &self.conversations;
        let rows: Vec<usize> = found.iter().map(|one| one.row).collect();
        let mut frame = people(columns, &rows, "opened_at");
        frame.push(column("number", found, |one| one.number));
        frame.push(texts("channel", columns.channel, rows.iter().map(|row| Some(*row))));
        frame.extend(entry_points(columns, found.iter().map(|one| one.entry_point)));
        frame.push(countries(columns, &rows));
        frame.push(column("depth", found, |one| u32::try_from(one.depth).unwrap_or(u32::MAX)));
        for (index, stage) in STAGES.iter().enumerate() {
            frame.push(column(&format!("{stage}_at"), found, |one| one.stages[index]));
        }
        frame.push(column("last_act_at", found, |one| one.last_act));
        frame.push(column("waiting_since", found, |one| one.waiting_since));
        frame.push(column("acts", found, |one| one.acts));
        frame.push(column("answers", found, |one| one.answers));
        let answers = || found.iter().map(|one| one.answer);
        frame.push(texts("answered_app", columns.app, answers()));
        frame.push(texts("answered_persona", columns.persona, answers()));
        into_frame(frame)
    }

    fn touchpoints(&self, columns: &EventColumns<'_>) -> PolarsResult<DataFrame> {
        let found = &self.touches;
        let rows: Vec<usize> = found.iter().map(|touch| touch.row).collect();
        let mut frame = people(columns, &rows, "time");
        frame.push(column("number", found, |touch| touch.number));
        frame.push(texts("channel", columns.channel, rows.iter().map(|row| Some(*row))));
        frame.extend(entry_points(columns, found.iter().map(|touch| touch.entry_point)));
        frame.push(countries(columns, &rows));
        let clicks = found.iter().map(|touch| touch.entry_point.row);
        frame.push(texts("ctwa_clid", columns.ctwa_clid, clicks));
        into_frame(frame)
    }

    fn conversions(&self, columns: &EventColumns<'_>) -> PolarsResult<DataFrame> {
        let found = &self.conversions;
        let rows: Vec<usize> = found.iter().map(|converted| converted.row).collect();
        let mut frame = people(columns, &rows, "time");
        let all = || rows.iter().map(|row| Some(*row));
        frame.push(column("number", found, |one| one.number));
        frame.push(column("channel", found, |one| self.channel(columns, one)));
        frame.push(texts("event_id", columns.event_id, all()));
        frame.push(texts("name", columns.name, all()));
        frame.push(column("value_e4", &rows, |row| columns.value_e4.get(*row)));
        frame.push(texts("currency", columns.currency, all()));
        frame.push(column("touchpoints_before", found, |one| one.touchpoints_before));
        frame.push(column("first_touch_at", found, |one| one.first_touch));
        into_frame(frame)
    }

    fn channel<'a>(&self, columns: &EventColumns<'a>, conversion: &Converted) -> &'a str {
        let own = text(columns.channel, conversion.row);
        let of_person = || self.channels[conversion.person].map(|row| text(columns.channel, row));
        if own.is_empty() { of_person().unwrap_or_default() } else { own }
    }
}

fn people(columns: &EventColumns<'_>, rows: &[usize], time: &str) -> Vec<Series> {
    let all = || rows.iter().map(|row| Some(*row));
    vec![
        texts("page_id", columns.page, all()),
        texts("person_id", columns.person, all()),
        column(time, rows, |row| columns.time.get(*row).unwrap_or_default()),
    ]
}

/// Where the people of some rows are from.
fn countries(columns: &EventColumns<'_>, rows: &[usize]) -> Series {
    column("country", rows, |row| country(text(columns.channel, *row), text(columns.person, *row)))
}

fn entry_points(
    columns: &EventColumns<'_>,
    entry_points: impl Iterator<Item = EntryPoint>,
) -> Vec<Series> {
    let entry_points: Vec<EntryPoint> = entry_points.collect();
    let rows = || entry_points.iter().map(|entry_point| entry_point.row);
    // Without a click's mark: every click would be a ref of its own.
    let (refs, clicks): (Vec<&str>, Vec<String>) = rows()
        .map(|row| ClickId::split(row.map_or("", |row| text(columns.referral_ref, row))))
        .map(|(base, click)| (base, click.map_or_else(String::new, |click| click.to_string())))
        .unzip();
    vec![
        column("source", &entry_points, |entry_point| entry_point.source.as_str()),
        texts("source_name", columns.source_name, rows()),
        Series::new("ref".into(), refs),
        Series::new("click".into(), clicks),
        texts("ad_id", columns.ad, rows()),
        texts("ad_title", columns.ad_title, rows()),
        texts("referer", columns.referer, rows()),
    ]
}

/// The texts of some rows; empty where there is no row.
fn texts(name: &str, from: &StringChunked, rows: impl Iterator<Item = Option<usize>>) -> Series {
    let texts: Vec<&str> = rows.map(|row| row.map_or("", |row| text(from, row))).collect();
    Series::new(name.into(), texts)
}

fn column<R, T>(name: &str, rows: &[R], value: impl Fn(&R) -> T) -> Series
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Series::new(name.into(), rows.iter().map(value).collect::<Vec<T>>())
}

fn into_frame(series: Vec<Series>) -> PolarsResult<DataFrame> {
    let height = series.first().map_or(0, |first| first.len());
    DataFrame::new(height, series.into_iter().map(IntoColumn::into_column).collect())
}
