//! The fake's Conversions API: a batch is taken whole or refused whole.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Inner, Said, error, good};

impl Inner {
    pub fn take_events(&mut self, dataset: &str, body: &[u8]) -> Said {
        assert!(dataset.starts_with("77"), "{dataset} is no dataset");
        let body: Value = serde_json::from_slice(body).unwrap();
        let events = body["data"].as_array().unwrap();
        if events.is_empty() || events.len() > 1000 {
            return error(400, 100, 2_804_008, "Invalid number of events");
        }
        let now = jiff::Timestamp::now().as_second();
        let mut ids = HashSet::new();
        for event in events {
            let name = event["event_name"].as_str().unwrap();
            let time = event["event_time"].as_i64().unwrap();
            assert_eq!(event["action_source"], "business_messaging");
            assert!(ids.insert((name, event["event_id"].as_str().unwrap())), "twice in a batch");
            if now - time > 7 * 86_400 {
                return refusal(2_804_003, "Event Timestamp Too Old", "The timestamp is too old.");
            }
            if !["Purchase", "LeadSubmitted", "QualifiedLead"].contains(&name) {
                return refusal(2_804_066, "Messaging Event Invalid Event Type", "Not this name.");
            }
            let user = &event["user_data"];
            let has_person = match event["messaging_channel"].as_str() {
                Some("messenger") => {
                    user["page_id"].is_string() && user["page_scoped_user_id"].is_string()
                }
                Some("instagram") => user["ig_sid"].is_string(),
                Some("whatsapp") => {
                    user["whatsapp_business_account_id"].is_string()
                        && user["ctwa_clid"].is_string()
                }
                _ => false,
            };
            if user["ctwa_clid"] == "ARregion" {
                let title = "Messaging Event Within Messaging Restrictive Region";
                return refusal(2_804_118, title, "The event is of somebody in a region.");
            }
            let is_no_id = |id: &Value| id.as_str().is_some_and(|id| id.starts_with("no-id"));
            if is_no_id(&user["page_scoped_user_id"]) {
                let told = "(#100) Param user_data[page_scoped_user_id] must be a valid ID";
                return error(400, 100, 0, told);
            }
            if !has_person || user["page_scoped_user_id"] == "unknown-to-meta" {
                return refusal(2_804_050, "Insufficient customer information", "Nobody is named.");
            }
        }
        for event in events {
            let key = (
                event["event_name"].as_str().unwrap().to_owned(),
                event["event_id"].as_str().unwrap().to_owned(),
            );
            *self.taken.entry(key.clone()).or_default() += 1;
            self.events.entry(key).or_insert_with(|| event.clone());
        }
        self.batches.push(body.clone());
        // The batch is taken; that the answer arrives is another matter.
        if self.trouble.strike(&["events"]).is_some() {
            return error(500, 2, 0, "An unexpected error has occurred.");
        }
        let received = events.len() - self.forgets.min(events.len());
        self.forgets = 0;
        good(json!({ "events_received": received, "messages": [], "fbtrace_id": "Trace1" }))
    }
}

fn refusal(subcode: i64, title: &str, told: &str) -> Said {
    let (status, headers, mut body) = error(400, 100, subcode, "Invalid parameter");
    body["error"]["error_user_title"] = json!(title);
    body["error"]["error_user_msg"] = json!(told);
    (status, headers, body)
}
