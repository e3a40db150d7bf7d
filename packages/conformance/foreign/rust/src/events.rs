//! Events of text. Readers tell what they read as `{reader, type, ...}`: `event` with its text, segment and offset, and
//! `closed` or `failed` as the last one.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::{tell, Program};
use pravega_client::event::reader::EventReader;
use pravega_client::event::reader_group::{ReaderGroup, ReaderGroupConfigBuilder};
use pravega_client_shared::{Scope, ScopedStream};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{oneshot, Mutex};
use tokio::task::JoinHandle;

#[derive(Default)]
pub struct Groups {
    groups: Mutex<HashMap<String, Arc<ReaderGroup>>>,
    readers: Mutex<HashMap<String, Reading>>,
}

struct Reading {
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    match command {
        "write" => write(program, request).await,
        "writeKeyed" => write_keyed(program, request).await,
        "createGroup" => create_group(program, request).await,
        "deleteGroup" => {
            let (scope, name) = scope_and_name(request.text("group"));
            program.groups.groups.lock().await.remove(request.text("group"));
            let deleted = program.factory.delete_reader_group(scope, name).await;
            deleted.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "onlineReaders" => {
            let readers = group(program, request).await?.list_readers().await;
            let mut names: Vec<String> = readers.into_iter().map(|reader| reader.name).collect();
            names.sort();
            Ok(json!(names))
        }
        "openReader" => open_reader(program, request).await,
        "closeReader" => {
            let id = request.text("reader");
            let reading = program.groups.readers.lock().await.remove(id);
            let reading = reading.ok_or_else(|| Failure::nothing_open(id))?;
            let _ = reading.stop.send(());
            reading.ended.await.map_err(Failure::panicked)?;
            Ok(json!(true))
        }
        _ => Err(Failure::no_command(command)),
    }
}

/// Before the slash, and behind it.
fn scope_and_name(text: &str) -> (Scope, String) {
    let (scope, name) = text.split_once('/').expect("scope/name");
    (Scope::from(scope.to_string()), name.to_string())
}

/// `events`: a list of `{key?, event, repeat?}`; the text is written `repeat` times over, as one event.
async fn write(program: &Program, request: &Request) -> Answer {
    let mut writer = program.factory.create_event_writer(request.stream());
    let mut acknowledged = Vec::new();
    for item in request.list("events") {
        let repeat = item.number_or("repeat", 1) as usize;
        let event = item.text("event").repeat(repeat).into_bytes();
        acknowledged.push(match item.text_or_none("key") {
            Some(key) => writer.write_event_by_routing_key(key.to_string(), event).await,
            None => writer.write_event(event).await,
        });
    }
    let count = acknowledged.len();
    for one in acknowledged {
        one.await.map_err(Failure::of)?.map_err(Failure::of)?;
    }
    Ok(json!(count))
}

/// `count` events over `keys` keys, `<prefix>0`, `<prefix>1`, ... in turns. Each event is `<key>:<n>`; n counts from 0 within its key.
async fn write_keyed(program: &Program, request: &Request) -> Answer {
    let (count, keys) = (request.number("count"), request.number("keys"));
    let mut writer = program.factory.create_event_writer(request.stream());
    let mut acknowledged = Vec::new();
    for n in 0..count {
        let key = format!("{}{}", request.text("prefix"), n % keys);
        let event = format!("{}:{}", key, n / keys).into_bytes();
        acknowledged.push(writer.write_event_by_routing_key(key, event).await);
    }
    for one in acknowledged {
        one.await.map_err(Failure::of)?.map_err(Failure::of)?;
    }
    Ok(json!(count))
}

async fn create_group(program: &Program, request: &Request) -> Answer {
    let mut config = ReaderGroupConfigBuilder::default();
    for stream in request.texts("streams") {
        config.read_from_head_of_stream(ScopedStream::from(stream.as_str()));
    }
    if let Some(time) = request.value("refreshTimeMs") {
        config.set_group_refresh_time(time.as_u64().expect("milliseconds"));
    }
    let name = request.text("group");
    let (scope, group) = scope_and_name(name);
    let made = program
        .factory
        .create_reader_group_with_config(scope, group, config.build())
        .await;
    program
        .groups
        .groups
        .lock()
        .await
        .insert(name.to_string(), Arc::new(made));
    Ok(json!(true))
}

async fn group(program: &Program, request: &Request) -> Result<Arc<ReaderGroup>, Failure> {
    let name = request.text("group");
    let groups = program.groups.groups.lock().await;
    groups.get(name).cloned().ok_or_else(|| Failure::nothing_open(name))
}

async fn open_reader(program: &Program, request: &Request) -> Answer {
    let id = request.text("reader").to_string();
    let reader = group(program, request).await?.create_reader(id.clone()).await;
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(read(reader, id.clone(), stopped));
    program.groups.readers.lock().await.insert(id, Reading { stop, ended });
    Ok(json!(true))
}

async fn read(mut reader: EventReader, id: String, mut stopped: oneshot::Receiver<()>) {
    let ended = loop {
        if stopped.try_recv() != Err(oneshot::error::TryRecvError::Empty) {
            break reader.reader_offline().await;
        }
        let slice = match reader.acquire_segment().await {
            Ok(None) => continue,
            Ok(Some(slice)) => slice,
            Err(error) => break Err(error),
        };
        let segment = slice.meta.scoped_segment.clone();
        let mut slice = slice;
        for event in &mut slice {
            tell(json!({
                "reader": id,
                "type": "event",
                "event": String::from_utf8_lossy(&event.value),
                "segment": segment,
                "offset": event.offset_in_segment.to_string(),
            }));
        }
        if let Err(error) = reader.release_segment(slice).await {
            break Err(error);
        }
    };
    tell(match ended {
        Ok(()) => json!({ "reader": id, "type": "closed" }),
        Err(error) => {
            let failure = Failure::of(error);
            json!({ "reader": id, "type": "failed", "error": failure.name, "message": failure.message })
        }
    });
}
