//! Every answer in every form: the same columns and rows in CSV, Parquet and Arrow, typed where types are.

use polars_core::frame::DataFrame;
use polars_core::prelude::DataType;
use polars_io::SerReader;
use polars_io::ipc::IpcStreamReader;
use polars_io::parquet::read::ParquetReader;
use std::io::Cursor;

use crate::support::{Server, World, message};

const RANGE: &str = "from=2026-10-01&to=2026-11-01";

/// Answers that are rows.
const ROUTES: [&str; 20] = [
    "/api/v1/annotations?",
    "/api/v1/funnels/click-to-messenger?by=source,ref",
    "/api/v1/funnels/click-to-messenger/comparison?by=source",
    "/api/v1/funnels/click-to-messenger/drivers?",
    "/api/v1/funnels/click-to-messenger/flows?",
    "/api/v1/funnels/click-to-messenger/people?step=messaged",
    "/api/v1/sequences?",
    "/api/v1/cohorts?",
    "/api/v1/conversations?limit=50",
    "/api/v1/touchpoints?limit=50",
    "/api/v1/conversions?",
    "/api/v1/feedback?",
    "/api/v1/ads?by=source",
    "/api/v1/links?",
    "/api/v1/response-times?",
    "/api/v1/audience?",
    "/api/v1/quality?",
    "/api/v1/attribution?by=source",
    "/api/v1/attribution/comparison?",
    "/api/v1/reconciliation?",
];

async fn fetch(server: &Server, path: &str, accept: &str) -> (u16, String, Vec<u8>) {
    let client = reqwest::Client::new();
    let answer = client.get(server.url(path)).header("accept", accept).send().await.unwrap();
    let kind = answer.headers().get("content-type").map(|kind| kind.to_str().unwrap().to_owned());
    (answer.status().as_u16(), kind.unwrap_or_default(), answer.bytes().await.unwrap().to_vec())
}

async fn frame(server: &Server, path: &str, format: &str) -> DataFrame {
    let sign = if path.ends_with('?') { "" } else { "&" };
    let path = format!("{path}{sign}{RANGE}&format={format}");
    let (status, kind, bytes) = fetch(server, &path, "*/*").await;
    assert_eq!(status, 200, "{path}: {}", String::from_utf8_lossy(&bytes));
    if format == "parquet" {
        assert_eq!(kind, "application/vnd.apache.parquet");
        return ParquetReader::new(Cursor::new(bytes)).finish().unwrap();
    }
    assert_eq!(kind, "application/vnd.apache.arrow.stream");
    IpcStreamReader::new(Cursor::new(bytes)).finish().unwrap()
}

fn names(frame: &DataFrame) -> Vec<String> {
    frame.columns().iter().map(|column| column.name().to_string()).collect()
}

fn of_type(frame: &DataFrame, name: &str) -> DataType {
    frame.column(name).unwrap().dtype().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_same_rows_in_every_form() {
    let world = World::new();
    tokio::task::block_in_place(|| world.fill(200, 8, ["2026-10-01", "2026-11-01"]));
    let server = world.serve();
    let mut filled = 0;
    for route in ROUTES {
        let parquet = frame(&server, route, "parquet").await;
        let arrow = frame(&server, route, "arrow").await;
        assert!(parquet.equals_missing(&arrow), "{route}");
        let sign = if route.ends_with('?') { "" } else { "&" };
        let (_, csv) = server.get(&format!("{route}{sign}{RANGE}&format=csv")).await;
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        assert_eq!(header, names(&parquet), "{route}");
        assert_eq!(reader.records().count(), parquet.height(), "{route}");
        let path = format!("{route}{sign}{RANGE}&format=xlsx");
        let (status, _, xlsx) = fetch(&server, &path, "*/*").await;
        let mut book: calamine::Xlsx<_> =
            calamine::open_workbook_from_rs(Cursor::new(xlsx)).unwrap();
        let sheet = calamine::Reader::worksheet_range_at(&mut book, 0).unwrap().unwrap();
        assert_eq!((status, sheet.height()), (200, parquet.height() + 1), "{route}");
        filled += usize::from(parquet.height() > 0);
        assert!(
            server.get(&format!("{route}{sign}{RANGE}&format=table")).await.0 == 400,
            "{route}"
        );
    }
    assert!(filled >= 13, "{filled} of the answers have rows");

    let list = frame(&server, "/api/v1/conversations?limit=50", "parquet").await;
    let opened = of_type(&list, "opened_at");
    assert!(matches!(opened, DataType::Datetime(_, Some(_))), "{opened}");
    assert_eq!((of_type(&list, "person_id"), list.height()), (DataType::String, 50));
    let funnel = frame(&server, "/api/v1/funnels/click-to-messenger?", "parquet").await;
    assert_eq!(of_type(&funnel, "count"), DataType::Int64);
    assert_eq!(of_type(&funnel, "rate_from_first"), DataType::Float64);
    // What is unknown is null, not zero.
    assert_eq!(funnel.column("count").unwrap().null_count(), 2);
    // A breakdown has its columns also where there are no rows.
    let path =
        "/api/v1/funnels/click-to-messenger?by=source&from=2025-01-01&to=2025-01-02&format=csv";
    let (_, empty) = server.get(path).await;
    assert_eq!(empty, "source,step,count,rate_from_previous,rate_from_first\r\n");
    let cohorts = frame(&server, "/api/v1/cohorts?", "arrow").await;
    assert_eq!(of_type(&cohorts, "week"), DataType::Date);

    // The header says it too; what is not known is passed over.
    let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}");
    for (accept, kind) in [
        ("application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        ("application/x-unknown, text/csv;q=0.9", "text/csv; charset=utf-8; header=present"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/html,*/*;q=0.8", "application/json"),
    ] {
        assert_eq!(fetch(&server, &path, accept).await.1, kind, "{accept}");
    }
    let (status, _, svg) = fetch(&server, &format!("{path}&format=svg"), "*/*").await;
    let svg = String::from_utf8(svg).unwrap();
    assert!(status == 200 && svg.contains("xmlns=\"http://www.w3.org/2000/svg\""), "{svg}");
    assert!(svg.contains("Opened") && svg.contains("#3157d5") && !svg.contains("var("), "{svg}");
    let (status, kind, png) = fetch(&server, &format!("{path}&format=png"), "*/*").await;
    assert_eq!((status, kind.as_str()), (200, "image/png"));
    let mut picture = png::Decoder::new(Cursor::new(png)).read_info().unwrap();
    let mut pixels = vec![0; picture.output_buffer_size().unwrap()];
    picture.next_frame(&mut pixels).unwrap();
    // Bars of the first series, and letters: not a white sheet.
    let has = |colour: [u8; 3]| pixels.chunks(4).any(|pixel| pixel[..3] == colour);
    assert!(has([0x31, 0x57, 0xd5]) && has([0x14, 0x18, 0x1f]), "the picture is empty");
    let (status, told) = server.get(&format!("/api/v1/links?{RANGE}&format=svg")).await;
    assert!(status == 400 && told.contains("no chart"), "{told}");
    let (status, told) = server.get(&format!("/api/v1/links?{RANGE}&format=xml")).await;
    assert!(status == 400 && told.contains("json, csv, xlsx, parquet, arrow"), "{told}");
}

