//! Every name in every rendering: refs, ads and funnels are called as anybody likes, and no name may break a chart,
//! a file or a table, or be taken for a part of it.

use std::io::Cursor;

use polars_core::frame::DataFrame;
use polars_io::SerReader;
use polars_io::ipc::IpcStreamReader;
use polars_io::parquet::read::ParquetReader;
use proptest::prelude::*;
use resvg::usvg::roxmltree::Document;

use super::chart::Width;
use super::chart::drawing::Drawing;
use super::chart::png;
use super::frames::columns::Columns;
use super::frames::encode::encoded;
use super::{charts, table};
use crate::analysis::{AdsReport, AdsRow, Flow};
use crate::insights::csv_style::CsvStyle;
use crate::insights::format::Format;
use crate::insights::funnel_over_time::ShareInTime;

/// Names that have broken something somewhere.
pub(crate) fn names() -> Vec<String> {
    let long =
        ["a", "W", "מ", "👩‍👩‍👧", "a\u{301}", "\u{301}", "\u{202e}"].map(|part| part.repeat(10_000));
    let short = [
        "",
        " ",
        "\u{a0}\u{2003}",
        "DE > Retargeting",
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='alert(1)",
        "&lt;&amp;&#0;&bogus;",
        "]]>",
        "<![CDATA[",
        "<!--",
        "--><?xml?>",
        "</svg><svg>",
        "#010101",
        "var(--ink)",
        "a\u{0}b",
        "\u{1b}[31mred\u{7}\u{8}\u{7f}\u{9b}",
        "one\r\nBcc: all@shop.example\r\n\r\ntwo",
        "a\tb\u{b}c\u{c}d\u{85}e\u{2028}f",
        "\u{feff}bom",
        "\u{fffe}\u{ffff}\u{fdd0}\u{10ffff}",
        "\u{e000}\u{f8ff}",
        "abc\u{202e}def",
        "\u{2066}\u{2067}\u{2068}\u{202a}\u{202b}\u{202d}",
        "\u{2069}\u{2069}\u{202c}",
        "\u{200e}\u{200f}\u{61c}",
        "מבצע 50%",
        "عرض <خاص>",
        "\u{301}\u{20dd}\u{fe0f}\u{200d}",
        "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪",
        "漢字かな한글",
        "=1+1",
        "@SUM(A1)",
        "-2",
        "a;\"b\",c",
        "{{ x }} {% x %} ${x} %s",
        "```*_~<!channel>",
        "_x000A_",
    ];
    short.map(str::to_owned).into_iter().chain(long).collect()
}

fn name() -> impl Strategy<Value = String> {
    let known = || prop::sample::select(names());
    prop_oneof![
        known(),
        any::<String>(),
        (known(), any::<String>(), known()).prop_map(|(one, middle, other)| one + &middle + &other),
        (any::<char>(), 1..10_000_usize)
            .prop_map(|(letter, times)| String::from(letter).repeat(times)),
    ]
}

fn row(name: &str) -> AdsRow {
    AdsRow {
        id: "11".to_owned(),
        name: name.to_owned(),
        campaign: name.to_owned(),
        ad_set: name.to_owned(),
        account_id: String::new(),
        currency: Some(name.to_owned()),
        parent: String::new(),
        spend: Some(2.5),
        impressions: None,
        clicks: None,
        ctr: None,
        cpm: None,
        cost_per_click: None,
        steps: Vec::new(),
        opened_by_day: std::collections::BTreeMap::new(),
        spend_by_day: std::collections::BTreeMap::new(),
        without_cost: 0,
        value: None,
        roas: None,
        value_matured_share: None,
        expected_roas: None,
        conversations_started: None,
        first_replies: None,
        charged_messages: None,
        message_cost: None,
        messages_without_cost: 0,
    }
}

/// The name on every kind of chart, always beside another one.
fn drawings(name: &str) -> Vec<Drawing> {
    let flow = |from: &str, count| Flow { from: from.to_owned(), to: "first".to_owned(), count };
    let named = Flow { to: name.to_owned(), ..flow(name, 3) };
    let steps = [("first".to_owned(), 9), (name.to_owned(), 4), ("last".to_owned(), 0)];
    let report = AdsReport {
        level: "ad",
        from: String::new(),
        to: String::new(),
        time_zone: String::new(),
        clock: crate::domain::Clock::Opening,
        unknown_days: Vec::new(),
        notes: Vec::new(),
        totals: Vec::new(),
        rows: vec![row(name), row("another")],
    };
    let half = |day: &str| ShareInTime {
        day: day.to_owned(),
        reached: 1,
        of: 2,
        ..ShareInTime::default()
    };
    let channels = [(name.to_owned(), 2.0), ("another".to_owned(), 1.0)];
    vec![
        charts::attribution(channels.into_iter(), 3.0),
        charts::ads(&report),
        charts::flows(&[flow(name, 6), flow("another", 3), named.clone()], &steps),
        charts::flows(&[named], &[(name.to_owned(), 3)]),
        charts::flows(&[], &[(name.to_owned(), 0)]),
        charts::rates(&[name, "2026-01-02"].map(half), name, name, Width::Wide),
    ]
}

