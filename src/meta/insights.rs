//! Insights: what ads showed and cost, by day and placement (Marketing API, "Insights").

use std::str::FromStr;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Graph;
use super::error::{GraphError, Remedy};
use crate::domain::{AdAccount, AdDay, MOST_COUNT, MOST_MONEY, actions_by_type};

/// Rows of a page; fewer where Meta says that it is too much, as it does to some of more than a hundred.
const PAGE_ROWS: [usize; 3] = [500, 100, 25];
const FIELDS: &str = "date_start,account_id,account_currency,campaign_id,campaign_name,adset_id,\
                      adset_name,ad_id,ad_name,impressions,inline_link_clicks,spend,actions";
/// Every status that an ad can have (Marketing API, "Ad", `effective_status`).
const STATUSES: [&str; 12] = [
    "ACTIVE",
    "ADSET_PAUSED",
    "ARCHIVED",
    "CAMPAIGN_PAUSED",
    "DELETED",
    "DISAPPROVED",
    "IN_PROCESS",
    "PAUSED",
    "PENDING_BILLING_INFO",
    "PENDING_REVIEW",
    "PREAPPROVED",
    "WITH_ISSUES",
];
const PLACEMENTS: &str = "publisher_platform,platform_position";
/// Of Meta's messaging action types, which overlap, those that are kept apart.
const STARTED: &str = "onsite_conversion.messaging_conversation_started_7d";
const FIRST_REPLY: &str = "onsite_conversion.messaging_first_reply";

/// Days of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InsightsQuery {
    /// The account's digits.
    pub account_id: String,
    /// First day, in the account's time zone.
    pub since: Date,
    /// Last day, inclusive.
    pub until: Date,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InsightsPage {
    /// The rows.
    pub days: Vec<AdDay>,
    /// The cursor of the next page; `None` on the last.
    pub after: Option<String>,
}

impl InsightsQuery {
    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        // Without it ads that have been deleted are left out (Marketing API, "Manage your ad object's
        // status").
        let statuses = json!([
            { "field": "ad.effective_status", "operator": "IN", "value": STATUSES },
        ]);
        let range = json!({ "since": self.since.to_string(), "until": self.until.to_string() });
        vec![
            ("level", "ad".to_owned()),
            ("time_increment", "1".to_owned()),
            ("time_range", range.to_string()),
            ("fields", FIELDS.to_owned()),
            ("breakdowns", PLACEMENTS.to_owned()),
            ("filtering", statuses.to_string()),
            // On which day an action counts: that of the impression, as Ads Manager has it.
            ("action_report_time", "impression".to_owned()),
        ]
    }

    pub(super) fn edge(&self) -> String {
        format!("act_{}/insights", self.account_id)
    }
}

