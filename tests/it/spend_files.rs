//! Files of spend that overlap, lack columns or are torn: what they do not tell stays unknown, and nothing
//! is counted twice.

use jiff::civil::Date;
use messenger_funnel::domain::AdDay;
use messenger_funnel::store::Store;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::ads::{TIME, ask, by_ad, row, thread};
use crate::support::{World, count, start_engine};

pub fn import(world: &World, files: &[(&str, &str)], more: &[&str]) -> String {
    let paths: Vec<String> = files
        .iter()
        .map(|(name, text)| world.write(name, text).to_str().unwrap().to_owned())
        .collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    world.succeed(&[&["import", "spend"], &paths[..], more].concat())
}

pub async fn days(world: &World) -> Vec<AdDay> {
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    let first = Date::constant(2026, 1, 1);
    let days = store.spend(first, Date::constant(2026, 12, 31)).await.unwrap();
    engine.stop().await;
    days
}

pub fn sums(days: &[AdDay]) -> Vec<(String, String, String)> {
    let told = days.iter().map(|day| {
        (day.ad_id.clone(), day.date.to_string(), format!("{} {}", day.spend, day.currency))
    });
    told.collect()
}

pub fn told(ad: &str, date: &str, spend: &str) -> (String, String, String) {
    (ad.to_owned(), date.to_owned(), spend.to_owned())
}

