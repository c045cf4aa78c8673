//! Insights of the fake: at once by pages, or as reports.

use std::collections::HashMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Inner, Said, error, good, unsupported};

pub struct Report {
    account: u64,
    since: Date,
    until: Date,
    has_deleted: bool,
    /// How often it was asked for.
    polls: u32,
    fails: bool,
}

impl Inner {
    pub fn account(&self, name: &str) -> Said {
        let Some(account) = self.find(name) else { return unsupported(name) };
        good(json!({
            "id": format!("act_{}", account.id),
            "name": format!("Account {}", account.id),
            "currency": account.currency,
            "timezone_name": account.time_zone,
        }))
    }

    fn find(&self, name: &str) -> Option<&super::Account> {
        let id: u64 = name.strip_prefix("act_")?.parse().ok()?;
        self.accounts.iter().find(|account| account.id == id)
    }

    pub fn begin_report(&mut self, name: &str, query: &HashMap<String, String>) -> Said {
        let Some(account) = self.find(name).map(|account| account.id) else {
            return unsupported(name);
        };
        let (since, until) = range(query);
        let has_deleted = asks_for_deleted(query);
        let number = format!("60{:06}", self.reports.len() + 1);
        let fails = self.trouble.report_fails();
        self.reports
            .insert(number.clone(), Report { account, since, until, has_deleted, polls: 0, fails });
        good(json!({ "report_run_id": number }))
    }

    pub fn report(&mut self, number: &str) -> Said {
        let Some(report) = self.reports.get_mut(number) else { return unsupported(number) };
        report.polls += 1;
        // 100 % is not the end.
        let (status, percent) = match (report.polls, report.fails) {
            (1, _) => ("Job Running", 100),
            (_, true) => ("Job Failed", 100),
            _ => ("Job Completed", 100),
        };
        let mut told = json!({
            "id": number, "async_status": status, "async_percent_completion": percent,
        });
        if status == "Job Failed" {
            told["error_code"] = json!(4);
            told["error_message"] = json!("Application request limit reached");
        }
        good(told)
    }

    pub fn insights(&mut self, source: &str, query: &HashMap<String, String>) -> Said {
        let mut has_deleted = asks_for_deleted(query);
        let (account, since, until) = if let Some(report) = self.reports.get(source) {
            if report.polls < 2 || report.fails {
                return error(400, 2601, 1_815_107, "Error accessing adreport job.");
            }
            has_deleted = report.has_deleted;
            (format!("act_{}", report.account), report.since, report.until)
        } else {
            let (since, until) = range(query);
            (source.to_owned(), since, until)
        };
        let Some(account) = self.find(&account) else { return unsupported(source) };
        let days = until.since(since).unwrap().get_days() + 1;
        let limit: usize = query.get("limit").map_or(25, |limit| limit.parse().unwrap());
        if self.trouble.is_too_much(days) || limit > self.most_rows {
            let told =
                "Please reduce the amount of data you're asking for, then retry your request";
            return error(500, 1, 0, told);
        }
        let mut rows = account.rows(since, until);
        rows.retain(|row| {
            let is_in = |ads: &[String]| ads.iter().any(|ad| row["ad_id"] == ad.as_str());
            !is_in(&self.forgotten) && (has_deleted || !is_in(&self.deleted))
        });
        let limit = limit.min(self.page_rows);
        let from = match query.get("after") {
            Some(cursor) => match offset(cursor) {
                Some(offset) => offset,
                None => return error(400, 2642, 0, "(#2642) Invalid cursors values"),
            },
            None => 0,
        };
        if self.trouble.loses_cursor(from) {
            return error(400, 2642, 0, "(#2642) Invalid cursors values");
        }
        let page: Vec<Value> = rows.iter().skip(from).take(limit).cloned().collect();
        let end = from + page.len();
        let mut told = json!({ "data": page });
        if !page.is_empty() {
            let cursor = BASE64_URL_SAFE_NO_PAD.encode(end.to_string());
            told["paging"] = json!({ "cursors": { "before": "MAZDZD", "after": cursor } });
            if end < rows.len() {
                let next = format!("https://graph.example/?access_token=secret&after={cursor}");
                told["paging"]["next"] = json!(next);
            }
        }
        let mut said = good(told);
        said.1 = self.trouble.usage();
        said
    }
}

fn asks_for_deleted(query: &HashMap<String, String>) -> bool {
    query.get("filtering").is_some_and(|it| it.contains("\"DELETED\""))
}

fn range(query: &HashMap<String, String>) -> (Date, Date) {
    assert_eq!((query["level"].as_str(), query["time_increment"].as_str()), ("ad", "1"));
    assert_eq!(query["breakdowns"], "publisher_platform,platform_position");
    let range: Value = serde_json::from_str(&query["time_range"]).unwrap();
    let date = |key: &str| range[key].as_str().unwrap().parse().unwrap();
    (date("since"), date("until"))
}

fn offset(cursor: &str) -> Option<usize> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(cursor).ok()?;
    std::str::from_utf8(&bytes).ok()?.parse().ok()
}
