//! What WhatsApp messages cost: read from Meta, and part of what a lead costs.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use serde_json::{Value, json};

use crate::graph::{FakeGraph, MessageBook, MessageDay, Trouble};
use crate::support::{WHATSAPP_ACCOUNT as ACCOUNT, World, whatsapp};

const AD: &str = "120400000000000001";

fn written(from: &str, at: i64, text: &str, is_by_ad: bool) -> String {
    let mut message = json!({
        "from": from, "id": format!("wamid.{from}.{at}"), "timestamp": at.to_string(),
        "type": "text", "text": { "body": text },
    });
    if is_by_ad {
        message["referral"] = json!({
            "source_type": "ad", "source_id": AD, "headline": "Sale", "ctwa_clid": from,
        });
    }
    whatsapp(json!({ "messages": [message] }))
}

/// A button of a template.
fn tapped(from: &str, at: i64, payload: &str) -> String {
    whatsapp(json!({ "messages": [{
        "from": from, "id": format!("wamid.{from}.{at}"), "timestamp": at.to_string(),
        "type": "button", "button": { "payload": payload, "text": "Call me" },
    }]}))
}

/// A status of a message; `pricing` is its type and category.
fn status(to: &str, mid: &str, at: i64, status: &str, pricing: [&str; 2]) -> String {
    let [pricing_type, category] = pricing;
    whatsapp(json!({ "statuses": [{
        "id": mid, "status": status, "recipient_id": to, "timestamp": at.to_string(),
        "pricing": {
            "billable": pricing_type == "regular", "pricing_model": "PMP",
            "type": pricing_type, "category": category,
        },
    }]}))
}

/// The day before yesterday, at noon.
fn noon() -> (Date, i64) {
    let utc = jiff::tz::TimeZone::UTC;
    let date = utc.to_datetime(Timestamp::now()).date().saturating_sub(Span::new().days(2));
    (date, utc.to_timestamp(date.at(12, 0, 0, 0)).unwrap().as_second())
}

fn book(days: Vec<MessageDay>) -> MessageBook {
    MessageBook { account: ACCOUNT, currency: "EUR", days, most_days: 20 }
}

