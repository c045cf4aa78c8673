//! Our side of `benches/peers/attribution/speed.py`: loads a path file into a frame, then computes
//! what it is asked for on standard input, from the frame's texts on. `make bench-attribution`.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail loudly")]

use std::io::BufRead;
use std::time::Instant;

use messenger_funnel::analysis::{Comparison, Model, Parameters, comparison, journeys_of_paths};
use polars_core::prelude::{Column, DataFrame};
use serde_json::json;

fn main() {
    let mut arguments = std::env::args().skip_while(|argument| argument != "--serve").skip(1);
    // `cargo bench` without a question: there is nothing to measure alone.
    let Some(file) = arguments.next() else { return };
    let frame = load(&file);
    println!("ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let started = Instant::now();
        let credits = match line.as_str() {
            "six" => credits(&frame, &Model::ALL[..6]),
            "markov 1" => credits(&frame, &[Model::Markov]),
            "shapley" => credits(&frame, &[Model::Shapley]),
            _ => return,
        };
        let seconds = started.elapsed().as_secs_f64();
        let first = credits.models[0];
        let channels: serde_json::Map<_, _> = credits
            .rows
            .iter()
            .map(|row| (row.channel.clone(), json!(row.models[first].conversions)))
            .collect();
        println!("{}", json!({ "seconds": seconds, "channels": channels }));
    }
}

fn credits(frame: &DataFrame, models: &[Model]) -> Comparison {
    let journeys = journeys_of_paths(frame).unwrap();
    comparison(&journeys, models, models[0], &Parameters::default())
}

fn load(file: &str) -> DataFrame {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let mut paths = Vec::new();
    let mut numbers: [Vec<f64>; 3] = Default::default();
    for row in reader.records() {
        let row = row.unwrap();
        paths.push(row[0].to_owned());
        for (column, numbers) in numbers.iter_mut().enumerate() {
            numbers.push(row[column + 1].parse().unwrap());
        }
    }
    let [conversions, values, nulls] = numbers;
    DataFrame::new(
        paths.len(),
        vec![
            Column::new("path".into(), paths),
            Column::new("total_conversions".into(), conversions),
            Column::new("total_conversion_value".into(), values),
            Column::new("total_null".into(), nulls),
        ],
    )
    .unwrap()
}
