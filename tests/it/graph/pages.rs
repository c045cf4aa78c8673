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
    pub fn page(&self, id: &str) -> Said {
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
