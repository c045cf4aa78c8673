//! What of the settings the settings page tells.

use crate::config::Settings;
use crate::members::EffectiveSettings;

/// It, of the settings as they are read.
pub(super) fn told(settings: &Settings) -> EffectiveSettings {
    let rules = settings.conversions.rules();
    EffectiveSettings {
        time_zone: settings.time_zone.iana_name().unwrap_or("UTC").to_owned(),
        public_url: settings.public_url.clone(),
        model: settings.model.as_str().to_owned(),
        lookback_days: settings.parameters.lookback_days,
        rules: rules.map(|rule| rule.map(str::to_owned)).collect(),
        funnels: settings.funnels.values().map(|funnel| funnel.title.clone()).collect(),
    }
}
