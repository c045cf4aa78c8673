//! Spend from files: in the funnel before the opening, and beside credit.

use serde_json::{Value, json};

use crate::support::{World, count, message};

/// 2026-11-20T10:00:00Z.
const TIME: i64 = 1_795_168_800_000;
const RANGE: [&str; 4] = ["--from", "2026-11-20", "--to", "2026-11-22"];

/// Somebody who comes by an ad, writes, is answered and buys.
fn came_by(ad: &str, person: &str, price: &str) -> Vec<Vec<u8>> {
    let entry = |item: Value, time: i64| json!({ "object": "page", "entry": [{ "id": "77", "time": time, "messaging": [item] }] });
    let item = |time: i64, from: &str, to: &str, key: &str, body: Value| {
        let item = json!({
            "sender": { "id": from }, "recipient": { "id": to }, "timestamp": time, key: body,
        });
        serde_json::to_vec(&entry(item, time)).unwrap()
    };
    vec![
        item(TIME, person, "77", "referral", json!({ "source": "ADS", "ad_id": ad })),
        item(
            TIME + 2_000,
            person,
            "77",
            "postback",
            json!({
                "mid": format!("m_{person}"), "title": "Buy", "payload": format!("PURCHASE:{price}"),
            }),
        ),
    ]
}

fn world() -> World {
    let world = World::new();
    let bodies = [
        came_by("1", "ann", "30.00:EUR"),
        came_by("1", "bob", "10.00:EUR"),
        came_by("2", "cid", "5.00:USD"),
        vec![message("77", "dan", TIME, "m_dan")],
    ]
    .concat();
    let lines: Vec<String> =
        bodies.into_iter().map(|body| String::from_utf8(body).unwrap()).collect();
    let file = world.write("traffic.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", file.to_str().unwrap()]);
    world
}

#[test]
fn spend_goes_before_the_opening_and_beside_credit() {
    let world = world();
    let ask = |args: &[&str]| world.json(&[args, &RANGE[..], &["--format", "json"]].concat());
    let before = ask(&["funnel", "--by", "ad"]);
    assert_eq!(
        before["steps"][0],
        json!({
            "name": "impressions", "count": null, "rate_from_previous": null, "rate_from_first": null,
        })
    );

    // As Ads Manager exports it: two placements of an ad, a total, an ad that opened nothing.
    let file = world.write(
        "spend.csv",
        "\u{feff}Day,Ad ID,Ad name,Campaign name,Impressions,Link clicks,Amount spent (EUR)\r\n\
         2026-11-20,1,Blue,Autumn,700,20,6.25\r\n\
         2026-11-20,1,Blue,Autumn,300,5,3.75\r\n\
         2026-11-21,2,Red,Autumn,500,10,4\r\n\
         2026-11-21,3,Grey,Autumn,50,1,0.5\r\n\
         2026-11-25,1,Blue,Autumn,9,9,9\r\n\
         ,,,,1559,45,23.5\r\n",
    );
    let path = file.to_str().unwrap();
    let dry = world.succeed(&["import", "spend", "--dry-run", path]);
    assert!(
        dry.contains("3 ads, 4 ad days, 2026-11-20 to 2026-11-25, 23.50 EUR; 1 rows of totals"),
        "{dry}"
    );
    assert_eq!(ask(&["funnel", "--by", "ad"]), before);
    world.succeed(&["import", "spend", path]);
    // Again: nothing is counted twice.
    world.succeed(&["import", "spend", path]);

    let report = ask(&["funnel", "--by", "ad"]);
    assert_eq!((count(&report, "impressions"), count(&report, "clicks")), (Some(1550), Some(36)));
    assert_eq!(report["steps"][1]["rate_from_previous"], 36.0 / 1550.0);
    let row = |ad: Value| {
        let rows = report["breakdown"].as_array().unwrap();
        rows.iter().find(|row| row["by"]["ad"] == ad).unwrap()
    };
    let one = row(json!("1"));
    assert_eq!((count(one, "impressions"), count(one, "clicks")), (Some(1000), Some(25)));
    assert_eq!(count(one, "opened"), Some(2));
    assert_eq!(one["steps"][2]["rate_from_previous"], 2.0 / 25.0);
    assert_eq!(
        (count(row(json!("3")), "clicks"), count(row(json!("3")), "opened")),
        (Some(1), Some(0))
    );
    assert_eq!(count(row(Value::Null), "impressions"), None);
    let days = ask(&["funnel", "--by", "day"]);
    assert_eq!(days["breakdown"].as_array().unwrap().len(), 2);
    // Of other dimensions spend says nothing, nor of parts of days.
    assert_eq!(count(&ask(&["funnel", "--by", "ref"])["breakdown"][0], "clicks"), None);
    let part =
        ["funnel", "--from", "2026-11-20T05:00:00Z", "--to", "2026-11-22", "--format", "json"];
    assert_eq!(count(&world.json(&part), "impressions"), None);

    let costs = ask(&["attribution", "--costs", "--by", "ad", "--conversion", "purchase"]);
    let rows = costs["channels"].as_array().unwrap();
    let row = |ad: &str| rows.iter().find(|row| row["channel"] == ad).unwrap();
    assert_eq!(row("1")["cost"], 10.0);
    assert_eq!(row("1")["conversions"], 2.0);
    assert_eq!(row("1")["cost_per_conversion"], 5.0);
    assert_eq!((&row("1")["value"], &row("1")["roas"]), (&json!(40.0), &json!(4.0)));
    // Bought in another currency than the ad was paid in: no return can be told.
    assert_eq!((&row("2")["conversions"], &row("2")["roas"]), (&json!(1.0), &Value::Null));
    assert_eq!((&row("3")["cost"], &row("3")["cost_per_conversion"]), (&json!(0.5), &Value::Null));
    let campaign = ask(&["attribution", "--costs", "--by", "campaign", "--conversion", "purchase"]);
    let campaign = &campaign["channels"][0];
    assert_eq!((&campaign["channel"], &campaign["cost"]), (&json!("Autumn"), &json!(14.5)));
    assert_eq!(campaign["conversions"], 3.0);
    let campaigns = ask(&["funnel", "--by", "campaign"]);
    assert_eq!(count(&campaigns["breakdown"][0], "impressions"), Some(1550));
    let whole = ask(&["attribution", "--costs", "--conversion", "purchase", "--model", "markov"]);
    assert_eq!(whole["channels"][0]["channel"], "ad");
    assert_eq!(whole["channels"][0]["cost"], 14.5);
    let table = world.succeed(&[&["attribution", "--costs", "--intervals"][..], &RANGE].concat());
    assert!(table.contains("14.50") && table.contains("ROAS"), "{table}");
    assert_eq!(ask(&["attribution", "--costs", "--by", "ref"])["channels"], json!([]));
}

