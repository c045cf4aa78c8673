//! What the accounts of the fake really spent.

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// An ad account whose figures follow from its number.
#[derive(Clone)]
pub struct Account {
    pub id: u64,
    pub currency: &'static str,
    pub time_zone: &'static str,
    pub ads: u64,
    /// First and last day with figures.
    pub first: Date,
    pub last: Date,
    /// What is added to clicks: figures of a day change behind it.
    pub correction: u64,
}

/// Sums over everything.
#[derive(Debug, PartialEq, Eq)]
pub struct Books {
    pub rows: u64,
    pub impressions: u64,
    pub clicks: u64,
    pub spend: Decimal,
    pub started: u64,
}

const PLACEMENTS: [(&str, &str); 2] = [("facebook", "feed"), ("instagram", "story")];

impl Account {
    /// All rows between two days, in Meta's order: a day, its ads, their placements.
    pub fn rows(&self, since: Date, until: Date) -> Vec<Value> {
        let (since, until) = (since.max(self.first), until.min(self.last));
        let mut rows = Vec::new();
        for date in since.series(Span::new().days(1)).take_while(|date| *date <= until) {
            for ad in 0..self.ads {
                rows.extend(
                    PLACEMENTS.iter().enumerate().filter_map(|(place, placement)| {
                        self.row(date, ad, place as u64, placement)
                    }),
                );
            }
        }
        rows
    }

    fn row(&self, date: Date, ad: u64, place: u64, placement: &(&str, &str)) -> Option<Value> {
        let day = u64::from(date.day_of_year().unsigned_abs());
        let mixed = (self.id * 31 + ad) * 977 + day * 13 + place * 7;
        // Some ads are not shown on some days: such rows are left out.
        if mixed.is_multiple_of(5) {
            return None;
        }
        let impressions = 100 + mixed % 900;
        let clicks = mixed % 37 + self.correction;
        let mut row = json!({
            "date_start": date.to_string(),
            "date_stop": date.to_string(),
            "account_id": self.id.to_string(),
            "account_currency": self.currency,
            "campaign_id": format!("{}7{:03}", self.id, ad / 10),
            "campaign_name": format!("Campaign {}", ad / 10),
            "adset_id": format!("{}8{:03}", self.id, ad / 5),
            "adset_name": format!("Set {}", ad / 5),
            "ad_id": self.ad_id(ad),
            "ad_name": format!("Ad {ad}"),
            "impressions": impressions.to_string(),
            "inline_link_clicks": clicks.to_string(),
            "spend": format!("{}.{:02}", mixed % 11, mixed % 100),
            "publisher_platform": placement.0,
            "platform_position": placement.1,
        });
        let started = mixed % 7;
        if started > 0 {
            row["actions"] = json!([
                { "action_type": "link_click", "value": clicks.to_string() },
                {
                    "action_type": "onsite_conversion.messaging_conversation_started_7d",
                    "value": started.to_string(),
                },
            ]);
        }
        Some(row)
    }

    pub fn ad_id(&self, ad: u64) -> String {
        format!("{}99{ad:05}", self.id)
    }

    /// What a right reader comes to.
    pub fn books(&self, since: Date, until: Date) -> Books {
        let rows = self.rows(since, until);
        let sum = |key: &str| rows.iter().map(|row| number(&row[key])).sum::<u64>();
        Books {
            rows: rows.len() as u64,
            impressions: sum("impressions"),
            clicks: sum("inline_link_clicks"),
            spend: rows
                .iter()
                .map(|row| row["spend"].as_str().unwrap().parse::<Decimal>().unwrap())
                .sum(),
            started: rows.iter().map(|row| number(&row["actions"][1]["value"])).sum(),
        }
    }
}

fn number(value: &Value) -> u64 {
    value.as_str().map_or(0, |text| text.parse().unwrap())
}
