//! Maps of maps of numbers that members share, and that stay open between requests.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use pravega_client::sync::synchronizer::{deserialize_from, Synchronizer, Update};
use pravega_client_shared::Scope;
use serde_json::json;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::Mutex;

const TYPE: &str = "i64";

#[derive(Default)]
pub struct Synchronizers(Mutex<HashMap<String, Arc<Mutex<Synchronizer>>>>);

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    let shared = opened(program, request.text("synchronizer")).await;
    let mut shared = shared.lock().await;
    match command {
        "open" => Ok(json!(true)),
        "fetch" => Ok(json!(shared.fetch_updates().await.map_err(Failure::of)?)),
        "contents" => {
            let mut contents: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
            for (outer, inner) in shared.get_outer_map() {
                let numbers = inner.into_iter().map(|(key, value)| (key, number(&value.data)));
                contents.insert(outer, numbers.collect());
            }
            Ok(json!(contents))
        }
        // Values by inner key into one outer map, all or none.
        "insert" => {
            let outer = request.text("outer");
            let entries = request.list("entries");
            let done = shared.insert(|update| {
                for entry in &entries {
                    put(update, outer, entry.text("inner"), entry.number("value"));
                }
                Ok(())
            });
            done.await.map_err(Failure::of)?;
            Ok(json!(true))
        }
        // Counts one number up, `times` times, each from what is there.
        "countUp" => {
            let (outer, inner) = (request.text("outer"), request.text("inner"));
            for _ in 0..request.number("times") {
                let done = shared.insert(|update| {
                    let before = if update.contains_key(outer, inner) {
                        update.get(outer, inner).map_or(0, |value| number(&value.data))
                    } else {
                        0
                    };
                    put(update, outer, inner, before + 1);
                    Ok(())
                });
                done.await.map_err(Failure::of)?;
            }
            Ok(json!(true))
        }
        // Takes a value out of one outer map and puts it into another, in one step; a tombstone stays where it was.
        "move" => {
            let (from, to, inner) = (request.text("from"), request.text("to"), request.text("inner"));
            let moved = shared.insert(|update| {
                if !update.contains_key(from, inner) {
                    return Ok(false);
                }
                let value = update.get(from, inner).map_or(0, |value| number(&value.data));
                update.insert_tombstone(from.to_string(), inner.to_string())?;
                put(update, to, inner, value);
                Ok(true)
            });
            Ok(json!(moved.await.map_err(Failure::of)?))
        }
        _ => Err(Failure::no_command(command)),
    }
}

fn put(update: &mut Update, outer: &str, inner: &str, value: i64) {
    update.insert(outer.to_string(), inner.to_string(), TYPE.to_string(), Box::new(value));
}

fn number(data: &[u8]) -> i64 {
    deserialize_from(data).expect("a number")
}

async fn opened(program: &Program, name: &str) -> Arc<Mutex<Synchronizer>> {
    let mut all = program.synchronizers.0.lock().await;
    if let Some(found) = all.get(name) {
        return found.clone();
    }
    let (scope, table) = name.split_once('/').expect("scope/table");
    let scope = Scope::from(scope.to_string());
    let made = program.factory.create_synchronizer(scope, table.to_string()).await;
    let made = Arc::new(Mutex::new(made));
    all.insert(name.to_string(), made.clone());
    made
}
