//! QR codes of links, read by another reader than their maker.

use crate::links::wait_for;
use crate::support::World;

/// What a reader of QR codes reads in a picture.
fn read_code(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let grey = |x: usize, y: usize| if is_dark(x, y) { 0 } else { 255 };
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, grey);
    let codes = picture.detect_grids();
    assert_eq!(codes.len(), 1);
    codes[0].decode().unwrap().1
}

fn read_png(bytes: &[u8]) -> (usize, String) {
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let width = info.width as usize;
    (width, read_code(width, info.height as usize, |x, y| pixels[y * width + x] < 128))
}

/// The modules of the SVG's path, each eight pixels wide.
fn read_svg(text: &str) -> String {
    let size: usize =
        text.split_once("viewBox=\"0 0 ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    let path = text.split_once(" d=\"").unwrap().1.split('"').next().unwrap();
    let mut modules = vec![false; size * size];
    for place in path.split('M').skip(1) {
        let (x, rest) = place.split_once(' ').unwrap();
        let y = rest.split('h').next().unwrap();
        modules[y.parse::<usize>().unwrap() * size + x.parse::<usize>().unwrap()] = true;
    }
    read_code(size * 8, size * 8, |x, y| modules[y / 8 * size + x / 8])
}

#[tokio::test]
async fn qr_codes_are_read_by_another_reader() {
    let world = World::new().with("server.public_url", "https://go.example.com");
    world.succeed(&["link", "add", "--page", "shop", "--ref", "poster", "--printed"]);
    let server = world.serve();
    wait_for(&server, "poster", |status, _| status == 302).await;
    let bytes = |path: &'static str| {
        let address = server.url(path);
        async move { reqwest::get(address).await.unwrap().bytes().await.unwrap() }
    };
    let address = "https://go.example.com/l/poster";
    let (width, read) = read_png(&bytes("/l/poster/qr.png").await);
    assert_eq!(read, address);
    // 29 modules and 4 on each side.
    assert_eq!(width, (29 + 8) * 10);
    let (small, read) = read_png(&bytes("/l/poster/qr.png?level=L&quiet_zone=2&scale=3").await);
    assert_eq!((small, read.as_str()), ((25 + 4) * 3, address));
    let (strong, read) = read_png(&bytes("/l/poster/qr.png?level=H").await);
    assert!(strong > width && read == address);
    let (status, svg) = server.get("/l/poster/qr.svg?level=Q&caption=Summer+%26+%3Cb%3E").await;
    assert_eq!(status, 200);
    assert_eq!(read_svg(&svg), address);
    assert!(svg.contains(">Summer &amp; &lt;b&gt;</text>"), "{svg}");
    for (path, told) in [
        ("/l/poster/qr.png?level=X", "level"),
        ("/l/poster/qr.png?scale=0", "scale"),
        ("/l/poster/qr.png?caption=x", "caption"),
        ("/l/poster/qr.svg?quiet_zone=99", "quiet_zone"),
        ("/l/poster/qr.svg?size=1", "size"),
    ] {
        let (status, said) = server.get(path).await;
        assert!(status == 400 && said.contains(told), "{path}: {status} {said}");
    }
    assert_eq!(server.get("/l/nothing/qr.svg").await.0, 404);
}