#[derive(Debug, Deserialize)]
struct Written {
    data: Vec<Value>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Paging {
    cursors: Cursors,
    next: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Cursors {
    after: Option<String>,
}

impl Paging {
    /// The next page's cursor: told, or part of the next page's address; `None` on the last page.
    fn after(self) -> Result<Option<String>, GraphError> {
        let Some(next) = self.next else { return Ok(None) };
        let told = self.cursors.after.filter(|after| !after.is_empty());
        let after = told.or_else(|| {
            let (_, query) = next.split_once('?')?;
            let mut parts = form_urlencoded::parse(query.as_bytes());
            parts.find(|(key, _)| key == "after").map(|(_, after)| after.into_owned())
        });
        let missing =
            || GraphError::Form("paging: there is a next page without a cursor".to_owned());
        after.map(Some).ok_or_else(missing)
    }
}

impl Graph {
    /// One page of days at once; `after` is the cursor of the page before.
    ///
    /// # Errors
    /// If Meta gives none, or one that is not understood.
    pub async fn insights(
        &self,
        query: &InsightsQuery,
        after: Option<&str>,
    ) -> Result<InsightsPage, GraphError> {
        self.page(&query.edge(), query.parameters(), after).await
    }

    pub(super) async fn page(
        &self,
        path: &str,
        mut parameters: Vec<(&str, String)>,
        after: Option<&str>,
    ) -> Result<InsightsPage, GraphError> {
        parameters.extend(after.map(|after| ("after", after.to_owned())));
        let written = self.smaller_and_smaller(path, &parameters).await?;
        let days = written.data.iter().map(read_row).collect::<Result<_, _>>()?;
        Ok(InsightsPage { days, after: written.paging.after()? })
    }

    /// A page of as many rows as Meta gives: what has helped once is asked for from then on. Where even the smallest is too
    /// much it is not the rows.
    async fn smaller_and_smaller(
        &self,
        path: &str,
        parameters: &[(&str, String)],
    ) -> Result<Written, GraphError> {
        let first = self.page_size().min(PAGE_ROWS.len() - 1);
        let mut refused = None;
        for (size, rows) in PAGE_ROWS.into_iter().enumerate().skip(first) {
            let asked = [parameters, &[("limit", rows.to_string())]].concat();
            match self.get(path, &asked).await {
                Err(error) if error.remedy() == Remedy::Reduce => refused = Some(error),
                answer => {
                    let written = answer?;
                    self.keep_page_size(size);
                    return Ok(written);
                }
            }
        }
        Err(refused.unwrap_or_else(|| GraphError::Form("no page was asked for".to_owned())))
    }

    /// An account's facts.
    ///
    /// # Errors
    /// If Meta does not give them.
    pub async fn ad_account(&self, account_id: &str) -> Result<AdAccount, GraphError> {
        let fields = [("fields", "name,currency,timezone_name".to_owned())];
        let written: Value = self.get(&format!("act_{account_id}"), &fields).await?;
        let text = |key: &str| written[key].as_str().unwrap_or_default().to_owned();
        Ok(AdAccount {
            id: account_id.to_owned(),
            name: text("name"),
            currency: text("currency"),
            time_zone: text("timezone_name"),
        })
    }
}

/// Numbers come as texts; sometimes as numbers.
fn plain(row: &Value, key: &str) -> String {
    match &row[key] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// `None` if it is not told.
fn number<T: FromStr>(row: &Value, key: &str) -> Result<Option<T>, GraphError> {
    let text = plain(row, key);
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| GraphError::Form(format!("{key}: {text:?} is no number")))
}

fn count(row: &Value, key: &str) -> Result<Option<u64>, GraphError> {
    let count: Option<u64> = number(row, key)?;
    match count {
        Some(count) if count > MOST_COUNT => {
            Err(GraphError::Form(format!("{key}: {count} is more than can be")))
        }
        count => Ok(count),
    }
}

fn read_row(row: &Value) -> Result<AdDay, GraphError> {
    let date = plain(row, "date_start");
    let date = Date::from_str(&date)
        .map_err(|_| GraphError::Form(format!("date_start: {date:?} is no date")))?;
    let last = plain(row, "date_stop");
    if !last.is_empty() && last != plain(row, "date_start") {
        return Err(GraphError::Form(format!("a row of {date} to {last}, not of a day")));
    }
    let ad_id = plain(row, "ad_id");
    if ad_id.is_empty() {
        return Err(GraphError::Form("a row without ad_id".to_owned()));
    }
    let impressions = count(row, "impressions")?;
    let spend: Option<Decimal> = number(row, "spend")?;
    // What was not shown cost nothing.
    let spend = spend.or_else(|| impressions.filter(|shown| *shown == 0).map(|_| Decimal::ZERO));
    let spend = spend.ok_or_else(|| GraphError::Form("a row without spend".to_owned()))?;
    if spend.abs() > Decimal::from(MOST_MONEY) {
        return Err(GraphError::Form(format!("spend: {spend} is more than anybody spends")));
    }
    let currency = plain(row, "account_currency");
    if currency.len() != 3 {
        return Err(GraphError::Form(format!("account_currency: {currency:?} is no currency")));
    }
    let actions = actions_by_type(&row["actions"]);
    let action = |name: &str| {
        // One that nobody took is left out: none, not unknown.
        let Some(sum) = actions.get(name) else { return Ok(Some(0)) };
        let count = sum.as_ref().ok().map(Decimal::normalize).filter(|sum| sum.scale() == 0);
        let count = count.and_then(|sum| u64::try_from(sum).ok()).filter(|sum| *sum <= MOST_COUNT);
        let bad = || GraphError::Form(format!("actions: {name}: {sum:?} is no count"));
        count.map(Some).ok_or_else(bad)
    };
    Ok(AdDay {
        date,
        account_id: plain(row, "account_id"),
        ad_id,
        ad_name: plain(row, "ad_name"),
        adset_id: plain(row, "adset_id"),
        adset_name: plain(row, "adset_name"),
        campaign_id: plain(row, "campaign_id"),
        campaign_name: plain(row, "campaign_name"),
        platform: plain(row, "publisher_platform"),
        position: plain(row, "platform_position"),
        impressions,
        // A click that nobody made is left out: none, not unknown.
        clicks: Some(count(row, "inline_link_clicks")?.unwrap_or(0)),
        spend,
        currency,
        conversations_started: action(STARTED)?,
        first_replies: action(FIRST_REPLY)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_with_numbers_as_texts() {
        let row = json!({
            "date_start": "2026-11-01", "date_stop": "2026-11-01", "account_id": "9",
            "account_currency": "EUR", "ad_id": "120211234567890101", "ad_name": "Blue",
            "campaign_id": "7", "campaign_name": "Autumn", "adset_id": "8", "adset_name": "Town",
            "impressions": "1200", "inline_link_clicks": "31", "spend": "12.34",
            "publisher_platform": "facebook", "platform_position": "feed",
            "actions": [
                { "action_type": "link_click", "value": "31" },
                { "action_type": STARTED, "value": "7", "action_destination": "104" },
                { "action_type": STARTED, "value": "4", "action_destination": "178" },
            ],
        });
        let day = read_row(&row).unwrap();
        assert_eq!((day.impressions, day.clicks), (Some(1200), Some(31)));
        assert_eq!(day.spend, Decimal::new(1234, 2));
        assert_eq!((day.conversations_started, day.first_replies), (Some(11), Some(0)));
        assert_eq!((day.platform.as_str(), day.position.as_str()), ("facebook", "feed"));
        let mut bad = row.clone();
        bad["impressions"] = json!("18446744073709551615");
        assert!(read_row(&bad).unwrap_err().to_string().ends_with("is more than can be"));
        let mut bad = row;
        bad["spend"] = json!("a lot");
        assert_eq!(read_row(&bad).unwrap_err().to_string().split(": ").nth(1), Some("spend"));
    }

    #[test]
    fn what_a_row_does_not_tell_is_unknown_and_what_it_tells_is_exact() {
        let row = json!({ "date_start": "2026-11-01", "date_stop": "2026-11-01", "ad_id": "1",
            "account_currency": "KWD", "spend": "1234567.890" });
        let with = |key: &str, value: Value| {
            let mut row = row.clone();
            row[key] = value;
            read_row(&row).map_err(|error| error.to_string())
        };
        let day = read_row(&row).unwrap();
        assert_eq!((day.impressions, day.spend), (None, Decimal::new(1_234_567_890, 3)));
        assert_eq!((day.clicks, day.conversations_started), (Some(0), Some(0)));
        // Each row is of its own currency.
        assert_eq!(with("account_currency", json!("EUR")).unwrap().currency, "EUR");
        let long = with("spend", json!("0.1000000000000000055511151231257827")).unwrap();
        assert_eq!(long.spend.round_dp(6), Decimal::new(1, 1));
        assert_eq!(with("spend", json!(1.5)).unwrap().spend, Decimal::new(15, 1));
        for (key, value, told) in [
            ("date_stop", json!("2026-11-02"), "a row of 2026-11-01 to 2026-11-02, not of a day"),
            ("spend", Value::Null, "a row without spend"),
            ("account_currency", Value::Null, "account_currency: \"\" is no currency"),
            ("actions", json!([{ "action_type": STARTED, "value": "1.5" }]), "is no count"),
            ("actions", json!([{ "action_type": STARTED }]), "is no count"),
        ] {
            let error = with(key, value).unwrap_err();
            assert!(error.contains(told), "{key}: {error}");
        }
        let mut unseen = row.clone();
        unseen["spend"] = Value::Null;
        unseen["impressions"] = json!("0");
        assert_eq!(read_row(&unseen).unwrap().spend, Decimal::ZERO);
    }

    #[test]
    fn the_cursor_is_taken_and_the_address_is_not_followed() {
        let read = |text: &str| serde_json::from_str::<Paging>(text).unwrap().after();
        let paging = |text: &str| read(text).unwrap();
        let next = "https://graph.example/v25.0/act_1/insights?access_token=X&after=QVF%3D&limit=5";
        assert_eq!(paging(&format!(r#"{{"next":"{next}"}}"#)), Some("QVF=".to_owned()));
        assert_eq!(paging(r#"{"cursors":{"after":"b"},"next":"x"}"#), Some("b".to_owned()));
        // The last page has a cursor too, but no next.
        assert_eq!(paging(r#"{"cursors":{"after":"b"}}"#), None);
        assert_eq!(paging("{}"), None);
        // Taken for the last page, all behind it would be lost.
        assert!(read(r#"{"next":"https://graph.example/act_1/insights?limit=5"}"#).is_err());
    }
}
