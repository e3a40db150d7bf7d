//! Pravega's Rust client, driven line by line. A request is a JSON object with `id` and `command`; its answer has the same
//! `id` and `result` or `error` (the name of the failure) with `message`. Requests of different ids run side by side. What
//! readers read is told by lines without `id`, see `events`. Ends with its input.

mod bytes;
mod events;
mod failure;
mod index;
mod request;
mod streams;
mod synchronizers;
mod tables;
mod transactions;

use failure::{Answer, Failure};
use pravega_client::client_factory::{ClientFactory, ClientFactoryAsync};
use pravega_client_config::{credentials::Credentials, ClientConfig, ClientConfigBuilder};
use request::Request;
use serde_json::{json, Value};
use std::io::{BufRead, Write};
use std::sync::Arc;

/// All that is open between requests.
pub struct Program {
    factory: ClientFactoryAsync,
    groups: events::Groups,
    transactions: transactions::Transactions,
    synchronizers: synchronizers::Synchronizers,
}

async fn run(program: Arc<Program>, request: Request) -> Answer {
    let name = request.text("command").to_string();
    let (family, command) = name.split_once('.').unwrap_or((&name, ""));
    match family {
        "streams" => streams::run(&program, command, &request).await,
        "events" => events::run(&program, command, &request).await,
        "transactions" => transactions::run(&program, command, &request).await,
        "bytes" => bytes::run(&program, command, &request).await,
        "tables" => tables::run(&program, command, &request).await,
        "synchronizers" => synchronizers::run(&program, command, &request).await,
        "index" => index::run(&program, command, &request).await,
        _ => Err(Failure::no_command(&name)),
    }
}

/// Prints one line.
pub fn tell(line: Value) {
    let mut out = std::io::stdout().lock();
    // Whoever does not listen any more does not miss it.
    let _ = writeln!(out, "{}", line);
    let _ = out.flush();
}

async fn answer(program: Arc<Program>, request: Request) {
    let id = request.id();
    // The client panics on replies that it does not expect; that is an answer, too.
    let failure = match tokio::spawn(run(program, request)).await {
        Ok(Ok(result)) => return tell(json!({ "id": id, "result": result })),
        Ok(Err(failure)) => failure,
        Err(panic) => Failure::panicked(panic),
    };
    tell(json!({ "id": id, "error": failure.name, "message": failure.message }));
}

/// `options`: `user` and `password`; `trustCertificates`, PEM texts.
fn config(controller: &str, options: &Request) -> ClientConfig {
    let mut builder = ClientConfigBuilder::default();
    builder.controller_uri(controller.to_string());
    if let Some(user) = options.text_or_none("user") {
        builder.is_auth_enabled(true).credentials(Credentials::basic(
            user.to_string(),
            options.text("password").to_string(),
        ));
    }
    if let Some(certificates) = options.texts_or_none("trustCertificates") {
        builder.is_tls_enabled(true).trustcerts(certificates);
    }
    builder.build().expect("a configuration")
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let controller = arguments.next().expect("controller as host:port");
    let options = Request::parse(&arguments.next().unwrap_or("{}".to_string()));
    let factory = ClientFactory::new(config(&controller, &options));
    let program = Arc::new(Program {
        factory: factory.to_async(),
        groups: Default::default(),
        transactions: Default::default(),
        synchronizers: Default::default(),
    });
    for line in std::io::stdin().lock().lines() {
        let request = Request::parse(&line.expect("a line"));
        factory.runtime().spawn(answer(program.clone(), request));
    }
    // The client's own tasks would keep the process alive.
    std::process::exit(0);
}
