//! Conversations on a real database: shuffled, in pieces, from several processes at once, killed in
//! between, they are what a rebuild makes of all events.

use std::process::Stdio;

use serde_json::Value;

use crate::support::{World, succeeded};

const RANGE: [&str; 4] = ["--from", "2026-11-01", "--to", "2026-11-20"];

fn traffic(world: &World, people: u32) -> Vec<String> {
    let path = world.generate(people, 11, ["2026-11-01", "2026-11-20"]);
    std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect()
}

fn figures(world: &World) -> [Value; 3] {
    let json = |args: &[&str]| world.json(&[args, &RANGE[..], &["--format", "json"]].concat());
    [
        json(&["funnel", "--by", "source,day"]),
        json(&["attribution", "--model", "linear", "--by", "source,ad"]),
        json(&["attribution", "--journeys"]),
    ]
}

#[test]
fn shuffled_pieces_at_once_and_kills_give_the_figures_of_one_import() {
    let in_order = World::new();
    let lines = traffic(&in_order, 500);
    let all = in_order.write("all.jsonl", lines.join("\n"));
    in_order.succeed(&["import", "webhooks", all.to_str().unwrap()]);
    let expected = figures(&in_order);

    let world = World::new();
    let mut random = fastrand::Rng::with_seed(3);
    let mut shuffled = lines;
    random.shuffle(&mut shuffled);
    // Some come twice.
    let twice: Vec<String> = shuffled.iter().step_by(7).cloned().collect();
    shuffled.extend(twice);
    random.shuffle(&mut shuffled);
    let pieces: Vec<String> = shuffled
        .chunks(shuffled.len() / 12)
        .enumerate()
        .map(|(number, piece)| {
            let path = world.write(&format!("piece-{number}.jsonl"), piece.join("\n"));
            path.to_str().unwrap().to_owned()
        })
        .collect();
    for (round, pieces) in pieces.chunks(4).enumerate() {
        let server = world.serve();
        let imports: Vec<_> = pieces
            .iter()
            .map(|piece| {
                let mut command = world.command(&["import", "webhooks", piece]);
                command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        if round == 1 {
            // The engine goes with its server: the imports fail, and are done again.
            std::thread::sleep(std::time::Duration::from_millis(350));
            server.kill();
            for import in imports {
                import.wait_with_output().unwrap();
            }
            for piece in pieces {
                world.succeed(&["import", "webhooks", piece]);
            }
            continue;
        }
        for import in imports {
            succeeded(&import.wait_with_output().unwrap());
        }
        if round % 2 == 0 {
            server.kill();
        } else {
            server.interrupt();
        }
    }
    assert_eq!(figures(&world), expected);
    let told = world.succeed(&["conversations", "rebuild", "--strict"]);
    assert_eq!(told.matches("0 were missing, 0 should not have been there").count(), 4, "{told}");
    assert_eq!(figures(&world), expected);
}

/// A few people at a time, who come back after months and whose old events come late: the same as everybody at once.
#[tokio::test]
async fn who_returns_after_months_has_the_conversations_that_a_rebuild_makes() {
    let world = World::new();
    let path = world.generate(600, 4, ["2026-05-01", "2026-11-20"]);
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    fastrand::Rng::with_seed(8).shuffle(&mut lines);
    let (most, last) = lines.split_at(lines.len() - 300);
    let server = world.serve();
    let most = world.write("most.jsonl", most.join("\n"));
    world.succeed(&["import", "webhooks", most.to_str().unwrap()]);
    for some in last.chunks(20) {
        for line in some {
            assert_eq!(server.post(line.as_bytes()).await, 200);
        }
        // A round each.
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    }
    server.interrupt();
    let told = world.succeed(&["conversations", "rebuild", "--strict"]);
    assert_eq!(told.matches("0 were missing, 0 should not have been there").count(), 4, "{told}");
}

/// What is wrong is found and mended.
#[tokio::test]
async fn a_rebuild_tells_and_mends_what_differs() {
    let world = World::new();
    let lines = traffic(&world, 60);
    let path = world.write("all.jsonl", lines.join("\n"));
    world.succeed(&["import", "webhooks", path.to_str().unwrap()]);
    let before = figures(&world);
    let engine = crate::support::start_engine(&world.data_dir()).await.unwrap();
    let client = crate::support::client(&engine.endpoint("messenger_funnel"));
    client
        .query("DELETE FROM conversations WHERE number = 1 AND cityHash64(person_id) % 5 = 0")
        .execute()
        .await
        .unwrap();
    client
        .query(
            "INSERT INTO touchpoints (time, page_id, person_id, number, source, version) \
             VALUES ('2026-11-05 00:00:00', '1', 'nobody', 1, 'ad', 1)",
        )
        .execute()
        .await
        .unwrap();
    engine.stop().await;
    assert_ne!(figures(&world), before);
    let rebuild = world.run(&["conversations", "rebuild", "--strict"]);
    let told = String::from_utf8_lossy(&rebuild.stdout).into_owned();
    assert_eq!(rebuild.status.code(), Some(1), "{told}");
    assert!(
        told.contains("touchpoints") && told.contains("1 should not have been there"),
        "{told}"
    );
    // It is told which rows they are.
    let surplus = told.lines().find(|line| line.starts_with("    should not have been there: {"));
    assert!(surplus.is_some_and(|row| row.contains(r#""person_id":"nobody""#)), "{told}");
    assert!(told.contains("    was missing: {"), "{told}");
    assert!(
        !told.contains("conversations  ")
            || !told.contains(" 0 were missing, 0 should not have been there\n  touchpoints"),
        "{told}"
    );
    assert_eq!(figures(&world), before);
    world.succeed(&["conversations", "rebuild", "--strict"]);
}
