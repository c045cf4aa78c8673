//! The program finds links and campaigns of entrances by itself: as the views for BI tools do, whatever links and ads are
//! called, were called, and whichever share a ref.

use std::collections::HashMap;

use clickhouse::Row;
use messenger_funnel::domain::{AdNames, EntryNames, LinkVersion, StoredEntrance};
use serde::Deserialize;

use crate::support::{World, client, start_engine};

const SEEDS: u64 = 6;

/// How a conversation is stored, and what the view says of it.
#[derive(Debug, Row, Deserialize)]
struct SeenRow {
    page_id: String,
    stored: String,
    referral_ref: String,
    clicked: String,
    ad_id: String,
    source: String,
    link: String,
    campaign: String,
    ad_set: String,
    medium: String,
    owner: String,
}

#[derive(Debug, Row, Deserialize)]
struct VersionRow {
    slug: String,
    #[serde(rename = "ref")]
    referral_ref: String,
    page_id: String,
    campaign: String,
    medium: String,
    owner: String,
    is_printed: bool,
    is_archived: bool,
    version: u64,
}

/// One of these texts, by a row's number and a seed.
fn one_of(texts: &str, seed: &str) -> String {
    let hash = format!("cityHash64(number, '{seed}')");
    let texts = texts.split(' ').map(|text| if text == "-" { "" } else { text });
    let texts: Vec<String> = texts.map(|text| format!("'{text}'")).collect();
    format!("[{}][{hash} % {} + 1]", texts.join(", "), texts.len())
}

#[tokio::test]
async fn links_and_campaigns_are_those_of_the_views() {
    let world = World::new();
    let engine = start_engine(&world.data_dir()).await.unwrap();
    let database = client(&engine.endpoint("messenger_funnel"));
    let run = async |statement: String| {
        database.query(&statement).execute().await.unwrap_or_else(|e| panic!("{statement}: {e}"));
    };
    let source = include_str!("../../queries/funnels/stored_source.sql");
    for seed in 0..SEEDS {
        for table in ["links", "ads", "conversations"] {
            run(format!("TRUNCATE TABLE {table}")).await;
        }
        let of = |texts: &str, what: &str| one_of(texts, &format!("{what}{seed}"));
        run(format!(
            "INSERT INTO links (slug, ref, page_id, campaign, medium, owner, is_printed, is_archived, version) \
             SELECT {}, {}, {}, {}, {}, {}, cityHash64(number, 'printed{seed}') % 2, \
             cityHash64(number, 'archived{seed}') % 2, number FROM numbers(30)",
            of("a b c d e f g h", "slug"),
            of("- r1 r2 r3 r4", "ref"),
            of("- - 1 2", "page"),
            of("- Spring Summer", "campaign"),
            of("- poster", "medium"),
            of("- Ana Bo", "owner"),
        ))
        .await;
        run(format!(
            "INSERT INTO ads (ad_id, campaign_name, adset_name, version) SELECT {}, {}, {}, number FROM numbers(12)",
            of("71 72 73", "ad"),
            of("- Ads1 Ads2", "of ad"),
            of("- Set1 Set2", "set"),
        ))
        .await;
        run(format!(
            "INSERT INTO conversations (page_id, person_id, opened_at, source, source_name, ref, clicked, ad_id, version) \
             SELECT {}, toString(number), toDateTime64('2026-10-01 00:00:00', 3, 'UTC') + number, {}, {}, {}, {}, {}, 1 \
             FROM numbers(3000)",
            of("1 2 3", "page of"),
            of("link qr other organic ad customer_chat", "source"),
            of("- - SHORTLINK", "name"),
            of("- r1 r2 r3 r4 r5", "ref of"),
            of("- - - a b gone", "clicked"),
            of("- 71 72 74", "ad of"),
        ))
        .await;
        let links = "SELECT slug, ref, page_id, campaign, medium, owner, is_printed, is_archived, version FROM links";
        let links: Vec<VersionRow> = database.query(links).fetch_all().await.unwrap();
        let ads = "SELECT ad_id, campaign, ad_set FROM ad_campaigns";
        let ads: Vec<(String, String, String)> = database.query(ads).fetch_all().await.unwrap();
        let ads = ads.into_iter().map(|(ad, campaign_name, adset_name)| {
            (ad, AdNames { campaign_name, adset_name, ..AdNames::default() })
        });
        let names = EntryNames::new(
            links.into_iter().map(of_row).collect(),
            ads.collect::<HashMap<_, _>>(),
        );
        let seen = format!(
            "SELECT toString(made.page_id) AS page_id, toString({source}) AS stored, made.ref AS referral_ref, \
             toString(made.clicked) AS clicked, toString(made.ad_id) AS ad_id, toString(shown.source) AS source, \
             shown.link AS link, shown.campaign AS campaign, shown.ad_set AS ad_set, shown.medium AS medium, \
             shown.owner AS owner \
             FROM conversations AS made INNER JOIN v_conversations AS shown ON shown.person_id = made.person_id"
        );
        let seen: Vec<SeenRow> = database.query(&seen).fetch_all().await.unwrap();
        assert_eq!(seen.len(), 3000);
        for row in &seen {
            check(&names, row);
        }
        let links: std::collections::BTreeSet<&str> =
            seen.iter().map(|row| row.link.as_str()).collect();
        assert!(links.len() > 4, "{links:?}");
    }
    engine.stop().await;
}

fn of_row(row: VersionRow) -> LinkVersion {
    LinkVersion {
        slug: row.slug,
        referral_ref: row.referral_ref,
        page_id: row.page_id,
        campaign: row.campaign,
        medium: row.medium,
        owner: row.owner,
        is_printed: row.is_printed,
        is_archived: row.is_archived,
        version: row.version,
    }
}

fn check(names: &EntryNames, row: &SeenRow) {
    let link = names.link(StoredEntrance {
        page_id: &row.page_id,
        source: &row.stored,
        referral_ref: &row.referral_ref,
        clicked: &row.clicked,
    });
    let of_link = names.of_link(link);
    let found = [
        link,
        names.source(&row.stored, link),
        names.campaign(link, &row.ad_id),
        names.of_ad(&row.ad_id).map_or("", |ad| &ad.adset_name),
        of_link.map_or("", |link| &link.medium),
        of_link.map_or("", |link| &link.owner),
    ];
    let wanted = [&row.link, &row.source, &row.campaign, &row.ad_set, &row.medium, &row.owner];
    assert_eq!(found, wanted.map(String::as_str), "{row:?}");
}