#[tokio::test]
async fn spend_of_the_marketing_api_reaches_api_and_page() {
    let world = world();
    let rows = [
        json!({ "date_start": "2026-11-20", "date_stop": "2026-11-20", "ad_id": "1", "ad_name": "<b>Blue",
            "impressions": "1000", "inline_link_clicks": "25", "clicks": "60", "spend": "10.00",
            "account_currency": "EUR" }),
        json!({ "date_start": "2026-11-21", "ad_id": "9", "ad_name": "Never", "impressions": 4,
            "spend": 1.5, "account_currency": "USD" }),
    ];
    let text = rows.map(|row| row.to_string()).join("\n");
    world.succeed_with_input(&["import", "spend", "-"], text.as_bytes());
    let server = world.serve();
    let range = "from=2026-11-20&to=2026-11-22";
    let costs = server.json(&format!("/api/v1/attribution/costs?{range}&intervals=true")).await;
    assert_eq!(costs["channels"][0]["cost"], 10.0);
    assert_eq!(costs["channels"][1]["currency"], "USD");
    assert!(costs["channels"][0]["cost_per_conversion_interval"].is_array());
    let (_, csv) = server.get(&format!("/api/v1/attribution/costs?{range}&format=csv")).await;
    assert!(csv.starts_with("channel,currency,cost,conversions,cost_per_conversion,"), "{csv}");
    let (_, page) = server.get(&format!("/attribution?{range}")).await;
    assert!(page.contains("Cost and return") && page.contains("10.00\u{a0}EUR"), "{page}");
    let (_, page) = server.get(&format!("/?{range}")).await;
    assert!(page.contains("data-step=\"impressions\"") && page.contains(">1,000<"), "{page}");
    assert!(page.contains("&#60;b&#62;Blue") || page.contains("&lt;b&gt;Blue"), "{page}");
}

