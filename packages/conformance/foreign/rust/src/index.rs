//! Index streams: records of one size with fields by which they are found.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use futures::TryStreamExt;
use pravega_client::index::{Fields, IndexWriter};
use serde_json::json;

#[derive(Debug, PartialEq, PartialOrd)]
struct Numbered {
    id: u64,
    time: u64,
}

impl Fields for Numbered {
    fn get_field_values(&self) -> Vec<(&'static str, u64)> {
        vec![("id", self.id), ("time", self.time)]
    }
}

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    match command {
        // Records `record <id>` with ids from `first` on; times are ten times as large.
        "append" => {
            let mut writer: IndexWriter<Numbered> = program.factory.create_index_writer(request.stream()).await;
            let first = request.number("first") as u64;
            for id in first..first + request.number("count") as u64 {
                let data = format!("record {}", id).into_bytes();
                let appended = writer.append(Numbered { id, time: 10 * id }, data).await;
                appended.map_err(Failure::of)?;
            }
            writer.flush().await.map_err(Failure::of)?;
            Ok(json!(true))
        }
        // Offset of the first record whose time is not before `time`.
        "search" => {
            let reader = program.factory.create_index_reader(request.stream()).await;
            let offset = reader.search_offset(("time", request.number("time") as u64)).await;
            Ok(json!(offset.map_err(Failure::of)?))
        }
        "read" => {
            let reader = program.factory.create_index_reader(request.stream()).await;
            let tail = reader.tail_offset().await.map_err(Failure::of)?;
            let records: Vec<Vec<u8>> = reader
                .read(request.number("from") as u64, tail)
                .map_err(Failure::of)?
                .try_collect()
                .await
                .map_err(Failure::of)?;
            let texts = records.iter().map(|data| String::from_utf8_lossy(data).to_string());
            Ok(json!(texts.collect::<Vec<String>>()))
        }
        "truncate" => {
            let mut writer: IndexWriter<Numbered> = program.factory.create_index_writer(request.stream()).await;
            let done = writer.truncate(request.number("offset") as u64).await;
            done.map_err(Failure::of)?;
            Ok(json!(true))
        }
        _ => Err(Failure::no_command(command)),
    }
}
