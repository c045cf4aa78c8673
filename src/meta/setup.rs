//! How a token and a Page are set up: what `doctor` asks.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::client::Graph;
use super::error::GraphError;

/// What is known of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenFacts {
    /// Whether it works.
    pub is_valid: bool,
    /// Why not, in Meta's words.
    pub problem: Option<String>,
    /// The app that it belongs to.
    pub app_id: String,
    /// What it may do.
    pub scopes: BTreeSet<String>,
    /// UTC seconds; `None`: never.
    pub expires_at: Option<i64>,
    /// UTC seconds after which it reads no more data, until somebody logs in again; `None`: never.
    pub data_access_expires_at: Option<i64>,
    /// Meta's clock minus ours is computed from this: UTC seconds, when it answered.
    pub answered_at: Option<i64>,
}

/// How a Page is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSetup {
    /// Its name.
    pub name: String,
    /// Fields that it sends webhooks of, to the app asked for or, without one, to any.
    pub subscribed_fields: BTreeSet<String>,
    /// Whether any app gets its webhooks.
    pub has_app: bool,
    /// Whether it has a Get Started button.
    pub has_get_started: bool,
}

/// What an app gets webhooks of: objects (`page`, `instagram`, `whatsapp_business_account`) and their fields.
pub type AppSubscriptions = BTreeMap<String, BTreeSet<String>>;

impl Graph {
    /// What an app gets webhooks of, as its own token (`APP_ID|APP_SECRET`) sees it.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn app_subscriptions(&self, app_id: &str) -> Result<AppSubscriptions, GraphError> {
        let answer: Value = self.get(&format!("{app_id}/subscriptions"), &[]).await?;
        let objects = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let subscribed = objects.iter().filter(|one| one["active"].as_bool().unwrap_or(true));
        let of_object = subscribed.map(|one| {
            let fields = one["fields"].as_array().map(Vec::as_slice).unwrap_or_default();
            // Names alone, or each with the version of its form.
            let name = |field: &Value| {
                field.as_str().or_else(|| field["name"].as_str()).map(str::to_owned)
            };
            (text_or_number(&one["object"]), fields.iter().filter_map(name).collect())
        });
        Ok(of_object.collect())
    }

    /// What this client's own token is worth. `inspected` is the same token again.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn token_facts(&self, inspected: &str) -> Result<TokenFacts, GraphError> {
        // The token is a parameter here; Meta knows no other way. The address is never told.
        let query = [("input_token", inspected.to_owned())];
        let (answer, answered_at): (Value, _) = self.get_dated("debug_token", &query).await?;
        let data = &answer["data"];
        let moment = |key: &str| data[key].as_i64().filter(|seconds| *seconds > 0);
        let scopes = data["scopes"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(TokenFacts {
            is_valid: data["is_valid"].as_bool().unwrap_or(false),
            problem: data["error"]["message"].as_str().map(str::to_owned),
            app_id: text_or_number(&data["app_id"]),
            scopes: scopes.iter().filter_map(|scope| scope.as_str()).map(str::to_owned).collect(),
            expires_at: moment("expires_at"),
            data_access_expires_at: moment("data_access_expires_at"),
            answered_at: answered_at.map(jiff::Timestamp::as_second),
        })
    }

    /// How a Page is set up, as its own token sees it.
    ///
    /// # Errors
    /// If Meta does not say.
    pub async fn page_setup(&self, page: &str, app_id: &str) -> Result<PageSetup, GraphError> {
        let own: Value = self.get(page, &[("fields", "id,name".to_owned())]).await?;
        let apps: Value = self.get(&format!("{page}/subscribed_apps"), &[]).await?;
        let fields = ("fields", "get_started,ice_breakers".to_owned());
        let profile: Value = self.get("me/messenger_profile", &[fields]).await?;
        let apps = apps["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_ours = |app: &&Value| app_id.is_empty() || text_or_number(&app["id"]) == app_id;
        let ours: Vec<&Value> = apps.iter().filter(is_ours).collect();
        let fields = ours.iter().filter_map(|app| app["subscribed_fields"].as_array()).flatten();
        // An object for each property, or one for all of them.
        let properties = profile["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(PageSetup {
            name: own["name"].as_str().unwrap_or_default().to_owned(),
            subscribed_fields: fields.filter_map(Value::as_str).map(str::to_owned).collect(),
            has_app: !ours.is_empty(),
            has_get_started: properties.iter().any(|one| one["get_started"].is_object()),
        })
    }
}

fn text_or_number(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}
