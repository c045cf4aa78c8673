//! `import spend`: what Ads Manager or the Marketing API say that ads cost, as CSV, XLSX or JSON lines.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use rust_decimal::Decimal;

use super::clock;
use super::importing;
use super::session::Session;
use crate::config::Settings;
use crate::domain::{AdDay, DecimalMark};
use crate::spend::export::{self, Export, Field};

/// Arguments of `import spend`.
#[derive(Debug, Args)]
pub(super) struct ImportSpendArgs {
    /// Files, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Tell what the files hold and which column is taken for what, and import nothing
    #[arg(long)]
    dry_run: bool,
    /// Names a column that is not recognized, such as `ad_id=Header`. May be given several times
    #[arg(long = "column", value_name = "FIELD=HEADER", value_parser = column)]
    columns: Vec<(Field, String)>,
    /// Currency of amounts whose column does not tell it
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// What stands before decimals, if the file leaves it open: point or comma
    #[arg(long, value_name = "MARK", value_parser = importing::decimal_mark)]
    decimal_mark: Option<DecimalMark>,
}

fn column(text: &str) -> Result<(Field, String), String> {
    let (name, header) =
        text.split_once('=').ok_or_else(|| format!("{text:?} is not FIELD=HEADER"))?;
    let field = Field::from_name(name)
        .ok_or_else(|| format!("{name:?} is no field; known are {}", Field::names()))?;
    Ok((field, header.to_owned()))
}

/// `import spend`: reads all files, and only if all can be read imports them.
pub(super) async fn run(settings: Settings, args: ImportSpendArgs) -> anyhow::Result<()> {
    let mut days: Vec<AdDay> = Vec::new();
    for path in &args.files {
        let (name, bytes) = importing::read(path)?;
        let found =
            export::read(&bytes, &args.columns, args.currency.as_deref(), args.decimal_mark);
        let found = found.with_context(|| name.clone())?;
        println!("{name}: {}", told(&found));
        if args.dry_run {
            tell_mapping(&found);
        }
        // Files overlap: as with imports one after another the later one counts.
        let own: BTreeSet<_> = found.days.iter().map(|day| (day.date, day.ad_id.clone())).collect();
        let before = days.len();
        days.retain(|day| !own.contains(&(day.date, day.ad_id.clone())));
        if days.len() < before {
            println!(
                "  {} rows of files before it are about the same days: this file counts",
                before - days.len()
            );
        }
        days.extend(found.days);
    }
    if args.dry_run {
        return Ok(());
    }
    let today = clock::now_timestamp();
    let today =
        jiff::Timestamp::from_millisecond(today.0)?.to_zoned_datetime(settings.time_zone.clone());
    // Where the account is it may be tomorrow already.
    let latest = today.date().tomorrow()?;
    if let Some(day) = days.iter().find(|day| day.date > latest) {
        bail!("ad {}, {}: this day is still to come", day.ad_id, day.date);
    }
    let session = Session::open(&settings).await?;
    let imported_at = clock::now_timestamp().micros();
    let saved = session.store.save_spend(&days, imported_at).await;
    session.close().await;
    Ok(saved?)
}

/// What a file holds, in a line.
fn told(export: &Export) -> String {
    let Export { days, totals, .. } = export;
    let ads: BTreeSet<&str> = days.iter().map(|day| day.ad_id.as_str()).collect();
    let ad_days: BTreeSet<_> = days.iter().map(|day| (day.date, day.ad_id.as_str())).collect();
    let mut spend: BTreeMap<&str, Decimal> = BTreeMap::new();
    for day in days {
        *spend.entry(&day.currency).or_default() += day.spend;
    }
    let spend: Vec<String> =
        spend.iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
    let dates = days.iter().map(|day| day.date);
    let range = match (dates.clone().min(), dates.max()) {
        (Some(first), Some(last)) => format!(", {first} to {last}"),
        _ => String::new(),
    };
    let skipped =
        if *totals > 0 { format!("; {totals} rows of totals skipped") } else { String::new() };
    format!("{} ads, {} ad days{range}, {}{skipped}", ads.len(), ad_days.len(), spend.join(" + "))
}

/// Which column is taken for what, and which for nothing.
fn tell_mapping(export: &Export) {
    let mapping = &export.mapping;
    for (field, place) in &mapping.columns {
        println!("  {:<22} from {:?}", field.name(), mapping.header[*place]);
    }
    let taken: BTreeSet<usize> = mapping.columns.values().copied().collect();
    let left: Vec<&str> = mapping
        .header
        .iter()
        .enumerate()
        .filter(|(place, name)| !taken.contains(place) && !name.is_empty())
        .map(|(_, name)| name.as_str())
        .collect();
    if !left.is_empty() {
        println!("  not read: {}", left.join(", "));
    }
    if export.decimal_mark == Some(DecimalMark::Comma) {
        println!("  numbers have decimal commas");
    }
}
