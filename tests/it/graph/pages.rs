//! Pages and tokens of the fake.

use std::collections::HashMap;

use serde_json::json;

use super::{Inner, Said, TOKEN, error, good, unsupported};

/// A Page and how it is set up.
#[derive(Clone)]
pub struct Page {
    pub id: &'static str,
    pub token: &'static str,
    pub fields: Vec<&'static str>,
    pub has_get_started: bool,
}

impl Inner {
    /// A Page, an Instagram account or a number. Fields that an object does not have are an error.
    pub fn page(&self, id: &str, query: &HashMap<String, String>) -> Said {
        if let Some((_, known)) = self.objects.iter().find(|(known, _)| *known == id) {
            let fields = query.get("fields").map_or("", String::as_str).split(',');
            if let Some(none) = fields.clone().find(|field| known.get(*field).is_none()) {
                let text = format!("(#100) Tried accessing nonexisting field ({none})");
                return error(400, 100, 0, &text);
            }
            let told = fields.map(|field| (field.to_owned(), known[field].clone()));
            let mut told: serde_json::Map<_, _> = told.collect();
            told.insert("id".to_owned(), json!(id));
            return good(told.into());
        }
        match self.pages.iter().find(|page| page.id == id) {
            Some(page) => good(json!({ "id": page.id, "name": format!("Page {}", page.id) })),
            None => unsupported(id),
        }
    }

    pub fn ids_for_pages(&self, user: &str) -> Said {
        let known = self.ids.iter().filter(|(app_scoped, ..)| *app_scoped == user);
        let data =
            known.map(|(_, page, id)| json!({ "id": id, "page": { "name": "Ours", "id": page } }));
        good(json!({ "data": data.collect::<Vec<_>>() }))
    }

    pub fn subscribed_apps(&self, id: &str) -> Said {
        let Some(page) = self.pages.iter().find(|page| page.id == id) else {
            return unsupported(id);
        };
        if page.fields.is_empty() {
            return good(json!({ "data": [] }));
        }
        good(json!({ "data": [
            { "id": "1", "name": "Another app" },
            { "id": "4242", "name": "Ours", "subscribed_fields": page.fields },
        ]}))
    }

    /// As the app's own token (`APP|SECRET`) sees it.
    pub fn subscriptions(&self, app: &str, token: &str) -> Said {
        if token.split_once('|').is_none_or(|(of, _)| of != app) {
            return error(400, 15, 0, "(#15) This method must be called with an app access_token.");
        }
        let data = self.subscriptions.iter().map(|(object, fields)| {
            let fields = fields.iter().map(|name| json!({ "name": name, "version": "v25.0" }));
            json!({
                "object": object, "callback_url": "https://links.example/webhook", "active": true,
                "fields": fields.collect::<Vec<_>>(),
            })
        });
        good(json!({ "data": data.collect::<Vec<_>>() }))
    }

    pub fn messenger_profile(&self, token: &str) -> Said {
        let Some(page) = self.pages.iter().find(|page| page.token == token) else {
            return error(400, 190, 0, "A page access token is required");
        };
        if page.has_get_started {
            return good(json!({ "data": [{ "get_started": { "payload": "START" } }] }));
        }
        good(json!({ "data": [] }))
    }

    pub fn debug_token(&self, query: &HashMap<String, String>) -> Said {
        let asked = query["input_token"].as_str();
        let is_known = asked == TOKEN || self.pages.iter().any(|page| page.token == asked);
        if !is_known {
            return good(json!({ "data": {
                "error": { "code": 190, "message": "The access token could not be decrypted" },
                "is_valid": false, "scopes": [],
            }}));
        }
        good(json!({ "data": {
            "app_id": "4242", "type": "SYSTEM_USER", "is_valid": true, "scopes": self.scopes,
            "expires_at": self.expires_at, "data_access_expires_at": 0,
        }}))
    }
}