/// Answers are compressed for those who take it, and are the same.
#[tokio::test(flavor = "multi_thread")]
async fn answers_are_compressed() {
    let world = World::new();
    let server = world.serve();
    let client = reqwest::Client::builder().no_gzip().build().unwrap();
    for (asked, told) in
        [("gzip", Some("gzip")), ("zstd, gzip;q=0.5", Some("zstd")), ("identity", None)]
    {
        let answer = client.get(server.url("/")).header("accept-encoding", asked);
        let answer = answer.send().await.unwrap();
        let found =
            answer.headers().get("content-encoding").map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(found.as_deref(), told, "{asked}");
        let length = answer.bytes().await.unwrap().len();
        assert!(told.is_none() || length < 6000, "{asked}: {length}");
    }
}

/// Who has the answer already is told so.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_not_changed_is_not_sent_again() {
    let world = World::new();
    let server = world.serve();
    let client = reqwest::Client::new();
    let ask = async |path: &str, tag: &str| {
        let answer =
            client.get(server.url(path)).header("if-none-match", tag).send().await.unwrap();
        let tag = answer.headers().get("etag").map(|tag| tag.to_str().unwrap().to_owned());
        (answer.status().as_u16(), tag.unwrap_or_default(), answer.text().await.unwrap().len())
    };
    let path = format!("/api/v1/funnels/click-to-messenger?{RANGE}");
    let (status, tag, length) = ask(&path, "").await;
    assert!(status == 200 && tag.starts_with("W/\"") && length > 100, "{tag}");
    assert_eq!(ask(&path, &format!("\"x\", {tag}")).await, (304, tag.clone(), 0));
    let (status, other, _) = ask(&format!("{path}&format=csv"), &tag).await;
    assert!(status == 200 && other != tag);
    assert_eq!(ask("/api/v1/funnels/none", &tag).await.0, 404);
    // Something has come in meanwhile.
    let time = 1_790_856_000_000;
    assert_eq!(server.post(&message("77", "ann", time, "m_ann")).await, 200);
    let all = "/api/v1/funnels/click-to-messenger?from=2026-10-01&to=2026-11-01";
    server.wait_until(all, |report| report["steps"][2]["count"] == 1).await;
    assert_eq!(ask(&path, &tag).await.0, 200);
}

#[test]
fn the_terminal_writes_files_for_tools() {
    let world = World::new();
    let output = world.run(&["funnel", "--format", "parquet"]);
    assert!(output.status.success());
    let frame = ParquetReader::new(Cursor::new(output.stdout)).finish().unwrap();
    assert_eq!(names(&frame), ["step", "count", "rate_from_previous", "rate_from_first"]);
    let output = world.run(&["funnel", "--format", "svg"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("drawn by the API"));
    let output = world.run(&["funnel", "--format", "csv", "--locale", "fr", "--bom"]);
    assert!(output.stdout.starts_with("\u{feff}step;count;".as_bytes()));
}