#[tokio::test]
async fn what_may_be_thousands_is_thousands_in_a_currency_without_decimals() {
    let world = World::bare();
    let files = [
        (
            "yen.csv",
            "Day,Ad ID,Impressions,Amount spent (JPY)\n2026-11-20,1,\"1,200\",\"12,345\"\n2026-11-21,1,900,500\n",
        ),
        (
            "rupiah.csv",
            "Day;Ad ID;Impressions;Currency;Amount spent\n2026-11-20;2;1.200;idr;12.345\n",
        ),
    ];
    import(&world, &files, &[]);
    import(
        &world,
        &[("won.csv", "Day,Ad ID,Amount spent\n2026-11-20,3,\"9,000\"\n")],
        &["--currency", "KRW"],
    );
    let expected = [
        told("1", "2026-11-20", "12345 JPY"),
        told("1", "2026-11-21", "500 JPY"),
        told("2", "2026-11-20", "12345 IDR"),
        told("3", "2026-11-20", "9000 KRW"),
    ];
    let mut found = sums(&days(&world).await);
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_torn_or_slipped_file_is_refused_by_line() {
    let world = World::bare();
    let head = "Day,Ad ID,Impressions,Amount spent (EUR)\n";
    for (rows, reason) in [
        ("31.01.26,1,5,1\n", "line 2: Day: \"31.01.26\" has a year of two digits"),
        ("03/14/26,1,5,1\n", "line 2: Day: \"03/14/26\" has a year of two digits"),
        ("1970-01-01,1,5,1\n", "nobody paid Meta for ads on 1970-01-01"),
        ("2026-11-20,1,18446744073709551615,1\n", "line 2: Impressions: 18446744073709551615"),
        ("2026-11-20,1,5,1\n2026-11-21,1,5\n", "line 3: it has 3 cells, the header 4"),
        ("2026-11-20,1,5,12,50\n", "line 2: it has 5 cells, the header 4"),
        (
            "2026-11-20,1,5,1\n2026-11-21,\"1,5,1\n2026-11-22,1,5,1\n2026-11-23,1,5,\"1\"\n",
            "line 3: a quotation mark is opened in it and not closed",
        ),
        ("", "there is no day of an ad in it"),
        (
            "2026-11-20,1,5,\n",
            "line 2: Amount spent (EUR): it is empty: what the ad cost is not told",
        ),
        (",1,5,1\n", "line 2: Day: it is empty"),
        ("2026-11-20,1,5,7\n2026-11-21,1,5,7\n2026-11-20,1,5,7\n", "line 4 is line 2 again"),
        (
            "2026-11-20,1,5,1\n2026-11-20,2,5,12.345\n",
            "line 3: Amount spent (EUR): \"12.345\" may be thousands or decimals, 12345 or 12.345",
        ),
        ("2026-11-20,1,5,\"3,999\"\n", "\"3,999\" may be thousands or decimals"),
        ("2026-11-20,1,5,12\u{2019}34\n", "is no amount: its digits are not grouped by thousands"),
        ("2026-11-20,1,5,1 2\n", "\"1 2\" is no amount: its digits are not grouped"),
        ("2026-11-20,1,5,\"1,23,4\"\n", "\"1,23,4\" is no amount: its digits are not grouped"),
        ("2026-11-20,1,5,$3\n", "line 2: Amount spent (EUR): the amount's sign is not that of EUR"),
        (
            "2026-11-20,1,1.000,2.50\n",
            "line 2: Impressions: \"1.000\" may be 1000 or 1.000, as amounts of the file",
        ),
        (
            "2026-11-20,120211234567890000,5,1\n2026-11-20,120211234567891000,5,1\n",
            "all ids end in zeros, as a spreadsheet rounds them",
        ),
    ] {
        let path = world.write("bad.csv", format!("{head}{rows}"));
        let output = world.run(&["import", "spend", path.to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{rows}");
        assert!(errors.contains(reason) && errors.contains("bad.csv"), "{rows}: {errors}");
    }
    let placed =
        "Day,Ad ID,Platform,Amount spent (EUR)\n2026-11-20,1,,9\n2026-11-20,1,facebook,5\n";
    let path = world.write("placed.csv", placed);
    let output = world.run(&["import", "spend", path.to_str().unwrap()]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors
            .contains("line 2: ad 1, 2026-11-20 costs 9 here and 5 in the rows that break it down"),
        "{errors}"
    );
    assert!(!world.data_dir().exists());
    let output =
        world.with("meta.access_token", "x").run(&["spend", "sync", "--account", "../../x"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("an ad account is digits"), "{errors}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_an_ads_day_the_later_file_counts() {
    let world = World::new();
    let a = "Day,Ad ID,Account ID,Amount spent (EUR)\n2026-11-20,1,9,5\n2026-11-21,1,9,6\n";
    let b = "Day,Ad ID,Platform,Amount spent (EUR)\n2026-11-21,1,facebook,7\n2026-11-21,1,instagram,1\n\
             2026-11-21,1,,8\n2026-11-22,1,facebook,2\n";
    let said = tokio::task::block_in_place(|| import(&world, &[("a.csv", a), ("b.csv", b)], &[]));
    assert!(said.contains("1 rows of files before it are about the same days"), "{said}");
    assert!(said.contains("1 rows of totals skipped"), "{said}");
    let found = days(&world).await;
    assert_eq!(
        sums(&found),
        [
            told("1", "2026-11-20", "5 EUR"),
            told("1", "2026-11-21", "7 EUR"),
            told("1", "2026-11-21", "1 EUR"),
            told("1", "2026-11-22", "2 EUR"),
        ]
    );
    // One after another it is the same, and the account need not be told again.
    tokio::task::block_in_place(|| {
        import(&world, &[("a.csv", a)], &[]);
        import(&world, &[("b.csv", b)], &[]);
    });
    assert_eq!(sums(&days(&world).await), sums(&found));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_day_of_the_account_ends_what_a_file_told() {
    let world = World::new();
    let file = "Day,Ad ID,Account ID,Amount spent (EUR)\n2026-11-20,1,9,5\n2026-11-20,2,9,6\n";
    tokio::task::block_in_place(|| import(&world, &[("a.csv", file)], &[]));
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let store = Store::new(engine.endpoint("messenger_funnel"));
    let date = Date::constant(2026, 11, 20);
    let now = jiff::Timestamp::now().as_microsecond().cast_unsigned();
    let own = AdDay {
        account_id: "9".to_owned(),
        spend: Decimal::from(4),
        currency: "EUR".to_owned(),
        ..AdDay::new(date, "2")
    };
    store.save_account_days("9", date, date, &[own], now).await.unwrap();
    let found = store.spend(date, date).await.unwrap();
    assert_eq!(sums(&found), [told("2", "2026-11-20", "4 EUR")]);
    engine.stop().await;
}

/// Whatever an ad's day is broken down by, its sum beside the parts counts once.
#[tokio::test(flavor = "multi_thread")]
async fn sums_beside_their_parts_count_once() {
    let world = World::new();
    let files = [
        "Day,Ad ID,Age,Gender,Impressions,Amount spent (EUR)\n2026-11-20,1,,,7,30.01\n\
         2026-11-20,1,18-24,male,3,10\n2026-11-20,1,25-34,male,2,15\n2026-11-20,1,25-34,female,2,5\n\
         2026-11-20,1,,female,2,5\n2026-11-20,1,25-34,,4,20\n,,,,7,30\n,1,,,7,30\n",
        "Day,Ad ID,Platform,Placement,Impressions,Amount spent (EUR)\n2026-11-20,1,All,All,7,30\n\
         2026-11-20,1,facebook,,5,25\n2026-11-20,1,facebook,feed,3,10\n2026-11-20,1,facebook,story,2,15\n\
         2026-11-20,1,instagram,feed,2,5\n",
        // In another place, the same amounts: nothing of it is a sum.
        "Day;Ad ID;Country;Impressions;Amount spent (EUR)\n2026-11-20;1;FR;1.000;10,00\n\
         2026-11-20;1;BE;2.000;10,00\n2026-11-20;1;LU;4.000;10,00\n",
        // The sum has texts that its parts lack.
        "Day,Ad ID,Ad delivery,Platform,Placement,Impressions,Amount spent (EUR)\n2026-11-20,1,active,,,7,30\n\
         2026-11-20,1,,facebook,feed,3,10\n2026-11-20,1,,facebook,story,2,15\n2026-11-20,1,,instagram,feed,2,5\n",
        // So have sums of sums.
        "Day,Ad ID,Ad delivery,Platform,Placement,Impressions,Amount spent (EUR)\n2026-11-20,1,active,,,7,30\n\
         2026-11-20,1,active,facebook,,5,25\n2026-11-20,1,,facebook,feed,3,10\n2026-11-20,1,,facebook,story,2,15\n\
         2026-11-20,1,,instagram,feed,2,5\n",
        // Numbers break the day down, beside figures that we know not.
        "Day,Ad ID,Product ID,Reach,Impressions,Amount spent (EUR)\n2026-11-20,1,,5,7,30\n\
         2026-11-20,1,88001,3,4,12\n2026-11-20,1,88002,3,3,18\n",
        "Day,Ad ID,Product ID,Amount spent (EUR)\n2026-11-20,1,,30\n2026-11-20,1,88001,12\n2026-11-20,1,88002,18\n",
        // With one part alone.
        "Day,Ad ID,Ad delivery,Platform,Impressions,Amount spent (EUR)\n2026-11-20,1,active,,7,30\n\
         2026-11-20,1,,facebook,7,30\n",
        // A sum by name.
        "Day,Ad ID,Region,Impressions,Amount spent (EUR)\n2026-11-20,1,Gesamt,7,30\n2026-11-20,1,Bayern,4,12\n\
         2026-11-20,1,Hessen,3,18\n",
        // As much as the others together, but of a place of its own.
        "Day,Ad ID,Platform,Results,Impressions,Amount spent (EUR)\n2026-11-20,1,facebook,,7,15\n\
         2026-11-20,1,instagram,1,4,6\n2026-11-20,1,messenger,2,3,9\n",
        // A free day.
        "Day,Ad ID,Ad delivery,Platform,Impressions,Amount spent (EUR)\n2026-11-20,1,active,,7,0\n\
         2026-11-20,1,,facebook,4,0\n2026-11-20,1,,instagram,3,0\n2026-11-21,1,active,,0,30\n",
    ];
    for (text, shown) in files.into_iter().zip([7, 7, 7000, 7, 7, 7, 0, 7, 7, 14, 7]) {
        tokio::task::block_in_place(|| import(&world, &[("broken down.csv", text)], &[]));
        let found = days(&world).await;
        let spend: Decimal = found.iter().map(|day| day.spend).sum();
        let impressions: u64 = found.iter().filter_map(|day| day.impressions).sum();
        assert_eq!((spend, impressions), (Decimal::from(30), shown), "{text}");
    }
}

#[test]
fn costs_of_impressions_and_clicks_are_those_of_days_that_tell_them() {
    let world = World::new();
    let full = "Day,Ad ID,Impressions,Link clicks,Amount spent (EUR)\n2026-11-20,11,1000,50,10\n";
    let bare = "Day,Ad ID,Amount spent (EUR)\n2026-11-21,11,90\n";
    let traffic =
        [thread("ann", TIME, by_ad("11"), &[]), thread("bob", TIME, by_ad("12"), &[])].concat();
    let traffic = world.write("traffic.jsonl", traffic.join("\n"));
    world.succeed(&["import", "webhooks", traffic.to_str().unwrap()]);
    import(&world, &[("full.csv", full), ("bare.csv", bare)], &[]);
    let ads = ask(&world, "ad");
    let own = row(&ads, "11");
    assert_eq!((&own["spend"], &own["impressions"]), (&json!(100.0), &json!(1000)));
    assert_eq!((&own["cpm"], &own["cost_per_click"]["value"]), (&json!(10.0), &json!(0.2)));
    assert_eq!(own["ctr"]["rate"], 0.05);
    // Known, and not shown.
    let none = row(&ads, "12");
    assert_eq!((&none["spend"], &none["impressions"]), (&json!(0.0), &json!(0)));
    import(&world, &[("bare.csv", "Day,Ad ID,Amount spent (EUR)\n2026-11-20,11,10\n")], &[]);
    let own = row(&ask(&world, "ad"), "11").clone();
    assert_eq!((&own["impressions"], &own["clicks"]), (&Value::Null, &Value::Null));
    assert_eq!((&own["cpm"], &own["cost_per_click"]), (&Value::Null, &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_does_not_tell_stays_unknown() {
    let world = World::new();
    tokio::task::block_in_place(|| {
        // The caller's currency is for amounts that have none.
        let files = [
            ("own.csv", "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,5\n"),
            ("none.csv", "Day,Ad ID,Amount spent\n2026-11-20,2,6\n"),
            (
                "column.csv",
                "Day,Ad ID,Amount spent,Currency\n2026-11-20,3,7,GBP\n2026-11-20,4,8,\n",
            ),
            ("comma.csv", "Day;Ad ID;Amount spent (EUR)\n2026-11-20;5;3,99 €\n"),
        ];
        import(&world, &files, &["--currency", "USD"]);
    });
    let found = days(&world).await;
    let spend: Vec<String> = sums(&found).into_iter().map(|row| row.2).collect();
    assert_eq!(spend, ["5 EUR", "6 USD", "7 GBP", "8 USD", "3.99 EUR"]);
    assert!(found.iter().all(|day| day.impressions.is_none() && day.clicks.is_none()));
    let range = ["--from", "2026-11-20", "--to", "2026-11-21", "--format", "json"];
    let shown = tokio::task::block_in_place(|| {
        let funnel = world.json(&[&["funnel"], &range[..]].concat());
        assert_eq!((count(&funnel, "impressions"), count(&funnel, "clicks")), (None, None));
        world.json(&[&["ads"], &range[..]].concat())
    });
    assert_eq!(row(&shown, "1")["impressions"], Value::Null);
    assert_eq!(row(&shown, "1")["spend"], 5.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_the_marketing_api_are_read_as_they_are() {
    let world = World::new();
    let rows = json!([
        { "date_start": "2026-11-20", "date_stop": "2026-11-20", "ad_id": "1", "spend": "5.00",
          "account_currency": "EUR", "account_id": "9", "actions": [
            { "action_type": "onsite_conversion.messaging_conversation_started_7d", "value": "7" },
            { "action_type": "link_click", "value": "9" },
        ]},
        { "date_start": "2026-11-21", "date_stop": "2026-11-21", "ad_id": "1", "spend": "6.00",
          "account_currency": "EUR", "account_id": "9" },
    ]);
    let answer = json!({ "data": rows, "paging": { "cursors": { "after": "x" } } });
    for text in [rows.to_string(), answer.to_string()] {
        tokio::task::block_in_place(|| import(&world, &[("answer.json", &text)], &[]));
        let found = days(&world).await;
        assert_eq!(sums(&found).len(), 2);
        let started: Vec<Option<u64>> = found.iter().map(|day| day.conversations_started).collect();
        assert_eq!(started, [Some(7), Some(0)]);
    }
}

#[test]
fn sources_have_the_costs_of_their_own_ads() {
    let world = World::new();
    let sponsored = json!({ "source": "SPONSORED_MESSAGE", "type": "OPEN_THREAD", "ad_id": "22" });
    let lines = [
        thread("ann", TIME, by_ad("11"), &[]),
        thread("bob", TIME, json!({ "source": "ADS", "type": "OPEN_THREAD" }), &[]),
        by_postback("cid", TIME, &sponsored),
    ]
    .concat();
    let file = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    let spend = "Day,Ad ID,Amount spent (EUR)\n2026-11-20,11,8\n2026-11-20,22,3\n2026-11-20,33,1\n";
    import(&world, &[("spend.csv", spend)], &[]);
    let sources = ask(&world, "source");
    let of = |name: &str| {
        let row = row(&sources, name);
        (row["spend"].as_f64(), count(row, "opened"), row["without_cost"].as_u64())
    };
    // Bob entered through an ad that nobody knows.
    assert_eq!(of("ad"), (Some(9.0), Some(2), Some(1)));
    assert_eq!(of("sponsored"), (Some(3.0), Some(1), Some(0)));
    let ads = ask(&world, "ad");
    assert_eq!(
        (&row(&ads, "22")["spend"], count(row(&ads, "22"), "opened")),
        (&json!(3.0), Some(1))
    );

    let output = world.run(&["ads", "--by", "campaign,day"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("by one dimension at a time"), "{errors}");
    let add = ["cost", "add", "--amount", "30", "--currency", "EUR", "--source", "sponsored"];
    world.succeed(&[&add[..], &["--from", "2026-11-20"]].concat());
    let sources = ask(&world, "source");
    assert_eq!(
        (&row(&sources, "sponsored")["spend"], count(row(&sources, "sponsored"), "opened")),
        (&json!(33.0), Some(1))
    );
    // The ad's own spend is beside it; the cost of another time changes nothing.
    let add = ["cost", "add", "--amount", "9", "--currency", "EUR", "--source", "sponsored"];
    world.succeed(&[&add[..], &["--from", "2025-03-01"]].concat());
    assert_eq!(ask(&world, "source"), sources);
    // Of a part of a day nothing is known of either.
    let part = ["--from", "2026-11-20T06:00:00Z", "--to", "2026-11-20T18:00:00Z"];
    let part = world.json(&[&["ads", "--by", "source", "--format", "json"], &part[..]].concat());
    assert_eq!(row(&part, "sponsored")["spend"], Value::Null);
    for (wrong, told) in [
        (vec!["--source", "ad", "--from", "2026-11-20"], "spend sync or import spend"),
        (vec!["--source", "qr", "--from", "1900-01-01"], "is no day on which something costs"),
        (vec!["--source", "qr", "--from", "2200-01-01"], "is no day on which something costs"),
    ] {
        let output = world
            .run(&[&["cost", "add", "--amount", "3", "--currency", "EUR"], &wrong[..]].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && errors.contains(told), "{errors}");
    }
    let tiny = ["cost", "add", "--amount", "0.00001", "--currency", "EUR", "--source", "qr"];
    assert!(!world.run(&[&tiny[..], &["--from", "2026-11-20"]].concat()).status.success());
}

/// A sponsored message's button.
fn by_postback(person: &str, at: i64, referral: &Value) -> Vec<String> {
    let item = json!({ "sender": { "id": person }, "recipient": { "id": "77" }, "timestamp": at,
        "postback": { "mid": "sp1", "title": "See offer", "payload": "OFFER", "referral": referral } });
    vec![
        json!({ "object": "page", "entry": [{ "id": "77", "time": at, "messaging": [item] }]})
            .to_string(),
    ]
}
