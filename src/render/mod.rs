//! A report in, bytes or text out: frames of typed columns as files, charts, tables for a terminal, and how pages put
//! numbers and names. Nothing here knows of HTTP.

pub mod chart;
pub mod charts;
#[cfg(test)]
mod every_name;
pub mod expected;
pub mod frames;
pub mod labels;
pub mod lettering;
pub mod list_writer;
pub mod numbers;
pub mod page_names;
pub mod qr;
pub mod table;
