//! Tables of JSON values by text. Versions travel as text.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use futures::TryStreamExt;
use pravega_client::sync::table::{Table, Version};
use pravega_client_shared::Scope;
use serde_json::{json, Value};

/// Takes part in no condition on the length of the table's segment.
const ANY_LENGTH: i64 = -1;
const PAGE: i64 = 10;

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    let (scope, name) = request.text("table").split_once('/').expect("scope/table");
    let scope = Scope::from(scope.to_string());
    let table = program.factory.create_table(scope, name.to_string()).await;
    match command {
        "create" => Ok(json!(true)),
        "get" => {
            let found: Option<(Value, Version)> = table.get(&key(request)).await.map_err(Failure::of)?;
            Ok(json!(found.map(|(value, version)| entry(&value, version))))
        }
        "getAll" => {
            let keys = request.texts("keys");
            let found: Vec<Option<(Value, Version)>> =
                table.get_all(keys.iter().collect()).await.map_err(Failure::of)?;
            Ok(json!(found
                .into_iter()
                .map(|one| one.map(|(value, _)| value))
                .collect::<Vec<_>>()))
        }
        "insert" => {
            let version = table.insert(&key(request), value(request), ANY_LENGTH).await;
            Ok(json!(version.map_err(Failure::of)?.to_string()))
        }
        "insertIf" => {
            let expected = request.long("version");
            let version = table
                .insert_conditionally(&key(request), value(request), expected, ANY_LENGTH)
                .await;
            Ok(json!(version.map_err(Failure::of)?.to_string()))
        }
        "insertAll" => {
            let items = request.list("entries");
            let keys: Vec<String> = items.iter().map(key).collect();
            let pairs = keys.iter().zip(&items).map(|(key, item)| (key, value(item))).collect();
            let versions = table.insert_all(pairs, ANY_LENGTH).await.map_err(Failure::of)?;
            Ok(json!(versions.iter().map(i64::to_string).collect::<Vec<_>>()))
        }
        "insertAllIf" => {
            let items = request.list("entries");
            let keys: Vec<String> = items.iter().map(key).collect();
            let triples = keys
                .iter()
                .zip(&items)
                .map(|(key, item)| (key, value(item), item.long("version")))
                .collect();
            let versions = table.insert_conditionally_all(triples, ANY_LENGTH).await;
            let versions = versions.map_err(Failure::of)?;
            Ok(json!(versions.iter().map(i64::to_string).collect::<Vec<_>>()))
        }
        "remove" => {
            table.remove(&key(request), ANY_LENGTH).await.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "removeIf" => {
            let expected = request.long("version");
            let done = table.remove_conditionally(&key(request), expected, ANY_LENGTH).await;
            done.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "keys" => keys(&table, request).await,
        "entries" => entries(&table, request).await,
        "changes" => changes(&table, request).await,
        _ => Err(Failure::no_command(command)),
    }
}

fn key(request: &Request) -> String {
    request.text("key").to_string()
}

fn value(request: &Request) -> &Value {
    request.value("value").expect("a value")
}

fn entry(value: &Value, version: Version) -> Value {
    json!({ "value": value, "version": version.to_string() })
}

fn page(request: &Request) -> i32 {
    request.number_or("page", PAGE) as i32
}

async fn keys(table: &Table, request: &Request) -> Answer {
    let found: Vec<(String, Version)> = table
        .read_keys_stream(page(request))
        .try_collect()
        .await
        .map_err(Failure::of)?;
    let mut keys: Vec<String> = found.into_iter().map(|(key, _)| key).collect();
    keys.sort();
    Ok(json!(keys))
}

async fn entries(table: &Table, request: &Request) -> Answer {
    let found: Vec<(String, Value, Version)> = table
        .read_entries_stream(page(request))
        .try_collect()
        .await
        .map_err(Failure::of)?;
    Ok(json!(found
        .into_iter()
        .map(|(key, value, version)| (key, entry(&value, version)))
        .collect::<serde_json::Map<String, Value>>()))
}

/// What has changed since a position, in its order.
async fn changes(table: &Table, request: &Request) -> Answer {
    let found: Vec<(String, Value, Version, i64)> = table
        .read_entries_stream_from_position(page(request), request.long("position"))
        .try_collect()
        .await
        .map_err(Failure::of)?;
    let position = found.last().map(|(_, _, _, position)| position.to_string());
    let changed: Vec<Value> = found
        .into_iter()
        .map(|(key, value, _, _)| json!([key, value]))
        .collect();
    Ok(json!({ "changed": changed, "position": position }))
}
