//! Byte streams of text.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use serde_json::json;
use std::io::SeekFrom;

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    match command {
        "write" => write(program, request).await,
        "read" => read(program, request).await,
        "bounds" => {
            let reader = program.factory.create_byte_reader(request.stream()).await;
            let head = reader.current_head().await.map_err(Failure::of)?;
            let tail = reader.current_tail().await.map_err(Failure::of)?;
            Ok(json!([head.to_string(), tail.to_string()]))
        }
        "truncate" => {
            let writer = program.factory.create_byte_writer(request.stream()).await;
            let done = writer.truncate_data_before(request.number("offset")).await;
            done.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "seal" => {
            let mut writer = program.factory.create_byte_writer(request.stream()).await;
            writer.seal().await.map_err(Failure::of)?;
            Ok(json!(true))
        }
        _ => Err(Failure::no_command(command)),
    }
}

/// `chunks`: a list of `{text, repeat?}`. Answers the offset behind the last. A new writer begins at 0, unless `atTail`.
async fn write(program: &Program, request: &Request) -> Answer {
    let mut writer = program.factory.create_byte_writer(request.stream()).await;
    if request.value("atTail").is_some() {
        writer.seek_to_tail().await;
    }
    for chunk in request.list("chunks") {
        let bytes = chunk
            .text("text")
            .repeat(chunk.number_or("repeat", 1) as usize)
            .into_bytes();
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            let taken = writer.write(rest).await.map_err(Failure::of)?;
            rest = &rest[taken..];
        }
    }
    writer.flush().await.map_err(Failure::of)?;
    Ok(json!(writer.current_offset().to_string()))
}

/// From `from` on (below 0: before the tail) `length` bytes, or up to the end of a sealed stream.
async fn read(program: &Program, request: &Request) -> Answer {
    let mut reader = program.factory.create_byte_reader(request.stream()).await;
    let from = request.number_or("from", 0);
    let place = if from < 0 {
        SeekFrom::End(from)
    } else {
        SeekFrom::Start(from as u64)
    };
    reader.seek(place).await.map_err(Failure::of)?;
    let length = request.number("length") as usize;
    let mut all = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while all.len() < length {
        let most = buffer.len().min(length - all.len());
        let count = reader.read(&mut buffer[..most]).await.map_err(Failure::of)?;
        if count == 0 {
            break;
        }
        all.extend_from_slice(&buffer[..count]);
    }
    Ok(json!({ "text": String::from_utf8_lossy(&all), "offset": reader.current_offset().to_string() }))
}
