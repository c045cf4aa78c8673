//! Mutates JSON as JSON: what it makes is still a delivery, only an odd one. Bytes alone seldom
//! get past the parser.

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

/// Keys of the wire that change what an item is.
static KEYS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let keys = "
        object entry id time messaging standby changes sender recipient timestamp message mid text
        is_echo is_deleted app_id quick_reply payload postback title referral ref source type
        ad_id referer_uri ads_context_data ad_title post_id product optin user_ref
        notification_messages_status delivery watermark mids read message_edit num_edit reaction
        reply_to attachments nlp tags prior_message identifier field value item verb from name
        comment_id created_time page_id messaging_product metadata phone_number_id messages
        statuses recipient_id source_type source_id headline body image caption button
        messaging_type hop_context account_linking message_echoes a-b";
    keys.split_whitespace().collect()
});

/// Values that stand at the edges of what is understood.
static EDGES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let texts = [
        "",
        "0",
        "1",
        "a",
        "\0",
        "-9223372036854775808",
        "9223372036854775807",
        "1795521600000",
        " 1795521600 ",
        "+32503680000",
        "2026-11-24T12:00:00+0000",
        "2026-11-24T12:00:00Z",
        "-009999-01-01T00:00:00Z",
        "9999-12-30T22:00:00Z",
        "page",
        "instagram",
        "whatsapp_business_account",
        "comment",
        "add",
        "feed",
        "comments",
        "STOP_NOTIFICATIONS",
        "STOP NOTIFICATIONS",
        "notification_messages",
        "one_time_notif_req",
        "ADS",
        "SHORTLINK",
        "CUSTOMER_CHAT_PLUGIN",
        "checkbox",
        "commented",
        "ad",
        "LEAD",
        "LEAD:form",
        "PURCHASE",
        "PURCHASE:49.90:EUR",
        "PURCHASE:99999999999999999999999999999999999:EUR",
        "PURCHASE:0.00000000000000000000000000000001:EUR",
        "+33 1 23 45 67 89",
        "a@b.c",
    ];
    // Around 0, seconds and milliseconds, 2004-02-04, and a day after the time of receipt.
    let numbers = [
        i64::MIN,
        i64::MAX,
        -1,
        0,
        1,
        999_999_999_999,
        1_000_000_000_000,
        1_795_521_600,
        1_795_521_600_000,
        1_075_852_799_999,
        1_075_852_800_000,
        1_795_608_000_000,
        1_795_608_000_001,
    ];
    let mut edges = vec![json!(null), json!(true), json!(false), json!({}), json!([]), json!([{}])];
    edges.extend([json!(u64::MAX), json!(-1.5e300), json!(0.5)]);
    edges.extend(texts.map(Value::from));
    edges.extend(numbers.map(Value::from));
    edges
});

/// Changes the JSON in `data` in some places; `None` if it is not JSON.
pub fn json(data: &[u8], seed: u32) -> Option<Vec<u8>> {
    let mut body = serde_json::from_slice::<Value>(data).ok()?;
    let mut dice = Dice(u64::from(seed));
    for _ in 0..=dice.below(4) {
        let donor = pick(&mut body, &mut dice).clone();
        let place = pick(&mut body, &mut dice);
        change(place, donor, &mut dice);
    }
    serde_json::to_vec(&body).ok()
}

fn change(place: &mut Value, donor: Value, dice: &mut Dice) {
    let fresh = if dice.below(3) == 0 { donor } else { EDGES[dice.below(EDGES.len())].clone() };
    match (place, dice.below(6)) {
        (Value::Object(fields), 0 | 1) => {
            fields.insert(KEYS[dice.below(KEYS.len())].to_owned(), fresh);
        }
        (Value::Object(fields), 2) => {
            if let Some(key) = any_key(fields, dice) {
                fields.remove(&key);
            }
        }
        (Value::Object(fields), 3) => {
            if let Some(value) = any_key(fields, dice).and_then(|key| fields.remove(&key)) {
                fields.insert(KEYS[dice.below(KEYS.len())].to_owned(), value);
            }
        }
        (Value::Object(fields), 4) => {
            if let (Some(one), Some(other)) = (any_key(fields, dice), any_key(fields, dice)) {
                let value = fields[&one].clone();
                let other = fields.insert(other, value);
                fields.extend(other.map(|other| (one, other)));
            }
        }
        (Value::Array(items), 0 | 1) if !items.is_empty() => {
            let twin = items[dice.below(items.len())].clone();
            items.insert(dice.below(items.len() + 1), twin);
        }
        (Value::Array(items), 2) if !items.is_empty() => {
            items.remove(dice.below(items.len()));
        }
        (Value::Array(items), 3) => items.push(fresh),
        (place, 5) if dice.below(4) == 0 => *place = json!([place.take()]),
        (place, _) => *place = fresh,
    }
}

fn any_key(fields: &Map<String, Value>, dice: &mut Dice) -> Option<String> {
    fields.keys().nth(dice.below(fields.len().max(1))).cloned()
}

/// A node of the tree, each as likely as any other.
fn pick<'a>(body: &'a mut Value, dice: &mut Dice) -> &'a mut Value {
    let mut left = dice.below(count(body));
    let mut node = body;
    while left > 0 {
        left -= 1;
        let children: Box<dyn Iterator<Item = &'a mut Value>> = match node {
            Value::Object(fields) => Box::new(fields.values_mut()),
            Value::Array(items) => Box::new(items.iter_mut()),
            _ => unreachable!("the count goes beyond the tree"),
        };
        let mut next = None;
        for child in children {
            let size = count(child);
            if left < size {
                next = Some(child);
                break;
            }
            left -= size;
        }
        match next {
            Some(child) => node = child,
            None => unreachable!("the count goes beyond the tree"),
        }
    }
    node
}

fn count(node: &Value) -> usize {
    1 + match node {
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((word ^ (word >> 31)) % end as u64) as usize
    }
}