fn charged(date: Date, volume: u64, cost: &'static str) -> MessageDay {
    MessageDay { date, country: "FR", category: "MARKETING", pricing_type: "REGULAR", volume, cost }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_messages_cost_is_read_and_is_part_of_what_a_lead_costs() {
    let (date, noon) = noon();
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let free = MessageDay {
        category: "SERVICE",
        pricing_type: "FREE_ENTRY_POINT",
        cost: "0",
        ..charged(date, 40, "0")
    };
    fake.with(|inner| inner.message_books = vec![book(vec![charged(date, 10, "1.43"), free])]);
    let mut world = World::new();
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let marketing = ["regular", "marketing"];
    let lines = [
        written("33612345678", noon, "hello", true),
        status("33612345678", "w1", noon + 60, "sent", ["free_entry_point", "service"]),
        written("33612345678", noon + 90, "how much?", false),
        tapped("33612345678", noon + 120, "LEAD:callback"),
        // One message: two statuses, the later one twice.
        status("33612345678", "w2", noon + 600, "sent", marketing),
        status("33612345678", "w2", noon + 601, "delivered", marketing),
        status("33612345678", "w2", noon + 700, "read", marketing),
        status("33612345678", "w2", noon + 700, "read", marketing),
        // Only read; and one that is not charged, because it did not arrive.
        status("33612345678", "w3", noon + 800, "read", marketing),
        status("33612345678", "w4", noon + 900, "sent", marketing),
        // Free.
        status("33612345678", "w5", noon + 901, "delivered", ["free_entry_point", "service"]),
        // Somebody who wrote by themselves: charged at a known price, and at none.
        written("33698765432", noon, "hello", false),
        status("33698765432", "w6", noon + 60, "delivered", marketing),
        status("33698765432", "w7", noon + 60, "delivered", ["regular", "utility"]),
    ];
    let path = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let spend =
        format!("Day,Ad ID,Ad name,Amount spent (EUR),Impressions\n{date},{AD},Sale,12.00,400\n");
    let path = world.write("spend.csv", spend);
    world.succeed(&["import", "spend", path.to_str().unwrap()]);

    // The business account is known by its webhooks; more days than it gives at once are asked for in parts.
    let told = tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "1"]));
    assert!(told.contains(&format!("WhatsApp business account {ACCOUNT}: ")), "{told}");
    assert!(told.contains("50 messages, 1.43 EUR"), "{told}");
    let again = tokio::task::block_in_place(|| world.succeed(&["spend", "sync", "--months", "1"]));
    assert!(again.contains("nothing is due"), "{again}");

    let server = world.serve();
    let range = format!("from={date}&to={}", date.tomorrow().unwrap());
    let ads = server.json(&format!("/api/v1/ads?{range}&by=ad")).await;
    let row = &ads["rows"][0];
    let figures = |row: &Value| {
        ["spend", "charged_messages", "message_cost", "messages_without_cost", "currency"]
            .map(|name| row[name].clone())
    };
    assert_eq!(
        figures(row),
        [json!(12.0), json!(2), json!(0.286), json!(0), json!("EUR")],
        "{ads}"
    );
    let cost = |row: &Value, step: &str| {
        let steps = row["steps"].as_array().unwrap();
        steps.iter().find(|one| one["name"] == step).unwrap()["cost"]["value"].clone()
    };
    assert_eq!(cost(row, "lead"), json!(12.286), "{ads}");
    // The return on what ads cost alone.
    assert_eq!(row["roas"]["value"], json!(0.0));
    let sources = server.json(&format!("/api/v1/ads?{range}&by=source")).await;
    let of = |name: &str| {
        sources["rows"].as_array().unwrap().iter().find(|row| row["id"] == name).unwrap()
    };
    assert_eq!(figures(of("ad"))[2], json!(0.286));
    let organic = of("organic");
    let own = [Value::Null, json!(2), json!(0.143), json!(1), json!("EUR")];
    assert_eq!(figures(organic), own, "{sources}");
    assert_eq!(cost(organic, "opened"), json!(0.143));
    // Who came by themselves makes no lead by an ad cheaper, and no return on it better.
    let totals = sources["totals"].as_array().unwrap();
    let total = totals.iter().find(|total| total["currency"] == "EUR").unwrap();
    assert_eq!((cost(total, "lead"), &total["steps"][0]["count"]), (json!(12.286), &json!(1)));
    let rest = totals.iter().find(|total| total["currency"].is_null()).unwrap();
    assert_eq!((&rest["charged_messages"], &rest["message_cost"]), (&json!(2), &Value::Null));

    let messages = server.json(&format!("/api/v1/message-costs?{range}")).await;
    assert_eq!(
        messages["rows"],
        json!([
            { "category": "marketing", "pricing_type": "regular", "country": "FR",
              "currency": "EUR", "messages": 10, "cost": 1.43 },
            { "category": "service", "pricing_type": "free_entry_point", "country": "FR",
              "currency": "EUR", "messages": 40, "cost": 0.0 },
        ])
    );
    assert_eq!(
        messages["totals"],
        json!([{ "currency": "EUR", "messages": 50, "charged": 10, "cost": 1.43 }])
    );
    let (_, csv) = server.get(&format!("/api/v1/message-costs?{range}&format=csv")).await;
    assert!(csv.starts_with("category,pricing_type,country,currency,messages,cost\r\n"), "{csv}");
    let (_, page) = server.get(&format!("/ads?{range}&by=ad")).await;
    // Amounts keep their currencies on one line.
    let page = page.replace('\u{a0}', " ");
    assert!(page.contains("+ 0.286 EUR for 2 messages"), "{page}");
    assert!(page.contains("WhatsApp messages</h2>") && page.contains("Free: entry by an ad"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_told_again_takes_the_place_of_the_one_before_and_errors_say_what_to_do() {
    let (date, _) = noon();
    let fake = FakeGraph::start(Vec::new(), Trouble::none()).await;
    let unknown = MessageDay { country: "BR", ..charged(date, 1, "") };
    fake.with(|inner| inner.message_books = vec![book(vec![charged(date, 10, "1.43"), unknown])]);
    let mut world = World::new().with("meta.whatsapp_business_accounts", ACCOUNT);
    for (key, value) in fake.settings() {
        world = world.with(key, &value);
    }
    let sync = |again: bool| {
        let args: &[&str] = if again { &["spend", "sync", "--again"] } else { &["spend", "sync"] };
        tokio::task::block_in_place(|| world.run(args))
    };
    assert!(sync(false).status.success());
    fake.with(|inner| inner.message_books = vec![book(vec![charged(date, 11, "1.5731")])]);
    assert!(sync(true).status.success());
    // An account without a currency is none whose amounts are read.
    let nameless = MessageBook { currency: "", ..book(vec![charged(date, 99, "9.99")]) };
    fake.with(|inner| inner.message_books = vec![nameless]);
    let failed = sync(true);
    let told = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success());
    let why = format!("Meta does not tell in which currency the business account {ACCOUNT} pays");
    assert!(told.contains(&why), "{told}");
    // What nobody may read is told with the advice.
    fake.with(|inner| inner.message_books.clear());
    let refused = String::from_utf8_lossy(&sync(true).stderr).into_owned();
    assert!(refused.contains(&format!("WhatsApp business account {ACCOUNT}: ")), "{refused}");

    let server = world.serve();
    let range = format!("from={date}&to={}", date.tomorrow().unwrap());
    let messages = server.json(&format!("/api/v1/message-costs?{range}")).await;
    assert_eq!(
        messages["totals"],
        json!([{ "currency": "EUR", "messages": 11, "charged": 11, "cost": 1.5731 }])
    );
}