#[test]
fn bad_spend_is_told_by_line_and_column_and_nothing_is_imported() {
    let world = World::bare();
    let cases = [
        (
            "a.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,1\n03/04/2026,1,1\n",
            "line 3: Day: \"03/04/2026\" may be 2026-04-03 or 2026-03-04",
        ),
        (
            "b.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,\"1,50 USD\"\n",
            "line 2: Amount spent (EUR): the amount says USD, the currency is EUR",
        ),
        ("c.csv", "Day,Ad ID,Amount spent\n2026-11-20,1,1\n", "say it: --currency EUR"),
        (
            "d.csv",
            "Day,Ad name,Amount spent (EUR)\n2026-11-20,Blue,1\n",
            "Customize columns, Ad ID; or name it: --column ad_id=HEADER. Here are: Day, Ad name",
        ),
        ("e.jsonl", "{\"ad_id\":\"1\"\n", "line 1"),
        (
            "f.csv",
            "Day,Ad ID,Impressions,Amount spent (EUR)\n2026-11-20,1,many,1\n",
            "line 2: Impressions: \"many\"",
        ),
        (
            "g.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1,-1\n",
            "line 2: Amount spent (EUR): -1 is negative",
        ),
        (
            "h.csv",
            "Reporting starts,Reporting ends,Ad ID,Amount spent (EUR)\n2026-11-01,2026-11-20,1,1\n",
            "line 2: the row is about 2026-11-01 to 2026-11-20, not about a day",
        ),
        (
            "i.csv",
            "Day,Ad ID,Amount spent (EUR)\n2026-11-20,1.20211E+17,1\n",
            "line 2: Ad ID: \"1.20211E+17\" is no ad's id",
        ),
        (
            "j.csv",
            "Day,Ad ID,Ad name,Amount spent (EUR)\n2026-11-20,,Blue,1\n",
            "line 2: Ad ID: the ad \"Blue\" has no id",
        ),
        ("k.xls", "x", "Here are"),
        (
            "l.csv",
            "Day,Ad ID,Amount spent (EUR)\n2099-11-20,1,1\n",
            "ad 1, 2099-11-20: this day is still to come",
        ),
    ];
    for (name, text, told) in cases {
        let path = world.write(name, text);
        let output = world.run(&["import", "spend", path.to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(errors.contains(told), "{name}: {errors}");
        assert!(errors.contains(name) || name == "l.csv", "{name}: {errors}");
    }
    assert!(!world.data_dir().exists());
}

/// As Ads Manager exports it in five languages, as a spreadsheet saves it again, and as XLSX with a
/// report's preamble: the same days.
#[test]
fn exports_of_every_language_and_form_come_to_the_same() {
    let world = World::new();
    let english = "Day,Ad ID,Ad name,Campaign name,Impressions,Link clicks,Amount spent (EUR),\
                   Messaging conversations started\n\
                   2026-11-20,120211234567890101,Blue,Autumn,1700,20,1234.5,7\n\
                   2026-11-21,120211234567890101,Blue,Autumn,300,5,0.25,\n\
                   ,,,,2000,25,1234.75,7\n";
    let french = "\u{feff}Jour;ID de la publicité;Nom de la publicité;Nom de la campagne;Impressions;\
                  Clics sur un lien;Montant dépensé (EUR);Conversations par messages démarrées\n\
                  ;;;;2000;25;1\u{202f}234,75;7\n\
                  20/11/2026;120211234567890101;Blue;Autumn;1\u{202f}700;20;1\u{202f}234,5;7\n\
                  21/11/2026;120211234567890101;Blue;Autumn;300;5;0,25;\n";
    let german = "Tag\tAnzeigen-ID\tName der Anzeige\tKampagnenname\tImpressionen\tLink-Klicks\t\
                  Ausgegebener Betrag (EUR)\tGestartete Messaging-Unterhaltungen\n\
                  20.11.2026\t120211234567890101\tBlue\tAutumn\t1.700\t20\t1.234,50\t7\n\
                  21.11.2026\t120211234567890101\tBlue\tAutumn\t300\t5\t0,25\t0\n";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(german.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let spanish = "Inicio del informe,Fin del informe,Identificador del anuncio,Nombre del anuncio,\
                   Nombre de la campaña,Impresiones,Clics en el enlace,Importe gastado (EUR),\
                   Conversaciones con mensajes iniciadas\n\
                   2026-11-20,2026-11-20,120211234567890101,Blue,Autumn,1700,20,1234.50,7\n\
                   2026-11-21,2026-11-21,120211234567890101,Blue,Autumn,300,5,0.25,0\n";
    let portuguese = "Início dos relatórios,Encerramento dos relatórios,Identificação do anúncio,\
                      Nome do anúncio,Nome da campanha,Impressões,Cliques no link,Valor usado (EUR),\
                      Conversas por mensagem iniciadas\n\
                      2026-11-20,2026-11-20,120211234567890101,Blue,Autumn,1700,20,1234.50,7\n\
                      2026-11-21,2026-11-21,120211234567890101,Blue,Autumn,300,5,0.25,0\n";
    let said = "1 ads, 2 ad days, 2026-11-20 to 2026-11-21, 1234.75 EUR";
    for (name, bytes) in [
        ("en.csv", english.as_bytes().to_vec()),
        ("fr.csv", french.as_bytes().to_vec()),
        ("de.txt", wide),
        ("es.csv", spanish.as_bytes().to_vec()),
        ("pt.csv", portuguese.as_bytes().to_vec()),
        ("en.xlsx", workbook("120211234567890101")),
    ] {
        let path = world.write(name, &bytes);
        let told = world.succeed(&["import", "spend", "--dry-run", path.to_str().unwrap()]);
        let told = told.replace("1234.50", "1234.5");
        assert!(told.contains(said), "{name}: {told}");
        for field in ["ad_id", "conversations_started", "campaign_name", "clicks"] {
            assert!(told.contains(&format!("  {field} ")), "{name}: {told}");
        }
        let found = messenger_funnel::spend::export::read(&bytes, &[], None, None).unwrap();
        let first = &found.days[0];
        assert_eq!(
            (first.impressions, first.conversations_started),
            (Some(1700), Some(7)),
            "{name}"
        );
        assert_eq!(found.days[1].conversations_started, Some(0), "{name}");
    }
    // A number cell holds 15 digits: an id in it is not the ad's any more.
    let rounded = world.write("rounded.xlsx", workbook(""));
    let output = world.run(&["import", "spend", rounded.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("a spreadsheet rounds such ids"), "{told}");
    assert!(told.contains("sheet \"Raw Data Report\", row 4"), "{told}");
    let named = world.write("named.csv", "Quando,Ad ID,Amount spent\n2026-11-20,1,2\n");
    let arguments = ["--dry-run", "--column", "date=Quando", "--currency", "BRL"];
    let path = [named.to_str().unwrap()];
    let told = world.succeed(&[&["import", "spend"], &arguments[..], &path].concat());
    assert!(told.contains("2 BRL"), "{told}");
}

/// A workbook as Ads Reporting writes it: a formatted sheet without ids, and the raw one.
fn workbook(ad_id: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Formatted Report").unwrap().write(0, 0, "Autumn").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("Raw Data Report").unwrap();
    sheet.write(0, 1, "Autumn Report").unwrap();
    sheet.write(1, 1, "Report Period: Nov 20, 2026 - Nov 21, 2026").unwrap();
    let header = [
        "Day",
        "Ad ID",
        "Ad name",
        "Campaign name",
        "Impressions",
        "Link clicks",
        "Amount spent (EUR)",
        "Messaging conversations started",
    ];
    for (column, name) in header.iter().enumerate() {
        sheet.write(2, 1 + column as u16, *name).unwrap();
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (row, (date, numbers)) in
        [((2026, 11, 20), [1700.0, 20.0, 1234.5, 7.0]), ((2026, 11, 21), [300.0, 5.0, 0.25, 0.0])]
            .into_iter()
            .enumerate()
    {
        let row = 3 + row as u32;
        let date = rust_xlsxwriter::ExcelDateTime::from_ymd(date.0, date.1, date.2).unwrap();
        sheet.write_with_format(row, 1, &date, &day).unwrap();
        if ad_id.is_empty() {
            sheet.write(row, 2, 120_211_234_567_890_101_f64).unwrap();
        } else {
            sheet.write(row, 2, ad_id).unwrap();
        }
        sheet.write(row, 3, "Blue").unwrap();
        sheet.write(row, 4, "Autumn").unwrap();
        for (column, number) in numbers.into_iter().enumerate() {
            sheet.write(row, 5 + column as u16, number).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}
