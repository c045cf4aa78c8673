//! `attribution --paths`: files as the common libraries take them.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{World, succeeded};

/// Figures of `ChannelAttribution` 2.2.5 (`heuristic_models`) on the common file, which
/// `benches/peers/attribution/compare.py` compares in full.
#[test]
fn the_command_takes_path_files() {
    let world = World::bare();
    let common = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/paths/common.csv.gz");
    let ask = |model: &str| {
        world.json(&["attribution", "--paths", common, "--model", model, "--format", "json"])
    };
    for (model, alpha, beta) in [
        ("first", 6308.0, 2831.0),
        ("last", 8447.0, 989.0),
        ("linear", 7_574.718_594, 2_083.500_145),
    ] {
        let report = ask(model);
        assert_eq!(report["model"], model);
        assert_eq!(report["total_conversions"], 19_785.0);
        let rows = report["channels"].as_array().unwrap();
        assert_eq!(rows.len(), 12);
        let credit = |name: &str| {
            let row = rows.iter().find(|row| row["channel"] == name).unwrap();
            assert!(row["value"].as_f64().unwrap() > 0.0 && row["currency"].is_null());
            row["conversions"].as_f64().unwrap()
        };
        assert!((credit("alpha") - alpha).abs() < 1e-6, "{report}");
        assert!((credit("beta") - beta).abs() < 1e-6, "{report}");
        let sum: f64 = rows.iter().map(|row| row["conversions"].as_f64().unwrap()).sum();
        assert_eq!(sum, 19_785.0);
    }
    // No database was touched.
    assert!(!world.data_dir().exists());
    let compared = world.json(&["attribution", "--paths", common, "--compare", "--format", "json"]);
    assert_eq!(compared["models"].as_array().unwrap().len(), 8);
    let journeys =
        world.json(&["attribution", "--paths", common, "--journeys", "--format", "json"]);
    assert_eq!(journeys["without_conversion"], 68_602.0);
    let plain = "path,total_conversions\r\na > b,1\r\n\"b\",2\r\n";
    let csv = world.succeed_with_input(
        &["attribution", "--paths", "-", "--model", "first", "--format", "csv"],
        plain.as_bytes(),
    );
    assert_eq!(csv, "channel,conversions,value,currency\r\nb,2,,\r\na,1,,\r\n");
}

#[test]
fn bad_path_files_are_told_by_line_and_column() {
    let world = World::bare();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(b"path,total_conversions\na,1\n").unwrap();
    let mut torn = gzip.finish().unwrap();
    torn.truncate(torn.len() - 9);
    let cases: [(&str, &[u8], &str); 8] = [
        (
            "header.csv",
            b"journey,count\na,1\n",
            "line 1: there must be columns path and total_conversions",
        ),
        (
            "number.csv",
            b"path,total_conversions\na,1\nb,many\n",
            "line 3: total_conversions: \"many\"",
        ),
        (
            "negative.csv",
            b"path,total_conversions\na,-1\n",
            "line 2: total_conversions: -1 cannot be",
        ),
        (
            "channel.csv",
            b"path,total_conversions\n\na > > b,1\n",
            "line 3: path: a channel has no name",
        ),
        (
            "blank.csv",
            b"path,total_conversions\r\n\r\na,1\r\nb,x",
            "line 4: total_conversions: \"x\"",
        ),
        ("end.csv", b"path,total_conversions\na > ,1\n", "line 2: path: a channel has no name"),
        ("short.csv", b"path,total_conversions\na\n", "line 2: 1 columns, the header has 2"),
        ("torn.csv.gz", &torn, "torn.csv.gz"),
    ];
    for (name, text, told) in cases {
        let path = world.write(name, text);
        let output = world.run(&["attribution", "--paths", path.to_str().unwrap()]);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
        assert!(errors.contains(told) && errors.contains(name), "{name}: {errors}");
    }
    // What joins channels otherwise is not taken for a part of one name.
    for (path, mark) in [
        ("a>b", ">"),
        ("a \u{2192} b", "\u{2192}"),
        ("a -> b", ">"),
        ("a | b", "|"),
        ("a;b", ";"),
        ("a - b", " - "),
        ("a / b", " / "),
    ] {
        let file = format!("path,total_conversions\nc,1\n{path},2\n");
        let file = world.write("joint.csv", file);
        let ask = ["attribution", "--paths", file.to_str().unwrap(), "--model", "last"];
        let errors = world.run(&ask).stderr;
        let errors = String::from_utf8_lossy(&errors);
        let told = format!("joint.csv, line 3: path: {path:?}: channels are joined by \" > \"");
        assert!(errors.contains(&told), "{path}: {errors}");
        let said = |separator: &str| {
            let more = ["--path-separator", separator, "--format", "csv"];
            world.succeed(&[&ask[..], &more].concat())
        };
        let channels = said(if path.contains("->") { "->" } else { mark });
        assert!(channels.contains("\r\nb,2,"), "{path}: {channels}");
        assert!(said(" > ").contains(&format!("\r\n{path},2,")), "{path}");
    }
    let mixed = world.write("mixed.csv", "path,total_conversions\na > b,1\nc>d,2\na - b,1\n");
    let errors = world.run(&["attribution", "--paths", mixed.to_str().unwrap()]).stderr;
    assert!(String::from_utf8_lossy(&errors).contains("line 3: path: \"c>d\""));
    let said = ["--path-separator", "|"];
    for (path, told) in
        [("a||b", "line 2: path: a channel has no name"), ("a > b|c", "in a channel's name")]
    {
        let file = world.write("said.csv", format!("path,total_conversions\n{path},1\n"));
        let ask = ["attribution", "--paths", file.to_str().unwrap()];
        let errors = world.run(&[&ask[..], &said].concat()).stderr;
        assert!(String::from_utf8_lossy(&errors).contains(told), "{path}");
    }
    // As a spreadsheet saves it: UTF-16, and lines of old.
    let text = "\u{feff}path,total_conversions\ra > b,1\rb,2\r";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let ask = ["attribution", "--paths", "-", "--model", "first", "--format", "csv"];
    for bytes in [text.as_bytes(), &wide] {
        let csv = world.succeed_with_input(&ask, bytes);
        assert_eq!(csv, "channel,conversions,value,currency\r\nb,2,,\r\na,1,,\r\n");
    }
    for (args, told) in [
        (["--model", "lat"], "unknown attribution model \"lat\"; known are first, last,"),
        (["--order", "5"], "order: 5 is not between 1 and 4"),
        (["--half-life-days", "0"], "half_life_days: 0 is not above 0"),
        (["--first-share", "0.8"], "last_share: with first_share it makes 1.2"),
        (["--last-share", "x"], "last_share: \"x\": invalid float"),
    ] {
        let output = world.run(&[&["attribution", "--paths", "none.csv"][..], &args].concat());
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {errors}");
        assert!(errors.contains(told), "{args:?}: {errors}");
    }
    let missing = world.run(&["attribution", "--paths", "none.csv"]);
    assert!(String::from_utf8_lossy(&missing.stderr).contains("cannot read none.csv"));
    succeeded(&world.run(&["attribution", "--help"]));
}
