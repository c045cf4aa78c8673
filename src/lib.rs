//! Funnel analytics for click-to-Messenger ads.
//!
//! The rooms, in the order in which an event walks through them:
//!
//! - [`domain`]: the words we use (events, sources, periods, conversions); plain types.
//! - [`collector`]: verifies a webhook, journals it, answers 200.
//! - [`conversions`]: conversions that others report.
//! - [`incoming`]: bodies of requests, within limits of size, time and memory.
//! - [`journal`]: the durable box of raw bytes between the collector and ClickHouse.
//! - [`normalize`]: Meta's JSON to typed events; pure.
//! - [`store`]: ClickHouse: engine, schema, shipping, and the queries of `queries/`.
//! - [`analysis`]: conversations, funnels and attribution on polars; pure.
//! - [`materializer`]: keeps the tables of conversations up to date with the events.
//! - [`accounts`]: users, sessions and tokens, and what they may do.
//! - [`insights`]: what is computed: a question in, a report out.
//! - [`render`]: a report in, bytes or text out: files, charts, tables, labels and numbers.
//! - [`http`]: what every room that answers over HTTP shares: problems, pages, languages, limits.
//! - [`web`]: the API and the dashboard.
//! - [`meta`]: Meta's Graph API: insights, conversion events, how a Page is set up.
//! - [`spend`]: what ads cost, from Meta or from files.
//! - [`feedback`]: tells Meta of conversions.
//! - [`erasure`]: takes one person out of everything that is stored.
//! - [`reports`]: questions that are asked by schedule, and where their answers go.
//! - [`alerting`]: rules that are looked at, the incidents that they find, and notices of these.
//! - [`team`]: what a team writes down beside the figures.
//! - [`sheet`]: files as rows of cells.
//! - [`members`]: logging in, and the settings page.
//! - [`registry`]: edits of tracked links, by command or form.
//! - [`language`]: what pages say, in their reader's language.
//! - [`outgoing`]: requests to systems of others.
//! - [`private`]: files that only their owner may read.
//! - [`jobs`]: work that a process does by itself, in rounds.
//! - [`operations`]: listening, readiness and metrics.
//! - [`synthetic`]: seeded traffic with its own truth, for the demo and the tests.
//! - [`config`] and [`cli`]: how a person or a supervisor starts all this.
//!
//! `tests/it/layers.rs` holds the rules of who may import whom.

pub mod accounts;
pub mod alerting;
pub mod analysis;
pub mod cli;
pub mod collector;
pub mod config;
pub mod conversions;
pub mod domain;
pub mod erasure;
pub mod feedback;
pub mod http;
pub mod incoming;
pub mod insights;
pub mod jobs;
pub mod journal;
pub mod language;
pub mod materializer;
pub mod mcp;
pub mod members;
pub mod meta;
pub mod normalize;
pub mod operations;
pub mod outgoing;
pub mod private;
pub mod registry;
pub mod render;
pub mod reports;
pub mod sheet;
pub mod spend;
pub mod store;
pub mod synthetic;
pub mod team;
pub mod web;
