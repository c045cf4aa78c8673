//! The tests, in one binary.
//!
//! Nothing here is faked: the program is the built binary, ClickHouse the embedded engine, HTTP
//! real, the browser a headless Chromium. Every test has a data folder of its own and free ports,
//! and ends the processes that it started.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    clippy::float_cmp,
    unreachable_pub,
    reason = "a test fails loudly, and its helpers are for the tests beside it"
)]

mod abuse;
mod accounts;
mod addresses;
mod ads;
mod ads_expected;
mod ads_oracle;
mod alert_calibration;
mod alert_rules;
mod alerts;
mod amounts;
mod analysis_oracle;
mod annotations;
mod attribution;
mod attribution_page;
mod attribution_paths;
mod backup;
mod bi_views;
mod bounds;
mod bytes_read;
mod calibration;
mod calibration_drawn;
mod calibration_kinds;
mod carriers;
mod cli;
mod clocks;
mod cluster;
mod collector;
mod connect;
mod consent;
mod conversion_files;
mod conversions;
mod crash;
mod custom_funnels;
mod damaged_parts;
mod dashboard;
mod dashboard_bar;
mod deliveries;
mod doctor;
mod documents;
mod drilldown;
mod durability;
mod edges;
mod engine;
mod entry_names;
mod entry_points;
mod erased_again;
mod erased_bodies;
mod erasure;
mod every_name;
mod every_page;
mod feedback;
mod fencing;
mod field_cases;
mod filters;
mod formats;
mod fresh;
mod full_disk;
mod funnel_answers;
mod funnel_oracle;
mod goal_calibration;
mod goals;
mod graph;
mod imports;
mod in_place;
mod journal;
mod journal_damage;
mod journal_lost;
mod journal_power;
mod language;
mod language_pages;
mod large_list;
mod layers;
mod limited;
mod links;
mod many;
mod mcp;
mod message_costs;
mod migrations;
mod oidc;
mod outage;
mod outlook;
mod overview;
mod own_acts;
mod packaging;
mod pages;
mod payloads;
mod people_pages;
mod power;
mod private_files;
mod qr;
mod rebuild_cut;
mod reconciliation;
mod recovery;
mod references;
mod report_deliveries;
mod report_names;
mod report_pages;
mod report_versions;
mod reports;
mod retention;
mod roles;
mod routes;
mod rows;
mod saved_views;
mod sequences;
mod sizes;
mod slow_attribution;
mod slow_threads;
mod small_numbers;
mod spend;
mod spend_files;
mod spend_oracle;
mod spend_sync;
mod spend_texts;
mod spend_totals;
mod stored_events;
mod stored_funnels;
mod storm;
mod strangers;
mod support;
mod telemetry;
mod ten_steps;
mod time_to_convert;
mod tls;
mod told_alike;
mod told_twice;
mod truth;
mod two_clocks;
mod two_names;
mod upkeep;
mod upkeep_oracle;
mod walk;
mod whatsapp;
mod whatsapp_calls;
mod workspace_alerts;
mod workspace_edits;
mod workspace_sums;
mod workspaces;