/// Shapes and texts of a written drawing, which must be XML; a text is as it stands there.
fn read(svg: &str) -> (usize, Vec<String>) {
    let document = Document::parse(svg).unwrap_or_else(|error| panic!("{error}: {svg}"));
    let all = document.descendants().filter(resvg::usvg::roxmltree::Node::is_element);
    let names = ["svg", "rect", "circle", "polyline", "polygon", "text"];
    let known = all.clone().all(|node| names.contains(&node.tag_name().name()));
    assert!(known, "a name became a shape: {svg}");
    let texts = all.clone().filter(|node| node.tag_name().name() == "text");
    let texts = texts.map(|node| node.text().unwrap_or_default().to_owned()).collect();
    (all.count(), texts)
}

fn check_charts(name: &str) {
    for (drawing, usual) in drawings(name).into_iter().zip(drawings("usual")) {
        let (page, alone) = (drawing.on_page(), drawing.alone());
        assert_eq!(read(&page).0, read(&usual.on_page()).0, "{page}");
        // Alone there is paper behind it.
        assert_eq!(read(&alone).0, read(&page).0 + 1);
        assert!(alone.len() < 40_000, "{} bytes", alone.len());
        for text in read(&alone).1 {
            let isolates = |mark: char| text.chars().filter(|letter| *letter == mark).count();
            assert_eq!(isolates('\u{2068}'), isolates('\u{2069}'), "{text:?}");
            let reorders =
                |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}');
            assert!(
                !text.chars().any(|letter| letter.is_control() || reorders(letter)),
                "{text:?}"
            );
        }
    }
}

fn check_files(name: &str) {
    let rows = [name, "another"];
    let frame = Columns::of(&rows).text("name", |name| *name).count("count", |_| 7).done();
    let texts = |frame: &DataFrame| -> Vec<Option<String>> {
        let column = frame.column("name").unwrap().str().unwrap();
        column.iter().map(|text| text.map(str::to_owned)).collect()
    };
    let file = |format| encoded(format, &CsvStyle::default(), &frame).unwrap();
    let parquet = ParquetReader::new(Cursor::new(file(Format::Parquet))).finish().unwrap();
    let arrow = IpcStreamReader::new(Cursor::new(file(Format::Arrow))).finish().unwrap();
    assert_eq!((texts(&parquet), texts(&arrow)), (texts(&frame), texts(&frame)));

    let bytes = file(Format::Csv);
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cells: Vec<&str> = records.iter().map(|record| &record[0]).collect();
    assert_eq!((cells.len(), cells[1], &records[0][1]), (2, "another", "7"));
    // One apostrophe more at most, in front of what would be a formula.
    assert!(cells[0] == name || cells[0].strip_prefix('\'') == Some(name), "{:?}", cells[0]);

    let mut book: calamine::Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(file(Format::Xlsx))).unwrap();
    let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
    let cell = |row, place| sheet.get((row, place)).cloned();
    assert_eq!(cell(2, 0), Some(calamine::Data::String("another".to_owned())));
    assert_eq!(cell(1, 1), Some(calamine::Data::Float(7.0)));
    let is_text = |cell: Option<calamine::Data>| match cell {
        None | Some(calamine::Data::Empty) => name.trim().is_empty(),
        Some(calamine::Data::String(_)) => true,
        Some(_) => false,
    };
    assert!(is_text(cell(1, 0)), "{:?}", cell(1, 0));

    let json = serde_json::to_string(&[name]).unwrap();
    assert_eq!(serde_json::from_str::<[String; 1]>(&json).unwrap(), [name]);

    let lines = table::frame(&frame);
    let is_mark =
        |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{2067}');
    assert!(
        lines.chars().all(|letter| letter == '\n' || !(letter.is_control() || is_mark(letter)))
    );
    // A line above, one below the head, one below the rows: nothing more.
    assert_eq!(lines.trim_end().lines().count(), 6, "{lines}");
}

#[test]
fn every_known_name_is_drawn_as_pixels() {
    for name in names() {
        check_charts(&name);
        check_files(&name);
        for drawing in drawings(&name) {
            let png = png::png(&drawing).unwrap_or_else(|error| panic!("{error}: {name:?}"));
            assert!(png.starts_with(b"\x89PNG"), "{name:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_name_breaks_a_chart(name in name()) {
        check_charts(&name);
    }

    #[test]
    fn no_name_breaks_a_file(name in name()) {
        check_files(&name);
    }
}

#[test]
fn a_name_is_told_as_it_is() {
    let svg = charts::attribution([("DE > Retargeting".to_owned(), 1.0)].into_iter(), 1.0).alone();
    assert!(read(&svg).1.contains(&"DE > Retargeting".to_owned()), "{svg}");
    // A colour's name is a name like any other.
    let svg = charts::attribution([("#010101 var(--ink)".to_owned(), 1.0)].into_iter(), 1.0);
    for svg in [svg.alone(), svg.on_page()] {
        assert!(read(&svg).1.contains(&"#010101 var(--ink)".to_owned()), "{svg}");
    }
}
