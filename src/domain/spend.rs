//! What ads cost, a day at a time.

use jiff::civil::Date;
use rust_decimal::Decimal;

/// An ad's figures of one day of its account, in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdDay {
    /// The day, in the ad account's time zone.
    pub date: Date,
    /// The ad.
    pub ad_id: String,
    /// Its name; may be empty.
    pub ad_name: String,
    /// Name of its ad set; may be empty.
    pub adset_name: String,
    /// Name of its campaign; may be empty.
    pub campaign_name: String,
    /// How often it was shown.
    pub impressions: u64,
    /// Link clicks.
    pub clicks: u64,
    /// What it cost.
    pub spend: Decimal,
    /// ISO 4217.
    pub currency: String,
}
