//! Transactions, which stay open between requests. The writer that has begun them pings them.

use crate::failure::{Answer, Failure};
use crate::request::Request;
use crate::Program;
use pravega_client::event::transactional_writer::{Transaction, TransactionalEventWriter};
use pravega_client_shared::{Timestamp, TxId, WriterId};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How a commit says that it has no time.
const NO_TIMESTAMP: Timestamp = Timestamp(i64::MIN as u64);
const FIRST_WRITER: u128 = 1;

#[derive(Default)]
pub struct Transactions {
    writers: Mutex<HashMap<String, TransactionalEventWriter>>,
    open: Mutex<HashMap<String, Arc<Mutex<Transaction>>>>,
}

pub async fn run(program: &Program, command: &str, request: &Request) -> Answer {
    match command {
        "begin" => begin(program, request).await,
        "write" => {
            let transaction = found(program, request).await?;
            let mut transaction = transaction.lock().await;
            for item in request.list("events") {
                let key = item.text_or_none("key").map(str::to_string);
                let event = item.text("event").as_bytes().to_vec();
                transaction.write_event(key, event).await.map_err(Failure::of)?;
            }
            Ok(json!(true))
        }
        "commit" => {
            let transaction = found(program, request).await?;
            let committed = transaction.lock().await.commit(NO_TIMESTAMP).await;
            committed.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "abort" => {
            let aborted = found(program, request).await?.lock().await.abort().await;
            aborted.map_err(Failure::of)?;
            Ok(json!(true))
        }
        "status" => {
            let status = found(program, request).await?.lock().await.check_status().await;
            Ok(json!(format!("{:?}", status.map_err(Failure::of)?)))
        }
        "ping" => {
            let lease = Duration::from_millis(request.number("leaseMs") as u64);
            let id = TxId(u128::from_str_radix(&request.text("transaction").replace('-', ""), 16).expect("an id"));
            let controller = program.factory.controller_client();
            let answered = controller.ping_transaction(&request.stream(), id, lease).await;
            Ok(json!(format!("{:?}", answered.map_err(Failure::of)?)))
        }
        _ => Err(Failure::no_command(command)),
    }
}

async fn begin(program: &Program, request: &Request) -> Answer {
    let mut writers = program.transactions.writers.lock().await;
    let name = request.text("stream").to_string();
    if !writers.contains_key(&name) {
        let id = WriterId(FIRST_WRITER + writers.len() as u128);
        let writer = program
            .factory
            .create_transactional_event_writer(request.stream(), id)
            .await;
        writers.insert(name.clone(), writer);
    }
    let writer = writers.get_mut(&name).expect("the writer");
    let transaction = writer.begin().await.map_err(Failure::of)?;
    let id = transaction.txn_id().to_string();
    let mut open = program.transactions.open.lock().await;
    open.insert(id.clone(), Arc::new(Mutex::new(transaction)));
    Ok(json!(id))
}

async fn found(program: &Program, request: &Request) -> Result<Arc<Mutex<Transaction>>, Failure> {
    let id = request.text("transaction");
    let open = program.transactions.open.lock().await;
    open.get(id).cloned().ok_or_else(|| Failure::nothing_open(id))
}
